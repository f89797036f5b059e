/**
 * Legs that we call: RFC 3261 §13.2, §9.1, RFC 6026 §8. Our INVITE, what answers it (from several
 * telephones perhaps, when it forked), and its ACK.
 */

import { type Dialog, openDialog } from '../dialog/dialog.ts';
import type { Hop } from '../hop.ts';
import type { SipResponse } from '../message/message.ts';
import type { OutgoingRequest } from '../message/outgoing.ts';
import type { Agent } from './agent.ts';
import { contentLines, detachBody, sessionOf, withMedia } from './body.ts';
import { requestLines } from './capabilities.ts';
import { forget, giveUp, leave, left, sendAck } from './ending.ts';
import type { Body, InviteOrder } from './leg.ts';
import { LegRecord } from './leg-record.ts';
import { proofFor } from './proof.ts';
import { dialogOfProvisional, receiveReliable } from './provisional.ts';
import { agreeAsClient, noteDescribed, readMinSe, sessionLines } from './session-timer.ts';

/** Telephones beyond the first that may answer one INVITE; each is hung up. */
const STRAYS_MAX = 64;

/** Sends the INVITE. */
export function invite<O>(agent: Agent<O>, order: InviteOrder, owner: O): LegRecord<O> {
  const { media, hop, maxForwards, from, to, uri, routes } = order;
  const opening = {
    callId: agent.newCallId(),
    localTag: agent.newTag(),
    from,
    to,
    uri,
    hop,
    routes,
  };
  const { reliable, withoutSessionTimer: isUntimed = false } = order;
  const ours = requestLines(agent.lines(hop), reliable, !isUntimed);
  const timer = isUntimed ? '' : sessionLines(agent, 0);
  const headers = `${timer}${ours}${order.headers}${contentLines(media)}`;
  const body = media?.body ?? '';
  const { dialog, request } = openDialog(opening, 'INVITE', maxForwards, headers, body);
  const { identity } = order;
  const leg = new LegRecord('caller', owner, dialog, 1, media !== undefined, identity, hop.address);
  agent.legs++;
  agent.unanswered++;
  agent.usages.set(dialog.localTag, leg);
  if (agent.legs > agent.limits.legs || agent.unanswered > agent.limits.unanswered) {
    agent.emit({ type: 'refused', leg, status: 503 });
    forget(agent, leg);
    return leg;
  }
  leg.outgoing = request;
  leg.media = media;
  leg.sent = agent.layer.request(request, hop, leg);
  leg.secret = order.secret;
  leg.isUntimed = isUntimed;
  if (order.silenceMs !== undefined) {
    leg.silenceMs = order.silenceMs;
    listen(agent, leg);
  } else if (order.patienceMs > 0) agent.startTimer(leg, order.patienceMs);
  return leg;
}

/** The owner's patience with a telephone that does not answer is over. */
export function loseCallerPatience<O>(agent: Agent<O>, leg: LegRecord<O>): void {
  agent.emit({ type: 'refused', leg, status: 408 });
  giveUp(agent, leg, '');
}

/** The telephone may have been switched off and on while it rang. If it rings anew, that is another early dialog. */
export function remind<O>(agent: Agent<O>, leg: LegRecord<O>, hop: Hop): void {
  if (leg.sent === undefined) return;
  if (leg.phase === 'inviting' || leg.phase === 'early') agent.layer.repeat(leg.sent, hop);
}

/** An answer to our INVITE, or to our BYE. */
export function receiveCallerResponse<O>(
  agent: Agent<O>,
  leg: LegRecord<O>,
  response: SipResponse,
  source: Hop,
): void {
  const { status } = response;
  if (response.cseqMethod === 'BYE') return left(agent, leg, response);
  if (leg.role !== 'caller') return;
  switch (leg.phase) {
    case 'inviting':
    case 'early':
      leg.heardFrom = source.address;
      if (leg.isUnheard) hearFirst(agent, leg);
      if (status < 200) return receiveProvisional(agent, leg, response, source);
      if (status < 300) return receiveAnswer(agent, leg, response, source);
      return receiveRefusal(agent, leg, response);
    case 'cancelling':
      if (status < 200) return;
      if (status >= 300) return forget(agent, leg);
      // It crossed our CANCEL: acknowledged, and hung up.
      establish(agent, leg, response, source);
      sendAck(agent, leg);
      return leave(agent, leg, leg.farewell);
    default:
      if (status >= 200 && status < 300) receiveAnswerAgain(agent, leg, response, source);
  }
}

/** Waits for a first word, and not for long. */
function listen<O>(agent: Agent<O>, leg: LegRecord<O>): void {
  if (leg.silenceMs === 0) return;
  leg.isUnheard = true;
  agent.startTimer(leg, leg.silenceMs);
}

/** Somebody is there: from now on the owner looks after it. */
function hearFirst<O>(agent: Agent<O>, leg: LegRecord<O>): void {
  leg.isUnheard = false;
  agent.stopTimer(leg);
}

function receiveProvisional<O>(
  agent: Agent<O>,
  leg: LegRecord<O>,
  response: SipResponse,
  source: Hop,
): void {
  const { status, toTag } = response;
  if (status === 100) return;
  let confirm = false;
  if (toTag !== '') {
    const dialog = dialogOfProvisional(leg, response);
    if (dialog === undefined) return;
    if (dialog.remoteTag === '') dialog.establish(response, source);
    leg.note(agent.far, response.headers);
    leg.phase = 'early';
    if (agent.far.tokens(response.headers, 'Require')?.has('100rel') === true) {
      const verdict = receiveReliable(agent, leg, dialog, response);
      if (verdict === 'again') return;
      confirm = verdict === 'confirm';
    }
  }
  const media = sessionOf(response);
  agent.emit({ type: 'progress', leg, status, response, confirm, ...withMedia(media) });
}

function receiveAnswer<O>(
  agent: Agent<O>,
  leg: LegRecord<O>,
  response: SipResponse,
  source: Hop,
): void {
  establish(agent, leg, response, source);
  agent.unanswered--;
  leg.phase = 'answered';
  const media = sessionOf(response);
  if (media !== undefined && leg.offered) leg.negotiated = true;
  agreeAsClient(agent, leg, response.headers);
  noteDescribed(leg, leg.media);
  leg.media = undefined;
  agent.emit({ type: 'answered', leg, response, ...withMedia(media) });
}

/** Our side of the dialog that a 2xx makes; the other early ones are no more. */
function establish<O>(
  agent: Agent<O>,
  leg: LegRecord<O>,
  response: SipResponse,
  source: Hop,
): void {
  const { dialog } = leg;
  leg.dialog =
    leg.dialogOf(dialog.localTag, response.toTag) ??
    (dialog.remoteTag === '' ? dialog : dialog.forked(leg.inviteCseq));
  leg.dialog.establish(response, source);
  leg.note(agent.far, response.headers);
  agent.stopTimer(leg);
  leg.forks = undefined;
  leg.sent = undefined;
  leg.outgoing = undefined;
}

function receiveRefusal<O>(agent: Agent<O>, leg: LegRecord<O>, response: SipResponse): void {
  const { status } = response;
  if (status === 422 && tryLongerSession(agent, leg, response)) return;
  if (tryWithSecret(agent, leg, response)) return;
  agent.emit({ type: 'refused', leg, status, response });
  forget(agent, leg);
}

/** RFC 4028 §7.3: the same INVITE again with the interval that the far end demands. Once. */
function tryLongerSession<O>(agent: Agent<O>, leg: LegRecord<O>, response: SipResponse): boolean {
  const { outgoing } = leg;
  const asked = sessionLines(agent, 0);
  if (outgoing === undefined || asked === '' || !outgoing.headers.startsWith(asked)) return false;
  const lines = sessionLines(agent, readMinSe(response.headers));
  if (lines === asked) return false;
  inviteAgain(agent, leg, outgoing, lines + outgoing.headers.slice(asked.length));
  // Once: a second 422 asks for what cannot be.
  leg.outgoing = undefined;
  return true;
}

/** RFC 3261 §22.2: the same INVITE again with credentials. Once, and for the secret's own realm only. */
function tryWithSecret<O>(agent: Agent<O>, leg: LegRecord<O>, response: SipResponse): boolean {
  const { outgoing, hasProved } = leg;
  leg.hasProved = true;
  const line = hasProved ? undefined : proofFor(agent, leg, outgoing, response);
  if (line === undefined || outgoing === undefined) return false;
  inviteAgain(agent, leg, outgoing, outgoing.headers + line);
  return true;
}

/** The INVITE that was refused, once more with other header lines. */
function inviteAgain<O>(
  agent: Agent<O>,
  leg: LegRecord<O>,
  outgoing: OutgoingRequest,
  headers: string,
): void {
  const { dialog, sent } = leg;
  leg.inviteCseq = ++dialog.localCseq;
  // What the refused one began is over: the answers to this one have tags of their own.
  leg.phase = 'inviting';
  leg.dialog = dialog.reopened(outgoing.to, outgoing.uri, sent?.hop ?? dialog.hop);
  leg.forks = undefined;
  const request = { ...outgoing, cseq: leg.inviteCseq, headers };
  leg.outgoing = request;
  leg.sent = agent.layer.request(request, leg.dialog.hop, leg);
  listen(agent, leg);
}

/** No final answer: nobody there, or no way there. */
export function inviteFailed<O>(
  agent: Agent<O>,
  leg: LegRecord<O>,
  reason: 'timeout' | 'transport',
): void {
  const isAwaited = leg.phase === 'inviting' || leg.phase === 'early';
  if (isAwaited) agent.emit({ type: 'refused', leg, status: reason === 'timeout' ? 408 : 503 });
  if (isAwaited || leg.phase === 'cancelling') forget(agent, leg);
}

/** The owner takes the answer. */
export function acknowledge<O>(agent: Agent<O>, leg: LegRecord<O>, media: Body | undefined): void {
  if (leg.role !== 'caller' || leg.phase !== 'answered') return;
  leg.ackBody = detachBody(media);
  leg.ackCseq = leg.inviteCseq;
  leg.negotiated = true;
  leg.phase = 'confirmed';
  noteDescribed(leg, media);
  sendAck(agent, leg);
}

/**
 * A 2xx once we have one: ours again, whose ACK was lost; or another telephone's, which gets its
 * ACK and a BYE (§13.2.2.4).
 */
function receiveAnswerAgain<O>(
  agent: Agent<O>,
  leg: LegRecord<O>,
  response: SipResponse,
  source: Hop,
): void {
  const { dialog } = leg;
  if (dialog.remoteTag === response.toTag && dialog.remoteTag !== '') {
    // The owner has yet to say what the first ACK holds.
    if (leg.phase !== 'answered') sendAck(agent, leg);
    return;
  }
  const known = leg.strays?.get(response.toTag);
  const stray = known ?? strayOf(leg, dialog, response, source);
  agent.layer.send(stray.numbered('ACK', leg.inviteCseq, '', ''), stray.hop);
  if (known === undefined) agent.layer.request(stray.request('BYE', '', ''), stray.hop, undefined);
}

function strayOf<O>(leg: LegRecord<O>, dialog: Dialog, response: SipResponse, source: Hop): Dialog {
  const stray = dialog.forked(leg.inviteCseq);
  stray.establish(response, source);
  leg.strays ??= new Map();
  if (leg.strays.size < STRAYS_MAX) leg.strays.set(stray.remoteTag, stray);
  return stray;
}
