/**
 * Held calls whose holder was lost with its manager: the far end stays on for a while, so that another
 * member, or the same one from another phone, can retrieve the call. Until then the far end's own leg has
 * the holder's place.
 */

import type { CallSignal } from '../signals.ts';
import { holderOfAppearance, keepAppearance } from './appearances.ts';
import { note } from './line-chains.ts';
import { isUsed, type LineControl, putCall, type Used } from './line-control.ts';
import { isPrivate } from './line-members.ts';
import { LINE_CALLS_MAX } from './line-seizures.ts';

/**
 * The far end's word. The line may have heard of the loss already, and have freed the appearance; or may
 * have a new process that has never heard of the call.
 */
export function keep(line: LineControl, signal: Extract<CallSignal, { type: 'lineKept' }>): void {
  const { call, leg, member, party, state, appearance: wanted = 0, isOwn = false } = signal;
  const { appearances } = line;
  const known = line.calls.get(call);
  if (known !== undefined && !isUsed(known)) return;
  if (known === undefined && appearances.lowest >= LINE_CALLS_MAX) return;
  const isFree = wanted >= 1 && holderOfAppearance(appearances, wanted) === null;
  const appearance = known?.appearance ?? keepAppearance(appearances, call, isFree ? wanted : 0);
  const common = { call, appearance, holder: leg, member, from: party, use: state };
  const kept: Used = isOwn
    ? { state: 'own', ...common }
    : // No call control answers for it any more.
      { state: 'taken', ...common, control: leg.pid, caller: leg, isOnItsOwn: true, isKept: true };
  if (isPrivate(line.line, member)) kept.isExclusive = true;
  // Who was about to have it asked a leg that is no more, and gives up.
  if (known?.retrieval !== undefined)
    kept.retrieval = { by: known.retrieval.by, isHolderGone: false };
  putCall(line, kept);
  note(line, kept, 'kept', leg.pid);
  line.changed = true;
}
