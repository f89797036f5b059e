/** What the model of the lock has besides its processes: members, faults to come, and words for it all. */
import type { LockEvent } from '../../call/replicated/lock-control.ts';
import type { Pid } from '../../process/pid.ts';

export type LockConfiguration = {
  readonly name: string;
  /** How many operations are asked for at each process, the first ones first. */
  readonly operations: readonly number[];
  /** How many of those that come last are not there in the beginning. */
  readonly joining?: number;
  readonly crashes?: number;
  /** Pauses that outlast the membership: expelled, and does not know it. */
  readonly pauses?: number;
  readonly losses?: number;
  readonly duplicates?: number;
  /** T_lock and T_hold that run out too early. */
  readonly giveUps?: number;
  /** Operations that are not wanted any more once they have been asked for. */
  readonly withdrawals?: number;
  /** Whether call control is somewhere else than the process that it asks. */
  readonly hasRemoteControl?: boolean;
};

/** What is not in the processes, nor on its way between them. Processes are named by their places. */
export type Surroundings = {
  /** The members of each revision, from 1 on. */
  readonly views: readonly (readonly number[])[];
  readonly dead: readonly number[];
  readonly joining: readonly number[];
  /** Operations not yet asked for, by place. */
  readonly todo: readonly (readonly string[])[];
  /** By place: how often it may say again what was lost. */
  readonly again: readonly number[];
  readonly crashes: number;
  readonly pauses: number;
  readonly losses: number;
  readonly duplicates: number;
  readonly giveUps: number;
  readonly withdrawals: number;
};

const LETTERS = 'ABCDEFGH';

export function surroundingsOf(configuration: LockConfiguration): Surroundings {
  const { operations, joining = 0 } = configuration;
  const places = operations.map((_, place) => place);
  const members = places.slice(0, places.length - joining);
  return {
    views: [members],
    dead: [],
    joining: places.slice(members.length),
    todo: operations.map((count, place) =>
      Array.from({ length: count }, (_, at) => `${letterOf(place).toLowerCase()}${at + 1}`),
    ),
    again: places.map(() => 0),
    crashes: configuration.crashes ?? 0,
    pauses: configuration.pauses ?? 0,
    losses: configuration.losses ?? 0,
    duplicates: configuration.duplicates ?? 0,
    giveUps: configuration.giveUps ?? 0,
    withdrawals: configuration.withdrawals ?? 0,
  };
}

export function letterOf(place: number): string {
  return LETTERS.charAt(place);
}

export function namesOf(places: readonly number[] | undefined): string {
  return (places ?? []).map(letterOf).join('');
}

/** What happens to a process, for a trace. */
export function wordsOf(event: LockEvent): string {
  if (event.type === 'shown')
    return `callRequest ${event.lock.operation} under lock ${event.lock.seq} of ${nameOf(event.lock.by)}`;
  if (event.type !== 'signal') return event.type;
  const { signal, from } = event;
  const whose = ` of ${nameOf(from)}`;
  switch (signal.type) {
    case 'lockRequest':
      return `lockRequest${whose} for ${signal.operation.id}, round ${signal.round}`;
    case 'lockResponse':
      return `lockResponse${whose}: ${signal.result}, round ${signal.round}`;
    case 'lockAccepted':
      return `lockAccepted${whose}: ${signal.ok ? 'yes' : 'no'} to ${signal.operation}`;
    default:
      return `${signal.type}${whose}`;
  }
}

function nameOf(pid: Pid): string {
  return pid.charAt(0).toUpperCase();
}
