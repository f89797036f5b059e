/**
 * Where a simulated phone is registered: at the first server that it knows, or, when that does not
 * answer or takes nobody, at the next one, until the first answers again.
 */
import { assert } from '../base/assert.ts';
import type { Hop } from '../sip/hop.ts';
import { isSamePlace } from './network.ts';

/** What a phone is to do when a server has answered, or has not. */
export type NextRegistration = { readonly server: Hop; readonly isRemoval: boolean };

/** What a server was asked for; `then`: what it is to be asked for when it has answered. */
type Asked = { readonly isRemoval: boolean; then: boolean | undefined };

export class PhoneRegistration {
  readonly #servers: readonly Hop[];
  /** Servers that have said yes, and have not been told otherwise since. */
  readonly #registered = new Set<Hop>();
  /** Servers that have not answered yet. */
  readonly #asked = new Map<Hop, Asked>();
  #at = 0;
  #cseq = 0;

  constructor(servers: readonly Hop[]) {
    assert(servers.length > 0, 'a phone has a server');
    this.#servers = servers;
  }

  /** Where the phone's requests go. */
  get server(): Hop {
    return this.#serverAt(this.#at);
  }

  get isRegistered(): boolean {
    return this.#registered.has(this.server);
  }

  /** Registered at the first server, and nowhere else. */
  get isAtHome(): boolean {
    return this.#at === 0 && this.isRegistered && this.#registered.size === 1;
  }

  /** Where to register: where it is, and at the first one, if that is another. */
  get wanted(): readonly Hop[] {
    return this.#at === 0 ? [this.server] : [this.server, this.#serverAt(0)];
  }

  /** Servers to be told when the phone goes. */
  get known(): readonly Hop[] {
    return this.#registered.size > 0 ? [...this.#registered] : [this.server];
  }

  nextCseq(): number {
    return ++this.#cseq;
  }

  /** Whether to ask now. A server is asked one thing at a time (RFC 3261, 10.2): the latest other wish waits. */
  ask(server: Hop, isRemoval: boolean): boolean {
    const asked = this.#asked.get(server);
    if (asked === undefined) this.#asked.set(server, { isRemoval, then: undefined });
    else asked.then = asked.isRemoval === isRemoval ? undefined : isRemoval;
    return asked === undefined;
  }

  /** That server has answered, or has not in time: what it is to be asked for now, if anything. */
  answered(hop: Hop): NextRegistration | undefined {
    const server = this.#serverAt(this.#indexOf(hop));
    const then = this.#asked.get(server)?.then;
    this.#asked.delete(server);
    return then === undefined ? undefined : { server, isRemoval: then };
  }

  /** `isDone`: that server has done what it was asked for. */
  heard(
    { server: hop, isRemoval }: NextRegistration,
    isDone: boolean,
  ): NextRegistration | undefined {
    const at = this.#indexOf(hop);
    const server = this.#serverAt(at);
    const before = this.server;
    if (isRemoval || !isDone) this.#registered.delete(server);
    else this.#registered.add(server);
    if (isRemoval) return undefined;
    if (!isDone) {
      if (at !== this.#at || this.#servers.length === 1) return undefined;
      this.#at = (at + 1) % this.#servers.length;
      return { server: this.server, isRemoval: false };
    }
    if (at === this.#at) return undefined;
    // A word of one that was given up for another, which is there as well.
    if (at > this.#at && this.#registered.has(before)) return { server, isRemoval: true };
    this.#at = at;
    return this.#registered.has(before) ? { server: before, isRemoval: true } : undefined;
  }

  #indexOf(hop: Hop): number {
    return this.#servers.findIndex((server) => isSamePlace(server, hop));
  }

  #serverAt(at: number): Hop {
    const server = this.#servers[at];
    assert(server !== undefined, 'no such server');
    return server;
  }
}
