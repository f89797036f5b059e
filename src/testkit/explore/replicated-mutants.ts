/** A replicated line's process that breaks a rule about appearances, made of the real one. */
import { tell } from '../../call/effects.ts';
import { isUsed } from '../../call/line/line-control.ts';
import { step as stepLine } from '../../call/replicated/replicated-line.ts';
import type { ReplicatedStep } from './replicated-model.ts';

/** Who has given out an appearance has told nobody. */
const unseen: ReplicatedStep = (line, event, out) => {
  const signal = event.type === 'signal' ? event.signal : undefined;
  if (event.type !== 'signal' || signal?.type !== 'lineCall' || signal.lock === undefined)
    return stepLine(line, event, out);
  const { number, lock } = signal;
  const { seq, operation } = lock;
  out.push(tell(event.from, { type: 'lockAccepted', number, seq, operation, ok: true }));
};

/** The lock is given to whoever asks. */
const noLock: ReplicatedStep = (line, event, out) => {
  if (event.type !== 'signal' || event.signal.type !== 'lockRequest')
    return stepLine(line, event, out);
  const { number, round } = event.signal;
  const { seq } = line.lock;
  out.push(tell(event.from, { type: 'lockResponse', number, round, result: 'granted', seq }));
};

const noFuneral: ReplicatedStep = (line, event, out) =>
  event.type === 'down' ? undefined : stepLine(line, event, out);

/** By the rule that is broken. */
export const SEIZURE_MUTANTS = {
  'what is given out is shown to all': unseen,
  'one at a time gives something out': noLock,
  'the dead give back what they have': noFuneral,
} as const satisfies Readonly<Record<string, ReplicatedStep>>;

/** That another phone retrieves the call is heard, and forgotten. */
const forgetful: ReplicatedStep = (line, event, out) => {
  stepLine(line, event, out);
  if (event.type !== 'signal' || event.signal.type !== 'lineRetrieval') return;
  for (const call of line.control.calls.values()) if (isUsed(call)) call.retrieval = undefined;
};

export const RETRIEVAL_MUTANTS = {
  'one phone at a time retrieves': forgetful,
  'the dead have nothing': noFuneral,
} as const satisfies Readonly<Record<string, ReplicatedStep>>;
