/** Which algorithms to offer to whom: clients that cannot pass over what they do not know. */
import type { Algorithm } from './algorithm.ts';

/**
 * libre before 3.12, and so baresip: gives up when any challenge names another algorithm than MD5.
 * JsSIP to 3.13 at least: keeps the last challenge only, and knows MD5 only.
 */
const MD5_ALONE = /^(?:baresip v(?:[0-2]|3\.(?:\d|1[01]))(?:\.|\s|$)|JsSIP )/;

/**
 * Those of `algorithms` that a client with that User-Agent can be offered. RFC 7235 §2.1 has a client
 * choose among challenges what it understands; those met that fail instead are listed here. Nothing
 * is lost by it that an attacker on the path could not take away himself.
 */
export function understood(
  userAgent: string,
  algorithms: readonly Algorithm[],
): readonly Algorithm[] {
  if (!MD5_ALONE.test(userAgent) || !algorithms.includes('MD5')) return algorithms;
  return ['MD5'];
}
