/**
 * Who calls, towards gateways and from them: From, P-Asserted-Identity and Privacy (RFC 3325, RFC 3323).
 *
 * An identity is asserted only to a gateway that is trusted, and believed only from one. Who wants to be
 * anonymous is so to everybody else; an asserted identity then goes with `Privacy: id`.
 */
import type { Gateway } from '../../call/routing/gateway.ts';
import type { CallRequest, Party } from '../../call/signals.ts';
import type { SipRequest } from '../../sip/message/message.ts';
import { parseNameAddr, splitValues } from '../../sip/message/name-addr.ts';
import { headerLine } from '../../sip/message/safe.ts';
import { dialledOf, nameAddrOf } from '../identity.ts';
import { diversionLines } from './diversions.ts';
import { callerFor, numberFrom } from './numbers.ts';

/** RFC 3323 §4.1.1.3. */
const ANONYMOUS = '"Anonymous" <sip:anonymous@anonymous.invalid>';
const NOBODY: Party = { number: 'anonymous', name: 'Anonymous' };
const WITHHELD = /(?:^|[;,\s])(?:id|user|header)(?:$|[;,\s])/i;

/** What a gateway is told of the caller: the From value without tag, and further header lines. */
export type CallerLines = { readonly from: string; readonly headers: string };

export function callerLines(gateway: Gateway, request: CallRequest, domain: string): CallerLines {
  const { asserted, from, isEmergency = false } = request;
  const known = asserted ?? from;
  const isWithheld = asserted !== undefined && !isEmergency;
  // A gateway that hears who has sent the call on is told who calls; others, what stands in for that.
  const isPassedOn = request.diversions?.at(-1)?.isPassedOn === true;
  const isTold = isPassedOn && gateway.diversion !== undefined;
  const given = isTold ? undefined : (request.callerId ?? gateway.callerId);
  const party = {
    number: callerFor(gateway, given ?? known.number),
    name: known.name,
  };
  const identity = nameAddrOf(party, domain);
  const isTrusted = gateway.isTrusted === true;
  const headers =
    (isTrusted ? headerLine('P-Asserted-Identity', identity) : '') +
    (isWithheld ? headerLine('Privacy', 'id') : '') +
    diversionLines(gateway, request, domain);
  return { from: isWithheld ? ANONYMOUS : identity, headers };
}

/** A caller from outside, as others see it; `asserted`: who it is, when that is not for everybody. */
export function callerFrom(
  gateway: Gateway,
  request: SipRequest,
): { readonly from: Party; readonly asserted?: Party } {
  const { headers } = request;
  const isTrusted = gateway.isTrusted === true;
  const claimed = isTrusted ? assertedIn(gateway, request) : undefined;
  const party = claimed ??
    partyIn(gateway, headers.first('From') ?? '') ?? {
      number: gateway.id,
      name: '',
    };
  const isWithheld = headers.all('Privacy').some((value) => WITHHELD.test(value));
  return isWithheld ? { from: NOBODY, asserted: party } : { from: party };
}

/** A phone's wish to be anonymous. */
export function isWithheld({ headers }: SipRequest): boolean {
  return headers.has('Privacy') && headers.all('Privacy').some((value) => WITHHELD.test(value));
}

/** Of a caller that wants to be nobody. */
export function anonymous(party: Party): { readonly from: Party; readonly asserted: Party } {
  return { from: NOBODY, asserted: party };
}

function assertedIn(gateway: Gateway, { headers }: SipRequest): Party | undefined {
  for (const line of headers.all('P-Asserted-Identity'))
    for (const value of splitValues(line) ?? []) {
      const party = partyIn(gateway, value);
      if (party !== undefined) return party;
    }
  return undefined;
}

function partyIn(gateway: Gateway, value: string): Party | undefined {
  const address = parseNameAddr(value);
  const user = address === undefined ? undefined : dialledOf(address.uri);
  if (address === undefined || user === undefined || user === '') return undefined;
  return { number: numberFrom(gateway, user), name: address.displayName };
}

/** The number that a gateway calls: of a registration's own user that in To, since its URI is our Contact. */
export function calledIn(gateway: Gateway, request: SipRequest): string | undefined {
  const dialled = dialledOf(request.uri);
  const isContact = dialled !== undefined && dialled === gateway.secret?.user;
  const to = parseNameAddr(request.headers.first('To') ?? '')?.uri ?? '';
  const number = isContact && gateway.registerS !== undefined ? dialledOf(to) : dialled;
  return number === undefined || number === '' ? number : numberFrom(gateway, number);
}
