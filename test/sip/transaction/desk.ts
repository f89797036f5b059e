/** A layer on the desk: text in, and what it sends and hands up noted as short lines, in order. */
import assert from 'node:assert/strict';
import type { Effect, Send } from '../../../src/sip/effects.ts';
import { formatHop, type Hop } from '../../../src/sip/hop.ts';
import { parseMessage } from '../../../src/sip/message/parse.ts';
import { respond } from '../../../src/sip/message/serialize.ts';
import type { TransactionEvent } from '../../../src/sip/transaction/events.ts';
import { TransactionLayer } from '../../../src/sip/transaction/layer.ts';
import type { ServerTransaction } from '../../../src/sip/transaction/server.ts';

export class Desk {
  readonly out: Effect[] = [];
  readonly layer: TransactionLayer<string>;
  /** Newest last. */
  readonly servers: ServerTransaction<string>[] = [];
  /** What to do with a new request in the turn in which it comes. */
  admit: (transaction: ServerTransaction<string>) => void = () => {};
  nowMs = 0;
  #noted: { readonly line: string; readonly send?: Send }[] = [];

  constructor(max = 1000) {
    let last = 1;
    this.layer = new TransactionLayer({
      nowMs: 0,
      random: {
        next32: () => {
          last = (Math.imul(last, 1_103_515_245) + 12_345) >>> 0;
          return last;
        },
      },
      out: this.out,
      sentBy: () => '192.0.2.9:5060',
      max,
    });
  }

  /** Hands in a message as it would come off the wire. */
  receive(text: string, source: Hop = PEER): void {
    const parsed = parseMessage(text);
    assert(parsed.ok);
    const event = this.layer.receive(parsed.message, source);
    if (event) this.#note(event);
  }

  /** Answers the newest request, or another. */
  answer(status: number, transaction = this.newest): void {
    const original = transaction.request;
    assert(original, 'answered already');
    const text = respond(original, status, undefined, { toTag: 'ours' });
    this.layer.respond(transaction, status, text);
  }

  get newest(): ServerTransaction<string> {
    const newest = this.servers.at(-1);
    assert(newest);
    return newest;
  }

  /** Lets time pass in steps of 10 ms. */
  wait(ms: number): void {
    for (const endMs = this.nowMs + ms; this.nowMs < endMs; ) {
      this.nowMs += 10;
      this.layer.advance(this.nowMs, (event) => this.#note(event));
    }
  }

  note(events: readonly TransactionEvent<string>[]): void {
    for (const event of events) this.#note(event);
  }

  /** What has been sent and handed up since the last call, and not been taken by `sent`. */
  seen(): string[] {
    this.#drain();
    return this.#noted.splice(0).map(({ line }) => line);
  }

  /** Takes the texts sent since the last call of this or `seen`. */
  sent(): string[] {
    return this.sends().map(({ text }) => text);
  }

  /** The same with where they went. */
  sends(): Send[] {
    this.#drain();
    const sends = this.#noted.flatMap(({ send }) => send ?? []);
    this.#noted = this.#noted.filter(({ send }) => send === undefined);
    return sends;
  }

  #note(event: TransactionEvent<string>): void {
    if (event.type === 'request') {
      this.servers.push(event.transaction);
      this.admit(event.transaction);
    }
    this.#drain();
    this.#noted.push({ line: show(event) });
  }

  #drain(): void {
    for (const effect of this.out.splice(0)) {
      assert(effect.type === 'send');
      const line = `send ${title(effect.text)} to ${formatHop(effect.hop)}`;
      this.#noted.push({ line, send: effect });
    }
  }
}

/** `INVITE`, `180 INVITE`. */
function title(text: string): string {
  const status = /^SIP\/2\.0 (\d+)/.exec(text)?.[1];
  const method = /\r\nCSeq: \d+ (\S+)/.exec(text)?.[1];
  return status === undefined ? `${method}` : `${status} ${method}`;
}

function show(event: TransactionEvent<string>): string {
  switch (event.type) {
    case 'response':
      return `response ${event.response.status} for ${event.transaction.user}`;
    case 'failed':
      return `failed ${event.reason} for ${event.transaction.user}`;
    case 'unacknowledged':
      return `unacknowledged ${event.reason}`;
    default:
      return `${event.type} ${event.request.method}`;
  }
}

export const PEER: Hop = {
  transport: 'udp',
  address: '192.0.2.1',
  port: 5060,
  flow: 0,
  listener: 0,
};

export const PEER_ON_TCP: Hop = { ...PEER, transport: 'tcp', port: 40_000, flow: 7 };

export type Wanted = {
  readonly branch?: string;
  readonly sentBy?: string;
  readonly cseq?: number;
  readonly fromTag?: string;
  readonly toTag?: string;
  readonly uri?: string;
  readonly callId?: string;
  readonly via?: string;
};

/** A request to us. */
export function request(method: string, wanted: Wanted = {}): string {
  const branch = wanted.branch ?? 'z9hG4bK-1';
  const via = wanted.via ?? `SIP/2.0/UDP ${wanted.sentBy ?? '192.0.2.1:5060'};branch=${branch}`;
  const toTag = wanted.toTag === undefined ? '' : `;tag=${wanted.toTag}`;
  return [
    `${method} ${wanted.uri ?? 'sip:2001@pbx.test'} SIP/2.0`,
    `Via: ${via}`,
    'Max-Forwards: 70',
    `From: <sip:1001@pbx.test>;tag=${wanted.fromTag ?? 'theirs'}`,
    `To: <sip:2001@pbx.test>${toTag}`,
    `Call-ID: ${wanted.callId ?? 'call-1'}`,
    `CSeq: ${wanted.cseq ?? 1} ${method}`,
    'Content-Length: 0\r\n\r\n',
  ].join('\r\n');
}

/** Their answer to a request of ours, of which `text` is what was sent. */
export function answerTo(text: string | undefined, status: number, method?: string): string {
  const parsed = parseMessage(text ?? '');
  assert(parsed.ok && parsed.message.kind === 'request');
  const answer = respond(parsed.message, status, undefined, { toTag: 'phone' });
  return method === undefined ? answer : answer.replace(/(CSeq: \d+) \S+/, `$1 ${method}`);
}
