/**
 * The lines of a session description: RFC 8866 §5. Descriptions pass through unparsed; what little is
 * read here is read line by line, without a model of the whole. All of it is total: any text, bounded
 * by the body limit of the message it came in, gives an answer in linear time.
 */

/** One line `type=value` without its end. Lines that are no such thing have the type ''. */
export type SdpLine = { readonly type: string; readonly value: string };

/** All lines, in order, whatever they end with (CRLF, or LF as RFC 8866 §5 tells readers to accept). */
export function linesOf(sdp: string): SdpLine[] {
  const lines: SdpLine[] = [];
  for (let at = 0; at < sdp.length; ) {
    const lf = sdp.indexOf('\n', at);
    const after = lf < 0 ? sdp.length : lf + 1;
    let end = lf < 0 ? sdp.length : lf;
    if (end > at && sdp.charCodeAt(end - 1) === 13) end--;
    if (end > at) lines.push(lineOf(sdp.slice(at, end)));
    at = after;
  }
  return lines;
}

function lineOf(text: string): SdpLine {
  return text.charCodeAt(1) === 61
    ? { type: text.slice(0, 1), value: text.slice(2) }
    : { type: '', value: text };
}

/** The value's words, parted by spaces. */
export function wordsOf(value: string): string[] {
  return value.split(' ').filter((word) => word !== '');
}
