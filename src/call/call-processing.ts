/** Call processing of one manager, put together: its residents, and what its other parts need of it. */
import type { Clock } from '../base/clock.ts';
import { Histogram } from '../base/histogram.ts';
import { type Log, SILENT } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import type { Cluster, Manner, TableEntry } from '../process/cluster.ts';
import type { Pid } from '../process/pid.ts';
import type { Host, Process } from '../process/process.ts';
import type { Scheduler } from '../process/scheduler.ts';
import { CallControlProcess } from './call-control-process.ts';
import { CallRecords } from './call-records.ts';
import { CallRegistry, type CallView } from './call-registry.ts';
import type { WayOut } from './destination.ts';
import { DigitAnalysis } from './digit-analysis.ts';
import type { Directory } from './directory.ts';
import type { DirectoryChange } from './directory-change.ts';
import { EffectBuffer } from './effects.ts';
import {
  LineSettings,
  type Setting,
  type SettingKind,
  type SettingsKeeper,
} from './forwarding/line-settings.ts';
import { SettingsDesk, type Wish } from './forwarding/settings-desk.ts';
import { HuntOrder } from './hunting/hunt.ts';
import type { LineControl } from './line/line-control.ts';
import { spreadEdits } from './line/line-edit.ts';
import { LineManager } from './line/line-manager.ts';
import type { LineRecords } from './line/line-record.ts';
import type { Numbering } from './numbering.ts';
import { ParkManager, type ParkRecord } from './parking/park-manager.ts';
import { ParkTable } from './parking/park-table.ts';
import type { RefusalCode } from './refusal-codes.ts';
import { RegistrationTable } from './registration-table.ts';
import { GatewayManager, type GatewayRecord } from './routing/gateway-manager.ts';
import { GatewayTable } from './routing/gateway-table.ts';
import {
  newRouteList,
  type RouteCounters,
  type RouteListOptions,
} from './routing/route-list-process.ts';
import { RouteOrder } from './routing/route-order.ts';
import type { CallId, CallRequest, CallSignal } from './signals.ts';

/** Seconds: a lock takes two ways between managers, and more when several want it. */
const LOCK_BOUNDS_S = [
  0.0001, 0.00015, 0.0002, 0.0003, 0.0004, 0.0005, 0.0007, 0.001, 0.0015, 0.002, 0.003, 0.005, 0.01,
  0.02, 0.05, 0.1, 0.5, 2,
];

/** Calls that one manager has at a time, unless told. */
const CALLS_MAX = 50_000;

/**
 * Signals whose loss their sender has to know of. A device process that went away before its line
 * heard of it must neither be rung nor told of lamps for ever; and who waits for a word from a peer
 * that is gone would wait in vain.
 */
const MISSED: ReadonlySet<CallSignal['type']> = new Set([
  'attach',
  'attached',
  'lineLocated',
  'lineWatch',
  'lineState',
  'lineSeize',
  'lineUse',
  'lineRetrieve',
  'lineInquire',
  'lineKept',
  'pickupSeek',
  'callRequest',
  'lineLock',
  'lineLocked',
  'callRing',
  'callTaken',
  'callFollow',
  'callMoved',
  'callAcknowledge',
  'callConfirmAlert',
  'callModify',
  'callConvey',
  'callTransfer',
  'callJoin',
  'callReplacePeer',
  'callTakeOver',
  'callTakenOver',
  'callGive',
  'dialogSeek',
  'gatewayEnter',
]);

/**
 * Requests that are of no use at another manager after 2 s: whoever made one does something else then.
 * All else is said until it arrives or the manager is gone, above all that something is over.
 */
const PASSING: ReadonlySet<CallSignal['type']> = new Set([
  'callRequest',
  'lineLock',
  'dialogSeek',
  'pickupSeek',
]);

function mannerOf(signal: CallSignal): Manner {
  if (PASSING.has(signal.type)) return 'passing';
  return isPatient(signal) ? 'patient' : 'lasting';
}

/**
 * What nobody waits for: it may take 20 ms longer to another manager, which saves half of what managers
 * send each other. What ends a phone's call is none of that, unless somebody else has it: the phone's
 * next call must not come to it before.
 */
function isPatient(signal: CallSignal): boolean {
  switch (signal.type) {
    case 'callAcknowledge':
      // With media: the phone learns only now where its sound is to go to.
      return signal.media === undefined;
    case 'callAlert':
      return signal.isFurther === true;
    case 'callWithdraw':
      return signal.cause === 'answered elsewhere';
    case 'deposit':
    case 'depositEnded':
    case 'callEnded':
      return true;
    default:
      return false;
  }
}

export type CallProcessingOptions = {
  readonly scheduler: Scheduler<CallSignal>;
  readonly directory: Directory;
  readonly cluster: Cluster;
  /** Spreads calls over gateways. */
  readonly random: Random;
  readonly log?: Log;
  readonly clock: Clock;
  /** Where members' settings for their lines are kept; absent: here, as long as this manager lives. */
  readonly keeper?: SettingsKeeper | undefined;
  /** Calls that began on this manager at a time; 50,000 unless told. */
  readonly callsMax?: number;
};

export class CallProcessing {
  readonly lineManager: Pid;
  readonly digits: DigitAnalysis;
  readonly table: RegistrationTable;
  /** Gateway processes attach there. */
  readonly gatewayManager: Pid;
  /** Members' device processes hand their lines' settings in there. */
  readonly settingsDesk: Pid;
  readonly gateways = new GatewayTable();
  /** Device processes ask it for orbits. */
  readonly parkManager: Pid;
  readonly parks = new ParkTable();
  /** Calls that began on this manager and were to leave. */
  readonly routeCounters: RouteCounters = { calls: 0, tries: 0, failed: 0, emergencies: 0 };
  /** The lines controlled on this manager, by number: `snapshotOf` shows one. */
  readonly lines = new Map<string, LineControl>();
  /** What the line manager knows of each number. Read it, do not change it. */
  readonly records: LineRecords = new Map();
  /** What members have set for their lines, as the cluster keeps it. */
  readonly settings = new LineSettings();
  /** The calls that began on this manager. */
  readonly calls = new Map<CallId, CallView>();
  /** What becomes of them, for whoever keeps it. */
  readonly callRecords: CallRecords;
  /** Seconds from asking for a replicated line's lock until it was had, for calls that began here. */
  readonly locks = new Histogram(LOCK_BOUNDS_S);
  readonly #scheduler: Scheduler<CallSignal>;
  readonly #newCallControl: (host: Host<CallSignal>) => Process<CallSignal>;
  #lineProcess: LineManager | undefined;
  #lineHost: Host<CallSignal> | undefined;
  #gatewayProcess: GatewayManager | undefined;
  #desk: SettingsDesk | undefined;
  #parkProcess: ParkManager | undefined;

  constructor(options: CallProcessingOptions) {
    const { scheduler, directory, cluster, random, log = SILENT, callsMax = CALLS_MAX } = options;
    this.#scheduler = scheduler;
    this.callRecords = new CallRecords(options.clock, () => scheduler.nowMs, this.calls);
    const { lines, calls, gateways, routeCounters, settings } = this;
    scheduler.reportMissed(({ type }) => MISSED.has(type));
    scheduler.speak(mannerOf);
    this.table = new RegistrationTable();
    this.digits = new DigitAnalysis(directory, this.table, this.parks, options.clock);
    const { digits, table, records } = this;
    const lineOptions = { directory, table, cluster, lines, records, out: new EffectBuffer() };
    this.lineManager = scheduler.spawnResident('m', (host) => {
      this.#lineHost = host;
      this.#lineProcess = new LineManager(host, lineOptions);
      return this.#lineProcess;
    });
    scheduler.spawnResident('m', () => new CallRegistry(calls, this.callRecords));
    const gatewayRecords = new Map<string, GatewayRecord>();
    this.gatewayManager = scheduler.spawnResident('m', (host) => {
      this.#gatewayProcess = new GatewayManager(host, {
        table: gateways,
        cluster,
        records: gatewayRecords,
      });
      return this.#gatewayProcess;
    });
    const { clock, keeper = this.#ownKeeper() } = options;
    this.settingsDesk = scheduler.spawnResident('m', (host) => {
      const turn = (action: () => void): void => {
        scheduler.run(host.pid, action);
      };
      this.#desk = new SettingsDesk(host, { directory, digits, keeper, clock, turn });
      return this.#desk;
    });
    const parkRecords = new Map<string, ParkRecord>();
    const parkWatchers = new Map<string, Set<Pid>>();
    this.parkManager = scheduler.spawnResident('m', (host) => {
      const parkOptions = {
        ...{ directory, digits, cluster, table: this.parks },
        ...{ records: parkRecords, watchers: parkWatchers },
      };
      this.#parkProcess = new ParkManager(host, parkOptions);
      return this.#parkProcess;
    });
    const { lineManager, locks, gatewayManager, callRecords } = this;
    const order = new RouteOrder(random);
    const lists: RouteListOptions = {
      table: gateways,
      order,
      gatewayManager,
      log,
      counters: routeCounters,
      out: new EffectBuffer(),
    };
    const startRouteList = (host: Host<CallSignal>, way: WayOut): Pid =>
      host.spawn('c', newRouteList(way, lists));
    const controlOptions = {
      ...{ directory, digits, settings, lineManager, calls, callsMax, locks, startRouteList },
      hunts: new HuntOrder(),
      records: callRecords,
      log,
      out: new EffectBuffer(),
    };
    this.#newCallControl = (host) => new CallControlProcess(host, controlOptions);
  }

  /** An entry of the cluster's table is another, or is no more. */
  tableChanged(key: string, entry: TableEntry | undefined): void {
    const gateway = this.gateways.set(key, entry);
    if (gateway !== undefined) {
      this.#scheduler.run(this.gatewayManager, () => this.#gatewayProcess?.changed(gateway));
      return;
    }
    const orbit = this.parks.set(key, entry);
    if (orbit !== undefined) {
      this.#scheduler.run(this.parkManager, () => this.#parkProcess?.changed(orbit));
      return;
    }
    const number = this.table.set(key, entry);
    if (number === undefined) return;
    this.#scheduler.run(this.lineManager, () => this.#lineProcess?.changed(number));
  }

  /**
   * An administrator wants an appearance of a line free that is controlled here; `call`: what he has seen
   * there; `text`: who he is and why. False: the line is not controlled here.
   */
  freeAppearance(number: string, appearance: number, call: CallId, text: string): boolean {
    const lcp = this.records.get(number)?.own?.pid;
    if (lcp === undefined) return false;
    const signal = { type: 'lineFree', number, appearance, call, text } as const;
    this.#scheduler.run(this.lineManager, () => this.#lineHost?.tell(lcp, signal));
    return true;
  }

  /** A manager came or went; the table has lost what it owned. */
  viewChanged(): void {
    this.#scheduler.run(this.lineManager, () => this.#lineProcess?.viewChanged());
    this.#scheduler.run(this.gatewayManager, () => this.#gatewayProcess?.viewChanged());
  }

  #ownKeeper(): SettingsKeeper {
    return {
      put: (number, kind, setting, done) => {
        this.settings.set(number, kind, setting);
        done(true);
      },
    };
  }

  /** What the cluster keeps for a line is another; undefined: nothing, it is as the directory says. */
  settingChanged(number: string, kind: SettingKind, setting: Setting | undefined): void {
    this.settings.set(number, kind, setting);
  }

  /** An administrator sets something for a line. `done`: undefined, it counts; in this turn or in one of its own. */
  changeSetting(wish: Wish, done: (code: RefusalCode | undefined) => void): void {
    this.#desk?.set(wish, done);
  }

  /** As the directory says, from now on. `done`: as above. */
  resetSetting(
    number: string,
    kind: SettingKind,
    done: (code: RefusalCode | undefined) => void,
  ): void {
    this.#desk?.reset(number, kind, done);
  }

  /** The directory is another one. `numbering`: of that, if it is ready. */
  directoryChanged(change: DirectoryChange, numbering?: Numbering): void {
    if (numbering !== undefined) this.digits.numbering = numbering;
    const host = this.#lineHost;
    if (host === undefined) return;
    this.#scheduler.run(this.lineManager, () => spreadEdits(host, change, this));
  }

  /** Starts call control for one call, within the turn of the calling device process. */
  startCall(host: Host<CallSignal>, request: CallRequest): Pid {
    const control = host.spawn('c', this.#newCallControl);
    host.tell(control, request);
    return control;
  }
}
