/** A binding as the registrar keeps it: with what a refresh is recognised by, and its timer. */
import type { Timer } from '../../base/timer-wheel.ts';
import { type Hop, isSameHop } from '../hop.ts';
import { detach } from '../message/detach.ts';
import type { SipRequest } from '../message/message.ts';
import type { Binding } from './binding.ts';
import type { ContactOrder } from './contact.ts';
import type { Way } from './way.ts';

/** What a REGISTER says of one contact, all of it checked. */
export type ContactTerms = {
  readonly order: ContactOrder;
  readonly way: Way;
  readonly routes: readonly string[];
  readonly grantedS: number;
  /** Whether it is registered by RFC 5626, with the phone's consent. */
  readonly outbound: boolean;
  /** The whole Contact value when the request has this contact alone, else ''. */
  readonly contactText: string;
};

/** A longer Call-ID is refused with 400: it is kept as long as the contact. */
export const CALL_ID_BYTES_MAX = 512;

/** Who has more new Call-IDs in succession has that habit. */
const BEGINNINGS_MAX = 2;

export class StoredBinding implements Binding {
  readonly key: string;
  readonly id: string;
  readonly instance: string;
  readonly regId: number;
  contact = '';
  routes: readonly string[] = [];
  hop: Hop;
  callId = '';
  /** The one before, of phones that register one contact for two addresses of record by turns. */
  formerCallId = '';
  /** New ones in succession. */
  callIds = 0;
  cseq = 0;
  expiresAtMs = 0;
  q = 1;
  userAgent = '';

  /** Where its last REGISTER came from. */
  source: Hop;
  fallback: Hop | undefined;
  outbound = false;
  grantedS = 0;
  contactText = '';
  /** Value of the Expires field, '' without one. */
  expiresText = '';
  /** Set by the registrar as soon as it is kept. Fires at `wakesAtMs`, which a refresh leaves alone. */
  timer: Timer<StoredBinding> | undefined;
  wakesAtMs = 0;

  constructor(key: string, terms: ContactTerms, source: Hop) {
    const { order, way } = terms;
    this.key = key;
    this.id = detach(idOf(order));
    this.instance = detach(order.instance);
    this.regId = order.regId;
    this.hop = way.hop;
    this.source = source;
  }

  /** Takes over what `request` says. True when requests go another way than before. */
  take(terms: ContactTerms, request: SipRequest, source: Hop, nowMs: number): boolean {
    const { order, way, routes, contactText } = terms;
    const moved =
      this.contact !== order.text || !isSameHop(this.hop, way.hop) || !isSame(this.routes, routes);
    if (this.contact !== order.text)
      this.contact = this.id === order.text ? this.id : detach(order.text);
    if (!isSame(this.routes, routes)) this.routes = routes.map(detach);
    if (moved) this.hop = detachHop(way.hop, source);
    if (this.contactText !== contactText) this.contactText = detach(contactText);
    const expiresText = request.headers.first('Expires') ?? '';
    if (this.expiresText !== expiresText) this.expiresText = detach(expiresText);
    this.fallback = way.fallback && detachHop(way.fallback, source);
    this.source = source;
    this.outbound = terms.outbound;
    this.q = order.q;
    this.cseq = request.cseq;
    this.grantedS = terms.grantedS;
    this.expiresAtMs = nowMs + terms.grantedS * 1_000;
    return moved;
  }

  /**
   * Takes over the Call-ID. True: the phone has begun anew, since it has not had that one; but some have a new
   * one each time.
   */
  begins({ callId }: SipRequest): boolean {
    if (this.callId === callId) {
      this.callIds = 0;
      return false;
    }
    const isNew =
      this.callId !== '' && this.formerCallId !== callId && ++this.callIds <= BEGINNINGS_MAX;
    this.formerCallId = this.callId;
    this.callId = detach(callId);
    return isNew;
  }

  /**
   * Whether `request` is what a phone sends over and over: the same contact, sent from the same
   * place, on the same terms. With another Call-ID it is a phone that began anew, for which there
   * is no order to keep (RFC 3261 §10.3 step 7); whether it still speaks RFC 5626 has to be read.
   */
  isRefreshedBy(
    request: SipRequest,
    contactText: string,
    expiresText: string,
    source: Hop,
  ): boolean {
    if (this.contactText !== contactText || this.expiresText !== expiresText) return false;
    if (request.callId.length > CALL_ID_BYTES_MAX) return false;
    const inOrder = this.callId === request.callId ? this.cseq < request.cseq : this.regId === 0;
    return inOrder && (this.source === source || isSameHop(this.source, source));
  }
}

/** What a contact is known by; see `Binding.id`. */
export function idOf(order: ContactOrder): string {
  return order.regId === 0 ? order.text : `${order.instance};${order.regId}`;
}

/** A hop that was found in a URI holds a piece of the datagram; the socket's own does not. */
function detachHop(hop: Hop, source: Hop): Hop {
  return hop === source ? hop : { ...hop, address: detach(hop.address) };
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((value, index) => value === other[index]);
}
