/**
 * Patterns as places: one number for each place that says which symbols fit. Two patterns with the
 * same places match the same numbers, however they are written.
 */
import { NUMBER_MAX } from './route-plan.ts';

/** The digits come first: a symbol below `DIGITS` is one. */
export const SYMBOLS = '0123456789*#+ABCD';
const DIGITS = 10;

/** A place that is `SET` and a bit for each digit that fits; below `SET` it is the symbol itself. */
export const SET = 0x400;
/** The place of `!`, always the last one. Higher than all others. */
export const OPEN = 0x800;

const ANY_DIGIT = SET | 0x3ff;
const CLASSES: Readonly<Record<string, number>> = {
  X: ANY_DIGIT,
  Z: ANY_DIGIT & ~0b1,
  N: ANY_DIGIT & ~0b11,
};

const NO_SYMBOL = 255;
const SYMBOL_OF = new Uint8Array(128).fill(NO_SYMBOL);
for (let at = 0; at < SYMBOLS.length; at++) SYMBOL_OF[SYMBOLS.charCodeAt(at)] = at;

/** The symbol of a character that can be dialled, -1 for any other. */
export function symbolOf(charCode: number): number {
  const symbol = charCode < 128 ? (SYMBOL_OF[charCode] ?? NO_SYMBOL) : NO_SYMBOL;
  return symbol === NO_SYMBOL ? -1 : symbol;
}

export function isDigit(symbol: number): boolean {
  return symbol < DIGITS;
}

/** Whether the symbol fits into the place, which is not `OPEN`. */
export function fits(place: number, symbol: number): boolean {
  return place < SET ? place === symbol : symbol < DIGITS && ((place >> symbol) & 1) === 1;
}

/** A bit for each symbol that fits into the place. */
export function bitsOf(place: number): number {
  if (place === OPEN) return ANY_DIGIT & ~SET;
  return place < SET ? 1 << place : place & ~SET;
}

/** How many symbols fit into the place. */
export function sizeOf(place: number): number {
  let size = 0;
  for (let bits = bitsOf(place); bits > 0; bits &= bits - 1) size++;
  return size;
}

export type Pattern = {
  /** 1 to `NUMBER_MAX` of them. `OPEN` at the end, if at all. */
  readonly places: readonly number[];
  /** Places before the dot; undefined without a dot. */
  readonly dot: number | undefined;
};

/** `column`: the character that is wrong, the first one being 1. */
export type PatternFault = {
  readonly type: 'fault';
  readonly column: number;
  readonly problem: string;
};

export function readPattern(text: string): Pattern | PatternFault {
  const places: number[] = [];
  let dot: number | undefined;
  let at = 0;
  const fault = (problem: string, offset = at): PatternFault => ({
    type: 'fault',
    column: offset + 1,
    problem,
  });
  for (; at < text.length; at++) {
    const letter = text.charAt(at);
    if (places.at(-1) === OPEN) return fault('nothing may follow !');
    if (letter === '.') {
      if (dot !== undefined) return fault('one . marks what may be stripped');
      dot = places.length;
      continue;
    }
    if (letter === '[') {
      const end = text.indexOf(']', at);
      const place = end < 0 ? undefined : readSet(text.slice(at + 1, end));
      if (place === undefined) return fault('a set is [1-5], [135] or [^1-5], and has a digit');
      places.push(place);
      at = end;
    } else if (letter === '!') places.push(OPEN);
    else {
      const place = CLASSES[letter] ?? symbolOf(text.charCodeAt(at));
      if (place < 0) return fault(`${JSON.stringify(letter)} cannot be dialled`);
      places.push(place);
    }
    if (places.length > NUMBER_MAX) return fault(`more than ${NUMBER_MAX} places`);
  }
  if (places.length === 0) return fault('an empty pattern matches nothing');
  return { places, dot };
}

/** What is between the brackets. A set of one digit is that digit. */
function readSet(text: string): number | undefined {
  const isNegated = text.startsWith('^');
  let bits = 0;
  for (let at = isNegated ? 1 : 0; at < text.length; ) {
    const from = symbolOf(text.charCodeAt(at));
    const isRange = text.charAt(at + 1) === '-';
    const to = isRange ? symbolOf(text.charCodeAt(at + 2)) : from;
    if (from < 0 || to < from || !isDigit(to)) return undefined;
    for (let digit = from; digit <= to; digit++) bits |= 1 << digit;
    at += isRange ? 3 : 1;
  }
  if (bits === 0) return undefined;
  if (isNegated) bits = ~bits & 0x3ff;
  if (bits === 0) return undefined;
  return (bits & (bits - 1)) === 0 ? 31 - Math.clz32(bits) : SET | bits;
}
