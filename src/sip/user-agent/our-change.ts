/**
 * re-INVITE and UPDATE from our side: RFC 3261 §14.1, RFC 3311 §5.1. One at a time; one that meets
 * another's (491) is tried again by itself after the RFC's random wait.
 */
import type { Hop } from '../hop.ts';
import type { SipResponse } from '../message/message.ts';
import type { Agent } from './agent.ts';
import { contentLines, detachBody, sessionOf, withMedia } from './body.ts';
import { requestLines } from './capabilities.ts';
import { Change } from './change.ts';
import { sendAck, terminate } from './ending.ts';
import type { Body } from './leg.ts';
import type { LegRecord } from './leg-record.ts';
import { proofFor, provable } from './proof.ts';
import {
  agreeAsClient,
  noteDescribed,
  readMinSe,
  refreshLines,
  type SessionTimer,
} from './session-timer.ts';

/** Tries of one change that may be refused with 491 or 422. */
const REFUSALS_MAX = 3;

/** The owner's change. 'pending': another one is under way, or the dialog is not ready for it. */
export function modify<O>(
  agent: Agent<O>,
  leg: LegRecord<O>,
  method: 'INVITE' | 'UPDATE',
  media: Body | undefined,
  headers: string,
): 'sent' | 'pending' {
  if (leg.deferred !== undefined || isBusy(leg) || !isReady(leg, method, media)) return 'pending';
  send(agent, new Change(leg, 'us', method, media, headers, false));
  return 'sent';
}

/** Whether a change of ours could be sent at once. */
export function mayChange<O>(leg: LegRecord<O>): boolean {
  return leg.phase === 'confirmed' && leg.deferred === undefined && !isBusy(leg);
}

/** UPDATE that changes nothing, and of which the owner hears nothing. */
export function refresh<O>(agent: Agent<O>, leg: LegRecord<O>): void {
  send(agent, new Change(leg, 'us', 'UPDATE', undefined, '', true));
}

function isBusy<O>(leg: LegRecord<O>): boolean {
  return leg.change !== undefined || leg.acceptance !== undefined;
}

function isReady<O>(
  leg: LegRecord<O>,
  method: 'INVITE' | 'UPDATE',
  media: Body | undefined,
): boolean {
  if (leg.phase === 'confirmed') return true;
  if (method === 'INVITE' || leg.isOver || leg.phase === 'inviting') return false;
  // RFC 3311 §5.1: no offer while the INVITE's own waits for its answer.
  return media === undefined || leg.negotiated;
}

/** A session refresh that we owe the far end (RFC 4028 §7.4): UPDATE, or the same description again. */
export function refreshSession<O>(agent: Agent<O>, session: SessionTimer<O>): void {
  const { leg, media } = session;
  if (leg.deferred !== undefined || isBusy(leg) || leg.phase !== 'confirmed') return;
  const method = media === undefined ? 'UPDATE' : 'INVITE';
  send(agent, new Change(leg, 'us', method, media, '', true));
}

/** `proof`: the header line that a challenge has asked for. */
function send<O>(agent: Agent<O>, change: Change<O>, proof = ''): void {
  const { leg, method, media } = change;
  const { dialog } = leg;
  const isTimed = !leg.isUntimed || leg.session !== undefined;
  // A re-INVITE is answered soon: no provisional answers of it that would have to be reliable.
  const ours = requestLines(agent.lines(dialog.hop), method !== 'INVITE', isTimed);
  const session = refreshLines(agent, leg, change.leastS);
  const headers = `${ours}${session}${change.headers}${proof}${contentLines(media)}`;
  const outgoing = dialog.request(method, headers, media?.body ?? '');
  change.state = 'out';
  change.cseq = outgoing.cseq;
  change.outgoing = change.hasProved ? undefined : provable(leg, outgoing);
  leg.change = change;
  change.sent = agent.layer.request(outgoing, dialog.hop, change);
}

/** An answer to it. */
export function receiveChangeResponse<O>(
  agent: Agent<O>,
  change: Change<O>,
  response: SipResponse,
  source: Hop,
): void {
  const { leg } = change;
  const { status } = response;
  if (status < 200) return;
  if (change.state !== 'out' || leg.isOver) return receiveLate(agent, change, status);
  change.sent = undefined;
  if (status < 300) return succeed(agent, change, response, source);
  leg.change = undefined;
  if (status === 491 && ++change.refusals <= REFUSALS_MAX) return defer(agent, change);
  if (status === 422 && ++change.refusals <= REFUSALS_MAX) {
    change.leastS = readMinSe(response.headers);
    return send(agent, change);
  }
  const proof = proofFor(agent, leg, change.outgoing, response);
  if (proof !== undefined) {
    change.hasProved = true;
    return send(agent, change, proof);
  }
  refused(agent, change, status);
  // RFC 3261 §12.2.1.2, §14.1.
  if (status === 481 || status === 408) terminate(agent, leg, 'gone');
}

function succeed<O>(agent: Agent<O>, change: Change<O>, response: SipResponse, source: Hop): void {
  const { leg, method, refreshes } = change;
  leg.dialog.refresh(response, source);
  leg.note(agent.far, response.headers);
  agreeAsClient(agent, leg, response.headers);
  noteDescribed(leg, change.media);
  const media = sessionOf(response);
  if (method === 'UPDATE') {
    leg.change = undefined;
    if (!refreshes) agent.emit({ type: 'modified', leg, method, ...withMedia(media) });
    return;
  }
  change.state = 'answered';
  if (refreshes) return acknowledgeChange(agent, leg, undefined);
  agent.emit({ type: 'modified', leg, method, ...withMedia(media) });
}

/** A 2xx that comes again, or after the leg's end, wants its ACK all the same. */
function receiveLate<O>(agent: Agent<O>, change: Change<O>, status: number): void {
  const { leg, method, state, cseq } = change;
  if (method !== 'INVITE' || status >= 300) return;
  if (state === 'done' || leg.isOver) sendAck(agent, leg, cseq);
}

/** The ACK to the 2xx of our re-INVITE, with the answer when that made an offer. */
export function acknowledgeChange<O>(
  agent: Agent<O>,
  leg: LegRecord<O>,
  media: Body | undefined,
): void {
  const { change } = leg;
  if (change?.state !== 'answered') return;
  leg.ackBody = detachBody(media);
  leg.ackCseq = change.cseq;
  change.state = 'done';
  leg.change = undefined;
  noteDescribed(leg, media);
  sendAck(agent, leg, change.cseq);
}

/** The owner does not want its re-INVITE any more. */
export function withdrawChange<O>(agent: Agent<O>, leg: LegRecord<O>): void {
  const { change, deferred } = leg;
  if (change?.state === 'out' && change.sent !== undefined && !change.refreshes) {
    agent.layer.cancel(change.sent, '');
  } else if (deferred !== undefined && !deferred.refreshes) {
    agent.stopTimer(deferred);
    leg.deferred = undefined;
    refused(agent, deferred, 487);
  }
}

/** No final answer came. */
export function changeFailed<O>(
  agent: Agent<O>,
  change: Change<O>,
  reason: 'timeout' | 'transport',
): void {
  const { leg } = change;
  if (change.state !== 'out' || leg.isOver) return;
  leg.change = undefined;
  refused(agent, change, reason === 'timeout' ? 408 : 503);
  // A connection that broke may come back with the telephone; silence is the end.
  if (reason === 'timeout') terminate(agent, leg, 'gone');
}

function refused<O>(agent: Agent<O>, change: Change<O>, status: number): void {
  const { leg, refreshes } = change;
  if (!refreshes) agent.emit({ type: 'modify refused', leg, status });
}

/**
 * RFC 3261 §14.1: who made the Call-ID waits 2.1 to 4 s, the other one up to 2 s, in steps of 10 ms.
 */
function defer<O>(agent: Agent<O>, change: Change<O>): void {
  const { leg } = change;
  const chance = agent.random.next32();
  const waitMs = leg.role === 'caller' ? 2100 + 10 * (chance % 191) : 10 * (chance % 201);
  change.state = 'waiting';
  leg.deferred = change;
  agent.startTimer(change, waitMs);
}

/** The wait is over. */
export function retryChange<O>(agent: Agent<O>, change: Change<O>): void {
  const { leg } = change;
  leg.deferred = undefined;
  if (!isBusy(leg)) return send(agent, change);
  if (++change.refusals <= REFUSALS_MAX) return defer(agent, change);
  refused(agent, change, 491);
}
