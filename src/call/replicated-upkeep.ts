/**
 * What keeps a replicated line's lamps from staying lit. What becomes of a call is said by its call control
 * alone, so that is told; calls are ended at their device processes all the same, which may be the only ones
 * that know of them still.
 */
import type { Pid } from '../process/pid.ts';
import { type Out, tell } from './effects.ts';
import { note } from './line-chains.ts';
import { forgotten } from './line-orphans.ts';
import { callToFree, endLeg, free } from './line-release.ts';
import { drop, type ReplicatedLine } from './replicated-calls.ts';
import { hearOfUse } from './replicated-use.ts';
import type { CallSignal } from './signals.ts';
import type { UpkeepSignal } from './upkeep-signals.ts';

/** One of these, or what members do with the line's appearances. */
export function keepUp(line: ReplicatedLine, signal: CallSignal, from: Pid, out: Out): void {
  if (signal.type === 'lineFree') freeHere(line, signal, out);
  else if (signal.type === 'lineForgotten') {
    const call = forgotten(line.control, signal, from);
    if (call?.state === 'taken') giveUp(call.control, call.call, call.holder, 'call gone', out);
  } else hearOfUse(line.control, signal, from, out);
}

function freeHere(
  line: ReplicatedLine,
  signal: Extract<UpkeepSignal, { type: 'lineFree' }>,
  out: Out,
): void {
  const call = callToFree(line.control, signal);
  if (call === undefined) {
    // It has a number, and nobody has said a word of it since.
    const known = line.known.get(signal.call);
    if (known?.version === 0 && known.appearance === signal.appearance)
      drop(line, signal.call, 'released');
    return;
  }
  if (call.state === 'own') return free(line.control, signal, out);
  note(line.control, call, 'released', undefined, 'released', 0, signal.text);
  if (call.state === 'taken') {
    endLeg(call.holder, out);
    giveUp(call.control, call.call, call.holder, 'released', out);
  } else endLeg(call.caller, out);
}

/** That the call is not the line's any more, call control says to all. */
function giveUp(
  control: Pid,
  call: string,
  holder: { readonly pid: Pid; readonly call: string },
  cause: 'released' | 'call gone',
  out: Out,
): void {
  out.push(tell(control, { type: 'callRelease', call, from: holder, cause }));
}
