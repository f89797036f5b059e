/**
 * Requests of ours outside any dialog: OPTIONS (RFC 3261 §11) and REGISTER (§10) to a gateway. Each is
 * answered once, to whoever asked; a challenge for its secret's realm is answered before that, once.
 */
import { answerChallenge, type ClientSecret } from '../digest/challenge.ts';
import type { Hop } from '../hop.ts';
import type { SipResponse } from '../message/message.ts';
import type { OutgoingRequest } from '../message/outgoing.ts';
import type { Agent } from './agent.ts';

/** What is to be asked. `from` and `to`: whole values without tags. */
export type QuestionOrder = {
  readonly method: 'OPTIONS' | 'REGISTER';
  readonly uri: string;
  readonly hop: Hop;
  readonly from: string;
  readonly to: string;
  /** Whole header lines; Contact among them, if there is to be one. */
  readonly headers: string;
  /** Of a series of requests (REGISTER) the same for all, and numbers that rise by two. */
  readonly callId?: string;
  readonly cseq?: number;
  readonly secret?: ClientSecret;
};

/** Hangs on its transaction. */
export class Question {
  readonly kind = 'question';
  /** Who asks: said with the answer. */
  readonly asker: string;
  /** For the asker to know its question by. */
  readonly token: string;
  readonly hop: Hop;
  outgoing: OutgoingRequest;
  /** Until a challenge has been answered with it. */
  secret: ClientSecret | undefined;

  constructor(
    asker: string,
    token: string,
    hop: Hop,
    outgoing: OutgoingRequest,
    secret: ClientSecret | undefined,
  ) {
    this.asker = asker;
    this.token = token;
    this.hop = hop;
    this.outgoing = outgoing;
    this.secret = secret;
  }
}

export function ask<O>(agent: Agent<O>, order: QuestionOrder, asker: string, token: string): void {
  const { method, uri, hop, from, to, headers, secret } = order;
  const outgoing: OutgoingRequest = {
    method,
    uri,
    callId: order.callId ?? agent.newCallId(),
    cseq: order.cseq ?? 1,
    from: `${from};tag=${agent.newTag()}`,
    to,
    maxForwards: 70,
    routes: '',
    headers,
    body: '',
  };
  agent.layer.request(outgoing, hop, new Question(asker, token, hop, outgoing, secret));
}

/** A final answer. */
export function questionAnswered<O>(
  agent: Agent<O>,
  question: Question,
  response: SipResponse,
): void {
  const { status } = response;
  if (status < 200) return;
  const { asker, token, secret, outgoing, hop } = question;
  if ((status === 401 || status === 407) && secret !== undefined) {
    const line = answerChallenge(outgoing, response, secret, agent.random);
    question.secret = undefined;
    if (line !== undefined) {
      const again = { ...outgoing, cseq: outgoing.cseq + 1, headers: outgoing.headers + line };
      question.outgoing = again;
      agent.layer.request(again, hop, question);
      return;
    }
  }
  agent.emit({ type: 'asked', asker, token, status, response });
}

/** No answer: 408, or 503 when there is no way there. */
export function questionFailed<O>(
  agent: Agent<O>,
  { asker, token }: Question,
  reason: 'timeout' | 'transport',
): void {
  agent.emit({ type: 'asked', asker, token, status: reason === 'timeout' ? 408 : 503 });
}
