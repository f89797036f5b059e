/**
 * Which requests leave by TCP though their target was to be reached by UDP: those of more than 1,300
 * octets, since fragments get lost (RFC 3261 §18.1.1). The layer that writes the Via asks; a target
 * that takes no TCP gets the request by UDP after all, with its Via put right, and is remembered.
 */
import type { Hop } from '../sip/hop.ts';
import { type Bound, findListener } from './listen.ts';

/** RFC 3261 §18.1.1, where the path MTU is unknown. */
export const DATAGRAM_REQUEST_BYTES_MAX = 1_300;
const REFUSALS_MAX = 4_096;

export class TcpPreference {
  readonly #listeners: readonly Bound[];
  readonly #withoutTcpMs: number;
  readonly #nowMs: () => number;
  /** The TCP hop made for each UDP hop, and the way back. */
  readonly #tcp = new WeakMap<Hop, Hop>();
  readonly #udp = new WeakMap<Hop, Hop>();
  /** Until when a target is not asked again, oldest first. */
  readonly #refusals = new Map<string, number>();

  constructor(listeners: readonly Bound[], withoutTcpMs: number, nowMs: () => number) {
    this.#listeners = listeners;
    this.#withoutTcpMs = withoutTcpMs;
    this.#nowMs = nowMs;
  }

  /**
   * The hop by which a request of `length` octets for `hop` ought to leave: `hop` itself, or the same
   * target over TCP. Never TCP when we do not listen for TCP: answers and later requests must find us.
   */
  preferred(hop: Hop, length: number): Hop {
    if (length <= DATAGRAM_REQUEST_BYTES_MAX || hop.transport !== 'udp') return hop;
    if (this.isRefused(hop)) return hop;
    const known = this.#tcp.get(hop);
    if (known !== undefined) return known;
    const listener = this.#listenerBeside(hop);
    if (listener === undefined) return hop;
    const tcp: Hop = { ...hop, transport: 'tcp', flow: 0, listener: listener.index };
    this.#tcp.set(hop, tcp);
    this.#udp.set(tcp, hop);
    return tcp;
  }

  /** The UDP hop that `hop` was preferred to; undefined for any other. */
  insteadOf(hop: Hop): Hop | undefined {
    return this.#udp.get(hop);
  }

  isRefused(hop: Hop): boolean {
    const untilMs = this.#refusals.get(keyOf(hop));
    return untilMs !== undefined && untilMs > this.#nowMs();
  }

  /** The target takes no TCP. */
  refused(hop: Hop): void {
    const key = keyOf(hop);
    this.#refusals.delete(key);
    for (const oldest of this.#refusals.keys()) {
      if (this.#refusals.size < REFUSALS_MAX) break;
      this.#refusals.delete(oldest);
    }
    this.#refusals.set(key, this.#nowMs() + this.#withoutTcpMs);
  }

  /** The TCP listener at the address that `hop` leaves by: the far end sees the same host. */
  #listenerBeside(hop: Hop): Bound | undefined {
    const beside = this.#listeners[hop.listener]?.address;
    return (
      this.#listeners.find((each) => each.transport === 'tcp' && each.address === beside) ??
      findListener(this.#listeners, 'tcp', hop.address)
    );
  }
}

/**
 * `text`, a request written for TCP, with UDP in its topmost Via. Only for requests of our own making:
 * their first line but one is that Via.
 */
export function viaUdp(text: string): string {
  return text.replace('\r\nVia: SIP/2.0/TCP ', '\r\nVia: SIP/2.0/UDP ');
}

function keyOf({ address, port }: Hop): string {
  return `${address} ${port}`;
}
