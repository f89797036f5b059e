/** A dialog as a scripted phone keeps it: identifiers and counters. It knows no routes: its peer is the manager. */
import type { Hop } from '../../sip/hop.ts';
import type { SipMessage, SipRequest } from '../../sip/message/message.ts';
import type { OutgoingRequest } from '../../sip/message/outgoing.ts';

/** What a dialog of ours begins with. From and To stand without tags. */
export type DialogStart = {
  readonly callId: string;
  readonly localTag: string;
  readonly local: string;
  readonly remote: string;
  readonly uri: string;
  hop: Hop;
};

export class PhoneDialog {
  readonly callId: string;
  readonly localTag: string;
  readonly #local: string;
  readonly #remote: string;
  /** '' until known. */
  remoteTag = '';
  /** The Request-URI of what we send: what was called, then the peer's Contact. */
  target: string;
  hop: Hop;
  cseq = 0;
  remoteCseq = -1;

  constructor({ callId, localTag, local, remote, uri, hop }: DialogStart) {
    this.callId = callId;
    this.localTag = localTag;
    this.#local = local;
    this.#remote = remote;
    this.target = uri;
    this.hop = hop;
  }

  /** What a request of theirs begins. */
  static begunBy(request: SipRequest, localTag: string, hop: Hop): PhoneDialog {
    const { callId, headers } = request;
    const dialog = new PhoneDialog({
      callId,
      localTag,
      local: headers.first('To') ?? '',
      remote: withoutTag(headers.first('From') ?? ''),
      uri: '',
      hop,
    });
    dialog.learn(request, request.fromTag);
    dialog.remoteCseq = request.cseq;
    return dialog;
  }

  /** Takes the peer's tag and its Contact. */
  learn(message: SipMessage, tag: string): void {
    this.remoteTag = tag;
    const contact = /<([^>]+)>|^\s*([^\s;]+)/.exec(message.headers.first('Contact') ?? '');
    this.target = contact?.[1] ?? contact?.[2] ?? this.target;
  }

  /** A request with the next sequence number, or with that of an INVITE, for its ACK. */
  request(method: string, headers: string, body = '', cseq = ++this.cseq): OutgoingRequest {
    const { callId, target: uri } = this;
    const to = this.remoteTag === '' ? this.#remote : `${this.#remote};tag=${this.remoteTag}`;
    const from = `${this.#local};tag=${this.localTag}`;
    return { method, uri, callId, cseq, from, to, maxForwards: 70, routes: '', headers, body };
  }

  /** RFC 3891 §6.1, as the far end is told: its own tag is the to-tag. */
  get replaces(): string {
    return `${this.callId};to-tag=${this.remoteTag};from-tag=${this.localTag}`;
  }
}

function withoutTag(value: string): string {
  return value.replace(/;tag=[^;]*/, '');
}
