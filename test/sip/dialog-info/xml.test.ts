/** XML in bodies: what is read, what is refused, and what cannot break out. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { escapeXml, readXml } from '../../../src/sip/dialog-info/xml.ts';

const LIMITS = { bytes: 4_096, depth: 4 };
const octets = fc
  .uint8Array({ maxLength: 300 })
  .map((bytes) => Buffer.from(bytes).toString('latin1'));

function faultOf(text: string): string {
  const read = readXml(text, LIMITS);
  return read.ok ? 'none' : read.fault.code;
}

test('a document is a tree of elements with namespaces, attributes and text', () => {
  const text =
    '\xef\xbb\xbf<?xml version="1.0" encoding="utf-8"?>\n<!-- x --><?pi y?>' +
    '<a xmlns="urn:a" xmlns:b="urn:b" one="&lt;&#x20ac;" b:two="2"> x<b:c>1</b:c><![CDATA[<&]]>y </a>\r\n';
  assert.deepEqual(readXml(text, LIMITS), {
    ok: true,
    root: {
      name: 'a',
      namespace: 'urn:a',
      attributes: new Map([['one', '<\xe2\x82\xac']]),
      children: [{ name: 'c', namespace: 'urn:b', attributes: new Map(), children: [], text: '1' }],
      text: 'x<&y',
    },
  });
});

test('what is refused, and as what', () => {
  const table: [string, string][] = [
    ['<a/>', 'none'],
    ['', 'xml'],
    ['   ', 'xml'],
    ['no xml', 'xml'],
    ['<a>', 'xml'],
    ['<a></b>', 'xml'],
    ['<a/><b/>', 'xml'],
    ['<a x="1" x="2"/>', 'xml'],
    ['<a>&nbsp;</a>', 'xml'],
    ['<a>&__proto__;</a>', 'xml'],
    ['<a>&#0;</a>', 'xml'],
    ['<a>\x01</a>', 'xml'],
    ['<b:a/>', 'xml'],
    ['<?xml version="1.1"?><a>&#1;</a>', 'xml'],
    ['<?xml version="1.0" encoding="ISO-8859-1"?><a/>', 'encoding'],
    ['\xff\xfe<\x00a\x00/\x00>\x00', 'xml'],
    ['<!DOCTYPE a><a/>', 'document type'],
    ['<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', 'document type'],
    ['<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', 'document type'],
    ['<!doctype a [<', 'document type'],
    ['<!ENTITY b "c"><a/>', 'xml'],
    ['<a><b><c><d/></c></b></a>', 'none'],
    ['<a><b><c><d><e/></d></c></b></a>', 'depth'],
    ['<a>'.repeat(1_000), 'depth'],
    [`<a>${' '.repeat(4_090)}</a>`, 'size'],
  ];
  assert.deepEqual(
    table.map(([text]) => faultOf(text)),
    table.map(([, code]) => code),
  );
});

test('names that an object has of itself are attributes like others', () => {
  const read = readXml('<a __proto__="1" constructor="2"/>', LIMITS);
  assert.deepEqual(read.ok && [...read.root.attributes], [
    ['__proto__', '1'],
    ['constructor', '2'],
  ]);
});

test('no text throws, and a refusal says why in printable ASCII', () => {
  const piece = fc.oneof(
    octets,
    fc.constantFrom(
      '<a',
      '<a>',
      '</a>',
      '/>',
      '<!--',
      '-->',
      '<![CDATA[',
      ']]>',
      '<?',
      '?>',
      '&',
      '<!D',
      '<![',
    ),
    fc.constantFrom(
      ' x="',
      '"',
      "'",
      '&#x',
      ';',
      ' xmlns:b="',
      '<b:c',
      '\r',
      '\xef\xbf\xbe',
      '<!DOCTYPE',
      '=',
    ),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const read = readXml(pieces.join(''), LIMITS);
      assert(read.ok || /^[\x20-\x7e]{1,80}$/.test(read.fault.text));
    }),
    { numRuns: 2_000 },
  );
});

test('whatever is escaped, it is read as one text and one attribute, without controls and in UTF-8', () => {
  fc.assert(
    fc.property(fc.oneof(octets, fc.string({ unit: 'grapheme' })), (text) => {
      const escaped = escapeXml(text);
      const read = readXml(`<a b="${escaped}">.${escaped}.</a>`, LIMITS);
      assert(read.ok);
      const value = read.root.attributes.get('b') ?? '';
      assert.deepEqual(
        [
          read.root.text,
          Buffer.from(Buffer.from(value, 'latin1').toString(), 'utf8').toString('latin1'),
        ],
        [`.${value}.`, value],
      );
    }),
    { numRuns: 1_000 },
  );
});

test('UTF-8 stays as it is; an octet that is none is taken for ISO 8859-1', () => {
  const utf8 = Buffer.from('Zoë Łuk €😀').toString('latin1');
  assert.deepEqual(
    [escapeXml(utf8), escapeXml('Zo\xeb'), escapeXml('Łuk😀'), escapeXml('\xef\xbf\xbf')],
    [
      utf8,
      Buffer.from('Zoë').toString('latin1'),
      Buffer.from('Łuk😀').toString('latin1'),
      Buffer.from('ï¿¿').toString('latin1'),
    ],
  );
});
