/**
 * Text that may have come off the wire, made harmless for a terminal, a log line or a table: what a
 * terminal would obey (C0, C1 and DEL) and what turns reading order round is shown, not done.
 */

const COMMANDS = /[\p{Cc}\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/** `\u001b[31m` as `\x1b[31m`, letter by letter. */
export function printable(text: string): string {
  return text.replace(COMMANDS, escaped);
}

function escaped(character: string): string {
  const code = character.charCodeAt(0);
  if (character === '\n') return '\\n';
  if (character === '\r') return '\\r';
  if (character === '\t') return '\\t';
  const hex = code.toString(16);
  return code < 0x100 ? `\\x${hex.padStart(2, '0')}` : `\\u${hex.padStart(4, '0')}`;
}
