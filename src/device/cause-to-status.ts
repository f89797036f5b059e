/**
 * Causes of call processing as SIP statuses and Q.850 causes, and back.
 *
 * The pairs follow RFC 3398 §7.2.4 and §8.2.6 where it has one; what a user does (busy, declined)
 * keeps the status that phones send for it.
 */
import type { Cause } from '../call/cause.ts';
import { formatRefusal, type RefusalCode } from '../call/refusal-codes.ts';

type Answer = {
  /** Final status for a caller whose call request ends with this cause. */
  readonly status: number;
  /** Q.850 cause value (ITU-T Q.850 §2.2.5). */
  readonly q850: number;
  readonly text: string;
};

const ANSWERS: Readonly<Record<Cause, Answer>> = {
  'unknown number': { status: 404, q850: 1, text: 'Unallocated number' },
  'no device': { status: 480, q850: 20, text: 'Subscriber absent' },
  busy: { status: 486, q850: 17, text: 'User busy' },
  'no free appearance': { status: 486, q850: 17, text: 'User busy' },
  'appearance taken': { status: 480, q850: 44, text: 'Requested channel not available' },
  declined: { status: 603, q850: 21, text: 'Call rejected' },
  'no answer': { status: 480, q850: 19, text: 'No answer from user' },
  unreachable: { status: 480, q850: 18, text: 'No user responding' },
  'no gateway': { status: 503, q850: 38, text: 'Network out of order' },
  'cut off': { status: 503, q850: 38, text: 'Network out of order' },
  'not acceptable': { status: 488, q850: 88, text: 'Incompatible destination' },
  forbidden: { status: 403, q850: 21, text: 'Call rejected' },
  'answered elsewhere': { status: 487, q850: 26, text: 'Non-selected user clearing' },
  'caller gave up': { status: 487, q850: 16, text: 'Normal call clearing' },
  'hung up': { status: 487, q850: 16, text: 'Normal call clearing' },
  transferred: { status: 487, q850: 16, text: 'Normal call clearing' },
  'request pending': { status: 491, q850: 127, text: 'Interworking' },
  'call gone': { status: 481, q850: 101, text: 'Message not compatible with call state' },
  loop: { status: 483, q850: 25, text: 'Exchange routing error' },
  overload: { status: 503, q850: 42, text: 'Switching equipment congestion' },
  'address incomplete': { status: 484, q850: 28, text: 'Invalid number format' },
  'internal failure': { status: 500, q850: 41, text: 'Temporary failure' },
  'session expired': { status: 408, q850: 102, text: 'Recovery on timer expiry' },
  released: { status: 480, q850: 31, text: 'Normal, unspecified' },
  draining: { status: 503, q850: 41, text: 'Temporary failure' },
};

export function statusOf(cause: Cause): number {
  return ANSWERS[cause].status;
}

export function q850Of(cause: Cause): number {
  return ANSWERS[cause].q850;
}

/**
 * Value of the Reason header (RFC 3326) for the CANCEL or BYE that ends a leg; '' where none is due: a caller's own CANCEL says nothing, so that the call counts as missed.
 */
export function reasonOf(cause: Cause): string {
  if (cause === 'caller gave up' || cause === 'no answer') return '';
  if (cause === 'answered elsewhere') return 'SIP;cause=200;text="Call completed elsewhere"';
  const { q850, text } = ANSWERS[cause];
  return `Q.850;cause=${q850};text="${text}"`;
}

/**
 * Header lines that a refusal with this cause carries. One with a code says it, with its title, in Reason and
 * in Warning (RFC 3261 §20.43): some phones show one of them.
 */
export function refusalHeaders(cause: Cause, code?: RefusalCode): string {
  const { q850, text } = ANSWERS[cause];
  const retry = retryOf(cause);
  if (code === undefined) return `Reason: Q.850;cause=${q850};text="${text}"\r\n${retry}`;
  const said = formatRefusal(code);
  return `Reason: Q.850;cause=${q850};text="${said}"\r\nWarning: 399 linewright "${said}"\r\n${retry}`;
}

function retryOf(cause: Cause): string {
  // A lamp goes out, and the phone that has asked for it in vain has not rung anybody.
  if (cause === 'appearance taken') return 'Retry-After: 1\r\n';
  return cause === 'overload' || cause === 'draining' ? 'Retry-After: 5\r\n' : '';
}

/**
 * What a final status to the INVITE that offers a call says about it. An answer that belongs inside a
 * dialog, or to a CANCEL that we have not sent, says of a new call only that it cannot be had there.
 */
export function causeOfRefusal(status: number): Cause {
  return status === 481 || status === 487 || status === 491 ? 'unreachable' : causeOf(status);
}

/** What a phone's or gateway's final status to our INVITE says about the call. */
export function causeOf(status: number): Cause {
  switch (status) {
    case 486:
    case 600:
      return 'busy';
    case 603:
    case 607:
    case 608:
      return 'declined';
    case 404:
    case 410:
    case 604:
      return 'unknown number';
    case 484:
      return 'address incomplete';
    case 401:
    case 403:
    case 407:
      return 'forbidden';
    case 408:
      return 'unreachable';
    case 480:
      return 'no answer';
    case 487:
      return 'caller gave up';
    case 491:
      return 'request pending';
    case 481:
      return 'call gone';
    case 482:
    case 483:
      return 'loop';
    case 415:
    case 488:
    case 606:
      return 'not acceptable';
    case 503:
      return 'unreachable';
    default:
      // 3xx: a phone that wants the call elsewhere does not take it here.
      if (status < 400) return 'declined';
      return status < 500 ? 'not acceptable' : 'unreachable';
  }
}
