/** What the directory lets a member of a line do. */
import type { Pid } from '../../process/pid.ts';
import type { Line, Member, Rights } from '../directory.ts';
import type { LineControl } from './line-control.ts';
import { findDevice } from './line-control-database.ts';

export function hasRight(line: Line, member: string, right: Rights): boolean {
  return memberOf(line, member)?.rights.includes(right) ?? false;
}

/** Whether a device process has that right with calls of others, as a member's or as one that watches the line. */
export function mayHave(
  { line, devices, watchers }: LineControl,
  pid: Pid,
  right: Rights,
): boolean {
  const device = findDevice(devices, pid);
  if (device !== undefined) return hasRight(line, device.member, right);
  return watchers.includes(pid) && (line.watcherRights?.includes(right) ?? false);
}

/** Whether somebody else than one member may have, or see, its numbers, as far as the directory says; or all are counted. */
export function isShared({ members, watchers, callsMax }: Line): boolean {
  return members.length > 1 || watchers !== undefined || callsMax !== undefined;
}

/** Whether all calls of `member` are exclusive. */
export function isPrivate(line: Line, member: string): boolean {
  return memberOf(line, member)?.isPrivate ?? false;
}

function memberOf({ members }: Line, name: string): Member | undefined {
  return members.find((member) => member.name === name);
}
