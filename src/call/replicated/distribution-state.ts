/**
 * What call control knows of a call to a replicated line, in each of its states; and what all of them
 * do: ask one of the line's processes after another for the line's lock, and speak to the caller.
 */
import { type Home, isGone, type Pid } from '../../process/pid.ts';
import type { Cause } from '../cause.ts';
import type { Line } from '../directory.ts';
import { EXIT, type Out, tell } from '../effects.ts';
import type { Diverting } from '../forwarding/diverting.ts';
import type { Forward, Forwards } from '../forwarding/forwarding.ts';
import type { OfferTimer } from '../line/line-control.ts';
import type { Plan } from '../line/offering-plan.ts';
import type { CallRequest, CallSignal, LegRef } from '../signals.ts';
import type { LineLock } from './lock-signals.ts';

export type Signal<T extends CallSignal['type']> = Extract<CallSignal, { type: T }>;

/** Who is asked for the line's lock: the first of `lcps`; the others when that one cannot. Never empty. */
export type Asking = { readonly lcps: Pid[]; readonly operation: string };

/** The line's lock is asked for. */
export type Locking = {
  readonly state: 'locking';
  readonly request: CallRequest;
  readonly line: Line;
  readonly forwards: Forwards | undefined;
  asking: Asking;
  /** Times that it was asked for. */
  tries: number;
  /** Processes of the line that have heard of the call, and want to know what becomes of it. */
  readonly followers: Pid[];
};

/** The call is at the line's processes. */
export type Distributing = {
  readonly state: 'distributing';
  /** As it is said to them; its lock, members and round are the present ones. */
  request: CallRequest & { readonly lock: LineLock; readonly appearance: number };
  readonly line: Line;
  readonly forwards: Forwards | undefined;
  readonly plan: Plan;
  /** The line's processes that know of the call. */
  lcps: Pid[];
  /** Those of them that have not said that nobody rings there. Empty: the next round is due. */
  ringing: Pid[];
  step: number;
  stage: number;
  /** The weightiest refusal so far. */
  cause: Cause;
  /** Where the first phone that wanted that wants the call instead. */
  forward: Forward | undefined;
  isRinging: boolean;
  readonly armed: OfferTimer[];
  /** The process that held the lock is gone: another one is asked. */
  asking: Asking | undefined;
  tries: number;
};

/** Somebody has it. */
export type Distributed = {
  readonly state: 'distributed';
  /** As the line's processes were told last. */
  taken: Signal<'callTaken'>;
  request: Pick<CallRequest, 'call' | 'caller'>;
  holder: LegRef;
  /** The holder has transferred the caller, and the call goes on without it. */
  isTransferred?: boolean;
  /** Who hears of the end; empty: the call is the line's no more, e.g. its holder was transferred away. */
  lcps: Pid[];
  isTheLines: boolean;
};

export type Distribution =
  | Locking
  | Distributing
  | Distributed
  | Diverting
  | { readonly state: 'over' };

const OVER = { state: 'over' } as const;
/** Of a call's state: its offer. */
export const FIRST_VERSION = 1;
/** A line of which one process after another goes in the middle of its lock is given up. */
const TRIES_MAX = 4;

/** Asks the first of those that are left for the lock. False: there are none. */
export function ask(call: Locking | Distributing, out: Out): boolean {
  const lcp = call.asking?.lcps[0];
  if (call.asking === undefined || lcp === undefined || call.tries >= TRIES_MAX) return false;
  const { call: id } = call.request;
  // An operation that was under way at somebody who is gone is another one.
  const operation = `${id}.${++call.tries}`;
  call.asking = { lcps: call.asking.lcps, operation };
  const { number } = call.line;
  out.push(tell(lcp, { type: 'lineLock', number, call: id, operation, kind: 'offer' }));
  return true;
}

export function isAsked(call: Locking | Distributing, from: Pid, operation: string): boolean {
  const { asking } = call;
  return asking?.lcps[0] === from && asking.operation === operation;
}

/** Of those who can be asked, somebody is gone. False: there is nobody left. */
export function loseAsked(call: Locking | Distributing, gone: Pid | Home, out: Out): boolean {
  const { asking } = call;
  if (asking === undefined) return true;
  const [asked] = asking.lcps;
  const lcps = asking.lcps.filter((pid) => !isGone(pid, gone));
  call.asking = { ...asking, lcps };
  return lcps[0] === asked || ask(call, out);
}

/** The lock that is asked for, if one is, is not wanted any more. */
export function sayUnlock({ request, line, asking }: Locking | Distributing, out: Out): void {
  const [asked] = asking?.lcps ?? [];
  if (asking === undefined || asked === undefined) return;
  const { call } = request;
  const { number } = line;
  out.push(tell(asked, { type: 'lineUnlock', number, call, operation: asking.operation }));
}

/**
 * The lock came from somebody who is not asked any more: it seemed not to hear, and did. It would keep the
 * lock for a while and the call's number for longer.
 */
export function giveBack(from: Pid, { number, call, lock }: Signal<'lineLocked'>, out: Out): void {
  out.push(tell(from, { type: 'lineUnlock', number, call, operation: lock.operation }));
}

export function exit(out: Out): Distribution {
  out.push(EXIT);
  return OVER;
}

/** The caller may know the call by another id than we do: its leg was moved here. */
export function tellCaller(
  { caller: { pid, call } }: CallRequest,
  signal: Signal<'callAlert' | 'callProceed'>,
  out: Out,
): void {
  out.push(tell(pid, signal.call === call ? signal : { ...signal, call }));
}

export function withdrawLeg(to: LegRef, cause: Cause, out: Out): void {
  out.push(tell(to.pid, { type: 'callWithdraw', call: to.call, cause }));
}
