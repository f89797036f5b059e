/** Answers to challenges: those of RFC 7616 §3.9.1, and none to strangers. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { ha1 } from '../../../src/sip/digest/algorithm.ts';
import { Authenticator } from '../../../src/sip/digest/authenticator.ts';
import { answerChallenge, type ClientSecret } from '../../../src/sip/digest/challenge.ts';
import type { SipResponse } from '../../../src/sip/message/message.ts';
import { parseMessage } from '../../../src/sip/message/parse.ts';
import { SeededRandom } from '../../../src/testkit/seeded-random.ts';

const REALM = 'trunk.example.net';
const SECRET: ClientSecret = {
  user: 'lw',
  realm: REALM,
  ha1: {
    MD5: ha1('lw', REALM, 'secret', 'MD5'),
    'SHA-256': ha1('lw', REALM, 'secret', 'SHA-256'),
    'SHA-512-256': ha1('lw', REALM, 'secret', 'SHA-512-256'),
  },
};
const REQUEST = { method: 'INVITE', uri: 'sip:5@203.0.113.10', body: 'v=0' };

function answer(status: number, lines: string): string | undefined {
  const parsed = parseMessage(
    `SIP/2.0 ${status} No\r\nVia: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\n` +
      `To: <sip:c@d>;tag=2\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\n${lines}Content-Length: 0\r\n\r\n`,
  );
  assert(parsed.ok && parsed.message.kind === 'response');
  const response: SipResponse = parsed.message;
  return answerChallenge(REQUEST, response, SECRET, new SeededRandom(1));
}

for (const algorithm of ['MD5', 'SHA-256', 'SHA-512-256'] as const)
  test(`a server of ours takes the answer to its own challenge: ${algorithm}`, () => {
    const server = new Authenticator({
      realm: REALM,
      secret: 's',
      nonceLifeMs: 1000,
      random: new SeededRandom(2),
      lookup: () => ({
        md5: SECRET.ha1.MD5,
        sha256: SECRET.ha1['SHA-256'],
        sha512256: SECRET.ha1['SHA-512-256'],
      }),
      algorithms: [algorithm],
    });
    const line = answer(401, server.challenge(false, 5000)) ?? '';
    const credentials = [line.replace(/^Authorization: /, '').trim()];
    const { method, uri, body } = REQUEST;
    assert.deepEqual(server.check(method, uri, credentials, body, 5000), { ok: true, user: 'lw' });
  });

const digest = (realm: string, rest: string) =>
  `Digest realm="${realm}", nonce="n"${rest === '' ? '' : `, ${rest}`}`;

test('which challenge is answered, and how', () => {
  const www = (...values: string[]) =>
    values.map((value) => `WWW-Authenticate: ${value}\r\n`).join('');
  const shown = [
    answer(401, www(digest('elsewhere', 'qop="auth"'))),
    answer(401, www(digest(REALM.toUpperCase(), ''))),
    answer(401, www(digest(REALM, 'algorithm=SHA-1'))),
    answer(401, www(digest(REALM, 'qop="future"'))),
    answer(401, www('Basic realm="trunk.example.net"')),
    answer(401, ''),
    answer(401, www(digest(REALM, 'algorithm=MD5'), digest(REALM, 'algorithm=SHA-256'))),
    answer(401, www(digest('elsewhere', ''), digest(REALM, 'qop="auth-int,auth", opaque="o"'))),
    answer(407, `Proxy-Authenticate: ${digest(REALM, '')}\r\n`),
  ].map((line) =>
    line
      ?.replace(/response="[0-9a-f]+"/, 'response')
      .replace(/cnonce="\w+"/, 'cnonce')
      .trim(),
  );
  const head = `Digest username="lw", realm="${REALM}", nonce="n", uri="${REQUEST.uri}", response`;
  assert.deepEqual(shown, [
    ...Array.from({ length: 6 }, () => undefined),
    `Authorization: ${head}, algorithm=SHA-256`,
    `Authorization: ${head}, opaque="o", qop=auth, nc=00000001, cnonce`,
    `Proxy-Authorization: ${head}`,
  ]);
});
