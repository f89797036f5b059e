/** Our registration with a gateway: its figure as a table, walked. */
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  type Registration,
  type RegistrationEvent,
  stepRegistration,
  UNREGISTERED,
} from '../../../src/device/trunk/registration.ts';

const TIME = { type: 'time' } as const;
const accepted = (expiresS: number): RegistrationEvent => ({ type: 'accepted', expiresS });
const refused = (retryAfterS?: number): RegistrationEvent => ({
  type: 'refused',
  status: 403,
  ...(retryAfterS === undefined ? {} : { retryAfterS }),
});

/** Event, the state after it, and what is due: REGISTER now, or time after so many milliseconds. */
const FIGURE: readonly (readonly [RegistrationEvent, Registration['state'], string])[] = [
  [TIME, 'asking', 'REGISTER'],
  [TIME, 'asking', ''],
  [accepted(600), 'registered', '480000'],
  [accepted(600), 'registered', ''],
  [TIME, 'asking', 'REGISTER'],
  [refused(), 'waiting', '2000'],
  [TIME, 'asking', 'REGISTER'],
  [refused(), 'waiting', '4000'],
  [refused(), 'waiting', ''],
  [TIME, 'asking', 'REGISTER'],
  [refused(60), 'waiting', '60000'],
  [TIME, 'asking', 'REGISTER'],
  [accepted(0), 'registered', '8000'],
];

test('the figure', () => {
  let registration: Registration = UNREGISTERED;
  const walked = FIGURE.map(([event]) => {
    const step = stepRegistration(registration, event);
    registration = step.registration;
    const due = step.isDue === true ? 'REGISTER' : String(step.nextMs ?? '');
    return [event, registration.state, due];
  });
  assert.deepEqual(walked, FIGURE);
});
