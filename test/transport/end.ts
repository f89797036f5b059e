/** One end of the wire for the tests: real sockets on the loopback, and mailboxes instead of sleeps. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { type Log, SILENT } from '../../src/base/log.ts';
import type { Hop, Transport } from '../../src/sip/hop.ts';
import type { Fault } from '../../src/sip/message/message.ts';
import type { Listen } from '../../src/transport/listen.ts';
import {
  type Received,
  Transports,
  type TransportsOptions,
} from '../../src/transport/transports.ts';

/** What comes is kept until it is asked for; who asks early waits. */
export class Mailbox<Item> {
  readonly #items: Item[] = [];
  readonly #waiting: ((item: Item) => void)[] = [];

  put(item: Item): void {
    const waiting = this.#waiting.shift();
    if (waiting === undefined) this.#items.push(item);
    else waiting(item);
  }

  next(): Promise<Item> {
    const item = this.#items.shift();
    if (item !== undefined) return Promise.resolve(item);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async take(count: number): Promise<Item[]> {
    const items: Item[] = [];
    while (items.length < count) items.push(await this.next());
    return items;
  }
}

export type End = {
  readonly transports: Transports;
  readonly received: Mailbox<Received>;
  readonly failed: Mailbox<{ readonly hop: Hop; readonly text: string }>;
  readonly closed: Mailbox<number>;
  readonly faults: Mailbox<{ readonly fault: Fault; readonly hop: Hop }>;
};

/** Listens on free loopback ports; closed when the test ends. */
export async function startEnd(
  context: TestContext,
  transports: readonly Transport[],
  options: Partial<TransportsOptions> = {},
): Promise<End> {
  const listen = transports.map(
    (transport): Listen => ({ transport, address: '127.0.0.1', port: 0 }),
  );
  const end = makeEnd({ listen, ...options });
  await end.transports.start();
  context.after(() => end.transports.stop());
  return end;
}

export function makeEnd(
  options: Partial<TransportsOptions> & Pick<TransportsOptions, 'listen'>,
): End {
  const received = new Mailbox<Received>();
  const failed = new Mailbox<{ hop: Hop; text: string }>();
  const closed = new Mailbox<number>();
  const faults = new Mailbox<{ fault: Fault; hop: Hop }>();
  const transports = new Transports({
    log: SILENT,
    random: { next32: () => 0 },
    receive: (batch) => {
      for (const each of batch) received.put(each);
    },
    closed: (flow) => closed.put(flow),
    sendFailed: (hop, text) => failed.put({ hop, text }),
    faulted: (fault, hop) => faults.put({ fault, hop }),
    ...options,
  });
  return { transports, received, failed, closed, faults };
}

/** The port of the listener of that index. */
export function portOf(end: End, index = 0): number {
  const listener = end.transports.listeners[index];
  assert(listener !== undefined);
  return listener.port;
}

/** A hop to a listener of `end`, from whoever. */
export function hopTo(end: End, index = 0): Hop {
  const listener = end.transports.listeners[index];
  assert(listener !== undefined);
  const { transport, address, port } = listener;
  return { transport, address, port, flow: 0, listener: -1 };
}

/** A whole request of a method with so many octets of body. */
export function request(method: string, bodyBytes = 0, transport = 'TCP'): string {
  return `${method} sip:2001@pbx.test SIP/2.0\r\nVia: SIP/2.0/${transport} 127.0.0.1;branch=z9hG4bK1\r\nContent-Length: ${bodyBytes}\r\n\r\n${'x'.repeat(bodyBytes)}`;
}

/** Remembers what was written. */
export class LogBook implements Log {
  readonly debugging = true;
  readonly lines: { readonly level: string; readonly event: string; readonly fields: unknown }[] =
    [];

  write(level: string, event: string, fields?: unknown): void {
    this.lines.push({ level, event, fields });
  }
}
