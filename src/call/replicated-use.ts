/**
 * Members' use of the appearances of a replicated line, as far as one of its processes can deal with it
 * alone: what who has a call does with it is shown to the watchers of the holder's manager. Numbers are
 * given out under the line's lock (kinds 'seize' and 'retrieve'), which nobody asks for these yet: so
 * nothing is seized or retrieved, and members' own calls have no lamp. A call that rings is picked up as any
 * device answers it: its call control says who wins.
 */
import type { Pid } from '../process/pid.ts';
import { type Out, tell } from './effects.ts';
import type { LineControl } from './line-control.ts';
import { pickUp } from './line-pickup.ts';
import { wantedCall } from './line-retrieval.ts';
import { use } from './line-seizures.ts';
import type { CallSignal } from './signals.ts';

export function hearOfUse(line: LineControl, signal: CallSignal, from: Pid, out: Out): void {
  const cause = 'forbidden';
  if (signal.type === 'lineSeize') {
    const { number, call } = signal;
    out.push(tell(from, { type: 'lineSeizeRefused', number, call, cause }));
  } else if (signal.type === 'lineRetrieve') {
    const { number, call, wants } = signal;
    const by = { pid: from, call };
    const wanted = wantedCall(line, signal, by);
    const isRinging = wanted?.state === 'offered' && wants !== 'held';
    const refusal = isRinging ? pickUp(line, wanted, by, out) : cause;
    if (refusal === undefined) return;
    out.push(tell(from, { type: 'lineRetrieveRefused', number, call, cause: refusal }));
  } else if (signal.type === 'lineUse') {
    const call = line.calls.get(signal.call);
    if (call?.state === 'taken') use(line, call, signal, from, out);
  }
}
