/** A line's process that breaks a rule about appearances, made of the real one. */
import { type Effect, tell } from '../../call/effects.ts';
import { isUsed, type LineControl, type Used } from '../../call/line/line-control.ts';
import { step as stepLine } from '../../call/line/line-control-process.ts';
import type { LineStep } from './appearance-model.ts';

/** What another has seized is given again. */
const anySeizure: LineStep = (line, event, out) => {
  const asked =
    event.type === 'signal' && event.signal.type === 'lineSeize' ? event.signal : undefined;
  stepLine(line, event, {
    push: (effect) => {
      const isRefusal = effect.type === 'tell' && effect.signal.type === 'lineSeizeRefused';
      if (asked === undefined || !isRefusal) return out.push(effect);
      const { number, call } = asked;
      return out.push(tell(effect.to, { type: 'lineSeized', number, call, appearance: 1 }));
    },
  });
};

/** What is seized and forgotten stays seized. */
const endlessLease: LineStep = (line, event, out) =>
  stepLine(line, event, {
    push: (effect) => (isTimer(effect, 'start', 'lease') ? 0 : out.push(effect)),
  });

/** The lease runs on when the call has begun. */
const lastingLease: LineStep = (line, event, out) => {
  if (event.type === 'timer')
    for (const call of usedOf(line)) if (event.timer === `lease:${call.call}`) call.use = 'seized';
  stepLine(line, event, {
    push: (effect) => (isTimer(effect, 'stop', 'lease') ? 0 : out.push(effect)),
  });
};

const noFuneral: LineStep = (line, event, out) =>
  event.type === 'down' ? undefined : stepLine(line, event, out);

/** By the rule that is broken. */
export const SEIZURE_MUTANTS = {
  'one phone has an appearance': anySeizure,
  'a lease ends': endlessLease,
  'a call that has begun needs no lease': lastingLease,
  'the dead give back what they have': noFuneral,
} as const satisfies Readonly<Record<string, LineStep>>;
export type BrokenSeizure = keyof typeof SEIZURE_MUTANTS;

const manyRetrievals: LineStep = (line, event, out) => {
  if (event.type === 'signal' && event.signal.type === 'lineRetrieve')
    for (const call of usedOf(line)) call.retrieval = undefined;
  stepLine(line, event, out);
};

const freedByHolder: LineStep = (line, event, out) => {
  if (event.type === 'signal' && event.signal.type === 'callEnded')
    for (const call of usedOf(line)) if (call.holder.pid === event.from) call.retrieval = undefined;
  stepLine(line, event, out);
};

const sameHolder: LineStep = (line, event, out) =>
  event.type === 'signal' && event.signal.type === 'callHeld'
    ? undefined
    : stepLine(line, event, out);

const deafToFailure: LineStep = (line, event, out) => {
  const isFailure =
    event.type === 'signal' &&
    event.signal.type === 'callEnded' &&
    usedOf(line).some(({ retrieval }) => retrieval?.by.pid === event.from);
  if (!isFailure) stepLine(line, event, out);
};

export const RETRIEVAL_MUTANTS = {
  'one phone at a time retrieves': manyRetrievals,
  'the holder’s end frees nothing while another retrieves': freedByHolder,
  'who has retrieved a call has it': sameHolder,
  'a retrieval that fails is over': deafToFailure,
  'the dead have nothing': noFuneral,
} as const satisfies Readonly<Record<string, LineStep>>;
export type BrokenRetrieval = keyof typeof RETRIEVAL_MUTANTS;

function usedOf(line: LineControl): Used[] {
  return [...line.calls.values()].filter(isUsed);
}

function isTimer(effect: Effect, type: 'start' | 'stop', name: string): boolean {
  return effect.type === type && effect.timer.startsWith(name);
}
