/** An answer that takes nothing of an offer: RFC 3264 §6. */
import { linesOf, wordsOf } from './lines.ts';

/** A session description as a body: its content type, and its text with one octet per character. */
export type Description = { readonly type: string; readonly body: string };

/** Nobody listens, so there is no address to give (RFC 3264 §6: a refused stream's is ignored). */
const NOWHERE = 'IN IP4 0.0.0.0';

/**
 * The smallest answer to `offer`: each of its streams in its place, with port 0. For an offer that
 * must be answered although nobody will speak, such as one in a 2xx that comes too late. An offer
 * without streams, or none at all, gets an answer without streams.
 */
export function refusalOf(offer: Description): Description {
  let streams = '';
  let timing = '0 0';
  for (const { type, value } of linesOf(offer.body)) {
    // Answers repeat the offer's timing (RFC 3264 §6).
    if (type === 't' && streams === '' && /^\d+ \d+$/.test(value)) timing = value;
    if (type === 'm') streams += refusedStream(value);
  }
  const session = `v=0\r\no=- 0 0 ${NOWHERE}\r\ns=-\r\nc=${NOWHERE}\r\nt=${timing}\r\n`;
  return { type: 'application/sdp', body: session + streams };
}

/** The media line with port 0. One format is enough, but there must be one. */
function refusedStream(media: string): string {
  const [kind = 'audio', , protocol = 'RTP/AVP', format = '0'] = wordsOf(media);
  return `m=${kind} 0 ${protocol} ${format}\r\n`;
}
