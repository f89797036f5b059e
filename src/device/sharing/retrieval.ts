/**
 * A call of the line that is held, or rings, wanted by another of its phones: INVITE to the line itself with the
 * appearance's index (BroadSoft), Replaces with a name from the line's state, or a feature code. Of a held call
 * the line says whose leg has it; what follows is what Replaces does (`retrieval-answer.ts`, `take-over.ts`).
 * One that rings it offers to the phone (`pickup.ts`).
 */
import type { Cause } from '../../call/cause.ts';
import type { RefusalCode } from '../../call/refusal-codes.ts';
import type { CallId, CallRequest, Media, MemberCall } from '../../call/signals.ts';
import type { Pid } from '../../process/pid.ts';
import type { CallLeg } from '../call-leg.ts';
import type { DeviceProcess } from '../device-process.ts';
import { lcpOf } from './rights.ts';

export type Retrieval = {
  readonly number: string;
  /** Undefined: the longest held, or the one that rings longest; until the line has said which. */
  readonly appearance: number | undefined;
  /** Only such a call will do; undefined: either. */
  readonly wants?: 'held' | 'ringing';
  /** Of the phone's INVITE. */
  readonly offer: Media | undefined;
  /** What the phone dials if nothing is held there; absent: the call or none. */
  readonly request?: CallRequest;
  /** The line's process, and its group: the phone's device is no member perhaps, and picks up as one of that group. */
  readonly lcp?: Pid;
  readonly group?: string;
  /** A feature code: the phone has named a service, not a call. */
  readonly isDialled?: true;
  /** The line's id of the call, once the line has said that it may be had. */
  readonly lineCall?: CallId;
  /** Whether a member has begun it. */
  readonly isOwn?: boolean;
};

/** What a line says to who has dialled a code: he has named none, and is not told that a call is gone. */
const CODES: { readonly [C in Cause]?: RefusalCode } = {
  'call gone': 'LW-3481',
  'no device': 'LW-3481',
  busy: 'LW-3482',
  forbidden: 'LW-3483',
  'unknown number': 'LW-3001',
  unreachable: 'LW-3484',
};

/** Undefined: no code was dialled, or the cause is not the line's. */
export function codeOf({ retrieval }: CallLeg, cause: Cause): RefusalCode | undefined {
  return retrieval?.isDialled ? CODES[cause] : undefined;
}

/** A line that does not say a word for that long is not there. */
const PATIENCE_MS = 3000;
/** The same where another call may be had instead. */
const GROUP_MS = 1000;
export const PATIENCE = 'retrieval:';

/** Asks the line for it. */
export function ask(process: DeviceProcess, record: CallLeg, wanted: Retrieval): void {
  record.retrieval = wanted;
  const { group } = wanted;
  process.host.start(PATIENCE + record.call, group === undefined ? PATIENCE_MS : GROUP_MS);
  say(process, record, wanted);
}

function say(process: DeviceProcess, record: CallLeg, wanted: Retrieval): void {
  const { number, appearance, wants, group } = wanted;
  const lcp = wanted.lcp ?? lcpOf(process, number);
  if (lcp === undefined) return;
  process.host.tell(lcp, {
    type: 'lineRetrieve',
    number,
    call: record.call,
    ...(appearance === undefined ? {} : { appearance }),
    ...(wants === undefined ? {} : { wants }),
    ...(group === undefined ? {} : { group, device: process.place.device }),
  });
}

/** A line that has another process is asked anew. */
export function attached(process: DeviceProcess, number: string): void {
  for (const record of process.legs.values()) {
    const { retrieval } = record;
    const isOpen = retrieval?.lineCall === undefined && retrieval?.lcp === undefined;
    if (retrieval?.number === number && isOpen) say(process, record, retrieval);
  }
}

/** Calls that the phone is about to have, for the line's next process. */
export function reportsOf(process: DeviceProcess, number: string): MemberCall[] {
  const reports: MemberCall[] = [];
  for (const { retrieval, call, party } of process.legs.values()) {
    if (retrieval?.number !== number || retrieval.lineCall === undefined) continue;
    const { lineCall, appearance = 0 } = retrieval;
    const caller = { pid: process.pid, call };
    reports.push({
      call: lineCall,
      leg: call,
      appearance,
      from: party,
      caller,
      state: 'retrieving',
    });
  }
  return reports;
}

/** The line has answered. */
export function settle(process: DeviceProcess, record: CallLeg): void {
  record.retrieval = undefined;
  process.host.stop(PATIENCE + record.call);
}

/** The leg has the call, or is over: in that case the line hears that it has not. */
export function end(process: DeviceProcess, record: CallLeg, cause: Cause | undefined): void {
  const { retrieval, call } = record;
  if (retrieval === undefined) return;
  settle(process, record);
  const lcp = retrieval.lcp ?? lcpOf(process, retrieval.number);
  if (cause !== undefined && lcp !== undefined)
    process.host.tell(lcp, { type: 'callEnded', call, cause });
}
