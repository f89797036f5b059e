/**
 * Values of Call-Info, Alert-Info and Error-Info: a URI in angle brackets with parameters of the
 * field. RFC 3261 §20.4, §20.9, §20.18. Unlike other parameters these may repeat: some servers put
 * all appearances of a line behind one URI.
 */
import {
  EQUAL,
  endOfRun,
  GREATER,
  LESS,
  SEMICOLON,
  skipSpace,
  TOKEN,
  trimEnd,
  URI,
} from './characters.ts';
import { endOfParameterValue, unquote } from './parameters.ts';
import { quoted } from './safe.ts';

/** A parameter: its name in lower case, its value without quotes and escapes, '' for a bare name. */
export type InfoParameter = readonly [name: string, value: string];

export type InfoValue = {
  /** As sent, without the angle brackets. */
  readonly uri: string;
  /** In the order sent; a name may stand more than once. */
  readonly parameters: readonly InfoParameter[];
};

/** Reads one value of a list (see `splitValues`), or undefined when it is malformed. Stray semicolons do no harm. */
export function readInfoValue(text: string): InfoValue | undefined {
  const end = trimEnd(text, 0, text.length);
  const open = skipSpace(text, 0, end);
  if (open >= end || text.charCodeAt(open) !== LESS) return undefined;
  const close = endOfRun(URI, text, open + 1, end);
  if (close === open + 1 || close >= end || text.charCodeAt(close) !== GREATER) return undefined;
  const parameters = readPairs(text, close + 1, end);
  return parameters && { uri: text.slice(open + 1, close), parameters };
}

function readPairs(text: string, from: number, end: number): InfoParameter[] | undefined {
  const found: InfoParameter[] = [];
  let at = skipSpace(text, from, end);
  while (at < end) {
    if (text.charCodeAt(at) !== SEMICOLON) return undefined;
    const nameAt = skipSpace(text, at + 1, end);
    const nameEnd = endOfRun(TOKEN, text, nameAt, end);
    at = skipSpace(text, nameEnd, end);
    if (nameEnd === nameAt) continue;
    let value = '';
    if (at < end && text.charCodeAt(at) === EQUAL) {
      const valueAt = skipSpace(text, at + 1, end);
      const valueEnd = endOfParameterValue(text, valueAt, end);
      if (valueEnd <= valueAt) return undefined;
      value = unquote(text.slice(valueAt, valueEnd));
      at = skipSpace(text, valueEnd, end);
    }
    found.push([text.slice(nameAt, nameEnd).toLowerCase(), value]);
  }
  return found;
}

/**
 * The text of a value. What is no token is quoted; the URI loses what would end it early. Parameter
 * names are ours, never anybody's text.
 */
export function formatInfoValue({ uri, parameters }: InfoValue): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not pass
  let text = `<${uri.replace(/[\x00-\x20<>"\x7f]/g, '')}>`;
  for (const [name, value] of parameters)
    text += value === '' ? `;${name}` : `;${name}=${isToken(value) ? value : quoted(value)}`;
  return text;
}

function isToken(text: string): boolean {
  return endOfRun(TOKEN, text, 0, text.length) === text.length;
}
