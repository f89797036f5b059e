/**
 * Whether calls are on record as they should be, once all is over: each that was answered under a manager that
 * lives still has one end there, and no manager has said the same thing of a call twice.
 */
import type { CallRecord } from '../call/call-record.ts';

/** What a manager has said of a call, in the order in which all of it was said. */
export type KeptRecord = {
  readonly manager: string;
  /** The manager's life: the same object for all of it. */
  readonly life: object;
  readonly record: CallRecord;
};

/** In words. `living`: managers that have lived to the end. */
export function recordFaultsOf(kept: readonly KeptRecord[], living: ReadonlySet<object>): string[] {
  const faults: string[] = [];
  const open = new Map<string, KeptRecord>();
  const closed = new Map<string, KeptRecord>();
  const lives = [...new Set(kept.map(({ life }) => life))];
  for (const each of kept) {
    const { manager, life, record } = each;
    const key = `life ${lives.indexOf(life) + 1}, of ${manager}: ${record.call}`;
    if (record.closing === undefined) {
      open.set(key, each);
      continue;
    }
    open.delete(key);
    const before = closed.get(key);
    if (before !== undefined)
      faults.push(`${key}: ${before.record.closing}, then ${record.closing} (${record.cause})`);
    closed.set(key, each);
    if ((record.endedMs ?? 0) < (record.beganMs ?? 0)) faults.push(`${key} ends before it begins`);
  }
  for (const [key, { life }] of open)
    if (living.has(life)) faults.push(`${key} was answered, and has no end`);
  return faults;
}
