/**
 * What keeps a replicated line's lamps from staying lit. What becomes of a call is said by its coordinator
 * alone, so that is told; calls are ended at their device processes all the same, which may be the only ones
 * that know of them still.
 */
import { kindOf, type Pid } from '../../process/pid.ts';
import { type Out, tell } from '../effects.ts';
import { note } from '../line/line-chains.ts';
import { forgotten, passed } from '../line/line-orphans.ts';
import { callToFree, endLeg, free } from '../line/line-release.ts';
import type { CallSignal } from '../signals.ts';
import type { UpkeepSignal } from '../upkeep-signals.ts';
import { drop, type ReplicatedLine } from './replicated-calls.ts';
import { holderOver } from './replicated-retrieval.ts';
import { ours } from './replicated-used.ts';
import { dropUnshown } from './replicated-wishes.ts';

/** One of these. */
export function keepUp(line: ReplicatedLine, signal: CallSignal, from: Pid, out: Out): void {
  if (signal.type === 'lineFree') freeHere(line, signal, from, out);
  else if (signal.type === 'lineForgotten') {
    const call = forgotten(line.control, signal, from);
    if (call !== undefined) holderOver(line, call, 'call gone', out);
  } else if (signal.type === 'linePassed') passHere(line, signal, from, out);
}

/** Who has it now wants to have it entered at its own manager; until then this process goes on answering for it. */
function passHere(
  line: ReplicatedLine,
  signal: Extract<UpkeepSignal, { type: 'linePassed' }>,
  from: Pid,
  out: Out,
): void {
  dropUnshown(line, signal.call, from);
  if (ours(line, signal.call) !== undefined) passed(line.control, signal, from, out);
}

function freeHere(
  line: ReplicatedLine,
  signal: Extract<UpkeepSignal, { type: 'lineFree' }>,
  from: Pid,
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
  const control = line.known.get(signal.call)?.control;
  if (line.mine.has(signal.call)) return free(line.control, signal, out);
  // Another of the line's processes answers for it.
  if (control !== undefined && kindOf(control) === 'l') {
    if (kindOf(from) !== 'l') out.push(tell(control, signal));
    return;
  }
  if (call.state === 'own') return;
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
