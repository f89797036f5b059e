/** The order in which servers are tried: RFC 2782, "Usage rules". */
import type { Random } from '../base/random.ts';
import type { SrvRecord } from './resolver.ts';

const RANDOM_RANGE = 2 ** 32;

/** Lower priorities first; within one, by lot in proportion to the weights. */
export function orderByWeight(records: readonly SrvRecord[], random: Random): SrvRecord[] {
  const ordered: SrvRecord[] = [];
  const left = records.toSorted(
    // Those of weight 0 stand first, so that they have their small chance.
    (one, other) => one.priority - other.priority || one.weight - other.weight,
  );
  while (left.length > 0) ordered.push(...left.splice(draw(left, random), 1));
  return ordered;
}

/** The index of the one drawn among those of the first priority. */
function draw(records: readonly SrvRecord[], random: Random): number {
  const priority = records[0]?.priority;
  const rivals = records.filter((record) => record.priority === priority);
  const total = rivals.reduce((sum, { weight }) => sum + weight, 0);
  const lot = Math.floor((random.next32() / RANDOM_RANGE) * (total + 1));
  let sum = 0;
  const index = rivals.findIndex(({ weight }) => {
    sum += weight;
    return sum >= lot;
  });
  return Math.max(index, 0);
}
