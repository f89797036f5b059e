/**
 * Looks for a dialog that is not one of this manager's: each of the other managers is asked once, and has
 * a second to answer. What the dialog is wanted for is the business of `take-over.ts` (INVITE with
 * Replaces) and `consultation.ts` (REFER with Replaces).
 */
import type { Cause } from '../call/cause.ts';
import type { CallSignal, LegRef } from '../call/signals.ts';
import { counterpartOf, type Home } from '../process/pid.ts';
import type { CallLeg } from './call-leg.ts';
import type { DeviceProcess } from './device-process.ts';

type Signal<T extends CallSignal['type']> = Extract<CallSignal, { type: T }>;

/** Managers that have not said whether the dialog is theirs. */
export type Search = { readonly waiting: Home[] };

/** What came of it. */
export type SearchResult = LegRef | { readonly cause: Cause };

const SEARCH_MS = 1000;
const SEARCH = 'dialog search:';

/** Asks every other manager. False: there is none. */
export function seek(
  process: DeviceProcess,
  record: CallLeg,
  dialog: Pick<Signal<'dialogSeek'>, 'callId' | 'localTag' | 'remoteTag' | 'purpose'>,
): boolean {
  const { host, environment } = process;
  const { callId, localTag, remoteTag, purpose } = dialog;
  const waiting = [...environment.peers()];
  if (waiting.length === 0) return false;
  record.search = { waiting };
  const from = { pid: process.pid, call: record.call };
  for (const home of waiting)
    host.tell(counterpartOf(environment.dialogFinder, home), {
      type: 'dialogSeek',
      callId,
      localTag,
      remoteTag,
      purpose,
      from,
    });
  host.start(SEARCH + record.call, SEARCH_MS);
  return true;
}

/** A manager's answer. Undefined: others have not answered yet, or nobody waits for it. */
export function hear(
  process: DeviceProcess,
  record: CallLeg,
  signal: Signal<'dialogSought'>,
  home: Home,
): SearchResult | undefined {
  const { leg, cause } = signal;
  if (record.search === undefined) return undefined;
  const isOver = leg !== undefined || cause !== undefined;
  if (!isOver) return without(process, record, (each) => each === home);
  endSearch(process, record);
  return leg ?? { cause: cause ?? 'call gone' };
}

/** Managers, or their finders, that are gone have no such dialog. */
export function lose(
  process: DeviceProcess,
  record: CallLeg,
  isGone: (home: Home) => boolean,
): SearchResult | undefined {
  return record.search && without(process, record, isGone);
}

function without(
  process: DeviceProcess,
  record: CallLeg,
  isOut: (home: Home) => boolean,
): SearchResult | undefined {
  const waiting = record.search?.waiting.filter((home) => !isOut(home)) ?? [];
  record.search = { waiting };
  if (waiting.length > 0) return undefined;
  endSearch(process, record);
  return { cause: 'call gone' };
}

/** The leg whose search that timer ends; undefined: it is another timer. */
export function searcherOf(process: DeviceProcess, timer: string): CallLeg | undefined {
  if (!timer.startsWith(SEARCH)) return undefined;
  const record = process.legs.get(timer.slice(SEARCH.length));
  return record?.search && record;
}

export function endSearch(process: DeviceProcess, record: CallLeg): void {
  if (record.search === undefined) return;
  record.search = undefined;
  process.host.stop(SEARCH + record.call);
}
