/**
 * Bodies of several parts: RFC 2046 §5.1, as SIP has them (RFC 5621). Parts within a part come like any other. What a
 * part means is not known here. Total, and in linear time for each level.
 */
import { parseParameterised } from './parameters.ts';

/** A part that is not made of parts itself. Names are in lower case, without parameters. */
export type Part = {
  /** `text/plain` where the part does not say (RFC 2046 §5.2). */
  readonly type: string;
  /** Content-Disposition and Content-Transfer-Encoding; '' where the part does not say. */
  readonly disposition: string;
  readonly encoding: string;
  /** Where its content begins in the whole body, and where it ends. */
  readonly begin: number;
  readonly end: number;
};

const PARTS_MAX = 16;
const DEPTH_MAX = 4;

/**
 * The parts of `body`, in order. `contentType`: the whole field value, `multipart/mixed;boundary=x`. Undefined when they
 * cannot be told: no boundary, no end, a header that is none, or more of them than anybody sends.
 */
export function partsOf(contentType: string, body: string): readonly Part[] | undefined {
  const parts: Part[] = [];
  return read(contentType, body, { begin: 0, end: body.length }, 1, parts) ? parts : undefined;
}

type Range = { readonly begin: number; readonly end: number };

/** Adds the parts of what stands in `range`. False: they cannot be told. */
function read(
  contentType: string,
  body: string,
  { begin, end }: Range,
  depth: number,
  parts: Part[],
): boolean {
  const boundary = parseParameterised(contentType)?.parameters.get('boundary') ?? '';
  if (boundary === '' || depth > DEPTH_MAX) return false;
  const delimiter = `--${boundary}`;
  // What comes before the first delimiter is no part.
  let partAt: number | undefined;
  for (let at = begin; at < end; ) {
    const next = lineEnd(body, at, end);
    const rest = body.startsWith(delimiter, at)
      ? body.slice(at + delimiter.length, next).trimEnd()
      : undefined;
    if (rest === '' || rest === '--') {
      const part = partAt === undefined ? undefined : { begin: partAt, end: beforeBreak(body, at) };
      if (part !== undefined && !readPart(body, part, depth, parts)) return false;
      if (rest === '--') return part !== undefined;
      partAt = next;
    }
    at = next;
  }
  return false;
}

/** Where the next line begins. */
function lineEnd(body: string, at: number, end: number): number {
  const lf = body.indexOf('\n', at);
  return lf < 0 || lf >= end ? end : lf + 1;
}

/** The line break before a delimiter belongs to that (RFC 2046 §5.1.1). */
function beforeBreak(body: string, at: number): number {
  const lf = body.charCodeAt(at - 1) === 10 ? at - 1 : at;
  return body.charCodeAt(lf - 1) === 13 ? lf - 1 : lf;
}

function readPart(body: string, { begin, end }: Range, depth: number, parts: Part[]): boolean {
  let at = begin;
  let header = '';
  // An empty line, or the end of the part, ends its header.
  while (at < end) {
    const next = lineEnd(body, at, end);
    const line = body.slice(at, next).trimEnd();
    at = next;
    if (line === '') break;
    header += /^[ \t]/.test(line) ? ` ${line.trimStart()}` : `\n${line}`;
  }
  const type = valueIn(header, 'content-type', 'text/plain');
  const disposition = valueIn(header, 'content-disposition', '');
  const encoding = valueIn(header, 'content-transfer-encoding', '');
  if (type === undefined || disposition === undefined || encoding === undefined) return false;
  if (type.name.startsWith('multipart/'))
    return read(type.whole, body, { begin: at, end }, depth + 1, parts);
  if (parts.length >= PARTS_MAX) return false;
  parts.push({
    ...{ type: type.name, disposition: disposition.name, encoding: encoding.name },
    ...{ begin: Math.min(at, end), end },
  });
  return true;
}

type Value = { readonly whole: string; readonly name: string };

/** Undefined: it is said twice, or cannot be read. Two who read it differently would see two bodies. */
function valueIn(header: string, field: string, unsaid: string): Value | undefined {
  const found = header.split('\n').filter((line) => {
    const colon = line.indexOf(':');
    return colon > 0 && line.slice(0, colon).trim().toLowerCase() === field;
  });
  const [line] = found;
  if (line === undefined) return { whole: unsaid, name: unsaid };
  const whole = line.slice(line.indexOf(':') + 1).trim();
  const name = parseParameterised(whole)?.value.toLowerCase();
  return name === undefined || found.length > 1 ? undefined : { whole, name };
}
