/**
 * What a phone does with calls of a line that it shares, told to the line: that it calls somebody, talks,
 * holds. Who holds is seen from session descriptions (RFC 3264 §8.4, RFC 6337 §5.3), so that it is known
 * of every phone.
 *
 * A line that nobody shares is told nothing: it has one member, this phone has not subscribed to it, and it may have
 * as many calls as come.
 */
import type { UseState } from '../../call/appearance-signals.ts';
import { isShared as isSharedLine } from '../../call/line/line-members.ts';
import { lcpFor } from '../../call/registration-table.ts';
import type { CallId, Media, MemberCall } from '../../call/signals.ts';
import { homeOf, kindOf, type Pid } from '../../process/pid.ts';
import { holdOf } from '../../sdp/hold.ts';
import type { CallLeg } from '../call-leg.ts';
import type { DeviceProcess } from '../device-process.ts';
import { descriptionIn } from '../session-description.ts';
import { lcpOf, seatOf } from './rights.ts';

/** A call of a line that a leg is part of, and what the line was told of it last. */
export type LineUse = {
  readonly number: string;
  /** As the line knows the call. */
  readonly call: CallId;
  /** Undefined: the line's to choose. */
  readonly appearance: number | undefined;
  readonly state: UseState;
  /** Whether a member began the call: then no call control answers for it to the line. */
  readonly isOwn: boolean;
  /** Whether the line has offered it to this leg, and hears of it as of any offer. */
  readonly isOffered?: true;
  /** What it will be when the change of the session stands that the phone has asked for. */
  readonly next?: UseState;
  /** The phone left the offer to its peer, so its own word comes with the ACK. */
  readonly isAwaitingAck?: boolean;
  /** The phone says that nobody else may have the call, held or not. */
  readonly isExclusive?: boolean;
  /** Another call of the line that it mixes this one with. */
  readonly joined?: CallId | undefined;
};

/** Whether somebody may want to know what becomes of the line's appearances. */
export function isShared(process: DeviceProcess, number: string): boolean {
  const line = process.environment.directory.lines.get(number);
  if (line === undefined) return false;
  if (isSharedLine(line)) return true;
  for (const watch of process.watches?.values() ?? []) if (watch.number === number) return true;
  for (const seizure of process.seizures?.values() ?? [])
    if (seizure.number === number) return true;
  return false;
}

/** Whether the line counts its calls: no phone makes one without asking it. */
export function isLimited({ environment }: DeviceProcess, number: string): boolean {
  return environment.directory.lines.get(number)?.callsMax !== undefined;
}

/** The phone calls somebody from its line. `call`: the id of what it has seized. */
export function begin(
  process: DeviceProcess,
  record: CallLeg,
  number: string,
  appearance?: number,
  call = idOf(process, record, number),
  isExclusive = false,
): void {
  if (call !== record.call) process.keep(call, record);
  record.use = { number, call, appearance, state: 'progressing', isOwn: true, isExclusive };
  const lcp = lcpOf(process, number);
  if (lcp === undefined) return;
  bind(record, lcp);
  say(process, record);
}

/** Who dials the line itself has two of its appearances: one for its own call, one for that to the line. */
function idOf(process: DeviceProcess, record: CallLeg, number: string): CallId {
  return record.number === number ? process.newCallId() : record.call;
}

/** Whether a member has begun the call and this leg has it from that one: the line answers for it. */
export function isOfMember({ reportTo, use, retrieval, change }: CallLeg): boolean {
  const isTaken = change?.by === 'take-over' && change.isOwn;
  return reportTo === undefined && (use?.isOwn ?? retrieval?.isOwn ?? isTaken ?? false);
}

/**
 * This leg has the place of another one, which may have had a call of a line that the phone has too. `line`: that one's,
 * if it is known; it may have no process at the moment.
 */
export function inherit(
  process: DeviceProcess,
  record: CallLeg,
  isOwn: boolean,
  line?: { readonly number: string; readonly call: CallId },
): void {
  const { number: wanted = '', appearance } = record.retrieval ?? {};
  const isMembers = line !== undefined && seatOf(process, line.number) !== undefined;
  for (const { pid, call } of record.controls) {
    const attached = process.lines.find(({ lcp }) => lcp === pid);
    const isIts = isMembers && kindOf(pid) === 'l' && call === line.call;
    const known = isIts ? line.number : undefined;
    const number = attached?.number ?? (lcpOf(process, wanted) === pid ? wanted : known);
    if (number !== undefined) record.use = { number, call, appearance, state: 'active', isOwn };
  }
}

/** Somebody has answered the phone's call. */
export function answered(process: DeviceProcess, record: CallLeg): void {
  turn(process, record, 'active');
}

/** The phone speaks to somebody else: the line's lamps show whom. */
export function moved(process: DeviceProcess, record: CallLeg): void {
  record.use ??= useOfOffered(process, record);
  say(process, record);
}

/** The phone asks for another session. `isExclusive`: it says that nobody else may have the call. */
export function asks(
  process: DeviceProcess,
  record: CallLeg,
  media: Media | undefined,
  isExclusive: boolean,
): void {
  const use = record.use ?? useOfOffered(process, record);
  if (use === undefined) return;
  if (media !== undefined) record.use = { ...use, next: stateOf(media, isExclusive) ?? use.state };
  // Without a description the phone's own word comes with the ACK.
  else record.use = { ...use, next: isExclusive ? 'held-private' : 'held', isAwaitingAck: true };
}

/** A call that the line has offered has no use before its phone holds. */
function useOfOffered(process: DeviceProcess, record: CallLeg): LineUse | undefined {
  const { line, role, call } = record;
  if (line === undefined || role !== 'called' || !isShared(process, line.number)) return undefined;
  const { number, appearance } = line;
  return { number, call, appearance, state: 'active', isOwn: false, isOffered: true };
}

/**
 * The phone says by itself what it does with a call that stands: RFC 7463 §8.2. `rendering` 'no': it holds. `joined`:
 * the call of the line that it mixes it with.
 */
export function declare(
  process: DeviceProcess,
  record: CallLeg,
  isExclusive: boolean,
  rendering: 'yes' | 'no' | undefined,
  joined?: CallId,
): void {
  const use = record.use ?? useOfOffered(process, record);
  if (use === undefined || record.phase !== 'talking') return;
  const said = rendering === 'no' ? 'held' : 'active';
  const state = rendering === undefined ? use.state : said;
  const isSame = state === use.state && isExclusive === (use.isExclusive ?? false);
  if (isSame && joined === use.joined) return;
  record.use = { ...use, state, isExclusive, joined };
  say(process, record);
}

/** The peer has taken the change. `theirs`: its description. */
export function changed(process: DeviceProcess, record: CallLeg, theirs: Media | undefined): void {
  const { use } = record;
  if (use?.next === undefined) return;
  if (!use.isAwaitingAck) return turn(process, record, use.next);
  // Who answers a hold with a hold has not begun it.
  if (theirs !== undefined && holdOf(descriptionIn(theirs)) === 'held') unchanged(record);
}

/** The change is not to be. */
export function unchanged(record: CallLeg): void {
  const { use } = record;
  if (use?.next === undefined) return;
  const { next: _, isAwaitingAck: __, ...as } = use;
  record.use = as;
}

/** The ACK to a change has come, with the phone's own description perhaps. */
export function acknowledged(
  process: DeviceProcess,
  record: CallLeg,
  media: Media | undefined,
): void {
  const { use } = record;
  if (use?.isAwaitingAck !== true) return;
  const isHeld = media !== undefined && holdOf(descriptionIn(media)) === 'held';
  turn(process, record, isHeld ? (use.next ?? 'held') : 'active');
}

/** What a phone that offers this does with its call; undefined: it does not say. */
function stateOf(media: Media, isExclusive: boolean): UseState | undefined {
  switch (holdOf(descriptionIn(media))) {
    case 'held':
      return isExclusive ? 'held-private' : 'held';
    case 'none':
      return undefined;
    default:
      return 'active';
  }
}

function turn(process: DeviceProcess, record: CallLeg, state: UseState): void {
  unchanged(record);
  const { use } = record;
  if (use === undefined || use.state === state) return;
  record.use = { ...use, state };
  say(process, record);
}

/** Says it to the process that controls the line now; if there is none, it is said when there is one. */
function say(process: DeviceProcess, record: CallLeg): void {
  const { use } = record;
  const lcp = use && (lcpOf(process, use.number) ?? processOf(process, record, use));
  if (use === undefined || lcp === undefined) return;
  const { number, call, appearance, state, joined } = use;
  process.host.tell(lcp, {
    type: 'lineUse',
    number,
    call,
    ...(appearance === undefined ? {} : { appearance }),
    state,
    party: record.party,
    isExclusive: isForItself(use),
    ...(joined === undefined ? {} : { joined }),
  });
}

/**
 * Who has picked the call up from a group is no member: its line hears of it as long as it has the process that has
 * offered the call; of a replicated one that at the phone's own manager, if there is one.
 */
function processOf(
  { environment, pid }: DeviceProcess,
  { reportTo }: CallLeg,
  { number, isOffered }: LineUse,
): Pid | undefined {
  if (!isOffered || reportTo === undefined || kindOf(reportTo) !== 'l') return undefined;
  const location = environment.table.find(number);
  if (location?.mode !== 'replicated') return reportTo;
  return lcpFor(location, homeOf(pid))?.lcp ?? reportTo;
}

function isForItself({ state, isExclusive = false }: LineUse): boolean {
  return isExclusive || state === 'held-private';
}

/** The line hears of the end of a call that it has not offered, from whichever leg has it then. */
function bind(record: CallLeg, lcp: Pid): void {
  const { use, controls, holding } = record;
  if (use === undefined || use.isOffered) return;
  // The far end's line may know the call by the same id.
  const isOurs = (pid: Pid): boolean => kindOf(pid) === 'l' && pid !== holding?.lcp;
  record.controls = [
    ...controls.filter(({ pid, call }) => !isOurs(pid) || call !== use.call),
    { pid: lcp, call: use.call },
  ];
}

/** What a phone does with a call, as a line's next process is told. */
export function useOf(use: LineUse): Pick<MemberCall, 'use' | 'isExclusive' | 'joined'> {
  const { state, joined } = use;
  const mixed = joined === undefined ? {} : { joined };
  return { use: state, isExclusive: isForItself(use), ...mixed };
}

/**
 * Calls of the line that the phone has begun, and those that it has from other legs; `lcp`, the line's next
 * process, hears of their end.
 */
export function reportsOf(process: DeviceProcess, number: string, lcp: Pid): MemberCall[] {
  const reports: MemberCall[] = [];
  for (const record of new Set(process.legs.values())) {
    const { use, party, controls, call: leg } = record;
    if (use?.number !== number || use.isOffered || record.phase === 'over') continue;
    bind(record, lcp);
    const own = { pid: process.pid, call: leg };
    const control = controls.find(({ pid }) => kindOf(pid) === 'c')?.pid;
    reports.push({
      call: use.call,
      ...(use.call === leg ? {} : { leg }),
      appearance: use.appearance ?? 0,
      from: party,
      caller: use.isOwn ? own : (record.peer ?? own),
      ...(use.isOwn || control === undefined ? {} : { control }),
      state: use.isOwn ? 'own' : 'active',
      ...useOf(use),
    });
  }
  return reports;
}

/** The line has a process that has not heard of its members' calls. */
export function attached(process: DeviceProcess, number: string): void {
  for (const record of new Set(process.legs.values())) {
    const lcp = lcpOf(process, number);
    if (record.use?.number !== number || record.phase === 'over' || lcp === undefined) continue;
    bind(record, lcp);
    say(process, record);
  }
}
