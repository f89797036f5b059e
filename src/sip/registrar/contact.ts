/** What a REGISTER asks for: its Contact fields, RFC 3261 §10.2 and §20.10, RFC 5626 §4.2. */
import { readInteger } from '../message/characters.ts';
import { parseNameAddr, splitValues } from '../message/name-addr.ts';
import { parseUri, type SipUri } from '../message/uri.ts';

/** One contact as asked for. */
export type ContactOrder = {
  /** As sent, without brackets. */
  readonly text: string;
  readonly uri: SipUri;
  /** Seconds; 0 removes; undefined: whatever the header field or the registrar says. */
  readonly expiresS: number | undefined;
  readonly q: number;
  /** Without quotes; '' when absent or no instance. */
  readonly instance: string;
  /** 0 when absent, out of range, or without an instance (RFC 5626 §6). */
  readonly regId: number;
};

export type ContactOrders =
  /** `Contact: *`. */
  | { readonly type: 'all' }
  | { readonly type: 'list'; readonly list: readonly ContactOrder[] }
  | { readonly type: 'fault'; readonly status: 400 | 403; readonly reason: string };

/** Longer ones are refused: they are kept for an hour and repeated in every request to the phone. */
const CONTACT_BYTES_MAX = 1_024;
const INSTANCE_BYTES_MAX = 256;
const EXPIRES_MAX_S = 2 ** 32 - 1;
/** RFC 3261 §20.19: what a malformed value stands for. */
const EXPIRES_MALFORMED_S = 3_600;
const REG_ID_MAX = 2 ** 31 - 1;

/** Reads the values of all Contact fields. Never more than `max` of them. */
export function readContacts(fields: readonly string[], max: number): ContactOrders {
  const values = fields.flatMap(splitValues);
  if (values.includes('*')) {
    return values.length === 1 ? { type: 'all' } : fault('Contact * Is Not Alone');
  }
  if (values.length > max) return { type: 'fault', status: 403, reason: 'Too Many Contacts' };
  const list: ContactOrder[] = [];
  for (const value of values) {
    const order = readContact(value);
    if (typeof order === 'string') return fault(order);
    list.push(order);
  }
  return { type: 'list', list };
}

/** Seconds of an Expires field or `expires` parameter. */
export function readExpires(value: string): number {
  const seconds = readInteger(value, 0, value.length, EXPIRES_MAX_S);
  return seconds < 0 ? EXPIRES_MALFORMED_S : seconds;
}

function readContact(value: string): ContactOrder | string {
  const address = parseNameAddr(value);
  const uri = address && parseUri(address.uri);
  if (address === undefined || uri === undefined) return 'Malformed Contact';
  // Deviation: RFC 3261 §10.2.1 lets phones register mailto and the like too, to be redirected to.
  if (uri.scheme !== 'sip' && uri.scheme !== 'sips') return 'Contact Is No SIP URI';
  if (address.uri.length > CONTACT_BYTES_MAX) return 'Contact Too Long';
  const { parameters } = address;
  const expires = parameters.get('expires');
  const instance = readInstance(parameters.get('+sip.instance') ?? '');
  return {
    text: address.uri,
    uri,
    expiresS: expires === undefined ? undefined : readExpires(expires),
    q: readQ(parameters.get('q') ?? ''),
    instance,
    regId: instance === '' ? 0 : readRegId(parameters.get('reg-id') ?? ''),
  };
}

/** Goes back to the phone in quotes: nothing that would need an escape there. */
function readInstance(value: string): string {
  const isClean = value.length <= INSTANCE_BYTES_MAX && /^[!#-[\]-~]+$/.test(value);
  return isClean ? value : '';
}

/** A preference that is none is as good as any: 1. */
function readQ(value: string): number {
  return /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(value) ? Number(value) : 1;
}

function readRegId(value: string): number {
  const regId = readInteger(value, 0, value.length, REG_ID_MAX + 1);
  return regId > 0 && regId <= REG_ID_MAX ? regId : 0;
}

function fault(reason: string): ContactOrders {
  return { type: 'fault', status: 400, reason };
}
