/** A line's process and call control that break a rule about answers, made of the real ones. */
import { step as stepCall } from '../../call/call-control.ts';
import { type Effect, tell } from '../../call/effects.ts';
import { step as stepLine } from '../../call/line/line-control-process.ts';
import type { AnswerSteps } from './answer-model.ts';

const REAL: AnswerSteps = { line: stepLine, call: stepCall };

/** The line passes every answer on; call control alone looks after it. */
const laxLine: AnswerSteps = {
  ...REAL,
  line: (line, event, out) => {
    const answer =
      event.type === 'signal' && event.signal.type === 'callProceed' ? event.signal : undefined;
    const call = answer && line.calls.get(answer.call);
    if (answer !== undefined && call?.state === 'taken') out.push(tell(call.control, answer));
    else stepLine(line, event, out);
  },
};

/** And so does call control. */
const anyAnswer: AnswerSteps = {
  ...laxLine,
  call: (call, event, out) => {
    if (call.state !== 'answered' || event.type !== 'signal') return stepCall(call, event, out);
    if (event.signal.type !== 'callProceed') return stepCall(call, event, out);
    out.push(tell(call.request.caller.pid, event.signal));
    return call;
  },
};

/** Phones that ring in vain are not told. */
const noWithdrawal: AnswerSteps = { ...REAL, line: without('answered elsewhere') };
/** Nor are they when the caller does not want the call any more. */
const noEnd: AnswerSteps = { ...REAL, line: without('caller gave up') };

/** Nobody at the line looks after who died. */
const noFuneral: AnswerSteps = {
  ...REAL,
  line: (line, event, out) => (event.type === 'down' ? undefined : stepLine(line, event, out)),
};

/** By the rule that is broken. */
export const ANSWER_MUTANTS = {
  'first answer wins': anyAnswer,
  'others stop ringing': noWithdrawal,
  'phones stop when the caller does': noEnd,
  'the dead are seen to': noFuneral,
} as const satisfies Readonly<Record<string, AnswerSteps>>;

/** Breaks no rule by itself: call control is there. */
export const LAX_LINE = laxLine;

export type BrokenAnswer = keyof typeof ANSWER_MUTANTS;

function without(cause: string): AnswerSteps['line'] {
  const isIt = (effect: Effect): boolean =>
    effect.type === 'tell' &&
    effect.signal.type === 'callWithdraw' &&
    effect.signal.cause === cause;
  return (line, event, out) =>
    stepLine(line, event, { push: (effect) => (isIt(effect) ? 0 : out.push(effect)) });
}
