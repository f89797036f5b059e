/** CIDR sets. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { Networks } from '../../src/device/networks.ts';

const ROWS = `
  203.0.113.8/29              203.0.113.9       in
  203.0.113.8/29              203.0.113.16      out
  10.0.0.0/8,192.0.2.1/32     192.0.2.1         in
  10.0.0.0/8                  ::ffff:10.1.2.3   in
  2001:db8::/32               2001:db8::1       in
  2001:db8::/32               10.0.0.1          out
  0.0.0.0/0                   ::1               out
  10.0.0.0/8                  pbx.example.org   out
`;

for (const row of ROWS.trim().split('\n')) {
  const [ranges = '', address = '', where] = row.trim().split(/\s+/);
  test(`${address} is ${where} of ${ranges}`, () => {
    const networks = new Networks(ranges.split(','));
    // Asked twice: the second answer is remembered.
    const answers = [networks.includes(address), networks.includes(address)];
    assert.deepEqual(answers, [where === 'in', where === 'in']);
  });
}

test('of several networks the narrowest counts', () => {
  const networks = new Networks(['10.0.0.0/8', '10.1.0.0/16', '10.1.2.0/24', '192.0.2.1/32']);
  const addresses = ['10.1.2.3', '10.1.9.9', '10.9.9.9', '192.0.2.1', '192.0.2.2'];
  assert.deepEqual(
    addresses.map((address) => networks.narrowest(address)),
    [24, 16, 8, 32, -1],
  );
});
