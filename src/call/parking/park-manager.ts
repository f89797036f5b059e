/**
 * Park manager: who is parked at which orbit. One per manager.
 *
 * An orbit that is taken is an entry of the cluster's table, of the manager at which the parked phone is: one
 * of those that want it at the same time has it; all managers know where to retrieve the call; and when
 * that manager is gone, so are the call and the entry. The leg itself is its device process' (`device/parking.ts`).
 */
import type { Cluster } from '../../process/cluster.ts';
import { type Home, isGone, type Pid } from '../../process/pid.ts';
import type { Host, Process } from '../../process/process.ts';
import { callerOf } from '../destination.ts';
import type { Caller, DigitAnalysis } from '../digit-analysis.ts';
import type { Directory } from '../directory.ts';
import type { RefusalCode } from '../refusal-codes.ts';
import type { CallId, CallSignal, LegRef, Party } from '../signals.ts';
import { formatParked, orbitKey, type ParkTable } from './park-table.ts';

/** What this manager has entered for one of its legs, or is about to. */
export type ParkRecord = {
  readonly leg: LegRef;
  readonly party: Party;
  readonly orbit: string;
  /** Any orbit will do that this one may dial; absent: no other. */
  readonly anyFor?: Caller;
  state: 'claiming' | 'parked';
};

/** What a park manager works on; it outlives the process, which may be made anew. */
export type ParkManagerOptions = {
  readonly directory: Directory;
  readonly digits: Pick<DigitAnalysis, 'analyse'>;
  readonly table: ParkTable;
  readonly cluster: Cluster;
  /** By orbit. */
  readonly records: Map<string, ParkRecord>;
  /** Device processes of this manager that show an orbit. */
  readonly watchers: Map<string, Set<Pid>>;
};

/** A store that has not said whose an orbit is by then is not there. */
const CLAIM_MS = 3000;
const WATCHERS_MAX = 20_000;

export class ParkManager implements Process<CallSignal> {
  readonly #host: Host<CallSignal>;
  readonly #options: ParkManagerOptions;
  #watches = 0;

  constructor(host: Host<CallSignal>, options: ParkManagerOptions) {
    this.#host = host;
    this.#options = options;
    // Who waits for a word of the process before this one hears it.
    for (const orbit of [...options.records.keys()]) this.#settle(orbit);
    // The time of those that are open ran with that one.
    for (const { orbit, state } of options.records.values())
      if (state === 'claiming') host.start(orbit, CLAIM_MS);
    for (const [orbit, watchers] of options.watchers) {
      this.#watches += watchers.size;
      for (const pid of watchers) this.#show(orbit, pid);
    }
  }

  receive(signal: CallSignal, from: Pid): void {
    switch (signal.type) {
      case 'orbitPark': {
        const { call, party, orbit } = signal;
        const leg = { pid: from, call };
        if (orbit === undefined) {
          const { by, byLine } = signal;
          const { directory } = this.#options;
          const caller = callerOf({ by, from: party, ...(byLine && { byLine }) }, directory);
          return this.#parkAnywhere(leg, party, caller);
        }
        if (!this.#isFree(orbit)) return this.#refuse(leg, 'LW-3442');
        return this.#claim({ leg, party, orbit, state: 'claiming' });
      }
      case 'orbitLeave':
        return this.#leave(from, signal.call);
      case 'lineWatch':
        return this.#watch(signal.number, from);
      case 'lineUnwatch':
        return this.#unwatch(signal.number, from);
      default:
    }
  }

  /** Nobody has said whose the orbit is. */
  timeout(orbit: string): void {
    const record = this.#options.records.get(orbit);
    if (record?.state !== 'claiming') return;
    this.#release(orbit);
    this.#refuse(record.leg, 'LW-3444');
  }

  down(gone: Pid | Home): void {
    for (const [orbit, { leg }] of this.#options.records)
      if (isGone(leg.pid, gone)) this.#release(orbit);
    for (const [orbit, watchers] of this.#options.watchers)
      for (const pid of [...watchers]) if (isGone(pid, gone)) this.#unwatch(orbit, pid);
  }

  /** The table has changed. */
  changed(orbit: string): void {
    this.#settle(orbit);
    for (const pid of this.#options.watchers.get(orbit) ?? []) this.#show(orbit, pid);
  }

  /** What this manager wanted there has come about, or has not. */
  #settle(orbit: string): void {
    const { records, table } = this.#options;
    const record = records.get(orbit);
    const parked = table.find(orbit);
    if (record === undefined || parked === undefined) return;
    const { leg, party, anyFor } = record;
    if (parked.leg.pid === leg.pid && parked.leg.call === leg.call) {
      if (record.state === 'parked') return;
      record.state = 'parked';
      this.#host.stop(orbit);
      return this.#host.tell(leg.pid, { type: 'orbitParked', call: leg.call, orbit });
    }
    if (record.state === 'parked') return;
    // Somebody else was first.
    this.#release(orbit);
    if (anyFor !== undefined) this.#parkAnywhere(leg, party, anyFor);
    else this.#refuse(leg, 'LW-3442');
  }

  /** At the first orbit that is free, as far as is known here, and that who parks the call may dial. */
  #parkAnywhere(leg: LegRef, party: Party, caller: Caller): void {
    const { directory, digits } = this.#options;
    let isBarred = false;
    for (const orbit of directory.orbits.numbers) {
      if (!this.#isFree(orbit)) continue;
      if (digits.analyse(orbit, caller).type === 'orbit')
        return this.#claim({ leg, party, orbit, anyFor: caller, state: 'claiming' });
      isBarred = true;
    }
    this.#refuse(leg, isBarred ? 'LW-3003' : 'LW-3443');
  }

  #isFree(orbit: string): boolean {
    const { table, records } = this.#options;
    return table.find(orbit) === undefined && !records.has(orbit);
  }

  #claim(record: ParkRecord): void {
    const { orbit, leg, party } = record;
    const { cluster, records } = this.#options;
    if (cluster.standing !== 'member') return this.#refuse(leg, 'LW-3444');
    records.set(orbit, record);
    this.#host.start(orbit, CLAIM_MS);
    cluster.claim(orbitKey(orbit), formatParked({ leg, party }));
  }

  #release(orbit: string): void {
    const { cluster, records } = this.#options;
    records.delete(orbit);
    this.#host.stop(orbit);
    cluster.release(orbitKey(orbit));
  }

  #refuse({ pid, call }: LegRef, code: RefusalCode): void {
    this.#host.tell(pid, { type: 'orbitParkRefused', call, code });
  }

  #leave(pid: Pid, call: CallId): void {
    for (const [orbit, { leg }] of this.#options.records)
      if (leg.pid === pid && leg.call === call) this.#release(orbit);
  }

  #watch(orbit: string, pid: Pid): void {
    const { watchers } = this.#options;
    const known = watchers.get(orbit) ?? new Set();
    // Beyond that the lamp stays dark.
    if (!known.has(pid) && this.#watches >= WATCHERS_MAX) return;
    if (!known.has(pid)) this.#watches++;
    known.add(pid);
    watchers.set(orbit, known);
    this.#show(orbit, pid);
  }

  #unwatch(orbit: string, pid: Pid): void {
    const { watchers } = this.#options;
    const known = watchers.get(orbit);
    if (known?.delete(pid) !== true) return;
    this.#watches--;
    if (known.size === 0) watchers.delete(orbit);
  }

  /** As a line tells its watchers: a call that is parked is one that is held. */
  #show(number: string, pid: Pid): void {
    const parked = this.#options.table.find(number);
    const call = parked && {
      call: parked.leg.call,
      appearance: 1,
      state: 'held' as const,
      from: parked.party,
      member: '',
      isOutgoing: false,
      isExclusive: false,
    };
    this.#host.tell(pid, { type: 'lineState', number, calls: call === undefined ? [] : [call] });
  }
}
