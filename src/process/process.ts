/** What a process is and what it may ask of its host. A process runs to completion; it never waits. */
import type { Home, Pid } from './pid.ts';

/** The behaviour of one process. `S` is the union of signals of the system it lives in. */
export interface Process<S> {
  receive(signal: S, from: Pid): void;
  /** A timer that this process started has run out. */
  timeout(timer: string): void;
  /**
   * A process broke an invariant and died, or a whole manager is gone. Everybody hears of it: deaths
   * are rare, and so nobody pays for watching. A process ends what it had with the departed. It may
   * come again for the same one: also when this process said something that wants an answer to one
   * that is no more, however that ended.
   */
  down(gone: Pid | Home): void;
  /**
   * What this process said to `to`, of another manager, did not get there in time: it may be there all the
   * same. Who does not distinguish that from its end is told `down`.
   */
  unreached?(to: Pid): void;
}

/** A process's way to the world, given to it when it is spawned. */
export interface Host<S> {
  readonly pid: Pid;
  /** Virtual or real monotonic milliseconds of the running turn. */
  readonly nowMs: number;
  /** Queued: delivered after the running turn, in order per receiver; silently lost when nobody is there. */
  tell(to: Pid, signal: S): void;
  /** Starts, or starts anew, the timer of that name. */
  start(timer: string, afterMs: number): void;
  stop(timer: string): void;
  /** Spawns another process on this manager. */
  spawn(kind: 'l' | 'd' | 'c' | 'g' | 'm', make: (host: Host<S>) => Process<S>): Pid;
  /** Normal end: timers stop, nobody is told. */
  exit(): void;
}
