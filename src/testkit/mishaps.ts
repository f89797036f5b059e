/** What befalls a simulated cluster: its managers, their bus, their store, and the ways between them. */
import type { SeededRandom } from './seeded-random.ts';
import type { SimulatedManager } from './simulated-manager.ts';
import { CALM_BUS, CALM_STORE } from './simulated-planes.ts';
import type { Site } from './site.ts';

type Mishap = (site: Site, random: SeededRandom, forMs: number) => string;

/** Undone after `forMs`, unless `heal` comes first. Each says what it is, for whoever reads about a seed. */
const MISHAPS: readonly Mishap[] = [
  kill,
  kill,
  kill,
  pause,
  pause,
  leave,
  cut,
  cut,
  cutOneWay,
  badBus,
  badBus,
  noBus,
  noBusForAll,
  noStore,
  noStoreForAll,
  badStore,
  lag,
];

/** One of them, chosen by chance. */
export function befall(site: Site, random: SeededRandom): string {
  const forMs = random.chance(0.5) ? random.between(20, 1200) : random.between(500, 4000);
  const mishap = random.pick(MISHAPS) ?? kill;
  return mishap(site, random, forMs);
}

/** All is well from now on: who is dead starts again by itself. */
export function heal(site: Site): void {
  const { planes } = site;
  planes.busWeather = CALM_BUS;
  planes.storeWeather = CALM_STORE;
  planes.mend();
  planes.store.resume();
  planes.bus.resume();
  for (const { run } of site.managers) {
    run?.plane?.resume();
    run?.resume();
  }
}

function victimOf({ managers }: Site, random: SeededRandom): SimulatedManager {
  const victim = random.pick(managers);
  if (victim === undefined) throw new RangeError('a site has managers');
  return victim;
}

function kill(site: Site, random: SeededRandom): string {
  const victim = victimOf(site, random);
  const how = random.chance(0.7) ? 'process' : 'machine';
  victim.kill(how);
  return `${victim.id} is killed (${how})`;
}

function pause(site: Site, random: SeededRandom, forMs: number): string {
  const { id, run } = victimOf(site, random);
  run?.pause();
  site.agenda.after(forMs, () => run?.resume());
  return `${id} sleeps for ${forMs} ms`;
}

function leave(site: Site, random: SeededRandom): string {
  const victim = victimOf(site, random);
  victim.leave();
  return `${victim.id} leaves`;
}

/** A part of the managers from the rest. */
function cut(site: Site, random: SeededRandom, forMs: number): string {
  const part = site.managers.filter(() => random.chance(0.5));
  const rest = site.managers.filter((manager) => !part.includes(manager));
  const isOneWay = random.chance(0.3);
  for (const { id } of part)
    for (const other of rest) {
      site.planes.cut(id, other.id);
      if (!isOneWay) site.planes.cut(other.id, id);
    }
  site.agenda.after(forMs, () => site.planes.mend());
  return `${part.map(({ id }) => id).join(' ')} cut off${isOneWay ? ' one way' : ''} for ${forMs} ms`;
}

function cutOneWay(site: Site, random: SeededRandom, forMs: number): string {
  const [from, to] = [victimOf(site, random).id, victimOf(site, random).id];
  site.planes.cut(from, to);
  site.agenda.after(forMs, () => site.planes.mend());
  return `${from} > ${to} cut for ${forMs} ms`;
}

function badBus(site: Site, random: SeededRandom, forMs: number): string {
  const { planes } = site;
  planes.busWeather = {
    loss: random.pick([0, 0.02, 0.1, 0.3]) ?? 0,
    duplication: random.pick([0, 0.05, 0.2]) ?? 0,
    reordering: random.pick([0, 0.05, 0.3]) ?? 0,
    delayMs: random.pick([[0, 1] as const, [1, 20] as const, [5, 80] as const]) ?? [0, 1],
  };
  site.agenda.after(forMs, () => {
    planes.busWeather = CALM_BUS;
  });
  return `bus loses ${planes.busWeather.loss}, ${planes.busWeather.delayMs.join('-')} ms, for ${forMs} ms`;
}

function noBus(site: Site, random: SeededRandom, forMs: number): string {
  const home = victimOf(site, random).run?.home;
  if (home === undefined) return 'nothing';
  site.planes.bus.stop(home);
  site.agenda.after(forMs, () => site.planes.bus.resume(home));
  return `${home} is off the bus for ${forMs} ms`;
}

function noBusForAll(site: Site, _random: SeededRandom, forMs: number): string {
  site.planes.bus.stop();
  site.agenda.after(forMs, () => site.planes.bus.resume());
  return `no bus for ${forMs} ms`;
}

function noStore(site: Site, random: SeededRandom, forMs: number): string {
  const { id, run } = victimOf(site, random);
  run?.plane?.stop();
  site.agenda.after(forMs, () => run?.plane?.resume());
  return `${id} is off the store for ${forMs} ms`;
}

function noStoreForAll(site: Site, _random: SeededRandom, forMs: number): string {
  site.planes.store.stop();
  site.agenda.after(forMs, () => site.planes.store.resume());
  return `no store for ${forMs} ms`;
}

function badStore(site: Site, random: SeededRandom, forMs: number): string {
  const { planes } = site;
  planes.storeWeather = { ...planes.storeWeather, unknown: random.below(50) / 100 };
  planes.store.compact();
  site.agenda.after(forMs, () => {
    planes.storeWeather = CALM_STORE;
  });
  return `store fails ${planes.storeWeather.unknown} of requests for ${forMs} ms`;
}

function lag(site: Site, random: SeededRandom, forMs: number): string {
  const { planes } = site;
  const lagMs = random.between(20, 600);
  planes.storeWeather = { delayMs: [1, 30], unknown: 0, lagMs };
  site.agenda.after(forMs, () => {
    planes.storeWeather = CALM_STORE;
  });
  return `news from the store up to ${lagMs} ms late for ${forMs} ms`;
}
