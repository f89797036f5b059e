/**
 * Which appearance rings: the `appearance` parameter of Alert-Info. RFC 7463 §7.
 *
 * Only who numbers a line's appearances puts it in, and at most once. What comes from a phone or from outside
 * is not even read: nothing of an INVITE crosses to the other leg but what a call request has.
 */
import { formatInfoValue } from './info-values.ts';

/** The alert that says nothing but that it is one (RFC 7462 §5.1). */
const NORMAL = 'urn:alert:service:normal';

/** An Alert-Info value for `appearance` (a whole number from 1); `uri` is what it should sound like. */
export function alertInfo(appearance: number, uri = NORMAL): string {
  return formatInfoValue({ uri, parameters: [['appearance', `${appearance}`]] });
}
