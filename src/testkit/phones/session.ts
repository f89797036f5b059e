/** Session descriptions of scripted phones: one audio stream, an id that tells who speaks, and a direction. */

export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

export const SDP = 'application/sdp';
export const SDP_LINE = `Content-Type: ${SDP}\r\n`;

export function describe(
  session: string,
  version: number,
  address: string,
  direction: Direction,
): string {
  return (
    `v=0\r\no=- ${session} ${version} IN IP4 ${address}\r\ns=-\r\nc=IN IP4 ${address}\r\n` +
    `t=0 0\r\nm=audio 4000 RTP/AVP 0\r\na=${direction}\r\n`
  );
}

/** Undefined: the body is no description. RFC 3264 §5.1: without a word, both directions. */
export function readSession(
  body: string,
): { readonly session: string; readonly direction: Direction } | undefined {
  const session = /^o=\S+ (\S+) /m.exec(body)?.[1];
  if (session === undefined) return undefined;
  const direction = /^a=(sendrecv|sendonly|recvonly|inactive)\r?$/m.exec(body)?.[1] ?? 'sendrecv';
  return { session, direction: direction as Direction };
}

/** RFC 3264 §6.1, §8.4: what to answer to an offer; `isHolding`: we want nothing of them. */
export function answerTo(offer: Direction, isHolding: boolean): Direction {
  const sends = offer === 'sendrecv' || offer === 'recvonly';
  const receives = !isHolding && (offer === 'sendrecv' || offer === 'sendonly');
  if (sends) return receives ? 'sendrecv' : 'sendonly';
  return receives ? 'recvonly' : 'inactive';
}
