/** Event and Subscription-State: RFC 6665 §4.1.3, §8.2. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { readEvent } from '../../../src/sip/message/event.ts';
import {
  activeState,
  readSubscriptionState,
  terminatedState,
} from '../../../src/sip/message/subscription-state.ts';

test('an Event names its package, and parameters may tell it apart', () => {
  assert.deepEqual(readEvent('dialog;shared;Id=7'), {
    name: 'dialog',
    id: '7',
    parameters: new Map([
      ['shared', ''],
      ['id', '7'],
    ]),
  });
});

test('what names no package is no Event', () => {
  const wrong = [
    '',
    ';shared',
    'dialog presence',
    'a,b',
    '"dialog"',
    'dialog;id=1;id=2',
    '<dialog>',
  ];
  assert.deepEqual(
    wrong.map(readEvent),
    wrong.map(() => undefined),
  );
});

test('Subscription-State is read with its times and its reason, unreadable ones being absent', () => {
  const none = { expiresS: undefined, reason: '', retryAfterS: undefined };
  const table: [string, unknown][] = [
    [activeState(3600), { ...none, state: 'active', expiresS: 3600 }],
    [terminatedState('noresource'), { ...none, state: 'terminated', reason: 'noresource' }],
    ['Pending ; Expires=10', { ...none, state: 'pending', expiresS: 10 }],
    [
      'terminated;reason=GiveUp;retry-after=9',
      { state: 'terminated', expiresS: undefined, reason: 'giveup', retryAfterS: 9 },
    ],
    ['active;expires=soon', { ...none, state: 'active' }],
    ['', undefined],
    ['active, pending', undefined],
    ['active;expires=1;expires=2', undefined],
  ];
  assert.deepEqual(
    table.map(([text]) => readSubscriptionState(text)),
    table.map(([, state]) => state),
  );
});

test('a reason cannot end its line', () => {
  assert.equal(terminatedState('x\r\nY: z'), 'terminated;reason=x Y: z');
});

test('no text throws', () => {
  const octets = fc.uint8Array({ maxLength: 100 }).map((b) => Buffer.from(b).toString('latin1'));
  fc.assert(
    fc.property(fc.constantFrom('', 'dialog;', 'active;expires='), octets, (start, rest) => {
      readEvent(start + rest);
      readSubscriptionState(start + rest);
    }),
  );
});
