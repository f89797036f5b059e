/**
 * A line's process goes with its manager while its phones ring, or are answered; another one claims the
 * number, finds the call with the phones, and goes on with it. The manager dies, or is expelled and
 * does not know it yet: then two processes hold themselves for the line's.
 *
 * On manager a are the caller, its call control, the phones and a line manager; on b the line's process,
 * on c the one that comes after it, and the line manager that makes it. S4: no phone obeys the former
 * process once the later one has attached it. S5 as in `answer-model.ts`, as soon as the later process
 * is active and call control has found it.
 */
import { step as stepCall } from '../../call/call-control.ts';
import { type Out, tell } from '../../call/effects.ts';
import {
  claimedLineControl,
  type LineControl,
  newLineControl,
} from '../../call/line/line-control.ts';
import { step as stepLine } from '../../call/line/line-control-process.ts';
import { isGone, type Pid } from '../../process/pid.ts';
import { type AnswerSteps, callMachine, checkAnswers, LCP, lineOf } from './answer-model.ts';
import { type Machine, machineOf, type ProcessEvent } from './machine.ts';
import { CONTROL, callerOf, NUMBER, type Phone, phoneOf, seatOf } from './phones.ts';
import { ProcessModel, type Snapshot } from './process-model.ts';

export type RehomingConfiguration = {
  readonly name: string;
  readonly phones: number;
  /** Else it is expelled, and lives. */
  readonly dies: boolean;
  /** Whether those who wait may lose patience at any time. */
  readonly isImpatient?: boolean;
};

export type RehomingMutant = {
  readonly steps?: AnswerSteps;
  /** Phones obey a process of a lower epoch. */
  readonly obeysAnyone?: boolean;
  /** Who was expelled is heard by those who know it. */
  readonly isHeard?: boolean;
};

/** The number's next process, and the line managers. */
const NEXT = 'c.1.l0' as Pid;
const MAKER = 'c.1.m0' as Pid;
const INTRODUCER = 'a.1.m0' as Pid;
const REAL: AnswerSteps = { line: stepLine, call: stepCall };

export function rehomingModel(
  configuration: RehomingConfiguration,
  { steps = REAL, obeysAnyone = false, isHeard = false }: RehomingMutant = {},
): ProcessModel {
  const { name, dies, isImpatient = false } = configuration;
  const phones = Array.from({ length: configuration.phones }, (_, at) => `a.1.d${at + 1}` as Pid);
  const line = lineOf(phones);
  const first = newLineControl(line, 1);
  for (const pid of phones)
    stepLine(first, { type: 'signal', signal: { type: 'attach', ...seatOf(pid) }, from: pid }, []);
  return new ProcessModel({
    name,
    machines: [
      callerOf(CONTROL),
      callMachine(steps),
      lineMachine(LCP, first, steps),
      lineMachine(NEXT, claimedLineControl(line), steps),
      makerOf(),
      introducerOf(phones),
      ...phones.map((pid) => phoneOf(pid, { lcp: LCP, ringsAgain: true, obeysAnyone })),
    ],
    departing: { home: 'b.1', dies, isHeard },
    ...(isImpatient ? { timers: /^(recovery|adoption|locating|line awaited)/ } : {}),
    check: (world) => check(world, phones),
  });
}

function check(world: Snapshot, phones: readonly Pid[]): string | undefined {
  const { recordOf, isEnd } = world;
  for (const pid of phones) {
    const fault = (recordOf(pid) as Phone | undefined)?.fault ?? '';
    if (fault !== '') return fault;
  }
  const control = recordOf(CONTROL) as ReturnType<typeof stepCall> | undefined;
  const next = recordOf(NEXT) as LineControl | undefined;
  const isGoingOn =
    control?.state === 'locating' ||
    next?.state === 'recovering' ||
    [...(next?.calls.values() ?? [])].some(({ state }) => state === 'adopted') ||
    (recordOf(MAKER) as Maker | undefined)?.state === 'due';
  return checkAnswers(world, phones, isGoingOn && !isEnd);
}

function lineMachine(pid: Pid, record: LineControl, steps: AnswerSteps): Machine {
  return machineOf(pid, record, (line: LineControl, event, out) => {
    // The time of devices, and of managers that are silent, is over before two seconds are.
    const isLater = event.type === 'timer' && event.timer !== 'recovery';
    while (isLater && line.state === 'recovering')
      steps.line(line, { type: 'timer', timer: 'recovery' }, out);
    if (event.type !== 'act') steps.line(line, event, out);
    return line;
  });
}

/** 'due': the number is free, and is going to be claimed. */
type Maker = { state: 'idle' | 'due' | 'done' };

/** The line manager of c: has the number for its process, some time after it was free. */
function makerOf(): Machine {
  const record: Maker = { state: 'idle' };
  return machineOf(
    MAKER,
    record,
    (maker: Maker, event, out) => {
      if (event.type === 'down' && isGone(LCP, event.gone)) maker.state = 'due';
      if (event.type !== 'act') return maker;
      maker.state = 'done';
      const number = NUMBER;
      const owned = {
        type: 'lineOwned',
        number,
        lcp: NEXT,
        epoch: 2,
        homes: ['a.1', 'c.1'],
      } as const;
      out.push(tell(NEXT, owned));
      out.push(tell(NEXT, { type: 'lineMembers', number, count: 0 }));
      // As if it came with the table.
      out.push(tell(INTRODUCER, { type: 'lineLocated', number, lcp: NEXT }));
      return maker;
    },
    ({ state }) => (state === 'due' ? ['has the number for c.1.l0'] : []),
  );
}

/** `next`: whom the table names; it is believed when the former one is seen to be gone. */
type Introducer = { owner: Pid | ''; next: Pid | ''; callers: { control: Pid; gone: Pid | '' }[] };

/** The line manager of a: introduces the phones, and tells call control where the line is. */
function introducerOf(phones: readonly Pid[]): Machine {
  const record: Introducer = { owner: LCP, next: '', callers: [] };
  return machineOf(INTRODUCER, record, (introducer: Introducer, event, out) => {
    hearIntroducer(introducer, event);
    const { owner, next, callers } = introducer;
    if (owner === '' && next !== '') {
      introducer.owner = next;
      out.push(tell(next, { type: 'lineMembers', number: NUMBER, count: phones.length }));
      for (const pid of phones)
        out.push(
          tell(pid, {
            ...{ type: 'lineRegistered', number: NUMBER, lcp: next },
            ...{ epoch: 2, isIntroduced: false },
          }),
        );
    }
    answerCallers(introducer, callers, out);
    return introducer;
  });
}

function hearIntroducer(introducer: Introducer, event: ProcessEvent): void {
  if (event.type === 'down' && isGone(LCP, event.gone)) introducer.owner = '';
  if (event.type !== 'signal') return;
  const { signal, from } = event;
  if (signal.type === 'lineLocated') introducer.next = signal.lcp;
  if (signal.type === 'lineLocate')
    introducer.callers.push({ control: from, gone: signal.gone ?? '' });
}

function answerCallers(introducer: Introducer, callers: Introducer['callers'], out: Out): void {
  const { owner } = introducer;
  if (owner === '') return;
  introducer.callers = callers.filter(({ gone }) => gone === owner);
  for (const { control, gone } of callers)
    if (gone !== owner)
      out.push(tell(control, { type: 'lineLocated', number: NUMBER, lcp: owner }));
}
