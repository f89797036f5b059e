/**
 * What a REGISTER would change, or why it may change nothing: RFC 3261 §10.3, steps 5 to 7. Nothing
 * is touched here, so a request that fails at its last contact has not registered its first.
 */
import type { Hop } from '../hop.ts';
import type { SipRequest } from '../message/message.ts';
import { parseUri, sameUri } from '../message/uri.ts';
import { type ContactOrder, readContacts, readExpires } from './contact.ts';
import {
  CALL_ID_BYTES_MAX,
  type ContactTerms,
  idOf,
  type StoredBinding,
} from './stored-binding.ts';
import { isDirect, isSupported, keepsFlow, readPath } from './terms.ts';
import { type Origin, wayTo } from './way.ts';

export type RegistrarLimits = {
  /** Shorter expirations are refused with 423. Seconds, at most 3,600. */
  readonly minExpiresS: number;
  /** Longer ones are shortened. Also given to who names none, up to an hour. */
  readonly maxExpiresS: number;
  /** Bindings of one key; more are refused with 403. */
  readonly contactsMax: number;
  /** Whether requests to `hop` would get to somebody who is nobody's phone; `source`: of the REGISTER. */
  readonly isReserved?: (hop: Hop, source: Hop) => boolean;
};

/** `terms` undefined: remove `binding`. `binding` undefined: a new one. */
export type Step =
  | { readonly binding: StoredBinding; readonly terms: undefined }
  | { readonly binding: StoredBinding | undefined; readonly terms: ContactTerms };

export type Refusal = {
  readonly type: 'refusal';
  readonly status: number;
  /** In place of the usual phrase; '' for that. */
  readonly reason: string;
  readonly headers: string;
};

export type Plan =
  | Refusal
  | { readonly type: 'steps'; readonly steps: readonly Step[]; readonly routes: readonly string[] };

/** An hour: who wants less can be refused, who says nothing gets that (RFC 3261 §10.2.1.1, §10.3). */
const HOUR_S = 3_600;
/** RFC 3261 §12.2.2 has this status for the same fault in a dialog; §10.3 names none. */
const OUT_OF_ORDER = refuse(500, 'Out Of Order');

/** What every contact of one request has in common. */
type Context = {
  readonly request: SipRequest;
  readonly limits: RegistrarLimits;
  readonly origin: Origin;
  /** URIs of the proxies to pass, topmost first. */
  readonly path: readonly string[];
  readonly routes: readonly string[];
  readonly supportsOutbound: boolean;
  /** The Contact field when it holds one contact and is the only one, else ''. */
  readonly contactText: string;
};

export function planUpdate(
  bindings: readonly StoredBinding[],
  request: SipRequest,
  source: Hop,
  limits: RegistrarLimits,
): Plan {
  const fields = request.headers.all('Contact');
  // Twice as many as may stay: a phone that changes all of its contacts removes as many as it adds.
  const orders = readContacts(fields, 2 * limits.contactsMax);
  if (orders.type === 'fault') return refuse(orders.status, orders.reason);
  if (request.callId.length > CALL_ID_BYTES_MAX) return refuse(400, 'Call-ID Too Long');
  const path = readPath(request);
  if (path === undefined) return refuse(400, 'Malformed Path');
  // RFC 3327 §5.3: the phone would not know why its requests take a detour.
  if (path.length > 0 && !isSupported(request, 'path'))
    return refuse(420, '', 'Unsupported: path\r\n');
  const routes = path.map((uri) => `<${uri}>`);
  if (orders.type === 'all') return planRemovalOfAll(bindings, request, routes);
  return planContacts(bindings, orders.list, {
    request,
    limits,
    origin: { via: request.via, direct: isDirect(request), source },
    path,
    routes,
    supportsOutbound: isSupported(request, 'outbound'),
    contactText: fields.length === 1 && orders.list.length === 1 ? (fields[0] ?? '') : '',
  });
}

function planContacts(
  bindings: readonly StoredBinding[],
  orders: readonly ContactOrder[],
  context: Context,
): Plan {
  const steps: Step[] = [];
  const seen = new Set<unknown>();
  let added = 0;
  let removed = 0;
  for (const order of orders) {
    const binding =
      find(bindings, order) ??
      (orders.length === 1 ? findFormer(bindings, order, context.request) : undefined);
    // Of several orders for one contact the first holds.
    const subject = binding ?? idOf(order);
    if (seen.has(subject)) continue;
    seen.add(subject);
    if (binding !== undefined && isOutOfOrder(binding, context.request)) return OUT_OF_ORDER;
    const wantedS = wanted(order, context);
    if (wantedS > 0) {
      const terms = termsOf(order, wantedS, context);
      if ('status' in terms) return terms;
      if (binding === undefined) added++;
      steps.push({ binding, terms });
    } else if (binding !== undefined) {
      removed++;
      steps.push({ binding, terms: undefined });
    }
  }
  // RFC 5626 §4.2.1: one flow, one registration.
  if (steps.filter(({ terms }) => terms?.outbound).length > 1)
    return refuse(400, 'More Than One Flow');
  if (added > 0 && bindings.length + added - removed > context.limits.contactsMax)
    return refuse(403, 'Too Many Contacts');
  return { type: 'steps', steps, routes: context.routes };
}

function termsOf(order: ContactOrder, wantedS: number, context: Context): ContactTerms | Refusal {
  const { limits, origin, path, routes, contactText } = context;
  if (wantedS < limits.minExpiresS && wantedS < HOUR_S)
    return refuse(423, '', `Min-Expires: ${limits.minExpiresS}\r\n`);
  const outbound = order.regId > 0 && context.supportsOutbound;
  if (outbound && !origin.direct && !keepsFlow(path)) return refuse(439);
  const way = wayTo(order.uri, path[0] ?? '', outbound, origin);
  const { isReserved } = limits;
  for (const hop of [way.hop, way.fallback])
    if (hop !== undefined && isReserved?.(hop, origin.source)) return refuse(403, 'Not A Phone');
  const grantedS = Math.min(wantedS, limits.maxExpiresS);
  return { order, way, routes, grantedS, outbound, contactText };
}

/** `Contact: *` means every binding, and nothing else than removing them (§10.2.2, §10.3 step 6). */
function planRemovalOfAll(
  bindings: readonly StoredBinding[],
  request: SipRequest,
  routes: readonly string[],
): Plan {
  const expires = request.headers.first('Expires') ?? '';
  if (!/^0+$/.test(expires)) return refuse(400, 'Contact * Without Expires 0');
  if (bindings.some((binding) => isOutOfOrder(binding, request))) return OUT_OF_ORDER;
  return {
    type: 'steps',
    steps: bindings.map((binding) => ({ binding, terms: undefined })),
    routes,
  };
}

/** The contact's own wish goes before the header field's, and that before our custom. */
function wanted(order: ContactOrder, { request, limits }: Context): number {
  if (order.expiresS !== undefined) return order.expiresS;
  const field = request.headers.first('Expires');
  return field === undefined ? Math.min(HOUR_S, limits.maxExpiresS) : readExpires(field);
}

/** §10.3 step 7: the same sender numbers its requests; one that was overtaken must change nothing. */
function isOutOfOrder(binding: StoredBinding, request: SipRequest): boolean {
  return binding.callId === request.callId && binding.cseq >= request.cseq;
}

/** The binding that `order` is about: by instance and flow where it has both, else by URI (RFC 5626 §6). */
function find(bindings: readonly StoredBinding[], order: ContactOrder): StoredBinding | undefined {
  if (bindings.length === 0) return undefined;
  const id = idOf(order);
  if (order.regId > 0) return bindings.find((binding) => binding.id === id);
  return bindings.find((binding) => {
    if (binding.regId > 0) return false;
    if (binding.contact === order.text) return true;
    const uri = parseUri(binding.contact);
    return uri !== undefined && sameUri(uri, order.uri);
  });
}

/**
 * What a phone has left behind that has begun anew at another address or port, with the same instance and the
 * same user part of its Contact; one with a reg-id is found by that.
 */
function findFormer(
  bindings: readonly StoredBinding[],
  { instance, regId, uri }: ContactOrder,
  { callId }: SipRequest,
): StoredBinding | undefined {
  if (instance === '' || regId > 0) return undefined;
  return bindings.find(
    (binding) =>
      binding.instance === instance &&
      binding.regId === 0 &&
      binding.callId !== callId &&
      parseUri(binding.contact)?.user === uri.user,
  );
}

function refuse(status: number, reason = '', headers = ''): Refusal {
  return { type: 'refusal', status, reason, headers };
}
