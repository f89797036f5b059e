/** Where a simulated phone registers, and when. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { PhoneRegistration } from '../../src/testkit/phone-registration.ts';
import { serverAt } from '../../src/testkit/site.ts';

const [FIRST, SECOND] = [serverAt(0), serverAt(1)];

test('RFC 3261 §10.2: a server is asked one thing at a time, and for the latest wish when it has answered', () => {
  const registration = new PhoneRegistration([FIRST, SECOND]);
  const asked = [
    registration.ask(FIRST, false),
    registration.ask(FIRST, false),
    registration.ask(SECOND, false),
    registration.ask(FIRST, true),
  ];
  const then = [
    registration.answered(FIRST),
    registration.answered(SECOND),
    registration.answered(FIRST),
  ];
  assert.deepEqual(
    [asked, then],
    [
      [true, false, true, false],
      [{ server: FIRST, isRemoval: true }, undefined, undefined],
    ],
  );
});
