/**
 * The hop of each UDP peer, made once: a datagram from a known phone costs two look-ups instead of
 * an object, and layers above may compare hops by identity first.
 *
 * Bounded by generations: when the young one is full it becomes the old one, and what is still in
 * use moves back on its next datagram. A flood of forged sources costs no more than that.
 */
import type { Hop } from '../sip/hop.ts';

/** The ports seen at one address. Most phones have one; those behind a NAT share an address. */
type Ports = { latest: Hop; readonly byPort: Map<number, Hop> };

export class HopCache {
  readonly #listener: number;
  readonly #max: number;
  #young = new Map<string, Ports>();
  #old = new Map<string, Ports>();
  #count = 0;

  /** `max`: hops in a generation. */
  constructor(listener: number, max = 16_384) {
    this.#listener = listener;
    this.#max = max;
  }

  /** The hop of the peer at `address` and `port`: the same object while it is remembered. */
  get(address: string, port: number): Hop {
    const ports = this.#young.get(address);
    if (ports === undefined) return this.#add(address, port);
    if (ports.latest.port === port) return ports.latest;
    const hop = ports.byPort.get(port);
    if (hop === undefined) return this.#add(address, port);
    ports.latest = hop;
    return hop;
  }

  #add(address: string, port: number): Hop {
    if (this.#count >= this.#max) this.#age();
    const hop = this.#old.get(address)?.byPort.get(port) ?? this.#make(address, port);
    const ports = this.#young.get(address);
    if (ports === undefined) {
      this.#young.set(address, { latest: hop, byPort: new Map([[port, hop]]) });
    } else {
      ports.byPort.set(port, hop);
      ports.latest = hop;
    }
    this.#count++;
    return hop;
  }

  #age(): void {
    this.#old = this.#young;
    this.#young = new Map();
    this.#count = 0;
  }

  #make(address: string, port: number): Hop {
    return { transport: 'udp', address, port, flow: 0, listener: this.#listener };
  }
}
