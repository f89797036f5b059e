/**
 * What a leg knows for its call's record, and the legs that account for a call themselves.
 *
 * Call control accounts for its call. When its manager is lost the answerer may be at another one: whoever has the
 * call there, or hangs up because of that, has all that the record needs, and finishes it. A call that is kept by
 * its far end (`sharing/keeping.ts`) outlives its call control in any case: the far end's leg accounts for it then.
 */
import { endedBy, managerOf } from '../call/call-account.ts';
import {
  type Answerer,
  type CallAccount,
  dialogName,
  type Ending,
  newAccount,
  noteManager,
  noteMove,
  type Origin,
} from '../call/call-record.ts';
import type { End } from '../call/call-records.ts';
import type { Cause } from '../call/cause.ts';
import type { RefusalCode } from '../call/refusal-codes.ts';
import type { CallId, CallRequest, LegRef, Media, Party } from '../call/signals.ts';
import { homeOf, type Pid } from '../process/pid.ts';
import { holdOf } from '../sdp/hold.ts';
import type { SipRequest } from '../sip/message/message.ts';
import type { Leg } from '../sip/user-agent/leg.ts';
import { type CallLeg, isUndecided } from './call-leg.ts';
import type { DeviceProcess } from './device-process.ts';
import { dialledOf } from './identity.ts';
import { descriptionIn } from './session-description.ts';

/** After so long whoever accounts for a call has heard that it is over, if it is not lost. */
const HEARD_MS = 30_000;

const TRANSFERRED = {
  ...{ cause: 'transferred', code: undefined },
  ...{ endedBy: 'transfer', closing: 'end' },
} as const satisfies End;

/** For a call request; nothing when nobody keeps records. `previous`: the call that it goes on with. */
export function originOf(
  { environment: { records } }: DeviceProcess,
  leg: Leg<CallLeg> | undefined,
  previous?: CallId,
): { readonly origin?: Origin } {
  if (!records.isWanted) return {};
  const origin = { dialog: dialogName(leg?.callId ?? ''), beganMs: records.nowMs() };
  return {
    origin: previous === undefined ? origin : { ...origin, previous: recordName(previous) },
  };
}

/** For who hears that the phone has taken the call. */
export function answererOf(
  { place }: DeviceProcess,
  { line, leg }: CallLeg,
  isPickup: boolean,
): Answerer {
  const { device } = place;
  const dialog = dialogName(leg?.callId ?? '');
  const answerer =
    line === undefined
      ? { device, dialog }
      : { device, dialog, line: line.number, appearance: line.appearance };
  return isPickup ? { ...answerer, isPickup } : answerer;
}

/** `side` changes the session to that; one that is on hold and says so again does not hold anew. */
export function noteHold(record: CallLeg, side: 'phone' | 'peer', media: Media | undefined): void {
  if (media === undefined) return;
  const bit = side === 'phone' ? 1 : 2;
  const isHold = holdOf(descriptionIn(media)) === 'held';
  if (isHold && (record.heldBy & bit) === 0) record.holds++;
  record.heldBy = isHold ? record.heldBy | bit : record.heldBy & ~bit;
}

/** A call that was refused before anybody was asked. */
export function recordEnd(
  { environment: { records, directory }, host }: DeviceProcess,
  request: Parameters<typeof newAccount>[0],
  cause: Cause,
  code: RefusalCode | undefined,
): void {
  if (!records.isWanted) return;
  const isOutside = directory.gateways.has(request.by);
  const account = newAccount(request, managerOf(host), isOutside, records.clockMs());
  records.closed(account, { cause, code, endedBy: 'system', closing: 'end' });
}

/** An INVITE that is refused before it is a call: on record and, with its code, in the log. */
export function recordRefusal(
  process: DeviceProcess,
  leg: Leg<CallLeg>,
  request: SipRequest,
  cause: Cause,
  code: RefusalCode | undefined,
): void {
  const { records, log } = process.environment;
  const call = process.newCallId();
  const dialled = dialledOf(request.uri) ?? '';
  if (code !== undefined) {
    const { device } = process.place;
    log.write('info', 'call refused', {
      ...{ call, leg: leg.callId, device, number: dialled },
      ...{ cause, code },
    });
  }
  if (records.isWanted)
    recordUnborn(process, leg, { call, from: process.party, dialled }, cause, code);
}

/** The same of what was dialled for a service, which refuses. */
export function recordDialled(
  process: DeviceProcess,
  { leg, call, self: from, number: dialled }: CallLeg,
  cause: Cause,
  code: RefusalCode | undefined,
): void {
  if (process.environment.records.isWanted)
    recordUnborn(process, leg, { call, from, dialled }, cause, code);
}

function recordUnborn(
  process: DeviceProcess,
  leg: Leg<CallLeg> | undefined,
  known: Pick<CallRequest, 'call' | 'from' | 'dialled'>,
  cause: Cause,
  code: RefusalCode | undefined,
): void {
  const { pid, place } = process;
  const caller = { pid, call: known.call };
  const unborn = { ...known, caller, by: place.device, ...originOf(process, leg) };
  recordEnd(process, unborn, cause, code);
}

/** Somebody is gone. If that is who accounts for the call of this leg, the leg does from now on. */
export function take(
  process: DeviceProcess,
  record: CallLeg,
  isGone: (pid: Pid | undefined) => boolean,
): void {
  const { accountedBy, account } = record;
  // Of several phones that take a call each of them thinks so, until the caller says whom it has.
  if (isUndecided(record) || account !== undefined || accountedBy === undefined) return;
  // One of this manager has closed the record itself, and the leg's word that it is in the call came too late.
  if (homeOf(accountedBy.pid) === homeOf(process.pid)) return;
  if (!isGone(accountedBy.pid) || !process.environment.records.isWanted) return;
  const known = accountOf(process, record, accountedBy);
  if (record.leftMs === undefined) open(process, record, known);
  else closeLeft(process, record, known, record.leftMs);
}

/** It may have been lost before it heard that the call is over: what it has written itself says the same. */
function closeLeft(
  process: DeviceProcess,
  record: CallLeg,
  account: CallAccount,
  leftMs: number,
): void {
  record.accountedBy = undefined;
  if (process.host.nowMs - leftMs > HEARD_MS) return;
  const { records } = process.environment;
  noteManager(account, managerOf(process));
  account.holds = record.holds;
  records.closed(account, TRANSFERRED, Math.round(account.clockMs + leftMs));
}

/** The call is kept by this leg: it may go on for long after its call control. */
export function keep(process: DeviceProcess, record: CallLeg): void {
  const { records } = process.environment;
  const { account, reportTo, role, call, accountedBy } = record;
  if (!records.isWanted) return;
  const isOwn = role === 'calling' && reportTo !== undefined;
  const isHere = accountedBy !== undefined && homeOf(accountedBy.pid) === homeOf(process.pid);
  const name = isOwn ? call : isHere ? accountedBy.call : undefined;
  const known = account ?? (name === undefined ? undefined : records.takeOver(name));
  if (known === undefined) return;
  const { party } = process;
  noteMove(known, {
    kind: 'kept',
    atMs: records.timeOf(known),
    ...party,
    manager: managerOf(process),
  });
  if (account === undefined) open(process, record, known);
}

/**
 * Whom the leg speaks to is lost in the middle of a transfer, which goes on: `control`, whose call it is, ends
 * with that one, or has. Where it is here, its account goes on.
 */
export function goOn(process: DeviceProcess, record: CallLeg, control: LegRef | undefined): void {
  const { records } = process.environment;
  if (!records.isWanted || record.account !== undefined || control === undefined) return;
  const isHere = homeOf(control.pid) === homeOf(process.pid);
  const known = isHere
    ? records.takeOver(control.call)
    : accountOf(process, record, record.accountedBy ?? control);
  if (known !== undefined) open(process, record, known);
}

/** The leg's peer has transferred it: to `party`, as of now. */
export function transferred(process: DeviceProcess, { account, party }: CallLeg): void {
  if (account === undefined) return;
  const atMs = process.environment.records.timeOf(account);
  noteMove(account, { kind: 'transferred', atMs, ...party, manager: managerOf(process) });
}

function open(process: DeviceProcess, record: CallLeg, account: CallAccount): void {
  const { records } = process.environment;
  const entrusted = records.entrust(account);
  record.account = entrusted;
  noteManager(entrusted, managerOf(process));
  records.opened(entrusted);
}

/** Another call begins for the leg: with `cause` it has left the one that it was in. */
export function leave(process: DeviceProcess, record: CallLeg, cause: Cause): void {
  end(process, record, cause, 'nobody');
}

/** The leg's peer, who had called it, has transferred it: their call is over, and the leg goes on in another one. */
export function leaveTransferred(process: DeviceProcess, record: CallLeg): void {
  if (record.account === undefined) record.leftMs = process.host.nowMs;
  else record.accountedBy = undefined;
  leave(process, record, TRANSFERRED.cause);
}

/** The name that the call began with: each line that it was sent on to, or that a hunt rang, knows it by another. */
function recordName(call: CallId): CallId {
  const name = call.replace(/(?:\.f\d+|-h\d+\.\d+)$/, '');
  return name === call ? call : recordName(name);
}

const NOBODY: Party = { number: '', name: '' };

/** What this leg knows of the call that `control` accounted for. */
function accountOf(process: DeviceProcess, record: CallLeg, control: LegRef): CallAccount {
  const { origin, caller = NOBODY, number, line, role, sinceMs, rangMs, tookMs, peer } = record;
  const { records } = process.environment;
  const isCalled = role === 'called';
  const manager = managerOf(control);
  const account = newAccount(
    {
      call: recordName(control.call),
      caller: isCalled && peer !== undefined ? peer : { pid: process.pid, call: record.call },
      from: caller,
      dialled: isCalled ? number : '',
      by: record.by ?? '',
      ...(origin === undefined ? {} : { origin }),
    },
    manager,
    record.by !== undefined && process.environment.directory.gateways.has(record.by),
    records.clockMs(),
  );
  const { clockMs: epochMs } = account;
  const at = (monotonicMs: number): number | undefined =>
    monotonicMs === 0 ? undefined : Math.round(epochMs + monotonicMs);
  const known: CallAccount = { ...account, by: record.by, beganMs: origin?.beganMs ?? at(sinceMs) };
  const self_: Party = process.party;
  // Who has come to the call later knows nothing of its beginning.
  if (process.environment.directory.orbits.numbers.has(number))
    return {
      ...{ ...known, caller: peer, beganMs: undefined, dialled: number, to: number },
      ...{ answeredBy: self_, answerer: answererOf(process, record, false) },
      answererManager: managerOf(process),
    };
  if (!isCalled) return { ...known, beganMs: undefined };
  return {
    ...known,
    to: line?.number ?? number,
    rangMs: at(rangMs),
    answeredMs: at(tookMs),
    answeredBy: self_,
    answerer: answererOf(process, record, false),
    answererManager: managerOf(process),
    gatewayOut: process.trunk === undefined ? undefined : process.place.device,
  };
}

/** The leg's peer is another one. */
export function moved(
  process: DeviceProcess,
  { account }: CallLeg,
  { peer, replacing }: { readonly peer: LegRef; readonly replacing: Party | undefined },
): void {
  if (account === undefined || replacing === undefined) return;
  const atMs = process.environment.records.timeOf(account);
  noteMove(account, { kind: 'retrieved', atMs, ...replacing, manager: managerOf(peer) });
}

/** The leg is over. What others are told of that, for the record; if it accounts for the call, that is it. */
export function end(
  { environment: { records }, pid }: DeviceProcess,
  record: CallLeg,
  cause: Cause,
  by: 'phone' | 'peer' | 'reporter' | 'nobody',
): Ending {
  const { account, holds } = record;
  const ending: Ending = { by: by === 'phone' || by === 'peer' ? by : 'system', holds };
  if (account === undefined) return records.isWanted ? ending : {};
  record.account = undefined;
  // The other leg, if that accounts for the call too, has seen the same ones.
  account.holds = Math.max(account.holds ?? 0, holds);
  const isCaller = account.caller?.pid === pid;
  records.left(account, {
    cause,
    code: undefined,
    endedBy: endedBy(ending, cause, isCaller),
    closing: 'end',
  });
  return ending;
}
