/**
 * Session timers: RFC 4028. Who refreshes a session how often is agreed in each 2xx to INVITE and
 * UPDATE; a session that is not refreshed ends. Sending the refresh is `modify.ts`' business.
 */
import type { Timer } from '../../base/timer-wheel.ts';
import type { Headers } from '../message/headers.ts';
import type { SipMessage, SipRequest } from '../message/message.ts';
import { parseParameterised } from '../message/parameters.ts';
import { readScalar } from '../message/scalars.ts';
import type { Agent, Timed } from './agent.ts';
import { detachBody } from './body.ts';
import type { Body } from './leg.ts';
import type { LegRecord } from './leg-record.ts';

/** RFC 4028 §4: nobody may ask for less. */
const MIN_SE_S = 90;
/** A week: longer intervals are none. */
const INTERVAL_MAX_S = 604_800;

export class SessionTimer<O> {
  readonly kind = 'session timer';
  readonly leg: LegRecord<O>;
  readonly intervalS: number;
  readonly weRefresh: boolean;
  /** When the session is given up (RFC 4028 §10): a little before it expires. */
  readonly endAtMs: number;
  /** What we described last: for a refresh by re-INVITE, where the far end takes no UPDATE. */
  media: Body | undefined;
  timer: Timer<Timed<O>> | undefined;

  constructor(leg: LegRecord<O>, intervalS: number, weRefresh: boolean, nowMs: number) {
    this.leg = leg;
    this.intervalS = intervalS;
    this.weRefresh = weRefresh;
    this.endAtMs = nowMs + 1000 * (intervalS - Math.min(32, intervalS / 3));
  }
}

type SessionExpires = { readonly intervalS: number; readonly refresher: 'uac' | 'uas' | undefined };

/** The Session-Expires of a message; undefined when absent, 'malformed' when it cannot be read. */
export function readSessionExpires(headers: Headers): SessionExpires | undefined | 'malformed' {
  const text = headers.first('Session-Expires');
  if (text === undefined) return undefined;
  const read = parseParameterised(text);
  const intervalS = readScalar(read?.value, INTERVAL_MAX_S);
  if (read === undefined || intervalS === undefined) return 'malformed';
  const refresher = read.parameters.get('refresher')?.toLowerCase();
  return {
    intervalS,
    refresher: refresher === 'uac' || refresher === 'uas' ? refresher : undefined,
  };
}

/** The Min-SE of a message, or the least that the RFC allows. */
export function readMinSe(headers: Headers): number {
  const text = headers.first('Min-SE');
  const read = text === undefined ? undefined : parseParameterised(text)?.value;
  return Math.max(readScalar(read, INTERVAL_MAX_S) ?? 0, MIN_SE_S);
}

function minSe<O>(agent: Agent<O>): number {
  return Math.max(agent.options.sessionTimer?.minSeS ?? MIN_SE_S, MIN_SE_S);
}

/**
 * Whether INVITE or UPDATE asks for what we do not take: 400, or 422 with the headers it demands
 * (§9). 422 only to who supports the extension: others would not understand it.
 */
export function refusalOfSession<O>(
  agent: Agent<O>,
  request: SipRequest,
): { readonly status: number; readonly headers: string } | undefined {
  const asked = readSessionExpires(request.headers);
  if (asked === undefined) return undefined;
  if (asked === 'malformed') return { status: 400, headers: '' };
  const least = minSe(agent);
  if (asked.intervalS >= least || !supportsTimer(agent, request)) return undefined;
  return { status: 422, headers: `Min-SE: ${least}\r\n` };
}

function supportsTimer<O>(agent: Agent<O>, message: SipMessage): boolean {
  return agent.far.tokens(message.headers, 'Supported')?.has('timer') === true;
}

/**
 * As UAS of INVITE or UPDATE: agrees on the session's refreshes and gives the header lines for the
 * 2xx (§9, Table 2). The far end refreshes when it can and leaves the choice to us.
 */
export function agreeAsServer<O>(agent: Agent<O>, leg: LegRecord<O>, request: SipRequest): string {
  const read = readSessionExpires(request.headers);
  const asked = read === 'malformed' ? undefined : read;
  const ours = leg.isUntimed ? undefined : agent.options.sessionTimer?.expiresS;
  if (asked === undefined && ours === undefined) {
    stop(agent, leg);
    return '';
  }
  const least = Math.max(minSe(agent), readMinSe(request.headers));
  // §9: what was asked for is not raised, but above the least that the extension knows.
  const intervalS =
    asked === undefined ? Math.max(ours ?? 0, least) : Math.max(asked.intervalS, MIN_SE_S);
  const isAble = supportsTimer(agent, request);
  const refresher = isAble ? (asked?.refresher ?? 'uac') : 'uas';
  start(agent, leg, intervalS, refresher === 'uas');
  const require = refresher === 'uac' ? 'Require: timer\r\n' : '';
  return `${require}Session-Expires: ${intervalS};refresher=${refresher}\r\n`;
}

/** As UAC: takes what a 2xx to our INVITE or UPDATE says (§7.2). */
export function agreeAsClient<O>(agent: Agent<O>, leg: LegRecord<O>, headers: Headers): void {
  const said = readSessionExpires(headers);
  if (said === undefined || said === 'malformed') return stop(agent, leg);
  start(agent, leg, Math.max(said.intervalS, MIN_SE_S), said.refresher !== 'uas');
}

/** Header lines of our INVITE: what we ask for, if anything. `leastS`: what a 422 demanded, or 0. */
export function sessionLines<O>(agent: Agent<O>, leastS: number): string {
  const ours = agent.options.sessionTimer;
  if (ours === undefined) return '';
  const least = Math.max(minSe(agent), leastS);
  // The default need not be said (§5).
  const minimum = least > MIN_SE_S ? `Min-SE: ${least}\r\n` : '';
  return `Session-Expires: ${Math.max(ours.expiresS, least)}\r\n${minimum}`;
}

/** Header lines of our re-INVITE or UPDATE: the same again, roles kept (§7.4). */
export function refreshLines<O>(agent: Agent<O>, leg: LegRecord<O>, leastS: number): string {
  const { session, isUntimed } = leg;
  const isAsked = !isUntimed && leg.supported.has('timer');
  if (session === undefined) return isAsked ? sessionLines(agent, leastS) : '';
  const intervalS = Math.max(session.intervalS, leastS);
  const minimum = leastS > MIN_SE_S ? `Min-SE: ${leastS}\r\n` : '';
  return `Session-Expires: ${intervalS};refresher=${session.weRefresh ? 'uac' : 'uas'}\r\n${minimum}`;
}

function start<O>(agent: Agent<O>, leg: LegRecord<O>, intervalS: number, weRefresh: boolean): void {
  const media = leg.session?.media;
  stop(agent, leg);
  const session = new SessionTimer(leg, intervalS, weRefresh, agent.nowMs);
  session.media = media;
  leg.session = session;
  arm(agent, session, weRefresh ? agent.nowMs + 500 * intervalS : session.endAtMs);
}

function stop<O>(agent: Agent<O>, leg: LegRecord<O>): void {
  agent.stopTimer(leg.session);
  leg.session = undefined;
}

function arm<O>(agent: Agent<O>, session: SessionTimer<O>, atMs: number): void {
  agent.startTimer(session, Math.min(atMs, session.endAtMs) - agent.nowMs);
}

/** A refresh is tried again after that long, if the session has so long to live. */
const RETRY_MS = 10_000;

/** The timer has run out: what is due. A refresh that succeeds replaces the timer; till then it runs on. */
export function dueOf<O>(agent: Agent<O>, session: SessionTimer<O>): 'refresh' | 'end' {
  if (agent.nowMs >= session.endAtMs) return 'end';
  arm(agent, session, agent.nowMs + RETRY_MS);
  return 'refresh';
}

/** Notes what we describe to the far end, if a refresh may have to repeat it. */
export function noteDescribed<O>(leg: LegRecord<O>, media: Body | undefined): void {
  const { session } = leg;
  if (session === undefined || media === undefined) return;
  const isNeeded = session.weRefresh && leg.allow?.has('UPDATE') !== true;
  session.media = isNeeded ? detachBody(media) : undefined;
}
