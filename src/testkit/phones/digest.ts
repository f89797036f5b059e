/** The answer of a phone to a challenge: RFC 7616 with MD5, which every desk phone speaks, and qop=auth. */
import { createHash } from 'node:crypto';
import type { SipResponse } from '../../sip/message/message.ts';

export type Credentials = {
  readonly user: string;
  readonly password: string;
};

/** The header line for the next attempt; undefined: the challenge is none that this phone can answer. */
export function answerChallenge(
  response: SipResponse,
  method: string,
  uri: string,
  { user, password }: Credentials,
  cnonce: string,
): string | undefined {
  const isProxy = response.status === 407;
  const challenges = response.headers.all(isProxy ? 'Proxy-Authenticate' : 'WWW-Authenticate');
  const challenge = challenges.find((text) => /^Digest /i.test(text) && !/SHA-/i.test(text));
  const realm = /\brealm="([^"]*)"/i.exec(challenge ?? '')?.[1];
  const nonce = /\bnonce="([^"]*)"/i.exec(challenge ?? '')?.[1];
  if (challenge === undefined || realm === undefined || nonce === undefined) return undefined;
  const opaque = /\bopaque="([^"]*)"/i.exec(challenge)?.[1];
  const ha1 = md5(`${user}:${realm}:${password}`);
  const ha2 = md5(`${method}:${uri}`);
  const response1 = md5(`${ha1}:${nonce}:00000001:${cnonce}:auth:${ha2}`);
  const tail = opaque === undefined ? '' : `, opaque="${opaque}"`;
  return (
    `${isProxy ? 'Proxy-' : ''}Authorization: Digest username="${user}", realm="${realm}", ` +
    `nonce="${nonce}", uri="${uri}", response="${response1}", algorithm=MD5, qop=auth, ` +
    `nc=00000001, cnonce="${cnonce}"${tail}\r\n`
  );
}

function md5(text: string): string {
  return createHash('md5').update(text, 'latin1').digest('hex');
}
