/** An answer that takes nothing of an offer: RFC 3264 §6. */
import { linesOf, type SdpLine, wordsOf } from './lines.ts';

/**
 * The smallest answer to `offer`: each of its streams in its place, with port 0. For an offer that
 * must be answered although nobody will speak, such as one in a 2xx that comes too late. `address`
 * is ours, or 0.0.0.0: a refused stream has none; `sessionId` a number of our choice. Undefined when
 * the text offers no stream.
 */
export function refusingAnswer(
  offer: string,
  address: string,
  sessionId: number,
): string | undefined {
  const lines = linesOf(offer);
  let streams = '';
  for (const { type, value } of lines) if (type === 'm') streams += refusedStream(value);
  if (streams === '') return undefined;
  const place = `IN ${address.includes(':') ? 'IP6' : 'IP4'} ${address}`;
  return `v=0\r\no=- ${sessionId} 1 ${place}\r\ns=-\r\nc=${place}\r\nt=${timingOf(lines)}\r\n${streams}`;
}

/** Answers repeat the offer's timing (RFC 3264 §6). */
export function timingOf(lines: readonly SdpLine[]): string {
  let timing = '0 0';
  for (const { type, value } of lines) {
    if (type === 'm') break;
    if (type === 't' && /^\d+ \d+$/.test(value)) timing = value;
  }
  return timing;
}

/** The media line with port 0. One format is enough, but there must be one. */
export function refusedStream(media: string): string {
  const [kind = 'audio', , protocol = 'RTP/AVP', format = '0'] = wordsOf(media);
  return `m=${kind} 0 ${protocol} ${format}\r\n`;
}
