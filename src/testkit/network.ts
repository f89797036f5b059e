/** A network that loses, doubles, delays and reorders datagrams, by seed and in virtual time. */
import type { Hop } from '../sip/hop.ts';
import type { Agenda } from './agenda.ts';
import type { SeededRandom } from './seeded-random.ts';

export type Weather = {
  /** Probabilities, 0-1, per datagram. */
  readonly loss: number;
  readonly duplication: number;
  /** A datagram that is held back, so that later ones overtake it. */
  readonly reordering: number;
  readonly delayMs: readonly [low: number, high: number];
};

export const CALM: Weather = { loss: 0, duplication: 0, reordering: 0, delayMs: [1, 1] };

/** Whoever is reached at an address: takes the text and where it came from. */
export type Receiver = (text: string, from: Hop) => void;

export class Network {
  readonly #agenda: Agenda;
  readonly #random: SeededRandom;
  /** By address and port. */
  readonly #receivers = new Map<string, Map<number, Receiver>>();
  readonly #cut = new Set<string>();
  weather: Weather = CALM;
  /** Sees every datagram that is sent, before the weather does. */
  tap: ((from: Hop, to: Hop, text: string) => void) | undefined;
  /** When the datagram that arrives now was sent. */
  sentMs = 0;

  constructor(agenda: Agenda, random: SeededRandom) {
    this.#agenda = agenda;
    this.#random = random;
  }

  attach(hop: Hop, receive: Receiver): void {
    const { address, port } = hop;
    const ports = this.#receivers.get(address) ?? new Map<number, Receiver>();
    this.#receivers.set(address, ports.set(port, receive));
  }

  detach({ address, port }: Hop): void {
    this.#receivers.get(address)?.delete(port);
  }

  /** Nothing reaches that address until it is mended. */
  cut(address: Hop): void {
    this.#cut.add(keyOf(address));
  }

  mend(address: Hop): void {
    this.#cut.delete(keyOf(address));
  }

  send(from: Hop, to: Hop, text: string): void {
    this.tap?.(from, to, text);
    const { loss, duplication } = this.weather;
    if (!this.#random.chance(loss)) this.#deliver(from, to, text);
    if (this.#random.chance(duplication)) this.#deliver(from, to, text);
  }

  #deliver(from: Hop, to: Hop, text: string): void {
    const { delayMs, reordering } = this.weather;
    const held = this.#random.chance(reordering) ? this.#random.between(20, 400) : 0;
    const sentMs = this.#agenda.nowMs;
    this.#agenda.after(this.#random.between(...delayMs) + held, () => {
      if (this.#cut.size > 0 && this.#cut.has(keyOf(to))) return;
      this.sentMs = sentMs;
      this.#receivers.get(to.address)?.get(to.port)?.(text, from);
    });
  }
}

export function keyOf(hop: Hop): string {
  return `${hop.address}:${hop.port}`;
}

export function isSamePlace(one: Hop, other: Hop): boolean {
  return one.port === other.port && one.address === other.address;
}

export function udp(address: string, port: number): Hop {
  return { transport: 'udp', address, port, flow: 0, listener: 0 };
}
