/** The called side: an offered call rings the phone, which takes it, refuses it, or loses it to another. */
import type { Gateway } from '../call/routing/gateway.ts';
import type { CallSignal, Media } from '../call/signals.ts';
import type { Pid } from '../process/pid.ts';
import type { Hop } from '../sip/hop.ts';
import { headerLine } from '../sip/message/safe.ts';
import { escapeUser } from '../sip/message/uri.ts';
import type { UserAgentEvent } from '../sip/user-agent/events.ts';
import { hasAll } from './allowance.ts';
import { attemptOf, type CallLeg, calledLeg } from './call-leg.ts';
import { logCall } from './call-log.ts';
import { causeOfRefusal } from './cause-to-status.ts';
import { answererOf } from './custody.ts';
import { deflectionOf } from './deflection.ts';
import type { DeviceProcess } from './device-process.ts';
import { nameAddrOf } from './identity.ts';
import * as lineMembership from './line-membership.ts';
import type { Place } from './place.ts';
import { appearanceHeaders } from './sharing/watch.ts';
import { diversionForPhone } from './trunk/diversions.ts';
import { causeOfAnswer } from './trunk/gateway-causes.ts';
import * as health from './trunk/health.ts';
import { numberFor } from './trunk/numbers.ts';
import * as trunks from './trunk/trunk.ts';
import { callerLines } from './trunk/trunk-identity.ts';

type Signal<T extends CallSignal['type']> = Extract<CallSignal, { type: T }>;

/** Call request: the phone's INVITE goes out. */
export function offer(process: DeviceProcess, request: Signal<'callRequest'>, from: Pid): void {
  const { host, environment, legs, place, trunk } = process;
  const { call } = request;
  const known = legs.get(call);
  if (known !== undefined) {
    // Said twice it is one call. A phone that is being transferred is not rung by its own call.
    if (known.reportTo !== from) host.tell(from, { type: 'callRefuse', call, cause: 'busy' });
    return;
  }
  // Who has lost the line to another process, or never had it, rings nobody.
  if (request.line !== undefined && !lineMembership.obeys(process, request.line, from))
    return host.tell(from, {
      type: 'callRefuse',
      call,
      cause: 'unreachable',
      ...attemptOf(request),
    });
  const number = trunk === undefined ? request.dialled : numberFor(trunk.gateway, request.dialled);
  const target = targetOf(place, number);
  if (target === undefined || isFull(process, request)) {
    // A full gateway is for route list control to go round; a phone with too many calls is busy.
    const full = place.kind === 'gateway' ? 'overload' : 'busy';
    const cause = target === undefined ? 'no device' : full;
    return host.tell(from, { type: 'callRefuse', call, cause, ...attemptOf(request) });
  }
  if (request.hops <= 0)
    return host.tell(from, { type: 'callRefuse', call, cause: 'loop', ...attemptOf(request) });
  const record = calledLeg(process, request, from, host.nowMs);
  const refusal =
    trunk && health.admit(process, trunk.health, record, request.isEmergency === true);
  if (refusal !== undefined) return host.tell(from, { type: 'callRefuse', call, cause: refusal });
  process.keep(call, record);
  const { domain } = environment;
  const referredBy = request.referredBy && nameAddrOf(request.referredBy, domain);
  const caller =
    trunk === undefined
      ? { from: nameAddrOf(request.from, domain), headers: diversionForPhone(request, domain) }
      : callerLines(trunk.gateway, request, domain);
  record.leg = environment.userAgent.invite(
    {
      uri: target.uri,
      hop: target.hop,
      routes: target.routes,
      from: caller.from,
      to: nameAddrOf({ number, name: '' }, domain),
      maxForwards: request.hops,
      headers:
        caller.headers +
        (referredBy === undefined ? '' : headerLine('Referred-By', referredBy)) +
        appearanceHeaders(process, request.line, request.appearance),
      // With an offer in the INVITE the user agent confirms by itself; without one the caller must.
      reliable:
        (request.offer !== undefined || request.reliable) &&
        trunk?.gateway.withoutReliable !== true,
      patienceMs: 0,
      identity: { kind: place.kind === 'gateway' ? 'gateway' : 'device', id: place.device },
      ...(request.offer === undefined ? {} : { media: request.offer }),
      ...(trunk === undefined ? {} : gatewayTerms(trunk.gateway)),
    },
    record,
  );
  logCall(process, record, 'call offered');
}

function isFull(process: DeviceProcess, { isEmergency = false }: Signal<'callRequest'>): boolean {
  const { trunk } = process;
  if (isEmergency) return false;
  return trunk === undefined ? hasAll(process) : trunks.isFull(trunk);
}

/** How long a gateway may take to say anything at all, 100 included: then the next one is asked. */
const SILENCE_MS = 2000;

/** Of an INVITE to a gateway. Nothing but a gateway's own secret ever answers a challenge. */
function gatewayTerms({ secret, withoutSessionTimer = false }: Gateway) {
  return {
    silenceMs: SILENCE_MS,
    ...(secret === undefined ? {} : { secret }),
    ...(withoutSessionTimer ? { withoutSessionTimer } : {}),
  };
}

type Target = { readonly uri: string; readonly hop: Hop; readonly routes: readonly string[] };

function targetOf(place: Place, number: string): Target | undefined {
  if (place.kind === 'gateway')
    return {
      uri: `sip:${escapeUser(number)}@${place.hostPart}`,
      hop: place.hop,
      routes: [],
    };
  const { binding } = place;
  return binding && { uri: binding.contact, hop: binding.hop, routes: binding.routes };
}

const FURTHER = { isFurther: true } as const;

const ALERT_KIND: Readonly<Record<number, Signal<'callAlert'>['kind']>> = {
  180: 'ringing',
  181: 'forwarded',
  182: 'queued',
  183: 'progress',
};

/** 101-199 from the phone. */
export function alerting(
  process: DeviceProcess,
  record: CallLeg,
  event: Extract<UserAgentEvent<CallLeg>, { type: 'progress' }>,
): void {
  const kind = ALERT_KIND[event.status];
  if (kind === undefined) return;
  const { trunk } = process;
  if (trunk !== undefined && record.alerted === undefined && !record.hasSpoken) {
    record.hasSpoken = true;
    health.succeeded(process, trunk.health, record);
  }
  if (record.rangMs === 0) record.rangMs = process.host.nowMs;
  const alert: Signal<'callAlert'> = {
    type: 'callAlert',
    call: record.call,
    from: { pid: process.pid, call: record.call },
    kind,
    reliable: event.confirm,
    ...(event.media === undefined ? {} : { media: event.media }),
    ...attemptOf(record),
    ...(record.isAccompanied && event.media === undefined && !event.confirm ? FURTHER : {}),
  };
  // What describes media, or is to be confirmed, is not said twice.
  if (event.media === undefined && !event.confirm) record.alerted = alert;
  if (record.reportTo !== undefined) process.host.tell(record.reportTo, alert);
}

/** The caller's word on a reliable alert: PRACK, with its answer or a new offer. */
export function confirmAlert(
  process: DeviceProcess,
  record: CallLeg,
  media: Media | undefined,
): void {
  if (record.leg !== undefined) process.environment.userAgent.confirmProgress(record.leg, media);
}

/** 200 to our PRACK: its body answers what the caller offered there. */
export function alertConfirmed(
  process: DeviceProcess,
  record: CallLeg,
  media: Media | undefined,
): void {
  if (record.peer === undefined) return;
  process.host.tell(record.peer.pid, {
    type: 'callAlertConfirmed',
    call: record.peer.call,
    ...(media === undefined ? {} : { media }),
  });
}

/** 2xx from the phone. Whether it has won is not known here. */
export function answered(process: DeviceProcess, record: CallLeg, media: Media | undefined): void {
  const { leg } = record;
  if (leg === undefined) return;
  const { trunk } = process;
  if (trunk !== undefined && !record.hasSpoken) health.succeeded(process, trunk.health, record);
  // An answer to our offer is acknowledged at once; an offer waits for the caller's answer.
  if (record.offered) process.environment.userAgent.acknowledge(leg);
  taken(process, record, media);
}

/** The phone takes the call: call proceed. */
export function taken(
  process: DeviceProcess,
  record: CallLeg,
  media: Media | undefined,
  isPickup = false,
): void {
  const { reportTo } = record;
  record.phase = 'talking';
  record.tookMs = process.host.nowMs;
  const { records } = process.environment;
  logCall(process, record, 'call taken');
  record.unacknowledged = {
    type: 'callProceed',
    call: record.call,
    from: { pid: process.pid, call: record.call },
    party: process.party,
    ...(media === undefined ? {} : { media }),
    ...attemptOf(record),
    ...(records.isWanted ? { answerer: answererOf(process, record, isPickup) } : {}),
  };
  // A line that is just being looked for hears it as soon as it is there.
  if (reportTo !== undefined) process.host.tell(reportTo, record.unacknowledged);
}

/** 300-699, silence, or a dead connection. */
export function refused(
  process: DeviceProcess,
  record: CallLeg,
  {
    status,
    response,
  }: Pick<Extract<UserAgentEvent<CallLeg>, { type: 'refused' }>, 'status' | 'response'>,
): void {
  const { reportTo } = record;
  const { trunk } = process;
  record.phase = 'over';
  if (trunk !== undefined && !record.hasSpoken)
    health.refused(process, trunk.health, record, status, response);
  process.forget(record);
  if (reportTo === undefined) return;
  const said = trunk === undefined ? causeOfRefusal(status) : causeOfAnswer(status, response);
  // A phone that does not know its own contact is a phone that is not there.
  const isStale = said === 'unknown number' && process.place.kind === 'phone';
  const cause = isStale ? 'unreachable' : said;
  logCall(process, record, 'call not taken', cause);
  const { call } = record;
  const to = status < 400 && trunk === undefined ? deflectionOf(process, response) : undefined;
  const elsewhere = to === undefined ? {} : { forward: { to, by: process.place.device } };
  process.host.tell(reportTo, {
    ...{ type: 'callRefuse', call, cause, ...elsewhere },
    ...attemptOf(record),
  });
  process.settle();
}
