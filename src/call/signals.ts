/**
 * Everything call processes say to one another. Plain data: a signal may cross managers as JSON.
 *
 * `call` is always the id by which the *receiver* knows the call, so that two legs of different
 * calls can be joined (transfer) without either side learning a new id. Knows no SIP.
 */
import type { Pid } from '../process/pid.ts';
import type { AppearanceSignal, HeldCall, UseState } from './appearance-signals.ts';
import type { Answerer, Ending, Origin } from './call-record.ts';
import type { Cause } from './cause.ts';
import type { DepositSignal } from './deposit-signals.ts';
import type { Diversion } from './forwarding/diversion.ts';
import type { Forward } from './forwarding/forwarding.ts';
import type { SettingSignal } from './forwarding/setting-signals.ts';
import type { LineSignal, LocationSignal } from './line/line-signals.ts';
import type { ParkSignal } from './parking/park-signals.ts';
import type { PickupSignal } from './pickup-signals.ts';
import type { RefusalCode } from './refusal-codes.ts';
import type { DistributionSignal } from './replicated/distribution-signals.ts';
import type { LineLock, LockSignal } from './replicated/lock-signals.ts';
import type { GatewaySignal } from './routing/gateway-signals.ts';
import type { UpkeepSignal } from './upkeep-signals.ts';
import type { WatchSignal } from './watch-signals.ts';

/** Unique in the cluster: made by the device process in which the call began. */
export type CallId = string;

/** A body that passes through untouched, e.g. `application/sdp`. One octet per character. */
export type Media = { readonly type: string; readonly body: string };

/** A leg somewhere in the cluster: the device process that has it, and the id it knows it by. */
export type LegRef = { readonly pid: Pid; readonly call: CallId };

/** Who a phone shows: the number (or user part) to be called back, and a display name ('' if none). */
export type Party = { readonly number: string; readonly name: string };

/** A request to set up a call, from a device process to call control, and on to the called side. */
export type CallRequest = {
  readonly type: 'callRequest';
  readonly call: CallId;
  /** The calling leg: whom to speak to once the call stands. */
  readonly caller: LegRef;
  readonly from: Party;
  /** What was dialled. */
  readonly dialled: string;
  /** Absent when the called side is to make the offer (delayed offer, transfer). */
  readonly offer?: Media | undefined;
  /** The device on whose behalf and with whose rights the call is made; not rung itself. */
  readonly by: string;
  /** The line that causes it, whose rights come first: the one called from, or moving the call on. */
  readonly byLine?: string;
  /** The phone sends digit by digit: it has been told before that digits were missing. */
  readonly isOverlap?: true;
  /** What is dialled is a line's number, and leads there whatever anybody may dial: a parked call rings back. */
  readonly isDirect?: true;
  /** Hops left (RFC 3261 Max-Forwards): loops through gateways end here. */
  readonly hops: number;
  /** Whether the calling phone takes reliable provisional answers (RFC 3262). */
  readonly reliable: boolean;
  /** Who had the call transferred here, if anybody (RFC 3892). */
  readonly referredBy?: Party | undefined;
  /** Who has sent the call on, the first one first; absent: nobody. */
  readonly diversions?: readonly Diversion[] | undefined;
  /** How long the line is to ring before it counts as not answered; absent: as the directory says. */
  readonly patienceMs?: number | undefined;
  /** To a line's new process: for how long the one before has had the call on offer. */
  readonly offeredMs?: number;
  /** Put in by the line control process: the line that is rung, and the appearance (from 1) the call has there. */
  readonly line?: string;
  readonly appearance?: number;
  /**
   * Put in there when the device was asked for this call before and told to stop: how often. What the
   * device says of it has the same number, so that it is not taken for what it said before.
   */
  readonly attempt?: number;
  /** Put in there too: a phone nearer to the line's process rings as well, and its word is the first. */
  readonly isAccompanied?: boolean;
  /** Put in there for a phone that picks the call up: its leg, which has asked for that (`lineRetrieve`). */
  readonly pickup?: CallId;
  /** Put in there too: call control of the call, for when the line's process is no more. */
  readonly control?: Pid;
  /** Replicated mode: the lock under which the call is offered, for each of the line's processes to see. */
  readonly lock?: LineLock;
  /** Replicated mode: the members that ring first, in the first of the rounds that call control rings. */
  readonly members?: readonly string[];
  readonly round?: number;
  /** Put in by route list control: the number that the far end is to see as the caller's. */
  readonly callerId?: string;
  /** Put in by call control: what was dialled is an emergency number. Nobody refuses it for his own sake. */
  readonly isEmergency?: boolean;
  /** Who calls, when that is withheld: `from` is nobody then. For gateways that are trusted. */
  readonly asserted?: Party;
  /** For the call's record: where and when it began. Managers of an older release do not say. */
  readonly origin?: Origin | undefined;
};

/**
 * A call of a line as one of its device processes has it. 'answered': its phone has taken it, and the
 * caller has not acknowledged that; 'active': it has. 'own': the phone has begun it, or has only seized
 * its appearance. 'retrieving': the line has said that it may have the call (`lineRetrieved`), and it has not yet.
 */
export type MemberCall = {
  /** The id by which the line knows it. */
  readonly call: CallId;
  /** That of the phone's leg, where it is another: it has the call from another leg, or is about to. */
  readonly leg?: CallId;
  readonly appearance: number;
  /** The far party. */
  readonly from: Party;
  /** Absent: the call goes on without the call control that set it up. A member's own has none here. */
  readonly control?: Pid;
  /** Of a member's own: its own leg. */
  readonly caller: LegRef;
  readonly state: 'ringing' | 'answered' | 'active' | 'own' | 'retrieving';
  /** Of one that is 'active' or 'own': what the phone does with it. Absent: as the line knows it, else 'active'. */
  readonly use?: 'seized' | UseState;
  readonly isExclusive?: boolean;
  readonly joined?: CallId;
  /** Of one that is seized: how much longer it may be. */
  readonly leaseMs?: number;
};

export type CallSignal =
  | LineSignal
  | AppearanceSignal
  | LocationSignal
  | WatchSignal
  | LockSignal
  | DistributionSignal
  | GatewaySignal
  | ParkSignal
  | PickupSignal
  | UpkeepSignal
  | DepositSignal
  | SettingSignal
  | CallRequest
  /** Towards the caller: `from` is ringing. `answer` is early media's description, `reliable`: it wants callConfirmAlert. */
  | {
      readonly type: 'callAlert';
      readonly call: CallId;
      readonly from: LegRef;
      /** 'ringing' (180), 'progress' (183), 'forwarded' (181), 'queued' (182). */
      readonly kind: 'ringing' | 'progress' | 'forwarded' | 'queued';
      readonly media?: Media;
      readonly reliable: boolean;
      readonly attempt?: number;
      /** Others ring too, and nobody waits for this: the caller has heard, or will hear, of one of them. */
      readonly isFurther?: boolean;
    }
  /** From caller to the alerting leg: the reliable alert was confirmed, with an answer or a new offer perhaps (PRACK). */
  | { readonly type: 'callConfirmAlert'; readonly call: CallId; readonly media?: Media }
  /** Answer to a confirmation that carried an offer (200 to PRACK). */
  | { readonly type: 'callAlertConfirmed'; readonly call: CallId; readonly media?: Media }
  /** Towards the caller: `from` took the call. */
  | {
      readonly type: 'callProceed';
      readonly call: CallId;
      readonly from: LegRef;
      readonly media?: Media;
      /** Who answered, as the caller's display may show. */
      readonly party: Party;
      /** Put in by the line control process of a replicated line: whose device it is. */
      readonly member?: string;
      readonly attempt?: number;
      /** For the call's record. */
      readonly answerer?: Answerer;
    }
  /**
   * To line control process, and on to call control: `holder` has the call. From call control to a
   * process that is new to the line, from a device process that has taken it over from another, with its
   * device and whom it speaks to; of a replicated line on with its member.
   */
  | {
      readonly type: 'callHeld';
      readonly call: CallId;
      readonly holder: LegRef;
      readonly party: Party;
      readonly device?: string;
      readonly far?: Party;
      readonly member?: string;
    }
  /** To call control: `caller` has the place of its caller from now on (Replaces, transfer). */
  | {
      readonly type: 'callMoved';
      readonly call: CallId;
      readonly caller: LegRef;
      /** Who that is, and whom it speaks to. */
      readonly from: Party;
      readonly to: Party;
      /** For the call's record: who has joined the call by that; absent where nobody has. */
      readonly party?: Party;
      readonly how?: 'retrieved' | 'transferred';
    }
  /**
   * To call control from its caller, whose peer has transferred it: it speaks to `to` now. For the call's record, and
   * for who looks at it; and the call does not end with that peer any more.
   */
  | {
      readonly type: 'callTransferred';
      readonly call: CallId;
      readonly from: Party;
      readonly to: Party;
    }
  /** From caller to the answerer, always: the call stands; `media` is the answer to a delayed offer. */
  | { readonly type: 'callAcknowledge'; readonly call: CallId; readonly media?: Media }
  /** Towards the caller: not taken. `round`: of a replicated line's, nobody rings at the sender's in that one. */
  | {
      readonly type: 'callRefuse';
      readonly call: CallId;
      readonly cause: Cause;
      /** Of a refusal that has one. */
      readonly code?: RefusalCode;
      /** Where the phone that refuses wants the call instead (302). */
      readonly forward?: Forward;
      /** Put in by route list control: the gateway that was asked last. */
      readonly gateway?: string;
      readonly round?: number;
      readonly attempt?: number;
    }
  /** Towards the called side: stop ringing; or, when it had answered, hang up. */
  | { readonly type: 'callWithdraw'; readonly call: CallId; readonly cause: Cause }
  /**
   * Either leg of a standing call: over. `from`: the leg that ended, when another says it in its place (it died).
   * From a line control process, 'released': an administrator wants that leg to end, whatever its state.
   * `control`: of who leaves in the middle of the announced transfer that it has asked for, and had the caller's place in
   * that call: it is the other leg's, which says how that call ends, if the transfer comes to nothing at once.
   */
  | {
      readonly type: 'callRelease';
      readonly call: CallId;
      readonly cause: Cause;
      readonly from?: LegRef;
      readonly control?: LegRef;
    }
  /** Change the session (re-INVITE, UPDATE). No `media`: the other side is to make the offer. */
  | {
      readonly type: 'callModify';
      readonly call: CallId;
      readonly media?: Media;
      /** 'immediate' must be answered without asking the user (UPDATE). */
      readonly manner: 'negotiated' | 'immediate';
      /** The sender's phone holds the call, which is one of its line's. */
      readonly held?: HeldCall;
    }
  /** The phone that asked for a change thought better of it before it was answered. */
  | { readonly type: 'callModifyWithdraw'; readonly call: CallId }
  | { readonly type: 'callModified'; readonly call: CallId; readonly media?: Media }
  | {
      readonly type: 'callModifyRefused';
      readonly call: CallId;
      readonly cause: Cause;
    }
  /** Pass a message of the call's own through: DTMF, application data (INFO, MESSAGE). */
  | {
      readonly type: 'callConvey';
      readonly call: CallId;
      readonly kind: 'info' | 'message';
      readonly media?: Media;
      /** RFC 6086 Info-Package, '' if none. */
      readonly package: string;
    }
  | { readonly type: 'callConveyed'; readonly call: CallId; readonly cause?: Cause }
  /** To the leg that is to be moved: call `to` on behalf of `by`, whose leg hears how it goes. */
  | {
      readonly type: 'callTransfer';
      readonly call: CallId;
      readonly to: string;
      readonly by: string;
      /** The transferor's line, if it has one there. */
      readonly byLine?: string;
      readonly transferor: LegRef;
    }
  /** To the leg that is to be moved: speak with `to` from now on (attended transfer). */
  | {
      readonly type: 'callJoin';
      readonly call: CallId;
      readonly to: LegRef;
      readonly party: Party;
      readonly transferor: LegRef;
      /** The transferor's leg with `to`. */
      readonly giver?: LegRef;
      /** Call control of the transferor's call, which goes on for the moved leg. */
      readonly control?: LegRef;
    }
  /**
   * To the other leg of a join: `from` takes the place of your peer, which is `replaced`, or is refused because
   * another has it by now. Answered as a callModify, to `from`.
   */
  | {
      readonly type: 'callReplacePeer';
      readonly call: CallId;
      readonly from: LegRef;
      readonly replaced?: LegRef;
      /** Whom the leg speaks to then. */
      readonly party?: Party;
      /** Its peer has transferred it. */
      readonly isTransfer?: true;
      readonly media?: Media;
    }
  /** To a leg whose place another was about to take, from its peer: that one's phone has not, and the two have each other. */
  | { readonly type: 'callPutBack'; readonly call: CallId; readonly from: LegRef }
  /**
   * To a leg that is to be replaced by `from` (RFC 3891), or that is parked at `orbit`; answered by callTakenOver.
   * `answerer`: of one that is parked, for its call's record. `lineCall`: which of a line's calls is to be had, by the
   * line's word; a leg may be in two of them, its own and the one that it keeps for a lost holder.
   */
  | {
      readonly type: 'callTakeOver';
      readonly call: CallId;
      readonly from: LegRef;
      readonly by: string;
      readonly lineCall?: CallId;
      readonly orbit?: string;
      readonly answerer?: Answerer;
    }
  /**
   * What the replaced leg had: whom it spoke to, and who hears of its end. `line`: whose call it was, by which id;
   * another manager has another process of a replicated line.
   */
  | {
      readonly type: 'callTakenOver';
      readonly call: CallId;
      readonly peer: LegRef;
      readonly party: Party;
      readonly controls: readonly LegRef[];
      readonly line?: {
        readonly number: string;
        readonly call: CallId;
        /** A member has begun it. */
        readonly isOwn?: boolean;
      };
      /** How often the call has been held. */
      readonly holds?: number;
    }
  /**
   * To a leg of `by`'s phone, which gives that call away: `from`, another leg of it, has its own peer join
   * it (attended transfer). Answered by callGiven; callRelease ('transferred') follows when it is done.
   */
  | {
      readonly type: 'callGive';
      readonly call: CallId;
      readonly from: LegRef;
      readonly by: string;
    }
  /** Whom the peer is to speak to; or what to dial, because nobody has answered there; or why not. */
  | {
      readonly type: 'callGiven';
      readonly call: CallId;
      readonly peer?: LegRef;
      readonly party: Party;
      readonly cause?: Cause;
    }
  /**
   * To another manager's dialog finder: whose is that dialog, as the phone has it? `purpose`: RFC 3891 for
   * 'replace' and 'replace early'; 'give' is for the phone's own other call. Answered to `from`.
   */
  | {
      readonly type: 'dialogSeek';
      readonly callId: string;
      readonly localTag: string;
      readonly remoteTag: string;
      readonly purpose: 'replace' | 'replace early' | 'give';
      readonly from: LegRef;
    }
  /** `leg`: that one's. `cause`: it was there, but cannot be had. Neither: it is not known there. */
  | {
      readonly type: 'dialogSought';
      readonly call: CallId;
      readonly leg?: LegRef;
      readonly cause?: Cause;
    }
  /** To the transferor: how its transfer goes. The last one has a `cause` or `done`. 'failed' also to its other leg, which it was giving away. */
  | {
      readonly type: 'callTransferProgress';
      readonly call: CallId;
      readonly state: 'ringing' | 'done' | 'failed';
      readonly cause?: Cause;
      /** Done: the call is parked there. */
      readonly orbit?: string;
      /** The moved leg reports to the transferor's call control from now on. */
      readonly keptControl?: boolean;
    }
  /** From a device process to call control, and on to the line: this call's last leg ended. */
  | ({ readonly type: 'callEnded'; readonly call: CallId; readonly cause: Cause } & Ending);
