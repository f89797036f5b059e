/**
 * re-INVITE and UPDATE from the far end: RFC 3261 §14.2, RFC 3311 §5.2, RFC 4028 §9. Those that meet
 * another are refused here; a refresh that changes nothing is answered here; all else is the owner's.
 */
import type { Dialog } from '../dialog/dialog.ts';
import type { Hop } from '../hop.ts';
import type { SipRequest } from '../message/message.ts';
import { respond } from '../message/serialize.ts';
import type { ServerTransaction } from '../transaction/server.ts';
import { accept, stopRepeating } from './acceptance.ts';
import type { Agent, TransactionUser } from './agent.ts';
import { sessionOf, withMedia } from './body.ts';
import { Change } from './change.ts';
import type { Body } from './leg.ts';
import type { LegRecord } from './leg-record.ts';
import { agreeAsServer, noteDescribed, refusalOfSession } from './session-timer.ts';

type Received<O> = ServerTransaction<TransactionUser<O>>;

/** A re-INVITE or UPDATE in order. */
export function receiveChange<O>(
  agent: Agent<O>,
  leg: LegRecord<O>,
  dialog: Dialog,
  request: SipRequest,
  source: Hop,
  transaction: Received<O>,
): void {
  const method = request.method === 'INVITE' ? 'INVITE' : 'UPDATE';
  const media = sessionOf(request);
  const refusal = refusalOfSession(agent, request);
  if (refusal !== undefined) {
    return agent.respond(transaction, request, refusal.status, { headers: refusal.headers });
  }
  const conflict = method === 'INVITE' ? conflictOfInvite(leg) : conflictOfUpdate(leg, media);
  if (conflict === 'pending') return agent.respond(transaction, request, 491);
  if (conflict === 'unanswered') {
    // §14.2: somewhere between 0 and 10 seconds.
    const headers = `Retry-After: ${agent.random.next32() % 11}\r\n`;
    return agent.respond(transaction, request, 500, { headers });
  }
  dialog.refresh(request, source);
  leg.note(agent.far, request.headers);
  if (method === 'UPDATE' && media === undefined) {
    return agent.respond(transaction, request, 200, { headers: answerLines(agent, leg, request) });
  }
  const change = new Change(leg, 'them', method, media, '', false);
  change.received = transaction;
  change.cseq = request.cseq;
  transaction.user = leg;
  leg.change = change;
  agent.emit({ type: 'modify', leg, method, request, ...withMedia(media) });
}

/** 'pending': ours is in the way (491); 'unanswered': theirs is (500). */
type Conflict = 'pending' | 'unanswered' | undefined;

function conflictOfInvite<O>(leg: LegRecord<O>): Conflict {
  if (leg.phase === 'invited' || leg.phase === 'held') return 'unanswered';
  if (leg.change?.state === 'asked') return 'unanswered';
  // Our own offer is out, or our 2xx waits for its ACK, which says how the last one ended.
  if (leg.change !== undefined || leg.acceptance !== undefined) return 'pending';
  return leg.phase === 'confirmed' ? undefined : 'pending';
}

function conflictOfUpdate<O>(leg: LegRecord<O>, media: Body | undefined): Conflict {
  // Without an offer it cannot meet one.
  if (media === undefined) return undefined;
  if (leg.change?.state === 'asked') return 'unanswered';
  if (leg.change !== undefined) return 'pending';
  if (leg.negotiated) return undefined;
  // The INVITE's offer has no answer yet: it is ours if we made the INVITE with it, or were asked for it.
  return leg.offered === (leg.role === 'caller') ? 'pending' : 'unanswered';
}

function answerLines<O>(agent: Agent<O>, leg: LegRecord<O>, request: SipRequest): string {
  const session = leg.phase === 'confirmed' ? agreeAsServer(agent, leg, request) : '';
  return agent.lines(leg.dialog.hop).full + session;
}

/** The owner takes the change. */
export function answerChange<O>(agent: Agent<O>, leg: LegRecord<O>, media: Body | undefined): void {
  const { change } = leg;
  const { received } = change ?? {};
  const request = received?.request;
  if (change?.state !== 'asked' || received === undefined || request === undefined) return;
  const text = respond(request, 200, undefined, {
    headers: answerLines(agent, leg, request),
    ...(media === undefined ? {} : { contentType: media.type, body: media.body }),
  });
  noteDescribed(leg, media);
  if (change.method === 'UPDATE') {
    leg.change = undefined;
    agent.layer.respond(received, 200, text);
    return;
  }
  change.state = 'accepted';
  accept(agent, leg, received, change.cseq, text);
}

/** The owner does not take it: the session stays as it was. */
export function refuseChange<O>(
  agent: Agent<O>,
  leg: LegRecord<O>,
  status: number,
  headers: string,
): void {
  const { change } = leg;
  const { received } = change ?? {};
  if (change?.state !== 'asked' || received?.request === undefined) return;
  leg.change = undefined;
  agent.respond(received, received.request, status, { headers });
}

/** ACK to our 2xx to their re-INVITE. */
export function changeAcknowledged<O>(
  agent: Agent<O>,
  leg: LegRecord<O>,
  request: SipRequest,
): void {
  stopRepeating(agent, leg);
  leg.change = undefined;
  agent.emit({ type: 'modify acknowledged', leg, ...withMedia(sessionOf(request)) });
}

/** CANCEL of their re-INVITE, which the owner has not answered yet. */
export function changeCancelled<O>(
  agent: Agent<O>,
  leg: LegRecord<O>,
  transaction: Received<O>,
): void {
  const { change } = leg;
  if (change?.received !== transaction || change.state !== 'asked') return;
  refuseChange(agent, leg, 487, '');
  agent.emit({ type: 'modify cancelled', leg });
}
