/** A process in its place on a manager: what it is, and its way to the world. */
import type { Timer, TimerWheel } from '../base/timer-wheel.ts';
import type { Pid, ProcessKind } from './pid.ts';
import type { Host, Process } from './process.ts';

/** Makes a process's behaviour, given its way to the world. */
export type Make<S> = (host: Host<S>) => Process<S>;

/** What the scheduler does for those it hosts. */
export type Hosting<S> = {
  readonly nowMs: number;
  has(pid: Pid): boolean;
  tell(from: Pid, to: Pid, signal: S): void;
  spawn(kind: ProcessKind, make: Make<S>): Pid;
  exit(hosted: Hosted<S>): void;
};

/** A timer of a process, by its name there. */
export type NamedTimer<S> = { readonly hosted: Hosted<S>; readonly name: string };

/** One object for both, since there are as many as calls. */
export class Hosted<S> implements Host<S> {
  readonly pid: Pid;
  /** Residents only: what makes it anew. */
  readonly remake: Make<S> | undefined;
  process: Process<S> | undefined = undefined;
  readonly #scheduler: Hosting<S>;
  readonly #wheel: TimerWheel<NamedTimer<S>>;
  #timers: Map<string, Timer<NamedTimer<S>>> | undefined = undefined;

  constructor(
    scheduler: Hosting<S>,
    pid: Pid,
    remake: Make<S> | undefined,
    wheel: TimerWheel<NamedTimer<S>>,
  ) {
    this.#scheduler = scheduler;
    this.pid = pid;
    this.remake = remake;
    this.#wheel = wheel;
  }

  get nowMs(): number {
    return this.#scheduler.nowMs;
  }

  get lives(): boolean {
    return this.#scheduler.has(this.pid);
  }

  tell(to: Pid, signal: S): void {
    this.#scheduler.tell(this.pid, to, signal);
  }

  start(name: string, afterMs: number): void {
    if (!this.lives) return;
    this.#timers ??= new Map();
    const timer = this.#timers.get(name);
    if (timer === undefined)
      this.#timers.set(name, this.#wheel.start({ hosted: this, name }, afterMs));
    else this.#wheel.restart(timer, afterMs);
  }

  stop(name: string): void {
    const timer = this.#timers?.get(name);
    if (timer === undefined) return;
    this.#wheel.stop(timer);
    this.#timers?.delete(name);
  }

  spawn(kind: ProcessKind, make: Make<S>): Pid {
    return this.#scheduler.spawn(kind, make);
  }

  exit(): void {
    this.#scheduler.exit(this);
  }

  /** That timer has run out. */
  forget(name: string): void {
    this.#timers?.delete(name);
  }

  stopAll(): void {
    if (this.#timers === undefined) return;
    for (const timer of this.#timers.values()) this.#wheel.stop(timer);
    this.#timers.clear();
  }
}
