/** Whether the `uri` of credentials means the request they came with: RFC 7616 §3.4.6. */
import { parseUri, unescapeUser } from '../message/uri.ts';

/**
 * Whether `digestUri` names the resource that `requestUri` names: same host, and same user where
 * both have one.
 *
 * Deviation: port, parameters and the difference of `sip` and `sips` are not compared, since phones
 * leave them out, add `transport`, or write their address of record where a REGISTER names the domain
 * alone. What has to be kept out, a proof repeated for another target, the nonce count keeps out.
 */
export function isDigestUri(digestUri: string, requestUri: string): boolean {
  if (digestUri === requestUri) return true;
  const given = parseUri(digestUri);
  const due = parseUri(requestUri);
  if (given === undefined || due === undefined) return false;
  if (!isSip(given.scheme) || !isSip(due.scheme) || given.host !== due.host) return false;
  const isNamed = given.user !== '' && due.user !== '';
  return !isNamed || unescapeUser(given.user) === unescapeUser(due.user);
}

function isSip(scheme: string): boolean {
  return scheme === 'sip' || scheme === 'sips';
}
