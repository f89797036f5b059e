/** Where a REFER points to: RFC 3515 §2.1, with Replaces for attended transfer (RFC 3891, RFC 5589 §7). */
import type { SipRequest } from '../sip/message/message.ts';
import { parseNameAddr, splitValues } from '../sip/message/name-addr.ts';
import { parseUri } from '../sip/message/uri.ts';
import { dialledOf } from './identity.ts';

export type ReferTo = {
  /** As it stands there. */
  readonly uri: string;
  /** What to dial; may be '' beside `replaces`, since our own Contact names no number. */
  readonly number: string;
  /** The transferor's other dialog, as that phone names it. */
  readonly replaces:
    | { readonly callId: string; readonly localTag: string; readonly remoteTag: string }
    | undefined;
};

/** Undefined when there is not exactly one Refer-To, or it is none that can be called (400). */
export function readReferTo(request: SipRequest): ReferTo | undefined {
  const values = request.headers.all('Refer-To').flatMap(splitValues);
  const [value] = values;
  if (value === undefined || values.length !== 1) return undefined;
  const address = parseNameAddr(value);
  if (address === undefined) return undefined;
  const number = dialledOf(address.uri);
  const uri = parseUri(address.uri);
  if (number === undefined || uri === undefined) return undefined;
  const fields = new Map<string, string>();
  for (const field of uri.headers.split('&')) {
    const equals = field.indexOf('=');
    if (equals > 0) fields.set(field.slice(0, equals).toLowerCase(), field.slice(equals + 1));
  }
  const method = fields.get('method') ?? uri.parameters.get('method');
  if (method !== undefined && method.toUpperCase() !== 'INVITE') return undefined;
  const replaces = fields.get('replaces');
  if (replaces === undefined)
    return number === '' ? undefined : { uri: address.uri, number, replaces: undefined };
  const dialog = readReplaces(replaces);
  return dialog === undefined ? undefined : { uri: address.uri, number, replaces: dialog };
}

/**
 * `callid%3Bto-tag%3D…%3Bfrom-tag%3D…`. From-tag and to-tag are named from the point of view of the
 * phone at the dialog's far end, which is us: its to-tag is our local tag (RFC 3891 §3).
 */
function readReplaces(escaped: string): ReferTo['replaces'] {
  let text: string;
  try {
    text = decodeURIComponent(escaped);
  } catch {
    return undefined;
  }
  const [callId = '', ...parameters] = text.split(';');
  let localTag = '';
  let remoteTag = '';
  for (const parameter of parameters) {
    const [name = '', value = ''] = parameter.split('=');
    if (name.trim().toLowerCase() === 'to-tag') localTag = value.trim();
    if (name.trim().toLowerCase() === 'from-tag') remoteTag = value.trim();
  }
  if (callId === '' || localTag === '' || remoteTag === '') return undefined;
  return { callId: callId.trim(), localTag, remoteTag };
}
