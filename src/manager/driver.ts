/**
 * The driver of one manager: gives it bytes, time and lost connections, and performs its effects.
 * The only place where an effect of the core becomes something that happens.
 */
import type { Log } from '../base/log.ts';
import type { Hop } from '../sip/hop.ts';
import type { Fault } from '../sip/message/message.ts';
import type { Received, Transports } from '../transport/transports.ts';
import type { CallManager } from './call-manager.ts';

/** Timers are looked at that often while one is near: no timer of SIP is finer (RFC 3261 Table 4). */
const TICK_MS = 20;
/** While all are far away. */
const IDLE_TICK_MS = 1000;

export class Driver {
  readonly #manager: CallManager;
  readonly #transports: Transports;
  readonly #log: Log;
  #tick: NodeJS.Timeout | undefined;
  #isIdle = true;
  #stopped = false;

  constructor(manager: CallManager, transports: Transports, log: Log) {
    this.#manager = manager;
    this.#transports = transports;
    this.#log = log;
  }

  /** One event-loop turn's worth of messages. */
  receive(batch: readonly Received[]): void {
    this.#manager.advance(performance.now());
    for (const { text, hop } of batch) this.#guarded(() => this.#manager.receive(text, hop));
    this.#perform();
  }

  closed(flow: number): void {
    this.#turn(() => this.#manager.flowFailed(flow));
  }

  sendFailed(hop: Hop, text: string): void {
    this.#turn(() => this.#manager.sendFailed(hop, text));
  }

  /** A stream that cannot be cut into messages: the one that broke it is answered, if it can be. */
  faulted(fault: Fault, hop: Hop): void {
    this.#turn(() => this.#manager.refuse(fault, hop));
  }

  /** Whether a connection from that address is taken. */
  admits(address: string): boolean {
    return this.#manager.guard.allows(address, performance.now());
  }

  /** Something that the edge wants done in the core, with its effects. */
  act(action: () => void): void {
    this.#turn(action);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#tick);
  }

  #turn(action: () => void): void {
    this.#manager.advance(performance.now());
    this.#guarded(action);
    this.#guarded(() => this.#manager.settle());
    this.#perform();
    this.#transports.flush();
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
    const { effects } = this.#manager;
    for (const effect of effects) {
      if (effect.type === 'send') this.#transports.send(effect.text, effect.hop);
      else this.#transports.close(effect.flow);
    }
    effects.length = 0;
    // A tick that was set when nothing was near comes too late for what has been started since.
    if (this.#isIdle) this.#arm();
  }

  #arm(): void {
    if (this.#stopped) return;
    const dueMs = this.#manager.nextDueMs();
    const isIdle = dueMs > performance.now() + IDLE_TICK_MS;
    if (this.#tick !== undefined && isIdle === this.#isIdle) return;
    clearTimeout(this.#tick);
    this.#isIdle = isIdle;
    this.#tick = setTimeout(
      () => {
        this.#tick = undefined;
        this.#turn(() => {});
        this.#arm();
      },
      isIdle ? IDLE_TICK_MS : TICK_MS,
    );
  }
}
