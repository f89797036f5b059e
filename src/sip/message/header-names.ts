/**
 * Header field names: the IANA registry's, with the compact forms of RFC 3261 §7.3.3 and later
 * RFCs. A name that is met in a message is replaced by the one string that stands here, whatever
 * its case or form; names that do not stand here are kept as they were sent.
 */
import { COLON, matchesAt } from './characters.ts';

/** What the reader knows of a header field. */
export type HeaderName = {
  /** The canonical spelling: the string that `Headers` holds. */
  readonly name: string;
  /** A bit of its own when a message may hold the field only once; else 0. */
  readonly single: number;
};

/** Names by their first two octets (any case): the canonical spellings, commonest first. */
const quick: HeaderName[][] = Array.from({ length: 1024 }, () => []);
/** Every spelling, compact forms too, by hash. Twice as many slots as names, so that most hold one. */
const SLOTS = 512;
type Slot = { readonly lower: string; readonly hash: number; readonly entry: HeaderName };
const table: Slot[][] = Array.from({ length: SLOTS }, () => []);
let bits = 0;

export const VIA = field('Via', 'v');
export const FROM = single('From', 'f');
export const TO = single('To', 't');
export const CALL_ID = single('Call-ID', 'i');
export const CSEQ = single('CSeq');
export const CONTENT_LENGTH = single('Content-Length', 'l');

// Before their neighbours in `quick`, for they are in every message or most.
field('Contact', 'm');
field('Allow');
field('Record-Route');
field('Supported', 'k');
field('User-Agent');

// A second one of these would let two readers of one message disagree about what it asks.
single('Content-Type', 'c');
single('Event', 'o');
single('Expires');
single('Join');
single('Max-Forwards');
single('Min-Expires');
single('Min-SE');
single('RAck');
single('RSeq');
single('Refer-Sub');
single('Refer-To', 'r');
single('Referred-By', 'b');
single('Replaces');
single('Retry-After');
single('SIP-ETag');
single('SIP-If-Match');
single('Session-Expires', 'x');
single('Subscription-State');
single('Target-Dialog');

const COMPACT = `Accept-Contact a, Allow-Events u, Content-Encoding e, Identity y,
  Identity-Info n, Reject-Contact j, Request-Disposition d, Subject s`;
for (const pair of COMPACT.split(',')) {
  const [name = '', compact = ''] = pair.trim().split(' ');
  field(name, compact);
}

const OTHERS = `Accept Accept-Encoding Accept-Language Accept-Resource-Priority Additional-Identity
  Alert-Info Answer-Mode Authentication-Info Authorization Call-Info Cellular-Network-Info
  Content-Disposition Content-ID Content-Language DC-Info Date Encryption Error-Info Feature-Caps
  Flow-Timer Geolocation Geolocation-Error Geolocation-Routing Hide History-Info In-Reply-To
  Info-Package MIME-Version Max-Breadth Organization Origination-Id P-Access-Network-Info
  P-Answer-State P-Asserted-Identity P-Asserted-Service P-Associated-URI P-Called-Party-ID
  P-Charge-Info P-Charging-Function-Addresses P-Charging-Vector P-DCS-Billing-Info P-DCS-LAES
  P-DCS-OSPS P-DCS-Redirect P-DCS-Trace-Party-ID P-Early-Media P-Media-Authorization
  P-Preferred-Identity P-Preferred-Service P-Private-Network-Indication P-Profile-Key
  P-Refused-URI-List P-Served-User P-User-Database P-Visited-Network-ID Path Permission-Missing
  Policy-Contact Policy-ID Priority Priority-Share Priority-Verstat Priv-Answer-Mode Privacy
  Proxy-Authenticate Proxy-Authorization Proxy-Require Reason Reason-Phrase Recv-Info
  Refer-Events-At Relayed-Charge Remote-Party-ID Reply-To Require Resource-Priority Resource-Share
  Response-Key Response-Source Restoration-Info Route Security-Client Security-Server
  Security-Verify Server Service-Interact-Info Service-Route Session-ID Suppress-If-Match Timestamp
  Trigger-Consent Unsupported User-to-User WWW-Authenticate Warning`;
for (const name of OTHERS.split(/\s+/)) field(name);

function field(name: string, compact?: string): HeaderName {
  return enter({ name: intern(name), single: 0 }, compact);
}

function single(name: string, compact?: string): HeaderName {
  bits++;
  return enter({ name, single: 1 << bits }, compact);
}

/** The engine's one copy of a text, as literals are: what is compared with it is compared by address. */
function intern(text: string): string {
  return Object.keys({ [text]: 0 })[0] ?? text;
}

function enter(entry: HeaderName, compact: string | undefined): HeaderName {
  quick[quickKey(entry.name, 0)]?.push(entry);
  for (const spelling of compact ? [entry.name, compact] : [entry.name]) {
    const lower = spelling.toLowerCase();
    const hash = hashOf(lower, 0, lower.length);
    table[hash & (SLOTS - 1)]?.push({ lower, hash, entry });
  }
  return entry;
}

function quickKey(text: string, at: number): number {
  return ((text.charCodeAt(at) & 31) << 5) | (text.charCodeAt(at + 1) & 31);
}

/** A hash over a name's octets in which the case of letters does not count. */
function hashOf(text: string, at: number, end: number): number {
  let hash = 0;
  for (let i = at; i < end; i++) hash = (Math.imul(hash, 31) + (text.charCodeAt(i) | 32)) | 0;
  return hash;
}

/**
 * The known header field whose canonical spelling, followed by a colon, stands at `at`: the way of
 * nearly all fields of nearly all messages. Undefined says nothing: `findName` knows.
 */
export function findSpelled(text: string, at: number): HeaderName | undefined {
  const candidates = quick[quickKey(text, at)];
  if (candidates === undefined) return undefined;
  for (let i = 0; i < candidates.length; i++) {
    const entry = candidates[i];
    if (entry !== undefined && isSpelled(text, at, entry.name)) return entry;
  }
  return undefined;
}

function isSpelled(text: string, at: number, name: string): boolean {
  const { length } = name;
  let i = 0;
  while (i < length && text.charCodeAt(at + i) === name.charCodeAt(i)) i++;
  return i === length && text.charCodeAt(at + i) === COLON;
}

/** The known header field whose name, in any case or its compact form, fills `text` from `at` to `end`. */
export function findName(text: string, at: number, end: number): HeaderName | undefined {
  const hash = hashOf(text, at, end);
  const slots = table[hash & (SLOTS - 1)];
  if (slots === undefined) return undefined;
  for (const slot of slots) {
    const { lower } = slot;
    if (slot.hash === hash && lower.length === end - at && matchesAt(text, at, lower))
      return slot.entry;
  }
  return undefined;
}

/** The canonical spelling of a header field's name; a name that is not known stays as it is. */
export function canonicalName(name: string): string {
  const known = findName(name, 0, name.length);
  return known === undefined ? name : known.name;
}
