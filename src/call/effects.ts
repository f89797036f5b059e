/** What a call process's machine asks its host to do, as values: done in the order given. */
import type { Pid } from '../process/pid.ts';
import type { Host } from '../process/process.ts';
import type { CallSignal } from './signals.ts';

export type Effect =
  | { readonly type: 'tell'; readonly to: Pid; readonly signal: CallSignal }
  | { readonly type: 'start'; readonly timer: string; readonly afterMs: number }
  | { readonly type: 'stop'; readonly timer: string }
  /** The process has nothing left to do. */
  | { readonly type: 'exit' };

export const tell = (to: Pid, signal: CallSignal): Effect => ({ type: 'tell', to, signal });
export const start = (timer: string, afterMs: number): Effect => ({
  type: 'start',
  timer,
  afterMs,
});
export const stop = (timer: string): Effect => ({ type: 'stop', timer });
export const EXIT: Effect = { type: 'exit' };

/** Where a machine puts its effects: an array in tests, a buffer in production. */
export type Out = { push(effect: Effect): unknown };

/**
 * The effects of one step, performed when the step is complete: a machine that breaks in the middle of
 * one has done nothing. An array that is emptied would be allocated anew at each step; this is not.
 */
export class EffectBuffer implements Out {
  readonly #effects: (Effect | undefined)[] = [];
  #size = 0;

  /** Forgets what a step that broke has left. */
  clear(): void {
    this.#size = 0;
  }

  push(effect: Effect): void {
    this.#effects[this.#size++] = effect;
  }

  /** The refusal among them, if there is one. */
  get refusal(): Extract<CallSignal, { type: 'callRefuse' }> | undefined {
    for (let at = this.#size - 1; at >= 0; at--) {
      const effect = this.#effects[at];
      if (effect?.type === 'tell' && effect.signal.type === 'callRefuse') return effect.signal;
    }
    return undefined;
  }

  perform(host: Host<CallSignal>): void {
    const size = this.#size;
    this.#size = 0;
    for (let at = 0; at < size; at++) {
      const effect = this.#effects[at];
      this.#effects[at] = undefined;
      if (effect !== undefined) performOne(effect, host);
    }
  }
}

function performOne(effect: Effect, host: Host<CallSignal>): void {
  switch (effect.type) {
    case 'tell':
      host.tell(effect.to, effect.signal);
      break;
    case 'start':
      host.start(effect.timer, effect.afterMs);
      break;
    case 'stop':
      host.stop(effect.timer);
      break;
    case 'exit':
      host.exit();
      break;
  }
}
