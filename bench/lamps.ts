/**
 * Lamps of the phones of a measured line: each subscribes to call-info and answers what it is told. They stand
 * beside the phones that ring, which are SIPp's and subscribe to nothing.
 */
import { randomInt } from 'node:crypto';
import { udp } from '../src/testkit/network.ts';
import { Station } from '../src/testkit/phones/station.ts';
import { StationSubscription } from '../src/testkit/phones/station-subscription.ts';
import { UdpPlace } from '../src/testkit/phones/udp-place.ts';
import { ADDRESS, type Server } from './servers.ts';

type Lamp = { readonly place: UdpPlace; readonly subscription: StationSubscription };

const DOMAIN = 'pbx.test';
const EXPIRES_S = 3600;

export class Lamps {
  readonly #number: string;
  readonly #count: number;
  readonly #lamps: Lamp[] = [];
  /** What they were told, by all servers. */
  notified = 0;

  /** `count` phones of the line `number`. */
  constructor(number: string, count: number) {
    this.#number = number;
    this.#count = count;
  }

  /** Resolves when all have subscribed; rejects if the server will not have them. */
  async subscribe({ port }: Server): Promise<void> {
    for (let at = 0; at < this.#count; at++) {
      const place = await UdpPlace.open(ADDRESS);
      const station = new Station({
        user: this.#number,
        aor: this.#number,
        domain: DOMAIN,
        address: place.address,
        server: udp(ADDRESS, port),
        agenda: place,
        network: place,
        random: { next32: () => randomInt(2 ** 32) },
      });
      station.listen();
      const subscription = new StationSubscription(station, {
        event: 'call-info',
        expiresS: EXPIRES_S,
        headers: '',
        isKept: false,
        notified: () => {
          this.notified++;
        },
      });
      this.#lamps.push({ place, subscription });
      await place.until(() => subscription.state === 'active');
    }
  }

  async close(): Promise<void> {
    for (const { place, subscription } of this.#lamps) {
      subscription.end();
      await place.until(() => subscription.isOver).catch(() => {});
      await place.close();
    }
  }
}
