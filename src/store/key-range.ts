/**
 * Key ranges: `u{00000..19999}` stands for 20,000 keys, u00000 to u19999.
 *
 * The same braces in a value of that entry follow along: `"u{00..99}": { number: "2{00..99}" }`
 * gives u07 the number 207.
 */

export type KeyRange = {
  readonly count: number;
  /** The key at `index` from 0. */
  keyAt(index: number): string;
  /** `text` with each occurrence of the braces replaced by the digits at `index`. */
  fill(text: string, index: number): string;
};

export type RangeRead =
  | { readonly ok: true; readonly range: KeyRange }
  | { readonly ok: false; readonly message: string };

/** More keys than that in one range are a slip of the pen. */
export const RANGE_MAX = 100_000;

const RANGE = /^([^{}]*)(\{(\d{1,9})\.\.(\d{1,9})\})([^{}]*)$/;

/** What `key` stands for; without braces a range of one, which is itself. */
export function readKeyRange(key: string): RangeRead {
  if (!key.includes('{') && !key.includes('}'))
    return { ok: true, range: { count: 1, keyAt: () => key, fill: (text) => text } };
  const [, head = '', braces = '', first = '', last = '', tail = ''] = RANGE.exec(key) ?? [];
  if (braces === '') return fault(`expected one range like {00..99} in '${key}'`);
  const from = Number(first);
  const count = Number(last) - from + 1;
  if (count < 1) return fault(`range ${braces} runs backwards`);
  if (count > RANGE_MAX) return fault(`range ${braces} has ${count} keys, at most ${RANGE_MAX}`);
  const width = padded(first) || padded(last) ? first.length : 0;
  if (width > 0 && first.length !== last.length)
    return fault(`both ends of ${braces} need the same number of digits`);
  const digits = (index: number) => String(from + index).padStart(width, '0');
  const range: KeyRange = {
    count,
    keyAt: (index) => head + digits(index) + tail,
    fill: (text, index) => text.replaceAll(braces, digits(index)),
  };
  return { ok: true, range };
}

function padded(digits: string): boolean {
  return digits.length > 1 && digits.startsWith('0');
}

function fault(message: string): RangeRead {
  return { ok: false, message };
}
