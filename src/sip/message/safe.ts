/**
 * Text that goes into a header line: nothing that comes from outside may end the line it stands in.
 * The serializer passes all that it is given through here.
 */
import { TOKEN } from './characters.ts';

const LINE_BREAKERS = /[\r\n\0]/;

/** Whether `text` may stand in a header line: no CR, LF or NUL. */
export function isLineSafe(text: string): boolean {
  return !LINE_BREAKERS.test(text);
}

/** `text` with what would end its line, or in other readers the text, replaced by a space. */
export function lineSafe(text: string): string {
  return LINE_BREAKERS.test(text) ? text.replace(/[\r\n\0]+/g, ' ') : text;
}

/** `text` with line ends replaced by a space. For what was parsed: there a NUL may stand, in a quoted pair. */
export function oneLine(text: string): string {
  return /[\r\n]/.test(text) ? text.replace(/[\r\n]+/g, ' ') : text;
}

/** One header line, CRLF included, from any text. An empty value gives a line with an empty value. */
export function headerLine(name: string, value: string): string {
  return `${name}: ${lineSafe(value)}\r\n`;
}

/**
 * A block of complete header lines, each ending with CRLF, as the serializer takes it. Of a block
 * that is not one, because somebody built it of unchecked text, only the lines before the first
 * wrong one are kept: nothing in it can end the header fields early. What cannot be told is a whole
 * line that came in with a value: make lines with `headerLine`.
 */
export function safeBlock(block: string): string {
  const nul = block.indexOf('\0');
  if (nul >= 0) return safeBlock(block.slice(0, nul));
  let at = 0;
  while (at < block.length) {
    const lf = block.indexOf('\n', at);
    const isLine = lf > at + 1 && block.indexOf('\r', at) === lf - 1;
    if (!isLine || TOKEN[block.charCodeAt(at)] !== 1) return block.slice(0, at);
    at = lf + 1;
  }
  return block;
}

/** What does not stand in a quoted string as it is. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not pass
const UNQUOTABLE = /[\x00-\x1f"\\\x7f]/;

/** `text` as a quoted string: quotes and backslashes escaped, controls turned to spaces. */
export function quoted(text: string): string {
  if (!UNQUOTABLE.test(text)) return `"${text}"`;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not pass
  const clean = text.replace(/[\x00-\x1f\x7f]/g, ' ');
  return `"${clean.replace(/["\\]/g, '\\$&')}"`;
}

/** A name-addr: `"name" <uri>`, or `<uri>` when the name is empty. The URI loses what would end it early. */
export function formatNameAddr(displayName: string, uri: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not pass
  const clean = /[\x00-\x20<>"\x7f]/.test(uri) ? uri.replace(/[\x00-\x20<>"\x7f]/g, '') : uri;
  return displayName === '' ? `<${clean}>` : `${quoted(displayName)} <${clean}>`;
}
