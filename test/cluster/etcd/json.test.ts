/** What etcd's gateway says, read and written. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { base64, headerOf, integerOf, Keyspace } from '../../../src/cluster/etcd/json.ts';

const keyspace = new Keyspace('/linewright/c/');
const header = { cluster_id: '7', revision: '9' };

test('64-bit integers are strings, zero is left out, and what is no safe integer is none', () => {
  const given = ['12', 12, undefined, '', '9007199254740991', '9007199254740992', '1.5', 'x', null];
  assert.deepEqual(given.map(integerOf), [
    12,
    12,
    0,
    undefined,
    9007199254740991,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

test('a header is found in an answer and in what a stream says', () => {
  assert.deepEqual(
    [headerOf({ header }), headerOf({ result: { header } }), headerOf({}), headerOf('x')],
    [{ cluster: '7', revision: 9 }, { cluster: '7', revision: 9 }, undefined, undefined],
  );
});

test('a transaction is written as etcd wants it', () => {
  const key = base64('/linewright/c/k');
  assert.deepEqual(
    keyspace.transaction({
      compare: [
        { key: 'k', is: 'absent' },
        { key: 'k', is: 'created', revision: 3 },
        { key: 'k', is: 'modified', revision: 4 },
      ],
      then: [
        { type: 'put', key: 'k', value: 'v', lease: '5' },
        { type: 'delete', key: 'k' },
      ],
      read: ['k'],
    }),
    {
      compare: [
        { key, target: 'CREATE', result: 'EQUAL', create_revision: '0' },
        { key, target: 'CREATE', result: 'EQUAL', create_revision: '3' },
        { key, target: 'MOD', result: 'EQUAL', mod_revision: '4' },
      ],
      success: [
        { request_put: { key, value: base64('v'), lease: '5' } },
        { request_delete_range: { key } },
      ],
      failure: [{ request_range: { key } }],
    },
  );
});

test('a refusal brings the entries that were found', () => {
  const kv = { key: base64('/linewright/c/k'), create_revision: '1', mod_revision: '2' };
  assert.deepEqual(
    keyspace.readTransaction({
      header,
      responses: [{ response_range: {} }, { response_range: { kvs: [kv] } }],
    }),
    {
      type: 'refused',
      revision: 9,
      found: [{ key: 'k', value: '', created: 1, modified: 2 }],
    },
  );
});

test('a change is a put or a deletion; a deletion has no creation', () => {
  const key = base64('/linewright/c/k');
  assert.deepEqual(
    [
      keyspace.readChange({
        kv: { key, value: base64('ä'), create_revision: '1', mod_revision: '2' },
      }),
      keyspace.readChange({ type: 'DELETE', kv: { key, mod_revision: '3' } }),
      keyspace.readChange({ kv: { key } }),
    ],
    [
      {
        revision: 2,
        change: { key: 'k', entry: { key: 'k', value: 'ä', created: 1, modified: 2 } },
      },
      { revision: 3, change: { key: 'k', entry: undefined } },
      undefined,
    ],
  );
});

test('the end of a prefix comes after everything that begins with it, and before all else', () => {
  const text = fc.string({ unit: 'grapheme' });
  fc.assert(
    fc.property(text, text, text, (prefix, rest, other) => {
      const [end, first] = [keyspace.end(prefix), keyspace.key(prefix)].map((octets) =>
        Buffer.from(octets, 'base64'),
      );
      const isWithin = (key: string) => {
        const octets = Buffer.from(keyspace.key(key), 'base64');
        return (
          Buffer.compare(first ?? octets, octets) <= 0 && Buffer.compare(octets, end ?? octets) < 0
        );
      };
      assert.deepEqual(
        [isWithin(prefix + rest), isWithin(other)],
        [true, other.startsWith(prefix)],
      );
    }),
  );
});

test('no answer makes a reader throw', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (body) => {
      headerOf(body);
      keyspace.readTransaction(body);
      keyspace.readChange(body);
      keyspace.readEntries(body);
    }),
  );
});
