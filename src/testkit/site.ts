/** One manager and its phones in virtual time, on a network of their own. */
import { type Log, SILENT } from '../base/log.ts';
import type { Directory } from '../call/directory.ts';
import { LoneManager } from '../cluster/lone-manager.ts';
import { CallManager } from '../manager/call-manager.ts';
import { Agenda } from './agenda.ts';
import { keyOf, Network, udp } from './network.ts';
import { Phone } from './phone.ts';
import { SeededRandom } from './seeded-random.ts';

export const DOMAIN = 'pbx.test';
export const SERVER = udp('10.0.0.1', 5060);

const FIRST_PORT = 6001;
/** The manager's clock is looked at no more often than the driver does. */
const TICK_MS = 10;

export class Site {
  readonly agenda = new Agenda();
  readonly random: SeededRandom;
  readonly network: Network;
  readonly manager: CallManager;
  readonly directory: Directory;
  readonly phones: Phone[] = [];
  #wakeAtMs = Number.POSITIVE_INFINITY;

  constructor(seed: number, directory: Directory, log: Log = SILENT) {
    this.random = new SeededRandom(seed);
    this.directory = directory;
    this.network = new Network(this.agenda, this.random);
    const cluster = new LoneManager('sim.1');
    this.manager = new CallManager({
      cluster,
      directory,
      domains: [DOMAIN],
      random: this.random,
      clock: { epochMs: () => 1_700_000_000_000 + this.agenda.nowMs },
      log,
      nowMs: 0,
      secret: `seed ${seed}`,
      addressOf: () => keyOf(SERVER),
      bans: false,
    });
    cluster.connect(this.manager);
    this.network.attach(SERVER, (text, from) => this.#turn(() => this.manager.receive(text, from)));
  }

  /** A phone of that device; `aor` is what it registers. It has not registered yet. */
  addPhone(user: string, aor = user): Phone {
    const phone = new Phone({
      user,
      aor,
      domain: DOMAIN,
      address: udp('10.0.1.1', FIRST_PORT + this.phones.length),
      server: SERVER,
      agenda: this.agenda,
      network: this.network,
      random: this.random,
    });
    this.phones.push(phone);
    return phone;
  }

  /** Lets `ms` of virtual time pass. */
  run(ms: number): void {
    const untilMs = this.agenda.nowMs + ms;
    // The last step moves time to the end even when nothing else happens there.
    this.agenda.at(untilMs, () => {});
    while (this.agenda.nextMs <= untilMs) this.agenda.step();
  }

  #turn(action: () => void): void {
    const { nowMs } = this.agenda;
    this.manager.advance(nowMs);
    action();
    this.manager.settle();
    const { effects } = this.manager;
    for (const effect of effects) {
      if (effect.type === 'send') this.network.send(SERVER, effect.hop, effect.text);
    }
    effects.length = 0;
    const wakeAtMs = Math.max(this.manager.nextDueMs(), nowMs + TICK_MS);
    if (wakeAtMs >= this.#wakeAtMs || wakeAtMs === Number.POSITIVE_INFINITY) return;
    this.#wakeAtMs = wakeAtMs;
    this.agenda.at(wakeAtMs, () => {
      if (this.#wakeAtMs !== wakeAtMs) return;
      this.#wakeAtMs = Number.POSITIVE_INFINITY;
      this.#turn(() => {});
    });
  }
}
