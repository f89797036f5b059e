/** What a line says to a retrieval: whose leg has the call that is held, or why it is not to be had. */
import type { CallSignal } from '../../call/signals.ts';
import type { CallLeg } from '../call-leg.ts';
import type { DeviceProcess } from '../device-process.ts';
import * as takeOver from '../take-over.ts';
import { PATIENCE } from './retrieval.ts';
import * as seizures from './seizures.ts';

type Signal<T extends CallSignal['type']> = Extract<CallSignal, { type: T }>;

/** It may have it. */
export function granted(
  process: DeviceProcess,
  record: CallLeg,
  { holder, lineCall }: Signal<'lineRetrieved'>,
): void {
  const { retrieval, leg } = record;
  if (retrieval === undefined || leg === undefined || retrieval.lineCall !== undefined) return;
  process.host.stop(PATIENCE + record.call);
  record.retrieval = { ...retrieval, lineCall };
  const offer = retrieval.request?.offer;
  record.change ??= {
    by: 'take-over',
    replaced: undefined,
    ...(offer === undefined ? {} : { offer }),
  };
  takeOver.sought(process, record, holder);
}

export function refused(
  process: DeviceProcess,
  record: CallLeg,
  { cause }: Signal<'lineRetrieveRefused'>,
): void {
  const { retrieval } = record;
  if (retrieval === undefined || retrieval.lineCall !== undefined) return;
  process.host.stop(PATIENCE + record.call);
  record.retrieval = undefined;
  const { number, appearance, request } = retrieval;
  // Nothing is there: the phone calls its own line (RFC 7463 §5.4).
  if (cause === 'call gone' && request !== undefined)
    return seizures.seize(process, record, number, appearance, request);
  takeOver.refuse(process, record, cause);
}

/** True: the timer was one of these. */
export function timeout(process: DeviceProcess, timer: string): boolean {
  if (!timer.startsWith(PATIENCE)) return false;
  const record = process.legs.get(timer.slice(PATIENCE.length));
  if (record?.retrieval === undefined) return true;
  takeOver.refuse(process, record, 'unreachable');
  return true;
}
