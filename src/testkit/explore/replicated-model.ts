/**
 * Who has an appearance of a replicated line: two of the line's processes, at two managers, and the phones of
 * `appearance-model.ts`, in all orders in which they may hear one another; a phone may die, or a manager
 * with all that is on it.
 *
 * S6 and S7 as there, at each of the line's processes that live: so whenever all has been heard they have the
 * same on record. Of two phones that have seized one appearance neither has heard anything else, at any time.
 */
import type { Out } from '../../call/effects.ts';
import { newReplicatedLine, type ReplicatedLine } from '../../call/replicated/replicated-calls.ts';
import { step as stepLine } from '../../call/replicated/replicated-line.ts';
import type { CallSignal } from '../../call/signals.ts';
import { type Home, homeOf, type Pid } from '../../process/pid.ts';
import { type LineEvent, lineOf } from './answer-model.ts';
import { checkRetrieval, checkSeizures, usesAt } from './appearance-model.ts';
import { type Machine, machineOf } from './machine.ts';
import { NUMBER, seatOf } from './phones.ts';
import { ProcessModel, type Snapshot } from './process-model.ts';
import { farEndOf, HELD, HOLDER, holderOf, retrieverOf } from './retrieving-phones.ts';
import { type Seizer, seizerOf } from './seizing-phones.ts';

export type ReplicatedConfiguration = {
  readonly name: string;
  /** How often a phone wants an appearance; 1, unless told. */
  readonly asks?: number;
  /** Phones that want the held call; 2, unless told. */
  readonly retrievers?: number;
  /** Phones that may die. */
  readonly crashes?: number;
  /** Of seizures: the second manager dies. */
  readonly hasDeath?: boolean;
  readonly isImpatient?: boolean;
};

/** A machine in the place of the line's. */
export type ReplicatedStep = (line: ReplicatedLine, event: LineEvent, out: Out) => void;

const HOMES: readonly Home[] = ['a.1', 'c.1'];
const LCPS = HOMES.map(lcpAt);

function lcpAt(home: Home): Pid {
  return `${home}.l1` as Pid;
}

/** Two phones, at two managers, that want the one appearance of a line. */
export function replicatedSeizures(
  configuration: ReplicatedConfiguration,
  step: ReplicatedStep = stepLine,
): ProcessModel {
  const { isImpatient = false, asks = 1, hasDeath = false } = configuration;
  const pids = HOMES.map((home) => `${home}.d1` as Pid);
  return new ProcessModel({
    ...commonOf(configuration),
    machines: [
      ...machinesOf(pids, 1, [], step),
      ...pids.map((pid) => seizerOf(pid, lcpAt(homeOf(pid)), isImpatient, asks)),
    ],
    mortals: pids,
    ...(isImpatient ? { timers: /^lease/ } : {}),
    check: (world) => {
      const seized = pids.filter(
        (pid) => (world.recordOf(pid) as Seizer | undefined)?.phase === 'seized',
      );
      const isDouble = seized.length > 1 && !isImpatient && !hasDeath;
      if (isDouble) return `S6 ${seized.join(' and ')} have seized one appearance`;
      return atEach(world, (ours) => checkSeizures(world, pids, isImpatient, ours));
    },
  });
}

/** A phone that holds a call, its far end, and phones that want it: one at each manager. */
export function replicatedRetrieval(
  configuration: ReplicatedConfiguration,
  step: ReplicatedStep = stepLine,
): ProcessModel {
  const { isImpatient = false, retrievers = 2 } = configuration;
  const pids = (['c.1.d1', 'a.1.d3'] as Pid[]).slice(0, retrievers);
  const all = [HOLDER, ...pids];
  const party = { number: '1002', name: '' };
  const held: CallSignal = {
    ...{ type: 'lineUse', number: NUMBER, call: HELD, state: 'held' },
    ...{ party, isExclusive: false },
  };
  return new ProcessModel({
    ...commonOf(configuration),
    machines: [
      ...machinesOf(all, 4, [held], step),
      holderOf(lcpAt(homeOf(HOLDER))),
      farEndOf(),
      ...pids.map((pid) => retrieverOf(pid, lcpAt(homeOf(pid)))),
    ],
    mortals: all,
    ...(isImpatient ? { timers: /^retrieval/ } : {}),
    check: (world) => atEach(world, (ours) => checkRetrieval(world, pids, isImpatient, ours)),
  });
}

function commonOf({ name, crashes, hasDeath = false }: ReplicatedConfiguration) {
  const [, home = ''] = HOMES;
  return {
    name,
    ...(crashes === undefined ? {} : { crashes }),
    ...(hasDeath ? { departing: { home, dies: true } } : {}),
  };
}

/** The same must be so at each of the line's processes that live. */
function atEach(
  world: Snapshot,
  check: (ours: string[]) => string | undefined,
): string | undefined {
  for (const lcp of LCPS) {
    const line = world.recordOf(lcp) as ReplicatedLine | undefined;
    const broken = line && check(usesAt(line.control));
    if (broken !== undefined) return `${broken} (${lcp})`;
  }
  return undefined;
}

/** The line's processes, which know each other and the phones. `said`: by the holder, before the beginning. */
function machinesOf(
  phones: readonly Pid[],
  appearances: number,
  said: readonly CallSignal[],
  step: ReplicatedStep,
): Machine[] {
  const directory = lineOf(phones);
  const members = directory.members.map((member) => ({
    ...member,
    rights: ['originate', 'retrieve'] as const,
  }));
  const of = { ...directory, mode: 'replicated', appearances, members } as const;
  const lines = new Map(LCPS.map((lcp) => [lcp, newReplicatedLine(of, lcp)]));
  const tell = (to: Pid, signal: CallSignal, from: Pid): void => {
    const line = lines.get(to);
    if (line === undefined) return;
    stepLine(
      line,
      { type: 'signal', signal, from },
      {
        push: (effect) => (effect.type === 'tell' ? tell(effect.to, effect.signal, to) : undefined),
      },
    );
  };
  for (const lcp of LCPS) tell(lcp, viewOf(1, LCPS), lcp);
  for (const pid of phones) tell(lcpAt(homeOf(pid)), { type: 'attach', ...seatOf(pid) }, pid);
  for (const signal of said) tell(lcpAt(homeOf(HOLDER)), signal, HOLDER);
  return LCPS.map((lcp) =>
    machineOf(lcp, lines.get(lcp), (line: ReplicatedLine | undefined, event, out) => {
      if (line === undefined || event.type === 'act') return line;
      // Its line manager tells it who is left.
      if (event.type === 'down' && HOMES.includes(event.gone))
        step(line, { type: 'signal', signal: viewOf(2, [lcp]), from: lcp }, out);
      step(line, event, out);
      return line;
    }),
  );
}

function viewOf(revision: number, lcps: readonly Pid[]): CallSignal {
  return { type: 'lineView', number: NUMBER, revision, lcps };
}
