/** What a line promises, as objects whose histories can be checked. */
import type { Model } from './linearizability.ts';

/**
 * One appearance of a line: at any time one call has it, or none. An operation is only put into a
 * history when it was answered, or is one whose answer nobody heard: then its return is Infinity.
 */
export type AppearanceInput = { readonly type: 'take' | 'free'; readonly call: string };

/** The call that has it; '': free. */
export const APPEARANCE: Model<string, AppearanceInput> = {
  initial: '',
  step: (holder, { type, call }) => {
    if (type === 'take') return holder === '' ? call : undefined;
    return holder === call ? '' : undefined;
  },
  keyOf: (holder) => holder,
};

/** One call to a line: at most one phone has it, and the caller is told which. */
export type AnswerInput =
  /** `phone` answered: it stayed in the call, it was sent away, or (null) nobody knows. */
  | { readonly type: 'answer'; readonly phone: string; readonly stayed: boolean | null }
  /** The caller was told that it speaks with `phone`. */
  | { readonly type: 'told'; readonly phone: string }
  /** Over: for the caller, or because those in between have given it up. */
  | { readonly type: 'end' };

/** `winner` '': nobody yet. */
export type Answered = { readonly winner: string; readonly isOver: boolean };

export const ANSWER: Model<Answered, AnswerInput> = {
  initial: { winner: '', isOver: false },
  step: (state, input) => {
    const { winner, isOver } = state;
    switch (input.type) {
      case 'end':
        return { winner, isOver: true };
      case 'told':
        return winner === input.phone ? state : undefined;
      case 'answer': {
        const isTaken = isOver || (winner !== '' && winner !== input.phone);
        if (isTaken) return input.stayed === true ? undefined : state;
        // Who had it may have been sent away because the call ended, but that comes first then.
        return input.stayed === false ? undefined : { winner: input.phone, isOver };
      }
    }
  },
  keyOf: ({ winner, isOver }) => `${winner} ${isOver}`,
};
