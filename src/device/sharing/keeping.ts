/**
 * The far end of a call that somebody holds: when the holder is lost with its manager, this leg stays for a
 * while, and the line shows the call as held still, for any member to retrieve that may. Who retrieves it asks
 * this leg, as it would have asked the holder's (`take-over.ts`), and is given its own peer: this leg.
 */
import type { HeldCall } from '../../call/appearance-signals.ts';
import type { CallSignal } from '../../call/signals.ts';
import type { Pid } from '../../process/pid.ts';
import type { CallLeg } from '../call-leg.ts';
import { logCall } from '../call-log.ts';
import * as custody from '../custody.ts';
import type { DeviceProcess } from '../device-process.ts';
import { refuseChange } from '../session-change.ts';
import { rightsOf, seatOf } from './rights.ts';

type Signal<T extends CallSignal['type']> = Extract<CallSignal, { type: T }>;

/** Who holds the call of this leg. `isKept`: that one is no more; `lcp`: the line's process that was told of it. */
export type Holding = {
  readonly by: HeldCall;
  readonly isKept: boolean;
  readonly lcp: Pid | undefined;
};

/** How long a phone hears nobody before its call is given up. */
const KEEP_MS = 300_000;
/** A line that has no process may have one when its phones have registered at other managers. */
const SEEK_MS = 2000;
const KEEP = 'keep:';
const SEEK = 'keep seek:';

/** What the far end is told of a hold that its holder's phone asks for; nothing when it does not hold. */
export function toldOf(process: DeviceProcess, { use }: CallLeg): { held?: HeldCall } {
  if (use?.next !== 'held' && use?.next !== 'held-private') return {};
  const { number, call, appearance, next: state } = use;
  const member = seatOf(process, number)?.name;
  if (member === undefined) return {};
  const held = { number, call, member, state, ...(use.isOwn ? { isOwn: true } : {}) };
  return { held: appearance === undefined ? held : { ...held, appearance } };
}

/** The peer of `record` is no more. True: the leg stays. */
export function keep(process: DeviceProcess, record: CallLeg): boolean {
  const { holding, phase, unacknowledged, change, move, givenTo, takenBy, call } = record;
  if (holding === undefined || holding.isKept) return holding !== undefined;
  const isInMotion = change ?? move ?? givenTo ?? takenBy ?? unacknowledged;
  if (phase !== 'talking' || isInMotion !== undefined) return false;
  custody.keep(process, record);
  record.holding = { ...holding, isKept: true };
  record.peer = undefined;
  record.formerPeer = undefined;
  record.control = undefined;
  const { userAgent } = process.environment;
  for (const exchange of record.exchanges.splice(0))
    if (record.leg !== undefined) userAgent.reply(record.leg, exchange, 480);
  process.host.start(KEEP + call, KEEP_MS);
  logCall(process, record, 'call kept', undefined);
  locate(process, record, undefined);
  return true;
}

function locate(process: DeviceProcess, record: CallLeg, gone: Pid | undefined): void {
  const { holding, call } = record;
  if (holding === undefined) return;
  record.holding = { ...holding, lcp: undefined };
  const { number } = holding.by;
  process.host.start(SEEK + call, SEEK_MS);
  process.host.tell(process.environment.lineManager, {
    type: 'lineLocate',
    number,
    ...(gone === undefined ? {} : { gone }),
  });
}

/** The line's process is `lcp`: it is told of the calls that are kept for it. */
export function located(process: DeviceProcess, { number, lcp }: Signal<'lineLocated'>): void {
  for (const record of new Set(process.legs.values())) {
    const { holding, controls, call } = record;
    if (holding?.isKept !== true || holding.by.number !== number) continue;
    if (holding.lcp !== undefined) continue;
    process.host.stop(SEEK + call);
    record.holding = { ...holding, lcp };
    record.controls = [...controls, { pid: lcp, call: holding.by.call }];
    const leg = { pid: process.pid, call };
    process.host.tell(lcp, { type: 'lineKept', ...holding.by, leg, party: process.party });
  }
}

/** The line's next process has to hear of them too. */
export function lost(process: DeviceProcess, isGone: (pid: Pid) => boolean): void {
  for (const record of new Set(process.legs.values())) {
    const { holding } = record;
    if (holding?.lcp === undefined || !isGone(holding.lcp)) continue;
    unbind(record);
    locate(process, record, holding.lcp);
  }
}

/** True: the timer was one of these. */
export function timeout(process: DeviceProcess, timer: string): boolean {
  const name = [KEEP, SEEK].find((each) => timer.startsWith(each));
  if (name === undefined) return false;
  const record = process.legs.get(timer.slice(name.length));
  if (record?.holding?.isKept !== true) return true;
  if (name === SEEK) locate(process, record, undefined);
  else process.release(record, 'session expired', 'nobody');
  return true;
}

/** A member has the line's word that it may retrieve the call. */
export function handOver(
  process: DeviceProcess,
  record: CallLeg,
  { call: wanted, from, by, lineCall }: Signal<'callTakeOver'>,
): void {
  const { holding, controls, call, takenBy, change, parking } = record;
  const { directory } = process.environment;
  const { number = '', member, state } = holding?.by ?? {};
  // What it has of its own line is asked for, and not the call that it keeps: it speaks to nobody.
  if (wanted !== call || (lineCall !== undefined && lineCall !== holding?.by.call))
    return refuseChange(process, from, 'call gone');
  const seat = directory.lines.get(number)?.members.find(({ device }) => device === by);
  const isIts = seat !== undefined && seat.name === member;
  if (!isIts && !(state === 'held' && rightsOf(directory, number, by).includes('retrieve')))
    return refuseChange(process, from, 'forbidden');
  // It may be on its way to an orbit.
  if ((takenBy ?? change ?? parking) !== undefined) return refuseChange(process, from, 'call gone');
  record.takenBy = from;
  process.host.tell(from.pid, {
    type: 'callTakenOver',
    call: from.call,
    peer: { pid: process.pid, call },
    party: process.party,
    // The far end's own line may be the same, and knows this leg by another id.
    controls: controls.filter(
      ({ pid, call: known }) => pid === holding?.lcp && known === holding.by.call,
    ),
  });
}

/** The leg has another peer, or is over. */
export function end(process: DeviceProcess, record: CallLeg): void {
  if (record.holding?.isKept) {
    process.host.stop(KEEP + record.call);
    process.host.stop(SEEK + record.call);
  }
}

/** The call has been retrieved, or parked: the line hears of it from its new holder, if that is one of its own. */
export function retrieved(process: DeviceProcess, record: CallLeg): void {
  end(process, record);
  if (record.holding?.isKept) {
    if (!isRetrieved(record)) tellLine(process, record, record.holding);
    unbind(record);
    record.takenBy = undefined;
  }
  record.holding = undefined;
}

/** Whether who speaks to the leg now has asked it for the call. The holder may have transferred it before it was lost. */
function isRetrieved({ takenBy, peer }: CallLeg): boolean {
  return takenBy !== undefined && takenBy.pid === peer?.pid && takenBy.call === peer.call;
}

/** The call is the line's no more. */
function tellLine({ host }: DeviceProcess, { controls }: CallLeg, { lcp, by }: Holding): void {
  for (const { pid, call } of controls)
    if (pid === lcp && call === by.call)
      host.tell(pid, { type: 'callEnded', call, cause: 'transferred' });
}

function unbind(record: CallLeg): void {
  const { holding, controls } = record;
  record.controls = controls.filter(
    ({ pid, call }) => pid !== holding?.lcp || call !== holding.by.call,
  );
}
