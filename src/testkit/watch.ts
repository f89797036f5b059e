/** What must hold of a simulated cluster at rest: looked at from outside, manager by manager. */
import { isUsed } from '../call/line/line-control.ts';
import { seatsOf } from '../call/line/line-of-number.ts';
import { lcpFor, type RegistrationTable } from '../call/registration-table.ts';
import type { DeviceProcess } from '../device/device-process.ts';
import type { Place } from '../device/place.ts';
import type { CallManager } from '../manager/call-manager.ts';
import { homeOf, type Pid } from '../process/pid.ts';
import type { Phone } from './phone.ts';
import type { Site } from './site.ts';

/** What managers and phones still have, in words: nothing, once all is over. */
export function remnantsOf(site: Site): string[] {
  const left = new Map<string, number>();
  const add = (size: Readonly<Record<string, number>>): void => {
    for (const [what, count] of Object.entries(size)) left.set(what, (left.get(what) ?? 0) + count);
  };
  for (const { manager } of site.managers)
    if (manager !== undefined) add({ ...manager.size, parked: manager.processing.parks.size });
  for (const phone of site.phones) {
    const { legs, transactions } = phone.size;
    add({ phones: legs, phoneTransactions: transactions });
  }
  return [...left].flatMap(([what, count]) => (count === 0 ? [] : `${count} ${what}`));
}

/** Cores of the managers that are there. */
function coresOf(site: Site): CallManager[] {
  return site.managers.flatMap(({ run, manager }) =>
    run?.isOver === false && manager !== undefined ? [manager] : [],
  );
}

/** Legs and calls that are up, in words. */
export function callsOf(site: Site): string[] {
  const found: string[] = [];
  for (const manager of coresOf(site)) {
    const { home } = manager.cluster;
    for (const { call, process, role, phase } of manager.devices.legs())
      found.push(`${role} leg of ${process.place.device} at ${home}, ${phase}, of call ${call}`);
    for (const { call, state } of manager.processing.calls.values())
      found.push(`call ${call} at ${home}, ${state}`);
    for (const [number, { calls }] of manager.processing.lines)
      for (const { call, state } of calls.values())
        found.push(`${state} call ${call} of line ${number} at ${home}`);
  }
  for (const phone of site.phones)
    for (const { role, phase } of phone.calls)
      found.push(`${role} call at the phone ${phone.options.user}, ${phase}`);
  return found;
}

/**
 * Calls that a replicated line has and that are over: it was not told, and asks about them once a
 * minute. They keep a lamp lit, and nobody from calling.
 */
export function staleCallsOf(site: Site): string[] {
  const cores = coresOf(site);
  return cores.flatMap(({ processing, cluster }) =>
    [...processing.records].flatMap(([number, { own }]) =>
      [...(own?.replicated?.control.calls.values() ?? [])]
        .filter((call) => call.state === 'taken' && !isAlive(cores, call.control))
        .map(({ call, state }) => `${state} call ${call} of line ${number} at ${cluster.home}`),
    ),
  );
}

function isAlive(cores: readonly CallManager[], pid: Pid): boolean {
  return cores.some(({ cluster, scheduler }) => cluster.home === homeOf(pid) && scheduler.has(pid));
}

/** Wherever a call is up, the other end of it is: nobody rings, or talks, for nobody. */
export function looseEndsOf(site: Site): string[] {
  const found: string[] = [];
  const cores = coresOf(site);
  for (const { devices, processing, cluster } of cores) {
    for (const record of devices.legs()) {
      const { process, phase, role, control, peer, call } = record;
      const who = `${process.place.device} at ${cluster.home}`;
      if (
        phase === 'offered' &&
        role === 'called' &&
        control !== undefined &&
        !isAlive(cores, control)
      )
        found.push(`${who} rings for call ${call}, whose call control is no more`);
      if (phase === 'talking' && peer !== undefined && !isAlive(cores, peer.pid))
        found.push(`${who} talks to ${peer.pid}, which is no more`);
    }
    for (const [number, { calls }] of processing.lines)
      for (const call of calls.values())
        if (!isUsed(call) && !isAlive(cores, call.control))
          found.push(
            `line ${number} has call ${call.call}, ${call.state}, whose call control is no more`,
          );
  }
  return found;
}

/** Whether that phone is registered at its own manager alone, and that manager knows. */
export function isAtHome(site: Site, phone: Phone): boolean {
  const run = site.runAt(phone.server);
  if (!phone.isAtHome || run?.manager === undefined || !run.isServing) return false;
  for (const { place, isLeaving } of run.manager.devices.processes())
    if (place.device === phone.options.user && isRegistered(place) && !isLeaving) return true;
  return false;
}

function isRegistered(place: Place): boolean {
  return place.kind === 'phone' && place.binding !== undefined;
}

/**
 * Whether the leg of that Call-ID speaks to one whose manager is no more, and a member still as far as the leg's own
 * manager knows: what it has let go of nobody can tell there yet. Undefined: it has no such leg.
 */
export function isFarEndLost(
  site: Site,
  { cluster, devices }: CallManager,
  callId: string | undefined,
): boolean | undefined {
  for (const { leg, peer } of devices.legs()) {
    if (leg?.callId !== callId) continue;
    if (peer === undefined) return false;
    const home = homeOf(peer.pid);
    const isThere = site.managers.some(({ run }) => run?.home === home && !run.isOver);
    return !isThere && cluster.view.members.includes(home);
  }
  return undefined;
}

/** Phones that ring, or talk, for a manager that knows nothing of it. */
export function strayCallsOf(site: Site): string[] {
  const found: string[] = [];
  for (const phone of site.phones)
    for (const call of phone.calls) {
      const { leg, role, phase } = call;
      const run = site.servingRun(call);
      if (run?.manager === undefined) continue;
      const isKnown = [...run.manager.devices.legs()].some(
        (record) => record.leg?.callId === leg?.callId,
      );
      if (!isKnown)
        found.push(`${phone.options.user} has a ${role} call, ${phase}, unknown to ${run.home}`);
    }
  return found;
}

/** All members see the same: members, table, and who controls which line for whom. */
export function differencesOf(site: Site): string[] {
  const found: string[] = [];
  const cores = coresOf(site);
  const compare = (what: string, ofOne: (manager: CallManager) => string): void => {
    const [first, ...others] = cores.map((manager) => ofOne(manager));
    for (const [at, other] of others.entries())
      if (other !== first)
        found.push(`${what}: ${first} at the first manager, ${other} at manager ${at + 2}`);
  };
  compare('views differ', ({ cluster }) => JSON.stringify(cluster.view));
  compare('tables differ', ({ processing }) => tableOf(processing.table));
  compare('parked calls differ', ({ processing }) => processing.parks.toString());
  found.push(...faultsOfReplicated(cores));
  for (const manager of cores)
    for (const process of manager.devices.processes())
      found.push(...faultsOfDevice(process, manager, cores));
  return found;
}

/** Without what only who was there at the time can know: how often the list of a line's processes has changed. */
function tableOf(table: RegistrationTable): string {
  const entries = [...table.entries()].map(([number, location]) =>
    location.mode === 'single' ? [number, location] : [number, location.lcps],
  );
  return JSON.stringify(entries.sort(([one], [other]) => (String(one) < String(other) ? -1 : 1)));
}

/** All processes of a replicated line know the same of it, and none has, or waits for, its lock. */
function faultsOfReplicated(cores: readonly CallManager[]): string[] {
  const found: string[] = [];
  const states = new Map<string, string>();
  for (const { processing, cluster } of cores)
    for (const [number, { own }] of processing.records) {
      if (own?.replicated === undefined) continue;
      const { lock, known } = own.replicated;
      const { phase, queue, view, revision } = lock;
      const at = `line ${number} at ${cluster.home}`;
      if (phase.state !== 'idle' || queue.length > 0)
        found.push(`${at}: its lock is ${phase.state}, and ${queue.length} wait`);
      const live = [...known.values()].filter(({ state }) => state !== 'ended');
      const state = JSON.stringify([revision, [...view].sort(), live]);
      const other = states.get(number);
      if (other !== undefined && other !== state)
        found.push(`${at} is ${state}, elsewhere ${other}`);
      states.set(number, state);
    }
  return found;
}

/** A device process is attached to the process that the table says, which knows it, for each of its lines. */
function faultsOfDevice(
  { place, pid, lines, isLeaving }: DeviceProcess,
  { processing, cluster, directory }: CallManager,
  cores: readonly CallManager[],
): string[] {
  if (!isRegistered(place) || isLeaving) return [];
  const found: string[] = [];
  const device = directory.devices.get(place.device);
  if (device === undefined) return [];
  for (const { number } of seatsOf(directory, device)) {
    const lcp = lcpFor(processing.table.find(number), cluster.home)?.lcp;
    const attached = lines.find((line) => line.number === number);
    const who = `${place.device} (${pid})`;
    if (lcp === undefined || attached?.lcp !== lcp) {
      found.push(`${who} is with ${attached?.lcp} for ${number}, which is controlled by ${lcp}`);
      continue;
    }
    const owner = cores.find((core) => core.cluster.home === homeOf(lcp));
    const control = owner?.processing.lines.get(number);
    if (!control?.devices.some((device) => device.pid === pid))
      found.push(`${who} is not in the database of ${number} at ${lcp}`);
  }
  return found;
}
