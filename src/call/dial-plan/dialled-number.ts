/**
 * What was called, from `tel:` (RFC 3966), `sip:` with `user=phone` (RFC 3261 §19.1.6) or a bare user part,
 * to the digits that are looked up: without visual separators, `+` kept.
 *
 * It says what was written and does not judge whether the host or the context is ours.
 */
import { symbolOf } from './pattern.ts';
import { NUMBER_MAX } from './route-plan.ts';

export type DialledNumber =
  | {
      readonly type: 'number';
      readonly digits: string;
      /**
       * Of a local number (RFC 3966 §5.1.5): a domain in lower case, or digits with `+`. It says whose
       * number it is and is no prefix of it.
       */
      readonly context?: string;
    }
  /** A user's name: `sip:ana@…` without `user=phone`, and not made of digits. */
  | { readonly type: 'name'; readonly name: string }
  | { readonly type: 'fault'; readonly column: number; readonly problem: string };

const SCHEME = /^(tel|sips?):/i;
const USER_IS_PHONE = /;user=phone(?=[;?]|$)/i;
const SEPARATORS = '-.()';
const TEXT_MAX = 1024;

/** `text`: a URI, or the user part of one. `column`: the character of `text` that is wrong, from 1. */
export function readDialledNumber(text: string): DialledNumber {
  if (text.length > TEXT_MAX) return fault(TEXT_MAX + 1, 'too long');
  const scheme = SCHEME.exec(text)?.[1]?.toLowerCase();
  const start = scheme === undefined ? 0 : scheme.length + 1;
  if (scheme === undefined) return readSubscriber(text, 0, text.length, false);
  if (scheme === 'tel') return readSubscriber(text, start, text.length, true);
  // A host without user is nobody's number.
  const at = text.indexOf('@', start);
  if (at < 0) return fault(start + 1, 'there is no user before the host');
  return readSubscriber(text, start, at, USER_IS_PHONE.test(text.slice(at)));
}

/** `isNumber`: it must be a number, a name is a fault. */
function readSubscriber(text: string, from: number, to: number, isNumber: boolean): DialledNumber {
  const semicolon = text.indexOf(';', from);
  const end = semicolon < 0 || semicolon > to ? to : semicolon;
  const user = unescaped(text.slice(from, end));
  if (user === undefined) return fault(from + 1, 'bad % escape');
  const read = readUser(user, from, isNumber);
  const context =
    read.type !== 'number' || read.digits.startsWith('+')
      ? undefined
      : contextIn(text.slice(end, to));
  return read.type === 'number' && context !== undefined ? { ...read, context } : read;
}

/** The user part of a URI, unescaped. Parameters in it (RFC 3966) are left out. */
export function readUserPart(user: string): DialledNumber {
  if (user.length > TEXT_MAX) return fault(TEXT_MAX + 1, 'too long');
  const semicolon = user.indexOf(';');
  return readUser(semicolon < 0 ? user : user.slice(0, semicolon), 0, false);
}

function readUser(user: string, from: number, isNumber: boolean): DialledNumber {
  let digits = '';
  for (let at = 0; at < user.length; at++) {
    const letter = user.charAt(at);
    if (SEPARATORS.includes(letter)) continue;
    if (symbolOf(user.charCodeAt(at)) < 0 || (letter === '+' && at > 0)) {
      if (!isNumber) return { type: 'name', name: user };
      return fault(from + at + 1, `${JSON.stringify(letter)} is in no number`);
    }
    digits += letter;
  }
  if (digits === '' || digits === '+') return fault(from + 1, 'there is no digit');
  if (digits.length > NUMBER_MAX) return fault(from + 1, `more than ${NUMBER_MAX} digits`);
  return { type: 'number', digits };
}

const CONTEXT = /;phone-context=([^;]*)/i;

function contextIn(parameters: string): string | undefined {
  const context = unescaped(CONTEXT.exec(parameters)?.[1] ?? '');
  if (context === undefined || context === '') return undefined;
  return context.startsWith('+') ? context.replace(/[-.()]/g, '') : context.toLowerCase();
}

function unescaped(text: string): string | undefined {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

function fault(column: number, problem: string): Extract<DialledNumber, { type: 'fault' }> {
  return { type: 'fault', column, problem };
}
