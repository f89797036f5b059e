/**
 * XML 1.0 in bodies: reading into a bounded tree, and text that cannot break out of where it is put.
 *
 * No document type is read: a document that has one is refused before the parser sees it, so there are no
 * entities but the five of XML itself. The text here is octets (UTF-8), as in messages.
 */
import { SaxesParser, type SaxesTagNS } from 'saxes';

export type XmlElement = {
  /** Without prefix. */
  readonly name: string;
  /** '' when it is in none. */
  readonly namespace: string;
  /** Those without prefix; namespace declarations are none. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** Its own text in one piece, trimmed. */
  readonly text: string;
};

export type XmlLimits = {
  /** Octets of the document. */
  readonly bytes: number;
  /** Elements inside each other, the root included. */
  readonly depth: number;
};

export type XmlFault = {
  readonly code: 'size' | 'document type' | 'encoding' | 'depth' | 'xml';
  /** For a person; printable ASCII. */
  readonly text: string;
};

export type XmlRead =
  | { readonly ok: true; readonly root: XmlElement }
  | { readonly ok: false; readonly fault: XmlFault };

/** Characters given to the parser at a time: it is not to work on after a fault. */
const PIECE = 1_024;
const FAULT_TEXT_MAX = 80;
const ENCODINGS = ['utf-8', 'utf8', 'us-ascii', 'ascii'];

type Open = {
  readonly name: string;
  readonly namespace: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: XmlElement[];
  text: string;
};

/** Reads a document; every text is an answer, none throws. Octets that are no UTF-8 become U+FFFD. */
export function readXml(octets: string, limits: XmlLimits): XmlRead {
  if (octets.length > limits.bytes) return refuse('size', `more than ${limits.bytes} octets`);
  if (/<!DOCTYPE/i.test(octets)) return refuse('document type', 'a document type is not allowed');
  const text = Buffer.from(octets, 'latin1').toString('utf8');
  const path: Open[] = [];
  let root: XmlElement | undefined;
  let fault: XmlFault | undefined;
  const parser = new SaxesParser({
    xmlns: true,
    position: false,
    defaultXMLVersion: '1.0',
    forceXMLVersion: true,
  });
  parser.on('error', ({ message }) => {
    fault ??= { code: 'xml', text: plain(message) };
  });
  parser.on('xmldecl', ({ encoding = 'utf-8' }) => {
    if (!ENCODINGS.includes(encoding.toLowerCase()))
      fault ??= { code: 'encoding', text: plain(`encoding ${encoding} is not read`) };
  });
  parser.on('opentag', (tag) => {
    if (path.length >= limits.depth)
      fault ??= { code: 'depth', text: `elements deeper than ${limits.depth}` };
    if (fault === undefined) path.push(openElement(tag));
  });
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', () => {
    const open = fault === undefined ? path.pop() : undefined;
    if (open === undefined) return;
    const element: XmlElement = { ...open, text: toOctets(open.text.trim()) };
    const parent = path.at(-1);
    if (parent === undefined) root ??= element;
    else parent.children.push(element);
  });
  function addText(piece: string): void {
    const open = path.at(-1);
    if (open !== undefined) open.text += piece;
  }
  for (let at = 0; at < text.length && fault === undefined; at += PIECE)
    parser.write(text.slice(at, at + PIECE));
  if (fault === undefined) parser.close();
  if (fault !== undefined) return { ok: false, fault };
  return root === undefined ? refuse('xml', 'no element') : { ok: true, root };
}

function openElement({ local, uri, attributes }: SaxesTagNS): Open {
  const own = new Map<string, string>();
  for (const { prefix, local: name, value } of Object.values(attributes))
    if (prefix === '' && name !== 'xmlns') own.set(toOctets(name), toOctets(value));
  return {
    name: toOctets(local),
    namespace: toOctets(uri),
    attributes: own,
    children: [],
    text: '',
  };
}

function refuse(code: XmlFault['code'], text: string): XmlRead {
  return { ok: false, fault: { code, text } };
}

function plain(text: string): string {
  return text.slice(0, FAULT_TEXT_MAX).replace(/[^\x20-\x7e]/g, '?');
}

function toOctets(text: string): string {
  const isAscii = Buffer.byteLength(text) === text.length;
  return isAscii ? text : Buffer.from(text, 'utf8').toString('latin1');
}

/** UTF-8's sequences of XML's characters, octet by octet, and then each other octet or character. */
const NOT_ASCII =
  /[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]|\xef(?:[\x80-\xbe][\x80-\xbf]|\xbf[\x80-\xbd])|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}|[\u{80}-\u{10ffff}]/gu;

/** All but printable ASCII that means nothing to XML: most of what is written has none of it. */
const NOT_PLAIN = /[^ !#-%'-;=?-~]/;

/**
 * Text for XML content and attributes: markup escaped, controls turned to spaces. An octet that is no
 * UTF-8 is taken for ISO 8859-1: a name in the wrong encoding must not make the whole document
 * unreadable, and all lamps of a phone dark.
 */
export function escapeXml(text: string): string {
  if (!NOT_PLAIN.test(text)) return text;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not pass
  const clean = text.replace(/[\x00-\x1f\x7f]/g, ' ').replace(NOT_ASCII, (found) => {
    const isSequence = found.length > 1 && found.charCodeAt(0) < 0x100;
    return isSequence ? found : Buffer.from(found, 'utf8').toString('latin1');
  });
  return clean
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
