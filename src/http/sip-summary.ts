/**
 * Reads off a SIP message what a trace shows of it. For people's eyes only: nothing is decided by
 * it, so it takes the first header of each name as it stands and leaves the rest to the parser.
 */

export type SipSummary = {
  /** `INVITE` or `180 Ringing`: what is written on the arrow. */
  readonly label: string;
  /** Request method, or that of the request answered (CSeq). */
  readonly method: string;
  readonly cseq: string;
  readonly callId: string;
  /** User parts: of the request's URI ('' in a response), of From and of To. */
  readonly target: string;
  readonly from: string;
  readonly to: string;
};

const COMPACT: Readonly<Record<string, string>> = { i: 'call-id', f: 'from', t: 'to' };
/** What is longer is cut before a pattern looks at it. */
const VALUE_MAX = 512;

/** `text` may have been made readable before. */
export function summarize(text: string): SipSummary {
  const headEnd = text.indexOf('\r\n\r\n');
  const [startLine = '', ...lines] = (headEnd < 0 ? text : text.slice(0, headEnd)).split('\r\n');
  const values = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon < 0) continue;
    const name = line.slice(0, colon).trim().toLowerCase();
    const key = COMPACT[name] ?? name;
    if (!values.has(key)) values.set(key, line.slice(colon + 1, colon + VALUE_MAX).trim());
  }
  const [first = '', second = '', ...rest] = startLine.slice(0, VALUE_MAX).split(' ');
  const isResponse = first === 'SIP/2.0';
  const [number = '', cseqMethod = ''] = (values.get('cseq') ?? '').split(/\s+/);
  return {
    label: isResponse ? `${second} ${rest.join(' ')}`.trim() : first,
    method: isResponse ? cseqMethod : first,
    cseq: number,
    callId: values.get('call-id') ?? '',
    target: isResponse ? '' : userOf(second),
    from: userOf(values.get('from') ?? ''),
    to: userOf(values.get('to') ?? ''),
  };
}

/** The message with the proof of passwords taken out: a guess could be tried against it at leisure. */
export function withoutCredentials(text: string): string {
  if (!/^(?:proxy-)?authorization[ \t]*:/im.test(text)) return text;
  return text.replace(/^(?:proxy-)?authorization[ \t]*:.*$/gim, (line) =>
    line.replace(/\bresponse[ \t]*=[ \t]*"?[0-9a-f]+"?/gi, 'response="…"'),
  );
}

/** Octets off the wire as the UTF-8 that they are most likely to be. */
export function readableText(octets: string): string {
  return Buffer.from(octets, 'latin1').toString('utf8');
}

function userOf(value: string): string {
  const [, user, number = ''] = /sips?:([^@>;\s]*)@|tel:([^>;\s]*)/i.exec(value) ?? [];
  return user ?? number;
}
