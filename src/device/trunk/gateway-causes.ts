/**
 * What a gateway's final answer to an INVITE says of the call, and of the gateway: RFC 3398 §8.2.6 read
 * backwards, with the Q.850 cause that a gateway puts into Reason (RFC 3326, RFC 6432) where the status says
 * only that it failed. docs/gateways.md has the same table, and a test compares.
 */
import type { Cause } from '../../call/cause.ts';
import type { SipResponse } from '../../sip/message/message.ts';
import { parseParameterised } from '../../sip/message/parameters.ts';
import { causeOfRefusal } from '../cause-to-status.ts';

/** Q.850 causes that are about the called party, or how it is called: no other gateway would do better. */
export const CAUSES_OF_THE_CALLED: Readonly<Record<number, Cause>> = {
  1: 'unknown number',
  17: 'busy',
  18: 'no answer',
  19: 'no answer',
  20: 'no device',
  21: 'declined',
  22: 'unknown number',
  28: 'address incomplete',
};

/** Statuses after which the next gateway is asked: silence, our own credentials, and the gateway's failures. */
export function isGatewayFailure(status: number): boolean {
  return status === 408 || status === 401 || status === 407 || (status >= 500 && status < 600);
}

/** Why the call ended there. 'unreachable': the next gateway is asked. */
export function causeOfAnswer(status: number, response: SipResponse | undefined): Cause {
  if (!isGatewayFailure(status)) return causeOfRefusal(status);
  // 503 is about the gateway whatever else is said with it.
  const q850 = status === 503 ? undefined : readQ850(response);
  return (q850 !== undefined && CAUSES_OF_THE_CALLED[q850]) || 'unreachable';
}

/** Seconds of Retry-After (RFC 3261 §20.33); undefined: it says none. */
export function readRetryAfter(response: SipResponse | undefined): number | undefined {
  const [, digits] = /^\s*(\d{1,9})\b/.exec(response?.headers.first('Retry-After') ?? '') ?? [];
  return digits === undefined ? undefined : Number(digits);
}

function readQ850(response: SipResponse | undefined): number | undefined {
  for (const text of response?.headers.all('Reason') ?? []) {
    const reason = parseParameterised(text);
    if (reason === undefined || reason.value.toLowerCase() !== 'q.850') continue;
    const cause = Number(reason.parameters.get('cause'));
    if (Number.isInteger(cause)) return cause;
  }
  return undefined;
}
