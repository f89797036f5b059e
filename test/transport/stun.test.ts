/** The mapped addresses are those of RFC 5769 §2.2 and §2.3. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { answerStun, isStun } from '../../src/transport/stun.ts';

const COOKIE = '2112a442';
const TRANSACTION = 'b7e7a701bc34d686fa87dfae';

function bytes(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
}

function answer(hex: string, address = '192.0.2.1'): string | undefined {
  const found = answerStun(bytes(hex), address, 32_853);
  return found && Buffer.from(found).toString('hex');
}

test('a binding request is answered with the IPv4 address and port that it came from', () => {
  assert.equal(
    answer(`0001 0000 ${COOKIE} ${TRANSACTION}`),
    `0101000c${COOKIE}${TRANSACTION}002000080001a147e112a643`,
  );
});

test('an IPv6 address is masked with the transaction as well', () => {
  assert.equal(
    answer(`0001 0000 ${COOKIE} ${TRANSACTION}`, '2001:db8:1234:5678:11:2233:4455:6677'),
    `01010018${COOKIE}${TRANSACTION}002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9`,
  );
});

test('shortened, mapped and scoped addresses are all 16 octets', () => {
  const ends = ['::1', 'fe80::1%eth0', '::ffff:192.0.2.1', '2001:db8::'].map((address) =>
    answer(`0001 0000 ${COOKIE} ${'00'.repeat(12)}`, address)?.slice(56),
  );
  assert.deepEqual(ends, [
    '2112a442000000000000000000000001',
    'df92a442000000000000000000000001',
    '2112a44200000000 0000ffffc0000201'.replace(' ', ''),
    '0113a9fa000000000000000000000000',
  ]);
});

test('optional attributes are passed over', () => {
  // SOFTWARE, padded to four octets.
  assert.equal(
    answer(`0001 0008 ${COOKIE} ${TRANSACTION} 8022 0003 616263 00`)?.slice(0, 4),
    '0101',
  );
});

test('an attribute that must be understood and is not is named in a 420', () => {
  // CHANGE-REQUEST.
  assert.equal(
    answer(`0001 0008 ${COOKIE} ${TRANSACTION} 0003 0004 00000006`),
    `01110010${COOKIE}${TRANSACTION}0009000400000414000a000200030000`,
  );
});

for (const [name, hex] of [
  ['another method', `0003 0000 ${COOKIE} ${TRANSACTION}`],
  ['an indication', `0011 0000 ${COOKIE} ${TRANSACTION}`],
  ['no magic cookie', `0001 0000 00000000 ${TRANSACTION}`],
  ['a length that is not its own', `0001 0004 ${COOKIE} ${TRANSACTION}`],
  ['an attribute that ends after the end', `0001 0004 ${COOKIE} ${TRANSACTION} 8022 0009`],
  ['half an attribute', `0001 0002 ${COOKIE} ${TRANSACTION} 8022`],
] as const) {
  test(`nothing is answered to ${name}`, () => {
    assert.equal(answer(hex), undefined);
  });
}

test('SIP is not STUN, nor is what is too short for a header', () => {
  const isStunEach = [
    Buffer.from('OPTIONS sip:a SIP/2.0\r\n'),
    bytes(`0001 0000 ${COOKIE} ${TRANSACTION}`),
    bytes('0001 0000'),
    bytes(''),
  ].map(isStun);
  assert.deepEqual(isStunEach, [false, true, false, false]);
});
