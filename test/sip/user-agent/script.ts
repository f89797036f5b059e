/**
 * A scripted far end for ladders: builds the raw text of what it sends, and remembers of what it gets
 * no more than it needs for that. It uses nothing of the product but the type of a hop, so that the
 * two cannot agree on a mistake.
 */
import type { Hop } from '../../../src/sip/hop.ts';

/** One message off the wire, read with no more care than a test needs. */
export type Wire = {
  readonly start: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
};

export function readWire(text: string): Wire {
  const end = text.indexOf('\r\n\r\n');
  const [start = '', ...lines] = text.slice(0, end).split('\r\n');
  const headers = lines.map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1).trim()] as const;
  });
  return { start, headers, body: text.slice(end + 4) };
}

export function headerOf(wire: Wire, name: string): string {
  return wire.headers.find(([key]) => key === name)?.[1] ?? '';
}

export function headersOf(wire: Wire, name: string): string[] {
  return wire.headers.filter(([key]) => key === name).map(([, value]) => value);
}

export function tagOf(value: string): string {
  return /;tag=([^;]+)/.exec(value)?.[1] ?? '';
}

/** What a rung says: `INVITE sip:2001@pbx.test | Supported: 100rel | {offer}` or `200 INVITE | {answer}`. */
export type Saying = {
  readonly words: readonly string[];
  readonly headers: readonly string[];
  readonly body: string;
};

export function readSaying(text: string): Saying {
  const [, said = '', body = ''] = /^(.*?)(?:\{([^}]*)\})?$/.exec(text) ?? [];
  const [first = '', ...headers] = said.split('|').map((part) => part.trim());
  return { words: first.split(/\s+/), headers: headers.filter((line) => line !== ''), body };
}

/** One call or subscription as the far end sees it. */
type Conversation = {
  readonly callId: string;
  mine: string;
  theirs: string;
  cseq: number;
  /** Of its own INVITE: the ACK to a failure and the CANCEL repeat them. */
  inviteCseq: number;
  inviteBranch: string;
  inviteUri: string;
  inviteTo: string;
  target: string;
};

const DIALOG_MAKING = new Set(['INVITE', 'UPDATE', 'SUBSCRIBE', 'REFER']);

export class Peer {
  readonly name: string;
  readonly hop: Hop;
  /** Requests that came and may still be answered, the newest per method. */
  readonly #asked = new Map<string, Wire>();
  readonly #conversations = new Map<string, Conversation>();
  #current: Conversation | undefined;
  #counter = 0;
  #branch = 0;

  constructor(name: string, hop: Hop) {
    this.name = name;
    this.hop = hop;
  }

  get #hostPort(): string {
    return `${this.hop.address}:${this.hop.port}`;
  }

  get #contact(): string {
    const { transport } = this.hop;
    return `<sip:${this.name}@${this.#hostPort}${transport === 'udp' ? '' : `;transport=${transport}`}>`;
  }

  /** Takes note of what the product sent. */
  hear(wire: Wire): void {
    const callId = headerOf(wire, 'Call-ID');
    if (wire.start.startsWith('SIP/2.0')) {
      const conversation = this.#conversations.get(callId);
      const to = headerOf(wire, 'To');
      if (conversation === undefined || tagOf(to) === '') return;
      const isInvite = headerOf(wire, 'CSeq').endsWith('INVITE');
      if (isInvite) conversation.inviteTo = to;
      // A failure makes no dialog; inside one the tag is known already.
      if (/^SIP\/2.0 [12]/.test(wire.start)) conversation.theirs = to;
      this.#takeTarget(conversation, wire);
      return;
    }
    const [method = ''] = wire.start.split(' ');
    this.#asked.set(method, wire);
    if (this.#conversations.has(callId)) {
      this.#current = this.#conversations.get(callId);
      return;
    }
    const mine = `${headerOf(wire, 'To')};tag=${this.name}${++this.#counter}`;
    const conversation = this.#begin(callId, mine, headerOf(wire, 'From'));
    this.#takeTarget(conversation, wire);
  }

  #takeTarget(conversation: Conversation, wire: Wire): void {
    const contact = /<([^>]+)>/.exec(headerOf(wire, 'Contact'))?.[1];
    if (contact !== undefined) conversation.target = contact;
  }

  #begin(callId: string, mine: string, theirs: string): Conversation {
    const conversation: Conversation = {
      callId,
      mine,
      theirs,
      cseq: 0,
      inviteCseq: 0,
      inviteBranch: '',
      inviteUri: '',
      inviteTo: theirs,
      target: '',
    };
    this.#conversations.set(callId, conversation);
    this.#current = conversation;
    return conversation;
  }

  /** The raw text of what a rung has this peer say. */
  say(saying: Saying): string {
    const [first = '', second = '', third = ''] = saying.words;
    if (/^\d{3}$/.test(first)) return this.#answer(Number(first), second, third, saying);
    return this.#ask(first, second, third, saying);
  }

  #answer(status: number, method: string, tag: string, saying: Saying): string {
    const asked = this.#asked.get(method);
    if (asked === undefined) throw new Error(`${this.name} was not asked ${method}`);
    const conversation = this.#conversations.get(headerOf(asked, 'Call-ID'));
    const plain = headerOf(asked, 'To');
    const mine = tag === '' ? (conversation?.mine ?? '') : `${plain};tag=${tag}`;
    const to = tagOf(plain) !== '' || status === 100 ? plain : mine;
    const lines = [
      `SIP/2.0 ${status} Whatever`,
      ...headersOf(asked, 'Via').map((value) => `Via: ${value}`),
      `From: ${headerOf(asked, 'From')}`,
      `To: ${to}`,
      `Call-ID: ${headerOf(asked, 'Call-ID')}`,
      `CSeq: ${headerOf(asked, 'CSeq')}`,
    ];
    if (DIALOG_MAKING.has(method) && status < 300 && status > 100)
      lines.push(`Contact: ${this.#contact}`);
    return this.#finish(lines, saying);
  }

  #ask(method: string, uri: string, fresh: string, saying: Saying): string {
    const begins = this.#current === undefined || fresh === 'new' || uri === 'new';
    const target = uri === 'new' || uri === '' ? '' : uri;
    const conversation = begins
      ? this.#begin(
          `${this.name}-call-${++this.#counter}`,
          `<sip:${this.name}@pbx.test>;tag=${this.name}${this.#counter}`,
          `<${target}>`,
        )
      : this.#current;
    if (conversation === undefined) throw new Error('unreachable');
    if (begins) conversation.target = target;
    const repeats = method === 'ACK' || method === 'CANCEL';
    if (!repeats) conversation.cseq++;
    let branch = `z9hG4bK-${this.name}-${++this.#branch}`;
    let to = conversation.theirs;
    let toUri = target === '' ? conversation.target : target;
    if (method === 'INVITE') {
      conversation.inviteBranch = branch;
      conversation.inviteCseq = conversation.cseq;
      conversation.inviteUri = toUri;
      conversation.inviteTo = to;
    }
    // `ACK failure` belongs to the INVITE's transaction, as CANCEL does.
    if (method === 'CANCEL' || uri === 'failure') {
      branch = conversation.inviteBranch;
      toUri = conversation.inviteUri;
      if (uri === 'failure') to = conversation.inviteTo;
    }
    const cseq = repeats ? conversation.inviteCseq : conversation.cseq;
    const lines = [
      `${method} ${toUri} SIP/2.0`,
      `Via: SIP/2.0/${this.hop.transport.toUpperCase()} ${this.#hostPort};branch=${branch}`,
      'Max-Forwards: 70',
      `From: ${conversation.mine}`,
      `To: ${to}`,
      `Call-ID: ${conversation.callId}`,
      `CSeq: ${cseq} ${method}`,
    ];
    if (DIALOG_MAKING.has(method)) lines.push(`Contact: ${this.#contact}`);
    return this.#finish(lines, saying);
  }

  /** Headers that the rung names replace those of the same name; `-Name` leaves one out. */
  #finish(lines: string[], saying: Saying): string {
    const { headers, body } = saying;
    const nameOf = (line: string) => line.slice(0, line.indexOf(':'));
    const left = headers.filter((line) => line.startsWith('-')).map((line) => line.slice(1));
    const given = headers.filter((line) => !line.startsWith('-'));
    const replaced = new Set([...left, ...given.map(nameOf)]);
    const [start = '', ...rest] = lines;
    const kept = rest.filter((line) => !replaced.has(nameOf(line)));
    const type =
      body === '' || replaced.has('Content-Type') ? [] : ['Content-Type: application/sdp'];
    const all = [start, ...kept, ...given, ...type, `Content-Length: ${body.length}`];
    return `${all.join('\r\n')}\r\n\r\n${body}`;
  }
}
