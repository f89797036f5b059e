/** What the directory lets a member of a line do. */
import type { Line, Member, Rights } from './directory.ts';

export function hasRight(line: Line, member: string, right: Rights): boolean {
  return memberOf(line, member)?.rights.includes(right) ?? false;
}

/** Whether all calls of `member` are exclusive. */
export function isPrivate(line: Line, member: string): boolean {
  return memberOf(line, member)?.isPrivate ?? false;
}

function memberOf({ members }: Line, name: string): Member | undefined {
  return members.find((member) => member.name === name);
}
