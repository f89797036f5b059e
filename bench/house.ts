/** The servers that run side by side during the benchmark. */
import { idleMsPerS } from './load.ts';
import type { Load } from './plan.ts';
import { type Server, type ServerName, startServer, stopServer } from './servers.ts';

/** Each is started when it is first wanted, and warmed up once for each kind of load. */
export class House {
  readonly folder: string;
  readonly #servers = new Map<ServerName, Server>();
  readonly #warm = new Set<string>();
  readonly #idle = new Map<ServerName, number>();

  constructor(folder: string) {
    this.folder = folder;
  }

  async server(name: ServerName): Promise<Server> {
    const server = this.#servers.get(name) ?? (await startServer(name, this.folder));
    this.#servers.set(name, server);
    return server;
  }

  /** Resolves with what went wrong. */
  async warmUp(server: Server, load: Load, warmth: string): Promise<readonly string[]> {
    const key = `${server.name} ${warmth}`;
    if (this.#warm.has(key)) return [];
    this.#warm.add(key);
    return (await load.warmUp(server)).faults;
  }

  /** CPU time in ms per second without a call, measured once for all `servers`. */
  async idle(
    servers: readonly Server[],
    seconds: number,
  ): Promise<ReadonlyMap<ServerName, number>> {
    const unknown = servers.filter(({ name }) => !this.#idle.has(name));
    await Promise.all(
      unknown.map(async (server) => {
        this.#idle.set(server.name, await idleMsPerS(server, seconds));
      }),
    );
    return this.#idle;
  }

  /** Stops all but those: a cluster takes CPU time even when it has nothing to do. */
  async stop(but: readonly ServerName[] = []): Promise<void> {
    const leaving = [...this.#servers.values()].filter(({ name }) => !but.includes(name));
    for (const { name } of leaving) {
      this.#servers.delete(name);
      this.#idle.delete(name);
      for (const key of this.#warm) if (key.startsWith(`${name} `)) this.#warm.delete(key);
    }
    await Promise.all(leaving.map(stopServer));
  }
}
