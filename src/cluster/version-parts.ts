/**
 * Cuts a document's lines into parts, so that a document that differs in one line differs in one part:
 * where a part ends is told by the line itself, not by what is before it.
 */
import { createHash } from 'node:crypto';
import { STEP, type Work } from '../base/work.ts';

/** Lines of a part, on average; octets beyond which it ends whatever comes. A line may be longer. */
const LINES_MEAN = 256;
const OCTETS_MAX = 256 * 1024;
/** A line's end of a part is told by its beginning, which names the entry: a change of its content moves nothing. */
const NAME_LENGTH = 48;

/** The parts' texts, in order: lines joined by line feeds. */
export function* cutParts(lines: readonly string[]): Work<string[]> {
  const parts: string[] = [];
  let part: string[] = [];
  let octets = 0;
  const end = (): void => {
    if (part.length > 0) parts.push(part.join('\n'));
    part = [];
    octets = 0;
  };
  let left = 0;
  for (const line of lines) {
    if (++left % STEP === 0) yield;
    const length = Buffer.byteLength(line) + 1;
    if (octets + length > OCTETS_MAX) end();
    part.push(line);
    octets += length;
    if (isEnd(line)) end();
  }
  end();
  return parts;
}

export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

/** FNV-1a, folded. */
function isEnd(line: string): boolean {
  let hash = 0x811c9dc5;
  const length = Math.min(line.length, NAME_LENGTH, line.indexOf('{') + 1 || NAME_LENGTH);
  for (let at = 0; at < length; at++)
    hash = Math.imul(hash ^ line.charCodeAt(at), 0x01000193) >>> 0;
  return ((hash >>> 16) ^ hash) % LINES_MEAN === 0;
}
