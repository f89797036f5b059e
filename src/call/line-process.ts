/** A line's control in its place: a process of a manager, of whichever mode the line is. */
import type { Home, Pid } from '../process/pid.ts';
import type { Host, Process } from '../process/process.ts';
import type { EffectBuffer, Out } from './effects.ts';
import type { Chains } from './line-chains.ts';
import type { CallSignal } from './signals.ts';

/** What the machines of both modes take. */
export type LineEvent =
  | { readonly type: 'signal'; readonly signal: CallSignal; readonly from: Pid }
  | { readonly type: 'timer'; readonly timer: string }
  /** A process died, or a manager is gone; or what was said to it did not arrive. */
  | { readonly type: 'down'; readonly gone: Pid | Home };

/** The machine: changes `line` and appends to `out` what is to be done. */
export type LineStep<Line> = (line: Line, event: LineEvent, out: Out) => void;

export class LineProcess<Line> implements Process<CallSignal> {
  readonly #host: Host<CallSignal>;
  readonly #line: Line;
  readonly #machine: LineStep<Line>;
  readonly #out: EffectBuffer;
  readonly #chains: Chains;

  /**
   * `line` belongs to `machine` alone. `out`: shared by all lines of a manager, since a step runs to completion.
   * `chains`: the line's own, which learn the time here.
   */
  constructor(
    host: Host<CallSignal>,
    line: Line,
    machine: LineStep<Line>,
    out: EffectBuffer,
    chains: Chains,
  ) {
    this.#host = host;
    this.#line = line;
    this.#machine = machine;
    this.#out = out;
    this.#chains = chains;
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

  #step(event: LineEvent): void {
    this.#out.clear();
    this.#chains.nowMs = this.#host.nowMs;
    this.#machine(this.#line, event, this.#out);
    this.#out.perform(this.#host);
  }
}
