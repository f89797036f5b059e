/**
 * A small user-space relay between one phone and the manager that loses or doubles datagrams as it is
 * told: the phone sends to it as if it were the manager, and registers its far port as its contact, so
 * both directions pass here. It changes nothing in the messages.
 */
import dgram from 'node:dgram';
import type { TestContext } from 'node:test';
import { type Registration, register } from './registration.ts';

/** A SIP message passing the relay, as far as a rule needs to know it. */
export type Passing = {
  /** Name of the leg. */
  readonly leg: string;
  /** `INVITE`, `ACK`, … or `180 INVITE`, `200 BYE`, …: a response with the method of its CSeq. */
  readonly kind: string;
  /** Number of the call it belongs to (`s=call-17` in the offer that began it); 0: none of ours. */
  readonly call: number;
};

/** How many copies of a message go on: 0 loses it, 1 lets it pass, 2 doubles it. */
export type Fate = (passing: Passing) => 0 | 1 | 2;

/** What a relay stands between. All ports are on 127.0.0.1. */
export type RelaySetup = {
  readonly leg: string;
  readonly phonePort: number;
  /** Where the phone sends to. */
  readonly nearPort: number;
  /** Where the manager sends to: the phone's contact. */
  readonly farPort: number;
  readonly managerPort: number;
  readonly fate: Fate;
};

/** One relay, running until the test ends. */
export class UdpRelay {
  readonly #setup: RelaySetup;
  readonly #near = dgram.createSocket({ type: 'udp4', recvBufferSize: 1 << 21 });
  readonly #far = dgram.createSocket({ type: 'udp4', recvBufferSize: 1 << 21 });
  readonly #callNumbers = new Map<string, number>();

  private constructor(setup: RelaySetup) {
    this.#setup = setup;
  }

  static async open(t: TestContext, setup: RelaySetup): Promise<UdpRelay> {
    const relay = new UdpRelay(setup);
    await relay.#bind(relay.#near, setup.nearPort);
    await relay.#bind(relay.#far, setup.farPort);
    t.after(() => {
      relay.#near.close();
      relay.#far.close();
    });
    return relay;
  }

  /** Registers the far port as the phone's contact; relays from then on. */
  async register(registration: Omit<Registration, 'contact' | 'registrarPort'>): Promise<void> {
    const contact = `127.0.0.1:${this.#setup.farPort}`;
    await register(this.#far, {
      ...registration,
      contact,
      registrarPort: this.#setup.managerPort,
    });
  }

  /** Lets messages through from now on. */
  start(): void {
    const { phonePort, managerPort } = this.#setup;
    this.#near.on('message', (datagram) => this.#pass(datagram, this.#far, managerPort));
    this.#far.on('message', (datagram) => this.#pass(datagram, this.#near, phonePort));
  }

  #pass(datagram: Buffer, out: dgram.Socket, port: number): void {
    const copies = this.#setup.fate(this.#look(datagram.toString('latin1')));
    for (let copy = 0; copy < copies; copy += 1) out.send(datagram, port, '127.0.0.1');
  }

  #look(text: string): Passing {
    const callId = /^(?:Call-ID|i) *: *(.*)\r$/im.exec(text)?.[1] ?? '';
    const began = /^s=call-(\d+)\r$/m.exec(text)?.[1];
    if (began !== undefined) this.#callNumbers.set(callId, Number(began));
    const method = /^CSeq *: *\d+ +(\w+)/im.exec(text)?.[1] ?? '';
    const status = /^SIP\/2\.0 (\d{3})/.exec(text)?.[1];
    return {
      leg: this.#setup.leg,
      kind: status === undefined ? text.slice(0, text.indexOf(' ')) : `${status} ${method}`,
      call: this.#callNumbers.get(callId) ?? 0,
    };
  }

  async #bind(socket: dgram.Socket, port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind(port, '127.0.0.1', () => {
        // A phone that has ended answers with ICMP; that is no concern of the relay's.
        socket.on('error', () => undefined);
        resolve();
      });
    });
  }
}
