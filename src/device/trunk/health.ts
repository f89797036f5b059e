/**
 * How a gateway does, as its keeper finds out: by what becomes of calls, and by OPTIONS in between; and
 * our registration with it. Nobody else asks it anything.
 */
import type { Cause } from '../../call/cause.ts';
import type { Gateway } from '../../call/routing/gateway.ts';
import type { SipResponse } from '../../sip/message/message.ts';
import { parseNameAddr } from '../../sip/message/name-addr.ts';
import type { UserAgentEvent } from '../../sip/user-agent/events.ts';
import type { CallLeg } from '../call-leg.ts';
import type { DeviceProcess } from '../device-process.ts';
import { admits, type Breaker, type BreakerEvent, CLOSED, stepBreaker } from './breaker.ts';
import { isGatewayFailure, readRetryAfter } from './gateway-causes.ts';
import { gatewayUri, registerOrder } from './gateway-requests.ts';
import {
  type Registration,
  type RegistrationEvent,
  stepRegistration,
  UNREGISTERED,
} from './registration.ts';

export type Health = {
  breaker: Breaker;
  registration: Registration;
  /** Whether this process keeps the gateway. */
  isKeeper: boolean;
  /** The call that tries whether the gateway is back. */
  trial: CallLeg | undefined;
  /** REGISTER: one Call-ID and rising numbers, for as long as this process lives. */
  cseq: number;
  /** For people: OPTIONS of which something came, or nothing in time; and what came of the last. */
  pings: number;
  lastPing: string;
  /** The last failure in words, and when it was. */
  lastFailure: string;
  failedAtMs: number | undefined;
  /** Plain integers. */
  readonly counters: { tries: number; answers: number; failures: number; refused: number };
};

const BREAKER = 'trunk breaker';
const PING = 'trunk ping';
const PING_LATE = 'trunk ping late';
const REGISTER = 'trunk register';
/** No answer to OPTIONS within that time is a failure; one that comes later is a success again. */
const PING_PATIENCE_MS = 4000;
/** Keepers of many gateways do not ask all of them in the same moment. */
const FIRST_PING_MS = 500;

type Asked = Extract<UserAgentEvent<CallLeg>, { type: 'asked' }>;

export function newHealth(): Health {
  return {
    breaker: CLOSED,
    registration: UNREGISTERED,
    isKeeper: false,
    trial: undefined,
    cseq: 1,
    pings: 0,
    lastPing: '',
    lastFailure: '',
    failedAtMs: undefined,
    counters: { tries: 0, answers: 0, failures: 0, refused: 0 },
  };
}

/** This process keeps the gateway from now on, or no longer. */
export function keep(process: DeviceProcess, gateway: Gateway, health: Health, isKeeper: boolean) {
  if (health.isKeeper === isKeeper) return;
  health.isKeeper = isKeeper;
  const { host } = process;
  if (!isKeeper) {
    for (const timer of [PING, PING_LATE, REGISTER]) host.stop(timer);
    return;
  }
  if (gateway.pingMs !== undefined) host.start(PING, FIRST_PING_MS);
  if (gateway.registerS !== undefined) {
    health.registration = UNREGISTERED;
    changeRegistration(process, gateway, health, { type: 'time' });
  }
}

/** Whether a call may go out; undefined, or why not. An emergency always may. */
export function admit(
  process: DeviceProcess,
  health: Health,
  record: CallLeg,
  isEmergency: boolean,
): Cause | undefined {
  health.counters.tries++;
  if (!isEmergency && !admits(health.breaker)) {
    health.counters.refused++;
    return 'unreachable';
  }
  if (!isEmergency && health.breaker.state === 'half-open') {
    health.trial = record;
    happen(process, health, { type: 'call' });
  }
  return undefined;
}

/** The far end has said something on a call of ours that is good: it is there. */
export function succeeded(process: DeviceProcess, health: Health, record: CallLeg): void {
  health.counters.answers++;
  if (health.trial === record) health.trial = undefined;
  happen(process, health, { type: 'success' });
}

/** Our INVITE was refused before anything else was said. */
export function refused(
  process: DeviceProcess,
  health: Health,
  record: CallLeg,
  status: number,
  response: SipResponse | undefined,
): void {
  if (!isGatewayFailure(status)) return succeeded(process, health, record);
  if (health.trial === record) health.trial = undefined;
  const silent = response === undefined && status === 408;
  fail(process, health, silent ? 'no answer to INVITE' : `${status} to INVITE`, response);
}

/** A call went away; if it was to tell whether the gateway is back, the next one does. */
export function ended(process: DeviceProcess, health: Health, record: CallLeg): void {
  if (health.trial !== record) return;
  health.trial = undefined;
  happen(process, health, { type: 'given up' });
}

/** Whether that timer was of this business. */
export function timeout(
  process: DeviceProcess,
  gateway: Gateway,
  health: Health,
  timer: string,
): boolean {
  switch (timer) {
    case BREAKER:
      happen(process, health, { type: 'time' });
      if (gateway.pingMs !== undefined && health.isKeeper) ping(process, gateway, health);
      return true;
    case PING:
      ping(process, gateway, health);
      return true;
    case PING_LATE:
      health.pings++;
      health.lastPing = 'no answer';
      fail(process, health, 'no answer to OPTIONS', undefined);
      return true;
    case REGISTER:
      changeRegistration(process, gateway, health, { type: 'time' });
      return true;
    default:
      return false;
  }
}

/** OPTIONS now. */
export function ping(process: DeviceProcess, gateway: Gateway, health: Health): void {
  const { host, environment, place } = process;
  if (place.kind !== 'gateway') return;
  const uri = gatewayUri(place, '');
  const from = `<sip:${environment.domain}>`;
  environment.userAgent.ask(
    {
      method: 'OPTIONS',
      uri,
      hop: place.hop,
      from,
      to: `<${uri}>`,
      headers: 'Accept: application/sdp\r\n',
      ...(gateway.secret === undefined ? {} : { secret: gateway.secret }),
    },
    process.pid,
    'ping',
  );
  host.start(PING_LATE, PING_PATIENCE_MS);
  if (gateway.pingMs !== undefined && health.isKeeper) host.start(PING, gateway.pingMs);
}

/** An answer to OPTIONS or REGISTER. */
export function answered(
  process: DeviceProcess,
  gateway: Gateway,
  health: Health,
  { token, status, response }: Asked,
): void {
  if (token === 'ping') {
    process.host.stop(PING_LATE);
    health.pings++;
    health.lastPing = String(status);
    // Whatever it says, it speaks; unless it says that it takes no calls, or nothing was heard at all.
    const isThere = response !== undefined && status !== 503 && status !== 408;
    if (isThere) happen(process, health, { type: 'success' });
    else fail(process, health, `${status} to OPTIONS`, response);
    return;
  }
  if (status >= 200 && status < 300 && response !== undefined) {
    const expiresS = grantedS(response, gateway.registerS ?? 0);
    changeRegistration(process, gateway, health, { type: 'accepted', expiresS });
    return;
  }
  const retryAfterS = readRetryAfter(response);
  process.environment.log.write('warn', 'gateway registration failed', {
    gateway: gateway.id,
    status,
  });
  changeRegistration(process, gateway, health, {
    type: 'refused',
    status,
    ...(retryAfterS === undefined ? {} : { retryAfterS }),
  });
}

function changeRegistration(
  process: DeviceProcess,
  gateway: Gateway,
  health: Health,
  event: RegistrationEvent,
): void {
  const { registration, isDue, nextMs } = stepRegistration(health.registration, event);
  health.registration = registration;
  const { host, environment, place } = process;
  if (nextMs !== undefined && health.isKeeper) host.start(REGISTER, nextMs);
  if (isDue !== true || place.kind !== 'gateway') return;
  health.cseq += 2;
  const order = registerOrder(process, place, gateway, health.cseq);
  environment.userAgent.ask(order, process.pid, 'register');
}

/** How long the registrar gives us: the Contact's own expires, else the header's, else what we asked for. */
function grantedS({ headers }: SipResponse, askedS: number): number {
  for (const text of headers.all('Contact')) {
    const expires = parseNameAddr(text)?.parameters.get('expires');
    if (expires !== undefined && /^\d{1,9}$/.test(expires)) return Number(expires);
  }
  const header = headers.first('Expires')?.trim() ?? '';
  return /^\d{1,9}$/.test(header) ? Number(header) : askedS;
}

function fail(
  process: DeviceProcess,
  health: Health,
  what: string,
  response: SipResponse | undefined,
): void {
  health.counters.failures++;
  health.lastFailure = what;
  health.failedAtMs = process.host.nowMs;
  const retryAfterS = readRetryAfter(response);
  happen(process, health, {
    type: 'failure',
    ...(retryAfterS === undefined ? {} : { retryAfterS }),
  });
}

function happen(process: DeviceProcess, health: Health, event: BreakerEvent): void {
  const before = health.breaker;
  const { breaker, openMs } = stepBreaker(before, event);
  health.breaker = breaker;
  if (openMs !== undefined) process.host.start(BREAKER, openMs);
  if (before.state === breaker.state) return;
  if (breaker.state === 'closed') process.host.stop(BREAKER);
  const { log } = process.environment;
  const gateway = process.place.device;
  if (openMs !== undefined)
    log.write('warn', 'gateway left alone', { gateway, why: health.lastFailure, ms: openMs });
  else if (breaker.state === 'closed') log.write('info', 'gateway takes calls again', { gateway });
}
