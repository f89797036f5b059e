/**
 * Legs that call us: RFC 3261 §13.3, §9.2, §15. Their INVITE, our provisional and final answers, and
 * the ACK to the 2xx. Whether the INVITE is to be let in at all is `admission.ts`' business.
 */
import type { Dialog } from '../dialog/dialog.ts';
import { acceptDialog } from '../dialog/dialog.ts';
import type { Hop } from '../hop.ts';
import type { SipRequest } from '../message/message.ts';
import { respond } from '../message/serialize.ts';
import type { ServerTransaction } from '../transaction/server.ts';
import { accept, stopRepeating } from './acceptance.ts';
import type { Agent, TransactionUser } from './agent.ts';
import { sessionOf, withMedia } from './body.ts';
import { forget, leave, letGo, refuse, terminate } from './ending.ts';
import type { Identity } from './events.ts';
import type { Body } from './leg.ts';
import { LegRecord } from './leg-record.ts';
import {
  dialogOfBranch,
  type Fork,
  holdsAnswer,
  progressReliably,
  receivePrack,
  repeatReliable,
  sendsReliably,
} from './provisional.ts';
import type { Replaced } from './replaces.ts';
import { agreeAsServer, noteDescribed } from './session-timer.ts';
import { changeAcknowledged } from './their-change.ts';

type Received<O> = ServerTransaction<TransactionUser<O>>;

/** RFC 3261 §13.3.1.1: proxies give up on what says nothing for three minutes. */
const RINGING_AGAIN_MS = 60_000;

export type ProgressOptions = {
  readonly media?: Body;
  readonly reliable?: boolean;
  readonly headers?: string;
  readonly fork?: string;
};

export type AnswerOptions = {
  readonly media?: Body;
  readonly headers?: string;
  readonly fork?: string;
};

/** Makes a leg of an INVITE that was let in, and tells of it. False: its Contact or Record-Route will not do. */
export function receiveInvite<O>(
  agent: Agent<O>,
  request: SipRequest,
  source: Hop,
  transaction: Received<O>,
  identity: Identity,
  replaced: Exclude<Replaced<O>, { readonly type: 'refused' }>,
): boolean {
  const dialog = acceptDialog(request, source, agent.newTag());
  if (dialog === undefined) return false;
  const media = sessionOf(request);
  // The owner takes the leg when it hears of it; until then nobody asks whose it is.
  const nobody = undefined as O;
  const leg = new LegRecord<O>(
    'called',
    nobody,
    dialog,
    request.cseq,
    media !== undefined,
    identity,
    source.address,
  );
  leg.received = transaction;
  transaction.user = leg;
  leg.note(agent.far, request.headers);
  agent.usages.set(dialog.localTag, leg);
  agent.legs++;
  agent.unanswered++;
  const invited = { type: 'invited', leg, request, source, identity, ...withMedia(media) } as const;
  switch (replaced.type) {
    case 'none':
      agent.emit(invited);
      break;
    case 'leg':
      agent.emit({ ...invited, replaces: replaced.leg });
      break;
    case 'elsewhere':
      agent.emit({ ...invited, sought: replaced.dialog });
      break;
  }
  return true;
}

/** A provisional answer, 101-199. */
export function progress<O>(
  agent: Agent<O>,
  leg: LegRecord<O>,
  status: number,
  options: ProgressOptions,
): void {
  const { received } = leg;
  if (leg.phase !== 'invited' || received?.request === undefined) return;
  const { request } = received;
  const { media, headers = '', reliable = false, fork = '' } = options;
  // Only what a telephone says about media has to be told apart from what another one says.
  const dialog = media === undefined ? leg.dialog : dialogOfBranch(agent, leg, fork);
  if (sendsReliably(agent, leg, request, reliable)) {
    return progressReliably(agent, leg, dialog, { status, media, headers });
  }
  leg.ringing = respond(request, status, undefined, {
    toTag: dialog.localTag,
    headers: agent.lines(dialog.hop).full + headers,
    ...(media === undefined ? {} : { contentType: media.type, body: media.body }),
  });
  agent.layer.respond(received, status, leg.ringing);
  agent.startTimer(leg, RINGING_AGAIN_MS);
}

/** A minute of ringing: said again. */
export function ringAgain<O>(agent: Agent<O>, leg: LegRecord<O>): void {
  if (leg.received === undefined || leg.ringing === '') return;
  agent.layer.respond(leg.received, 180, leg.ringing);
  agent.startTimer(leg, RINGING_AGAIN_MS);
}

/** Takes the call; the 2xx leaves when no PRACK is due that it has to wait for. */
export function answer<O>(agent: Agent<O>, leg: LegRecord<O>, options: AnswerOptions): void {
  if (leg.phase !== 'invited') return;
  const dialog = dialogOfAnswer(agent, leg, options.fork);
  if (holdsAnswer(leg, dialog)) {
    leg.phase = 'held';
    leg.heldAnswer = options;
    return;
  }
  sendAnswer(agent, leg, dialog, options);
}

function dialogOfAnswer<O>(agent: Agent<O>, leg: LegRecord<O>, fork: string | undefined): Dialog {
  return fork === undefined ? leg.dialog : dialogOfBranch(agent, leg, fork);
}

function sendAnswer<O>(
  agent: Agent<O>,
  leg: LegRecord<O>,
  dialog: Dialog,
  options: AnswerOptions,
): void {
  const { received } = leg;
  if (received?.request === undefined) return;
  const { request } = received;
  const { media, headers = '' } = options;
  keepOnly(agent, leg, dialog);
  leg.phase = 'answered';
  agent.unanswered--;
  const session = agreeAsServer(agent, leg, request);
  if (media !== undefined && leg.offered) leg.negotiated = true;
  noteDescribed(leg, media);
  const text = respond(request, 200, undefined, {
    toTag: dialog.localTag,
    headers: agent.lines(dialog.hop).full + session + headers,
    ...(media === undefined ? {} : { contentType: media.type, body: media.body }),
  });
  accept(agent, leg, received, leg.inviteCseq, text);
}

/** The early dialogs of the telephones that did not answer are no more. */
function keepOnly<O>(agent: Agent<O>, leg: LegRecord<O>, dialog: Dialog): void {
  agent.stopTimer(leg);
  leg.ringing = '';
  leg.heldAnswer = undefined;
  const first = leg.dialog;
  leg.dialog = dialog;
  if (first !== dialog) agent.usages.delete(first.localTag);
  if (leg.forks === undefined) return;
  let kept: Fork<O> | undefined;
  for (const fork of leg.forks) {
    if (fork.dialog === dialog) kept = fork;
    else {
      agent.stopTimer(fork);
      agent.usages.delete(fork.dialog.localTag);
    }
  }
  // What is out and unconfirmed is not repeated any more, but its PRACK may still come (RFC 3262 §3).
  agent.stopTimer(kept);
  kept?.waiting.splice(0);
  leg.forks = kept?.unconfirmed === undefined ? undefined : [kept];
}

/** PRACK; it may be what the answer was held back for. */
export function receiveConfirmation<O>(
  agent: Agent<O>,
  leg: LegRecord<O>,
  dialog: Dialog,
  request: SipRequest,
  transaction: Received<O>,
): void {
  receivePrack(agent, leg, dialog, request, transaction);
  const { heldAnswer } = leg;
  if (leg.phase !== 'held' || heldAnswer === undefined) return;
  const chosen = dialogOfAnswer(agent, leg, heldAnswer.fork);
  if (!holdsAnswer(leg, chosen)) sendAnswer(agent, leg, chosen, heldAnswer);
}

/** A reliable provisional answer's timer has run out. */
export function loseConfirmation<O>(agent: Agent<O>, fork: Fork<O>): void {
  const { leg } = fork;
  if (!repeatReliable(agent, fork)) return;
  // RFC 3262 §3: nobody is there who takes it; a 5xx ends the INVITE.
  agent.emit({ type: 'ended', leg, why: 'no ack' });
  refuse(agent, leg, 504, '');
}

/** CANCEL of the INVITE (§9.2). */
export function receiveCancel<O>(agent: Agent<O>, leg: LegRecord<O>, request: SipRequest): void {
  if (leg.phase !== 'invited' && leg.phase !== 'held') return;
  agent.emit({ type: 'cancelled', leg, request });
  refuse(agent, leg, 487, '');
}

/** ACK to a 2xx of ours, to INVITE or re-INVITE. */
export function receiveAck<O>(agent: Agent<O>, leg: LegRecord<O>, request: SipRequest): void {
  // Without one that waits it is a repetition.
  if (leg.acceptance?.cseq !== request.cseq) return;
  if (leg.change?.state === 'accepted') return changeAcknowledged(agent, leg, request);
  stopRepeating(agent, leg);
  letGo(leg);
  if (leg.phase === 'abandoned') return leave(agent, leg, leg.farewell);
  leg.phase = 'confirmed';
  leg.negotiated = true;
  agent.emit({ type: 'acknowledged', leg, ...withMedia(sessionOf(request)) });
}

/** No ACK in all the time there was (§13.3.1.4). */
export function loseAcknowledgement<O>(agent: Agent<O>, leg: LegRecord<O>): void {
  stopRepeating(agent, leg);
  letGo(leg);
  if (leg.phase === 'abandoned') leave(agent, leg, leg.farewell);
  else terminate(agent, leg, 'no ack');
}

/** Our answer could not be delivered: the connection is gone. */
export function answerFailed<O>(
  agent: Agent<O>,
  leg: LegRecord<O>,
  transaction: Received<O>,
): void {
  if (leg.received !== transaction) return;
  switch (leg.phase) {
    case 'invited':
    case 'held':
      agent.emit({ type: 'ended', leg, why: 'transport' });
      return refuse(agent, leg, 480, '');
    case 'abandoned':
      return forget(agent, leg);
    default:
    // A 2xx is repeated, and may find a connection that its ACK comes by; or it runs out.
  }
}
