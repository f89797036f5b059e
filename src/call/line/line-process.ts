/** A line's control in its place: a process of a manager, of whichever mode the line is. */
import type { Home, Pid } from '../../process/pid.ts';
import type { Host, Process } from '../../process/process.ts';
import type { EffectBuffer, Out } from '../effects.ts';
import type { CallSignal } from '../signals.ts';
import type { LineControl } from './line-control.ts';
import { INQUIRY, INQUIRY_MS } from './line-orphans.ts';

/** What the machines of both modes take. */
export type LineEvent =
  | { readonly type: 'signal'; readonly signal: CallSignal; readonly from: Pid }
  | { readonly type: 'timer'; readonly timer: string }
  /** A process died, or a manager is gone. */
  | { readonly type: 'down'; readonly gone: Pid | Home }
  /** What was said to that process did not arrive: it may be there all the same. */
  | { readonly type: 'unreached'; readonly to: Pid };

/** The machine: changes `line` and appends to `out` what is to be done. */
export type LineStep<Line> = (line: Line, event: LineEvent, out: Out) => void;

export class LineProcess<Line> implements Process<CallSignal> {
  readonly #host: Host<CallSignal>;
  readonly #line: Line;
  readonly #machine: LineStep<Line>;
  readonly #out: EffectBuffer;
  readonly #control: LineControl;
  #isInquiring = false;

  /**
   * `line` belongs to `machine` alone. `out`: shared by all lines of a manager, since a step runs to completion.
   * `control`: the line's own, whose chains learn the time here, and whose calls are asked for now and then.
   */
  constructor(
    host: Host<CallSignal>,
    line: Line,
    machine: LineStep<Line>,
    out: EffectBuffer,
    control: LineControl,
  ) {
    this.#host = host;
    this.#line = line;
    this.#machine = machine;
    this.#out = out;
    this.#control = control;
  }

  receive(signal: CallSignal, from: Pid): void {
    this.#step({ type: 'signal', signal, from });
  }

  timeout(timer: string): void {
    if (timer === INQUIRY) this.#isInquiring = false;
    this.#step({ type: 'timer', timer });
  }

  down(gone: Pid | Home): void {
    this.#step({ type: 'down', gone });
  }

  unreached(to: Pid): void {
    this.#step({ type: 'unreached', to });
  }

  #step(event: LineEvent): void {
    this.#out.clear();
    const { chains, calls, line } = this.#control;
    if (chains !== undefined) chains.nowMs = this.#host.nowMs;
    this.#machine(this.#line, event, this.#out);
    const isNeeded = calls.size > 0 && line.mode === 'single';
    if (this.#isInquiring !== isNeeded) this.#inquire(isNeeded);
    this.#out.perform(this.#host);
  }

  /** A timer of the line's process, and not of the machine: nothing in the line depends on it. A replicated line sweeps. */
  #inquire(isNeeded: boolean): void {
    this.#isInquiring = isNeeded;
    if (isNeeded) this.#host.start(INQUIRY, INQUIRY_MS);
    else this.#host.stop(INQUIRY);
  }
}
