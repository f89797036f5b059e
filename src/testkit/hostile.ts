/**
 * Messages that nobody should send: the corpus mutilated, from a seed. Whoever reads SIP text is fed
 * with them and must neither throw nor take longer than 10 ms per kB.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SeededRandom } from './seeded-random.ts';

/** What a reader may take for 1,000 octets; shorter texts count as that long. */
export const MS_PER_KB_MAX = 10;

const CORPUS = fileURLToPath(new URL('../../test/corpus/', import.meta.url));
const FOLDERS = ['rfc4475', 'rfc5118-wire', 'rfc5118-archive'];

/** The messages of RFC 4475 and RFC 5118, one octet per character. */
export function readCorpus(): string[] {
  return FOLDERS.flatMap((folder) =>
    readdirSync(join(CORPUS, folder))
      .filter((file) => file !== 'SHA256SUMS')
      .sort()
      .map((file) => readFileSync(join(CORPUS, folder, file), 'latin1')),
  );
}

type Mutation = (text: string, random: SeededRandom, corpus: readonly string[]) => string;

/** Octets that mean something to some reader. */
const MARKS = ['\r\n', '\r\n\r\n', '\n', '\r', '\0', '"', '\\', '<', '>', ',', ';', '=', ':', '@'];
const MORE_MARKS = [
  '%',
  '%00',
  '%0d%0a',
  '[',
  ']',
  '?',
  ' ',
  '\t',
  '\r\n ',
  '\xff',
  '\u00c3\u0028',
];
const NUMBERS = ['0', '-1', '4294967296', '99999999999999999999999', '1e9', '0x10', '\xb9'];
const NAMES = [
  'Via',
  'From',
  'To',
  'Call-ID',
  'CSeq',
  'Contact',
  'Route',
  'Content-Length',
  'l',
  'X',
];
const HUGE = [100, 1_000, 9_000, 70_000];

const MUTATIONS: readonly Mutation[] = [
  function flipBits(text, random) {
    let flipped = text;
    for (let count = random.between(1, 8); count > 0; count--) {
      const at = random.below(flipped.length);
      const octet = ((flipped.charCodeAt(at) || 0) ^ (1 << random.below(8))) & 255;
      flipped = flipped.slice(0, at) + String.fromCharCode(octet) + flipped.slice(at + 1);
    }
    return flipped;
  },
  function truncate(text, random) {
    return text.slice(0, random.below(text.length + 1));
  },
  function behead(text, random) {
    return text.slice(random.below(text.length + 1));
  },
  function insertMarks(text, random) {
    let marked = text;
    for (let count = random.between(1, 6); count > 0; count--) {
      const at = random.below(marked.length + 1);
      const mark = random.pick([...MARKS, ...MORE_MARKS]) ?? '';
      marked = marked.slice(0, at) + mark + marked.slice(at);
    }
    return marked;
  },
  function insertNoise(text, random) {
    const at = random.below(text.length + 1);
    return text.slice(0, at) + noise(random, random.between(1, 64)) + text.slice(at);
  },
  function repeatLine(text, random) {
    const lines = text.split('\r\n');
    const at = random.below(lines.length);
    const copies = Array.from({ length: random.pick([1, 2, 50, 300]) ?? 1 }, () => lines[at] ?? '');
    lines.splice(random.below(lines.length + 1), 0, ...copies);
    return lines.join('\r\n');
  },
  function dropLine(text, random) {
    const lines = text.split('\r\n');
    lines.splice(random.below(lines.length), 1);
    return lines.join('\r\n');
  },
  function swapLines(text, random) {
    const lines = text.split('\r\n');
    const [line = ''] = lines.splice(random.below(lines.length), 1);
    lines.splice(random.below(lines.length + 1), 0, line);
    return lines.join('\r\n');
  },
  function addHugeField(text, random) {
    const unit = random.pick(['a', '(', '"', '\\', '<', ',', ';', ' ', '\r\n ', '%', ';a', ',<']);
    const value = (unit ?? 'a').repeat(random.pick(HUGE) ?? 1);
    return insertLine(text, random, `${random.pick(NAMES)}: ${value}`);
  },
  function addManyFields(text, random) {
    const line = `${random.pick(NAMES)}: ${random.pick(['', 'x', 'SIP/2.0/UDP a;branch=z9hG4bKx'])}\r\n`;
    return insertLine(text, random, line.repeat(random.pick([10, 200, 5_000]) ?? 1).slice(0, -2));
  },
  function changeNumber(text, random) {
    const numbers = [...text.matchAll(/\d+/g)];
    const number = random.pick(numbers);
    if (number === undefined) return text;
    const after = number.index + number[0].length;
    return text.slice(0, number.index) + random.pick(NUMBERS) + text.slice(after);
  },
  function splice(text, random, corpus) {
    const other = random.pick(corpus) ?? '';
    return text.slice(0, random.below(text.length + 1)) + other.slice(random.below(other.length));
  },
  function onlyLineFeeds(text) {
    return text.replaceAll('\r\n', '\n');
  },
  function onlyNoise(_text, random) {
    return noise(random, random.below(2_000));
  },
];

function noise(random: SeededRandom, length: number): string {
  let text = '';
  for (let i = 0; i < length; i++) text += String.fromCharCode(random.below(256));
  return text;
}

/** Puts a line among the header fields, wherever these are. */
function insertLine(text: string, random: SeededRandom, line: string): string {
  const lines = text.split('\r\n');
  const blank = lines.indexOf('');
  lines.splice(random.between(1, blank < 1 ? lines.length : blank), 0, line);
  return lines.join('\r\n');
}

/** One message of the corpus after one to three mutations; most often one, to get past the start line. */
export function hostileMessage(corpus: readonly string[], random: SeededRandom): string {
  let text = random.pick(corpus) ?? '';
  for (let count = random.chance(0.6) ? 1 : random.between(2, 3); count > 0; count--)
    text = random.pick(MUTATIONS)?.(text, random, corpus) ?? text;
  return text;
}

/** A message that its reader could not take. */
export type Casualty = {
  /** Which one of the seed's messages. */
  readonly index: number;
  readonly text: string;
  readonly why: string;
};

export type HostileRun = {
  readonly seed: number;
  readonly count: number;
  readonly corpus: readonly string[];
  /** Reads one message with all that the product would ask of it. */
  readonly read: (text: string) => void;
  /** A clock in milliseconds with a fraction. */
  readonly nowMs: () => number;
};

/** Feeds `count` hostile messages to `read`. Gives those at which it threw or was too slow: none, if all is well. */
export function feedHostile({ seed, count, corpus, read, nowMs }: HostileRun): Casualty[] {
  const random = new SeededRandom(seed);
  const casualties: Casualty[] = [];
  for (let index = 0; index < count; index++) {
    const text = hostileMessage(corpus, random);
    const why = failure(text, read, nowMs);
    if (why !== '') casualties.push({ index, text, why });
  }
  return casualties;
}

function failure(text: string, read: (text: string) => void, nowMs: () => number): string {
  const allowedMs = Math.max(1, text.length / 1_000) * MS_PER_KB_MAX;
  let tookMs = Number.POSITIVE_INFINITY;
  // A machine that is busy with other things takes long now and then, but not three times over.
  for (let tries = 0; tries < 3 && tookMs > allowedMs; tries++) {
    const startMs = nowMs();
    try {
      read(text);
    } catch (error) {
      return `threw ${error}`;
    }
    tookMs = nowMs() - startMs;
  }
  return tookMs > allowedMs ? `took ${tookMs.toFixed(1)} ms for ${text.length} octets` : '';
}
