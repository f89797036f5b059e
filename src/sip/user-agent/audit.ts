/**
 * Whether the far end of a dialog is there still: one that has been silent for long is asked, without a
 * user's noticing. A dialog that it does not know, or to which nobody answers, is over (RFC 3261 §12.2.1.2,
 * RFC 5057 §5.1). Session timers (RFC 4028) do the same for who agrees to them, and less often.
 */
import type { Agent } from './agent.ts';
import { probe } from './conveyance.ts';
import { LegRecord } from './leg-record.ts';
import { mayChange, refresh } from './our-change.ts';

/** A dialog that was asked so lately is not asked again. */
const AGAIN_MS = 1000;
/** Dialogs that are asked in one turn; the others have their turn next time. */
const ASKED_MAX = 256;

/**
 * UPDATE without a body where the far end takes it, which no phone answers without looking for the dialog; else OPTIONS,
 * as of a caller that has been told that it rings.
 */
export function audit<O>(agent: Agent<O>, leg: LegRecord<O>): void {
  const isEarly = leg.phase === 'invited' && leg.ringing !== '';
  if (leg.phase !== 'confirmed' && !isEarly) return;
  if (agent.nowMs - leg.auditedAtMs < AGAIN_MS) return;
  leg.auditedAtMs = agent.nowMs;
  if (isEarly) return probe(agent, leg);
  // A change that is under way says as much.
  if (!mayChange(leg)) return;
  if (leg.allow?.has('UPDATE')) refresh(agent, leg);
  else probe(agent, leg);
}

/** Asks the far ends that have not been heard of for `silentMs`. */
export function auditSilent<O>(agent: Agent<O>, silentMs: number): void {
  let asked = 0;
  for (const usage of agent.usages.values()) {
    if (!(usage instanceof LegRecord) || usage.phase !== 'confirmed') continue;
    if (agent.nowMs - Math.max(usage.heardAtMs, usage.auditedAtMs) < silentMs) continue;
    if (++asked > ASKED_MAX) return;
    audit(agent, usage);
  }
}
