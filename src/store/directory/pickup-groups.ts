/** Pickup groups of the directory: lines and devices say which one they are in, each at most one. */
import { STEP, type Work } from '../../base/work.ts';
import type { Line } from '../../call/directory.ts';
import { PICKUP_LINES_MAX, type PickupGroup } from '../../call/pickup-group.ts';
import { type Entry, placeAt } from '../document.ts';
import { suggestion } from '../nearest-name.ts';
import { formatPlace, type Place, type Problem } from '../problem.ts';
import { checkShape } from '../shape.ts';
import { identifier } from '../values.ts';
import type { DeviceDrafts } from './devices.ts';
import type { Gathered } from './gather.ts';
import { pickupGroupSchema } from './schema.ts';

/** What is in them. */
type Dialled = { readonly lines: ReadonlyMap<string, Line>; readonly drafts: DeviceDrafts };

/** By id. */
export function* readPickupGroups(
  entries: Pick<Gathered, 'pickup_groups' | 'lines'>,
  dialled: Dialled,
  problems: Problem[],
): Work<Map<string, PickupGroup>> {
  const groups = new Map<string, PickupGroup>();
  const numbers = new Map<string, Place>();
  const lines = yield* linesByGroup(entries, dialled, problems);
  for (const entry of entries.pickup_groups.values()) {
    const { key: id, place } = entry;
    const fault = identifier.safeParse(id).error?.issues[0];
    if (fault) problems.push({ place, message: fault.message });
    const given = checkShape(pickupGroupSchema, entry.value, problems);
    if (given === undefined) continue;
    const { name = '', number, others = [] } = given;
    checkOthers(entry, others, entries, problems);
    if (number !== undefined) checkNumber(entry, number, numbers, problems);
    const own = lines.get(id) ?? [];
    if (own.length > PICKUP_LINES_MAX) {
      const message = `${own.length} lines in pickup group '${id}', at most ${PICKUP_LINES_MAX}`;
      problems.push({ place, message });
    }
    groups.set(id, { id, name, ...(number !== undefined && { number }), lines: own, others });
  }
  return groups;
}

/** Numbers of lines, in the order of the directory; what names no group, or has no number, is a problem. */
function* linesByGroup(
  { pickup_groups: known, lines: entries }: Pick<Gathered, 'pickup_groups' | 'lines'>,
  { lines, drafts }: Dialled,
  problems: Problem[],
): Work<ReadonlyMap<string, readonly string[]>> {
  let left = 0;
  const found = new Map<string, string[]>();
  const checked = new Set<Entry>();
  const check = (entry: Entry | undefined, group: string): void => {
    if (entry === undefined || known.has(group) || checked.has(entry)) return;
    // Once for a range of devices.
    checked.add(entry);
    const place = placeAt(entry.value, ['pickup_group']);
    const message = `unknown pickup group '${group}'${suggestion(group, known.keys())}`;
    problems.push({ place, message });
  };
  for (const { id, number, answering, entry } of drafts.drafts.values()) {
    if (++left % STEP === 0) yield;
    const { pickup_group: group } = answering;
    if (group === undefined) continue;
    if (number !== '') check(entry, group);
    else if (!checked.has(entry)) {
      checked.add(entry);
      const place = placeAt(entry.value, ['pickup_group']);
      const message = `device '${id}' has no number of its own: give the pickup group to its line`;
      problems.push({ place, message });
    }
  }
  for (const { number, pickupGroup } of lines.values()) {
    if (++left % STEP === 0) yield;
    if (pickupGroup === undefined) continue;
    check(entries.get(number), pickupGroup);
    const numbers = found.get(pickupGroup);
    if (numbers) numbers.push(number);
    else found.set(pickupGroup, [number]);
  }
  return found;
}

function checkOthers(
  { key, value }: Entry,
  others: readonly string[],
  { pickup_groups: known }: Pick<Gathered, 'pickup_groups'>,
  problems: Problem[],
): void {
  const seen = new Set<string>();
  others.forEach((other, index) => {
    const place = placeAt(value, ['others', index]);
    const report = (message: string): void => {
      problems.push({ place, message });
    };
    if (other === key) report(`pickup group '${key}' is no other than itself`);
    else if (seen.has(other)) report(`pickup group '${other}' is in it already`);
    else if (!known.has(other))
      report(`unknown pickup group '${other}'${suggestion(other, known.keys())}`);
    seen.add(other);
  });
}

function checkNumber(
  { key, value }: Entry,
  number: string,
  numbers: Map<string, Place>,
  problems: Problem[],
): void {
  const place = placeAt(value, ['number']);
  const first = numbers.get(number);
  if (first === undefined) numbers.set(number, place);
  else {
    const message = `number '${number}' of pickup group '${key}' is already given in ${formatPlace(first)}`;
    problems.push({ place, message });
  }
}
