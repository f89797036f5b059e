/**
 * Whether a number had a process before, whose calls phones may have still: who may know, and says so.
 *
 * A manager has seen each process of a number come and go since it joined, and remembers those that it has lost
 * (`RegistrationTable.lose`). What was lost before it joined, those have seen that were members earlier. So in its first
 * seconds a manager takes a line for new only when they have told its process how many devices they attach, none most
 * often; they tell any younger manager's process, without being asked. A line that nobody shares does not wait for it.
 */
import type { Cluster } from '../../process/cluster.ts';
import { type Home, homeOf, type Pid } from '../../process/pid.ts';
import type { Line } from '../directory.ts';
import { isShared } from './line-members.ts';
import type { LineRecord } from './line-record.ts';

/**
 * A member with phones of a lost number claims it within half a second, unless it is silent; and one that is silent is
 * expelled at the latest 5 s after, when this manager has never heard it (`cluster/membership-timings.ts`).
 */
const YOUNG_MS = 6000;

/** Whether device processes may have calls from an earlier process of the number, as far as this manager has seen. */
export function hadOther({ seats }: LineRecord, wasLost: boolean): boolean {
  return wasLost || seats.some(({ lcp }) => lcp !== undefined);
}

/** Members that may know of a process of `line` before that of this manager, which has been one for `ageMs` and does not. */
export function whoKnows(line: Line, { view, home }: Cluster, ageMs: number): readonly Home[] {
  if (line.mode === 'replicated' || !isShared(line) || ageMs > YOUNG_MS) return [];
  return view.members.slice(0, Math.max(0, view.members.indexOf(home)));
}

/** Whether `lcp`, the process of `line`, may count on being told what this manager knows, whatever that is. */
export function isAsked(line: Line | undefined, lcp: Pid, { view, home }: Cluster): boolean {
  if (line === undefined || !isShared(line)) return false;
  return view.members.indexOf(homeOf(lcp)) > view.members.indexOf(home);
}
