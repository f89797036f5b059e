/**
 * Who has a call: a caller, call control, a line's process and phones that all ring. Phones are
 * answered while others are, or while the caller gives up; some of them die.
 *
 * S5: one phone at most gets the call. Whenever all that was said has been heard, a caller that talks
 * talks with one phone that knows it, nobody else has the call or rings for it, a caller that waits has
 * somebody who rings, and nobody rings or talks for a caller who is gone.
 */
import { NEW, step as stepCall } from '../../call/call-control.ts';
import type { Line } from '../../call/directory.ts';
import type { Out } from '../../call/effects.ts';
import { type LineControl, newLineControl } from '../../call/line/line-control.ts';
import { step as stepLine } from '../../call/line/line-control-process.ts';
import type { Pid } from '../../process/pid.ts';
import { type Machine, machineOf, type ProcessEvent } from './machine.ts';
import {
  CALLER,
  type Caller,
  CONTROL,
  callerOf,
  NUMBER,
  type Phone,
  phoneOf,
  seatOf,
} from './phones.ts';
import { ProcessModel, type Snapshot } from './process-model.ts';

export type AnswerConfiguration = {
  readonly name: string;
  readonly phones: number;
  /** In series, each for as long as it likes; else all ring at once. */
  readonly isSerial?: boolean;
  /** And then the first one again. */
  readonly comesRound?: boolean;
  readonly crashes?: number;
  readonly losses?: number;
  readonly duplicates?: number;
  readonly isUnordered?: boolean;
};

/** Machines in the place of the real ones: of a line's process and of call control. */
export type AnswerSteps = {
  readonly line: (line: LineControl, event: LineEvent, out: Out) => void;
  readonly call: (call: CallControl, event: CallEvent, out: Out) => CallControl;
};
type CallControl = ReturnType<typeof stepCall>;
export type LineEvent = Parameters<typeof stepLine>[1];
export type CallEvent = Parameters<typeof stepCall>[1];

export const LCP = 'b.1.l0' as Pid;
const LINE_MANAGER = 'a.1.m0' as Pid;

export function answerModel(
  configuration: AnswerConfiguration,
  steps: AnswerSteps = { line: stepLine, call: stepCall },
): ProcessModel {
  const phones = Array.from(
    { length: configuration.phones },
    (_, at) => `${'bcdefg'.charAt(at)}.1.d1` as Pid,
  );
  const { name, crashes, losses, duplicates, isUnordered } = configuration;
  return new ProcessModel({
    name,
    machines: [
      callerOf(CONTROL),
      callMachine(steps),
      lineMachine(lineOf(phones, configuration), phones, steps),
      ...phones.map((pid) =>
        phoneOf(pid, { lcp: LCP, ringsAgain: configuration.comesRound === true }),
      ),
    ],
    mortals: [CALLER, ...phones],
    ...(crashes === undefined ? {} : { crashes }),
    ...(losses === undefined ? {} : { losses }),
    ...(duplicates === undefined ? {} : { duplicates }),
    ...(isUnordered === undefined ? {} : { isUnordered }),
    timers: losses === undefined ? /^(step|no answer)/ : /^(step|no answer|confirm)/,
    check: (world) => checkAnswers(world, phones, losses !== undefined || isUnordered === true),
  });
}

/** S5. `mayWait`: something is made up for by somebody's patience, and may not have been yet. */
export function checkAnswers(
  { recordOf, isQuiet }: Snapshot,
  phones: readonly Pid[],
  mayWait: boolean,
): string | undefined {
  const caller = recordOf(CALLER) as Caller | undefined;
  const known = phones.flatMap((pid) => {
    const phone = recordOf(pid) as Phone | undefined;
    return phone === undefined ? [] : [{ pid, ...phone }];
  });
  if (caller !== undefined && caller.second !== '')
    return `S5 the caller got ${caller.peer}, and then ${caller.second}`;
  const confirmed = known.filter((phone) => phone.confirmed > 0);
  if (confirmed.length > 1)
    return `S5 ${confirmed.map(({ pid }) => pid).join(' and ')} got the call`;
  if (!isQuiet || mayWait) return undefined;
  const has = (pid: Pid, ...phases: Phone['phase'][]): boolean =>
    known.some((phone) => phone.pid === pid && phases.includes(phone.phase));
  const busy = phones.filter((pid) => has(pid, 'ringing', 'answered', 'talking'));
  switch (caller?.phase) {
    case 'talking':
      if (busy.length === 1 && busy[0] === caller.peer && has(busy[0], 'talking')) return undefined;
      return `S5 the caller talks with ${caller.peer}; busy with the call: ${busy.join(' and ')}`;
    case 'dialling':
      if (busy.length > 0 && busy.every((pid) => has(pid, 'ringing'))) return undefined;
      return `S5 the caller waits, and ${busy.join(' and ') || 'nobody'} has the call`;
    default:
      return busy.length > 0
        ? `S5 nobody calls, and ${busy.join(' and ')} has the call`
        : undefined;
  }
}

export function callMachine(steps: AnswerSteps): Machine {
  const step = (call: CallControl, event: ProcessEvent, out: Out): CallControl => {
    if (event.type === 'act') return call;
    if (event.type !== 'signal' || event.signal.type !== 'callRequest')
      return steps.call(call, event, out);
    const line = { number: NUMBER, manager: LINE_MANAGER };
    const request = event.signal;
    return steps.call(
      call,
      { type: 'request', request, destination: { type: 'line', lcp: LCP, line } },
      out,
    );
  };
  return machineOf<CallControl>(CONTROL, NEW, step);
}

function lineMachine(line: Line, phones: readonly Pid[], steps: AnswerSteps): Machine {
  const control = newLineControl(line, 1);
  for (const pid of phones)
    stepLine(
      control,
      { type: 'signal', signal: { type: 'attach', ...seatOf(pid) }, from: pid },
      [],
    );
  return machineOf(LCP, control, (record: LineControl, event, out) => {
    if (event.type !== 'act') steps.line(record, event, out);
    return record;
  });
}

export function lineOf(
  phones: readonly Pid[],
  { isSerial = false, comesRound = false }: Partial<AnswerConfiguration> = {},
): Line {
  const members = phones.map((pid) => ({
    name: seatOf(pid).member,
    device: seatOf(pid).device,
    ringAfterMs: 0,
    rights: ['answer' as const],
  }));
  return {
    number: NUMBER,
    name: '',
    mode: 'single',
    appearances: 4,
    offering: isSerial
      ? {
          type: 'serial',
          steps: [...members, ...(comesRound ? members.slice(0, 1) : [])].map(({ name }) => ({
            members: [name],
            ms: 10_000,
          })),
        }
      : { type: 'parallel' },
    members,
    noAnswerMs: 25_000,
  };
}
