/** A leg as the user agent keeps it: what the device layer may read of it (`Leg`) and the rest. */
import type { Timer } from '../../base/timer-wheel.ts';
import type { Dialog } from '../dialog/dialog.ts';
import type { ClientSecret } from '../digest/challenge.ts';
import type { Hop } from '../hop.ts';
import type { Headers } from '../message/headers.ts';
import type { OutgoingRequest } from '../message/outgoing.ts';
import type { ClientTransaction } from '../transaction/client.ts';
import type { ServerTransaction } from '../transaction/server.ts';
import type { Acceptance } from './acceptance.ts';
import type { Timed, TransactionUser } from './agent.ts';
import type { AnswerOptions } from './called-leg.ts';
import type { FarCapabilities } from './capabilities.ts';
import type { Change } from './change.ts';
import type { Identity } from './events.ts';
import type { ExchangeRecord } from './exchange.ts';
import type { Body, Leg, LegState } from './leg.ts';
import type { Fork } from './provisional.ts';
import type { SessionTimer } from './session-timer.ts';
import type { SubscriptionRecord } from './subscription-record.ts';

/**
 * As caller: `inviting`, `early`, `answered` (their 2xx waits for our ACK), `confirmed`; or
 * `cancelling` (given up, the final answer is still out).
 *
 * As called: `invited`, `held` (answered by the owner; the 2xx waits for a PRACK), `answered` (our 2xx
 * waits for its ACK), `confirmed`; or `abandoned` (hung up, the BYE waits for the ACK: §15).
 *
 * Both: `leaving` (our BYE is out), `over`.
 */
export type Phase =
  | 'inviting'
  | 'early'
  | 'cancelling'
  | 'invited'
  | 'held'
  | 'answered'
  | 'abandoned'
  | 'confirmed'
  | 'leaving'
  | 'over';

const STATES: Readonly<Record<Phase, LegState>> = {
  inviting: 'inviting',
  early: 'early',
  cancelling: 'ended',
  invited: 'invited',
  held: 'invited',
  answered: 'answered',
  abandoned: 'ended',
  confirmed: 'confirmed',
  leaving: 'ended',
  over: 'ended',
};

const NO_TAGS: ReadonlySet<string> = new Set();

export class LegRecord<O> implements Leg<O> {
  readonly kind = 'leg';
  owner: O;
  readonly role: 'caller' | 'called';
  phase: Phase;
  /** When the far end last said anything in the dialog, and when it was asked whether it has it still. */
  heardAtMs = 0;
  auditedAtMs = Number.NEGATIVE_INFINITY;
  /** The dialog, or the first of the early ones. */
  dialog: Dialog;
  /** Early dialogs with something of their own: other tags, reliable provisional answers. */
  forks: Fork<O>[] | undefined;
  /** As called: the owner's name of the branch that `dialog` stands for, once it matters. */
  branch: string | undefined;

  allow: ReadonlySet<string> | undefined;
  supported: ReadonlySet<string> = NO_TAGS;
  userAgent = '';
  /** Whom admission took the far end for; undefined when nobody asked. */
  readonly identity: Identity | undefined;
  /** Where the far end was last heard. */
  heardFrom: string;

  /** Sequence number of the INVITE that made the dialog. */
  inviteCseq: number;
  /** As called: the INVITE, until its ACK. */
  received: ServerTransaction<TransactionUser<O>> | undefined;
  /** As caller: the INVITE, until its final answer; and what was sent, for another try. */
  sent: ClientTransaction<TransactionUser<O>> | undefined;
  outgoing: OutgoingRequest | undefined;
  /** As caller: whether the timer runs until anything is heard; and who we are if the far end asks. */
  isUnheard = false;
  silenceMs = 0;
  secret: ClientSecret | undefined;
  /** It is not asked for a session timer; one that it asks for by itself it has. */
  isUntimed = false;
  /** Whether its INVITE has been challenged. */
  hasProved = false;
  /** As caller: our offer, until the answer. */
  media: Body | undefined;
  /** Whether the INVITE carried an offer. */
  readonly offered: boolean;
  /** Whether the INVITE's offer has its answer (RFC 3264, RFC 6337): then UPDATE may carry a new one. */
  negotiated = false;
  /** Body of the ACK, for 2xx that come again; and the sequence number it belongs to. */
  ackBody: Body | undefined;
  ackCseq = 0;
  /** As called: the last provisional answer, repeated each minute; then the answer held back. */
  ringing = '';
  heldAnswer: AnswerOptions | undefined;
  /** As caller: dialogs of other phones that answered too, by To tag; each had its BYE. */
  strays: Map<string, Dialog> | undefined;

  /** By phase: patience, ringing again, giving up on a CANCEL, grace after a lost connection. */
  timer: Timer<Timed<O>> | undefined;
  /** Our 2xx that waits for an ACK, to INVITE or re-INVITE. */
  acceptance: Acceptance<O> | undefined;
  /** A re-INVITE or UPDATE under way. */
  change: Change<O> | undefined;
  /** One of ours that met another (491) and waits for its next try. */
  deferred: Change<O> | undefined;
  session: SessionTimer<O> | undefined;
  /** Requests inside the dialog that wait for the owner's answer. */
  exchanges: ExchangeRecord<O>[] | undefined;
  /** Implicit subscriptions (REFER) that live in this dialog, beyond the call if need be. */
  referrals: SubscriptionRecord<O>[] | undefined;
  /** How many there have been. */
  referralsMade = 0;
  /** Header lines for the BYE that is still to come, such as Reason. */
  farewell = '';

  constructor(
    role: 'caller' | 'called',
    owner: O,
    dialog: Dialog,
    inviteCseq: number,
    offered: boolean,
    identity: Identity | undefined,
    heardFrom: string,
  ) {
    this.role = role;
    this.owner = owner;
    this.phase = role === 'caller' ? 'inviting' : 'invited';
    this.dialog = dialog;
    this.identity = identity;
    this.heardFrom = heardFrom;
    this.inviteCseq = inviteCseq;
    this.offered = offered;
  }

  get state(): LegState {
    return STATES[this.phase];
  }

  get callId(): string {
    return this.dialog.callId;
  }

  get localTag(): string {
    return this.dialog.localTag;
  }

  get remoteTag(): string {
    return this.dialog.remoteTag;
  }

  get remoteTarget(): string {
    return this.phase === 'inviting' ? '' : this.dialog.remoteTarget;
  }

  get hop(): Hop {
    return this.dialog.hop;
  }

  /** Whether nothing more may be asked of it. */
  get isOver(): boolean {
    return STATES[this.phase] === 'ended';
  }

  /** Takes what the far end says of itself. */
  note(far: FarCapabilities, headers: Headers): void {
    this.allow = far.tokens(headers, 'Allow') ?? this.allow;
    this.supported = far.tokens(headers, 'Supported') ?? this.supported;
    const product = far.product(headers);
    if (product !== '') this.userAgent = product;
  }

  /** The dialog of these tags, early ones included. */
  dialogOf(localTag: string, remoteTag: string): Dialog | undefined {
    const { dialog, forks } = this;
    if (dialog.localTag === localTag && dialog.remoteTag === remoteTag) return dialog;
    return forks?.find(
      (fork) => fork.dialog.localTag === localTag && fork.dialog.remoteTag === remoteTag,
    )?.dialog;
  }
}
