/** REGISTERs that others wrote, and REGISTERs that nobody in his right mind would write. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import test from 'node:test';
import fc from 'fast-check';
import type { Hop } from '../../../src/sip/hop.ts';
import { parseMessage } from '../../../src/sip/message/parse.ts';
import { Registrar } from '../../../src/sip/registrar/registrar.ts';

const SOURCE: Hop = { transport: 'udp', address: '192.0.2.1', port: 5060, flow: 0, listener: 0 };
const CONTACTS_MAX = 3;

// The registrar's verdicts on the REGISTERs of RFC 4475 that are well-formed messages.
const TORTURE: Readonly<Record<string, string>> = {
  'cparam01.dat': '200 Contact: <sip:+19725552222@gw1.example.net>;expires=3600',
  'cparam02.dat': '200 Contact: <sip:+19725552222@gw1.example.net;unknownparam>;expires=3600',
  'dblreq.dat': '200 Contact: <sip:j.user@host.example.com>;expires=3600',
  'escnull.dat':
    '200 Contact: <sip:%00@host5.example.com>;expires=3600, Contact: <sip:%00%00@host5.example.com>;expires=3600',
  'regaut01.dat': '200 ',
  'regbadct.dat': '400 ',
  'regescrt.dat':
    '200 Contact: <sip:user@example.com?Route=%3Csip:sip.example.com%3E>;expires=3600',
  'unksm2.dat': '400 ',
  'esc02.dat': '',
};

for (const [file, verdict] of Object.entries(TORTURE)) {
  test(`RFC 4475 ${file}: ${verdict || 'another method'}`, () => {
    assert.equal(verdictOn(readFileSync(`test/corpus/rfc4475/${file}`, 'latin1')), verdict);
  });
}

test('no REGISTER of RFC 4475 is forgotten above', () => {
  const folder = 'test/corpus/rfc4475';
  const registers = readdirSync(folder).filter((file) => {
    if (!file.endsWith('.dat')) return false;
    const parsed = parseMessage(readFileSync(`${folder}/${file}`, 'latin1'));
    return parsed.ok && parsed.message.kind === 'request' && parsed.message.method === 'REGISTER';
  });
  assert.deepEqual(
    registers.filter((file) => TORTURE[file] === undefined),
    [],
  );
});

test('whatever phones send, the registrar keeps its count, its limit and its promises', () => {
  const contact = fc.record({
    user: fc.constantFrom('a', 'b', 'c', 'd'),
    more: fc.constantFrom(
      '',
      ';q=0.1',
      ';expires=0',
      ';expires=60',
      ';expires=7',
      ';+sip.instance="<i>";reg-id=1',
    ),
  });
  const register = fc.record({
    key: fc.constantFrom('x', 'y'),
    callId: fc.constantFrom('c1', 'c2'),
    cseq: fc.integer({ min: 1, max: 6 }),
    flow: fc.nat(3),
    contacts: fc.array(contact, { maxLength: 5 }),
    all: fc.boolean(),
    lines: fc.subarray(['Expires: 0', 'Supported: outbound, path', 'Path: <sip:p;ob>']),
    afterMs: fc.nat(40_000),
    lost: fc.nat(12),
  });
  fc.assert(
    fc.property(fc.array(register, { maxLength: 40 }), (registers) => {
      const registrar = new Registrar(limits());
      const alive = new Set<string>();
      let nowMs = 0;
      const note = (changes: ReturnType<Registrar['expire']>) => {
        for (const { type, binding } of changes) {
          const name = `${binding.key} ${binding.id}`;
          assert.equal(alive.has(name), type !== 'added', `${name} ${type}`);
          if (type === 'added') alive.add(name);
          if (type === 'removed') alive.delete(name);
        }
      };
      for (const { key, callId, cseq, flow, contacts, all, lines, afterMs, lost } of registers) {
        nowMs += afterMs;
        note(registrar.expire(nowMs));
        const values =
          all && contacts.length < 2
            ? ['*']
            : contacts.map(({ user, more }) => `<sip:${user}@h>${more}`);
        const fields = values.length > 0 ? [`Contact: ${values.join(', ')}`] : [];
        const source: Hop = flow === 0 ? SOURCE : { ...SOURCE, transport: 'tcp', flow };
        const parsed = parseMessage(textOf(callId, cseq, [...fields, ...lines]));
        assert(parsed.ok && parsed.message.kind === 'request');
        const before = [...registrar.all()].map(shape);
        const { status, changes } = registrar.register(key, parsed.message, source);
        note(changes);
        if (status !== 200)
          assert.deepEqual([[...registrar.all()].map(shape), changes], [before, []]);
        note(registrar.removeFlow(lost));
        const names = [...registrar.all()].map(({ key: whose, id }) => `${whose} ${id}`);
        assert.deepEqual(new Set(names), alive);
        assert.equal(registrar.count, names.length);
        for (const whose of ['x', 'y']) assert(registrar.bindings(whose).length <= CONTACTS_MAX);
        for (const { expiresAtMs } of registrar.all()) assert(expiresAtMs > nowMs - 10);
      }
      note(registrar.expire(nowMs + 8_000_000));
      assert.deepEqual([registrar.count, alive.size, registrar.nextDueMs()], [0, 0, Infinity]);
    }),
    { numRuns: 300 },
  );
});

test('no REGISTER throws, and no answer has a line that was not meant', () => {
  const honest = textOf('c1', 1, [
    'Contact: "A" <sip:a@192.0.2.1;transport=tcp>;q=0.5;expires=60;+sip.instance="<urn:uuid:1>";reg-id=1',
    'Path: <sip:p.test;lr;ob>',
    'Supported: path, outbound',
    'Expires: 60',
    'User-Agent: x',
  ]);
  const change = fc.tuple(
    fc.nat(honest.length),
    fc.nat(30),
    fc.oneof(
      fc.string({ unit: 'binary-ascii' }),
      fc.constantFrom('"', '<', '>', ',', ';', '\\', '%', '*', '\0'),
    ),
  );
  fc.assert(
    fc.property(fc.array(change, { maxLength: 3 }), (changes) => {
      let text = honest;
      for (const [at, length, put] of changes)
        text = text.slice(0, at) + put + text.slice(at + length);
      const parsed = parseMessage(text);
      if (!parsed.ok || parsed.message.kind !== 'request') return;
      const { headers } = new Registrar(limits()).register('x', parsed.message, SOURCE);
      assert.match(
        headers,
        /^(?:(?:Contact|Path|Require|Unsupported|Min-Expires): [^\r\n\0]+\r\n)*$/,
      );
    }),
    { numRuns: 3_000 },
  );
});

function limits() {
  return { nowMs: 0, minExpiresS: 60, maxExpiresS: 7_200, contactsMax: CONTACTS_MAX };
}

/** Everything that holds of a binding, but not how it is kept. */
function shape({
  key,
  id,
  contact,
  hop,
  callId,
  cseq,
  expiresAtMs,
}: ReturnType<Registrar['bindings']>[0]) {
  return { key, id, contact, hop, callId, cseq, expiresAtMs };
}

function verdictOn(text: string): string {
  const parsed = parseMessage(text);
  if (!parsed.ok) return `${parsed.fault.status} `;
  const { message } = parsed;
  if (message.kind !== 'request' || message.method !== 'REGISTER') return '';
  const { status, headers } = new Registrar(limits()).register('x', message, SOURCE);
  return `${status} ${status === 200 ? headers.trim().replaceAll('\r\n', ', ') : ''}`;
}

function textOf(callId: string, cseq: number, fields: readonly string[]): string {
  return [
    'REGISTER sip:pbx.test SIP/2.0',
    'Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1;rport',
    ...fields,
    'From: <sip:2000a@pbx.test>;tag=1',
    'To: <sip:2000a@pbx.test>',
    `Call-ID: ${callId}`,
    `CSeq: ${cseq} REGISTER`,
    'Content-Length: 0\r\n\r\n',
  ].join('\r\n');
}
