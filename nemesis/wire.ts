/** The test kit's phones in real time and on real UDP sockets: their agenda follows the clock, their network is one. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { Hop } from '../src/sip/hop.ts';
import type { Agenda } from '../src/testkit/agenda.ts';
import { keyOf, Network, type Receiver, udp } from '../src/testkit/network.ts';
import { SeededRandom } from '../src/testkit/seeded-random.ts';

const RECEIVE_BYTES = 4_194_304;

export class Wire extends Network {
  readonly #agenda: Agenda;
  readonly #sockets = new Map<string, Socket>();
  readonly #bound: Promise<unknown>[] = [];
  #timer: NodeJS.Timeout | undefined;
  #dueMs = Number.POSITIVE_INFINITY;
  #isInTurn = false;

  constructor(agenda: Agenda) {
    super(agenda, new SeededRandom(1));
    this.#agenda = agenda;
    agenda.nowMs = performance.now();
  }

  /** Resolves when all that were attached have their sockets. */
  async ready(): Promise<void> {
    await Promise.all(this.#bound);
  }

  override attach(address: Hop, receive: Receiver): void {
    const socket = createSocket({ type: 'udp4', recvBufferSize: RECEIVE_BYTES });
    this.#sockets.set(keyOf(address), socket);
    socket.on('message', (data, { address: from, port }) =>
      this.turn(() => receive(data.toString('latin1'), udp(from, port))),
    );
    // Nobody listens there now: a manager that is down.
    socket.on('error', () => {});
    this.#bound.push(once(socket, 'listening'));
    socket.bind(address.port, address.address);
  }

  override send(from: Hop, to: Hop, text: string): void {
    this.#sockets.get(keyOf(from))?.send(Buffer.from(text, 'latin1'), to.port, to.address);
  }

  /** Does `action` at the time that it is now, after all that was due before. */
  turn<T>(action: () => T): T {
    if (this.#isInTurn) return action();
    this.#isInTurn = true;
    this.#catchUp();
    const result = action();
    this.#catchUp();
    this.#isInTurn = false;
    this.#arm();
    return result;
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const socket of this.#sockets.values()) socket.close();
    // A manager may still report that it is ready.
    this.#sockets.clear();
  }

  #catchUp(): void {
    const nowMs = performance.now();
    while (this.#agenda.nextMs <= nowMs) this.#agenda.step();
    this.#agenda.nowMs = nowMs;
  }

  #arm(): void {
    const dueMs = this.#agenda.nextMs;
    if (dueMs === this.#dueMs) return;
    clearTimeout(this.#timer);
    this.#dueMs = dueMs;
    if (dueMs === Number.POSITIVE_INFINITY) return;
    this.#timer = setTimeout(
      () => {
        this.#dueMs = Number.POSITIVE_INFINITY;
        this.turn(() => {});
      },
      Math.max(1, Math.ceil(dueMs - performance.now())),
    );
  }
}
