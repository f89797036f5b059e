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

/** Performs `effects` and empties the array, which its machine uses again. */
export function perform(effects: Effect[], host: Host<CallSignal>): void {
  for (const effect of effects) {
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
  effects.length = 0;
}
