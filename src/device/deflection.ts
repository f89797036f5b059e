/**
 * A phone that answers a call with 3xx wants it elsewhere (RFC 3261 §8.1.3.4, §21.3): the number is called with the
 * rights of the line that rang it, as if its member had dialled it. Addresses of other domains are none.
 */
import type { SipResponse } from '../sip/message/message.ts';
import { parseNameAddr, splitValues } from '../sip/message/name-addr.ts';
import { parseUri } from '../sip/message/uri.ts';
import type { DeviceProcess } from './device-process.ts';
import { dialledOf, isOfOurContext, isOurs } from './identity.ts';

/** Contacts that are looked at. */
const CONTACTS_MAX = 5;

/** What is to be dialled: of the contacts that name a number of ours the one with the highest q (RFC 3261 §20.10). */
export function deflectionOf(
  { environment }: Pick<DeviceProcess, 'environment'>,
  response: SipResponse | undefined,
): string | undefined {
  if (response === undefined) return undefined;
  let best: { readonly number: string; readonly q: number } | undefined;
  for (const value of response.headers.all('Contact').flatMap(splitValues).slice(0, CONTACTS_MAX)) {
    const address = parseNameAddr(value);
    const uri = address && parseUri(address.uri);
    const number = address && dialledOf(address.uri);
    if (address === undefined || uri === undefined || number === undefined || number === '')
      continue;
    const { domains } = environment;
    const isTel = uri.scheme === 'tel';
    if (!(isTel || isOurs(uri, domains)) || !isOfOurContext(address.uri, domains)) continue;
    const q = Number(address.parameters.get('q') ?? '1');
    if (best === undefined || q > best.q) best = { number, q };
  }
  return best?.number;
}
