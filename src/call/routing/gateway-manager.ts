/**
 * Gateway manager: sees to it that each gateway has one keeper in the cluster. One per manager.
 *
 * The gateway processes of this manager attach here. Whose gateway nobody keeps is claimed in the shared
 * table, by one manager after the other in rendezvous order, as line managers do with numbers; so when a
 * manager is gone its gateways are with others within a second.
 */
import type { Cluster } from '../../process/cluster.ts';
import { type Home, homeOf, isGone, type Pid } from '../../process/pid.ts';
import type { Host, Process } from '../../process/process.ts';
import { rendezvousRank } from '../../process/rendezvous.ts';
import type { CallSignal } from '../signals.ts';
import { type GatewayTable, gatewayKey } from './gateway-table.ts';

/** Somebody who wants to know who keeps a gateway. */
type Asker = { readonly control: Pid; readonly gone: Pid | undefined; readonly untilMs: number };

export type GatewayRecord = {
  /** This manager's process of it. */
  own: Pid | undefined;
  /** The one before it, when the directory has changed: it lives as long as it has calls, and those count. */
  former: Pid | undefined;
  askers: readonly Asker[];
  /** What is in the table for this manager, or is to be. */
  claimed: Pid | undefined;
};

/** What a gateway manager works on; it outlives the process, which may be made anew. */
export type GatewayManagerOptions = {
  readonly table: GatewayTable;
  readonly cluster: Cluster;
  readonly records: Map<string, GatewayRecord>;
};

/** When a manager is gone, each next one in order waits that much longer before it claims what was there. */
const RANK_MS = 150;
/** Who may not act for the cluster tries again after that time. */
const AGAIN_MS = 500;
/** Route list control waits no longer than that. */
const ASKED_MS = 2000;
const ASKERS_MAX = 10_000;

export class GatewayManager implements Process<CallSignal> {
  readonly #host: Host<CallSignal>;
  readonly #options: GatewayManagerOptions;

  constructor(host: Host<CallSignal>, options: GatewayManagerOptions) {
    this.#host = host;
    this.#options = options;
    for (const gateway of options.records.keys()) this.#seek(gateway);
  }

  receive(signal: CallSignal, from: Pid): void {
    switch (signal.type) {
      case 'gatewayAttach':
        return this.#attach(signal.gateway, from);
      case 'gatewayDetach':
        return this.#detach(signal.gateway, from);
      case 'gatewayLocate':
        return this.#locate(signal.gateway, signal.gone, from);
      default:
    }
  }

  timeout(gateway: string): void {
    const { cluster, records, table } = this.#options;
    const record = records.get(gateway);
    if (record?.own === undefined || table.keeper(gateway) !== undefined) return;
    const { standing } = cluster;
    if (standing !== 'member' && standing !== 'frozen') return this.#host.start(gateway, AGAIN_MS);
    this.#claim(gateway, record, record.own);
  }

  down(gone: Pid | Home): void {
    for (const [gateway, record] of this.#options.records) {
      record.askers = record.askers.filter(({ control }) => !isGone(control, gone));
      if (record.own !== gone) continue;
      record.own = undefined;
      this.#release(gateway, record);
    }
  }

  /** The table has changed. */
  changed(gateway: string): void {
    const { records, table, cluster } = this.#options;
    const record = records.get(gateway);
    if (record === undefined) return;
    const keeper = table.keeper(gateway);
    if (keeper !== undefined && homeOf(keeper) !== cluster.home) record.claimed = undefined;
    for (const pid of [record.own, record.former])
      if (pid !== undefined) this.#tellKeeper(gateway, pid);
    if (keeper === undefined) return this.#seek(gateway);
    this.#host.stop(gateway);
    const { nowMs } = this.#host;
    for (const { control, gone, untilMs } of record.askers)
      if (gone !== keeper && untilMs >= nowMs)
        this.#host.tell(control, { type: 'gatewayLocated', gateway, keeper });
    record.askers = record.askers.filter(({ gone, untilMs }) => gone === keeper && untilMs > nowMs);
  }

  /** The order in which managers claim has changed. */
  viewChanged(): void {
    for (const gateway of this.#options.records.keys()) this.#seek(gateway);
  }

  #attach(gateway: string, own: Pid): void {
    const { records } = this.#options;
    const record = records.get(gateway) ?? {
      own,
      former: undefined,
      askers: [],
      claimed: undefined,
    };
    records.set(gateway, record);
    record.own = own;
    if (record.claimed !== undefined && record.claimed !== own) this.#release(gateway, record);
    this.#tellKeeper(gateway, own);
    this.#seek(gateway);
  }

  #detach(gateway: string, from: Pid): void {
    const { records } = this.#options;
    const record = records.get(gateway);
    if (record?.own !== from) return;
    record.own = undefined;
    record.former = from;
    this.#release(gateway, record);
  }

  #locate(gateway: string, gone: Pid | undefined, control: Pid): void {
    const { records, table } = this.#options;
    const keeper = table.keeper(gateway);
    if (keeper !== undefined && keeper !== gone)
      return this.#host.tell(control, { type: 'gatewayLocated', gateway, keeper });
    const record = records.get(gateway);
    if (record === undefined) return;
    const { nowMs } = this.#host;
    const askers = record.askers.filter(({ untilMs }) => untilMs > nowMs);
    // Beyond that its own patience tells it.
    if (askers.length < ASKERS_MAX) askers.push({ control, gone, untilMs: nowMs + ASKED_MS });
    record.askers = askers;
  }

  /** Claims it in this manager's turn, if nobody keeps it by then. */
  #seek(gateway: string): void {
    const { table, records } = this.#options;
    if (records.get(gateway)?.own === undefined || table.keeper(gateway) !== undefined) return;
    this.#host.start(gateway, this.#rankOf(gateway) * RANK_MS);
  }

  #claim(gateway: string, record: GatewayRecord, own: Pid): void {
    record.claimed = own;
    this.#options.cluster.claim(gatewayKey(gateway), own);
  }

  #release(gateway: string, record: GatewayRecord): void {
    if (record.claimed === undefined) return;
    record.claimed = undefined;
    this.#options.cluster.release(gatewayKey(gateway));
  }

  #tellKeeper(gateway: string, own: Pid): void {
    const keeper = this.#options.table.keeper(gateway);
    this.#host.tell(own, {
      type: 'gatewayKept',
      gateway,
      ...(keeper === undefined ? {} : { keeper }),
    });
  }

  #rankOf(gateway: string): number {
    const { view, home } = this.#options.cluster;
    return Math.max(0, rendezvousRank(gatewayKey(gateway), view.members).indexOf(home));
  }
}
