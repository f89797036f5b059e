/**
 * Text that goes into a header line: nothing that comes from outside may end the line it stands in.
 * The serializer passes all that it is given through here.
 */

/** Whether `text` may stand in a header line: no CR, LF or NUL. */
export function isLineSafe(text: string): boolean {
  return text.indexOf('\n') < 0 && text.indexOf('\r') < 0 && text.indexOf('\0') < 0;
}

/** `text` with each control character that would end a line or a string replaced by a space. */
export function lineSafe(text: string): string {
  return isLineSafe(text) ? text : text.replace(/[\r\n\0]+/g, ' ');
}

/** `text` with line ends replaced by a space. For what was parsed: there a NUL may stand, in a quoted pair. */
export function oneLine(text: string): string {
  return text.indexOf('\n') < 0 && text.indexOf('\r') < 0 ? text : text.replace(/[\r\n]+/g, ' ');
}

/** One header line, CRLF included, from any text. An empty value gives a line with an empty value. */
export function headerLine(name: string, value: string): string {
  return `${name}: ${lineSafe(value)}\r\n`;
}

/**
 * A block of complete header lines, each ending with CRLF, as the serializer takes it. A block that
 * is not one, because somebody built it of unchecked text, is mended: what could end the header
 * fields early, or is no header line, is left out.
 */
export function safeBlock(block: string): string {
  return block === '' || isBlock(block) ? block : mend(block);
}

/** Whether every CR is followed by LF, every LF preceded by CR, no line empty, the last one ended. */
function isBlock(block: string): boolean {
  let at = 0;
  while (at < block.length) {
    const lf = block.indexOf('\n', at);
    if (lf < at + 2 || block.indexOf('\r', at) !== lf - 1) return false;
    at = lf + 1;
  }
  return block.indexOf('\0') < 0;
}

function mend(block: string): string {
  let mended = '';
  for (const line of block.split(/[\r\n]+/)) {
    if (/^[-.!%*+`'~0-9A-Z_a-z]+[ \t]*:/.test(line)) mended += `${lineSafe(line)}\r\n`;
  }
  return mended;
}

/** `text` as a quoted string: quotes and backslashes escaped, controls turned to spaces. */
export function quoted(text: string): string {
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
