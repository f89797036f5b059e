/**
 * Challenges to what we send inside a call: RFC 3261 §22.2 and §22.3. Answered for the realm of the leg's secret, as its
 * INVITE's was, and once for each request. Who has no secret answers none.
 */
import { answerChallenge } from '../digest/challenge.ts';
import type { SipResponse } from '../message/message.ts';
import type { OutgoingRequest } from '../message/outgoing.ts';
import type { Agent } from './agent.ts';
import type { LegRecord } from './leg-record.ts';

/** What has to be kept of a request until it is answered; nothing on legs without a secret. */
export function provable<O>(
  { secret }: LegRecord<O>,
  request: OutgoingRequest,
): OutgoingRequest | undefined {
  return secret === undefined ? undefined : request;
}

/** The header line with which `request` is to be sent again; undefined: it stays refused. */
export function proofFor<O>(
  agent: Agent<O>,
  { secret }: LegRecord<O>,
  request: OutgoingRequest | undefined,
  response: SipResponse,
): string | undefined {
  const { status } = response;
  if ((status !== 401 && status !== 407) || secret === undefined || request === undefined)
    return undefined;
  return answerChallenge(request, response, secret, agent.random);
}
