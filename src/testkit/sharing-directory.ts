/** The directory that phones of all dialects share a line in: 2000, with a member for each, and two extensions. */
import type { Device, Directory, Line, Member } from '../call/directory.ts';
import { simulationDirectory } from './simulation-directory.ts';

/** Members, by what their phones are. */
export const SHARERS = ['2000a', '2000b', '2000c', '2000d', '2000e', '2000f'] as const;

/** `line`: what is other than usual; `members`: likewise, by name. */
export function sharingDirectory(
  domain: string,
  line: Partial<Line> = {},
  members: Readonly<Record<string, Partial<Member>>> = {},
): Directory {
  const directory = simulationDirectory(domain);
  const devices = new Map(directory.devices);
  const lines = new Map(directory.lines);
  for (const number of ['2100', '2200']) lines.delete(number);
  for (const id of ['2100a', '2100b']) devices.delete(id);
  for (const id of SHARERS) devices.set(id, deviceOf(id, domain));
  const all = SHARERS.map(
    (name): Member => ({
      name,
      device: name,
      ringAfterMs: 0,
      rights: ['answer', 'originate', 'retrieve'],
      ...members[name],
    }),
  );
  const shared: Line = {
    number: '2000',
    name: '2000',
    mode: 'single',
    appearances: 4,
    offering: { type: 'parallel' },
    members: all,
    noAnswerMs: 8000,
    ...line,
  };
  lines.set('2000', shared);
  const users = new Map([...devices.values()].map((device) => [device.user, device]));
  return { ...directory, lines, devices, users };
}

function deviceOf(id: string, domain: string): Device {
  return {
    id,
    user: id,
    name: `${id} at ${domain}`,
    ha1: undefined,
    acceptFrom: ['10.0.0.0/8'],
    lines: ['2000'],
  };
}
