/**
 * One run of a simulated manager's process, from its start to its end: the core, driven in virtual
 * time as `manager/driver.ts` drives it. In a cluster the core is made when the member has joined.
 *
 * A paused process takes no turns. What comes for it waits, as much as a kernel's buffers hold.
 */
import type { Log } from '../base/log.ts';
import type { Directory } from '../call/directory.ts';
import type { EmbeddedStatePlane } from '../cluster/embedded-state-plane.ts';
import { LoneManager } from '../cluster/lone-manager.ts';
import { ClusterMember } from '../cluster/member.ts';
import type { MembershipTimings } from '../cluster/membership-timings.ts';
import { CallManager } from '../manager/call-manager.ts';
import type { Cluster } from '../process/cluster.ts';
import type { Home } from '../process/pid.ts';
import type { Hop } from '../sip/hop.ts';
import type { TimerValues } from '../sip/transaction/timers.ts';
import type { Agenda } from './agenda.ts';
import { keyOf, type Network } from './network.ts';
import type { KeptRecord } from './record-audit.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { SimulatedPlanes } from './simulated-planes.ts';
import type { SlowClock } from './slow-clock.ts';

/** What all managers of a site have in common. */
export type Surroundings = {
  readonly agenda: Agenda;
  readonly random: SeededRandom;
  readonly network: Network;
  readonly directory: Directory;
  readonly domain: string;
  readonly log: Log;
  readonly secret: string;
  readonly timers: TimerValues | undefined;
  readonly auditMs?: number | undefined;
  /** As of `CallManagerOptions`. */
  readonly sessionTimer?: { readonly expiresS: number; readonly minSeS: number } | undefined;
  /** Gets what managers say of their calls for the record; undefined: they say nothing. */
  readonly records?: KeptRecord[] | undefined;
  /** Undefined: the one manager is alone. */
  readonly cluster:
    | {
        readonly planes: SimulatedPlanes;
        readonly clock: SlowClock;
        readonly timings: Partial<MembershipTimings>;
        readonly storeOutage: 'freeze' | 'fence';
      }
    | undefined;
};

export type ManagerRunOptions = {
  readonly id: string;
  readonly address: Hop;
  readonly surroundings: Surroundings;
  /** It is no member any more, or could not become one: its owner ends it. */
  readonly failed: (why: string) => void;
};

/** The manager's clock is looked at no more often than the driver does. */
const TICK_MS = 10;
/** As of the driver: what phones say waits that long at most while the manager is not sure. */
const HOLD_MS = 500;
const EPOCH_MS = 1_700_000_000_000;
/** What waits for a paused process: datagrams, and all that comes by streams. */
const DATAGRAMS_MAX = 200;
const NEWS_MAX = 10_000;

type Datagram = { readonly text: string; readonly from: Hop };
type Asleep = { readonly turns: (() => void)[]; datagrams: number; news: number };

export class ManagerRun {
  readonly id: string;
  /** Undefined until it has joined. */
  manager: CallManager | undefined;
  readonly member: ClusterMember | undefined;
  readonly plane: EmbeddedStatePlane | undefined;
  readonly startedMs: number;
  /** Since when it is a member. */
  joinedMs = 0;
  isOver = false;
  readonly #options: ManagerRunOptions;
  readonly #surroundings: Surroundings;
  #asleep: Asleep | undefined;
  #held: Datagram[] = [];
  #doubtsSinceMs: number | undefined;
  #wakeAtMs = Number.POSITIVE_INFINITY;
  #pausedMs = Number.NEGATIVE_INFINITY;

  constructor(options: ManagerRunOptions) {
    const { id, address, surroundings } = options;
    const { cluster, network, secret } = surroundings;
    this.id = id;
    this.startedMs = surroundings.agenda.nowMs;
    this.#options = options;
    this.#surroundings = surroundings;
    if (cluster === undefined) {
      const lone = new LoneManager(`${id}.1`);
      this.manager = this.#make(lone, secret);
      lone.connect(this.manager);
    } else {
      const { planes, clock, timings, storeOutage } = cluster;
      this.plane = planes.statePlane();
      this.member = new ClusterMember({
        id,
        name: 'simulation',
        bus: planes.bus,
        store: this.plane,
        nowMs: clock.nowMs,
        clock: { epochMs: () => EPOCH_MS + clock.nowMs },
        log: surroundings.log,
        record: { host: 'simulated', pid: 1, started: '2026-01-01T00:00:00Z', sip: [] },
        secret: `${secret} of ${id}`,
        storeOutage,
        timings,
        turn: (action) => this.turn(action),
        joined: (shared) => this.#joined(shared),
        failed: ({ code, message }) => options.failed(`${code}: ${message}`),
      });
      this.#setAlarm();
    }
    network.attach(address, (text, from) => this.#receive({ text, from }));
  }

  /** Undefined until it has joined. */
  get home(): Home | undefined {
    return this.manager?.cluster.home;
  }

  get isPaused(): boolean {
    return this.#asleep !== undefined;
  }

  /** Whether it can be expected to serve: it runs, has joined, and may act. */
  get isServing(): boolean {
    if (this.isOver || this.isPaused || this.manager === undefined) return false;
    const { standing } = this.manager.cluster;
    return standing === 'member' || standing === 'frozen';
  }

  /** When it last went to sleep, or woke. */
  get pausedMs(): number {
    return this.#pausedMs;
  }

  turn(action: () => void): void {
    if (this.isOver) return;
    if (this.#asleep !== undefined) {
      if (this.#asleep.news++ < NEWS_MAX) this.#asleep.turns.push(() => this.turn(action));
      return;
    }
    const { manager } = this;
    this.#advance();
    action();
    if (this.manager === undefined) this.member?.flush();
    else if (manager === undefined) this.manager.settle();
    else this.#settle(manager);
    this.#perform();
  }

  pause(): void {
    if (this.isOver || this.#asleep !== undefined) return;
    this.#asleep = { turns: [], datagrams: 0, news: 0 };
    this.#pausedMs = this.#surroundings.agenda.nowMs;
  }

  resume(): void {
    const asleep = this.#asleep;
    if (this.isOver || asleep === undefined) return;
    this.#asleep = undefined;
    this.#pausedMs = this.#surroundings.agenda.nowMs;
    this.turn(() => {});
    for (const turn of asleep.turns) turn();
  }

  /** kill -9, or the machine's power. Nobody is told; in the first case nobody takes what is sent to it. */
  end(how: 'process' | 'machine'): void {
    if (this.isOver) return;
    this.isOver = true;
    this.#asleep = undefined;
    const { network, cluster } = this.#surroundings;
    network.detach(this.#options.address);
    this.plane?.close();
    if (this.home === undefined || cluster === undefined) return;
    if (how === 'machine') cluster.planes.bury(this.home);
    else cluster.planes.bus.cut(this.home);
  }

  #joined(secret: string): void {
    const { member } = this;
    if (member === undefined) return;
    const manager = this.#make(member, secret);
    this.manager = manager;
    this.joinedMs = this.#surroundings.agenda.nowMs;
    manager.onFenced = () => this.#options.failed('fenced');
    member.connect(manager);
  }

  #make(cluster: Cluster, secret: string): CallManager {
    const { directory, domain, random, agenda, log, timers, auditMs, sessionTimer } =
      this.#surroundings;
    const address = keyOf(this.#options.address);
    const manager = new CallManager({
      cluster,
      directory,
      domains: [domain],
      random,
      clock: { epochMs: () => EPOCH_MS + agenda.nowMs },
      log,
      nowMs: agenda.nowMs,
      secret,
      addressOf: () => address,
      bans: false,
      ...(auditMs === undefined ? {} : { auditMs }),
      ...(sessionTimer === undefined ? {} : { sessionTimer }),
      ...(timers === undefined ? {} : { timers }),
    });
    manager.processing.callRecords.isWanted = this.#surroundings.records !== undefined;
    return manager;
  }

  #receive(datagram: Datagram): void {
    const asleep = this.#asleep;
    if (asleep !== undefined) {
      if (asleep.datagrams++ < DATAGRAMS_MAX) asleep.turns.push(() => this.#receive(datagram));
      return;
    }
    const { manager } = this;
    // What comes before there is a manager is lost.
    if (manager === undefined || this.isOver) return;
    this.#advance();
    if (this.#isHolding) this.#held.push(datagram);
    else manager.receive(datagram.text, datagram.from);
    this.#settle(manager);
    this.#perform();
  }

  #advance(): void {
    const { agenda, cluster } = this.#surroundings;
    if (cluster !== undefined) this.member?.advance(cluster.clock.nowMs);
    if (!this.#isHolding) this.manager?.advance(agenda.nowMs);
  }

  /** Whether phones wait: from when the manager began to doubt, and not for long. */
  get #isHolding(): boolean {
    if (this.member?.standing !== 'unsure') {
      this.#doubtsSinceMs = undefined;
      return false;
    }
    const { nowMs } = this.#surroundings.agenda;
    this.#doubtsSinceMs ??= nowMs;
    return nowMs - this.#doubtsSinceMs <= HOLD_MS;
  }

  #settle(manager: CallManager): void {
    if (this.#isHolding) return;
    if (this.#held.length > 0) {
      const held = this.#held;
      this.#held = [];
      manager.advance(this.#surroundings.agenda.nowMs);
      for (const { text, from } of held) manager.receive(text, from);
    }
    manager.settle();
  }

  #perform(): void {
    const { manager } = this;
    if (manager !== undefined) {
      const { network } = this.#surroundings;
      const { address } = this.#options;
      const { effects } = manager;
      const { ready } = manager.processing.callRecords;
      // Most turns come to nothing.
      if (ready.length > 0)
        for (const record of ready.splice(0))
          this.#surroundings.records?.push({ manager: this.id, life: this, record });
      for (const effect of effects)
        if (effect.type === 'send') network.send(address, effect.hop, effect.text);
      if (effects.length > 0) effects.length = 0;
    }
    this.#setAlarm();
  }

  #setAlarm(): void {
    if (this.isOver) return;
    const { agenda, cluster } = this.#surroundings;
    let dueMs = this.manager?.nextDueMs() ?? Number.POSITIVE_INFINITY;
    if (cluster !== undefined && this.member !== undefined) {
      const inMs = cluster.clock.until(this.member.nextDueMs());
      dueMs = Math.min(dueMs, agenda.nowMs + inMs);
    }
    const wakeAtMs = Math.max(dueMs, agenda.nowMs + TICK_MS);
    if (wakeAtMs >= this.#wakeAtMs || wakeAtMs === Number.POSITIVE_INFINITY) return;
    this.#wakeAtMs = wakeAtMs;
    agenda.at(wakeAtMs, () => {
      if (this.#wakeAtMs !== wakeAtMs) return;
      this.#wakeAtMs = Number.POSITIVE_INFINITY;
      this.#tick();
    });
  }

  /** The alarm of a paused process goes off when it wakes. */
  #tick(): void {
    if (this.isOver || this.#asleep !== undefined) return;
    this.turn(() => {});
  }
}
