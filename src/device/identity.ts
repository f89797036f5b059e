/**
 * Who is shown to whom: identities in From and To are always written by us, never taken from the
 * wire of a phone.
 */
import { readDialledNumber } from '../call/dial-plan/dialled-number.ts';
import type { Device, Directory } from '../call/directory.ts';
import type { Party } from '../call/signals.ts';
import { formatNameAddr } from '../sip/message/safe.ts';
import { escapeUser, parseUri, type SipUri, unescapeUser } from '../sip/message/uri.ts';

const CALLABLE: ReadonlySet<string> = new Set(['sip', 'sips', 'tel']);

/** What was dialled: the user part of a Request-URI or the number of a `tel:` URI (RFC 3966), unescaped. */
export function dialledOf(uriText: string): string | undefined {
  const uri = parseUri(uriText);
  return uri !== undefined && CALLABLE.has(uri.scheme) ? unescapeUser(uri.user) : undefined;
}

/**
 * Whether a URI is for us: one of our domains, or no domain at all (an address, as phones without DNS
 * are given; a telephone number).
 */
export function isOurs(uri: SipUri, domains: ReadonlySet<string>): boolean {
  const host = uri.host.toLowerCase();
  return domains.has(host) || host === 'localhost' || host.includes(':') || !/[a-z]/.test(host);
}

/**
 * Whether a local number (RFC 3966 §5.1.5) is one of ours: its context is one of our domains, or the beginning
 * of global numbers, which says that it is dialled as in that country. So is every number without context.
 */
export function isOfOurContext(uriText: string, domains: ReadonlySet<string>): boolean {
  if (!CONTEXT.test(uriText)) return true;
  const read = readDialledNumber(uriText);
  const context = read.type === 'number' ? read.context : undefined;
  return context === undefined || context.startsWith('+') || domains.has(context);
}

/** Whether a URI that is called is one of ours: by its domain, or its context. */
export function isAddressOfOurs(uriText: string, domains: ReadonlySet<string>): boolean {
  const uri = parseUri(uriText);
  return uri !== undefined && isOfOurContext(uriText, domains) && isOurs(uri, domains);
}

const CONTEXT = /;phone-context=/i;

/** How a device of ours appears to those it calls: by a line that it is a member of, the first unless told. */
export function partyOfDevice(
  directory: Directory,
  device: Device,
  number = device.lines[0] ?? device.user,
): Party {
  const name = device.name === '' ? (directory.lines.get(number)?.name ?? '') : device.name;
  return { number, name: octetsOf(name) };
}

/** A name of the directory as messages have it: UTF-8, one octet per character (RFC 3261 §25.1). */
export function octetsOf(name: string): string {
  return ASCII.test(name) ? name : Buffer.from(name, 'utf8').toString('latin1');
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
const ASCII = /^[\x00-\x7f]*$/;

/** The URI of a number or user of ours. */
export function uriOf(number: string, domain: string): string {
  return `sip:${escapeUser(number)}@${domain}`;
}

/** A From or To value without tag: `"Ana" <sip:2001@pbx.example.org>`. */
export function nameAddrOf(party: Party, domain: string): string {
  return formatNameAddr(party.name, uriOf(party.number, domain));
}
