/**
 * In which order servers are asked: the one that answered last first, those that failed at the end,
 * until a probe finds them well. Pure: time is an argument.
 */

/** After this a failed server is probed; each time that it fails again doubles it. */
const PROBE_AFTER_MS = 1000;
const PROBE_AFTER_MAX_MS = 8000;

type Trouble = { readonly sinceMs: number; probeAtMs: number; afterMs: number };

export class Rotation<Server> {
  readonly #servers: readonly Server[];
  readonly #troubles = new Map<Server, Trouble>();
  #first = 0;

  constructor(servers: readonly Server[]) {
    this.#servers = servers;
  }

  /** All of them. Those that failed come last, the longest ago first. */
  order(): Server[] {
    const turned = [...this.#servers.slice(this.#first), ...this.#servers.slice(0, this.#first)];
    const since = (server: Server) => this.#troubles.get(server)?.sinceMs ?? 0;
    return [
      ...turned.filter((server) => !this.#troubles.has(server)),
      ...turned.filter((server) => this.#troubles.has(server)).sort((a, b) => since(a) - since(b)),
    ];
  }

  hasFailed(server: Server): boolean {
    return this.#troubles.has(server);
  }

  /** Whether another than `server` is well. */
  hasBetter(server: Server): boolean {
    return this.#servers.some((other) => other !== server && !this.#troubles.has(other));
  }

  /** True: that is news. */
  failed(server: Server, nowMs: number): boolean {
    const before = this.#troubles.get(server);
    const afterMs = Math.min((before?.afterMs ?? PROBE_AFTER_MS / 2) * 2, PROBE_AFTER_MAX_MS);
    this.#troubles.delete(server);
    this.#troubles.set(server, { sinceMs: nowMs, probeAtMs: nowMs + afterMs, afterMs });
    return before === undefined;
  }

  /** True: that is news. It becomes the first when the first one has failed. */
  answered(server: Server): boolean {
    const isNews = this.#troubles.delete(server);
    const first = this.#servers[this.#first];
    if (first !== undefined && this.#troubles.has(first))
      this.#first = this.#servers.indexOf(server);
    return isNews;
  }

  /** Failed servers that should be asked again, to see whether they are well. Each once per call for it. */
  due(nowMs: number): Server[] {
    const due: Server[] = [];
    for (const [server, trouble] of this.#troubles) {
      if (trouble.probeAtMs > nowMs) continue;
      trouble.probeAtMs = nowMs + trouble.afterMs;
      due.push(server);
    }
    return due;
  }
}
