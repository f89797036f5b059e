/**
 * The transferor's side of a transfer: a phone sends REFER (RFC 3515, RFC 5589), and hears in NOTIFYs how
 * it goes. The other leg is asked to move (`transfer.ts`).
 */
import type { Cause } from '../call/cause.ts';
import type { CallSignal, LegRef, Party } from '../call/signals.ts';
import type { Pid } from '../process/pid.ts';
import { reasonPhrase } from '../sip/message/reason-phrases.ts';
import { headerLine } from '../sip/message/safe.ts';
import type { Exchange, UserAgentEvent } from '../sip/user-agent/events.ts';
import type { CallLeg } from './call-leg.ts';
import { controlOf, giveControl } from './caller-place.ts';
import { statusOf } from './cause-to-status.ts';
import { notGiven } from './consultation.ts';
import type { DeviceProcess } from './device-process.ts';
import { type SearchResult, seek } from './dialog-search.ts';
import { isAddressOfOurs, uriOf } from './identity.ts';
import { type ReferTo, readReferTo } from './refer-to.ts';
import { isBeingMoved } from './transfer.ts';

type Signal<T extends CallSignal['type']> = Extract<CallSignal, { type: T }>;

/** REFER from the phone: it wants its peer moved. */
export function refer(
  process: DeviceProcess,
  record: CallLeg,
  event: Extract<UserAgentEvent<CallLeg>, { type: 'request' }>,
): void {
  const { userAgent } = process.environment;
  const { exchange, leg } = event;
  const target = readReferTo(exchange.request);
  if (target === undefined) return userAgent.reply(leg, exchange, 400);
  if (record.peer === undefined || record.phase !== 'talking')
    return userAgent.reply(leg, exchange, 481);
  // One at a time: a second REFER would move a peer that is on its way already, as is who is moved itself.
  if ((record.transfer ?? record.referral) !== undefined || isBeingMoved(record))
    return userAgent.reply(leg, exchange, 491);
  const { uri, number, replaces } = target;
  if (replaces === undefined) {
    if (isAddressOfOurs(uri, process.environment.domains))
      return begin(process, record, exchange, undefined, number);
    return decline(process, record, exchange, 'unknown number');
  }
  consult(process, record, exchange, replaces);
}

/**
 * The REFER names another call of the phone (RFC 5589 §7): its leg is asked for it, wherever that is, since
 * a phone may have its calls by way of several managers.
 */
function consult(
  process: DeviceProcess,
  record: CallLeg,
  exchange: Exchange,
  dialog: Exclude<ReferTo['replaces'], undefined>,
): void {
  const { callId, localTag, remoteTag } = dialog;
  record.referral = { exchange, giver: undefined };
  const owner = process.environment.userAgent.find(callId, localTag, remoteTag)?.owner;
  // A transfer to itself would be none.
  if (owner !== undefined && owner !== record)
    return sought(process, record, { pid: owner.process.pid, call: owner.call });
  if (owner === record || !seek(process, record, { ...dialog, purpose: 'give' }))
    sought(process, record, { cause: 'call gone' });
}

/** The leg of the other call has been found, or has not. */
export function sought(process: DeviceProcess, record: CallLeg, result: SearchResult): void {
  const { referral } = record;
  if (referral === undefined) return;
  if ('cause' in result) return refuse(process, record, result.cause);
  record.referral = { ...referral, giver: result };
  process.host.tell(result.pid, {
    type: 'callGive',
    call: result.call,
    from: { pid: process.pid, call: record.call },
    by: process.place.device,
  });
}

function refuse(process: DeviceProcess, record: CallLeg, cause: Cause): void {
  const { userAgent } = process.environment;
  const { referral, leg } = record;
  record.referral = undefined;
  if (referral === undefined || leg === undefined) return;
  const status = statusOf(cause);
  if (status !== 481) return userAgent.reply(leg, referral.exchange, status);
  decline(process, record, referral.exchange, cause);
}

/** As an answer to the REFER it would say that the phone's own call is gone (RFC 3261 §12.2.1.2, RFC 5057 §5.1). */
function decline(process: DeviceProcess, record: CallLeg, exchange: Exchange, cause: Cause): void {
  if (record.leg === undefined) return;
  const subscription = process.environment.userAgent.acceptReferral(record.leg, exchange, record);
  record.transfer = { subscription, consultation: undefined };
  fail(process, record, cause);
}

/** What the phone's other call has to give: its peer, or, while it still rings, the number. */
export function given(process: DeviceProcess, record: CallLeg, signal: Signal<'callGiven'>): void {
  const { referral } = record;
  if (referral?.giver === undefined) return;
  const { peer, party, cause } = signal;
  if (cause !== undefined) return refuse(process, record, cause);
  record.referral = undefined;
  const consultation = peer && { leg: referral.giver, peer, party };
  begin(process, record, referral.exchange, consultation, party.number);
}

type Consultation = { readonly leg: LegRef; readonly peer: LegRef; readonly party: Party };

/** The peer is to be moved: to the consultation's peer, or to `number`. */
function begin(
  process: DeviceProcess,
  record: CallLeg,
  exchange: Exchange,
  consultation: Consultation | undefined,
  number: string,
): void {
  const { userAgent } = process.environment;
  const { leg, peer } = record;
  if (leg === undefined) return;
  if (peer === undefined) return userAgent.reply(leg, exchange, 481);
  const subscription = userAgent.acceptReferral(leg, exchange, record);
  record.transfer = { subscription, consultation: consultation?.leg };
  tellPhone(process, record, 100, undefined);
  const transferor = { pid: process.pid, call: record.call };
  if (consultation !== undefined) {
    const control = controlOf(record);
    process.host.tell(peer.pid, {
      type: 'callJoin',
      call: peer.call,
      to: consultation.peer,
      party: consultation.party,
      transferor,
      giver: consultation.leg,
      ...(control === undefined ? {} : { control }),
    });
  } else {
    process.host.tell(peer.pid, {
      type: 'callTransfer',
      call: peer.call,
      to: number,
      by: process.place.device,
      ...onLine(process, record),
      transferor,
    });
  }
}

/** The line whose rights the transfer is judged by: that on which the phone has the call. */
function onLine(
  { place }: DeviceProcess,
  { line, use, self }: CallLeg,
): { readonly byLine?: string } {
  // What somebody outside says of itself is no line of ours.
  return place.kind === 'gateway' ? {} : { byLine: line?.number ?? use?.number ?? self.number };
}

/** How the transfer goes: told to the phone in NOTIFY (RFC 3515 §2.4.4). */
export function progress(
  process: DeviceProcess,
  record: CallLeg,
  signal: Signal<'callTransferProgress'>,
  from: Pid,
): void {
  const { transfer } = record;
  if (transfer === undefined) return notGiven(record, signal, from);
  switch (signal.state) {
    case 'ringing':
      return tellPhone(process, record, 180, undefined);
    case 'failed':
      return fail(process, record, signal.cause ?? 'unreachable');
    case 'done': {
      tellPhone(process, record, 200, 'noresource', signal.orbit);
      record.transfer = undefined;
      // Its calls have moved on: the phone is let go, the others are none of its business any more.
      const { consultation } = transfer;
      record.peer = undefined;
      if (signal.keptControl) giveControl(record);
      if (consultation !== undefined) {
        const { pid, call } = consultation;
        process.host.tell(pid, { type: 'callRelease', call, cause: 'transferred' });
      }
      return process.release(record, 'transferred', 'peer');
    }
  }
}

/** The phone hears that its transfer, if one is under way, has failed. */
export function fail(process: DeviceProcess, record: CallLeg, cause: Cause): void {
  const { consultation } = record.transfer ?? {};
  tellPhone(process, record, statusOf(cause), 'noresource');
  record.transfer = undefined;
  if (consultation === undefined) return;
  const { pid, call } = consultation;
  process.host.tell(pid, { type: 'callTransferProgress', call, state: 'failed', cause });
}

function tellPhone(
  process: DeviceProcess,
  record: CallLeg,
  status: number,
  terminated: string | undefined,
  orbit?: string,
): void {
  if (record.transfer === undefined) return;
  const phrase = orbit === undefined ? reasonPhrase(status) : `Parked at ${orbit}`;
  // Where the call is now (RFC 3420): who has not said which orbit learns it.
  const { domain } = process.environment;
  const at = orbit === undefined ? '' : headerLine('Contact', `<${uriOf(orbit, domain)}>`);
  process.environment.userAgent.notify(record.transfer.subscription, {
    media: {
      type: 'message/sipfrag;version=2.0',
      body: `SIP/2.0 ${status} ${phrase}\r\n${at}`,
    },
    ...(terminated === undefined ? {} : { terminated }),
  });
}
