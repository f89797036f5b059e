/**
 * The way of etcd's servers to one of them: passes everything on, except between those that are cut off
 * from each other. Who is at the other end a peer says in the first request on each connection.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

type Way = { readonly from: string; readonly near: Socket; readonly far: Socket };

export class PeerProxy {
  readonly #server: Server;
  readonly #targetPort: number;
  readonly #ways = new Set<Way>();
  /** Whether what comes from that member (hexadecimal, '' unknown) may pass. */
  #passes: (from: string) => boolean = () => true;

  /** `targetPort`: where the server listens for its peers. */
  constructor(targetPort: number) {
    this.#targetPort = targetPort;
    this.#server = createServer((near) => {
      near.on('error', () => near.destroy());
      near.once('data', (first) => this.#open(near, first));
    });
  }

  async start(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    assert(typeof address === 'object' && address !== null);
    return `http://127.0.0.1:${address.port}`;
  }

  /** From now on; what does not pass any more is broken off. */
  limit(passes: (from: string) => boolean): void {
    this.#passes = passes;
    for (const way of this.#ways) if (!passes(way.from)) way.near.destroy();
  }

  close(): void {
    this.#server.close();
    for (const { near } of this.#ways) near.destroy();
  }

  #open(near: Socket, first: Buffer): void {
    const from = /^x-server-from: ([0-9a-f]+)/im.exec(first.toString('latin1'))?.[1] ?? '';
    if (!this.#passes(from)) {
      near.destroy();
      return;
    }
    const far = connect(this.#targetPort, '127.0.0.1');
    const way = { from, near, far };
    this.#ways.add(way);
    far.write(first);
    near.pipe(far);
    far.pipe(near);
    far.on('error', () => near.destroy());
    far.on('close', () => near.destroy());
    near.on('close', () => {
      far.destroy();
      this.#ways.delete(way);
    });
  }
}
