/**
 * One call manager without its sockets: every layer of the core, wired.
 *
 * Bytes, timers and lost connections come in with the time; `effects` go out. The same class runs
 * under the socket driver in production and under virtual time in the simulator.
 */
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import { CallProcessing } from '../call/call-processing.ts';
import type { Directory } from '../call/directory.ts';
import { changeDirectory, type Ready } from '../call/directory-change.ts';
import type { SettingsKeeper } from '../call/forwarding/line-settings.ts';
import { readSignal } from '../call/read-signal.ts';
import type { CallSignal } from '../call/signals.ts';
import { Admissions, turnAway } from '../device/admission.ts';
import type { CallLeg } from '../device/call-leg.ts';
import { CallStatistics } from '../device/call-statistics.ts';
import { DeviceManager } from '../device/device-manager.ts';
import type { Environment } from '../device/environment.ts';
import { spawnResidents } from '../device/residents.ts';
import { PACKAGES, PUBLISHED_PACKAGES } from '../device/subscriptions.ts';
import type { Cluster, ClusterListener, Standing, TableEntry, View } from '../process/cluster.ts';
import type { Home, Pid } from '../process/pid.ts';
import { Scheduler } from '../process/scheduler.ts';
import { Authenticator } from '../sip/digest/authenticator.ts';
import type { Effect } from '../sip/effects.ts';
import { SourceGuard } from '../sip/guard.ts';
import type { Hop } from '../sip/hop.ts';
import type { Fault, SipRequest } from '../sip/message/message.ts';
import { parseMessage } from '../sip/message/parse.ts';
import { Registrar } from '../sip/registrar/registrar.ts';
import { TransactionLayer } from '../sip/transaction/layer.ts';
import { type Admission, type TransactionUser, UserAgent } from '../sip/user-agent/user-agent.ts';
import { ClusterWatch } from './cluster-watch.ts';

export type CallManagerOptions = {
  /** The cluster that it is in, or its own; says who it is. */
  readonly cluster: Cluster;
  readonly directory: Directory;
  /** Domains that are ours; the first is the realm and stands in our identities. */
  readonly domains: readonly string[];
  readonly random: Random;
  readonly clock: Clock;
  readonly log: Log;
  /** Monotonic milliseconds at the start. */
  readonly nowMs: number;
  /** Signs nonces; the same on every manager of a cluster. */
  readonly secret: string;
  /** `host:port` at which the far end of `hop` reaches us. */
  readonly addressOf: (hop: Hop) => string;
  /** Where a long request over UDP had better go (RFC 3261 §18.1.1); absent: there. */
  readonly preferred?: (hop: Hop, octets: number) => Hop;
  readonly bans: boolean;
  readonly timers?: { readonly t1Ms: number; readonly t2Ms: number; readonly t4Ms: number };
  readonly register?: {
    readonly minExpiresS: number;
    readonly maxExpiresS: number;
    readonly contactsMax: number;
  };
  /** A phone that has said nothing in a call for that long is asked whether it has it still; absent: never. */
  readonly auditMs?: number;
  /** Keeps members' settings; absent: this manager, as long as it lives. */
  readonly keeper?: SettingsKeeper;
  readonly sessionTimer?: { readonly expiresS: number; readonly minSeS: number };
};

const VERSION = '0.1.0';
const CALLS_PER_DEVICE_MAX = 10_000;
const REGISTER = { minExpiresS: 60, maxExpiresS: 3600, contactsMax: 10 };
/** A phone that registers twice as often as this is challenged anew now and then, with `stale`. */
const NONCE_LIFE_MS = 300_000;
/** Contacts that ran out are looked for that often. */
const EXPIRY_MS = 1000;
/** Calls whose phones have been silent are looked for that often. */
const AUDIT_LOOK_MS = 5000;
const BEGINNING_MS = 3000;
const MEANINGS: Readonly<Record<Exclude<Standing, 'fenced'>, string>> = {
  member: 'takes part in the cluster',
  unsure: 'may have been expelled without knowing it: decides nothing for lines that others share',
  frozen: 'the store is away, all members are there: calls go on, registrations do not move',
};

export class CallManager implements ClusterListener {
  /** What the driver has to do, in order; it empties the array. */
  readonly effects: Effect[] = [];
  readonly layer: TransactionLayer<TransactionUser<CallLeg>>;
  readonly userAgent: UserAgent<CallLeg>;
  readonly scheduler: Scheduler<CallSignal>;
  readonly devices: DeviceManager;
  readonly registrar: Registrar;
  readonly guard: SourceGuard;
  readonly directory: Directory;
  readonly processing: CallProcessing;
  /** Plain integers: messages refused by the parser, and those of banned sources. */
  readonly counters = { faults: 0, banned: 0 };
  readonly statistics = new CallStatistics();
  readonly cluster: Cluster;
  readonly watch: ClusterWatch;
  /** Called when it is no member of its cluster any more. */
  onFenced: () => void = () => {};
  readonly #log: Log;
  readonly #admissions: Admissions;
  readonly #addressOf: (hop: Hop) => string;
  readonly #startedMs: number;
  #nowMs: number;
  #expiryAtMs: number;
  readonly #auditMs: number;
  #auditAtMs: number;

  constructor(options: CallManagerOptions) {
    const { random, log, nowMs, clock, keeper } = options;
    // What changes later is this manager's own.
    const directory = { ...options.directory };
    this.cluster = options.cluster;
    this.watch = new ClusterWatch(clock);
    this.directory = directory;
    this.#log = log;
    this.#startedMs = nowMs;
    this.#nowMs = nowMs;
    this.#expiryAtMs = nowMs + EXPIRY_MS;
    this.#auditMs = options.auditMs ?? Number.POSITIVE_INFINITY;
    this.#auditAtMs = nowMs + AUDIT_LOOK_MS;
    this.#addressOf = options.addressOf;
    const [domain = 'localhost'] = options.domains;
    this.guard = new SourceGuard({ enabled: options.bans });
    const authenticator = new Authenticator({
      realm: domain,
      secret: options.secret,
      nonceLifeMs: NONCE_LIFE_MS,
      random,
      lookup: (user) => directory.users.get(user)?.ha1,
    });
    this.#admissions = new Admissions(directory, authenticator, this.guard, clock);
    const isReserved = this.#admissions.isGateway.bind(this.#admissions);
    this.registrar = new Registrar({ ...(options.register ?? REGISTER), nowMs, isReserved });
    this.layer = new TransactionLayer({
      nowMs,
      random,
      out: this.effects,
      sentBy: options.addressOf,
      ...(options.preferred === undefined ? {} : { preferred: options.preferred }),
      ...(options.timers === undefined ? {} : { timers: options.timers }),
    });
    this.userAgent = new UserAgent<CallLeg>({
      layer: this.layer,
      random,
      log,
      nowMs,
      contact: (hop) => this.#contact(hop),
      admit: (request, source) => this.#admit(request, source),
      register: (request, source, identity) => this.devices.register(request, source, identity),
      // Other managers', and lines' calls by the names that watchers know.
      hasPeers: () => true,
      allowEvents: PACKAGES,
      allowPublications: PUBLISHED_PACKAGES,
      userAgent: `Linewright/${VERSION}`,
      ...(options.timers === undefined ? {} : { timers: options.timers }),
      ...(options.sessionTimer === undefined ? {} : { sessionTimer: options.sessionTimer }),
    });
    this.scheduler = new Scheduler<CallSignal>({
      home: this.cluster.home,
      nowMs,
      log,
      describe: (signal) => ('call' in signal ? { call: signal.call } : {}),
      cluster: this.cluster,
      read: readSignal,
      departed: (pid, died) => {
        if (died) this.watch.died(pid);
        this.devices.departed(pid, died);
      },
    });
    const { scheduler, cluster } = this;
    const shared = { scheduler, directory, cluster, random, clock, log, keeper };
    this.processing = new CallProcessing(shared);
    const { processing } = this;
    const environment: Environment = {
      directory,
      domain,
      domains: new Set(options.domains.map((each) => each.toLowerCase())),
      userAgent: this.userAgent,
      contact: (hop) => this.#contact(hop),
      ...{ lineManager: processing.lineManager, table: processing.table },
      gatewayManager: processing.gatewayManager,
      settingsDesk: processing.settingsDesk,
      parkManager: processing.parkManager,
      ...spawnResidents(scheduler, this.userAgent),
      peers: () => this.cluster.view.members.filter((home) => home !== this.cluster.home),
      log,
      ...{ statistics: this.statistics, records: processing.callRecords },
      startCall: (host, request) => processing.startCall(host, request),
      isEmergency: (dialled) => processing.digits.isEmergency(dialled),
      beginsEmergency: (dialled) => processing.digits.beginsEmergency(dialled),
      callsPerDeviceMax: CALLS_PER_DEVICE_MAX,
    };
    this.devices = new DeviceManager(environment, this.scheduler, this.registrar);
    this.settle();
  }

  /** What is left to do; all zero when nothing goes on and nobody is registered. */
  get size(): {
    legs: number;
    subscriptions: number;
    publications: number;
    transactions: number;
    calls: number;
    contacts: number;
    signals: number;
  } {
    const { clients, servers } = this.layer.size;
    const { legs, subscriptions, publications } = this.userAgent.size;
    return {
      legs,
      subscriptions,
      publications,
      transactions: clients + servers,
      calls: this.processing.calls.size,
      contacts: this.registrar.count,
      signals: this.scheduler.waiting,
    };
  }

  get deaths(): number {
    return this.scheduler.counters.deaths;
  }

  get isDraining(): boolean {
    return this.userAgent.draining;
  }

  /** Takes no new calls from now on: 503 with Retry-After. Standing ones go on. */
  drain(): void {
    this.userAgent.draining = true;
  }

  /** Another directory counts from now on; calls that are up are not touched. `settle` follows. */
  changeDirectory(next: Directory, ready?: Ready): void {
    const change = changeDirectory(this.directory, next, ready?.unified);
    this.#admissions.directoryChanged();
    this.devices.directoryChanged(change);
    this.processing.directoryChanged(change, ready?.numbering);
  }

  /** Moves the clock, and does all that is due. Called before anything else of a turn. */
  advance(nowMs: number): void {
    this.#nowMs = nowMs;
    this.#admissions.nowMs = nowMs;
    this.layer.advance(nowMs, (event) => this.userAgent.receive(event));
    this.userAgent.advance(nowMs);
    this.scheduler.advance(nowMs);
    if (nowMs >= this.#expiryAtMs) {
      this.#expiryAtMs = nowMs + EXPIRY_MS;
      this.devices.expire(nowMs);
    }
    if (nowMs >= this.#auditAtMs) {
      this.#auditAtMs = nowMs + AUDIT_LOOK_MS;
      if (this.#auditMs < Number.POSITIVE_INFINITY) this.userAgent.auditSilent(this.#auditMs);
    }
    this.settle();
  }

  /** When `advance` is needed next, unless something comes in before. */
  nextDueMs(): number {
    const hasAudits = this.#auditMs < Number.POSITIVE_INFINITY && this.userAgent.size.legs > 0;
    const audit = hasAudits ? this.#auditAtMs : Number.POSITIVE_INFINITY;
    const expiry = this.registrar.count > 0 ? this.#expiryAtMs : Number.POSITIVE_INFINITY;
    return Math.min(
      this.layer.nextDueMs(),
      this.userAgent.nextDueMs(),
      this.scheduler.nextDueMs(),
      expiry,
      audit,
    );
  }

  /** One message off the wire. */
  receive(text: string, source: Hop): void {
    if (!this.guard.allows(source.address, this.#nowMs)) {
      this.counters.banned++;
      return;
    }
    const parsed = parseMessage(text);
    if (!parsed.ok) return this.refuse(parsed.fault, source);
    const event = this.layer.receive(parsed.message, source);
    if (event === undefined) return;
    this.userAgent.receive(event);
    this.settle();
  }

  /** A connection is down. */
  flowFailed(flow: number): void {
    for (const event of this.layer.failed(flow)) this.userAgent.receive(event);
    this.userAgent.flowFailed(flow);
    this.devices.flowFailed(flow);
    this.settle();
  }

  /** `text` could not be sent to `hop`. */
  sendFailed(hop: Hop, text: string): void {
    for (const event of this.layer.sendFailed(hop, text)) this.userAgent.receive(event);
    this.settle();
  }

  /** What the cluster has to say; `settle` follows. */
  received(from: Pid, to: Pid, body: object | undefined): void {
    this.scheduler.received(from, to, body);
  }

  died(gone: Pid): void {
    this.watch.died(gone);
    this.scheduler.died(gone);
  }

  undelivered(from: Pid, to: Pid, isLate: boolean): void {
    this.scheduler.undelivered(from, to, isLate);
  }

  viewChanged(view: View, left: readonly Home[]): void {
    this.watch.viewChanged(view, left);
    this.processing.viewChanged();
    this.devices.viewChanged();
    for (const home of left) this.scheduler.down(home);
  }

  tableChanged(key: string, entry: TableEntry | undefined): void {
    this.watch.tableChanged(key, entry, this.cluster.view);
    this.processing.tableChanged(key, entry);
  }

  /**
   * Fenced: whoever took its place must not hear of it again, and it must not wait for others. What
   * it has with them ends, and what is being set up; calls of its own phones with each other that stand
   * go on, and no new ones begin.
   */
  standingChanged(standing: Standing): void {
    this.watch.standingChanged(standing);
    // A manager that leaves on purpose has nobody to tell, and one that was expelled says why.
    if (standing !== 'fenced') {
      // A manager that has just begun has not been heard by all yet.
      const isNews = standing !== 'member' && this.#nowMs - this.#startedMs > BEGINNING_MS;
      const level = isNews ? 'warn' : 'info';
      this.#log.write(level, 'standing changed', { standing, meaning: MEANINGS[standing] });
      return;
    }
    this.drain();
    for (const home of this.cluster.view.members)
      if (home !== this.cluster.home) this.scheduler.down(home);
    this.devices.fence();
    this.onFenced();
  }

  /** Runs everything that follows from what happened, to completion. */
  settle(): void {
    const { events } = this.userAgent;
    let waiting = 0;
    do {
      for (let i = 0; i < events.length; i++) {
        const event = events[i];
        if (event !== undefined) this.devices.handle(event);
      }
      events.length = 0;
      this.scheduler.drain();
      // What a runaway has left for the next turn stays there.
      ({ waiting } = this.scheduler);
      this.cluster.flush();
    } while (events.length > 0 || this.scheduler.waiting > waiting);
  }

  /** A message that is none: answered where a server must (RFC 3261 §8.2, §16.3), once and without state. */
  refuse(fault: Fault, source: Hop): void {
    this.counters.faults++;
    this.guard.garbage(source.address, this.#nowMs);
    if (this.#log.debugging) {
      const { code, offset, text } = fault;
      this.#log.write('debug', 'malformed message', { code, offset, text, from: source.address });
    }
    const answer = this.userAgent.answerFault(fault, source);
    if (answer !== undefined) this.effects.push(answer);
  }

  #admit(request: SipRequest, source: Hop): Admission {
    // Requests inside a dialog get here too when they come another way than their leg's: they go on.
    const isShut = this.isDraining && request.method === 'INVITE';
    if (request.toTag === '' && (isShut || this.cluster.standing === 'fenced'))
      return turnAway(request, source, this.#log);
    return this.#admissions.admit(request, source);
  }

  #contact(hop: Hop): string {
    const known = this.#contacts.get(hop);
    if (known !== undefined) return known;
    const { transport } = hop;
    const contact = `sip:${this.#addressOf(hop)}${transport === 'udp' ? '' : `;transport=${transport}`}`;
    this.#contacts.set(hop, contact);
    return contact;
  }
  readonly #contacts = new WeakMap<Hop, string>();
}
