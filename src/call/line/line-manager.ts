/**
 * Line manager: brings devices and their lines together (US 7,145,899, claims 12-16, 31-35, 46-49, 63-65, 70-72).
 *
 * One per manager. A device process registers for a number; the line manager finds the number's line control process
 * in the registration information table, here or on another manager, or makes it and claims the number for it, and gives
 * each the PID of the other. When a line control process is gone, alone or with its manager, the line managers of its
 * devices claim the number one after the other until one has it, whose process, of a higher epoch, hears all they know.
 */
import type { Cluster } from '../../process/cluster.ts';
import { type Home, homeOf, type Pid } from '../../process/pid.ts';
import type { Host, Process } from '../../process/process.ts';
import { rendezvousRank } from '../../process/rendezvous.ts';
import type { Cause } from '../cause.ts';
import type { Directory, Line } from '../directory.ts';
import type { EffectBuffer } from '../effects.ts';
import {
  firstLcp,
  keyOf,
  type LocalLcp,
  lcpFor,
  type RegistrationTable,
} from '../registration-table.ts';
import type { CallSignal } from '../signals.ts';
import { hadOther, isAsked, whoKnows } from './former-process.ts';
import type { LineControl } from './line-control.ts';
import { LINE_DEVICES_MAX } from './line-control-database.ts';
import { LineDeaths } from './line-deaths.ts';
import { lineOfNumber } from './line-of-number.ts';
import {
  isNeeded,
  type LineRecord,
  type LineRecords,
  recordOf,
  removeFrom,
  type Seat,
  settleRecord,
} from './line-record.ts';
import { spawnLine, viewOf } from './new-line.ts';

/** What a line manager works on; it outlives the process, which may be made anew. */
export type LineManagerOptions = {
  readonly directory: Directory;
  readonly table: RegistrationTable;
  readonly cluster: Cluster;
  /** The lines controlled on this manager, by number. */
  readonly lines: Map<string, LineControl>;
  readonly records: LineRecords;
  /** Shared by all lines. */
  readonly out: EffectBuffer;
};

type LineRegister = Extract<CallSignal, { type: 'lineRegister' }>;

/** When a manager is gone, each next one in order waits that much longer before it claims what was there. */
const RANK_MS = 150;
/** A number whose process is gone is expected back within that time. */
const LOST_MS = 2000;
/** Who may not act for the cluster, or could not reach a line control process, tries again after that time. */
const AGAIN_MS = 500;
const LOST = 'lost';

export class LineManager implements Process<CallSignal> {
  readonly #host: Host<CallSignal>;
  readonly #options: LineManagerOptions;
  readonly #deaths = new LineDeaths();
  /** Numbers that are going to be claimed from here, unless another manager does. */
  readonly #claims = new Set<string>();
  /** Since when it sees what becomes of numbers. */
  readonly #sinceMs: number;

  constructor(host: Host<CallSignal>, options: LineManagerOptions) {
    this.#host = host;
    this.#options = options;
    this.#sinceMs = host.nowMs;
    // Made anew: the timers of the one before are gone.
    for (const number of options.records.keys()) {
      this.#seek(number, AGAIN_MS);
      this.#showView(number);
    }
    this.#forgetLost();
  }

  receive(signal: CallSignal, from: Pid): void {
    switch (signal.type) {
      case 'lineRegister':
        return this.#register(signal, from);
      case 'detach':
        return this.#leave(signal.number, from);
      case 'lineWatch':
        return this.#watch(signal.number, signal.pid ?? from);
      case 'lineUnwatch':
        return this.#unwatch(signal.number, signal.pid ?? from);
      case 'lineLocate':
        return this.#locate(signal.number, signal.gone, from);
      case 'lineReleased':
        return this.#released(signal.number, from);
      case 'lineChanged':
        return this.#showView(signal.number);
      default:
    }
  }

  timeout(timer: string): void {
    if (timer === LOST) return this.#forgetLost();
    const number = timer.slice(timer.indexOf(':') + 1);
    if (timer.startsWith('again:')) return this.#introduceAll(number);
    this.#claims.delete(number);
    this.#seek(number, 0);
  }

  down(gone: Pid | Home): void {
    // What was there on another manager is lost when the table says so.
    for (const [number, record] of [...this.#options.records]) {
      removeFrom(record.seats, ({ pid }) => pid === gone);
      removeFrom(record.watchers, (pid) => pid === gone);
      if (record.own?.pid === gone) this.#bury(number, record);
      else if (this.#lcpOf(number, record)?.lcp === gone)
        // It could not be reached, but it is there.
        this.#host.start(`again:${number}`, AGAIN_MS);
      settleRecord(this.#options.records, number);
    }
  }

  /** The table has changed. */
  changed(number: string): void {
    const { table, records } = this.#options;
    const record = records.get(number);
    const location = table.find(number);
    if (location === undefined) this.#lose(number, record);
    const wasLost = table.isLost(number);
    if (location !== undefined) table.forget(number);
    const lcp = lcpFor(location, this.#options.cluster.home);
    const isNews = location?.mode !== 'replicated' || record?.own?.isOwner !== true;
    // A process of the other mode ends when the directory says so here too, unless it is the others that are late.
    const isOfMode = location === undefined || location.mode === record?.own?.control.line.mode;
    if (record !== undefined && isOfMode) this.#settleOwn(number, record, lcp, wasLost);
    if (location?.mode === 'replicated' && isOfMode)
      this.#host.tell(this.#host.pid, { type: 'lineChanged', number });
    if (location?.mode === 'single') this.#count(number, record, location.lcp, wasLost);
    if (record === undefined) return;
    this.#answerCallers(number, record);
    if (lcp !== undefined && isNews) this.#introduceAll(number);
    else if (location === undefined) this.#seek(number, this.#rankOf(number) * RANK_MS);
    settleRecord(records, number);
  }

  /** A manager came or went: who is next in line may be another. */
  viewChanged(): void {
    for (const number of [...this.#claims]) {
      this.#claims.delete(number);
      this.#seek(number, this.#rankOf(number) * RANK_MS);
    }
  }

  #register({ number, device, member }: LineRegister, pid: Pid): void {
    const line = lineOfNumber(this.#options.directory, number);
    if (line === undefined) return this.#refuse(pid, number, 'unknown number');
    if (!line.members.some((known) => known.name === member && known.device === device))
      return this.#refuse(pid, number, 'forbidden');
    const record = recordOf(this.#options.records, number);
    let seat = record.seats.find((known) => known.pid === pid);
    if (seat === undefined) {
      if (record.seats.length >= LINE_DEVICES_MAX) return this.#refuse(pid, number, 'overload');
      seat = { pid, device, member, lcp: undefined };
      record.seats.push(seat);
    }
    const lcp = this.#lcpOf(number, record);
    if (lcp !== undefined) this.#introduce(number, seat, lcp);
    else if (this.#isFailing(number)) this.#refuse(pid, number, 'internal failure');
    else this.#seek(number, 0);
  }

  #leave(number: string, pid: Pid): void {
    const record = this.#options.records.get(number);
    if (record === undefined) return;
    removeFrom(record.seats, (seat) => seat.pid === pid);
    settleRecord(this.#options.records, number);
  }

  /** Lamps of a line at which nobody is registered yet will have something to show later. */
  #watch(number: string, pid: Pid): void {
    const { directory, records } = this.#options;
    if (lineOfNumber(directory, number) === undefined)
      return this.#refuse(pid, number, 'unknown number');
    const record = recordOf(records, number);
    if (!record.watchers.includes(pid)) record.watchers.push(pid);
    const lcp = this.#lcpOf(number, record);
    if (lcp !== undefined) this.#host.tell(lcp.lcp, { type: 'lineWatch', number, pid });
    else this.#seek(number, 0);
  }

  #unwatch(number: string, pid: Pid): void {
    const record = this.#options.records.get(number);
    if (record === undefined) return;
    removeFrom(record.watchers, (watcher) => watcher === pid);
    const lcp = this.#lcpOf(number, record);
    if (lcp !== undefined) this.#host.tell(lcp.lcp, { type: 'lineUnwatch', number, pid });
    settleRecord(this.#options.records, number);
  }

  #locate(number: string, gone: Pid | undefined, control: Pid): void {
    const { table, records, cluster } = this.#options;
    const record = recordOf(records, number);
    // Nobody else could have devices of the number.
    if (!isNeeded(record) && cluster.view.members.length === 1) {
      settleRecord(records, number);
      return this.#refuse(control, number, 'no device');
    }
    record.callers.push({ control, gone });
    this.#answerCallers(number, record);
    if (record.callers.length === 0) return settleRecord(records, number);
    // Call control has a patience of its own: who waits here is forgotten with the number.
    table.lose(number, this.#host.nowMs);
    this.#forgetLost();
  }

  /** Nobody needs that process any more, and it has gone. */
  #released(number: string, from: Pid): void {
    const record = this.#options.records.get(number);
    if (record?.own?.pid !== from) return;
    this.#giveUp(number, record);
    // Somebody has come as it went.
    this.#seek(number, 0);
    settleRecord(this.#options.records, number);
  }

  /** This manager's own process has died. */
  #bury(number: string, record: LineRecord): void {
    this.#deaths.count(number, this.#host.nowMs);
    this.#giveUp(number, record);
    if (!this.#isFailing(number)) return this.#seek(number, 0);
    for (const { pid } of record.seats) this.#refuse(pid, number, 'internal failure');
    this.#seek(number, this.#deaths.endMs(number) - this.#host.nowMs);
  }

  #giveUp(number: string, record: LineRecord): void {
    const { cluster, lines } = this.#options;
    const { own } = record;
    if (own === undefined) return;
    record.own = undefined;
    if (lines.get(number) === own.control) lines.delete(number);
    cluster.release(this.#keyOf(own.control.line));
  }

  /** What the table says decides about the process that was made here. */
  #settleOwn(
    number: string,
    record: LineRecord,
    lcp: LocalLcp | undefined,
    wasLost: boolean,
  ): void {
    const { cluster, lines } = this.#options;
    const { own } = record;
    if (own === undefined) return;
    if (lcp?.lcp === own.pid) {
      if (own.isOwner) return;
      own.isOwner = true;
      lines.set(number, own.control);
      const { line } = own.control;
      const homes =
        line.mode === 'single' && hadOther(record, wasLost)
          ? cluster.view.members
          : whoKnows(line, cluster, this.#host.nowMs - this.#sinceMs);
      const { revision } = lcp;
      this.#host.tell(own.pid, { type: 'lineOwned', number, lcp: own.pid, epoch: revision, homes });
    } else if (own.isOwner || (lcp !== undefined && homeOf(lcp.lcp) !== cluster.home)) {
      record.own = undefined;
      if (lines.get(number) === own.control) lines.delete(number);
      this.#host.tell(own.pid, { type: 'lineLost', number });
    }
  }

  /** Tells a process that may have had one before it how many will attach from here. */
  #count(number: string, record: LineRecord | undefined, lcp: Pid, wasLost: boolean): void {
    const { directory, cluster } = this.#options;
    const isKnown = record === undefined ? wasLost : hadOther(record, wasLost);
    if (!isKnown && !isAsked(lineOfNumber(directory, number), lcp, cluster)) return;
    const count = record?.seats.length ?? 0;
    this.#host.tell(lcp, { type: 'lineMembers', number, count });
  }

  #introduceAll(number: string): void {
    const record = this.#options.records.get(number);
    const lcp = record && this.#lcpOf(number, record);
    if (record === undefined || lcp === undefined) return;
    this.#claims.delete(number);
    this.#host.stop(claimOf(number));
    for (const seat of record.seats) this.#introduce(number, seat, lcp);
    for (const pid of record.watchers) this.#host.tell(lcp.lcp, { type: 'lineWatch', number, pid });
  }

  #answerCallers(number: string, record: LineRecord): void {
    const { table, cluster } = this.#options;
    const location = table.find(number);
    const lcp = location && firstLcp(location);
    if (lcp === undefined) return;
    // One of ours that has died stays in the table for another moment.
    if (homeOf(lcp) === cluster.home && record.own?.pid !== lcp) return;
    const waiting = record.callers;
    record.callers = waiting.filter(({ gone }) => gone === lcp);
    for (const { control, gone } of waiting)
      if (gone !== lcp) this.#host.tell(control, { type: 'lineLocated', number, lcp });
  }

  #introduce(number: string, seat: Seat, { lcp, revision }: LocalLcp): void {
    const { pid, device, member } = seat;
    const isIntroduced = seat.lcp === undefined;
    seat.lcp = lcp;
    this.#host.tell(pid, { type: 'lineRegistered', number, lcp, epoch: revision, isIntroduced });
    if (isIntroduced) this.#host.tell(lcp, { type: 'attach', number, pid, device, member });
  }

  /** The process that devices of this manager attach to, unless it is known to be on its way in or out. */
  #lcpOf(number: string, record: LineRecord): LocalLcp | undefined {
    const { table, cluster } = this.#options;
    const found = lcpFor(table.find(number), cluster.home);
    if (found === undefined || homeOf(found.lcp) !== cluster.home) return found;
    return record.own?.isOwner && record.own.pid === found.lcp ? found : undefined;
  }

  /** Claims the number after that time, unless it is controlled by then, or nobody needs it. */
  #seek(number: string, afterMs: number): void {
    const { directory, records, table, cluster } = this.#options;
    const record = records.get(number);
    if (record === undefined || record.own !== undefined || !isNeeded(record)) return;
    if (this.#claims.has(number)) return;
    const line = lineOfNumber(directory, number);
    const location = table.find(number);
    const isElsewhere = location?.mode === 'single' && homeOf(location.lcp) !== cluster.home;
    if (line === undefined || isElsewhere) return;
    const { standing } = cluster;
    const mayAct = standing === 'member' || standing === 'frozen';
    const failingMs = this.#isFailing(number) ? this.#deaths.endMs(number) - this.#host.nowMs : 0;
    const waitMs = Math.max(afterMs, mayAct ? 0 : AGAIN_MS, failingMs);
    if (waitMs > 0) {
      this.#claims.add(number);
      this.#host.start(claimOf(number), waitMs);
    } else this.#claim(line, record);
  }

  #claim(line: Line, record: LineRecord): void {
    const { cluster, out } = this.#options;
    record.own = { ...spawnLine(this.#host, line, out), isOwner: false };
    cluster.claim(this.#keyOf(line), record.own.pid);
  }

  /** A replicated line's process here knows who the others are. */
  #showView(number: string): void {
    const { table, records } = this.#options;
    const own = records.get(number)?.own;
    const view = viewOf(number, table.find(number));
    if (own !== undefined && view !== undefined) this.#host.tell(own.pid, view);
  }

  #keyOf({ number, mode }: Line): string {
    return mode === 'single' ? keyOf(number) : keyOf(number, this.#options.cluster.home);
  }

  #rankOf(number: string): number {
    const { view, home } = this.#options.cluster;
    return Math.max(0, rendezvousRank(number, view.members).indexOf(home));
  }

  #lose(number: string, record: LineRecord | undefined): void {
    const { table, cluster } = this.#options;
    const isWanted = record !== undefined && isNeeded(record);
    // Devices of other managers are not known here.
    if (!isWanted && cluster.view.members.length === 1) return;
    table.lose(number, this.#host.nowMs);
    this.#forgetLost();
  }

  /** Numbers that nobody has claimed in time have no device, as far as anybody can tell. */
  #forgetLost(): void {
    const { table, records } = this.#options;
    const { nowMs } = this.#host;
    const { numbers, nextMs } = table.lostUntil(nowMs - LOST_MS);
    for (const number of numbers) {
      table.forget(number);
      const record = records.get(number);
      if (record === undefined) continue;
      record.callers = [];
      settleRecord(records, number);
    }
    if (nextMs !== undefined) this.#host.start(LOST, nextMs + LOST_MS - nowMs);
  }

  #isFailing(number: string): boolean {
    return this.#deaths.isFailing(number, this.#host.nowMs);
  }

  #refuse(to: Pid, number: string, cause: Cause): void {
    this.#host.tell(to, { type: 'lineRefused', number, cause });
  }
}

function claimOf(number: string): string {
  return `claim:${number}`;
}
