/**
 * Who has an appearance: a line's process, and phones that seize one, or retrieve what another holds, in
 * all orders in which they may hear one another. The phones do with signals what `device/` does, without
 * SIP; the far end of the held call is one of them.
 *
 * S6: whenever all that was said has been heard, the line has for each phone what that phone has, and
 * nothing else; no two have one number. S7: one phone at a time retrieves, one at most gets the call, and
 * the call keeps its number until nobody has it.
 */
import type { Line } from '../../call/directory.ts';
import type { Out } from '../../call/effects.ts';
import { isUsed, type LineControl, newLineControl } from '../../call/line/line-control.ts';
import { step as stepLine } from '../../call/line/line-control-process.ts';
import type { CallSignal } from '../../call/signals.ts';
import type { Pid } from '../../process/pid.ts';
import { LCP, type LineEvent, lineOf } from './answer-model.ts';
import { type Machine, machineOf } from './machine.ts';
import { seatOf } from './phones.ts';
import { ProcessModel, type Snapshot } from './process-model.ts';
import {
  FAR,
  type FarEnd,
  farEndOf,
  HELD,
  HOLDER,
  holderOf,
  type Retriever,
  retrieverOf,
} from './retrieving-phones.ts';
import { type Seizer, seizerOf } from './seizing-phones.ts';

export type AppearanceConfiguration = {
  readonly name: string;
  readonly phones: number;
  readonly crashes?: number;
  /** Whether leases run out, and who retrieves is given up, at any time. */
  readonly isImpatient?: boolean;
  readonly duplicates?: number;
};

/** A machine in the place of the line's. */
export type LineStep = (line: LineControl, event: LineEvent, out: Out) => void;

/** Phones that want the one appearance of a line. */
export function seizureModel(
  configuration: AppearanceConfiguration,
  step: LineStep = stepLine,
): ProcessModel {
  const { isImpatient = false, phones, ...rest } = configuration;
  const pids = pidsOf(phones);
  return new ProcessModel({
    ...rest,
    machines: [
      lineMachine(pids, 1, [], step),
      ...pids.map((pid) => seizerOf(pid, LCP, isImpatient)),
    ],
    mortals: pids,
    ...(isImpatient ? { timers: /^lease/ } : {}),
    check: (world) => checkSeizures(world, pids, isImpatient),
  });
}

/** A phone that holds a call, its far end, and phones that want it. */
export function retrievalModel(
  configuration: AppearanceConfiguration,
  step: LineStep = stepLine,
): ProcessModel {
  const { isImpatient = false, phones, ...rest } = configuration;
  const pids = pidsOf(phones);
  const all = [HOLDER, ...pids];
  const party = { number: '1002', name: '' };
  const number = '2000';
  const held: CallSignal = {
    ...{ type: 'lineUse', number, call: HELD, state: 'held' },
    ...{ party, isExclusive: false },
  };
  return new ProcessModel({
    ...rest,
    machines: [
      lineMachine(all, 4, [held], step),
      holderOf(LCP),
      farEndOf(),
      ...pids.map((pid) => retrieverOf(pid, LCP)),
    ],
    mortals: all,
    ...(isImpatient ? { timers: /^retrieval/ } : {}),
    check: (world) => checkRetrieval(world, pids, isImpatient),
  });
}

function pidsOf(phones: number): Pid[] {
  return Array.from({ length: phones }, (_, at) => `${'cdefg'.charAt(at)}.1.d1` as Pid);
}

/** `said`: by the holder, before the beginning. */
function lineMachine(
  phones: readonly Pid[],
  appearances: number,
  said: readonly CallSignal[],
  step: LineStep,
): Machine {
  const line: Line = lineOf(phones);
  const members = line.members.map((member) => ({
    ...member,
    rights: ['originate', 'retrieve'] as const,
  }));
  const control = newLineControl({ ...line, appearances, members }, 1);
  for (const pid of phones)
    stepLine(
      control,
      { type: 'signal', signal: { type: 'attach', ...seatOf(pid) }, from: pid },
      [],
    );
  for (const signal of said) stepLine(control, { type: 'signal', signal, from: HOLDER }, []);
  return machineOf(LCP, control, (record: LineControl, event, out) => {
    if (event.type !== 'act') step(record, event, out);
    return record;
  });
}

/** What the line has given to whom: `c.1.d1 has 1`. */
export function usesOf(world: Snapshot): string[] {
  return usesAt(world.recordOf(LCP) as LineControl);
}

export function usesAt(line: LineControl): string[] {
  return [...line.calls.values()].flatMap((call) =>
    isUsed(call)
      ? [`${call.holder.pid} has ${call.appearance}${call.retrieval ? ', retrieved' : ''}`]
      : [],
  );
}

/** S6. `ours`: what the line has given to whom. */
export function checkSeizures(
  world: Snapshot,
  phones: readonly Pid[],
  isImpatient: boolean,
  ours = usesOf(world),
): string | undefined {
  if (!world.isQuiet) return undefined;
  const calling: string[] = [];
  const seized: string[] = [];
  // A phone may have begun anew, and what it has forgotten is seized until its lease is over.
  let mayRemain = false;
  for (const pid of phones) {
    const phone = world.recordOf(pid) as Seizer | undefined;
    if (phone?.phase === 'seized') seized.push(`${pid} has ${phone.appearance}`);
    if (phone?.phase === 'calling') calling.push(`${pid} has`);
    if (phone?.hasForgotten && isImpatient && !world.isEnd) mayRemain = true;
  }
  if (seized.length > 1) return `S6 ${seized.join(' and ')}`;
  const theirs = [...calling, ...seized];
  const isKnown = theirs.every((each) => ours.some((use) => use.startsWith(each)));
  if (isKnown && (mayRemain || theirs.length === ours.length)) return undefined;
  return `S6 the line has: ${ours.join(', ')}; the phones: ${theirs.join(', ')}`;
}

/** S7. `ours`: what the line has given to whom. */
export function checkRetrieval(
  world: Snapshot,
  phones: readonly Pid[],
  isImpatient: boolean,
  ours = usesOf(world),
): string | undefined {
  const records = phones.flatMap((pid) => {
    const record = world.recordOf(pid) as Retriever | undefined;
    return record === undefined ? [] : [{ pid, ...record }];
  });
  const taking = records.filter(({ phase }) => phase === 'taking');
  if (taking.length > 1 && !isImpatient)
    return `S7 ${taking.map(({ pid }) => pid).join(' and ')} retrieve one call`;
  if (!world.isQuiet) return undefined;
  const holder = world.recordOf(HOLDER) as { readonly phase: string } | undefined;
  const far = world.recordOf(FAR) as FarEnd;
  const talking = [
    ...(holder?.phase === 'talking' ? [HOLDER] : []),
    ...records.filter(({ phase }) => phase === 'talking').map(({ pid }) => pid),
  ];
  if (talking.length > 1) return `S7 ${talking.join(' and ')} have one call`;
  // The far end hung up on somebody who has died and had another's place: that one's phone finds out by itself.
  const hasDied = records.length < phones.length;
  const isOrphan = hasDied && far.peer === '' && far.former === talking[0];
  if (far.peer !== (talking[0] ?? '') && !isOrphan)
    return `S7 the far end has ${far.peer || 'nobody'}, and ${talking[0] ?? 'nobody'} it`;
  const wanted = talking.map((pid) => `${pid} has 1`);
  const own = records.filter(({ isDialling }) => isDialling).map(({ pid }) => `${pid} has`);
  const isKnown = (each: string): boolean =>
    ours.some((use) => (isImpatient ? use.startsWith(each.slice(0, -2)) : use.startsWith(each)));
  const all = [...wanted, ...own];
  const isAsked = ours.some((use) => use.endsWith('retrieved'));
  if (all.length === ours.length && all.every(isKnown) && !isAsked) return undefined;
  return `S7 the line has: ${ours.join('; ')}; the phones: ${all.join('; ')}`;
}
