/**
 * What a line manager knows of a number: who on this manager has to do with it. Kept outside of the
 * process, which may be made anew.
 */
import type { Pid } from '../../process/pid.ts';
import type { ReplicatedLine } from '../replicated/replicated-calls.ts';
import type { LineControl } from './line-control.ts';

/** A device process that is registered for the number. */
export type Seat = {
  readonly pid: Pid;
  readonly device: string;
  readonly member: string;
  /** The line control process that it was told of last. */
  lcp: Pid | undefined;
};

/** The line control process that this manager has made for the number. */
export type OwnLcp = {
  readonly pid: Pid;
  readonly control: LineControl;
  /** Of a replicated line: what it shares with the line's other processes. */
  readonly replicated: ReplicatedLine | undefined;
  /** Whether the number is its own; else it has been claimed. */
  isOwner: boolean;
};

export type LineRecord = {
  readonly seats: Seat[];
  readonly watchers: Pid[];
  /** Call controls that wait to be told where the number is, once it is not at `gone`. */
  callers: { readonly control: Pid; readonly gone: Pid | undefined }[];
  own: OwnLcp | undefined;
};

/** By number. */
export type LineRecords = Map<string, LineRecord>;

export function recordOf(records: LineRecords, number: string): LineRecord {
  const known = records.get(number);
  if (known !== undefined) return known;
  const record: LineRecord = { seats: [], watchers: [], callers: [], own: undefined };
  records.set(number, record);
  return record;
}

/** Whether somebody here needs the number to be controlled. */
export function isNeeded({ seats, watchers }: LineRecord): boolean {
  return seats.length > 0 || watchers.length > 0;
}

/** A record in which there is nothing is no more. */
export function settleRecord(records: LineRecords, number: string): void {
  const record = records.get(number);
  if (record === undefined || record.own !== undefined || record.callers.length > 0) return;
  if (!isNeeded(record)) records.delete(number);
}

export function removeFrom<T>(list: T[], isIt: (item: T) => boolean): void {
  const at = list.findIndex(isIt);
  if (at >= 0) list.splice(at, 1);
}
