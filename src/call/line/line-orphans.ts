/**
 * Calls of a line of which nobody knows any more: now and then those who have them are asked. It takes two
 * noes, a minute apart, since a call may be between two of its owners at the moment.
 */
import type { Pid } from '../../process/pid.ts';
import { type Out, tell } from '../effects.ts';
import type { UpkeepSignal } from '../upkeep-signals.ts';
import { isUsed, type LineControl, type Used } from './line-control.ts';
import { isSame, passHold } from './line-retrieval.ts';

/** How often, while the line has calls. */
export const INQUIRY_MS = 60_000;
export const INQUIRY = 'inquiry';
/** Calls of one line that are asked for at a time, the oldest first. */
const ASKED_MAX = 64;

/** Asks the owners of calls and seizures; `isOurs`: whom this process asks. */
export function inquire(line: LineControl, isOurs: (holder: Pid) => boolean, out: Out): void {
  const { number } = line.line;
  let asked = 0;
  for (const used of line.calls.values()) {
    if (!isUsed(used) || used.retrieval !== undefined || !isOurs(used.holder.pid)) continue;
    if (++asked > ASKED_MAX) return;
    const { call, holder, isDoubted = false } = used;
    used.isDoubted = false;
    const leg = holder.call;
    out.push(tell(holder.pid, { type: 'lineInquire', number, call, leg, isAgain: isDoubted }));
  }
}

/**
 * Who has a call, for all that is known here, says that another leg has had its place: of a call that no call
 * control answers for. That one may be over by now, and was not known here when it said so: it is asked.
 */
export function passed(
  line: LineControl,
  { call, holder }: Extract<UpkeepSignal, { type: 'linePassed' }>,
  from: Pid,
  out: Out,
): void {
  const used = line.calls.get(call);
  if (used === undefined || !isUsed(used) || used.retrieval !== undefined) return;
  if (used.use === 'seized' || (used.state === 'taken' && !used.isOnItsOwn)) return;
  if (used.holder.pid !== from || isSame(used.holder, holder)) return;
  passHold(line, used, holder, out);
  const { number } = line.line;
  out.push(
    tell(holder.pid, { type: 'lineInquire', number, call, leg: holder.call, isAgain: true }),
  );
}

/** Who has a call, for all that is known here, says that it does not know it. Returns a call that is over. */
export function forgotten(
  line: LineControl,
  { call, isAgain }: Extract<UpkeepSignal, { type: 'lineForgotten' }>,
  from: Pid,
): Used | undefined {
  const used = line.calls.get(call);
  if (used === undefined || !isUsed(used) || used.retrieval !== undefined) return undefined;
  if (used.holder.pid !== from) return undefined;
  if (isAgain) return used;
  used.isDoubted = true;
  return undefined;
}
