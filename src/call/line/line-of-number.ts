/**
 * What a dialled number or user name stands for: a line of the directory, or one device alone.
 *
 * A device's user name can be dialled too. It is a line of one member, which has the device's id for
 * its name; a line of that number in the directory comes first.
 */
import type { Device, Directory, Line } from '../directory.ts';

/** RFC 3261 §16.6 item 11, timer C: nobody rings for more than three minutes. */
const USER_NO_ANSWER_MS = 180_000;

/** Lamps that a phone may show for calls to its user name. */
const USER_APPEARANCES = 4;

export function isKnownNumber(
  { lines, users, hunts, orbits }: Pick<Directory, 'lines' | 'users' | 'hunts' | 'orbits'>,
  number: string,
): boolean {
  if (lines.has(number) || users.has(number)) return true;
  return hunts.has(number) || orbits.numbers.has(number);
}

export function lineOfNumber(directory: Directory, number: string): Line | undefined {
  const line = directory.lines.get(number);
  if (line !== undefined) return line;
  const device = directory.users.get(number);
  return device === undefined ? undefined : lineOfUser(device);
}

/** A seat that a device registers for: a number, and who it is there. */
export type LineSeat = { readonly number: string; readonly member: string };

/** Everything a device is to be registered for: its lines, and its user name unless that is a line. */
export function seatsOf(directory: Directory, device: Device): readonly LineSeat[] {
  const seats: LineSeat[] = [];
  for (const number of device.lines) {
    const members = directory.lines.get(number)?.members ?? [];
    for (const member of members)
      if (member.device === device.id) seats.push({ number, member: member.name });
  }
  if (!directory.lines.has(device.user)) seats.push({ number: device.user, member: device.id });
  return seats;
}

function lineOfUser(device: Device): Line {
  return {
    number: device.user,
    name: device.name,
    mode: 'single',
    appearances: USER_APPEARANCES,
    offering: { type: 'parallel' },
    members: [
      {
        name: device.id,
        device: device.id,
        ringAfterMs: 0,
        rights: ['answer', 'originate', 'retrieve', 'barge'],
      },
    ],
    noAnswerMs: USER_NO_ANSWER_MS,
  };
}
