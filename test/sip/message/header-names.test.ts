/** Every spelling of a header field's name leads to one string. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { canonicalName } from '../../../src/sip/message/header-names.ts';

/** The compact forms of the IANA registry. */
const COMPACT = `
  a Accept-Contact  b Referred-By  c Content-Type  d Request-Disposition  e Content-Encoding  f From
  i Call-ID  j Reject-Contact  k Supported  l Content-Length  m Contact  n Identity-Info  o Event
  r Refer-To  s Subject  t To  u Allow-Events  v Via  x Session-Expires  y Identity
`;

test('compact forms, in either case', () => {
  const pairs = COMPACT.trim()
    .split(/\s{2,}/)
    .map((pair) => pair.split(' '));
  assert.deepEqual(
    pairs.map(([compact = '']) => [canonicalName(compact), canonicalName(compact.toUpperCase())]),
    pairs.map(([, name]) => [name, name]),
  );
});

test('case does not count, and unknown names stay as they are', () => {
  const names = ['cSEQ', 'www-authenticate', 'P-ASSERTED-IDENTITY', 'call-id', 'x-Mine', 'g', ''];
  assert.deepEqual(names.map(canonicalName), [
    'CSeq',
    'WWW-Authenticate',
    'P-Asserted-Identity',
    'Call-ID',
    'x-Mine',
    'g',
    '',
  ]);
});
