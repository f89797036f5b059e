/**
 * A call that a line sends on: from then on it is judged by that line's rights, has one hop less, and tells
 * the history of who has sent it on and why. A line that would send it on a second time for the same reason
 * ends it, and so does one sending too many (RFC 5393, RFC 7044 §10.3).
 */
import type { Cause } from '../cause.ts';
import type { Caller } from '../digit-analysis.ts';
import type { Directory } from '../directory.ts';
import type { RefusalCode } from '../refusal-codes.ts';
import type { CallRequest } from '../signals.ts';
import { type Forward, type Forwards, forwardFor, kindOfRefusal } from './forwarding.ts';

export const DIVERSION_REASONS = [
  'all',
  'busy',
  'no answer',
  'unreachable',
  'do not disturb',
  'deflected',
  'unknown',
] as const;

/** 'deflected': by the phone itself (302). 'unknown': a gateway says so. */
export type DiversionReason = (typeof DIVERSION_REASONS)[number];

/** One that sent the call on. */
export type Diversion = {
  /** A line of ours; of what came in by a gateway what that calls it. */
  readonly number: string;
  readonly reason: DiversionReason;
  /** The number as the far end of a way out is to see it, where the route plan makes another of it. */
  readonly shown?: string;
  /** Who called it is not one of ours, and a gateway that hears of no diversions is told `shown` instead. */
  readonly isPassedOn?: boolean;
  /** Only gateways that are trusted hear of it. */
  readonly isPrivate?: boolean;
};

/** What is to become of a call that a line does not take. */
export type Onward = { readonly number: string; readonly reason: DiversionReason } & Forward;

/** More are an endless way, or somebody's mischief. */
export const DIVERSIONS_MAX = 5;

/** The request as the line sends it on; or why it does not. */
export function divert(
  request: CallRequest,
  { number, reason, to }: Onward,
  directory: Directory,
): CallRequest | RefusalCode {
  const { diversions = [], dialled, from, asserted } = request;
  const isSame = (other: string) => other === number || other === dialled;
  if (diversions.some((each) => each.reason === reason && isSame(each.number))) return 'LW-3401';
  if (diversions.length >= DIVERSIONS_MAX) return 'LW-3402';
  const caller = asserted ?? from;
  const isOurs = directory.lines.has(caller.number) || directory.users.has(caller.number);
  const diversion: Diversion = { number, reason, ...(isOurs ? {} : { isPassedOn: true }) };
  // How long that line was to ring, and whose call was to come back to it, is no business of the next one.
  const { patienceMs: _, isOverlap: __, isDirect: ___, ...asked } = request;
  return {
    ...asked,
    call: nextName(asked.call),
    dialled: to,
    byLine: number,
    hops: request.hops - 1,
    diversions: [...diversions, diversion],
  };
}

/** With whose rights a line sends calls on: its own, before those of the member who has set it, else of its first. */
export function rightsOfLine(directory: Directory, number: string, by?: string): Caller {
  const line = directory.lines.get(number);
  const member = line?.members.find(({ device }) => device === by) ?? line?.members[0];
  // A user's name is a line of one member.
  const device = directory.devices.get(member?.device ?? '') ?? directory.users.get(number);
  const spaces = [line?.search, device?.search].filter((space) => space !== undefined);
  return { spaces, number, isOutside: false };
}

/** What becomes of a call that its line has refused; undefined: that is the end of it. `deflected`: where a phone wants it. */
export function onwardOf(
  number: string,
  forwards: Forwards | undefined,
  cause: Cause,
  deflected?: Forward,
): Onward | undefined {
  if (deflected !== undefined) return { number, reason: 'deflected', ...deflected };
  const kind = forwards && kindOfRefusal(cause);
  const forward = kind && forwardFor(forwards, kind);
  return forward && { number: forwards.number, reason: kind, ...forward };
}

/**
 * A call is known by another name to each line that it is sent on to: what comes late of the one before is told
 * apart, and a gateway that has brought it may be its way out.
 */
function nextName(call: string): string {
  const [, root = call, count = '0'] = /^(.*)\.f(\d+)$/.exec(call) ?? [];
  return `${root}.f${Number(count) + 1}`;
}

/** The name that the call began with. */
export function firstName(call: string): string {
  const at = call.lastIndexOf('.f');
  return at > 0 && /^\d+$/.test(call.slice(at + 2)) ? call.slice(0, at) : call;
}
