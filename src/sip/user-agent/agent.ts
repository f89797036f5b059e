/** What the files of the user agent share: its surroundings, its tables, its limits. */

import type { Log } from '../../base/log.ts';
import { type Random, token } from '../../base/random.ts';
import { type Timer, TimerWheel } from '../../base/timer-wheel.ts';
import type { Hop } from '../hop.ts';
import type { SipRequest } from '../message/message.ts';
import { type ResponseOptions, respond } from '../message/serialize.ts';
import type { TransactionLayer } from '../transaction/layer.ts';
import type { ServerTransaction } from '../transaction/server.ts';
import { TIMER_VALUES, type TimerValues } from '../transaction/timers.ts';
import type { Acceptance } from './acceptance.ts';
import { FarCapabilities, linesFor, type OurLines } from './capabilities.ts';
import type { Change } from './change.ts';
import type { Conveyance } from './conveyance.ts';
import type { Identity, UserAgentEvent } from './events.ts';
import type { LegRecord } from './leg-record.ts';
import type { Confirmation, Fork } from './provisional.ts';
import type { PublicationRecord } from './publication-record.ts';
import type { Question } from './question.ts';
import { RecentlyEnded } from './replaces.ts';
import type { SessionTimer } from './session-timer.ts';
import type { SubscriptionRecord } from './subscription-record.ts';

/** What admission (directory, digest, source guard) says of a request. */
export type Admission =
  | { readonly type: 'admitted'; readonly identity: Identity }
  /** 401, 403, 404 …; `headers`: complete lines. */
  | { readonly type: 'answer'; readonly status: number; readonly headers: string }
  | { readonly type: 'drop' };

export type Admit = (request: SipRequest, source: Hop) => Admission;

/** REGISTER, admitted: what it is answered with at once. */
export type Register = (
  request: SipRequest,
  source: Hop,
  identity: Identity,
) => { readonly status: number; readonly headers: string };

/** How much may be under way at once; more is answered 503 with Retry-After. */
export type UserAgentLimits = {
  readonly legs: number;
  /** Legs that ring or wait for an answer, of either side. */
  readonly unanswered: number;
  /** Likewise publications. */
  readonly subscriptions: number;
};

export const USER_AGENT_LIMITS: UserAgentLimits = {
  legs: 100_000,
  unanswered: 20_000,
  subscriptions: 100_000,
};

export type UserAgentOptions<O> = {
  readonly layer: TransactionLayer<TransactionUser<O>>;
  readonly random: Random;
  readonly log: Log;
  readonly nowMs: number;
  /** Our Contact URI for that hop, e.g. `sip:192.0.2.1:5060;transport=tcp`. */
  readonly contact: (hop: Hop) => string;
  readonly admit: Admit;
  readonly register: Register;
  /** Whether others may have a dialog that is to be replaced and is not here; absent: nobody. */
  readonly hasPeers?: () => boolean;
  /** Event packages that may be subscribed to. */
  readonly allowEvents: readonly string[];
  /** Event packages that may be published; absent: none, and PUBLISH is not allowed. */
  readonly allowPublications?: readonly string[];
  /** Session timers (RFC 4028) that we ask for; absent: only if the far end does. */
  readonly sessionTimer?: SessionTimerOptions;
  /** Value of our User-Agent header. */
  readonly userAgent?: string;
  readonly limits?: UserAgentLimits;
  /** Subscriptions and publications for less than `minS` are refused (423), those for more than `maxS` shortened. */
  readonly subscriptionTimes?: { readonly minS: number; readonly maxS: number };
  /** T1 and T2: as the transaction layer's. */
  readonly timers?: TimerValues;
};

export type SessionTimerOptions = { readonly expiresS: number; readonly minSeS: number };

/** What hangs on transactions. Undefined: nobody cares what becomes of it. */
export type TransactionUser<O> =
  | LegRecord<O>
  | Change<O>
  | Conveyance<O>
  | Confirmation<O>
  | SubscriptionRecord<O>
  | Question
  | undefined;

/** What has a timer. */
export type Timed<O> =
  | LegRecord<O>
  | Acceptance<O>
  | Change<O>
  | Fork<O>
  | SessionTimer<O>
  | SubscriptionRecord<O>
  | PublicationRecord<O>;

export type Usage<O> = LegRecord<O> | SubscriptionRecord<O>;

/** 62 bits: nobody guesses the tag that admits to a dialog. */
const TAG_LENGTH = 12;
const CALL_ID_LENGTH = 24;
/** Seconds that a caller is asked to wait when we are full. */
const RETRY_AFTER_S = 5;

export class Agent<O> {
  readonly options: UserAgentOptions<O>;
  readonly layer: TransactionLayer<TransactionUser<O>>;
  readonly random: Random;
  readonly log: Log;
  readonly limits: UserAgentLimits;
  readonly events: UserAgentEvent<O>[] = [];
  /** Dialogs by our tag, which is ours alone to give. One with early dialogs stands under each of its tags. */
  readonly usages = new Map<string, Usage<O>>();
  /** By the entity-tag that names them next. */
  readonly publications = new Map<string, PublicationRecord<O>>();
  readonly far = new FarCapabilities();
  readonly ended = new RecentlyEnded();
  readonly t1Ms: number;
  readonly t2Ms: number;
  nowMs: number;
  legs = 0;
  unanswered = 0;
  subscriptions = 0;
  draining = false;
  readonly #wheel: TimerWheel<Timed<O>>;
  readonly #lines = new Map<string, OurLines>();

  constructor(options: UserAgentOptions<O>) {
    const { t1Ms, t2Ms } = options.timers ?? TIMER_VALUES;
    this.options = options;
    this.layer = options.layer;
    this.random = options.random;
    this.log = options.log;
    this.limits = options.limits ?? USER_AGENT_LIMITS;
    this.t1Ms = t1Ms;
    this.t2Ms = t2Ms;
    this.nowMs = options.nowMs;
    this.#wheel = new TimerWheel(options.nowMs);
  }

  emit(event: UserAgentEvent<O>): void {
    this.events.push(event);
  }

  newTag(): string {
    return token(this.random, TAG_LENGTH);
  }

  newCallId(): string {
    return token(this.random, CALL_ID_LENGTH);
  }

  /** Our header lines for what leaves by `hop`. */
  lines(hop: Hop): OurLines {
    const uri = this.options.contact(hop);
    const known = this.#lines.get(uri);
    if (known !== undefined) return known;
    const lines = linesFor(uri, this.options.userAgent ?? '');
    this.#lines.set(uri, lines);
    return lines;
  }

  /** Starts the timer of `owner`, or starts it anew. */
  startTimer(owner: Timed<O>, afterMs: number): void {
    if (owner.timer === undefined) owner.timer = this.#wheel.start(owner, afterMs);
    else this.#wheel.restart(owner.timer, afterMs);
  }

  stopTimer(owner: { timer: Timer<Timed<O>> | undefined } | undefined): void {
    if (owner?.timer !== undefined) this.#wheel.stop(owner.timer);
  }

  advance(nowMs: number, fire: (owner: Timed<O>) => void): void {
    if (nowMs > this.nowMs) this.nowMs = nowMs;
    this.#wheel.advance(nowMs, fire);
  }

  nextDueMs(): number {
    return this.#wheel.nextDueMs();
  }

  get timersRunning(): number {
    return this.#wheel.size;
  }

  /** Answers a request inside a dialog, or one that was admitted. */
  respond(
    transaction: ServerTransaction<TransactionUser<O>>,
    request: SipRequest,
    status: number,
    options?: ResponseOptions,
  ): void {
    this.layer.respond(transaction, status, respond(request, status, undefined, options));
  }

  /** Answers a request finally and leaves no state behind: for strangers, and refusals outside dialogs. */
  answerStatelessly(
    transaction: ServerTransaction<TransactionUser<O>>,
    request: SipRequest,
    status: number,
    headers = '',
  ): void {
    const toTag = this.layer.statelessTag(request);
    const text = respond(request, status, undefined, { toTag, headers });
    this.layer.respondStatelessly(transaction, text);
  }

  /** 503: one of our limits is reached. */
  refuseAsFull(transaction: ServerTransaction<TransactionUser<O>>, request: SipRequest): void {
    this.answerStatelessly(transaction, request, 503, `Retry-After: ${RETRY_AFTER_S}\r\n`);
  }
}
