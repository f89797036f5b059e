/**
 * Phones that are never content: some ask again as soon as a subscription is refused or over, and heed nothing
 * but Retry-After and Min-Expires. However often a phone is refused, it does not keep a manager busy.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { Bench } from '../../src/testkit/phones/bench.ts';
import type { Station } from '../../src/testkit/phones/station.ts';
import { StationSubscription } from '../../src/testkit/phones/station-subscription.ts';
import { simulationDirectory } from '../../src/testkit/simulation-directory.ts';
import { DOMAIN, Site } from '../../src/testkit/site.ts';

/** What a phone has been answered, one after the other. */
type Stubborn = { readonly answers: string[] };

/** Subscribes, and again and again, as soon as it may. */
function insist(station: Station, event: string, uri: string, expiresS: number): Stubborn {
  const answers: string[] = [];
  const subscribe = (seconds: number): void => {
    let isAnswered = false;
    const subscription = new StationSubscription(station, {
      event,
      uri,
      expiresS: seconds,
      headers: '',
      isKept: false,
      notified: () => {},
      changed: () => {
        if (isAnswered && !subscription.isOver) return;
        isAnswered = true;
        const { status, retryAfterS } = subscription;
        answers.push(retryAfterS === 0 ? `${status}` : `${status} ${retryAfterS}`);
        if (subscription.isOver) station.after(1000 * retryAfterS, () => subscribe(expiresS));
      },
    });
  };
  subscribe(expiresS);
  return { answers };
}

test('a phone that asks again as soon as it may is answered a few times an hour', () => {
  const site = new Site(1, simulationDirectory(DOMAIN), { managers: 1 });
  site.run(10);
  const phone = new Bench(site).watcher({ user: '1001', line: '1001' }, '1001');
  phone.boot();
  site.run(100);
  const { station } = phone;
  const wishes: readonly [event: string, user: string][] = [
    ['message-summary', '1001'],
    ['ua-profile', '1001'],
    ['as-feature-event', '1001'],
    ['presence', '1002'],
    ['dialog', '2000'],
    ['call-info', '2000'],
    ['dialog;shared', '2000'],
    ['dialog', 'nobody'],
  ];
  const stubborn = wishes.map(([event, user]) => insist(station, event, station.uriOf(user), 3600));
  // Fifty minutes.
  site.run(2_990_000);
  assert.deepEqual(
    stubborn.map(({ answers }, at) => [wishes[at]?.join(' '), new Set(answers), answers.length]),
    [
      ['message-summary 1001', new Set(['200']), 1],
      ['ua-profile 1001', new Set(['489 3600']), 1],
      ['as-feature-event 1001', new Set(['489 3600']), 1],
      ['presence 1002', new Set(['489 3600']), 1],
      ['dialog 2000', new Set(['403 300']), 10],
      ['call-info 2000', new Set(['403 300']), 10],
      ['dialog;shared 2000', new Set(['403 300']), 10],
      ['dialog nobody', new Set(['404 300']), 10],
    ],
  );
});
