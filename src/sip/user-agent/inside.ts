/**
 * Requests inside dialogs: RFC 3261 §12.2.2. They need a full match of the dialog, and to come from
 * where its far end is known to be, or with credentials.
 */
import type { Dialog } from '../dialog/dialog.ts';
import type { Hop } from '../hop.ts';
import type { SipRequest } from '../message/message.ts';
import { METHODS } from '../message/methods.ts';
import { validateRequest } from '../message/validate.ts';
import type { ServerTransaction } from '../transaction/server.ts';
import { admit, answerOptions } from './admission.ts';
import type { Agent, TransactionUser, Usage } from './agent.ts';
import { receiveAck, receiveConfirmation } from './called-leg.ts';
import { ALLOW_LINE, allowLineWithout, capabilitiesFor } from './capabilities.ts';
import { receiveBye, terminate } from './ending.ts';
import { receiveRequest } from './exchange.ts';
import { LegRecord } from './leg-record.ts';
import { lose, receiveResubscribe, sameEvent } from './notifier.ts';
import { receiveChange } from './their-change.ts';

type Received<O> = ServerTransaction<TransactionUser<O>>;

/** Takes a request that names one of our dialogs, or says that it does not (481). */
export function receiveInside<O>(
  agent: Agent<O>,
  request: SipRequest,
  source: Hop,
  transaction: Received<O>,
): void {
  const usage = agent.usages.get(request.toTag);
  const dialog = usage && dialogOf(usage, request);
  if (usage === undefined || dialog === undefined)
    return agent.answerStatelessly(transaction, request, 481);
  if (!mayEnter(agent, usage, dialog, request, source, transaction)) return;
  const refusal = validateRequest(request, capabilitiesFor(request.method));
  if (refusal !== undefined)
    return agent.respond(transaction, request, refusal.status, { headers: refusal.headers });
  // §12.2.2: it was overtaken by a later one.
  // Deviation: a BYE that a later request of its phone has overtaken ends the call all the same, where RFC 3261
  // §12.2.2 wants 500: a phone that has been told so thinks its call over, and nobody would end it here.
  if (!dialog.takes(request.cseq) && request.method !== 'BYE')
    return agent.respond(transaction, request, 500);
  if (!(usage instanceof LegRecord)) {
    if (request.method !== 'SUBSCRIBE') return agent.respond(transaction, request, 481);
    return receiveResubscribe(agent, usage, request, source, transaction);
  }
  receiveInLeg(agent, usage, dialog, request, source, transaction);
}

function dialogOf<O>(usage: Usage<O>, request: SipRequest): Dialog | undefined {
  const { callId, toTag, fromTag } = request;
  if (usage.dialog.callId !== callId) return undefined;
  if (usage instanceof LegRecord) return usage.dialogOf(toTag, fromTag);
  return usage.dialog.remoteTag === fromTag ? usage.dialog : undefined;
}

function receiveInLeg<O>(
  agent: Agent<O>,
  leg: LegRecord<O>,
  dialog: Dialog,
  request: SipRequest,
  source: Hop,
  transaction: Received<O>,
): void {
  const { method } = request;
  leg.heardAtMs = agent.nowMs;
  if (method === 'SUBSCRIBE')
    return receiveReferralRefresh(agent, leg, request, source, transaction);
  if (leg.phase === 'over') return agent.respond(transaction, request, 481);
  if (method === 'BYE') return receiveBye(agent, leg, dialog, request, transaction);
  if (method === 'PRACK') return receiveConfirmation(agent, leg, dialog, request, transaction);
  if (leg.isOver) return agent.respond(transaction, request, 481);
  switch (method) {
    case 'INVITE':
    case 'UPDATE':
      return receiveChange(agent, leg, dialog, request, source, transaction);
    case 'INFO':
    case 'MESSAGE':
    case 'REFER':
      return receiveRequest(agent, leg, request, transaction);
    case 'OPTIONS':
      return answerOptions(agent, request, transaction);
    case 'NOTIFY':
      // We subscribe to nothing.
      return agent.respond(transaction, request, 481);
    default: {
      const isKnown = METHODS.has(method);
      const headers = isKnown ? allowLineWithout(method) : ALLOW_LINE;
      return agent.respond(transaction, request, isKnown ? 405 : 501, { headers });
    }
  }
}

/** In a call's dialog only the subscriptions live that its REFERs made (RFC 6665 §4.5.1 wants no others). */
function receiveReferralRefresh<O>(
  agent: Agent<O>,
  leg: LegRecord<O>,
  request: SipRequest,
  source: Hop,
  transaction: Received<O>,
): void {
  const event = request.headers.first('Event') ?? '';
  const referral = leg.referrals?.find((one) => sameEvent(one.eventValue, event));
  if (referral === undefined) return agent.respond(transaction, request, 481);
  receiveResubscribe(agent, referral, request, source, transaction);
}

/** ACK to a 2xx of ours; others find nothing here. */
export function receiveAckInside<O>(agent: Agent<O>, request: SipRequest): void {
  const usage = agent.usages.get(request.toTag);
  if (!(usage instanceof LegRecord) || dialogOf(usage, request) === undefined) return;
  usage.heardAtMs = agent.nowMs;
  receiveAck(agent, usage, request);
}

/**
 * Whether whoever sends from `source` may speak in this dialog: from the far end's address or
 * connection, or admitted as the same. False: it has been answered.
 */
function mayEnter<O>(
  agent: Agent<O>,
  usage: Usage<O>,
  dialog: Dialog,
  request: SipRequest,
  source: Hop,
  transaction: Received<O>,
): boolean {
  const { address, flow } = dialog.hop;
  const isKnown =
    source.address === usage.heardFrom ||
    source.address === address ||
    (flow !== 0 && source.flow === flow);
  if (!isKnown) {
    const identity = admit(agent, request, source, transaction);
    if (identity === undefined) return false;
    const { identity: known } = usage;
    if (known !== undefined && (known.kind !== identity.kind || known.id !== identity.id)) {
      agent.answerStatelessly(transaction, request, 403);
      return false;
    }
    usage.heardFrom = source.address;
  }
  follow(agent, usage, dialog, source);
  return true;
}

/** Its NAT has given it another port, or it has opened another connection: that is the way to it now. */
function follow<O>(agent: Agent<O>, usage: Usage<O>, dialog: Dialog, source: Hop): void {
  const { hop } = dialog;
  const moved = source.flow !== hop.flow || source.port !== hop.port;
  const isByConnection = hop.flow !== 0 && source.flow !== 0 && source.flow !== hop.flow;
  if (!moved || !(dialog.followsSource || isByConnection)) return;
  dialog.hop = source;
  if (usage instanceof LegRecord && usage.phase === 'confirmed') agent.stopTimer(usage);
}

/**
 * A connection is gone. Calls that stand get time to be found again: a browser or telephone comes
 * back by another one and says so. Subscriptions are made anew by then.
 */
export function loseFlow<O>(agent: Agent<O>, flow: number): void {
  for (const usage of new Set(agent.usages.values())) {
    const { dialog } = usage;
    if (dialog.hop.flow !== flow) continue;
    const { transport } = dialog.hop;
    const isOnlyWay = dialog.followsSource || transport === 'ws' || transport === 'wss';
    dialog.hop = { ...dialog.hop, flow: 0 };
    dialog.followsSource = true;
    if (!(usage instanceof LegRecord)) {
      if (isOnlyWay) lose(agent, usage);
    } else if (isOnlyWay && usage.phase === 'confirmed') agent.startTimer(usage, 64 * agent.t1Ms);
  }
}

/** Nobody came back. */
export function loseConnection<O>(agent: Agent<O>, leg: LegRecord<O>): void {
  terminate(agent, leg, 'transport');
}
