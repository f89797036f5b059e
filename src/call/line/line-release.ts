/**
 * An administrator frees an appearance: what is seized is taken back, a call is ended for whoever has to do
 * with it. The lamp goes off at once, whether or not anybody is there to hear of it.
 */

import { type Out, tell } from '../effects.ts';
import type { LegRef } from '../signals.ts';
import type { UpkeepSignal } from '../upkeep-signals.ts';
import { holderOfAppearance } from './appearances.ts';
import { note } from './line-chains.ts';
import { isUsed, type LineCall, type LineControl, type Used } from './line-control.ts';
import { withdrawOffer } from './line-offer.ts';
import { drop } from './line-recovery.ts';
import { discard, release } from './line-retrieval.ts';
import { refuseSeizure } from './line-seizures.ts';

type LineFree = Extract<UpkeepSignal, { type: 'lineFree' }>;

const CAUSE = 'released';

/** The call that is meant, if it is there still. */
export function callToFree(
  { appearances, calls }: LineControl,
  { appearance, call }: LineFree,
): LineCall | undefined {
  return holderOfAppearance(appearances, appearance) === call ? calls.get(call) : undefined;
}

export function free(line: LineControl, signal: LineFree, out: Out): void {
  const call = callToFree(line, signal);
  if (call === undefined) return;
  note(line, call, 'released', undefined, CAUSE, 0, signal.text);
  if (isUsed(call)) return freeUsed(line, call, out);
  const refusal = { type: 'callRefuse', call: call.call, cause: CAUSE } as const;
  out.push(tell(call.control, refusal));
  if (call.state === 'offered') withdrawOffer(line, call, CAUSE, out);
  else drop(line, call, CAUSE, out);
}

function freeUsed(line: LineControl, call: Used, out: Out): void {
  const { holder, retrieval } = call;
  if (call.use === 'seized') {
    discard(line, call, CAUSE, undefined, out);
    refuseSeizure(line, holder.pid, call.call, CAUSE, out);
    return;
  }
  if (retrieval !== undefined) endLeg(retrieval.by, out);
  endLeg(holder, out);
  release(line, call, CAUSE, out);
}

/** Tells a device process that its leg ends: the line's word for it, not its peer's. */
export function endLeg({ pid, call }: LegRef, out: Out): void {
  out.push(tell(pid, { type: 'callRelease', call, cause: CAUSE }));
}
