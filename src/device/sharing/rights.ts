/** What a device may do with a line, and what it may see of it: as the directory says. */

import type { Cause } from '../../call/cause.ts';
import type { Directory, Line, Member, Rights } from '../../call/directory.ts';
import { isKnownNumber } from '../../call/line/line-of-number.ts';
import type { Pid } from '../../process/pid.ts';
import type { SipRequest } from '../../sip/message/message.ts';
import { parseNameAddr } from '../../sip/message/name-addr.ts';
import type { CallLeg } from '../call-leg.ts';
import type { DeviceProcess } from '../device-process.ts';
import type { LinePackage } from '../dialects/event-package.ts';
import { dialledOf } from '../identity.ts';

const NONE: readonly Rights[] = [];

/** The seat that the process' device has on a line. */
export function seatOf({ environment, place }: DeviceProcess, number: string): Member | undefined {
  const { members = [] } = environment.directory.lines.get(number) ?? {};
  return members.find(({ device }) => device === place.device);
}

/** What a device may do with a line's calls, as a member of it or as one that may watch it. */
export function rightsOf({ lines }: Directory, number: string, device: string): readonly Rights[] {
  const line = lines.get(number);
  const seat = line?.members.find((member) => member.device === device);
  if (seat !== undefined) return seat.rights;
  return isWatcher(line, device) ? (line?.watcherRights ?? NONE) : NONE;
}

function isWatcher(watched: Pick<Line, 'watchers'> | undefined, device: string): boolean {
  const { watchers = [] } = watched ?? {};
  return watchers === 'all' || watchers.includes(device);
}

/**
 * Why `by`, a device, may not have the place of a leg that talks; undefined: it may. A phone may take its own
 * device's calls; those of another member of a shared line only when they are held, and not for that member alone.
 */
export function whyNotTaken(
  { environment: { directory }, place }: DeviceProcess,
  { use, line: offered }: CallLeg,
  by: string,
): Cause | undefined {
  if (place.kind === 'gateway') return 'forbidden';
  if (by === place.device) return undefined;
  const number = use?.number ?? offered?.number ?? '';
  const { members = [] } = directory.lines.get(number) ?? {};
  const holder = members.find(({ device }) => device === place.device);
  if (!rightsOf(directory, number, by).includes('retrieve') || holder?.isPrivate)
    return 'forbidden';
  if (use?.state === 'held') return undefined;
  return use?.state === 'held-private' ? 'forbidden' : 'busy';
}

/** The process that controls a line which has attached this one, or which it watches and may have calls of. */
export function lcpOf(process: DeviceProcess, number: string): Pid | undefined {
  const { lines, watches, environment, place } = process;
  const attached = lines.find((line) => line.number === number);
  if (attached !== undefined || watches === undefined) return attached?.lcp;
  for (const { number: watched, lcp } of watches.values())
    if (watched === number && rightsOf(environment.directory, number, place.device).length > 0)
      return lcp;
  return undefined;
}

/** The line that a phone calls from: the one that its From names, if it is one of its own, else its first. */
export function callingLine(
  { environment, place }: DeviceProcess,
  request: SipRequest,
): string | undefined {
  if (place.kind === 'gateway') return undefined;
  const { lines = [] } = environment.directory.devices.get(place.device) ?? {};
  if (lines.length < 2) return lines[0];
  const named = dialledOf(parseNameAddr(request.headers.first('From') ?? '')?.uri ?? '');
  return named !== undefined && lines.includes(named) ? named : lines[0];
}

/** The line of its own that a phone means, which names it by its number or by its own user name. */
export function ownLine(process: DeviceProcess, resource: string): string | undefined {
  const device = process.environment.directory.devices.get(process.place.device);
  if (device === undefined) return undefined;
  if (device.lines.includes(resource)) return resource;
  return resource === device.user ? (device.lines[0] ?? resource) : undefined;
}

/**
 * The line that a phone may watch by that name: one of its own, or one whose watchers it is among. Those see
 * when it is busy, learn of no appearances and seize none (RFC 7463, REQ-12 and REQ-13).
 */
export function lineToWatch(
  process: DeviceProcess,
  wanted: LinePackage,
  resource: string,
): string | undefined {
  const own = ownLine(process, resource);
  if (own !== undefined || wanted !== 'dialog') return own;
  const { lines, users, orbits } = process.environment.directory;
  if (orbits.numbers.has(resource))
    return isWatcher(orbits, process.place.device) ? resource : undefined;
  const line = lines.get(resource) ?? lines.get(users.get(resource)?.lines[0] ?? '');
  return isWatcher(line, process.place.device) ? line?.number : undefined;
}

/** What who means another's line is answered, or nobody's. */
export function strangerStatus({ environment }: DeviceProcess, resource: string): 403 | 404 {
  return isKnownNumber(environment.directory, resource) ? 403 : 404;
}
