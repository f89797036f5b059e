/**
 * One UDP listener: datagrams up as messages with their hop, messages down as datagrams.
 *
 * STUN (RFC 5626 §3.5.2) is answered here; the line ends and zeros that phones send to keep a NAT
 * open end here. Whatever else came is a message, and the parser's to judge.
 */
import type { Hop } from '../sip/hop.ts';
import { type Datagram, type DatagramDriver, RECEIVE_BUFFER_BYTES } from './datagram-driver.ts';
import { HopCache } from './hop-cache.ts';
import { type Bound, bound, formatListen, type Listen } from './listen.ts';
import type { Edge, Received } from './received.ts';
import { answerStun, isStun } from './stun.ts';

/** No SIP message is as short: these are CRLF CRLF, or NULs. */
const KEEP_ALIVE_BYTES_MAX = 4;

export class UdpListener {
  readonly #edge: Edge;
  readonly #driver: DatagramDriver;
  readonly #hops: HopCache;
  readonly #index: number;

  constructor(edge: Edge, driver: DatagramDriver, index: number) {
    this.#edge = edge;
    this.#driver = driver;
    this.#index = index;
    this.#hops = new HopCache(index);
  }

  /** Rejects with the system's error. */
  async bind(listen: Listen): Promise<Bound> {
    const { address, port, receiveBufferBytes } = await this.#driver.bind(
      listen.address,
      listen.port,
      {
        received: (batch) => this.#receive(batch),
        failed: (error) =>
          this.#edge.log.write('warn', 'udp socket failed', { error: error.message }),
      },
    );
    if (receiveBufferBytes < RECEIVE_BUFFER_BYTES) {
      this.#edge.log.write('warn', 'udp receive buffer too small', {
        listener: formatListen(listen),
        wanted: RECEIVE_BUFFER_BYTES,
        granted: receiveBufferBytes,
        remedy: `sysctl -w net.core.rmem_max=${RECEIVE_BUFFER_BYTES}`,
      });
    }
    return bound(this.#index, listen, address, port);
  }

  /** `hop.address` is an IP literal of this listener's family. `sent` is never called from within. */
  send(text: string, hop: Hop, sent: (error: Error | null) => void): void {
    const { counters } = this.#edge;
    counters.datagramsOut++;
    counters.bytesOut += text.length;
    // Whether an answer left is not asked: who wants it asks again, and being told costs a tick each.
    const told = text.startsWith('SIP/2.0 ') ? undefined : sent;
    this.#driver.send(Buffer.from(text, 'latin1'), hop.port, hop.address, told);
  }

  flush(): void {
    this.#driver.flush();
  }

  close(): Promise<void> {
    return this.#driver.close();
  }

  #receive(datagrams: readonly Datagram[]): void {
    const { counters } = this.#edge;
    let batch: Received[] | undefined;
    for (let i = 0; i < datagrams.length; i++) {
      const datagram = datagrams[i];
      if (datagram === undefined) continue;
      const { payload, address, port } = datagram;
      counters.datagramsIn++;
      if (payload.length <= KEEP_ALIVE_BYTES_MAX || isStun(payload)) {
        this.#receiveOther(datagram);
        continue;
      }
      counters.bytesIn += payload.length;
      const received = { text: payload.toString('latin1'), hop: this.#hops.get(address, port) };
      // A literal has room for one, which is what there mostly is; push would make room for 17.
      if (batch === undefined) batch = [received];
      else batch.push(received);
    }
    if (batch !== undefined) this.#edge.deliver(batch);
    this.#driver.flush();
  }

  #receiveOther({ payload, address, port }: Datagram): void {
    const { counters } = this.#edge;
    if (payload.length <= KEEP_ALIVE_BYTES_MAX) {
      counters.keepAlives++;
      return;
    }
    const answer = answerStun(payload, address, port);
    if (answer === undefined) {
      counters.dropped++;
      return;
    }
    counters.keepAlives++;
    this.#driver.send(answer, port, address, undefined);
  }
}
