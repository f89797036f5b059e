/** The packet: what is written is read as it was, and nothing that comes in harms. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {
  formatHead,
  formatMessage,
  formatPacket,
  type Message,
  type Packet,
  readPacket,
  roomAfter,
} from '../../src/cluster/packet.ts';
import { MESSAGE_OCTETS_MAX } from '../../src/process/message-plane.ts';
import { makePid, type Pid } from '../../src/process/pid.ts';

const A = 'cm1.9k3';
const B = 'cm2.9kf';
const RUNS = 2000;

const pidOf = (home: string): fc.Arbitrary<Pid> =>
  fc
    .tuple(fc.constantFrom('l', 'd', 'c', 'g', 'm'), fc.nat())
    .map(([kind, counter]) => makePid(home, kind as 'l', counter));
const body = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue(), { maxKeys: 4 });
const message: fc.Arbitrary<Message> = fc.oneof(
  fc.tuple(pidOf(B), pidOf(A), body),
  fc.tuple(pidOf(B), pidOf(A)),
  fc.tuple(pidOf(A)),
);
const count = fc.maxSafeNat();
const packet: fc.Arbitrary<Packet> = fc.record({
  from: fc.constant(A),
  to: fc.constant(B),
  number: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  ack: count,
  rv: count,
  ageMs: count,
  messages: fc.array(message, { maxLength: 5 }),
});

function format({ from, to, number, ack, rv, ageMs, messages }: Packet, cluster = 'lw'): string {
  const said = messages.map(formatMessage).join(',');
  return formatPacket(formatHead(cluster, from, to), number, ack, rv, ageMs, said);
}

const read = (text: string, from = 'cm1', cluster = 'lw', to = B): ReturnType<typeof readPacket> =>
  readPacket(text, from, cluster, to);

test('what is written is read as it was', () => {
  fc.assert(
    fc.property(packet, fc.string({ unit: 'binary' }), (given, cluster) => {
      // As JSON has it: -0 is 0 there.
      const expected: unknown = JSON.parse(JSON.stringify(given));
      assert.deepEqual(
        JSON.parse(JSON.stringify(read(format(given, cluster), 'cm1', cluster))),
        expected,
      );
    }),
    { numRuns: RUNS },
  );
});

test('a packet of the longest head and numbers keeps within what a bus carries', () => {
  const home = `${'m'.repeat(32)}.${'z'.repeat(16)}`;
  const head = formatHead('"é'.repeat(32), home, home);
  const most = Number.MAX_SAFE_INTEGER;
  const text = formatPacket(head, most, most, most, most, 'x'.repeat(roomAfter(head)));
  assert.equal(Buffer.byteLength(text) <= MESSAGE_OCTETS_MAX, true);
});

test('whatever text comes in, reading it does not throw', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), (text) => {
      // A number under `v` is of another version, whatever the rest is.
      assert(read(text) === 'malformed' || read(text) === 'version');
    }),
    { numRuns: RUNS },
  );
});

test('a packet with anything in the place of one of its parts is a packet, or a fault', () => {
  const good: Record<string, unknown> = JSON.parse(
    format({ from: A, to: B, number: 1, ack: 2, rv: 3, ageMs: 4, messages: [] }),
  );
  const spoiled = fc.tuple(fc.constantFrom(...Object.keys(good)), fc.jsonValue());
  fc.assert(
    fc.property(spoiled, ([part, value]) => {
      const result = read(JSON.stringify({ ...good, [part]: value }));
      if (typeof result !== 'string')
        assert.deepEqual({ ...result }, { ...result, from: A, to: B });
    }),
    { numRuns: RUNS },
  );
});

test('a packet with a few characters changed, added or cut off is a packet, or a fault', () => {
  fc.assert(
    fc.property(packet, fc.nat(), fc.nat(4), fc.string({ maxLength: 4 }), (given, at, cut, put) => {
      const text = format(given);
      const place = at % (text.length + 1);
      const result = read(text.slice(0, place) + put + text.slice(place + cut));
      if (typeof result === 'string') return;
      for (const { length, 0: first } of result.messages)
        assert.equal(first.startsWith(length === 1 ? `${A}.` : `${B}.`), true);
    }),
    { numRuns: RUNS },
  );
});

const GOOD = { v: 1, cluster: 'lw', from: A, to: B, n: 1, ack: 0, rv: 0, age: 0, m: [] };
const TO = `${B}.l1`;
const FROM = `${A}.d1`;

const FAULTS: readonly [what: string, spoiled: object, fault: string][] = [
  ['of another version', { v: 2, m: 'whatever it looks like there' }, 'version'],
  ['without a version', { v: undefined }, 'malformed'],
  ['of another cluster', { cluster: 'other' }, 'foreign'],
  ['of no cluster', { cluster: null }, 'malformed'],
  ['of another manager than the bus vouches for', { from: 'cm3.9k3' }, 'forged'],
  ['of a manager whose id goes on', { from: 'cm11.9k3' }, 'forged'],
  ['of no home', { from: 'cm1' }, 'malformed'],
  ['of a home with a third part', { from: 'cm1.9k3.d1' }, 'malformed'],
  ['for another incarnation', { to: 'cm2.9ke' }, 'astray'],
  ['for no home', { to: 'CM2.9kf' }, 'malformed'],
  ['with a number below 0', { n: -1 }, 'malformed'],
  ['with half an acknowledgement', { ack: 0.5 }, 'malformed'],
  ['with a revision beyond what is exact', { rv: 2 ** 53 }, 'malformed'],
  ['with an age in words', { age: '0' }, 'malformed'],
  ['without messages', { m: undefined }, 'malformed'],
  ['with messages, but no number', { n: 0, m: [[FROM]] }, 'malformed'],
  ['with an empty message', { m: [[]] }, 'malformed'],
  ['with a message of four parts', { m: [[TO, FROM, {}, {}]] }, 'malformed'],
  ['with a message that is no list', { m: [{ 0: TO, length: 1 }] }, 'malformed'],
  ['to no PID', { m: [[`${B}.x1`, FROM, {}]] }, 'malformed'],
  ['from no PID', { m: [[TO, `${A}.d`, {}]] }, 'malformed'],
  ['to a process of another manager', { m: [['cm3.1.d1', FROM, {}]] }, 'astray'],
  ['from a process of another manager', { m: [[TO, 'cm3.1.d1', {}]] }, 'forged'],
  ['from a process of another incarnation', { m: [[TO, 'cm1.9k2.d1']] }, 'forged'],
  ['from a manager whose home goes on', { m: [[TO, `${A}0.d1`]] }, 'forged'],
  ['to a manager whose home goes on', { m: [[`${B}0.d1`, FROM]] }, 'astray'],
  ['with the death of a process of another manager', { m: [[TO]] }, 'forged'],
  ['with null for a body', { m: [[TO, FROM, null]] }, 'malformed'],
  ['with a list for a body', { m: [[TO, FROM, []]] }, 'malformed'],
  ['with a word for a body', { m: [[TO, FROM, 'callRequest']] }, 'malformed'],
];

for (const [what, spoiled, fault] of FAULTS)
  test(`a packet ${what} is ${fault}`, () => {
    assert.equal(read(JSON.stringify({ ...GOOD, ...spoiled })), fault);
  });

test('what is longer than a bus carries is not looked at', () => {
  const text = JSON.stringify(GOOD);
  assert.deepEqual(
    [read(text.padEnd(MESSAGE_OCTETS_MAX)) !== 'malformed', read(text.padEnd(1_000_001))],
    [true, 'malformed'],
  );
});

test('text nested too deep for a stack is malformed, or passes as a body', () => {
  const deep = '['.repeat(400_000);
  assert.deepEqual([read(deep), read(`{"v":${deep}`)], ['malformed', 'malformed']);
});
