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
