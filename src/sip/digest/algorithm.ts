/** Hash algorithms of HTTP digest authentication: RFC 7616 §3.2 and §6.1, for SIP RFC 8760 §2.1. */
import { hash } from 'node:crypto';

/** As they stand in a challenge, without the suffix `-sess`. */
export type Algorithm = 'MD5' | 'SHA-256' | 'SHA-512-256';

const DIGEST_NAMES = { MD5: 'md5', 'SHA-256': 'sha256', 'SHA-512-256': 'sha512-256' } as const;

/** What an `algorithm` parameter says; `session`: the variant with `-sess` (RFC 7616 §3.4.2). */
export type AlgorithmChoice = { readonly algorithm: Algorithm; readonly session: boolean };

const CHOICES: ReadonlyMap<string, AlgorithmChoice> = new Map([
  // RFC 7616 §3.4: one that is not named is MD5.
  ['', { algorithm: 'MD5', session: false }],
  ['MD5', { algorithm: 'MD5', session: false }],
  ['MD5-SESS', { algorithm: 'MD5', session: true }],
  ['SHA-256', { algorithm: 'SHA-256', session: false }],
  ['SHA-256-SESS', { algorithm: 'SHA-256', session: true }],
  ['SHA-512-256', { algorithm: 'SHA-512-256', session: false }],
  ['SHA-512-256-SESS', { algorithm: 'SHA-512-256', session: true }],
]);

/** Reads the value of an `algorithm` parameter in any case, '' when absent; undefined when unknown. */
export function parseAlgorithm(value: string): AlgorithmChoice | undefined {
  return CHOICES.get(value) ?? CHOICES.get(value.toUpperCase());
}

/** H(text) in lower-case hex; `text` holds one octet per character. */
export function digestOctets(algorithm: Algorithm, text: string): string {
  // `hash` takes a string as UTF-8, which is the same octets only while all of them are ASCII.
  const isAscii = Buffer.byteLength(text) === text.length;
  return hash(DIGEST_NAMES[algorithm], isAscii ? text : Buffer.from(text, 'latin1'));
}

/**
 * The stored secret of a user, H(user:realm:password) in lower-case hex (RFC 7616 §3.4.2). Takes
 * ordinary text as it stands in a directory file, and hashes its UTF-8 (RFC 7616 §4).
 */
export function ha1(user: string, realm: string, password: string, algorithm: Algorithm): string {
  return hash(DIGEST_NAMES[algorithm], `${user}:${realm}:${password}`);
}
