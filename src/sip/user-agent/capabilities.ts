/** What we can do, as header lines: RFC 3261 §20.5 (Allow), §20.37 (Supported); and what the far end can. */
import { DIALOG_INFO } from '../dialog-info/document.ts';
import { detach } from '../message/detach.ts';
import type { Headers } from '../message/headers.ts';
import { headerLine } from '../message/safe.ts';
import type { Capabilities } from '../message/validate.ts';

/** In the order in which Allow lists them. */
const ALLOWED = [
  'INVITE',
  'ACK',
  'CANCEL',
  'BYE',
  'OPTIONS',
  'PRACK',
  'UPDATE',
  'INFO',
  'MESSAGE',
  'REFER',
  'SUBSCRIBE',
  'PUBLISH',
  'REGISTER',
];

export const ALLOW_LINE = `Allow: ${ALLOWED.join(', ')}\r\n`;

/** The Allow line of a 405: what else the same resource takes. */
export function allowLineWithout(method: string): string {
  return `Allow: ${ALLOWED.filter((allowed) => allowed !== method).join(', ')}\r\n`;
}

/** RFC 3262, RFC 4028, RFC 3891, RFC 4488. */
export const SUPPORTED_LINE = 'Supported: 100rel, timer, replaces, norefersub\r\n';
/** For INVITEs whose answers shall not ask for PRACK, and for far ends that shall not begin a session timer. */
export const SUPPORTED_LINE_UNRELIABLE = 'Supported: timer, replaces, norefersub\r\n';
const SUPPORTED_LINE_UNTIMED = 'Supported: 100rel, replaces, norefersub\r\n';
const SUPPORTED_LINE_NEITHER = 'Supported: replaces, norefersub\r\n';

const EXTENSIONS: ReadonlySet<string> = new Set(['100rel', 'timer', 'replaces', 'norefersub']);

/** Session descriptions, plain or as parts of something (RFC 5621). */
const DESCRIPTIONS: ReadonlySet<string> = new Set([
  'application/sdp',
  'multipart/mixed',
  'multipart/alternative',
  'multipart/related',
]);

const REGISTERING: Capabilities = { extensions: new Set(['path', 'outbound']) };
const DESCRIBING: Capabilities = { extensions: EXTENSIONS, contentTypes: DESCRIPTIONS };
const PUBLISHING: Capabilities = { extensions: EXTENSIONS, contentTypes: new Set([DIALOG_INFO]) };
const CONVEYING: Capabilities = { extensions: EXTENSIONS };

/** What a request of that method may demand and carry. Extensions of REGISTER are the registrar's to use. */
export function capabilitiesFor(method: string): Capabilities {
  switch (method) {
    case 'REGISTER':
      return REGISTERING;
    case 'INVITE':
    case 'UPDATE':
    case 'PRACK':
      return DESCRIBING;
    case 'PUBLISH':
      return PUBLISHING;
    default:
      return CONVEYING;
  }
}

/** Header lines that go with one Contact of ours, joined once. */
export type OurLines = {
  readonly contact: string;
  /** Contact, Allow, Supported and who we are: for INVITE, its 2xx, and the like. */
  readonly full: string;
  /** The same for an INVITE that must not draw reliable provisional answers. */
  readonly fullUnreliable: string;
  /** Both for a far end that is to hear nothing of session timers. */
  readonly untimed: string;
  readonly untimedUnreliable: string;
};

/** The lines for the Contact URI `uri`; `product`: a Server or User-Agent value, '' for none. */
export function linesFor(uri: string, product: string): OurLines {
  const contact = headerLine('Contact', `<${uri}>`);
  // User-Agent stands in requests and, as RFC 3261 §20.41 has it, may stand in answers as well.
  const who = product === '' ? '' : headerLine('User-Agent', product);
  const linesWith = (supported: string) => `${contact}${ALLOW_LINE}${supported}${who}`;
  return {
    contact,
    full: linesWith(SUPPORTED_LINE),
    fullUnreliable: linesWith(SUPPORTED_LINE_UNRELIABLE),
    untimed: linesWith(SUPPORTED_LINE_UNTIMED),
    untimedUnreliable: linesWith(SUPPORTED_LINE_NEITHER),
  };
}

/** Those of a request that is the far end's to answer. */
export function requestLines(lines: OurLines, isReliable: boolean, isTimed: boolean): string {
  if (isTimed) return isReliable ? lines.full : lines.fullUnreliable;
  return isReliable ? lines.untimed : lines.untimedUnreliable;
}

const KEPT_MAX = 512;
/** Longer values are nobody's make. */
const KEPT_LENGTH_MAX = 512;

/**
 * What far ends say of themselves, kept once for all of a make: thousands of telephones send the same
 * few Allow, Supported and User-Agent values, and a leg only points to them.
 */
export class FarCapabilities {
  readonly #sets = new Map<string, ReadonlySet<string>>();
  readonly #texts = new Map<string, string>();

  /** The tokens of a comma-separated header field; undefined when it is absent. */
  tokens(
    headers: Headers,
    name: 'Allow' | 'Supported' | 'Require',
  ): ReadonlySet<string> | undefined {
    const first = headers.first(name);
    if (first === undefined) return undefined;
    const isOnly = headers.names.indexOf(name) === headers.names.lastIndexOf(name);
    const text = isOnly ? first : headers.all(name).join(',');
    const key = name === 'Allow' ? text : text.toLowerCase();
    const known = this.#sets.get(key);
    if (known !== undefined) return known;
    const kept = detach(key);
    const upper = name === 'Allow';
    const list = kept.split(',').map((one) => (upper ? one.trim().toUpperCase() : one.trim()));
    const tokens = new Set(list.filter((one) => one !== '').map(detach));
    if (this.#sets.size >= KEPT_MAX) this.#sets.clear();
    if (kept.length <= KEPT_LENGTH_MAX) this.#sets.set(kept, tokens);
    return tokens;
  }

  /** The User-Agent or Server of a message, '' when it has none. */
  product(headers: Headers): string {
    const text = headers.first('User-Agent') ?? headers.first('Server') ?? '';
    if (text === '') return '';
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    const kept = detach(text);
    if (this.#texts.size >= KEPT_MAX) this.#texts.clear();
    if (kept.length <= KEPT_LENGTH_MAX) this.#texts.set(kept, kept);
    return kept;
  }
}
