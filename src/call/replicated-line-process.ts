/** A replicated line's control in its place: a process of a manager. */
import type { Home, Pid } from '../process/pid.ts';
import type { Host, Process } from '../process/process.ts';
import type { EffectBuffer } from './effects.ts';
import type { ReplicatedLine } from './replicated-calls.ts';
import { type ReplicatedLineEvent, step } from './replicated-line.ts';
import type { CallSignal } from './signals.ts';

export class ReplicatedLineProcess implements Process<CallSignal> {
  readonly #host: Host<CallSignal>;
  readonly #line: ReplicatedLine;
  readonly #out: EffectBuffer;

  /** `out`: shared by all lines of a manager, since a step runs to completion. */
  constructor(host: Host<CallSignal>, line: ReplicatedLine, out: EffectBuffer) {
    this.#host = host;
    this.#line = line;
    this.#out = out;
  }

  receive(signal: CallSignal, from: Pid): void {
    this.#step({ type: 'signal', signal, from });
  }

  timeout(timer: string): void {
    this.#step({ type: 'timer', timer });
  }

  down(gone: Pid | Home): void {
    this.#step({ type: 'down', gone });
  }

  #step(event: ReplicatedLineEvent): void {
    this.#out.clear();
    step(this.#line, event, this.#out);
    this.#out.perform(this.#host);
  }
}
