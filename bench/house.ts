/** The servers that run side by side during the benchmark. */
import type { Load } from './plan.ts';
import { type Server, type ServerName, startServer } from './servers.ts';

/** Each is started when it is first wanted, and warmed up once for each kind of load. */
export class House {
  readonly folder: string;
  readonly #servers = new Map<ServerName, Server>();
  readonly #warm = new Set<string>();

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

  async stop(): Promise<void> {
    await Promise.all([...this.#servers.values()].map(({ program }) => program.stop('SIGTERM')));
    this.#servers.clear();
    this.#warm.clear();
  }
}
