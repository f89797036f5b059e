/** Starts a manager: sockets, bus and store, core and driver, put together. */
import { randomBytes, randomFillSync } from 'node:crypto';
import { hostname } from 'node:os';
import type { Random } from '../base/random.ts';
import type { SettingsKeeper } from '../call/forwarding/line-settings.ts';
import type { JoinFailure } from '../cluster/joining.ts';
import { LoneManager } from '../cluster/lone-manager.ts';
import { ClusterMember } from '../cluster/member.ts';
import { MEMBERS, type MemberRecord, readRecord } from '../cluster/members.ts';
import { MEMBERSHIP_TIMINGS } from '../cluster/membership-timings.ts';
import type { Counters } from '../http/metrics.ts';
import type { Cluster } from '../process/cluster.ts';
import type { Hop } from '../sip/hop.ts';
import { formatListen } from '../transport/listen.ts';
import { Transports } from '../transport/transports.ts';
import { CallManager } from './call-manager.ts';
import { RecordKeeper, recordsOf } from './cdr/record-keeper.ts';
import { clusterCounters, ISOLATED_COUNTERS } from './cluster-counters.ts';
import { ClusterView } from './cluster-view.ts';
import type { RunningManager, StartOptions } from './config/running-manager.ts';
import { type HeldDirectory, holdDirectory } from './directory/held.ts';
import { Driver } from './driver.ts';
import { copyOf, reachCluster } from './isolation.ts';
import type { Planes } from './planes.ts';
import { RunningView } from './running-view.ts';

/** A manager that cannot become a member of its cluster; `code` as of `JoinFailure`. */
export class JoinError extends Error {
  override readonly name = 'JoinError';
  readonly code: JoinFailure['code'];

  constructor({ code, message }: JoinFailure) {
    super(message);
    this.code = code;
  }
}

/** A fenced manager ends its own calls after that time at the latest. */
const FENCED_MS = 60_000;
const TAKEN_S = MEMBERSHIP_TIMINGS.takenMs / 1000;
const LEASE_S = MEMBERSHIP_TIMINGS.leaseMs / 1000;

/**
 * Resolves when every listener is bound and, in a cluster, the manager is a member; rejects with what
 * the first that could not says: a system error of a socket, `BusError`, `StoreError` or `JoinError`.
 */
export async function startManager(options: StartOptions): Promise<RunningManager> {
  const { config, log } = options;
  let driver: Driver | undefined;
  const transports = new Transports({
    listen: config.listeners,
    random: new SystemRandom(),
    ...(config.tls === undefined ? {} : { tls: config.tls }),
    log,
    receive: (batch) => driver?.receive(batch),
    closed: (flow) => driver?.closed(flow),
    sendFailed: (hop, text) => driver?.sendFailed(hop, text),
    faulted: (fault, hop) => driver?.faulted(fault, hop),
    admit: (address) => driver?.admits(address) ?? true,
  });
  await transports.start();
  driver = new Driver(transports, log);
  try {
    return await run(options, transports, driver);
  } catch (error) {
    driver.stop();
    await transports.stop();
    throw error;
  }
}

async function run(
  options: StartOptions,
  transports: Transports,
  driver: Driver,
): Promise<RunningManager> {
  const { config, log } = options;
  const keeper = config.records && new RecordKeeper({ ...config, sinks: config.records, log });
  const { planes, isolation } = await reachCluster(options);
  const record = {
    host: hostname(),
    pid: process.pid,
    started: new Date().toISOString(),
    sip: transports.listeners.map(formatListen),
  };
  let held: HeldDirectory | undefined;
  let seat: Seat | undefined;
  let served: Served = options;
  try {
    held = isolation === undefined ? await hold(options, planes) : undefined;
    const { directory = options.directory, settings } = isolation ?? held ?? {};
    // Whoever registers as soon as it is a member is to be known.
    served = { ...options, directory, ...(settings === undefined ? {} : { settings }) };
    seat =
      planes === undefined
        ? undefined
        : await join(served, transports, driver, planes, record, keeper);
  } catch (error) {
    held?.close();
    await keeper?.close();
    await planes?.close();
    throw error;
  }
  const manager = seat?.manager ?? alone(served, transports, driver, keeper);
  held?.connect((...next) => driver.act(() => manager.changeDirectory(...next)));
  const { processing } = manager;
  const turn = (action: () => void): void => driver.act(action);
  held?.settings.connect((...changed) => processing.settingChanged(...changed), turn);
  const self = { ...record, process: record.pid };
  const cluster = new ClusterView(
    ...([manager, seat?.member, self, log, turn] as const),
    (query) => recordsOf(keeper, query),
    (listener) => view.traffic(listener),
  );
  const counters = isolation === undefined ? {} : ISOLATED_COUNTERS;
  const count = (): Counters =>
    seat === undefined ? counters : clusterCounters(seat.member, manager);
  const view = new RunningView(manager, driver, transports, config, cluster, count, keeper);
  return {
    view,
    directory: held?.service,
    addresses: transports.listeners.map((listener) => ({ url: formatListen(listener) })),
    over: (async () => {
      await isolation?.over(manager);
      if (isolation !== undefined)
        return 'was cut off from its cluster, and may be a member of it again';
      const why = await (seat?.fenced ?? new Promise<never>(() => {}));
      await view.drain(FENCED_MS);
      return `is no member of its cluster any more: ${why}`;
    })(),
    stop: async () => {
      isolation?.stop();
      held?.close();
      driver.act(() => manager.processing.callRecords.closeAll('draining', 'system'));
      await seat?.leave();
      driver.stop();
      await keeper?.close();
      await transports.stop();
      await planes?.close();
    },
    kill: async () => {
      isolation?.stop();
      held?.close();
      seat?.member.vanish();
      driver.stop();
      await keeper?.kill();
      await transports.stop();
      await planes?.close();
    },
  };
}

/** With what is kept of the directory. */
type Served = StartOptions & { readonly settings?: SettingsKeeper };

/** Undefined: the directory was given without its document, and stays as it is. */
async function hold(
  { config, directory, file, log, planes: own }: StartOptions,
  planes: Planes | undefined,
): Promise<HeldDirectory | undefined> {
  const isKept = config.cluster !== undefined || config.dataFolder !== undefined;
  if (file === undefined && !isKept) return undefined;
  const copy = own === undefined ? copyOf(config, log) : undefined;
  return holdDirectory({
    id: config.id,
    cluster: config.cluster?.name,
    realm: config.domains[0] ?? '',
    dataFolder: config.dataFolder,
    store: planes?.directory,
    isInMemory: own !== undefined,
    given: directory,
    file,
    log,
    copy,
  });
}

/** A manager without a cluster, or one that does not reach it. */
function alone(
  options: Served,
  transports: Transports,
  driver: Driver,
  keeper: RecordKeeper | undefined,
): CallManager {
  const cluster = new LoneManager(`${options.config.id}.${Date.now().toString(36)}`);
  const manager = makeManager(options, transports, cluster, newSecret());
  cluster.connect(manager);
  drive(driver, manager, keeper);
  return manager;
}

function drive(driver: Driver, manager: CallManager, keeper: RecordKeeper | undefined): void {
  const { callRecords } = manager.processing;
  callRecords.isWanted = keeper !== undefined;
  driver.drive(manager, () => keeper?.take(callRecords));
}

/** A manager's seat in its cluster. */
type Seat = {
  readonly manager: CallManager;
  readonly member: ClusterMember;
  /** It is no member any more, without having left: why, in words. */
  readonly fenced: Promise<string>;
  leave(): Promise<void>;
};

const FENCED_WHY = {
  removed: 'the other members have expelled it, since they did not hear it or it was stopped',
  unconfirmed: 'the store has not confirmed its membership in time',
} as const;

function join(
  options: Served,
  transports: Transports,
  driver: Driver,
  { bus, store }: Planes,
  record: Omit<MemberRecord, 'version' | 'lease'>,
  keeper: RecordKeeper | undefined,
): Promise<Seat> {
  const { config, log } = options;
  sayIfTaken(options, store);
  return new Promise((resolve, reject) => {
    const member: ClusterMember = new ClusterMember({
      id: config.id,
      name: config.cluster?.name ?? 'embedded',
      bus,
      store,
      nowMs: performance.now(),
      clock: { epochMs: () => Date.now() },
      log,
      record,
      secret: newSecret(),
      storeOutage: config.cluster?.storeOutage ?? 'freeze',
      turn: (action) => driver.act(action),
      // What one look at the sockets has brought is dealt with by then.
      later: (send) => setImmediate(send),
      joined: (secret) => {
        const manager = makeManager(options, transports, member, secret);
        const fenced = new Promise<string>((fence) => {
          manager.onFenced = () => {
            const why = FENCED_WHY[member.fenced ?? 'removed'];
            log.write('error', 'manager fenced', { home: member.home, why });
            fence(why);
          };
        });
        manager.watch.learn(() => member.connect(manager));
        drive(driver, manager, keeper);
        const members = member.view.members.join(' ');
        log.write('info', 'manager joined', { home: member.home, members });
        const leave = (): Promise<void> => {
          manager.onFenced = () => {};
          return new Promise<void>((left) => driver.act(() => member.leave(left)));
        };
        resolve({ manager, member, fenced, leave });
      },
      failed: (failure) => {
        member.vanish();
        reject(new JoinError(failure));
      },
    });
    driver.join(member);
  });
}

/** A predecessor that died without a word is waited for; whoever started this manager wonders why. */
function sayIfTaken({ config, log }: StartOptions, store: Planes['store']): void {
  const key = MEMBERS + config.id;
  store.read(key, (result) => {
    if (result.type !== 'read') return;
    const found = result.entries.find((entry) => entry.key === key);
    const by = found && readRecord(found.value);
    if (by === undefined || by.pid === process.pid) return;
    log.write('warn', 'manager id in use', {
      id: config.id,
      by: `process ${by.pid} on ${by.host}, running since ${by.started}`,
      meaning: `waiting for it to go, ${TAKEN_S} s at most: one that died goes within ${LEASE_S} s`,
    });
  });
}

function makeManager(
  { config, directory, settings, log }: Served,
  transports: Transports,
  cluster: Cluster,
  secret: string,
): CallManager {
  return new CallManager({
    cluster,
    directory,
    domains: config.domains,
    random: new SystemRandom(),
    clock: { epochMs: () => Date.now() },
    log,
    nowMs: performance.now(),
    secret,
    addressOf: (hop: Hop) => transports.sentBy(hop),
    preferred: (hop, octets) => transports.preferred(hop, octets),
    bans: config.bans,
    timers: config.timers,
    register: directory.isIsolated === true ? briefly(config) : config.register,
    ...(settings === undefined ? {} : { keeper: settings }),
    ...(config.auditMs === undefined ? {} : { auditMs: config.auditMs }),
    ...(config.sessionTimer === undefined ? {} : { sessionTimer: config.sessionTimer }),
  });
}

/** Whoever registers with a manager that is cut off is to look again soon: it will be another one, or this one anew. */
function briefly({ register }: StartOptions['config']): StartOptions['config']['register'] {
  return { ...register, maxExpiresS: register.minExpiresS };
}

function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** The kernel's generator, read in blocks: a call takes several tags and branches. */
class SystemRandom implements Random {
  readonly #block = new Uint32Array(1024);
  #at = 1024;

  next32(): number {
    if (this.#at >= this.#block.length) {
      randomFillSync(this.#block);
      this.#at = 0;
    }
    return this.#block[this.#at++] ?? 0;
  }
}
