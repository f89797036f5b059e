/**
 * Hosts the processes of one manager: gives each signal to its receiver, one at a time, each to
 * completion, in the order in which they were said; keeps their timers; and supervises them.
 *
 * A process that throws dies alone. It is removed, its timers stop, and everybody else's `down` is
 * called in a later turn of the same drain, after all that it had said before: who had a call with
 * it ends that call. Nothing is told to the world here: sockets and clocks are the driver's, which
 * calls `advance`, then `run` for what came in, then `drain`.
 */
import { assert } from '../base/assert.ts';
import type { Log, LogFields } from '../base/log.ts';
import { TimerWheel } from '../base/timer-wheel.ts';
import type { Cluster, Manner } from './cluster.ts';
import { Hosted, type Make, type NamedTimer } from './hosted-process.ts';
import { type Home, homeOf, kindOf, makePid, type Pid, type ProcessKind } from './pid.ts';
import { SignalQueue } from './signal-queue.ts';

export type SchedulerOptions<S> = {
  readonly home: Home;
  readonly nowMs: number;
  readonly log: Log;
  /** What a log line about a death says of the signal that caused it, e.g. its call. */
  readonly describe?: (signal: S) => LogFields;
  /** The way to other managers; without one, what is said to them is lost. */
  readonly cluster?: Pick<Cluster, 'tell' | 'announce'>;
  /** A signal that came from another manager, or undefined when it is none. Needed with `cluster`. */
  readonly read?: (body: unknown) => S | undefined;
  /**
   * Signals that may wait. The process that says one more dies: only a runaway gets there, since a
   * drain follows everything that comes in. From another manager it is dropped.
   */
  readonly queueMax?: number;
  /** Turns of one `drain`; the rest waits for the next, so that sockets and timers get theirs. */
  readonly turnsMax?: number;
  /** Hears of each process that is no more: it exited, or it died. Called within the turn. */
  readonly departed?: (pid: Pid, died: boolean) => void;
};

const QUEUE_MAX = 262_144;
const TURNS_MAX = 1_048_576;

/** Plain integers, for whoever reads them now and then. */
export type SchedulerCounters = {
  /** Delivered to a process. */
  signals: number;
  /** Said to a process that was not there (any more). */
  lost: number;
  timeouts: number;
  deaths: number;
  /** From other managers: no signal, or no room. */
  refused: number;
};

export class Scheduler<S extends object> {
  readonly home: Home;
  readonly counters: SchedulerCounters = {
    signals: 0,
    lost: 0,
    timeouts: 0,
    deaths: 0,
    refused: 0,
  };
  /** Processes that live, by kind. */
  readonly population: Record<ProcessKind, number> = { l: 0, d: 0, c: 0, g: 0, m: 0 };
  readonly #processes = new Map<Pid, Hosted<S>>();
  readonly #queue = new SignalQueue<S>();
  readonly #wheel: TimerWheel<NamedTimer<S>>;
  readonly #log: Log;
  readonly #describe: (signal: S) => LogFields;
  readonly #read: (body: unknown) => S | undefined;
  readonly #cluster: Pick<Cluster, 'tell' | 'announce'> | undefined;
  readonly #prefix: string;
  readonly #queueMax: number;
  readonly #turnsMax: number;
  readonly #departed: (pid: Pid, died: boolean) => void;
  #isMissed: (signal: S) => boolean = () => false;
  #mannerOf: (signal: S) => Manner = () => 'lasting';
  readonly #fire = (owner: NamedTimer<S>): void => this.#timeout(owner);
  #nowMs: number;
  #running: Hosted<S> | undefined;
  #nextLocalId = 0;

  constructor(options: SchedulerOptions<S>) {
    const { home, nowMs } = options;
    this.home = home;
    this.#prefix = `${home}.`;
    this.#nowMs = nowMs;
    this.#wheel = new TimerWheel(nowMs);
    this.#log = options.log;
    this.#describe = options.describe ?? (() => ({}));
    this.#read = options.read ?? (() => undefined);
    this.#queueMax = options.queueMax ?? QUEUE_MAX;
    this.#turnsMax = options.turnsMax ?? TURNS_MAX;
    this.#departed = options.departed ?? (() => {});
    this.#cluster = options.cluster;
  }

  /** Monotonic milliseconds of the running turn. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** Processes that live here. */
  get size(): number {
    return this.#processes.size;
  }

  /** Signals that wait. */
  get waiting(): number {
    return this.#queue.size;
  }

  has(pid: Pid): boolean {
    return this.#processes.has(pid);
  }

  /** A process that throws while it is made is dead at once, like any other that throws. */
  spawn(kind: ProcessKind, make: Make<S>): Pid {
    return this.#spawn(kind, make, false);
  }

  /**
   * A process that the manager cannot be without: when it throws it is made anew under the same PID,
   * with nothing remembered but what `make` gives it, and nobody needs to hear of it.
   */
  spawnResident(kind: ProcessKind, make: Make<S>): Pid {
    return this.#spawn(kind, make, true);
  }

  #spawn(kind: ProcessKind, make: Make<S>, resident: boolean): Pid {
    const pid = makePid(this.home, kind, this.#nextLocalId++);
    const hosted = new Hosted(this, pid, resident ? make : undefined, this.#wheel);
    this.#processes.set(pid, hosted);
    this.population[kind]++;
    // A process may be born within another's turn, and its mother's turn goes on.
    const running = this.#running;
    this.#running = hosted;
    try {
      const process = make(hosted);
      if (hosted.lives) hosted.process = process;
    } catch (error) {
      this.#die(hosted, error, undefined);
    }
    this.#running = running;
    return pid;
  }

  /** Queues `signal`. Dropped when `to` is not there when its turn comes. Throws when the queue is full. */
  tell(from: Pid, to: Pid, signal: S): void {
    if (to.startsWith(this.#prefix)) {
      assert(this.#queue.size < this.#queueMax, 'signal queue is full');
      this.#queue.push(to, from, signal);
    } else this.#sendAway(from, to, signal);
  }

  /**
   * A turn of `pid` that began outside: its phone said something. False when that process does not
   * live (any more), or died of it.
   */
  run(pid: Pid, action: () => void): boolean {
    const hosted = this.#processes.get(pid);
    if (hosted === undefined) return false;
    assert(this.#running === undefined, `${pid} was run within the turn of ${this.#running?.pid}`);
    this.#supervise(hosted, action);
    return hosted.lives;
  }

  /** Delivers what waits, and what is said meanwhile. Returns how many turns it took. */
  drain(): number {
    const queue = this.#queue;
    let turns = 0;
    if (this.#running !== undefined) return turns;
    while (turns < this.#turnsMax && queue.shift()) {
      turns++;
      const { to, from, signal } = queue;
      if (signal === undefined) {
        this.#announce(from, to);
        continue;
      }
      if (signal === null) {
        this.#tellUnreached(from as Pid, to as Pid);
        continue;
      }
      const hosted = this.#processes.get(to as Pid);
      if (hosted?.process === undefined) {
        this.counters.lost++;
        // No PID is ever used again: who is not there now is gone for good.
        if (from !== to && this.#isMissed(signal)) this.#tellMissed(from as Pid, to as Pid);
        continue;
      }
      this.counters.signals++;
      // As `#supervise`, without a closure: this is the path of every signal.
      this.#running = hosted;
      try {
        hosted.process.receive(signal, from as Pid);
      } catch (error) {
        this.#die(hosted, error, signal);
      }
      this.#running = undefined;
    }
    return turns;
  }

  /** Moves time to `nowMs`; timers that are due run out, each in a turn of its process. */
  advance(nowMs: number): void {
    if (nowMs > this.#nowMs) this.#nowMs = nowMs;
    this.#wheel.advance(nowMs, this.#fire);
  }

  /** When to call `advance` next; Infinity when nothing is armed, now when signals wait. */
  nextDueMs(): number {
    return this.#queue.size > 0 ? this.#nowMs : this.#wheel.nextDueMs();
  }

  /**
   * Who says one of these to a process that is not there is told so, by `down`: what waits for an
   * answer, or would be said again and again.
   */
  reportMissed(isMissed: (signal: S) => boolean): void {
    this.#isMissed = isMissed;
  }

  /** How each is said to another manager. Who says something 'passing' that is given up is told, by `down`. */
  speak(mannerOf: (signal: S) => Manner): void {
    this.#mannerOf = mannerOf;
  }

  /** Another manager is gone: told to every process here, after all that is waiting. */
  down(home: Home): void {
    this.#queue.push(home, home, undefined);
  }

  /** A process of another manager has died: told to every process here. */
  died(gone: Pid): void {
    this.#queue.push(gone, gone, undefined);
  }

  /**
   * `from`, a process of another manager, says `body` to one of ours; undefined: it is no more, and was
   * said something that it should not have missed.
   */
  received(from: Pid, to: Pid, body: object | undefined): void {
    const signal = body === undefined ? undefined : this.#read(body);
    const isNone = body !== undefined && signal === undefined;
    if (isNone || this.#queue.size >= this.#queueMax || homeOf(to) !== this.home) {
      this.counters.refused++;
      return;
    }
    this.#queue.push(to, from, signal);
  }

  /** What our process `from` said to `to`, of another manager, did not get there; `isLate`: in time. */
  undelivered(from: Pid, to: Pid, isLate: boolean): void {
    this.counters.lost++;
    this.#queue.push(from, to, isLate ? null : undefined);
  }

  /** For `Host.exit`. */
  exit(hosted: Hosted<S>): void {
    this.#remove(hosted, false);
  }

  #timeout(owner: NamedTimer<S>): void {
    const { hosted, name } = owner;
    if (hosted.process === undefined) return;
    hosted.forget(name);
    this.counters.timeouts++;
    this.#supervise(hosted, () => hosted.process?.timeout(name));
  }

  #announce(gone: Pid | Home, to: Pid | Home): void {
    const hearer = this.#processes.get(to as Pid);
    // A copy: who hears of it may exit, die or spawn.
    const hearers =
      to === gone ? [...this.#processes.values()] : hearer === undefined ? [] : [hearer];
    for (const hosted of hearers) this.#supervise(hosted, () => hosted.process?.down(gone));
  }

  #tellUnreached(unreached: Pid, to: Pid): void {
    const hosted = this.#processes.get(to);
    const process = hosted?.process;
    if (hosted === undefined || process === undefined) return;
    this.#supervise(hosted, () =>
      process.unreached === undefined ? process.down(unreached) : process.unreached(unreached),
    );
  }

  #supervise(hosted: Hosted<S>, action: () => void): void {
    this.#running = hosted;
    try {
      action();
    } catch (error) {
      this.#die(hosted, error, undefined);
    }
    this.#running = undefined;
  }

  #die(hosted: Hosted<S>, error: unknown, signal: S | undefined): void {
    const { pid } = hosted;
    this.counters.deaths++;
    this.#log.write('error', 'process died', {
      ...(signal === undefined ? {} : this.#describe(signal)),
      pid,
      error: error instanceof Error ? error.message : String(error),
      stack: error instanceof Error ? error.stack : undefined,
    });
    hosted.stopAll();
    if (hosted.remake !== undefined && hosted.lives) {
      try {
        hosted.process = hosted.remake(hosted);
        return;
      } catch (again) {
        this.#log.write('error', 'process cannot be made anew', { pid, error: String(again) });
      }
    }
    this.#remove(hosted, true);
    this.#queue.push(pid, pid, undefined);
    this.#cluster?.announce(pid);
  }

  #remove(hosted: Hosted<S>, died: boolean): void {
    if (!hosted.lives) return;
    this.#processes.delete(hosted.pid);
    hosted.process = undefined;
    hosted.stopAll();
    this.population[kindOf(hosted.pid) as ProcessKind]--;
    try {
      this.#departed(hosted.pid, died);
    } catch (error) {
      // It is nobody's turn that broke, and the manager is to live.
      this.#log.write('error', 'departure cannot be dealt with', {
        pid: hosted.pid,
        error: String(error),
      });
    }
  }

  #sendAway(from: Pid, to: Pid, signal: S): void {
    if (this.#cluster === undefined) this.counters.lost++;
    else this.#cluster.tell(from, to, signal, this.#mannerOf(signal));
  }

  /** `from` said something to `gone` that it wants to know the fate of. */
  #tellMissed(from: Pid, gone: Pid): void {
    if (from.startsWith(this.#prefix)) this.#queue.push(from, gone, undefined);
    else this.#cluster?.tell(gone, from, undefined, 'lasting');
  }
}
