/**
 * The order in which a phone hears of a call that another has answered: first that it is to stop ringing, then that
 * the appearance is active. Some put the lamp out with the CANCEL.
 */

import { keyOf } from '../../src/testkit/network.ts';
import type { BenchPhone } from '../../src/testkit/phones/bench.ts';
import { callOf, type Stage, shared } from './shared-stage.ts';

/** What those phones are sent from now on, of these two kinds. */
function record({ site }: Stage, phones: readonly BenchPhone[]): readonly string[][] {
  const heard = phones.map((): string[] => []);
  site.network.tap = (_, to, text) => {
    const at = phones.findIndex(({ station }) => keyOf(station.options.address) === keyOf(to));
    if (text.startsWith('CANCEL ')) heard[at]?.push('CANCEL');
    const isActive = text.includes('<state>confirmed<') || text.includes('appearance-state=active');
    if (text.startsWith('NOTIFY ') && isActive) heard[at]?.push('NOTIFY active');
  };
  return heard;
}

shared(
  'whoever rang for a call is told to stop before its lamp turns to active, in each dialect',
  (stage) => {
    const { a, b, bench, one, seat, wait } = stage;
    const agent = bench.appearance(seat('2000c'));
    const watcher = bench.watcher(seat('2000c'), '2000');
    for (const phone of [agent, watcher]) phone.boot();
    wait();
    const heard = record(stage, [b, agent, watcher]);
    one.call('2000');
    wait();
    const ring = [b.calls.size, agent.calls.size, watcher.calls.size];
    a.answer(callOf(a));
    wait();
    return [ring, ...heard];
  },
  [
    [1, 1, 1],
    ['CANCEL', 'NOTIFY active'],
    ['CANCEL', 'NOTIFY active'],
    ['CANCEL', 'NOTIFY active'],
  ],
);

shared(
  'so it is when a member picks the call up that was not to ring',
  (stage) => {
    const { a, b, bench, one, seat, wait } = stage;
    const agent = bench.appearance(seat('2000c'));
    agent.boot();
    wait();
    const heard = record(stage, [b, agent]);
    one.call('2000');
    wait();
    a.retrieve(1);
    wait(500);
    return heard;
  },
  [
    ['CANCEL', 'NOTIFY active'],
    ['CANCEL', 'NOTIFY active'],
  ],
);

shared(
  "after the death of its manager a phone's publication is not known at the next one: it publishes anew",
  (stage) => {
    const { site, a, bench, seat, wait } = stage;
    const agent = bench.appearance(seat('2000b'));
    agent.boot();
    wait();
    const first = agent.seize(2).publication;
    wait();
    const had = [first.status, a.shown];
    site.managers[1]?.kill('machine');
    bench.phones.splice(bench.phones.indexOf(stage.b), 1);
    bench.phones.splice(
      bench.phones.findIndex(({ station }) => station.options.user === '2000e'),
      1,
    );
    wait(3000);
    const free = a.shown;
    const [next] = site.managers;
    if (next !== undefined) agent.station.server = next.address;
    agent.station.register(3600);
    wait(1000);
    first.say({ state: 'trying', appearance: 2 });
    wait();
    const refused = first.status;
    const second = agent.seize(2).publication;
    wait();
    const again = a.shown;
    agent.release();
    return [had, free, refused, second.status, again];
  },
  [[200, '2 seized'], '', 412, 200, '2 seized'],
  { settings: ['single', 'replicated'], timings: {} },
);
