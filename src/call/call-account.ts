/** What each step of call control adds to the account of its call. Call control itself knows nothing of it. */
import { homeOf, type Pid } from '../process/pid.ts';
import type { CallEvent } from './call-control.ts';
import type { CallControl } from './call-control-state.ts';
import {
  type CallAccount,
  type EndedBy,
  type Ending,
  noteManager,
  noteMove,
} from './call-record.ts';
import type { CallRecords, End } from './call-records.ts';
import type { Cause } from './cause.ts';
import type { Destination } from './destination.ts';
import type { EffectBuffer } from './effects.ts';
import { presentCall } from './hunting/hunt-control.ts';
import type { CallRequest, CallSignal, LegRef, Party } from './signals.ts';

/** Of the one of a hunt's calls that counts; undefined: none does as yet. */
type State = Exclude<CallControl['state'], 'hunting'> | undefined;

type Signal<T extends CallSignal['type']> = Extract<CallSignal, { type: T }>;

/** Where the call goes to, before the step that sends it there. */
export function noteDestination(account: CallAccount, destination: Destination): void {
  switch (destination.type) {
    case 'line':
    case 'lines':
    case 'locating':
      account.to = destination.line.number;
      break;
    case 'hunt':
      account.to = destination.hunt.number;
      break;
    case 'orbit':
      account.to = destination.orbit;
      break;
    case 'list':
      account.to = destination.number;
      account.list = destination.list;
      break;
    default:
  }
}

/** A line has sent the call on: `request` is as it goes on. */
export function noteForward(
  account: CallAccount,
  { dialled, diversions }: CallRequest,
  atMs: number,
): void {
  const last = diversions?.at(-1);
  const name = last === undefined ? '' : `${last.number}: ${last.reason}`;
  const [manager = ''] = account.managers;
  noteMove(account, { kind: 'forwarded', atMs, number: dialled, name, manager });
}

/** Id of a manager: `manager-a.9k3.d2a` is at `manager-a`. */
export function managerOf({ pid }: Pick<LegRef, 'pid'>): string {
  const home = homeOf(pid);
  return home.slice(0, home.lastIndexOf('.'));
}

/**
 * The call is as `event` has made it; `before`: its state before that; `out`: what is to be done then.
 */
export function noteStep(
  account: CallAccount,
  before: State,
  control: CallControl,
  event: CallEvent,
  out: EffectBuffer,
  records: CallRecords,
): void {
  if (control.state === 'over') return end(account, before, event, out, records);
  if (event.type !== 'signal') return;
  const call = presentCall(control);
  const { signal } = event;
  switch (signal.type) {
    case 'callAlert':
      if (isRinging(control)) account.rangMs ??= records.timeOf(account);
      break;
    case 'callProceed':
      if (!isTaken(before) && isTaken(call?.state))
        answered(account, signal, records, before === 'parked' ? 'retrieved' : 'picked up');
      break;
    case 'orbitParked':
      if (call?.state === 'parked') parked(account, signal.orbit, records);
      break;
    case 'callHeld':
      if (call !== undefined && 'holder' in call && call.holder === signal.holder)
        held(account, signal, records);
      break;
    case 'callMoved':
      moved(account, signal, records);
      break;
    case 'callTransferred':
      transferred(account, signal.to, event.from, records);
      break;
    default:
  }
}

function isRinging(call: CallControl): boolean {
  if (call.state === 'hunting') return call.hasRung;
  return call.state === 'ringing' || (call.state === 'distributing' && call.isRinging);
}

function isTaken(state: State): boolean {
  return state === 'answered' || state === 'distributed';
}

function answered(
  account: CallAccount,
  { from, party, answerer }: Signal<'callProceed'>,
  records: CallRecords,
  how: 'retrieved' | 'picked up',
): void {
  const manager = managerOf(from);
  account.answeredMs = records.timeOf(account);
  account.holder = from;
  account.answeredBy = party;
  account.answerer = answerer;
  account.answererManager = manager;
  if (account.list !== undefined) account.gatewayOut = answerer?.device;
  noteManager(account, manager);
  if (how === 'retrieved' || answerer?.isPickup === true)
    noteMove(account, { kind: how, atMs: account.answeredMs, ...party, manager });
  records.opened(account);
}

/** Who waits was in a call before: what is known of it is kept from now on. */
function parked(account: CallAccount, orbit: string, records: CallRecords): void {
  const [manager = ''] = account.managers;
  noteMove(account, {
    kind: 'parked',
    atMs: records.timeOf(account),
    number: orbit,
    name: '',
    manager,
  });
  records.opened(account);
}

function held(
  account: CallAccount,
  { holder, party }: Signal<'callHeld'>,
  records: CallRecords,
): void {
  const { holder: before } = account;
  // The line's next process says who had the call all along.
  if (before?.pid === holder.pid && before.call === holder.call) return;
  account.holder = holder;
  const manager = managerOf(holder);
  noteMove(account, { kind: 'retrieved', atMs: records.timeOf(account), ...party, manager });
}

function moved(
  account: CallAccount,
  { caller, how, party }: Signal<'callMoved'>,
  records: CallRecords,
): void {
  account.caller = caller;
  if (how === undefined || party === undefined) return;
  noteMove(account, {
    kind: how,
    atMs: records.timeOf(account),
    ...party,
    manager: managerOf(caller),
  });
}

function transferred(account: CallAccount, to: Party, from: Pid, records: CallRecords): void {
  const manager = managerOf({ pid: from });
  noteMove(account, { kind: 'transferred', atMs: records.timeOf(account), ...to, manager });
}

function end(
  account: CallAccount,
  before: State,
  event: CallEvent,
  out: EffectBuffer,
  records: CallRecords,
): void {
  const isAtOrbit = before === 'reaching' || before === 'parked';
  const ending = isTaken(before)
    ? endOfStanding(account, event)
    : isAtOrbit
      ? endAtOrbit(event)
      : endOfOffer(account, event, out.refusal);
  // It has joined the call that was parked there; it was one of its own if somebody was rung before.
  const hasJoined = before === 'reaching' && ending.cause === 'transferred';
  if (hasJoined && account.rangMs === undefined) return;
  // The caller has dialled on: another call has all digits.
  if (before === 'dialling' && ending.cause === 'address incomplete') return;
  records.closed(account, ending);
}

/** The leg says what became of it, unless it is no more. */
function endAtOrbit(event: CallEvent): End {
  const isSaid = event.type === 'signal' && 'cause' in event.signal;
  const said = (isSaid && event.signal.cause) || 'internal failure';
  // Nobody had the call but who hung up.
  const cause = said === 'hung up' ? 'caller gave up' : said;
  const code =
    event.type === 'signal' && event.signal.type === 'callRefuse' ? event.signal.code : undefined;
  const isCallers = cause === 'caller gave up';
  const by = cause === 'transferred' ? 'transfer' : isCallers ? 'caller' : 'system';
  return { cause, code, endedBy: by, closing: 'end' };
}

function endOfOffer(
  account: CallAccount,
  event: CallEvent,
  refusal: Signal<'callRefuse'> | undefined,
): End {
  if (event.type === 'signal' && event.signal.type === 'callRefuse')
    account.gatewayOut = event.signal.gateway;
  if (refusal !== undefined) {
    const { cause, code } = refusal;
    const isTheirs = code === undefined && THEIRS.has(cause);
    return { cause, code, endedBy: isTheirs ? 'called' : 'system', closing: 'end' };
  }
  const cause =
    event.type === 'signal' && 'cause' in event.signal && event.signal.cause !== undefined
      ? event.signal.cause
      : 'internal failure';
  const endedBy = cause === 'caller gave up' ? 'caller' : 'system';
  return { cause, code: undefined, endedBy, closing: 'end' };
}

/** What a phone or its user says; all else is for us to say. */
const THEIRS: ReadonlySet<Cause> = new Set(['busy', 'declined', 'not acceptable', 'forbidden']);

function endOfStanding(account: CallAccount, event: CallEvent): End {
  const code = undefined;
  if (event.type !== 'signal')
    return { cause: 'internal failure', code, endedBy: 'system', closing: 'loss' };
  const { signal, from } = event;
  if (signal.type === 'callEnded') {
    const { cause, holds } = signal;
    if (holds !== undefined) account.holds = holds;
    const isCaller = isCallers(account, from);
    // Somebody has seen the other side's manager die before it was seen here.
    const closing = cause === 'internal failure' ? 'loss' : 'end';
    return { cause, code, endedBy: endedBy(signal, cause, isCaller), closing };
  }
  const cause = signal.type === 'callWithdraw' ? signal.cause : 'internal failure';
  return { cause, code, endedBy: cause === 'caller gave up' ? 'caller' : 'system', closing: 'end' };
}

/** Who has answered has the caller's place once that one has transferred him: the other side is still the caller's. */
function isCallers({ caller, holder }: CallAccount, from: Pid): boolean {
  const isAnswerers = caller?.pid === holder?.pid && caller?.call === holder?.call;
  return caller?.pid === from && !isAnswerers;
}

/** `isCaller`: the leg that says so is the caller's. */
export function endedBy({ by }: Ending, cause: Cause, isCaller: boolean): EndedBy {
  if (cause === 'transferred') return 'transfer';
  if (cause === 'released') return 'administrator';
  if (by === undefined || by === 'system' || cause !== 'hung up') return 'system';
  return (by === 'phone') === isCaller ? 'caller' : 'answerer';
}
