/** What callers hear, and what phones mean: RFC 3398 and the field's habits as a table. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Cause } from '../../src/call/cause.ts';
import {
  causeOf,
  causeOfRefusal,
  reasonOf,
  refusalHeaders,
  statusOf,
} from '../../src/device/cause-to-status.ts';

const TOLD = `
  unknown number      404  Q.850;cause=1;text="Unallocated number"
  no device           480  Q.850;cause=20;text="Subscriber absent"
  busy                486  Q.850;cause=17;text="User busy"
  declined            603  Q.850;cause=21;text="Call rejected"
  no answer           480  -
  unreachable         480  Q.850;cause=18;text="No user responding"
  answered elsewhere  487  SIP;cause=200;text="Call completed elsewhere"
  caller gave up      487  -
  overload            503  Q.850;cause=42;text="Switching equipment congestion"
  loop                483  Q.850;cause=25;text="Exchange routing error"
  address incomplete  484  Q.850;cause=28;text="Invalid number format"
  internal failure    500  Q.850;cause=41;text="Temporary failure"
`;

for (const row of TOLD.trim().split('\n')) {
  const [cause = '', status, reason] = row.trim().split(/\s{2,}/);
  test(`a call that ends with '${cause}' is refused with ${status}`, () => {
    const told = [String(statusOf(cause as Cause)), reasonOf(cause as Cause) || '-'];
    assert.deepEqual(told, [status, reason]);
  });
}

const MEANT = `
  302 declined
  400 not acceptable
  401 forbidden
  404 unknown number
  408 unreachable
  480 no answer
  486 busy
  488 not acceptable
  491 request pending
  500 unreachable
  503 unreachable
  600 busy
  603 declined
  606 not acceptable
`;

for (const row of MEANT.trim().split('\n')) {
  const [, status = '', cause] = /^(\d+) (.*)$/.exec(row.trim()) ?? [];
  test(`a phone that answers ${status} means '${cause}'`, () => {
    assert.equal(causeOf(Number(status)), cause);
  });
}

test('an answer that makes no sense to a new call is not passed on to the caller', () => {
  const told = [481, 487, 491, 486].map((status) => statusOf(causeOfRefusal(status)));
  assert.deepEqual(told, [480, 480, 480, 486]);
});

test('a refusal for want of capacity says when to try again', () => {
  assert.match(refusalHeaders('overload'), /^Reason: .*\r\nRetry-After: 5\r\n$/);
});
