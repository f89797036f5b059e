/** The calling side: a phone or gateway sends INVITE, and hears how its call request goes. */

import type { Cause } from '../call/cause.ts';
import { REFUSALS, type RefusalCode } from '../call/refusal-codes.ts';
import type { Gateway } from '../call/routing/gateway.ts';
import type { CallRequest, CallSignal, Media, Party } from '../call/signals.ts';
import { kindOf } from '../process/pid.ts';
import type { SipRequest } from '../sip/message/message.ts';
import type { UserAgentEvent } from '../sip/user-agent/events.ts';
import { hasAll } from './allowance.ts';
import { type CallLeg, callingLeg } from './call-leg.ts';
import { logCall } from './call-log.ts';
import { refusalHeaders, statusOf } from './cause-to-status.ts';
import { originOf, recordRefusal } from './custody.ts';
import type { DeviceProcess } from './device-process.ts';
import { dialledOf, isAddressOfOurs, isOfOurContext, partyOfDevice } from './identity.ts';
import { tellControls } from './leg-end.ts';
import * as lineMembership from './line-membership.ts';
import * as overlap from './overlap.ts';
import { beginsEmergency, isEmergency } from './sharing/emergency.ts';
import * as featureCalls from './sharing/feature-calls.ts';
import * as lineSettings from './sharing/line-settings.ts';
import * as lineUse from './sharing/line-use.ts';
import * as publications from './sharing/publications.ts';
import { callingLine } from './sharing/rights.ts';
import * as seizures from './sharing/seizures.ts';
import { takeOver } from './take-over.ts';
import * as transfer from './transfer.ts';
import { invitedFrom } from './trunk/codecs.ts';
import { diversionsIn } from './trunk/diversions.ts';
import * as trunks from './trunk/trunk.ts';
import { anonymous, calledIn, callerFrom, isWithheld } from './trunk/trunk-identity.ts';

type Invited = Extract<UserAgentEvent<CallLeg>, { type: 'invited' }>;
type Signal<T extends CallSignal['type']> = Extract<CallSignal, { type: T }>;

/** The phone wants a call: INVITE outside a dialog, admitted as this device's. */
export function invited(process: DeviceProcess, given: Invited): void {
  const { environment, host, place, trunk } = process;
  const codecs = trunk?.gateway.codecs;
  const event = codecs === undefined ? given : invitedFrom(process, codecs, given);
  if (event === undefined) return;
  const { leg, request, media } = event;
  const full = whyFull(process, request.uri);
  if (full !== undefined) return turnAway(process, event, REFUSALS[full].cause, full);
  if (event.replaces !== undefined || event.sought !== undefined) return takeOver(process, event);
  const dialled = trunk === undefined ? dialledOf(request.uri) : calledIn(trunk.gateway, request);
  if (dialled === undefined || dialled === '' || !isForUs(process, request.uri))
    return turnAway(process, event, 'unknown number', 'LW-3007');
  const begun = overlap.begunBefore(process, leg, dialled);
  const call = process.newCallId();
  const gateway = trunk?.gateway;
  if (gateway !== undefined) environment.userAgent.setTerms(leg, gateway);
  const published = publications.publishedOf(process, request);
  const line =
    gateway === undefined ? (published?.number ?? callingLine(process, request)) : undefined;
  const { from: self, asserted } =
    gateway === undefined ? callerOn(process, line, request) : callerFrom(gateway, request);
  const record = callingLeg(process, call, leg, self, dialled, media !== undefined, host.nowMs);
  leg.owner = record;
  process.keep(call, record);
  overlap.begin(process, record);
  if (typeof begun === 'object') process.release(begun, 'address incomplete', 'nobody');
  if (line !== undefined && featureCalls.begin(process, record, line, media, begun !== undefined))
    return;
  const callRequest: CallRequest = {
    type: 'callRequest',
    call,
    caller: { pid: host.pid, call },
    from: self,
    ...(asserted === undefined ? {} : { asserted }),
    dialled,
    ...(media === undefined ? {} : { offer: media }),
    by: place.device,
    ...(line === undefined ? {} : { byLine: line }),
    ...(begun === undefined ? {} : { isOverlap: true as const }),
    ...(gateway === undefined ? {} : withDiversions(gateway, request)),
    hops: hopsLeft(request.headers.first('Max-Forwards')),
    reliable: leg.supported.has('100rel'),
    ...originOf(process, leg),
  };
  logCall(process, record, 'call begun');
  const shared = line !== undefined && lineUse.isShared(process, line) ? line : undefined;
  if (shared !== undefined) lineMembership.visit(process, shared);
  if (
    shared !== undefined &&
    published !== undefined &&
    publications.begin(process, record, published.dialog, callRequest)
  )
    return;
  if (shared !== undefined && seizures.begin(process, record, request, shared, callRequest)) return;
  if (trunk !== undefined && trunks.ask(process, trunk, record, callRequest)) return;
  record.reportTo = environment.startCall(host, callRequest);
  if (shared !== undefined) lineUse.begin(process, record, shared);
}

/** Undefined: it may have another call. Whoever is in need may. */
function whyFull(process: DeviceProcess, uri: string): RefusalCode | undefined {
  const { trunk, environment } = process;
  if (trunk !== undefined) return trunks.isFull(trunk) ? 'LW-3203' : undefined;
  if (!hasAll(process)) return undefined;
  const dialled = dialledOf(uri) ?? '';
  if (isEmergency(environment, dialled)) return undefined;
  return beginsEmergency(environment, dialled) ? 'LW-3004' : 'LW-3010';
}

/** It is no call as yet, and will be none. */
function turnAway(
  process: DeviceProcess,
  { leg, request }: Invited,
  cause: Cause,
  code: RefusalCode | undefined,
): void {
  recordRefusal(process, leg, request, cause, code);
  process.environment.userAgent.refuse(leg, statusOf(cause), refusalHeaders(cause, code));
}

/** Who has sent the call on before it came in. */
function withDiversions(gateway: Gateway, request: SipRequest): Pick<CallRequest, 'diversions'> {
  const diversions = diversionsIn(gateway, request);
  return diversions.length === 0 ? {} : { diversions };
}

/** Who calls, as others see it: nobody, if the phone says so (RFC 3323). */
function callerOn(
  process: DeviceProcess,
  line: string | undefined,
  request: SipRequest,
): ReturnType<typeof callerFrom> {
  const party = partyOn(process, line);
  return isWithheld(request) ? anonymous(party) : { from: party };
}

/** The phone as those it calls from that line see it. */
function partyOn({ party, place, environment }: DeviceProcess, line: string | undefined): Party {
  if (line === undefined || line === party.number) return party;
  const device = environment.directory.devices.get(place.device);
  return device === undefined ? party : partyOfDevice(environment.directory, device, line);
}

/** A phone calls in our domains; what a gateway calls us by is its own affair. */
function isForUs({ place, environment }: DeviceProcess, uriText: string): boolean {
  const { domains } = environment;
  return place.kind === 'gateway'
    ? isOfOurContext(uriText, domains)
    : isAddressOfOurs(uriText, domains);
}

/** Hops left for the called side (RFC 3261 §8.1.1.6: 70 when the caller said nothing). */
function hopsLeft(maxForwards: string | undefined): number {
  const hops = maxForwards === undefined ? 70 : Number.parseInt(maxForwards, 10);
  return Number.isNaN(hops) ? 69 : Math.max(0, Math.min(hops, 70) - 1);
}

/** Phones that ring repeat their 180 every minute (RFC 3261 §13.3.1.1), and proxies on the way want to see it. */
const ALERT_AGAIN_MS = 30_000;

const ALERT_STATUS = { ringing: 180, forwarded: 181, queued: 182, progress: 183 } as const;

export function alert(process: DeviceProcess, record: CallLeg, signal: Signal<'callAlert'>): void {
  if (transfer.alert(process, record, signal)) return;
  if (record.role !== 'calling' || record.phase !== 'offered' || record.leg === undefined) return;
  seizures.spent(process, record);
  if (signal.kind === 'forwarded' && kindOf(signal.from.pid) === 'c')
    return sayForwarded(process, record, signal);
  if (record.peer === undefined) {
    process.environment.statistics.rang(process.host.nowMs - record.sinceMs);
  }
  if (signal.kind === 'ringing' && signal.media === undefined && !signal.reliable) {
    const { nowMs } = process.host;
    if (nowMs - record.alertedAtMs < ALERT_AGAIN_MS) return;
    record.alertedAtMs = nowMs;
  }
  // Until somebody answers, what the caller confirms or changes goes to whoever described media last.
  if (signal.media !== undefined || record.peer === undefined) record.peer = signal.from;
  record.alertWaits = signal.reliable;
  process.environment.userAgent.progress(record.leg, ALERT_STATUS[signal.kind], {
    fork: `${signal.from.pid}/${signal.from.call}`,
    // Early media that gets lost is silence where an announcement should be.
    reliable: signal.media !== undefined && record.leg.supported.has('100rel'),
    ...(signal.media === undefined ? {} : { media: signal.media }),
  });
}

/** Who rang does not any more, and the call goes on to somebody else: call control says so, whom nobody speaks to. */
function sayForwarded(
  process: DeviceProcess,
  record: CallLeg,
  { from }: Signal<'callAlert'>,
): void {
  const { leg } = record;
  if (leg === undefined) return;
  loseAlerting(process, record);
  // That somebody rings again is news then.
  record.alertedAtMs = Number.NEGATIVE_INFINITY;
  const fork = `${from.pid}/${from.call}`;
  process.environment.userAgent.progress(leg, ALERT_STATUS.forwarded, { fork, reliable: false });
}

/**
 * Who rings, and was the caller's peer until somebody answers, is gone. What becomes of the call is for
 * who set it up to say: others may ring.
 */
export function loseAlerting(process: DeviceProcess, record: CallLeg): void {
  const { leg, change, exchanges, confirming } = record;
  if (record.role !== 'calling' || record.phase !== 'offered' || leg === undefined) return;
  // A leg that takes another's place rings nobody.
  if (change?.by === 'take-over') return;
  const { userAgent } = process.environment;
  const status = statusOf('unreachable');
  record.peer = undefined;
  record.alertWaits = false;
  record.confirming = undefined;
  if (confirming !== undefined) userAgent.reply(leg, confirming, status);
  for (const exchange of exchanges.splice(0)) userAgent.reply(leg, exchange, status);
  if (change?.by !== 'phone') return;
  record.change = undefined;
  if (!change.withdrawn) userAgent.refuseModify(leg, status);
}

/** Somebody took the call. */
export function proceed(
  process: DeviceProcess,
  record: CallLeg,
  signal: Signal<'callProceed'>,
): void {
  if (transfer.proceed(process, record, signal)) return;
  const { from } = signal;
  if (record.role !== 'calling' || record.phase !== 'offered' || record.leg === undefined) {
    // A second answer: the line control process lets one win only, so this one crossed the end.
    if (record.peer?.pid !== from.pid || record.peer.call !== from.call)
      process.host.tell(from.pid, {
        type: 'callRelease',
        call: from.call,
        cause: 'answered elsewhere',
      });
    return;
  }
  record.phase = 'talking';
  record.peer = from;
  logCall(process, record, 'call answered');
  record.party = signal.party;
  seizures.spent(process, record);
  lineUse.answered(process, record);
  process.environment.userAgent.answer(record.leg, {
    fork: `${from.pid}/${from.call}`,
    ...(signal.media === undefined ? {} : { media: signal.media }),
  });
  // Who made the offer is told when this phone has answered it.
  if (record.offered) process.host.tell(from.pid, { type: 'callAcknowledge', call: from.call });
}

export function refuse(
  process: DeviceProcess,
  record: CallLeg,
  signal: Signal<'callRefuse'>,
): void {
  if (transfer.refuse(process, record, signal)) return;
  if (record.role !== 'calling' || record.phase !== 'offered' || record.leg === undefined) return;
  record.phase = 'over';
  process.forget(record);
  tellControls(process, record, signal.cause, {});
  if (signal.cause === 'address incomplete') overlap.remember(process, record);
  process.environment.statistics.ended(signal.cause);
  logCall(process, record, 'call refused', signal.cause, signal.code);
  process.environment.userAgent.refuse(
    record.leg,
    statusOf(signal.cause),
    refusalHeaders(signal.cause, signal.code),
  );
  process.settle();
}

/** ACK to our 2xx: the called side may go on, with the answer to its offer if it made one. */
export function acknowledged(
  process: DeviceProcess,
  record: CallLeg,
  media: Media | undefined,
): void {
  if (lineSettings.heard(process, record)) return;
  // Who has picked a call up is the called side.
  if (record.peer === undefined || record.offered || record.role === 'called') return;
  tellPeer(process, record, {
    type: 'callAcknowledge',
    call: record.peer.call,
    ...(media === undefined ? {} : { media }),
  });
}

/** PRACK from the phone: its body belongs to the alerting side's offer or answer. */
export function confirmAlert(
  process: DeviceProcess,
  record: CallLeg,
  event: Extract<UserAgentEvent<CallLeg>, { type: 'confirmed progress' }>,
): void {
  if (event.media === undefined || record.peer === undefined) return;
  if (!record.alertWaits) {
    // A second offer in a PRACK, while the called phone's own PRACK is done: not before the answer.
    if (event.exchange !== undefined)
      process.environment.userAgent.reply(event.leg, event.exchange, 488);
    return;
  }
  record.alertWaits = false;
  record.confirming = event.exchange;
  tellPeer(process, record, {
    type: 'callConfirmAlert',
    call: record.peer.call,
    media: event.media,
  });
}

/** The alerting side's answer to an offer in a PRACK. */
export function alertConfirmed(
  process: DeviceProcess,
  record: CallLeg,
  media: Media | undefined,
): void {
  const exchange = record.confirming;
  record.confirming = undefined;
  if (exchange === undefined || record.leg === undefined) return;
  process.environment.userAgent.reply(
    record.leg,
    exchange,
    200,
    media === undefined ? {} : { media },
  );
}

function tellPeer(process: DeviceProcess, record: CallLeg, signal: CallSignal): void {
  if (record.peer !== undefined) process.host.tell(record.peer.pid, signal);
}
