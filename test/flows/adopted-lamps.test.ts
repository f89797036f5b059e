/**
 * A phone whose manager is lost, and that does no more than register at another one: its subscriptions go on from
 * there, in the dialogs that it has. And a phone whose process at its manager is no more: it is told so.
 */
import { InvariantError } from '../../src/base/assert.ts';
import type { AppearancePhone } from '../../src/testkit/phones/appearance-phone.ts';
import type { BenchPhone } from '../../src/testkit/phones/bench.ts';
import { BlfWatcher } from '../../src/testkit/phones/blf-watcher.ts';
import type { ScaPhone } from '../../src/testkit/phones/sca-phone.ts';
import type { StationSubscription } from '../../src/testkit/phones/station-subscription.ts';
import { type Stage, shared } from './shared-stage.ts';

const OPTIONS = { settings: ['single', 'replicated'], timings: {} } as const;

/** One of each dialect, all of them 2000b's, at the second manager. */
function bootAll({ bench, seat, wait }: Stage): readonly [ScaPhone, AppearancePhone, BlfWatcher] {
  const there = seat('2000b');
  const phones = [bench.sca(there), bench.appearance(there), bench.watcher(there, '2000')] as const;
  for (const phone of phones) phone.boot();
  wait();
  return phones;
}

/** The second manager's machine dies, and with it phones that are not of the flow. */
function lose({ site, bench }: Stage, kept: readonly BenchPhone[]): void {
  site.managers[1]?.kill('machine');
  for (const other of [...bench.phones]) {
    if (kept.includes(other) || other.station.server !== site.managers[1]?.address) continue;
    other.crash();
    bench.phones.splice(bench.phones.indexOf(other), 1);
  }
}

/** REGISTER at the first manager, and nothing else. */
function move({ site }: Stage, phones: readonly BenchPhone[]): void {
  const [next] = site.managers;
  for (const { station } of phones) {
    if (next !== undefined) station.server = next.address;
    station.register(3600);
  }
}

function subscriptionOf(phone: BenchPhone): StationSubscription | undefined {
  return phone instanceof BlfWatcher ? phone.subscription : phone.line;
}

const shownBy = (phones: readonly BenchPhone[]): readonly string[] =>
  phones.map((phone) => phone.shown);

shared(
  'phones of all dialects that only register anew are shown the line as it is, in the dialogs that they have',
  (stage) => {
    const { a, wait } = stage;
    const phones = bootAll(stage);
    a.offHook(1);
    wait();
    const lit = shownBy(phones);
    const before = phones.map(subscriptionOf);
    lose(stage, phones);
    wait(3000);
    a.onHook();
    wait();
    const stale = shownBy(phones);
    move(stage, phones);
    wait();
    const dark = shownBy(phones);
    a.offHook(2);
    wait();
    const again = shownBy(phones);
    for (const phone of phones) subscriptionOf(phone)?.renew();
    wait();
    const after = phones.map(subscriptionOf);
    const answers = after.map((each, at) => [each?.status, each === before[at], each?.isOver]);
    a.onHook();
    wait();
    return [lit, stale, dark, again, answers, shownBy(phones)];
  },
  [
    ['1 seized', '1 trying', 'trying'],
    ['1 seized', '1 trying', 'trying'],
    ['', '', ''],
    ['2 seized', '2 trying', 'trying'],
    [
      [200, true, false],
      [200, true, false],
      [200, true, false],
    ],
    ['', '', ''],
  ],
  OPTIONS,
);

shared(
  'so are those that register before anybody has seen that their manager is gone',
  (stage) => {
    const { a, wait } = stage;
    const phones = bootAll(stage);
    a.offHook(1);
    wait();
    lose(stage, phones);
    move(stage, phones);
    wait(50);
    a.onHook();
    wait(3000);
    return shownBy(phones);
  },
  ['', '', ''],
  OPTIONS,
);

shared(
  'who subscribes anew is shown it in the new dialog, and in no other',
  (stage) => {
    const { a, wait } = stage;
    const phones = bootAll(stage);
    a.offHook(1);
    wait();
    lose(stage, phones);
    wait(3000);
    const [next] = stage.site.managers;
    for (const phone of phones) {
      phone.crash();
      if (next !== undefined) phone.station.server = next.address;
      phone.boot();
    }
    wait();
    const lit = shownBy(phones);
    a.onHook();
    wait();
    const size = next?.manager?.size.subscriptions;
    return [lit, shownBy(phones), size];
  },
  [['1 seized', '1 trying', 'trying'], ['', '', ''], 5],
  OPTIONS,
);

shared(
  'a phone that takes its registration back, and not its subscription, is told that this is over',
  (stage) => {
    const { a, wait } = stage;
    const phones = bootAll(stage);
    for (const { station } of phones) station.register(0);
    a.offHook(1);
    wait();
    const ends = phones.map((phone) => subscriptionOf(phone)?.reason);
    for (const phone of phones) phone.refresh();
    wait();
    const lit = shownBy(phones);
    a.onHook();
    wait();
    return [ends, lit, shownBy(phones)];
  },
  [
    ['deactivated', 'deactivated', 'deactivated'],
    ['1 seized', '1 trying', 'trying'],
    ['', '', ''],
  ],
);

shared(
  'a phone whose process breaks subscribes anew, and is shown the line',
  (stage) => {
    const { a, b, site, wait } = stage;
    const before = b.line;
    for (const { run } of site.managers)
      run?.turn(() => {
        for (const { pid, place, watches } of [...(run.manager?.devices.processes() ?? [])])
          if (place.device === '2000b' && watches !== undefined)
            run.manager?.scheduler.run(pid, () => {
              throw new InvariantError('broken by a test');
            });
      });
    wait();
    const reason = before?.reason;
    b.refresh();
    wait();
    a.offHook(1);
    wait();
    const lit = b.shown;
    a.onHook();
    wait();
    return [reason, lit, b.shown];
  },
  ['deactivated', '1 seized', ''],
);
