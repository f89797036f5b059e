/**
 * Answers to digest challenges, where we are the client: RFC 7616 with RFC 8760, RFC 3261 §22.2 and §22.3.
 *
 * A challenge is answered for one realm only, the one that the secret is for. Whoever answers any
 * challenge gives a stranger what he needs to guess the password (and lets him use the answer elsewhere).
 */
import { type Random, token } from '../../base/random.ts';
import type { SipResponse } from '../message/message.ts';
import type { OutgoingRequest } from '../message/outgoing.ts';
import { parseCredentials } from '../message/parameters.ts';
import { headerLine, quoted } from '../message/safe.ts';
import { type Algorithm, type AlgorithmChoice, parseAlgorithm } from './algorithm.ts';
import { digestRequest, digestResponse } from './response.ts';

/** Who we are to a realm. HA1 values in lower-case hex, as `ha1` makes them; never the password. */
export type ClientSecret = {
  readonly user: string;
  readonly realm: string;
  readonly ha1: Readonly<Record<Algorithm, string>>;
};

type Challenge = {
  readonly choice: AlgorithmChoice;
  readonly nonce: string;
  readonly opaque: string | undefined;
  readonly qop: '' | 'auth' | 'auth-int';
  /** As it stood there, to be said again. */
  readonly algorithm: string;
};

const STRENGTH: Readonly<Record<Algorithm, number>> = { MD5: 0, 'SHA-512-256': 1, 'SHA-256': 2 };
/** Challenges of one response that are looked at. */
const CHALLENGES_MAX = 8;
const COUNT = '00000001';

/**
 * The header line that answers a 401 or 407 to `request`: of the challenges for the secret's realm the
 * strongest. Undefined: there is none for that realm that we can answer.
 */
export function answerChallenge(
  request: Pick<OutgoingRequest, 'method' | 'uri' | 'body'>,
  response: SipResponse,
  secret: ClientSecret,
  random: Random,
): string | undefined {
  const isProxy = response.status === 407;
  const challenge = response.headers
    .all(isProxy ? 'Proxy-Authenticate' : 'WWW-Authenticate')
    .slice(0, CHALLENGES_MAX)
    .map((text) => readChallenge(text, secret.realm))
    .filter((each) => each !== undefined)
    .sort((a, b) => STRENGTH[b.choice.algorithm] - STRENGTH[a.choice.algorithm])[0];
  if (challenge === undefined) return undefined;
  const { choice, nonce, opaque, qop, algorithm } = challenge;
  const { method, uri, body } = request;
  const cnonce = token(random, 16);
  const digest = digestResponse({
    algorithm: choice.algorithm,
    session: choice.session,
    ha1: secret.ha1[choice.algorithm],
    ha2: digestRequest(choice.algorithm, qop, method, uri, body),
    nonce,
    count: COUNT,
    cnonce,
    qop,
  });
  const parts = [
    `Digest username=${quoted(secret.user)}`,
    `realm=${quoted(secret.realm)}`,
    `nonce=${quoted(nonce)}`,
    `uri=${quoted(uri)}`,
    `response="${digest}"`,
  ];
  if (algorithm !== '') parts.push(`algorithm=${algorithm}`);
  if (opaque !== undefined) parts.push(`opaque=${quoted(opaque)}`);
  if (qop !== '') parts.push(`qop=${qop}`, `nc=${COUNT}`, `cnonce="${cnonce}"`);
  return headerLine(isProxy ? 'Proxy-Authorization' : 'Authorization', parts.join(', '));
}

function readChallenge(text: string, realm: string): Challenge | undefined {
  const read = parseCredentials(text);
  if (read === undefined || read.scheme.toLowerCase() !== 'digest') return undefined;
  const { parameters } = read;
  const nonce = parameters.get('nonce');
  if (nonce === undefined || parameters.get('realm') !== realm) return undefined;
  const algorithm = parameters.get('algorithm') ?? '';
  const choice = parseAlgorithm(algorithm);
  const qop = chooseQop(parameters.get('qop'));
  if (choice === undefined || qop === undefined) return undefined;
  return { choice, nonce, opaque: parameters.get('opaque'), qop, algorithm };
}

/** `auth` if offered; a body that a proxy touches on the way would break `auth-int`. */
function chooseQop(offered: string | undefined): Challenge['qop'] | undefined {
  if (offered === undefined) return '';
  const options = offered.split(',').map((each) => each.trim().toLowerCase());
  if (options.includes('auth')) return 'auth';
  return options.includes('auth-int') ? 'auth-int' : undefined;
}
