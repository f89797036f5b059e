/** What no store takes: a transaction like that is a fault of whoever made it, whatever the driver. */
import { assert } from '../base/assert.ts';
import type { Transaction } from '../process/state-plane.ts';

/** Comparisons, operations and keys to read of one transaction, each. */
export const OPERATIONS_MAX = 128;

/** A key is changed once in a transaction: a delete and a put of one key are two. */
export function assertTransaction({ compare, then, read = [] }: Transaction): void {
  const most = Math.max(compare.length, then.length, read.length);
  assert(most <= OPERATIONS_MAX, `a transaction of ${most}, more than ${OPERATIONS_MAX}`);
  const keys = new Set(then.map(({ key }) => key));
  assert(keys.size === then.length, 'a transaction changes a key twice');
}
