/**
 * Messages for host names: the core cannot wait for DNS, so they wait here.
 *
 * What a name led to is kept for longer than any transaction lives: retransmissions, CANCEL and ACK
 * go where the request went (RFC 3263 §4.3).
 */
import type { Hop } from '../sip/hop.ts';
import { LocateError } from './errors.ts';
import type { Locator } from './locate.ts';
import type { Edge, Outgoing } from './received.ts';

const NAMES_MAX = 1_024;
/** 64*T1 is 32 s. */
const KEPT_MS = 64_000;

type Name =
  | { readonly state: 'asked'; readonly waiting: Outgoing[] }
  | { readonly state: 'known'; readonly hops: readonly Hop[]; readonly untilMs: number };

/** Sends to the first hop; the others are where to try next. */
export type Route = (outgoing: Outgoing, target: Hop) => void;

export class NamedTargets {
  readonly #edge: Edge;
  readonly #locator: Locator;
  readonly #route: Route;
  readonly #names = new Map<string, Name>();

  constructor(edge: Edge, locator: Locator, route: Route) {
    this.#edge = edge;
    this.#locator = locator;
    this.#route = route;
  }

  /** `target.address` is a host name. False: too many wait already. */
  send(outgoing: Outgoing, target: Hop): boolean {
    const { transport, address, port } = target;
    const key = `${transport} ${address} ${port}`;
    const name = this.#names.get(key);
    if (name === undefined || (name.state === 'known' && name.untilMs < this.#edge.nowMs)) {
      if (!this.#makeRoom()) return false;
      this.#ask(key, outgoing, target);
      return true;
    }
    if (name.state === 'known') {
      this.#sendToFirst(outgoing, name.hops);
      return true;
    }
    if (name.waiting.length >= this.#edge.limits.waitingMax) return false;
    name.waiting.push(outgoing);
    return true;
  }

  #ask(key: string, outgoing: Outgoing, { transport, address, port }: Hop): void {
    const waiting = [outgoing];
    this.#names.set(key, { state: 'asked', waiting });
    const isSecure = transport === 'tls' || transport === 'wss';
    this.#locator.locate({ isSecure, host: address, port, transport }).then(
      (hops) => {
        this.#names.set(key, { state: 'known', hops, untilMs: this.#edge.nowMs + KEPT_MS });
        for (const each of waiting) this.#sendToFirst(each, hops);
      },
      (error: unknown) => {
        this.#names.delete(key);
        const code = error instanceof LocateError ? error.code : String(error);
        this.#edge.log.write('warn', 'host not found', { host: address, code });
        for (const each of waiting) this.#edge.undelivered(each);
      },
    );
  }

  #sendToFirst({ text, hop, alternatives }: Outgoing, hops: readonly Hop[]): void {
    const [first, ...others] = hops;
    if (first !== undefined)
      this.#route({ text, hop, alternatives: [...others, ...alternatives] }, first);
  }

  /** Forgets the oldest that is not being asked for. */
  #makeRoom(): boolean {
    if (this.#names.size < NAMES_MAX) return true;
    for (const [key, { state }] of this.#names) {
      if (state === 'known') return this.#names.delete(key);
    }
    return false;
  }
}
