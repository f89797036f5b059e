/**
 * Dialogs: RFC 3261 §12. Who speaks with whom under which tags, the next sequence numbers, and the
 * way that requests take: enough to build any request inside the dialog by joining what stands here.
 *
 * What a dialog is used for (a call, a subscription) and how long it lives is the user agent's business.
 */
import type { Hop } from '../hop.ts';
import { detach } from '../message/detach.ts';
import type { Headers } from '../message/headers.ts';
import type { SipRequest, SipResponse } from '../message/message.ts';
import { parseNameAddr, splitValues } from '../message/name-addr.ts';
import type { OutgoingRequest } from '../message/outgoing.ts';
import { parseUri, type SipUri } from '../message/uri.ts';
import { hopFromRequest, hopFromResponse, pointsTo } from './next-hop.ts';
import { type RouteSet, readRouteSet, routed, routeSetOf } from './route-set.ts';

/** RFC 3261 §8.1.1.6. */
const MAX_FORWARDS = 70;
/** `remoteCseq` while the far end has not sent a request. */
const UNKNOWN = -1;

/** What opens a dialog from our side. */
export type Opening = {
  readonly callId: string;
  readonly localTag: string;
  /** From and To values without tags. */
  readonly from: string;
  readonly to: string;
  readonly uri: string;
  readonly hop: Hop;
  /** Route values for the first request only (RFC 3327). */
  readonly routes: readonly string[];
};

/** A dialog as another user agent needs it to go on with it; values are whole, with tags. */
export type DialogRecord = {
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
  readonly local: string;
  readonly remote: string;
  readonly target: string;
  /** Proxies, the nearest first. */
  readonly routes: readonly string[];
  readonly cseq: number;
  readonly remoteCseq: number;
};

/** Mutable; nothing in it holds on to the message that it was made of. */
export class Dialog {
  readonly callId: string;
  readonly localTag: string;
  /** '' until known, and with peers of RFC 2543. */
  remoteTag = '';
  /** From value of our requests, tag included. */
  readonly local: string;
  /** To value of our requests, tag included once known. */
  remote: string;
  /** The far end's Contact URI; before that is known the URI that we called. */
  remoteTarget: string;
  /** Where our requests go. */
  hop: Hop;
  /** Whether `hop` is where the far end was heard from, not where its Contact points. */
  followsSource = false;
  localCseq = 0;
  remoteCseq = UNKNOWN;
  private routeSet: RouteSet | undefined;
  private requestUri: string;
  private routeLines = '';

  constructor(
    callId: string,
    localTag: string,
    local: string,
    remote: string,
    target: string,
    hop: Hop,
  ) {
    this.callId = callId;
    this.localTag = localTag;
    this.local = local;
    this.remote = remote;
    this.remoteTarget = target;
    this.requestUri = target;
    this.hop = hop;
  }

  /** As it is now. */
  get record(): DialogRecord {
    const { callId, localTag, remoteTag, local, remote, remoteTarget: target } = this;
    const { localCseq: cseq, remoteCseq, routeSet } = this;
    const routes = routeSet?.values ?? [];
    return { callId, localTag, remoteTag, local, remote, target, routes, cseq, remoteCseq };
  }

  /** A request of the next sequence number. */
  request(method: string, headers: string, body: string): OutgoingRequest {
    return this.numbered(method, ++this.localCseq, headers, body);
  }

  /** A request with a sequence number of its own: an ACK has that of its INVITE. */
  numbered(method: string, cseq: number, headers: string, body: string): OutgoingRequest {
    return {
      method,
      uri: this.requestUri,
      callId: this.callId,
      cseq,
      from: this.local,
      to: this.remote,
      maxForwards: MAX_FORWARDS,
      routes: this.routeLines,
      headers,
      body,
    };
  }

  /**
   * Takes the order of the far end's requests: false when this one comes too late (RFC 3261 §12.2.2).
   */
  takes(cseq: number): boolean {
    if (cseq < this.remoteCseq) return false;
    this.remoteCseq = cseq;
    return true;
  }

  /** A target refresh by a request or its 2xx (§12.2). Without a usable Contact all stays as it was. */
  refresh(message: SipRequest | SipResponse, source: Hop): void {
    const contact = readContact(message.headers);
    if (contact === undefined || contact === 'malformed') return;
    if (contact.text !== this.remoteTarget) {
      this.follow(message, contact.uri, source);
      this.remoteTarget = detach(contact.text);
      this.useRoutes();
    } else if (this.followsSource && message.kind === 'request') {
      this.hop = source;
    }
  }

  /**
   * Our side of what the first response with a To tag makes (§12.1.2), and the 2xx again: it replaces
   * what a provisional response had said (§13.2.2.4).
   */
  establish(response: SipResponse, source: Hop): void {
    const { headers, toTag } = response;
    const routes = readRouteSet(headers, true);
    const contact = readContact(headers);
    const to = headers.first('To') ?? this.remote;
    const hasTarget = contact !== undefined && contact !== 'malformed';
    const all = joined(toTag, to, hasTarget ? contact.text : '', '');
    const targetAt = toTag.length + to.length;
    this.remoteTag = all.slice(0, toTag.length);
    this.remote = all.slice(toTag.length, targetAt);
    this.routeSet = routes === 'malformed' ? undefined : detached(routes);
    if (hasTarget) {
      this.follow(response, contact.uri, source);
      this.remoteTarget = all.slice(targetAt, targetAt + contact.text.length);
    } else if (this.routeSet !== undefined) {
      this.follow(response, this.routeSet.first, source);
    }
    this.useRoutes();
  }

  /** The same dialog under another tag of ours: one more early dialog of an INVITE that we received. */
  withLocalTag(localTag: string): Dialog {
    const { callId, remote, remoteTarget, hop } = this;
    const to = this.local.slice(0, this.local.length - this.localTag.length);
    const dialog = new Dialog(callId, localTag, to + localTag, remote, remoteTarget, hop);
    dialog.remoteTag = this.remoteTag;
    dialog.remoteCseq = this.remoteCseq;
    dialog.followsSource = this.followsSource;
    dialog.routeSet = this.routeSet;
    dialog.useRoutes();
    return dialog;
  }

  /** One more dialog of the request of ours with sequence number `cseq`, which forked: still to be established. */
  forked(cseq: number): Dialog {
    const { callId, localTag, local, remote, remoteTarget, hop } = this;
    const dialog = new Dialog(callId, localTag, local, remote, remoteTarget, hop);
    dialog.localCseq = cseq;
    return dialog;
  }

  /** The same again before anybody answered, for another try of the request that opens it. */
  reopened(to: string, target: string, hop: Hop): Dialog {
    const dialog = new Dialog(this.callId, this.localTag, this.local, to, target, hop);
    dialog.localCseq = this.localCseq;
    return dialog;
  }

  /** Finds the way to the first proxy, or without one to the far end itself. */
  private follow(message: SipRequest | SipResponse, target: SipUri, source: Hop): void {
    const first = this.routeSet?.first;
    if (message.kind === 'request') {
      const next = first ?? target;
      this.hop = hopFromRequest(next, message.via, source);
      this.followsSource = this.hop === source && !pointsTo(next, source);
      return;
    }
    const asked = first === undefined ? parseUri(this.remoteTarget) : undefined;
    this.hop = hopFromResponse(first ?? target, asked, this.hop, source);
    this.followsSource = false;
  }

  private useRoutes(): void {
    if (this.routeSet === undefined) {
      this.requestUri = this.remoteTarget;
      this.routeLines = '';
      return;
    }
    const { requestUri, lines } = routed(this.routeSet, this.remoteTarget);
    this.requestUri = requestUri;
    this.routeLines = lines;
  }

  /** For `resumeDialog`. False: the route set will not do. */
  resume(record: DialogRecord, target: SipUri): boolean {
    const routes = routeSetOf(record.routes);
    if (routes === 'malformed') return false;
    this.remoteTag = record.remoteTag;
    this.localCseq = record.cseq;
    this.remoteCseq = record.remoteCseq;
    this.routeSet = routes;
    this.followsSource = !pointsTo(routes?.first ?? target, this.hop);
    this.useRoutes();
    return true;
  }

  /** For `acceptDialog`: the route set is that of the request, for the dialog's whole life (§12.1.1). */
  route(request: SipRequest, routes: RouteSet | undefined, target: SipUri, source: Hop): void {
    this.routeSet = detached(routes);
    this.follow(request, target, source);
    this.useRoutes();
  }
}

/** Our side of a dialog that a request of ours may make, and that request (RFC 3261 §8.1.1, §12.1.2). */
export function openDialog(
  opening: Opening,
  method: string,
  maxForwards: number,
  headers: string,
  body: string,
): { readonly dialog: Dialog; readonly request: OutgoingRequest } {
  const { callId, localTag, from, to, uri, hop } = opening;
  const dialog = new Dialog(callId, localTag, `${from};tag=${localTag}`, to, uri, hop);
  const routes = routeSetOf(opening.routes);
  const path = routed(routes === 'malformed' ? undefined : routes, uri);
  const request = {
    ...dialog.request(method, headers, body),
    uri: path.requestUri,
    routes: path.lines,
    maxForwards,
  };
  return { dialog, request };
}

/**
 * Our side of a dialog that a request of theirs makes (RFC 3261 §12.1.1), or undefined when its
 * Contact or Record-Route will not do: it must have exactly one Contact, a SIP or SIPS URI. A peer
 * of RFC 2543, told by its lack of a From tag, may leave it out and be called by its From.
 */
export function acceptDialog(
  request: SipRequest,
  source: Hop,
  localTag: string,
): Dialog | undefined {
  const contact = readContact(request.headers) ?? contactOfOld(request);
  const routes = readRouteSet(request.headers, false);
  if (contact === undefined || contact === 'malformed' || routes === 'malformed') return undefined;
  const { callId, fromTag, headers } = request;
  const from = headers.first('From') ?? '';
  const to = headers.first('To') ?? '';
  const local = `${to};tag=${localTag}`;
  const all = joined(callId, fromTag, contact.text, from + local);
  const tagAt = callId.length;
  const targetAt = tagAt + fromTag.length;
  const fromAt = targetAt + contact.text.length;
  const toAt = fromAt + from.length;
  const dialog = new Dialog(
    all.slice(0, tagAt),
    localTag,
    all.slice(toAt, toAt + local.length),
    all.slice(fromAt, toAt),
    all.slice(targetAt, fromAt),
    source,
  );
  dialog.remoteTag = all.slice(tagAt, targetAt);
  dialog.remoteCseq = request.cseq;
  dialog.route(request, routes, contact.uri, source);
  return dialog;
}

/** A dialog that began at another user agent; `hop`: the way to its far end. Undefined: it is none. */
export function resumeDialog(record: DialogRecord, hop: Hop): Dialog | undefined {
  const { callId, localTag, local, remote, target } = record;
  const uri = parseUri(target);
  if (uri === undefined || uri.host === '') return undefined;
  const dialog = new Dialog(callId, localTag, local, remote, target, hop);
  return dialog.resume(record, uri) ? dialog : undefined;
}

/**
 * Pieces of a message in one string, to be cut again: what lives together lies together, and, as
 * joining copies, nothing holds on to the message. A join of one piece would be that piece, hence
 * the end mark. `memory.test.ts` watches over it.
 */
function joined(one: string, two: string, three: string, four: string): string {
  return `${one}${two}${three}${four}\n`;
}

type Contact = { readonly text: string; readonly uri: SipUri };

/** The one Contact of a message: undefined when there is none, 'malformed' when it will not do. */
function readContact(headers: Headers): Contact | undefined | 'malformed' {
  const value = headers.first('Contact');
  if (value === undefined) return undefined;
  const text = contactUri(value);
  const uri = text === undefined ? undefined : parseUri(text);
  if (text === undefined || uri === undefined || uri.host === '') return 'malformed';
  if (headers.names.indexOf('Contact') !== headers.names.lastIndexOf('Contact')) return 'malformed';
  return { text, uri };
}

function contactOfOld(request: SipRequest): Contact | undefined {
  if (request.fromTag !== '') return undefined;
  const text = parseNameAddr(request.headers.first('From') ?? '')?.uri;
  const uri = text === undefined ? undefined : parseUri(text);
  return text === undefined || uri === undefined || uri.host === '' ? undefined : { text, uri };
}

/** The URI of a Contact value that holds one address. */
function contactUri(value: string): string | undefined {
  const close = value.indexOf('>');
  // The common case needs no reading of parameters: `<uri>` and whatever follows but a second value.
  if (value.startsWith('<') && close > 0 && value.indexOf(',', close) < 0)
    return value.slice(1, close);
  if (splitValues(value).length !== 1) return undefined;
  return parseNameAddr(value)?.uri;
}

function detached(routes: RouteSet | undefined): RouteSet | undefined {
  if (routes === undefined) return undefined;
  const values = routes.values.map((value) => detach(value));
  const uri = detach(routes.firstUri);
  return { values, firstUri: uri, first: parseUri(uri) ?? routes.first };
}
