/**
 * The driver of one manager: gives it bytes, time and lost connections, and performs its effects.
 * The only place where an effect of the core becomes something that happens.
 *
 * A turn begins with the time. In a cluster the member hears it first: a manager that was paused finds
 * out before it does anything else. Until it knows whether it is a member still, which takes the store
 * some milliseconds, what its phones say waits.
 */
import type { Log } from '../base/log.ts';
import type { ClusterMember } from '../cluster/member.ts';
import type { Hop } from '../sip/hop.ts';
import type { Fault } from '../sip/message/message.ts';
import type { Received, Transports } from '../transport/transports.ts';
import type { CallManager } from './call-manager.ts';

/** What it needs of each. */
export type DrivenTransports = Pick<Transports, 'send' | 'close' | 'flush'>;
export type DrivenMember = Pick<ClusterMember, 'advance' | 'flush' | 'nextDueMs' | 'standing'>;
export type DrivenManager = Pick<
  CallManager,
  | 'advance'
  | 'effects'
  | 'flowFailed'
  | 'guard'
  | 'nextDueMs'
  | 'receive'
  | 'refuse'
  | 'sendFailed'
  | 'settle'
>;

/** Timers are looked at that often at most: no timer of SIP is finer (RFC 3261 Table 4). */
const TICK_MS = 20;
/** And that often at least. */
const IDLE_TICK_MS = 1000;
/** What phones say waits that long at most; then the manager serves what it can serve alone. */
const HOLD_MS = 500;
const NOTHING: Pick<CallManager, 'effects'> = { effects: [] };
/** Messages that wait; more are lost, and UDP's are sent again. */
const HELD_MAX = 10_000;

export class Driver {
  readonly #transports: DrivenTransports;
  readonly #log: Log;
  #member: DrivenMember | undefined;
  #manager: DrivenManager | undefined;
  #keep: () => void = () => {};
  #held: Received[] = [];
  #doubtsSinceMs: number | undefined;
  #isHolding = false;
  #tick: NodeJS.Timeout | undefined;
  /** When it comes. */
  #tickMs = Number.POSITIVE_INFINITY;
  #stopped = false;

  constructor(transports: DrivenTransports, log: Log) {
    this.#transports = transports;
    this.#log = log;
  }

  /** Drives `member` from now on; in a cluster before there is a manager. */
  join(member: DrivenMember): void {
    this.#member = member;
    this.#arm();
  }

  /** Drives `manager` from now on. `keep` is called at the end of a turn, before anything of it is sent. */
  drive(manager: DrivenManager, keep: () => void = () => {}): void {
    this.#manager = manager;
    this.#keep = keep;
    this.#arm();
  }

  /** One event-loop turn's worth of messages. What comes before there is a manager is lost. */
  receive(batch: readonly Received[]): void {
    this.#advance();
    const manager = this.#manager;
    if (manager === undefined) return;
    // What has waited was said before this.
    this.#release(manager);
    if (this.#isHolding) this.#hold(batch);
    else for (const { text, hop } of batch) this.#guarded(() => manager.receive(text, hop));
    this.#perform();
  }

  closed(flow: number): void {
    this.act(() => this.#manager?.flowFailed(flow));
  }

  sendFailed(hop: Hop, text: string): void {
    this.act(() => this.#manager?.sendFailed(hop, text));
  }

  /** A stream that cannot be cut into messages: the one that broke it is answered, if it can be. */
  faulted(fault: Fault, hop: Hop): void {
    this.act(() => this.#manager?.refuse(fault, hop));
  }

  /** Whether a connection from that address is taken. */
  admits(address: string): boolean {
    return this.#manager?.guard.allows(address, performance.now()) ?? true;
  }

  /** Something that the edge, or the cluster, wants done in the core, with its effects: a turn. */
  act(action: () => void): void {
    if (this.#stopped) return;
    this.#advance();
    this.#guarded(action);
    this.#settle();
    this.#perform();
    this.#transports.flush();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#tick);
  }

  #advance(): void {
    const nowMs = performance.now();
    this.#guarded(() => this.#member?.advance(nowMs));
    this.#judge(nowMs);
    if (!this.#isHolding) this.#guarded(() => this.#manager?.advance(nowMs));
  }

  /** Whether phones wait: from when the manager began to doubt, and not for long. */
  #judge(nowMs: number): void {
    if (this.#member?.standing !== 'unsure') this.#doubtsSinceMs = undefined;
    else this.#doubtsSinceMs ??= nowMs;
    const { standing } = this.#member ?? {};
    this.#isHolding = standing === 'unsure' && nowMs - (this.#doubtsSinceMs ?? nowMs) <= HOLD_MS;
  }

  #hold(batch: readonly Received[]): void {
    for (const received of batch) if (this.#held.length < HELD_MAX) this.#held.push(received);
  }

  /** What has waited comes first, once it need not wait any more. */
  #release(manager: DrivenManager): void {
    const nowMs = performance.now();
    this.#judge(nowMs);
    if (this.#isHolding || this.#held.length === 0) return;
    const held = this.#held;
    this.#held = [];
    this.#guarded(() => manager.advance(nowMs));
    for (const { text, hop } of held) this.#guarded(() => manager.receive(text, hop));
  }

  #settle(): void {
    const manager = this.#manager;
    if (manager === undefined) this.#guarded(() => this.#member?.flush());
    else {
      this.#release(manager);
      if (!this.#isHolding) this.#guarded(() => manager.settle());
    }
  }

  /**
   * A fault of ours in the SIP layers, outside any process, must not take the manager with it: the
   * message that met it is lost, and the log says so.
   */
  #guarded(action: () => void): void {
    try {
      action();
    } catch (error) {
      const { message, stack } = error instanceof Error ? error : new Error(String(error));
      this.#log.write('error', 'message could not be dealt with', { error: message, stack });
    }
  }

  #perform(): void {
    const { effects } = this.#manager ?? NOTHING;
    this.#keep();
    for (const effect of effects) {
      if (effect.type === 'send') this.#transports.send(effect.text, effect.hop);
      else this.#transports.close(effect.flow);
    }
    effects.length = 0;
    this.#arm();
  }

  #nextDueMs(): number {
    const memberMs = this.#member?.nextDueMs() ?? Number.POSITIVE_INFINITY;
    return Math.min(memberMs, this.#manager?.nextDueMs() ?? Number.POSITIVE_INFINITY);
  }

  /**
   * Sees to it that there is a tick when something is due. One that was set for another time is set anew:
   * also a later one, since what a member waits for is mostly something that then does not happen.
   */
  #arm(): void {
    if (this.#stopped) return;
    const nowMs = performance.now();
    if (this.#tickMs <= nowMs + TICK_MS) return;
    // A timer may come a fraction of a millisecond too early; then nothing would be due.
    const afterMs = Math.min(Math.max(this.#nextDueMs() + 1 - nowMs, TICK_MS), IDLE_TICK_MS);
    const tooEarlyMs = nowMs + afterMs - this.#tickMs;
    if (tooEarlyMs >= 0 && tooEarlyMs < TICK_MS) return;
    clearTimeout(this.#tick);
    this.#tickMs = nowMs + afterMs;
    this.#tick = setTimeout(() => {
      this.#tickMs = Number.POSITIVE_INFINITY;
      this.act(() => {});
      this.#arm();
    }, afterMs);
  }
}
