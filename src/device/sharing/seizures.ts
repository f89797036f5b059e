/**
 * Appearances that a phone seizes before it dials: by SUBSCRIBE to line-seize (BroadSoft) or PUBLISH (RFC 7463,
 * `publications.ts`), which the line answers; or by an INVITE that names one in Call-Info, which waits for the
 * line's word. So does every INVITE from a line that may have so many calls only. An emergency number waits for nobody
 * (RFC 7463 §5.3).
 */
import type { Cause } from '../../call/cause.ts';
import type { CallId, CallRequest, CallSignal, MemberCall } from '../../call/signals.ts';
import type { SipRequest } from '../../sip/message/message.ts';
import { headerLine } from '../../sip/message/safe.ts';
import type { Subscription } from '../../sip/user-agent/subscription.ts';
import type { CallLeg } from '../call-leg.ts';
import { statusOf } from '../cause-to-status.ts';
import type { DeviceProcess } from '../device-process.ts';
import { appearanceCallInfo, readCallInfoIndex } from '../dialects/call-info.ts';
import { beginsEmergency, isEmergency } from './emergency.ts';
import * as lineUse from './line-use.ts';
import * as retrieval from './retrieval.ts';
import { lcpOf } from './rights.ts';
import { codeOf, turnAway } from './seizure-refusal.ts';

type Signal<T extends CallSignal['type']> = Extract<CallSignal, { type: T }>;

/**
 * 'asked': the line has not answered. 'had': nothing has been dialled. 'used': a call has begun on it, and
 * its subscription, if there is one, ends when the far end is heard of. 'lost': refused, run out, or given back.
 */
export type Seizure = {
  readonly number: string;
  readonly call: CallId;
  /** 0: the line's to choose, and it has not yet. */
  appearance: number;
  readonly subscription?: Subscription<CallLeg>;
  /** An INVITE waits for it. */
  invite?: { readonly record: CallLeg; readonly request: CallRequest };
  /** The phone has published that it wants it; any, if the line was to choose. */
  readonly isPublished?: true;
  readonly isAny?: boolean;
  /** The phone has not asked for it, and knows of no lamps. */
  readonly isPlain?: boolean;
  /** Only the INVITE with this Call-ID and tag begins a call on it; undefined: the phone's next one. */
  dialog?: { readonly callId: string; readonly localTag: string } | undefined;
  isExclusive?: boolean;
  state: 'asked' | 'had' | 'used' | 'lost';
  /** Of one that was lost by the line's word. */
  why?: { readonly cause: Cause; readonly free?: number };
  expiresS: number;
  /** How often the line has been asked. */
  asked: number;
  /** A SUBSCRIBE or PUBLISH waits for the line's word. */
  isAwaited: boolean;
};

/** Of one phone. */
const SEIZURES_MAX = 16;
/** An INVITE that waits goes on as soon as it may. */
const INVITE_LEASE_S = 15;
const RETRY_MS = 1000;
/** How often a line that says nothing is asked. */
const ASKED_MAX = 3;
const RETRY = 'seizure:';
const NOBODY = { number: '', name: '' };
const LATER = 'Retry-After: 1\r\n';

/** SUBSCRIBE to line-seize: off-hook, or a refresh. */
export function subscribe(
  process: DeviceProcess,
  subscription: Subscription<CallLeg>,
  request: SipRequest,
  number: string,
  expiresS: number,
): void {
  const { userAgent } = process.environment;
  const known = bySubscription(process, subscription);
  if (known !== undefined) {
    if (known.state !== 'used') return renew(process, known, expiresS);
    known.expiresS = expiresS;
    return accept(process, known);
  }
  const read = readCallInfoIndex(request.headers.all('Call-Info'));
  if (!read.ok) return userAgent.refuseSubscription(subscription, 400);
  const { index: appearance } = read;
  // A phone that asks again for what it has has forgotten that it has it: it was switched off.
  for (const each of seizuresOf(process))
    if (each.number === number && each.appearance === appearance && each.state !== 'used')
      giveUp(process, each, 'released');
  const isFull = (process.seizures?.size ?? 0) >= SEIZURES_MAX;
  if (isFull || lcpOf(process, number) === undefined)
    return userAgent.refuseSubscription(subscription, 480, LATER);
  const call = process.newCallId();
  const awaited = { state: 'asked', expiresS, asked: 0, isAwaited: true } as const;
  enter(process, { number, call, appearance, subscription, ...awaited });
}

/** It is to be lent for as long from now on. The line is asked, and answers. */
export function renew(process: DeviceProcess, seizure: Seizure, expiresS: number): void {
  seizure.expiresS = expiresS;
  seizure.asked = 0;
  seizure.isAwaited = true;
  ask(process, seizure);
}

/** The phone has published that it wants that appearance; 0: any. What becomes of it is seen from its state. */
export function publish(
  process: DeviceProcess,
  number: string,
  appearance: number,
  expiresS: number,
): Seizure {
  const call = process.newCallId();
  const isAny = appearance === 0;
  const awaited = { state: 'asked', expiresS, asked: 0, isAwaited: true } as const;
  const seizure = { number, call, appearance, isPublished: true, isAny, ...awaited } as const;
  const entered: Seizure = { ...seizure };
  enter(process, entered);
  return entered;
}

/**
 * The phone begins a call from its line. True: it has an appearance, or waits for one, or for a call that
 * is held; false: it is a call like any other.
 */
export function begin(
  process: DeviceProcess,
  record: CallLeg,
  request: SipRequest,
  line: string,
  callRequest: CallRequest,
): boolean {
  const read = readCallInfoIndex(request.headers.all('Call-Info'));
  const had = seizuresOf(process).find(
    ({ number, appearance, state, dialog }) =>
      number === line &&
      state === 'had' &&
      dialog === undefined &&
      (!read.ok || read.index === appearance),
  );
  if (had !== undefined) {
    use(process, had, record, callRequest);
    return true;
  }
  const isFull = (process.seizures?.size ?? 0) >= SEIZURES_MAX;
  if (isEmergency(process.environment, callRequest.dialled)) return false;
  if (!lineUse.isLimited(process, line)) {
    if (!read.ok || lcpOf(process, line) === undefined || isFull) return false;
  } else if (isFull) {
    turnAway(process, record, callRequest, 'overload', 'LW-3487');
    return true;
  }
  if (!read.ok) {
    seize(process, record, line, 0, callRequest, true);
    return true;
  }
  const { index: appearance } = read;
  if (callRequest.dialled === line) {
    const { offer } = callRequest;
    retrieval.ask(process, record, { number: line, appearance, offer, request: callRequest });
    return true;
  }
  seize(process, record, line, appearance, callRequest);
  return true;
}

/** The INVITE waits for the appearance that it names; `isPlain`: it names none. */
export function seize(
  process: DeviceProcess,
  record: CallLeg,
  number: string,
  appearance: number,
  request: CallRequest,
  isPlain = false,
): void {
  const call = process.newCallId();
  const invite = { record, request };
  const awaited = { state: 'asked', expiresS: INVITE_LEASE_S, asked: 0, isAwaited: false } as const;
  enter(process, { number, call, appearance, isPlain, invite, ...awaited });
}

function enter(process: DeviceProcess, seizure: Seizure): void {
  process.seizures ??= new Map();
  process.seizures.set(seizure.call, seizure);
  ask(process, seizure);
}

/** Asks the line for it, and again until it answers. */
function ask(process: DeviceProcess, seizure: Seizure): void {
  const { number, call, appearance, expiresS, isPlain = false } = seizure;
  const lcp = lcpOf(process, number);
  seizure.asked++;
  process.host.start(RETRY + call, RETRY_MS);
  if (lcp === undefined) return;
  const leaseMs = 1000 * expiresS;
  const wanted = appearance === 0 ? (isPlain ? { isPlain } : {}) : { appearance };
  process.host.tell(lcp, { type: 'lineSeize', number, call, ...wanted, leaseMs });
}

/** Its phone has forgotten what it had seized. */
export function giveAllUp(process: DeviceProcess): void {
  for (const seizure of seizuresOf(process))
    if (seizure.invite === undefined && seizure.state !== 'used')
      giveUp(process, seizure, 'released');
}

/** A line that has another process is asked anew for what it has not given. */
export function attached(process: DeviceProcess, number: string): void {
  for (const seizure of seizuresOf(process))
    if (seizure.number === number && seizure.state !== 'used') ask(process, seizure);
}

/** What the phone has seized, for the line's next process. */
export function reportsOf(process: DeviceProcess, line: string): MemberCall[] {
  const had = seizuresOf(process).filter(({ number, state }) => number === line && state === 'had');
  return had.map(({ call, appearance, expiresS, isExclusive = false }) => ({
    call,
    appearance,
    ...(isExclusive ? { isExclusive } : {}),
    from: NOBODY,
    caller: { pid: process.pid, call },
    state: 'own',
    use: 'seized',
    leaseMs: 1000 * expiresS,
  }));
}

/** True: the timer was one of a seizure. */
export function timeout(process: DeviceProcess, timer: string): boolean {
  if (!timer.startsWith(RETRY)) return false;
  const seizure = process.seizures?.get(timer.slice(RETRY.length));
  if (seizure === undefined || seizure.state === 'used') return true;
  if (seizure.asked < ASKED_MAX) ask(process, seizure);
  else {
    const { number, call } = seizure;
    refused(process, { type: 'lineSeizeRefused', number, call, cause: 'unreachable' });
  }
  return true;
}

export function seized(process: DeviceProcess, { call, appearance }: Signal<'lineSeized'>): void {
  const seizure = process.seizures?.get(call);
  if (seizure === undefined) return process.legs.has(call) ? undefined : tellEnd(process, call);
  process.host.stop(RETRY + call);
  if (seizure.state === 'used') return;
  seizure.state = 'had';
  seizure.appearance = appearance;
  const { invite } = seizure;
  if (invite !== undefined) return use(process, seizure, invite.record, invite.request);
  if (seizure.isAwaited) accept(process, seizure);
  seizure.isAwaited = false;
}

/** A seizure came too late, or not at all. */
function tellEnd(process: DeviceProcess, call: CallId): void {
  for (const { lcp } of process.lines)
    process.host.tell(lcp, { type: 'callEnded', call, cause: 'caller gave up' });
}

function accept(process: DeviceProcess, seizure: Seizure): void {
  const { userAgent, domain } = process.environment;
  const { subscription, appearance, expiresS } = seizure;
  if (subscription === undefined) return;
  userAgent.acceptSubscription(subscription, expiresS);
  const value = appearanceCallInfo(appearance, 'seized', domain);
  userAgent.notify(subscription, { headers: headerLine('Call-Info', value) });
}

export function refused(process: DeviceProcess, signal: Signal<'lineSeizeRefused'>): void {
  const { call, cause, free, code } = signal;
  const seizure = process.seizures?.get(call);
  if (seizure === undefined || seizure.state === 'used') return;
  lose(process, seizure);
  seizure.why = free === undefined ? { cause } : { cause, free };
  const { invite, subscription } = seizure;
  if (invite !== undefined) return inviteRefused(process, seizure, invite, cause, code);
  if (subscription === undefined) return;
  const { userAgent } = process.environment;
  // One of the two does nothing: it is new, or it stands.
  userAgent.refuseSubscription(subscription, cause === 'forbidden' ? 403 : 480, LATER);
  userAgent.notify(subscription, { terminated: 'noresource' });
}

/** A line that says nothing keeps nobody from calling. */
function inviteRefused(
  process: DeviceProcess,
  { number, appearance, call }: Seizure,
  { record, request }: Exclude<Seizure['invite'], undefined>,
  cause: Cause,
  code = codeOf(cause),
): void {
  if (record.phase === 'over') return;
  if (cause === 'unreachable') {
    record.reportTo = process.environment.startCall(process.host, request);
    return lineUse.begin(process, record, number, appearance, call);
  }
  // Whoever dials digit by digit may be about to call for help.
  const isBegun = code === 'LW-3013' && beginsEmergency(process.environment, request.dialled);
  turnAway(process, record, request, cause, isBegun ? 'LW-3004' : code);
}

/** A call begins on it. */
export function use(
  process: DeviceProcess,
  seizure: Seizure,
  record: CallLeg,
  request: CallRequest,
): void {
  const { number, appearance, call, subscription, isExclusive } = seizure;
  seizure.state = 'used';
  process.host.stop(RETRY + call);
  if (subscription === undefined) drop(process, seizure);
  else record.seizure = seizure;
  record.reportTo = process.environment.startCall(process.host, request);
  lineUse.begin(process, record, number, appearance, call, isExclusive);
}

/** The call on it has been heard of at the far end, or is over: it is the call's, not the subscription's. */
export function spent(process: DeviceProcess, record: CallLeg): void {
  const { seizure } = record;
  if (seizure === undefined) return;
  record.seizure = undefined;
  drop(process, seizure);
  if (seizure.subscription !== undefined)
    process.environment.userAgent.notify(seizure.subscription, { terminated: 'noresource' });
}

/** An INVITE that waits is no more. True: it waited for an appearance. */
export function abandoned(process: DeviceProcess, record: CallLeg): boolean {
  spent(process, record);
  const awaited = seizuresOf(process).filter(({ invite }) => invite?.record === record);
  for (const seizure of awaited) giveBack(process, seizure);
  return awaited.length > 0;
}

/** On-hook, or time is over. */
export function unsubscribed(process: DeviceProcess, subscription: Subscription<CallLeg>): void {
  const seizure = bySubscription(process, subscription);
  if (seizure === undefined) return;
  if (seizure.state === 'used') drop(process, seizure);
  else giveBack(process, seizure);
}

/** The phone uses what it has seized of that line for no call after all. */
export function release(process: DeviceProcess, line: string): void {
  for (const seizure of seizuresOf(process))
    if (seizure.number === line && seizure.state !== 'used' && seizure.invite === undefined)
      giveUp(process, seizure, 'released');
}

function giveUp(process: DeviceProcess, seizure: Seizure, cause: Cause): void {
  giveBack(process, seizure);
  const { subscription } = seizure;
  if (subscription === undefined) return;
  process.environment.userAgent.refuseSubscription(subscription, statusOf(cause));
  process.environment.userAgent.notify(subscription, { terminated: 'deactivated' });
}

/** The line has it again. An INVITE that waits for it would wait for ever. */
export function giveBack(process: DeviceProcess, seizure: Seizure): void {
  const { number, call, invite } = seizure;
  lose(process, seizure);
  const lcp = lcpOf(process, number);
  if (lcp !== undefined)
    process.host.tell(lcp, { type: 'callEnded', call, cause: 'caller gave up' });
  if (invite !== undefined) inviteRefused(process, seizure, invite, 'released');
}

function lose(process: DeviceProcess, seizure: Seizure): void {
  seizure.state = 'lost';
  drop(process, seizure);
}

function drop(process: DeviceProcess, { call }: Seizure): void {
  process.seizures?.delete(call);
  process.host.stop(RETRY + call);
}

function seizuresOf({ seizures }: DeviceProcess): Seizure[] {
  return seizures === undefined ? [] : [...seizures.values()];
}

function bySubscription(
  process: DeviceProcess,
  subscription: Subscription<CallLeg>,
): Seizure | undefined {
  return seizuresOf(process).find((each) => each.subscription === subscription);
}
