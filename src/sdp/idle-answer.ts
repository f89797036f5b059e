/** An answer that keeps streams without using them yet: RFC 3264 §6.1, in the manner of RFC 3725 §4. */
import { linesOf, type SdpLine, wordsOf } from './lines.ts';
import { refusedStream, timingOf } from './refusal.ts';

/** Media is not sent there (RFC 863), and nobody sends it: the stream is inactive. */
const DISCARD_PORT = 9;
const PLAIN = /^RTP\/AVPF?$/;

/**
 * An answer to `offer` by somebody whose own description is not known yet: each of its streams in its place,
 * the plain ones with the first of their formats and `inactive`, the others (whose keys and candidates would
 * have to be made up) with port 0. `sessionId` is a number of our choice. Undefined when the text offers no stream.
 */
export function idleAnswer(offer: string, sessionId: number): string | undefined {
  const lines = linesOf(offer);
  let streams = '';
  lines.forEach((line, at) => {
    if (line.type === 'm') streams += idleStream(line.value, attributesAfter(lines, at));
  });
  if (streams === '') return undefined;
  const place = 'IN IP4 0.0.0.0';
  return `v=0\r\no=- ${sessionId} 1 ${place}\r\ns=-\r\nc=${place}\r\nt=${timingOf(lines)}\r\n${streams}`;
}

function attributesAfter(lines: readonly SdpLine[], at: number): string[] {
  const attributes: string[] = [];
  for (let next = at + 1; next < lines.length && lines[next]?.type !== 'm'; next++) {
    const { type, value } = lines[next] as SdpLine;
    if (type === 'a') attributes.push(value);
  }
  return attributes;
}

function idleStream(media: string, attributes: readonly string[]): string {
  const [kind = 'audio', port = '0', protocol = '', format = '0'] = wordsOf(media);
  if (/^0+(\/|$)/.test(port) || !PLAIN.test(protocol)) return refusedStream(media);
  const ofFormat = attributes.filter(
    (value) => value.startsWith(`rtpmap:${format} `) || value.startsWith(`fmtp:${format} `),
  );
  const described = ofFormat.map((value) => `a=${value}\r\n`).join('');
  return `m=${kind} ${DISCARD_PORT} ${protocol} ${format}\r\n${described}a=inactive\r\n`;
}
