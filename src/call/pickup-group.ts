/**
 * Pickup groups of the directory: lines whose calls their members answer for one another, by dialling a code.
 * A line says itself which group it is in, so that it is in one at most.
 */
import type { Directory } from './directory.ts';
import type { RefusalCode } from './refusal-codes.ts';

/** Lines of one group: all are asked when somebody dials. */
export const PICKUP_LINES_MAX = 128;
/** Other groups that the members of one may pick up from. */
export const PICKUP_OTHERS_MAX = 16;

export type PickupGroup = {
  readonly id: string;
  readonly name: string;
  /** Digits that mean it behind the code, for members of other groups. Absent: there are none. */
  readonly number?: string;
  /** Numbers of its lines, in the order of the directory. */
  readonly lines: readonly string[];
  /** Groups whose calls its members may pick up too, in this order. */
  readonly others: readonly string[];
};

/** Lines of a group, asked together: the call among theirs that has rung longest is picked up. */
export type PickupStep = { readonly group: string; readonly lines: readonly string[] };

/** Who picks up: a device, and the line that it calls from. */
export type Picker = { readonly device: string; readonly line: string };

/** Groups in the order in which they are asked, until something rings in one. Never empty. */
export type PickupWish = { readonly steps: readonly PickupStep[] } | { readonly code: RefusalCode };

/**
 * What the digits behind the code mean: none, the picker's own group; a star, the others that it may pick up from; a
 * group's number, that one.
 */
export function pickupWish(directory: Directory, picker: Picker, digits: string): PickupWish {
  const own = groupOf(directory, picker);
  if ('code' in own) return own;
  if (digits === '') return { steps: [stepOf(directory, picker, own)] };
  const others = othersOf(directory, own);
  if (digits === '*') {
    if (others.length === 0) return { code: 'LW-3464' };
    return { steps: others.map((group) => stepOf(directory, picker, group)) };
  }
  const named = [own, ...others].find(({ number }) => number === digits);
  if (named !== undefined) return { steps: [stepOf(directory, picker, named)] };
  const { pickupGroups } = directory;
  for (const { number } of pickupGroups.values()) if (number === digits) return { code: 'LW-3464' };
  return { code: 'LW-3001' };
}

/** The calls of that line alone, which is another's: undefined if the picker's groups do not grant them. */
export function pickupAt(
  directory: Directory,
  picker: Picker,
  number: string,
): PickupStep | undefined {
  const own = groupOf(directory, picker);
  const group = directory.lines.get(number)?.pickupGroup;
  if ('code' in own || group === undefined) return undefined;
  if (group !== own.id && !own.others.includes(group)) return undefined;
  return { group, lines: [number] };
}

/** That of the line which is called from, or of the first of the device's lines that is in one. */
function groupOf(
  { devices, lines, pickupGroups }: Directory,
  { device, line }: Picker,
): PickupGroup | { readonly code: RefusalCode } {
  let code: RefusalCode = 'LW-3463';
  for (const number of [line, ...(devices.get(device)?.lines ?? [])]) {
    const { pickupGroup = '', members = [] } = lines.get(number) ?? {};
    const group = pickupGroups.get(pickupGroup);
    const seat = members.find((member) => member.device === device);
    if (group === undefined || seat === undefined) continue;
    if (seat.rights.includes('answer')) return group;
    code = 'LW-3465';
  }
  return { code };
}

function othersOf({ pickupGroups }: Directory, { others }: PickupGroup): readonly PickupGroup[] {
  return others.flatMap((id) => pickupGroups.get(id) ?? []);
}

/** Without lines of the picker's own that it may not answer. */
function stepOf({ lines }: Directory, { device }: Picker, group: PickupGroup): PickupStep {
  const mayPick = (number: string): boolean => {
    const seat = lines.get(number)?.members.find((member) => member.device === device);
    return seat === undefined || seat.rights.includes('answer');
  };
  return { group: group.id, lines: group.lines.filter(mayPick) };
}
