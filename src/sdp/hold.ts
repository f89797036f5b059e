/**
 * Hold as an offer or answer shows it: RFC 3264 §8.4, RFC 6337 §5.3, and the older way by a null
 * connection address (RFC 2543 §B.5).
 */
import { linesOf, wordsOf } from './lines.ts';

/**
 * `active`: both ways. `held`: the describing side wants no media (`inactive`, a null address) or
 * only sends (`sendonly`, music on hold). `receiving`: it only listens (`recvonly`), as the answer
 * to a hold says. `none`: there is no stream, all are refused, or the text is no description.
 */
export type Hold = 'active' | 'held' | 'receiving' | 'none';

type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';
type Stream = { refused: boolean; isNull: boolean; direction: Direction };

const DIRECTIONS: readonly Direction[] = ['sendrecv', 'sendonly', 'recvonly', 'inactive'];

/**
 * What the side that wrote `sdp` does with its media. A call is held when all its streams are; with
 * several streams the most active counts: `active`, then `receiving`, then `held`.
 */
export function holdOf(sdp: string): Hold {
  let result: Hold = 'none';
  for (const stream of streamsOf(sdp)) {
    if (stream.refused) continue;
    const hold = holdOfStream(stream);
    if (hold === 'active') return 'active';
    if (result !== 'receiving') result = hold;
  }
  return result;
}

function holdOfStream(stream: Stream): Hold {
  if (stream.isNull) return 'held';
  switch (stream.direction) {
    case 'sendrecv':
      return 'active';
    case 'recvonly':
      return 'receiving';
    default:
      return 'held';
  }
}

/** The streams with what their own lines say or, where these are silent, those of the session (RFC 8866 §6.7). */
function streamsOf(sdp: string): Stream[] {
  const session: Stream = { refused: false, isNull: false, direction: 'sendrecv' };
  const streams: Stream[] = [];
  let current = session;
  for (const { type, value } of linesOf(sdp)) {
    if (type === 'm') {
      current = { ...session, refused: isRefused(value) };
      streams.push(current);
    } else if (type === 'c') {
      current.isNull = isNullAddress(value);
    } else if (type === 'a') {
      const direction = DIRECTIONS.find((name) => name === value.trim());
      if (direction !== undefined) current.direction = direction;
    }
  }
  return streams;
}

/** A stream with port 0 is refused, or over (RFC 3264 §6, §8.2). */
function isRefused(media: string): boolean {
  const port = wordsOf(media)[1] ?? '';
  return /^0+(\/|$)/.test(port);
}

/** `IN IP4 0.0.0.0`; for IPv6 the unspecified address, or a name under .invalid (RFC 3264 §8.4, RFC 6157 §4.1). */
function isNullAddress(connection: string): boolean {
  const address = (wordsOf(connection)[2] ?? '').split('/')[0] ?? '';
  return address === '0.0.0.0' || address === '::' || address.toLowerCase().endsWith('.invalid');
}
