/** The `response` of digest credentials: RFC 7616 §3.4.1 to §3.4.3, without `qop` as in RFC 2069. */
import { type Algorithm, digestOctets } from './algorithm.ts';

/** What goes into a response. Text holds one octet per character; nothing is quoted or escaped. */
export type ResponseInput = {
  readonly algorithm: Algorithm;
  /** Whether the algorithm is the `-sess` variant. */
  readonly session: boolean;
  /** H(user:realm:password), see `ha1`. */
  readonly ha1: string;
  /** H(A2), see `digestRequest`. */
  readonly ha2: string;
  readonly nonce: string;
  /** `nc` as sent; not used without `qop`. */
  readonly count: string;
  readonly cnonce: string;
  /** '' when absent. */
  readonly qop: '' | 'auth' | 'auth-int';
};

/** H(A2): what of the request is protected. `body` counts for `auth-int` alone. */
export function digestRequest(
  algorithm: Algorithm,
  qop: ResponseInput['qop'],
  method: string,
  uri: string,
  body: string,
): string {
  if (qop !== 'auth-int') return digestOctets(algorithm, `${method}:${uri}`);
  return digestOctets(algorithm, `${method}:${uri}:${digestOctets(algorithm, body)}`);
}

/** The `response` in lower-case hex. */
export function digestResponse(input: ResponseInput): string {
  const { algorithm, nonce, cnonce, count, qop, ha2 } = input;
  // The session key is made anew from each request's own nonce and cnonce: clients do so too, and a
  // server that remembers nothing has no other.
  const key = input.session
    ? digestOctets(algorithm, `${input.ha1}:${nonce}:${cnonce}`)
    : input.ha1;
  const guarded = qop === '' ? nonce : `${nonce}:${count}:${cnonce}:${qop}`;
  return digestOctets(algorithm, `${key}:${guarded}:${ha2}`);
}
