/**
 * Digest authentication of requests by their `Authorization`: RFC 7616 with RFC 8760, RFC 3261 §22.
 *
 * Keeps nothing before a request has proved itself, and neither answer, work nor time tells a user
 * that does not exist from one whose password is wrong. Knows HA1 values, never passwords. Which
 * requests must authenticate, and as whom, is admission's business.
 *
 * `userhash` (RFC 7616 §3.4.4) is not offered and credentials that use it are malformed.
 */
import { hash, timingSafeEqual } from 'node:crypto';
import type { Random } from '../../base/random.ts';
import { detach } from '../message/detach.ts';
import { type Credentials, parseCredentials } from '../message/parameters.ts';
import { type Algorithm, parseAlgorithm } from './algorithm.ts';
import { isDigestUri } from './digest-uri.ts';
import { Nonces } from './nonce.ts';
import { NonceCounts } from './nonce-counts.ts';
import { understood } from './offer.ts';
import { digestRequest, digestResponse } from './response.ts';

/** H(user:realm:password) per algorithm in lower-case hex, as `ha1` makes them. */
export type StoredSecret = {
  readonly md5: string;
  readonly sha256: string;
  readonly sha512256?: string;
};

export type Proof =
  | { readonly ok: true; readonly user: string }
  | {
      readonly ok: false;
      /** Whether the next challenge should say so: the user knows the password but used an old nonce. */
      readonly stale: boolean;
      readonly why: Refusal;
    };

/**
 * For logs, counters and bans, never for the answer. Only 'user' and 'response' are the marks of
 * somebody who guesses; 'none' begins every honest registration.
 */
export type Refusal =
  | 'none'
  | 'malformed'
  | 'algorithm'
  | 'user'
  | 'response'
  | 'nonce'
  | 'replay'
  | 'uri';

/**
 * Deviation: RFC 8760 §2.3 leaves the order to us and would have the best algorithm first; but SIPp
 * 3.6, JsSIP, FreeSWITCH and old Asterisks look at the first challenge alone and know only MD5.
 */
const ALGORITHMS: readonly Algorithm[] = ['MD5', 'SHA-256'];
const NONCES_MAX = 20_000;

/** What a request's credentials say, each as it goes into the hash. */
type Claim = {
  readonly user: string;
  readonly algorithm: Algorithm;
  readonly session: boolean;
  readonly nonce: string;
  readonly uri: string;
  readonly response: string;
  readonly qop: '' | 'auth' | 'auth-int';
  readonly cnonce: string;
  readonly count: string;
};

export class Authenticator {
  readonly #realm: string;
  readonly #challengeHead: string;
  readonly #algorithms: readonly Algorithm[];
  readonly #lookup: (user: string) => StoredSecret | undefined;
  readonly #nonces: Nonces;
  readonly #counts: NonceCounts;
  /** Takes the place of the secret of a user who does not exist. */
  readonly #nobody: string;
  readonly #given = Buffer.alloc(64);
  readonly #due = Buffer.alloc(64);
  /** H(A2) of the last request: REGISTERs of many phones have the same method and URI. */
  #request = { algorithm: '', method: '', uri: '', ha2: '' };

  constructor(options: {
    /** Ordinary text, as in the directory. */
    readonly realm: string;
    /** Common to all managers of a cluster, so that each can check the others' nonces. */
    readonly secret: string;
    /** For how long a nonce can be used, again and again with rising counts. */
    readonly nonceLifeMs: number;
    readonly random: Random;
    /** By user name as ordinary text. */
    readonly lookup: (user: string) => StoredSecret | undefined;
    /** What is offered, in that order, and accepted; MD5 and SHA-256 unless given. */
    readonly algorithms?: readonly Algorithm[];
    /** Nonces whose use is remembered; beyond it old ones are refused as stale. */
    readonly noncesMax?: number;
  }) {
    this.#realm = asOctets(options.realm);
    const quotable = this.#realm.replace(/["\\]/g, '\\$&');
    this.#challengeHead = `WWW-Authenticate: Digest realm="${quotable}", nonce="`;
    this.#algorithms = options.algorithms ?? ALGORITHMS;
    this.#lookup = options.lookup;
    const { secret, nonceLifeMs: lifeMs, random } = options;
    this.#nonces = new Nonces({ realm: this.#realm, secret, lifeMs, random });
    this.#counts = new NonceCounts(options.noncesMax ?? NONCES_MAX);
    this.#nobody = hash('sha256', `nobody:${secret}`);
  }

  /** Nonces whose use is remembered. */
  get size(): number {
    return this.#counts.size;
  }

  /**
   * `WWW-Authenticate` lines with CRLF, one per algorithm, but for those that `userAgent` (the value
   * of that header field) cannot take, and for those after the first that would make the lines longer
   * than `octetsMax`: a forged source must not draw much more from us than was spent on it.
   *
   * Only `auth` is offered: clients that are offered `auth-int` as well prefer it, and a proxy that
   * touches the body on the way then breaks the call. Credentials with `auth-int` are accepted.
   */
  challenge(
    stale: boolean,
    epochMs: number,
    { userAgent = '', octetsMax = Infinity }: { userAgent?: string; octetsMax?: number } = {},
  ): string {
    const nonce = this.#nonces.mint(epochMs);
    const head = `${this.#challengeHead}${nonce}", ${stale ? 'stale=true, ' : ''}algorithm=`;
    let lines = '';
    for (const algorithm of understood(userAgent, this.#algorithms)) {
      const line = `${head}${algorithm}, qop="auth"\r\n`;
      if (lines !== '' && lines.length + line.length > octetsMax) break;
      lines += line;
    }
    return lines;
  }

  /**
   * Whether one of the `Authorization` values proves who sent the request. `uri` is the Request-URI.
   * A proof counts once: ask only for requests that are no retransmissions.
   */
  check(
    method: string,
    uri: string,
    authorizationValues: readonly string[],
    body: string,
    epochMs: number,
  ): Proof {
    const claim = this.#claim(authorizationValues);
    if (typeof claim === 'string') return refuse(claim);
    const secret = this.#secret(claim);
    const response = digestResponse({
      ...claim,
      ha1: secret ?? this.#nobody.slice(0, claim.algorithm === 'MD5' ? 32 : 64),
      ha2: this.#ha2(claim, method, body),
    });
    const isEqual = this.#isEqual(claim.response, response);
    if (secret === undefined) return refuse('user');
    if (!isEqual) return refuse('response');
    if (!isDigestUri(claim.uri, uri)) return refuse('uri');
    return this.#use(claim, epochMs);
  }

  /** The first credentials for our realm: a client sends one set per realm (RFC 8760 §2.4). */
  #claim(values: readonly string[]): Claim | Refusal {
    let refusal: Refusal = 'none';
    for (const value of values) {
      const credentials = parseCredentials(value);
      if (credentials === undefined) refusal = 'malformed';
      else if (
        credentials.scheme.toLowerCase() === 'digest' &&
        credentials.parameters.get('realm') === this.#realm
      )
        return this.#readClaim(credentials);
    }
    return refusal;
  }

  #readClaim({ parameters }: Credentials): Claim | Refusal {
    const user = parameters.get('username');
    const nonce = parameters.get('nonce');
    const uri = parameters.get('uri');
    const response = parameters.get('response');
    const qop = parameters.get('qop')?.toLowerCase() ?? '';
    const count = parameters.get('nc') ?? '';
    const cnonce = parameters.get('cnonce') ?? '';
    if (user === undefined || nonce === undefined || uri === undefined || response === undefined)
      return 'malformed';
    if (qop !== '' && qop !== 'auth' && qop !== 'auth-int') return 'malformed';
    if (qop !== '' && (cnonce === '' || !(readCount(count) > 0))) return 'malformed';
    if (parameters.get('userhash')?.toLowerCase() === 'true') return 'malformed';
    const choice = parseAlgorithm(parameters.get('algorithm') ?? '');
    if (choice === undefined || !this.#algorithms.includes(choice.algorithm)) return 'algorithm';
    return { ...choice, user: asText(user), nonce, uri, response, qop, count, cnonce };
  }

  #secret(claim: Claim): string | undefined {
    const stored = this.#lookup(claim.user);
    if (claim.algorithm === 'MD5') return stored?.md5;
    return claim.algorithm === 'SHA-256' ? stored?.sha256 : stored?.sha512256;
  }

  #ha2(claim: Claim, method: string, body: string): string {
    const { algorithm, uri, qop } = claim;
    if (qop === 'auth-int') return digestRequest(algorithm, qop, method, uri, body);
    const last = this.#request;
    if (last.uri === uri && last.method === method && last.algorithm === algorithm) return last.ha2;
    const ha2 = digestRequest(algorithm, qop, method, uri, body);
    this.#request = { algorithm, method, uri: detach(uri), ha2 };
    return ha2;
  }

  #isEqual(given: string, due: string): boolean {
    if (given.length !== due.length) return false;
    this.#given.write(given.toLowerCase(), 0, 'latin1');
    this.#due.write(due, 0, 'latin1');
    return timingSafeEqual(this.#given.subarray(0, due.length), this.#due.subarray(0, due.length));
  }

  /** The user knows the password. Whether that was proved now and here, or overheard and repeated: */
  #use(claim: Claim, epochMs: number): Proof {
    const { nonce, qop } = claim;
    const mintedMs = this.#nonces.mintedMs(nonce, epochMs);
    if (mintedMs === undefined) return { ok: false, stale: true, why: 'nonce' };
    // Deviation: RFC 7616 has no credentials without qop any more. Old phones send them all the
    // same; since they have no count, such a nonce is good for one request (RFC 2069).
    const count = qop === '' ? 0 : readCount(claim.count);
    if (!this.#counts.take(nonce, count, mintedMs, epochMs))
      return { ok: false, stale: true, why: 'replay' };
    return { ok: true, user: claim.user };
  }
}

function refuse(why: Refusal): Proof {
  return { ok: false, stale: false, why };
}

/** 8 hex digits; fewer are met. NaN when it is no count. */
function readCount(text: string): number {
  return /^[0-9a-fA-F]{1,8}$/.test(text) ? Number.parseInt(text, 16) : Number.NaN;
}

/** Ordinary text as UTF-8, one octet per character. */
function asOctets(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** The way back. */
function asText(octets: string): string {
  const isAscii = Buffer.byteLength(octets) === octets.length;
  return isAscii ? octets : Buffer.from(octets, 'latin1').toString('utf8');
}
