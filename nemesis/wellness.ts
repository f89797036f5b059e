/** Whether all goes well: calls get through from everybody to each line, at once, and reach every phone. */
import type { CallRecord, LegRecord } from './records.ts';
import { LINES, MANAGERS } from './site.ts';

/** All must have gone well for so long. */
export const WELL_MS = 1500;
/** A call that rings nobody for longer waits for others before it: the last fault is not over yet. */
const PROMPT_MS = 500;

/** What phones have seen lately: oldest first. */
type Seen = { readonly calls: readonly CallRecord[]; readonly legs: readonly LegRecord[] };

/** What has not gone well in the last `WELL_MS`, in words; nothing: all has. */
export function notWell(seen: Seen, nowMs: number): string[] {
  const wrong: string[] = [];
  const sinceMs = nowMs - WELL_MS;
  const calls = latest(seen.calls, (call) => call.startMs >= sinceMs);
  const legs = latest(seen.legs, (leg) => leg.invitedMs >= sinceMs);
  for (const { number } of LINES) {
    const ofLine = calls.filter(({ line }) => line === number);
    for (const [manager, id] of MANAGERS.entries()) {
      const isThrough = ofLine.some(
        ({ origin, answeredMs }) => origin === manager && answeredMs !== undefined,
      );
      if (!isThrough) wrong.push(`no call from ${id} to ${number}`);
      const device = `${number}${manager + 1}`;
      if (!legs.some((leg) => leg.device === device)) wrong.push(`${device} is not rung`);
    }
    if (ofLine.some((call) => isLate(call, nowMs))) wrong.push(`calls to ${number} ring late`);
  }
  return wrong;
}

function isLate({ startMs, legs, overMs = Infinity }: CallRecord, nowMs: number): boolean {
  const rangMs = Math.min(nowMs, overMs, ...legs.map(({ invitedMs }) => invitedMs));
  return rangMs - startMs > PROMPT_MS;
}

/** Those at the end of a list in order of time that are `recent`. */
function latest<T extends CallRecord | LegRecord>(
  all: readonly T[],
  recent: (one: T) => boolean,
): T[] {
  return all.slice(all.findLastIndex((one) => !recent(one)) + 1);
}
