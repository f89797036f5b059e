/**
 * A phone whose manager is lost, and that registers at another one without asking for its lamps there: they are as they
 * were until its subscription is to be renewed, which is as soon as its registration would have been.
 */
import { shared } from './shared-stage.ts';

shared(
  'lamps are right again as soon as the phone renews its subscription, as often as it registers',
  (stage) => {
    const { site, a, bench, seat, wait } = stage;
    const phone = bench.watcher(seat('2000b'), '2000');
    const { station } = phone;
    station.listen();
    station.register(120);
    wait();
    phone.watch();
    a.offHook(1);
    wait();
    const lit = phone.shown;
    site.managers[1]?.kill('machine');
    // Those that are not of this flow.
    for (const other of [...bench.phones])
      if (other !== phone && other.station.server === station.server) {
        other.crash();
        bench.phones.splice(bench.phones.indexOf(other), 1);
      }
    wait(3000);
    const [next] = site.managers;
    if (next !== undefined) station.server = next.address;
    station.register(120);
    if (phone.subscription !== undefined) phone.subscription.dialog.hop = station.server;
    phone.onChanged = () => {
      if (phone.subscription?.isOver === true) phone.watch();
    };
    a.onHook();
    wait(1000);
    const stale = phone.shown;
    wait(93_000);
    const again = phone.shown;
    phone.onChanged = () => {};
    return [lit, stale, again, a.shown];
  },
  ['trying', 'trying', '', ''],
  { settings: ['single', 'replicated'], timings: {} },
);
