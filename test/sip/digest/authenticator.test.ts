/** A client that makes credentials for our challenges, and what becomes of each when something is off. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import fc from 'fast-check';
import { type Algorithm, ha1, parseAlgorithm } from '../../../src/sip/digest/algorithm.ts';
import { Authenticator } from '../../../src/sip/digest/authenticator.ts';
import { digestRequest, digestResponse } from '../../../src/sip/digest/response.ts';
import { parseMessage } from '../../../src/sip/message/parse.ts';

const NOW_MS = 1_795_354_917_490;
const USERS: Readonly<Record<string, string>> = { '2000a': 'pässword', 'Jäsøn "J" Doe': 'secret' };

/** What a client puts into its credentials; each test changes something. */
type Attempt = {
  readonly user: string;
  readonly password: string;
  readonly algorithm: string;
  readonly qop: '' | 'auth' | 'auth-int';
  readonly uri: string;
  readonly realm: string;
  readonly count: string;
  /** ms that pass between challenge and answer. */
  readonly waitMs: number;
  readonly nonce: string | undefined;
  /** Appended to the credentials. */
  readonly more: string;
};

const HONEST: Attempt = {
  user: '2000a',
  password: 'pässword',
  algorithm: 'MD5',
  qop: 'auth',
  uri: 'sip:pbx.test',
  realm: 'pbx.test',
  count: '00000001',
  waitMs: 50,
  nonce: undefined,
  more: '',
};

const OK = { ok: true, user: '2000a' };
const CASES: readonly [name: string, change: Partial<Attempt>, proof: object][] = [
  ['MD5', {}, OK],
  ['MD5-sess', { algorithm: 'MD5-sess' }, OK],
  ['SHA-256', { algorithm: 'SHA-256' }, OK],
  ['SHA-256-sess', { algorithm: 'SHA-256-sess' }, OK],
  ['auth-int', { qop: 'auth-int' }, OK],
  ['no algorithm named', { algorithm: '' }, OK],
  ['the algorithm in other letters', { algorithm: 'sha-256' }, OK],
  ['no qop', { qop: '' }, OK],
  ['a URI with what phones add', { uri: 'sip:pbx.test:5060;transport=udp' }, OK],
  [
    'a name in UTF-8 with quotes in it',
    { user: 'Jäsøn "J" Doe', password: 'secret' },
    { ok: true, user: 'Jäsøn "J" Doe' },
  ],
  ['a wrong password', { password: 'x' }, refusal('response')],
  ['an unknown user', { user: 'nobody' }, refusal('user')],
  ['an algorithm that is not offered', { algorithm: 'SHA-512-256' }, refusal('algorithm')],
  ['an unknown algorithm', { algorithm: 'ROT13' }, refusal('algorithm')],
  ['another target', { uri: 'sip:pbx.other' }, refusal('uri')],
  ['another realm', { realm: 'asterisk' }, refusal('none')],
  ['a count of zero', { count: '00000000' }, refusal('malformed')],
  ['a count that is none', { count: 'x' }, refusal('malformed')],
  ['a hashed user name', { more: ', userhash=true' }, refusal('malformed')],
  ['a parameter twice', { more: ', nonce="x"' }, refusal('malformed')],
  ['the right password with an old nonce', { waitMs: 60_001 }, refusal('nonce', true)],
  ['the right password with a foreign nonce', { nonce: 'abc' }, refusal('nonce', true)],
  ['a wrong password with an old nonce', { waitMs: 60_001, password: 'x' }, refusal('response')],
];

for (const [name, change, proof] of CASES) {
  test(`${name}: ${JSON.stringify(proof)}`, () => {
    const authenticator = authenticatorOf();
    const attempt = { ...HONEST, ...change };
    const value = credentials(attempt, nonceIn(authenticator.challenge(false, NOW_MS)));
    assert.deepEqual(check(authenticator, [value], NOW_MS + attempt.waitMs), proof);
  });
}

test('credentials count once, and again with a higher count', () => {
  const authenticator = authenticatorOf();
  const nonce = nonceIn(authenticator.challenge(false, NOW_MS));
  const answers = ['00000001', '00000001', '00000002', '3'].map((count) =>
    check(authenticator, [credentials({ ...HONEST, count }, nonce)]),
  );
  assert.deepEqual(answers, [OK, refusal('replay', true), OK, OK]);
});

test('a nonce without counts is good for one request', () => {
  const authenticator = authenticatorOf();
  const value = credentials(
    { ...HONEST, qop: '' },
    nonceIn(authenticator.challenge(false, NOW_MS)),
  );
  assert.deepEqual(
    [check(authenticator, [value]), check(authenticator, [value])],
    [OK, refusal('replay', true)],
  );
});

test('another manager with the same secret accepts the answer to our challenge', () => {
  const nonce = nonceIn(authenticatorOf().challenge(false, NOW_MS));
  assert.deepEqual(check(authenticatorOf(), [credentials(HONEST, nonce)]), OK);
});

test('our realm is found among credentials for others', () => {
  const authenticator = authenticatorOf();
  const nonce = nonceIn(authenticator.challenge(false, NOW_MS));
  const values = ['Basic Zm9v', credentials({ ...HONEST, realm: 'other' }, nonce)];
  assert.deepEqual(check(authenticator, [...values, credentials(HONEST, nonce)]), OK);
});

test('a response in capital letters is the same', () => {
  const authenticator = authenticatorOf();
  const value = credentials(HONEST, nonceIn(authenticator.challenge(false, NOW_MS)));
  const shouted = value.replace(
    /response="(.*?)"/,
    (_, hex: string) => `response="${hex.toUpperCase()}"`,
  );
  assert.deepEqual(check(authenticator, [shouted]), OK);
});

test('the method and, with auth-int, the body are part of the proof', () => {
  const nonces = authenticatorOf();
  const value = (qop: Attempt['qop']) =>
    credentials({ ...HONEST, qop }, nonceIn(nonces.challenge(false, NOW_MS)));
  assert.deepEqual(
    [
      nonces.check('INVITE', HONEST.uri, [value('auth')], 'body', NOW_MS),
      nonces.check('REGISTER', HONEST.uri, [value('auth')], 'other', NOW_MS),
      nonces.check('REGISTER', HONEST.uri, [value('auth-int')], 'other', NOW_MS),
    ],
    [refusal('response'), OK, refusal('response')],
  );
});

test('SHA-512-256 is taken when it is offered and the secret is known', () => {
  const authenticator = authenticatorOf(['SHA-512-256']);
  const nonce = nonceIn(authenticator.challenge(false, NOW_MS));
  const attempts = ['SHA-512-256', 'SHA-512-256-sess', 'MD5'].map((algorithm) =>
    check(authenticator, [credentials({ ...HONEST, algorithm }, nonce)]),
  );
  assert.deepEqual(attempts, [OK, refusal('replay', true), refusal('algorithm')]);
});

test('challenges', () => {
  const authenticator = authenticatorOf();
  const shown = (lines: string) => lines.replace(/nonce="[^"]{39}"/g, 'nonce=N').split('\r\n');
  assert.deepEqual(
    {
      first: shown(authenticator.challenge(false, NOW_MS)),
      stale: shown(authenticator.challenge(true, NOW_MS)),
      oldBaresip: shown(
        authenticator.challenge(false, NOW_MS, { userAgent: 'baresip v1.0.0 (x86)' }),
      ),
      jsSip: shown(authenticator.challenge(false, NOW_MS, { userAgent: 'JsSIP 3.13.8' })).length,
      newBaresip: shown(authenticator.challenge(false, NOW_MS, { userAgent: 'baresip v3.12.0' }))
        .length,
      littleRoom: shown(authenticator.challenge(false, NOW_MS, { octetsMax: 150 })).length,
      noRoom: shown(authenticator.challenge(false, NOW_MS, { octetsMax: 0 })).length,
    },
    {
      first: [
        'WWW-Authenticate: Digest realm="pbx.test", nonce=N, algorithm=MD5, qop="auth"',
        'WWW-Authenticate: Digest realm="pbx.test", nonce=N, algorithm=SHA-256, qop="auth"',
        '',
      ],
      stale: [
        'WWW-Authenticate: Digest realm="pbx.test", nonce=N, stale=true, algorithm=MD5, qop="auth"',
        'WWW-Authenticate: Digest realm="pbx.test", nonce=N, stale=true, algorithm=SHA-256, qop="auth"',
        '',
      ],
      oldBaresip: [
        'WWW-Authenticate: Digest realm="pbx.test", nonce=N, algorithm=MD5, qop="auth"',
        '',
      ],
      jsSip: 2,
      newBaresip: 3,
      littleRoom: 2,
      noRoom: 2,
    },
  );
});

test('regaut01 of RFC 4475, whose scheme is unknown, has no credentials for us', () => {
  const parsed = parseMessage(readFileSync('test/corpus/rfc4475/regaut01.dat', 'latin1'));
  assert(parsed.ok && parsed.message.kind === 'request');
  const { method, uri, headers, body } = parsed.message;
  const proof = authenticatorOf().check(method, uri, headers.all('Authorization'), body, NOW_MS);
  assert.deepEqual([headers.has('Authorization'), proof], [true, refusal('none')]);
});

test('no credentials throw', () => {
  const authenticator = authenticatorOf();
  const honest = credentials(HONEST, nonceIn(authenticator.challenge(false, NOW_MS)));
  const cut = fc.tuple(
    fc.nat(honest.length),
    fc.nat(honest.length),
    fc.string({ unit: 'binary-ascii' }),
  );
  fc.assert(
    fc.property(cut, ([from, to, put]) => {
      const value = honest.slice(0, from) + put + honest.slice(to);
      const proof = check(authenticator, [value]);
      return !proof.ok || value.includes('username="2000a"');
    }),
    { numRuns: 2_000 },
  );
});

function refusal(why: string, stale = false): object {
  return { ok: false, stale, why };
}

function authenticatorOf(algorithms?: readonly Algorithm[]): Authenticator {
  let seed = 1;
  return new Authenticator({
    realm: 'pbx.test',
    secret: 'cluster secret',
    nonceLifeMs: 60_000,
    random: { next32: () => (seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0) },
    lookup: (user) => {
      const password = USERS[user];
      if (password === undefined) return undefined;
      const of = (algorithm: Algorithm) => ha1(user, 'pbx.test', password, algorithm);
      return { md5: of('MD5'), sha256: of('SHA-256'), sha512256: of('SHA-512-256') };
    },
    ...(algorithms && { algorithms }),
  });
}

function check(authenticator: Authenticator, values: readonly string[], nowMs = NOW_MS) {
  return authenticator.check('REGISTER', 'sip:pbx.test', values, '', nowMs);
}

function nonceIn(challenge: string): string {
  return /nonce="([^"]*)"/.exec(challenge)?.[1] ?? '';
}

/** An `Authorization` value as a client would write it, one octet per character. */
function credentials(attempt: Attempt, offered: string): string {
  const { user, realm, password, uri, qop, count, more } = attempt;
  const nonce = attempt.nonce ?? offered;
  const choice = parseAlgorithm(attempt.algorithm) ?? { algorithm: 'MD5', session: false };
  const response = digestResponse({
    ...choice,
    ha1: ha1(user, realm, password, choice.algorithm),
    ha2: digestRequest(choice.algorithm, qop, 'REGISTER', uri, ''),
    nonce,
    count,
    cnonce: '0a4f113b',
    qop,
  });
  const name = Buffer.from(user, 'utf8').toString('latin1').replace(/["\\]/g, '\\$&');
  let value = `Digest username="${name}", realm="${realm}", nonce="${nonce}", uri="${uri}"`;
  if (attempt.algorithm !== '') value += `, algorithm=${attempt.algorithm}`;
  if (qop !== '') value += `, qop=${qop}, nc=${count}, cnonce="0a4f113b"`;
  return `${value}, response="${response}"${more}`;
}
