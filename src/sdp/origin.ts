/** The `o=` line: who made a session description and which version it is (RFC 8866 §5.2). */
import { linesOf, wordsOf } from './lines.ts';

export type Origin = {
  readonly username: string;
  /** Numbers of any size stay text: 64 bits do not fit a JavaScript number. */
  readonly sessionId: string;
  readonly version: string;
  readonly address: string;
};

/** The first `o=` line, or undefined when there is none or it is malformed. */
export function originOf(sdp: string): Origin | undefined {
  const line = linesOf(sdp).find(({ type }) => type === 'o');
  if (line === undefined) return undefined;
  const [username, sessionId, version, , , address] = wordsOf(line.value);
  if (username === undefined || sessionId === undefined || version === undefined) return undefined;
  if (!/^\d+$/.test(version) || address === undefined) return undefined;
  return { username, sessionId, version, address };
}

/**
 * Whether two descriptions ask for the same: equal line by line but for the `o=` line, whose version
 * a phone may raise at every refresh (RFC 4028 §7.4, RFC 3264 §8).
 */
export function sameSession(one: string, other: string): boolean {
  if (one === other) return true;
  return withoutOrigin(one) === withoutOrigin(other);
}

function withoutOrigin(sdp: string): string {
  let text = '';
  for (const { type, value } of linesOf(sdp)) if (type !== 'o') text += `${type}=${value}\n`;
  return text;
}
