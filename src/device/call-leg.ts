/**
 * One call as a device process sees it: its leg towards the phone, and whom it speaks to about it.
 *
 * `calling` legs were begun by the phone and report to a call control process; `called` legs were
 * offered by a line control process (or by call control itself, at a gateway) and report to that.
 */
import type { HeldCall } from '../call/appearance-signals.ts';
import type { CallAccount, Origin } from '../call/call-record.ts';
import type { CallId, CallRequest, CallSignal, LegRef, Media, Party } from '../call/signals.ts';
import type { Pid } from '../process/pid.ts';
import type { Exchange } from '../sip/user-agent/events.ts';
import type { Leg } from '../sip/user-agent/leg.ts';
import type { Subscription } from '../sip/user-agent/subscription.ts';
import type { Former } from './change-over.ts';
import type { DeviceProcess } from './device-process.ts';
import type { Search } from './dialog-search.ts';
import type { Parking } from './parking.ts';
import type { GroupPickup } from './sharing/group-pickup.ts';
import type { Holding } from './sharing/keeping.ts';
import type { LineUse } from './sharing/line-use.ts';
import type { PickedBy } from './sharing/next-pickup.ts';
import type { Retrieval } from './sharing/retrieval.ts';
import type { Seizure } from './sharing/seizures.ts';

/** A change of the session that is under way, by who began it. */
export type Change =
  /** The phone asked (re-INVITE, UPDATE); the peer has not answered yet. `withdrawn`: it needs not (CANCEL). */
  | { readonly by: 'phone'; readonly withdrawn: boolean }
  /**
   * `peer` asked. `offered`: the phone got an offer, else it makes one and `peer` has to answer it.
   * `replacing`: who that is, if `peer` takes the place of this leg's peer when the change stands.
   */
  | {
      readonly by: 'peer';
      readonly peer: LegRef;
      readonly offered: boolean;
      readonly replacing: Party | undefined;
      /** What `peer` says of its own phone's hold. */
      readonly held?: HeldCall;
      /** What the phone offered when it was asked to, until that is answered. */
      readonly offer?: Media;
      /** Nobody wants it any more, and the phone has not answered yet. */
      readonly isVain?: true;
      /** `peer` has that place since the leg's peer has transferred it. */
      readonly isTransfer?: true;
    }
  /** `to` was asked for an offer, with which this phone is to be joined to it. */
  | {
      readonly by: 'join';
      readonly to: LegRef;
      readonly transferor: LegRef | undefined;
      /** Call control that goes on for the moved leg, if the transferor has one to give. */
      readonly control: LegRef | undefined;
      /** The transferor's other leg, whose peer `to` is: announced transfers. */
      readonly giver?: LegRef;
    }
  /** The phone was sent `to`'s offer; its answer goes there, and `to` is its peer from then on. */
  | {
      readonly by: 'move';
      readonly to: LegRef;
      readonly transferor: LegRef | undefined;
      readonly control: LegRef | undefined;
      readonly giver?: LegRef;
    }
  /**
   * This new leg takes the place of `replaced` (Replaces), which hands over its peer, and that one is asked
   * to change over. Undefined: that leg is being looked for. `isVain`: the phone has given up meanwhile.
   * `isAnswered`: the peer has changed over, and the phone is to acknowledge its 2xx; then the replaced leg is let go.
   */
  | {
      readonly by: 'take-over';
      readonly replaced: LegRef | undefined;
      /** The phone has dialled that orbit. */
      readonly orbit?: string;
      readonly offer?: Media;
      readonly isVain?: true;
      readonly isAnswered?: true;
      /** A member of the line has begun the call. */
      readonly isOwn?: true;
      /** Whose the replaced leg's call is, and its id there. */
      readonly line?: { readonly number: string; readonly call: CallId };
    }
  /**
   * The phone picks a ringing call up, and its INVITE has been answered: without media yet, and `offer` is the
   * caller's, which the phone is sent next; or with the caller's, for which its acknowledgement has the answer.
   */
  | { readonly by: 'pickup'; readonly offer?: Media }
  /** The call that the phone was about to have is another's: the next one is asked for when what it does is done. */
  | { readonly by: 'next pickup' }
  /** The phone dials digit by digit from `line`: a service that more digits may follow. */
  | { readonly by: 'digits'; readonly line: string; readonly offer?: Media }
  /** The phone has dialled a code that sets something for its line. */
  | { readonly by: 'setting'; readonly offer?: Media }
  /** The leg is parked: its phone was asked for an offer, to be put on hold. */
  | { readonly by: 'park' };

/** A transfer of this leg's peer that its phone asked for (REFER); `consultation` is its other call's leg. */
export type Transfer = {
  readonly subscription: Subscription<CallLeg>;
  readonly consultation: LegRef | undefined;
};

/** A REFER that names the phone's other call, whose leg `giver` is asked for it; undefined: is looked for. */
export type Referral = { readonly exchange: Exchange; readonly giver: LegRef | undefined };

/** This leg is being moved by `transferor`: `control` sets up a call under `call` for it (blind). None: it is parked, and rings back. */
export type Move = {
  readonly transferor: LegRef | undefined;
  /** The transferor's line and device. */
  readonly line: string | undefined;
  readonly by: string;
  readonly call: CallId;
  readonly control: Pid;
  /** Whether the transferor has been told that it rings; a line of many need not tell it many times. */
  readonly hasRung: boolean;
};

export type CallLeg = {
  readonly process: DeviceProcess;
  /** The id under which others know this leg; a moved leg is known by that of its new call as well. */
  readonly call: CallId;
  role: 'calling' | 'called';
  /** Set as soon as the user agent has made it. */
  leg: Leg<CallLeg> | undefined;
  /** Call control or line control process that is told how the call goes; undefined once handed on. */
  reportTo: Pid | undefined;
  /**
   * Who else hears of the end, each with the id that it knows the call by: call control that came with a
   * transfer, and all that a leg which was taken over reported to.
   */
  controls: readonly LegRef[];
  /** The other leg, once known: the caller's, or that of who alerts or answered. */
  peer: LegRef | undefined;
  /** Whom it spoke to before that one took its place. */
  formerPeer: LegRef | undefined;
  /** What it had with that one, until its peer's phone has the call. */
  unsure: Former | undefined;
  /** This leg's own party, as others see it. */
  readonly self: Party;
  /** The far party, for displays. */
  party: Party;
  /** The number dialled, or the line's. */
  readonly number: string;
  /** The line that offered the call, and its place there; undefined when no line did. */
  readonly line: { readonly number: string; readonly appearance: number } | undefined;
  /** The call of a shared line that this leg is part of; undefined as long as the line needs not be told of it. */
  use: LineUse | undefined;
  /** Its peer holds the call, which is one of a shared line's. */
  holding: Holding | undefined;
  /** It is parked, or is about to be. */
  parking: Parking | undefined;
  /** It was begun to have a call of the phone's line that is held, or rings. */
  retrieval: Retrieval | undefined;
  /** It was begun to have a call that rings in a pickup group, whichever that is. */
  groupPickup: GroupPickup | undefined;
  /** Of a called leg whose phone has asked for the call: how it has. */
  pickedBy: PickedBy | undefined;
  /** What its phone had seized before it dialled, until the far end is heard of. */
  seizure: Seizure | undefined;
  /** Call control of a call that a line offered, as long as it answers for this leg. */
  control: Pid | undefined;
  /** Which turn of this device it is in the line's offer (0: the first): said with what is said of it. */
  readonly attempt: number;
  /** Its line has a phone ring that is nearer. */
  readonly isAccompanied: boolean;
  /** That the phone rings, as it was said: a line's next process may have to hear it again. */
  alerted: Extract<CallSignal, { type: 'callAlert' }> | undefined;
  /** What was said when the phone took the call, until the caller has acknowledged it. */
  unacknowledged: Extract<CallSignal, { type: 'callProceed' }> | undefined;
  phase: 'offered' | 'talking' | 'over';
  /** Whether the INVITE carried the offer (else the 2xx does and the ACK answers it). */
  readonly offered: boolean;
  change: Change | undefined;
  transfer: Transfer | undefined;
  referral: Referral | undefined;
  /** A dialog that other managers are asked for, because an INVITE or a REFER of this leg's phone names it. */
  search: Search | undefined;
  move: Move | undefined;
  /** The leg that takes this one's place (Replaces); this leg's peer is its business from then on. */
  takenBy: LegRef | undefined;
  /** The leg of the same phone that transfers its peer to this one's. */
  givenTo: LegRef | undefined;
  /** Requests of the phone that wait for the peer's word, oldest first. */
  readonly exchanges: Exchange[];
  /** Of a called leg: an emergency, whose session descriptions are nobody's to refuse. */
  readonly isEmergency: boolean;
  /** When the phone was last told that somebody rings; a line of sixteen need not tell it sixteen times. */
  alertedAtMs: number;
  /** Of a call to a gateway: whether anything but failure has been heard there. */
  hasSpoken: boolean;
  /** Whether who alerts waits for the caller's word (callConfirmAlert), or has had ours. */
  alertWaits: boolean;
  /** A PRACK with an offer that waits for the alerting side's answer. */
  confirming: Exchange | undefined;
  /** Monotonic milliseconds; of a called leg also when its phone rang first and took the call, 0: it has not. */
  readonly sinceMs: number;
  rangMs: number;
  tookMs: number;
  /** How often either side has held the call. */
  holds: number;
  /** Who does now: 1 its phone, 2 the peer. */
  heldBy: number;
  /** Of a called leg: where the call began, who called, and on whose behalf. */
  readonly origin: Origin | undefined;
  readonly caller: Party | undefined;
  readonly by: string | undefined;
  /** Who accounts for the call that this leg is in; with `account` it is the leg itself, that one being no more. */
  accountedBy: LegRef | undefined;
  account: CallAccount | undefined;
  /** When it left that call, in which it was transferred; undefined: it is in it. */
  leftMs: number | undefined;
};

/** Records of a called leg begin with its request. */
export function calledLeg(
  process: DeviceProcess,
  request: CallRequest,
  from: Pid,
  nowMs: number,
): CallLeg {
  return {
    process,
    call: request.call,
    role: 'called',
    leg: undefined,
    reportTo: from,
    controls: [],
    peer: request.caller,
    formerPeer: undefined,
    unsure: undefined,
    self: process.party,
    party: request.from,
    number: request.dialled,
    line: lineOf(request),
    use: undefined,
    holding: undefined,
    parking: undefined,
    retrieval: undefined,
    groupPickup: undefined,
    pickedBy: undefined,
    seizure: undefined,
    control: request.control,
    attempt: request.attempt ?? 0,
    isAccompanied: request.isAccompanied ?? false,
    alerted: undefined,
    unacknowledged: undefined,
    phase: 'offered',
    offered: request.offer !== undefined,
    change: undefined,
    transfer: undefined,
    referral: undefined,
    search: undefined,
    move: undefined,
    takenBy: undefined,
    givenTo: undefined,
    exchanges: [],
    isEmergency: request.isEmergency ?? false,
    alertedAtMs: Number.NEGATIVE_INFINITY,
    hasSpoken: false,
    alertWaits: false,
    confirming: undefined,
    sinceMs: nowMs,
    rangMs: 0,
    tookMs: 0,
    holds: 0,
    heldBy: 0,
    origin: request.origin,
    caller: request.asserted ?? request.from,
    by: request.by,
    accountedBy: request.control && { pid: request.control, call: request.call },
    account: undefined,
    leftMs: undefined,
  };
}

/** Whether it is not settled yet, for all that is known here, who speaks with whom. */
export function isUndecided({ phase, unacknowledged }: CallLeg): boolean {
  return phase === 'offered' || (phase === 'talking' && unacknowledged !== undefined);
}

function lineOf({ line, appearance }: CallRequest): CallLeg['line'] {
  return line === undefined || appearance === undefined ? undefined : { number: line, appearance };
}

export function callingLeg(
  process: DeviceProcess,
  call: CallId,
  leg: Leg<CallLeg>,
  self: Party,
  number: string,
  offered: boolean,
  nowMs: number,
): CallLeg {
  return {
    process,
    call,
    role: 'calling',
    leg,
    reportTo: undefined,
    controls: [],
    peer: undefined,
    formerPeer: undefined,
    unsure: undefined,
    self,
    party: { number, name: '' },
    number,
    line: undefined,
    use: undefined,
    holding: undefined,
    parking: undefined,
    retrieval: undefined,
    groupPickup: undefined,
    pickedBy: undefined,
    seizure: undefined,
    control: undefined,
    attempt: 0,
    isAccompanied: false,
    alerted: undefined,
    unacknowledged: undefined,
    phase: 'offered',
    offered,
    change: undefined,
    transfer: undefined,
    referral: undefined,
    search: undefined,
    move: undefined,
    takenBy: undefined,
    givenTo: undefined,
    exchanges: [],
    isEmergency: false,
    alertedAtMs: Number.NEGATIVE_INFINITY,
    hasSpoken: false,
    alertWaits: false,
    confirming: undefined,
    sinceMs: nowMs,
    rangMs: 0,
    tookMs: 0,
    holds: 0,
    heldBy: 0,
    origin: undefined,
    caller: undefined,
    by: undefined,
    accountedBy: undefined,
    account: undefined,
    leftMs: undefined,
  };
}

/** As the signals about a leg's offer have it. */
export function attemptOf({ attempt = 0 }: { readonly attempt?: number }): { attempt?: number } {
  return attempt === 0 ? NO_ATTEMPT : { attempt };
}

const NO_ATTEMPT: { attempt?: number } = {};
