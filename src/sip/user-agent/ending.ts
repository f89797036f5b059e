/**
 * How legs end: RFC 3261 §15, §9, §13.3.1.4. Whatever state it is in, a leg ends once; what is left
 * of it then (a BYE, a CANCEL, an ACK that is due) the user agent sees to, and forgets it.
 */
import type { Dialog } from '../dialog/dialog.ts';
import type { SipRequest, SipResponse } from '../message/message.ts';
import { headerLine } from '../message/safe.ts';
import type { ServerTransaction } from '../transaction/server.ts';
import { stopRepeating } from './acceptance.ts';
import type { Agent, TransactionUser } from './agent.ts';
import { contentLines } from './body.ts';
import type { UserAgentEvent } from './events.ts';
import { closeExchanges } from './exchange.ts';
import type { LegRecord } from './leg-record.ts';
import { proofFor, provable } from './proof.ts';

type Why = Extract<UserAgentEvent<unknown>, { type: 'ended' }>['why'];

/** The owner lets go. No event names the leg any more. */
export function hangUp<O>(agent: Agent<O>, leg: LegRecord<O>, reason: string): void {
  const headers = reason === '' ? '' : headerLine('Reason', reason);
  switch (leg.phase) {
    case 'inviting':
    case 'early':
      return giveUp(agent, leg, headers);
    case 'invited':
    case 'held':
      return refuse(agent, leg, 480, headers);
    case 'answered':
      if (leg.role === 'caller') {
        // It answered and must have its ACK, whatever comes next (§13.2.2.4).
        sendAck(agent, leg);
        return leave(agent, leg, headers);
      }
      stopBusiness(agent, leg);
      leg.farewell = headers;
      leg.phase = 'abandoned';
      return;
    case 'confirmed':
      return leave(agent, leg, headers);
    default:
  }
}

/** Cancels our INVITE. What still answers it is dealt with in `caller-leg.ts`. */
export function giveUp<O>(agent: Agent<O>, leg: LegRecord<O>, headers: string): void {
  if (leg.sent === undefined) return;
  agent.layer.cancel(leg.sent, headers);
  agent.unanswered--;
  stopBusiness(agent, leg);
  leg.farewell = headers;
  leg.phase = 'cancelling';
}

/** A final refusal of their INVITE. */
export function refuse<O>(
  agent: Agent<O>,
  leg: LegRecord<O>,
  status: number,
  headers: string,
): void {
  const { received } = leg;
  if (received?.request !== undefined) {
    const toTag = leg.dialog.localTag;
    agent.respond(received, received.request, status, { toTag, headers });
  }
  forget(agent, leg);
}

/** The dialog died: its owner hears why, the far end gets a BYE. */
export function terminate<O>(agent: Agent<O>, leg: LegRecord<O>, why: Why): void {
  if (leg.phase !== 'confirmed' && leg.phase !== 'answered') return;
  agent.emit({ type: 'ended', leg, why });
  leave(agent, leg, leg.farewell);
}

/** The far end does not know the dialog any more, which stands, or was to be answered. */
export function lose<O>(agent: Agent<O>, leg: LegRecord<O>): void {
  if (leg.phase !== 'invited') return terminate(agent, leg, 'gone');
  agent.emit({ type: 'ended', leg, why: 'gone' });
  refuse(agent, leg, 487, '');
}

/** BYE in a dialog that stands. The leg is over when it has its answer, or none comes. */
export function leave<O>(agent: Agent<O>, leg: LegRecord<O>, headers: string): void {
  stopBusiness(agent, leg);
  stopRepeating(agent, leg);
  leg.phase = 'leaving';
  leg.farewell = headers;
  const { dialog } = leg;
  const outgoing = dialog.request('BYE', headers, '');
  leg.outgoing = provable(leg, outgoing);
  agent.layer.request(outgoing, dialog.hop, leg);
}

/**
 * An answer to our BYE: that is the end, unless it wants to know who we are; or a NOTIFY that we have sent since has
 * overtaken it (§12.2.2): then its phone is in the call still.
 */
export function left<O>(agent: Agent<O>, leg: LegRecord<O>, response: SipResponse): void {
  const { outgoing, dialog, phase } = leg;
  if (response.status < 200) return;
  const isOvertaken = response.status === 500 && response.cseq < dialog.localCseq;
  if (isOvertaken && phase === 'leaving') return leave(agent, leg, leg.farewell);
  const line = phase === 'leaving' ? proofFor(agent, leg, outgoing, response) : undefined;
  if (line === undefined || outgoing === undefined) return forget(agent, leg);
  leg.outgoing = undefined;
  agent.layer.request(dialog.request('BYE', outgoing.headers + line, ''), dialog.hop, leg);
}

/** The ACK to their 2xx: for the first time, or because the 2xx came again. */
export function sendAck<O>(agent: Agent<O>, leg: LegRecord<O>, cseq = leg.inviteCseq): void {
  const { dialog } = leg;
  const media = leg.ackCseq === cseq ? leg.ackBody : undefined;
  agent.layer.send(
    dialog.numbered('ACK', cseq, contentLines(media), media?.body ?? ''),
    dialog.hop,
  );
}

/** BYE from the far end. Answered in every state; what it ends depends on it. */
export function receiveBye<O>(
  agent: Agent<O>,
  leg: LegRecord<O>,
  dialog: Dialog,
  request: SipRequest,
  transaction: ServerTransaction<TransactionUser<O>>,
): void {
  agent.respond(transaction, request, 200);
  switch (leg.phase) {
    case 'invited':
    case 'held':
      // A caller may end an early dialog so (§15). With others beside it the call goes on.
      if (dialog !== leg.dialog || leg.forks?.some((fork) => fork.dialog !== dialog)) return;
      agent.emit({ type: 'cancelled', leg, request });
      return refuse(agent, leg, 487, '');
    case 'inviting':
    case 'early':
      // Deviation: §15 allows this to callers only. Gateways do it all the same and mean a refusal.
      agent.emit({ type: 'refused', leg, status: 480 });
      return giveUp(agent, leg, '');
    case 'answered':
    case 'confirmed':
      if (leg.role === 'caller' && leg.phase === 'answered') sendAck(agent, leg);
      agent.emit({ type: 'ended', leg, why: 'bye', request });
      return forget(agent, leg);
    case 'abandoned':
      return forget(agent, leg);
    default:
    // Ours is on its way: the two crossed, and each has its 200.
  }
}

/** Stops all that a leg was doing beside ending, and answers what waits for an answer. */
function stopBusiness<O>(agent: Agent<O>, leg: LegRecord<O>): void {
  const { change, forks } = leg;
  agent.stopTimer(leg);
  agent.stopTimer(leg.session);
  agent.stopTimer(leg.deferred);
  if (change !== undefined) {
    agent.stopTimer(change);
    // A re-INVITE that has been heard of would wait for its final answer for ever.
    if (change.sent !== undefined) agent.layer.cancel(change.sent, '');
    // §15.1.2: a request that waits for its answer gets it.
    if (change.received?.request !== undefined)
      agent.respond(change.received, change.received.request, 487);
  }
  leg.session = undefined;
  leg.deferred = undefined;
  leg.change = undefined;
  leg.ringing = '';
  leg.heldAnswer = undefined;
  if (leg.exchanges !== undefined) closeExchanges(agent, leg);
  if (forks === undefined) return;
  for (const fork of forks) {
    agent.stopTimer(fork);
    const { localTag } = fork.dialog;
    if (localTag !== leg.dialog.localTag) agent.usages.delete(localTag);
  }
  leg.forks = undefined;
}

/** Out of the tables. Referrals that a REFER began go on in the dialog until they end. */
export function forget<O>(agent: Agent<O>, leg: LegRecord<O>): void {
  if (leg.phase === 'over') return;
  if (isUnanswered(leg)) agent.unanswered--;
  stopBusiness(agent, leg);
  stopRepeating(agent, leg);
  const { dialog } = leg;
  leg.phase = 'over';
  letGo(leg);
  leg.sent = undefined;
  leg.outgoing = undefined;
  leg.ackBody = undefined;
  agent.legs--;
  agent.ended.note(dialog.callId, dialog.localTag, dialog.remoteTag);
  if (leg.referrals === undefined) agent.usages.delete(dialog.localTag);
}

/** Their INVITE is done with. Its transaction stays for half a minute and shall not keep the leg so long. */
export function letGo<O>(leg: LegRecord<O>): void {
  if (leg.received !== undefined) leg.received.user = undefined;
  leg.received = undefined;
}

function isUnanswered<O>(leg: LegRecord<O>): boolean {
  const { phase } = leg;
  return phase === 'inviting' || phase === 'early' || phase === 'invited' || phase === 'held';
}
