/**
 * A session description with the codecs that somebody may use, and no others: RFC 3264 §5.1 and §6.1. Nothing is
 * added, and nothing transcoded: what is left is what both sides have. Which payload types need no `rtpmap`
 * is RFC 3551 §6's to say.
 */
import { linesOf, type SdpLine, wordsOf } from './lines.ts';

/** Encoding names in lower case, of any clock rate or of one (`opus`, `l16/44100`); the one that is liked best first. */
export type Codecs = readonly string[];

export type Allowed = {
  readonly sdp: string;
  /** Streams were to be used, and none of them is left. */
  readonly isVain: boolean;
};

/** Audio and video of RFC 3551, tables 4 and 5, as far as anybody sends them. */
const STATIC: Readonly<Record<string, string>> = {
  0: 'pcmu/8000',
  3: 'gsm/8000',
  4: 'g723/8000',
  5: 'dvi4/8000',
  6: 'dvi4/16000',
  7: 'lpc/8000',
  8: 'pcma/8000',
  9: 'g722/8000',
  10: 'l16/44100',
  11: 'l16/44100',
  12: 'qcelp/8000',
  13: 'cn/8000',
  15: 'g728/8000',
  18: 'g729/8000',
  26: 'jpeg/90000',
  31: 'h261/90000',
  34: 'h263/90000',
};

/** Digits go with every codec (RFC 4733). */
const DIGITS = 'telephone-event';

/** An `m=` line and what belongs to it. */
type Stream = {
  readonly kind: string;
  readonly port: string;
  readonly protocol: string;
  readonly formats: readonly string[];
  readonly lines: readonly SdpLine[];
};

/**
 * `sdp` with the formats of each stream that are among `codecs`, in their order, and `telephone-event`. A stream of
 * which nothing is left has port 0. The very text where nothing changes.
 */
export function allowCodecs(sdp: string, codecs: Codecs): Allowed {
  const { session, streams } = partsOf(sdp);
  let isChanged = false;
  let wanted = 0;
  let left = 0;
  const refused: string[] = [];
  const parts = streams.map((stream) => {
    if (isRefused(stream)) return stream;
    wanted++;
    const formats = allowedOf(stream, codecs);
    if (formats.length === 0) {
      isChanged = true;
      const mid = stream.lines.find(({ type, value }) => type === 'a' && value.startsWith('mid:'));
      if (mid !== undefined) refused.push(mid.value.slice(4).trim());
      const [format = '0'] = stream.formats;
      return { ...stream, port: '0', formats: [format], lines: mid === undefined ? [] : [mid] };
    }
    left++;
    if (formats.join() === stream.formats.join()) return stream;
    isChanged = true;
    const lines = stream.lines.filter((line) => isOf(line, formats));
    return { ...stream, formats, lines };
  });
  const isVain = wanted > 0 && left === 0;
  if (!isChanged) return { sdp, isVain };
  const head = session.flatMap((line) => withoutMids(line, refused));
  return { sdp: textOf(head) + parts.map(textOfStream).join(''), isVain };
}

function partsOf(sdp: string): { session: SdpLine[]; streams: Stream[] } {
  const session: SdpLine[] = [];
  const streams: Stream[] = [];
  let lines = session;
  for (const line of linesOf(sdp)) {
    if (line.type !== 'm') {
      lines.push(line);
      continue;
    }
    const [kind = '', port = '', protocol = '', ...formats] = wordsOf(line.value);
    lines = [];
    streams.push({ kind, port, protocol, formats, lines });
  }
  return { session, streams };
}

function isRefused({ port }: Stream): boolean {
  return /^0+(\/|$)/.test(port);
}

/** Those that may stay, the one that is liked best first; digits only beside something else. */
function allowedOf(stream: Stream, codecs: Codecs): readonly string[] {
  const { formats } = stream;
  const names = namesOf(stream);
  const rankOf = (format: string): number => {
    const name = names.get(format) ?? '';
    const plain = name.split('/')[0] ?? '';
    return plain === DIGITS ? -1 : codecs.findIndex((codec) => codec === name || codec === plain);
  };
  const chosen = formats
    .filter((format) => rankOf(format) >= 0)
    .sort((one, other) => rankOf(one) - rankOf(other))
    .filter((format, _, all) => isWhole(stream, format, all));
  if (chosen.length === 0) return chosen;
  const rates = new Set(chosen.map((format) => names.get(format)?.split('/')[1]));
  const digits = formats.filter((format) => names.get(format)?.startsWith(`${DIGITS}/`));
  // Of another clock rate they belong to a codec that has gone (RFC 4733 §2.1).
  const fitting = digits.filter((format) => rates.has(names.get(format)?.split('/')[1]));
  return [...chosen, ...(fitting.length > 0 ? fitting : digits)];
}

/** `pcmu/8000` by payload type; of a stream that is no RTP, the format itself. */
function namesOf({ protocol, formats, lines }: Stream): ReadonlyMap<string, string> {
  if (!protocol.includes('RTP')) return new Map(formats.map((each) => [each, each.toLowerCase()]));
  const names = new Map(formats.map((format) => [format, STATIC[format] ?? '']));
  for (const { type, value } of lines) {
    const [, format = '', name = '', rate = ''] =
      type === 'a' ? (/^rtpmap: *(\d+) +([^ /]+)\/(\d+)/.exec(value) ?? []) : [];
    if (names.has(format)) names.set(format, `${name}/${rate}`.toLowerCase());
  }
  return names;
}

const REPAIRS = /^fmtp: *(\d+) +(?:.*;)? *apt=(\d+)/;

/** What repairs another format (RFC 4588 §8.1) goes with that one. */
function isWhole({ lines }: Stream, format: string, formats: readonly string[]): boolean {
  return lines.every(({ type, value }) => {
    const [, own, repaired = ''] = (type === 'a' && REPAIRS.exec(value)) || [];
    return own !== format || formats.includes(repaired);
  });
}

const OF_FORMAT = /^(?:rtpmap|fmtp|rtcp-fb): *(\d+)(?: |$)/;

/** Whether the line says nothing of a format that has gone. */
function isOf({ type, value }: SdpLine, formats: readonly string[]): boolean {
  const [, format] = (type === 'a' && OF_FORMAT.exec(value)) || [];
  return format === undefined || formats.includes(format);
}

/** A stream that is refused belongs to no group (RFC 9143 §7.3.3). */
function withoutMids(line: SdpLine, refused: readonly string[]): readonly SdpLine[] {
  if (line.type !== 'a' || !line.value.startsWith('group:') || refused.length === 0) return [line];
  const [semantics = '', ...mids] = wordsOf(line.value);
  const left = mids.filter((mid) => !refused.includes(mid));
  return left.length === 0 ? [] : [{ type: 'a', value: [semantics, ...left].join(' ') }];
}

function textOf(lines: readonly SdpLine[]): string {
  let text = '';
  for (const { type, value } of lines)
    text += type === '' ? `${value}\r\n` : `${type}=${value}\r\n`;
  return text;
}

function textOfStream({ kind, port, protocol, formats, lines }: Stream): string {
  return `m=${kind} ${port} ${protocol} ${formats.join(' ')}\r\n${textOf(lines)}`;
}
