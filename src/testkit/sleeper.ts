/**
 * A manager that sleeps while a line moves: the one that has the line's process is killed, and as soon as it is expelled
 * another one falls asleep, for longer than the line's next process gives all devices. Unless that one is expelled too,
 * no number may be given to anybody that a phone of the sleeper has. In some runs all others join anew at that time,
 * so that nobody who is awake has seen that there was a process, and phones register there at once.
 */
import { firstLcp } from '../call/registration-table.ts';
import type { DeviceProcess } from '../device/device-process.ts';
import { homeOf } from '../process/pid.ts';
import type { ManagerRun } from './manager-run.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { SimulatedManager } from './simulated-manager.ts';
import type { Site } from './site.ts';

export type SleeperOptions = {
  readonly site: Site;
  /** In `single` mode. */
  readonly number: string;
  readonly random: SeededRandom;
  readonly tell: (what: string) => void;
  readonly violate: (what: string) => void;
  /** Phones of that manager, which has joined anew, register, and people begin something. */
  readonly wake: (manager: SimulatedManager) => void;
};

/** From half a second, which devices have, to half a second more than the silence that expels. */
const SLEEP_MS = [600, 1500] as const;
const LOOK_MS = 1;
const ARRIVAL_MS = 10;
/** Nothing comes of it if it takes longer until somebody has a number, and then until the killed one is out. */
const WAITED_MS = 2500;

/** As soon as phones of a manager without the line's process have a number. */
export function sleepWhileItMoves(options: SleeperOptions): void {
  const { site, number, random, tell } = options;
  waitFor(site, () => {
    const owner = ownerOf(site, number);
    const home = owner?.run?.home;
    const others = site.managers.filter(({ run }) => run !== owner?.run && run?.isServing);
    const sleeper = random.pick(others.filter(({ run }) => run && hadAt(run, number).length > 0));
    if (owner === undefined || home === undefined || sleeper?.run === undefined) return false;
    const { run, id } = sleeper;
    const forMs = random.between(...SLEEP_MS);
    const anew = random.chance(0.5) ? site.managers.filter((each) => each !== sleeper) : [];
    const comeBack = anew.length > 0 ? '; the others join anew' : '';
    tell(`${owner.id} is killed, and ${id} sleeps for ${forMs} ms when it is out${comeBack}`);
    // Who has it is on its way to all in one write: let it arrive.
    site.agenda.after(ARRIVAL_MS, () => killFor(owner, WAITED_MS));
    waitFor(site, () => {
      const isOut = others.some(
        ({ manager }) => manager !== undefined && !manager.cluster.view.members.includes(home),
      );
      if (isOut) {
        run.pause();
        for (const manager of anew) joinAnew(options, manager);
        site.agenda.after(forMs, () => run.resume());
        observe(options, run);
      }
      return isOut;
    });
    return true;
  });
}

/** Kills it; it does not start by itself before that time. */
function killFor(manager: SimulatedManager, ms: number): void {
  const { restartMs } = manager;
  manager.restartMs = () => ms;
  manager.kill();
  manager.restartMs = restartMs;
}

/** Stops if it runs, in good order, and starts again. */
function joinAnew({ site, wake }: SleeperOptions, manager: SimulatedManager): void {
  const former = manager.run;
  manager.leave();
  waitFor(site, () => {
    manager.start();
    return manager.run !== former;
  });
  waitFor(site, () => {
    const isBack = manager.run !== former && manager.run?.isServing === true;
    if (isBack) wake(manager);
    return isBack;
  });
}

function waitFor({ agenda }: Site, isDone: () => boolean): void {
  const untilMs = agenda.nowMs + WAITED_MS;
  const look = (): void => {
    if (!isDone() && agenda.nowMs < untilMs) agenda.after(LOOK_MS, look);
  };
  look();
}

/** The manager with the process that controls the line. */
function ownerOf({ managers }: Site, number: string): SimulatedManager | undefined {
  return managers.find(({ run }) => {
    const location = run?.manager?.processing.table.find(number);
    const lcp = location && firstLcp(location);
    return lcp !== undefined && homeOf(lcp) === run?.home;
  });
}

/** Looks, as long as it sleeps, what becomes of its phones' numbers. */
function observe(options: SleeperOptions, sleeper: ManagerRun): void {
  const { site, violate } = options;
  if (!sleeper.isPaused || sleeper.isOver) return;
  const [fault] = givenAway(options, sleeper);
  if (fault !== undefined) return violate(fault);
  site.agenda.after(LOOK_MS, () => observe(options, sleeper));
}

/** Numbers that the line has given to others. */
function givenAway({ site, number }: SleeperOptions, sleeper: ManagerRun): string[] {
  const { home } = sleeper;
  if (home === undefined) return [];
  const had = hadAt(sleeper, number);
  const faults: string[] = [];
  for (const { run } of site.managers) {
    if (run?.manager === undefined || !run.isServing) continue;
    const control = run.manager.processing.lines.get(number);
    if (control === undefined || !run.manager.cluster.view.members.includes(home)) continue;
    // Beyond its lamps nobody sees numbers.
    for (const { call, appearance } of had)
      for (const other of control.calls.values())
        if (
          appearance <= control.line.appearances &&
          other.appearance === appearance &&
          !control.calls.has(call)
        )
          faults.push(
            `appearance ${appearance} is given to ${other.call}, and ${call} at ${home}, which sleeps, has it`,
          );
  }
  return faults;
}

type Had = { readonly call: string; readonly appearance: number };

function hadAt({ manager }: ManagerRun, number: string): Had[] {
  return [...(manager?.devices.processes() ?? [])].flatMap((process) => hadBy(process, number));
}

/** What the phone has seized, and calls that stand. */
function hadBy({ seizures, legs }: DeviceProcess, number: string): Had[] {
  const had: Had[] = [];
  for (const seizure of seizures?.values() ?? [])
    if (seizure.number === number && seizure.state === 'had') had.push(seizure);
  for (const { use, line, call, phase, unacknowledged } of legs.values()) {
    if (phase !== 'talking' || unacknowledged !== undefined) continue;
    if (use?.number === number && use.appearance !== undefined)
      had.push({ call: use.call, appearance: use.appearance });
    else if (use === undefined && line?.number === number)
      had.push({ call, appearance: line.appearance });
  }
  return had;
}
