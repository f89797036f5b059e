/**
 * Who has sent a call on, as messages say it: Diversion (RFC 5806, the last one first) and History-Info (RFC 7044,
 * the first one first, the last one being whom it goes to). Gateways are told in the way that they want, phones by
 * Diversion, which is what they show. Read from gateways that are trusted only.
 */
import {
  DIVERSIONS_MAX,
  type Diversion,
  type DiversionReason,
} from '../../call/forwarding/diversion.ts';
import type { Gateway } from '../../call/routing/gateway.ts';
import type { CallRequest } from '../../call/signals.ts';
import type { SipRequest } from '../../sip/message/message.ts';
import { parseNameAddr, splitValues } from '../../sip/message/name-addr.ts';
import { headerLine } from '../../sip/message/safe.ts';
import { parseUri } from '../../sip/message/uri.ts';
import { dialledOf, uriOf } from '../identity.ts';
import { callerFor, numberFrom } from './numbers.ts';

/** RFC 5806 §4.1, and the status that stands for it in History-Info (RFC 7044 §5, RFC 4458 §4). */
const WORDS: Readonly<Record<DiversionReason, { readonly word: string; readonly status: number }>> =
  {
    all: { word: 'unconditional', status: 302 },
    busy: { word: 'user-busy', status: 486 },
    'no answer': { word: 'no-answer', status: 408 },
    unreachable: { word: 'unavailable', status: 480 },
    'do not disturb': { word: 'do-not-disturb', status: 480 },
    deflected: { word: 'deflection', status: 302 },
    unknown: { word: 'unknown', status: 302 },
  };

const BY_WORD: ReadonlyMap<string, DiversionReason> = new Map(
  (Object.keys(WORDS) as DiversionReason[]).map((reason) => [WORDS[reason].word, reason]),
);
const BY_STATUS: ReadonlyMap<string, DiversionReason> = new Map([
  ['302', 'all'],
  ['486', 'busy'],
  ['408', 'no answer'],
  ['480', 'unreachable'],
]);

/** What is read of one message, each a host's worth of text. */
const VALUES_MAX = 16;

/** Header lines for a gateway; '' when nobody has, or it is not to hear of it. */
export function diversionLines(gateway: Gateway, request: CallRequest, domain: string): string {
  const wanted = gateway.diversion;
  if (wanted === undefined) return '';
  const isTrusted = gateway.isTrusted === true;
  const number = (each: Diversion) => callerFor(gateway, each.shown ?? each.number);
  const all = diversionsOf(request);
  if (all.length === 0) return '';
  if (wanted === 'diversion')
    return writeDiversion(isTrusted ? all : all.filter(isPublic), number, domain);
  return writeHistory(all, number, callerFor(gateway, request.dialled), domain, isTrusted);
}

/** For a phone: what it shows of who has sent it the call. Who does not want to be named is not. */
export function diversionForPhone({ diversions }: CallRequest, domain: string): string {
  if (diversions === undefined) return '';
  return writeDiversion(diversions.filter(isPublic), ({ number }) => number, domain);
}

/** A transferor is the last one whose number the call was for. */
function diversionsOf({ diversions = [], referredBy }: CallRequest): readonly Diversion[] {
  if (referredBy === undefined) return diversions;
  return [{ number: referredBy.number, reason: 'deflected' }, ...diversions];
}

function isPublic({ isPrivate = false }: Diversion): boolean {
  return !isPrivate;
}

function writeDiversion(
  all: readonly Diversion[],
  numberOf: (diversion: Diversion) => string,
  domain: string,
): string {
  let lines = '';
  for (const each of all.toReversed()) {
    const privacy = each.isPrivate === true ? ';privacy=full' : '';
    const value = `<${uriOf(numberOf(each), domain)}>;reason=${WORDS[each.reason].word};counter=1${privacy}`;
    lines += headerLine('Diversion', value);
  }
  return lines;
}

/** Each was reached from the one before it, and sent the call on for the reason that stands with it. */
function writeHistory(
  all: readonly Diversion[],
  numberOf: (diversion: Diversion) => string,
  called: string,
  domain: string,
  isTrusted: boolean,
): string {
  let lines = '';
  let index = '1';
  let parent = '';
  for (const each of all) {
    const reason = `Reason=SIP%3Bcause%3D${WORDS[each.reason].status}`;
    const isNamed = isTrusted || isPublic(each);
    const uri = isNamed ? uriOf(numberOf(each), domain) : 'sip:anonymous@anonymous.invalid';
    const privacy = each.isPrivate === true && isNamed ? '&Privacy=history' : '';
    lines += headerLine('History-Info', `<${uri}?${reason}${privacy}>;index=${index}${parent}`);
    parent = `;mp=${index}`;
    index += '.1';
  }
  return lines + headerLine('History-Info', `<${uriOf(called, domain)}>;index=${index}${parent}`);
}

/** Of a call that comes in by a gateway: the first one first, no more than a call may have. */
export function diversionsIn(gateway: Gateway, { headers }: SipRequest): readonly Diversion[] {
  if (gateway.isTrusted !== true) return [];
  if (headers.has('Diversion'))
    return valuesOf(headers.all('Diversion'))
      .flatMap((value) => readDiversion(gateway, value))
      .slice(0, DIVERSIONS_MAX)
      .reverse();
  if (!headers.has('History-Info')) return [];
  return valuesOf(headers.all('History-Info'))
    .flatMap((value) => readHistory(gateway, value))
    .slice(-DIVERSIONS_MAX);
}

function valuesOf(lines: readonly string[]): readonly string[] {
  return lines.flatMap(splitValues).slice(0, VALUES_MAX);
}

function readDiversion(gateway: Gateway, value: string): readonly Diversion[] {
  const address = parseNameAddr(value);
  const number = address && dialledOf(address.uri);
  if (address === undefined || number === undefined || number === '') return [];
  const word = address.parameters.get('reason')?.toLowerCase() ?? '';
  const privacy = address.parameters.get('privacy')?.toLowerCase() ?? 'off';
  const isPrivate = privacy === 'off' ? {} : { isPrivate: true };
  const reason = BY_WORD.get(word) ?? 'unknown';
  return [{ number: numberFrom(gateway, number), reason, ...isPrivate }];
}

const STATUS = /Reason=[^&]*?SIP(?:%3B|;)[^&]*?cause(?:%3D|=)(\d{3})/i;
const PRIVATE = /Privacy=[^&]*(?:history|header|session|id)/i;

/** Entries without a reason are those that the call was sent to, and where it stayed. */
function readHistory(gateway: Gateway, value: string): readonly Diversion[] {
  const address = parseNameAddr(value);
  const uri = address && parseUri(address.uri);
  const number = address && dialledOf(address.uri);
  if (uri === undefined || number === undefined || number === '') return [];
  const status = STATUS.exec(uri.headers)?.[1];
  if (status === undefined) return [];
  const isPrivate = PRIVATE.test(uri.headers) ? { isPrivate: true } : {};
  const reason = BY_STATUS.get(status) ?? 'unknown';
  return [{ number: numberFrom(gateway, number), reason, ...isPrivate }];
}
