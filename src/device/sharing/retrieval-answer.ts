/** What a line says to who wants a call: whose leg has the one that is held, or why none is to be had. */
import type { Cause } from '../../call/cause.ts';
import type { CallSignal, Media } from '../../call/signals.ts';
import type { Pid } from '../../process/pid.ts';
import type { CallLeg } from '../call-leg.ts';
import type { DeviceProcess } from '../device-process.ts';
import * as takeOver from '../take-over.ts';
import * as groupPickup from './group-pickup.ts';
import { codeOf, PATIENCE, settle } from './retrieval.ts';
import * as seizures from './seizures.ts';

type Signal<T extends CallSignal['type']> = Extract<CallSignal, { type: T }>;

/** Less than the line waits for who may have a call (`RETRIEVAL_MS`): until its phone has acknowledged that it has. */
const TAKING_MS = 4500;

/** What a line says to this leg. */
export function heard(
  process: DeviceProcess,
  record: CallLeg,
  signal: Signal<'lineRetrieved' | 'lineRetrieveRefused' | 'pickupSought'>,
  from: Pid,
): void {
  switch (signal.type) {
    case 'lineRetrieved':
      return granted(process, record, signal);
    case 'lineRetrieveRefused':
      return refused(process, record, signal, from);
    case 'pickupSought':
      return groupPickup.sought(process, record, signal, from);
  }
}

/** It may have it. */
function granted(
  process: DeviceProcess,
  record: CallLeg,
  { holder, lineCall, appearance, isOwn = false }: Signal<'lineRetrieved'>,
): void {
  const { retrieval, leg } = record;
  if (retrieval === undefined || leg === undefined || retrieval.lineCall !== undefined) return;
  process.host.start(PATIENCE + record.call, TAKING_MS);
  record.retrieval = { ...retrieval, appearance, lineCall, isOwn };
  const { offer } = retrieval;
  record.change ??= { by: 'take-over', replaced: undefined, ...withOffer(offer) };
  takeOver.sought(process, record, holder);
}

function withOffer(offer: Media | undefined): { offer?: Media } {
  return offer === undefined ? {} : { offer };
}

function refused(
  process: DeviceProcess,
  record: CallLeg,
  { cause, isOver = false }: Signal<'lineRetrieveRefused'>,
  from: Pid,
): void {
  const { retrieval } = record;
  if (retrieval === undefined || retrieval.lineCall !== undefined) return;
  // A line that was given up has answered all the same, when another is asked.
  if (retrieval.lcp !== undefined && retrieval.lcp !== from) return;
  const { number, appearance, request } = retrieval;
  // Nothing is there: the phone calls its own line (RFC 7463 §5.4).
  if (cause === 'call gone' && request !== undefined && !isOver && appearance !== undefined) {
    settle(process, record);
    return seizures.seize(process, record, number, appearance, request);
  }
  fail(process, record, cause);
}

/** The phone does not get the call. */
export function fail(process: DeviceProcess, record: CallLeg, cause: Cause): void {
  if (groupPickup.lost(process, record, cause)) return;
  const code = codeOf(record, cause);
  settle(process, record);
  if (code === undefined) takeOver.refuse(process, record, cause);
  else takeOver.refuseDialled(process, record, code);
}

/** True: the timer was one of these. */
export function timeout(process: DeviceProcess, timer: string): boolean {
  if (!timer.startsWith(PATIENCE)) return groupPickup.timeout(process, timer);
  const record = process.legs.get(timer.slice(PATIENCE.length));
  if (record?.retrieval === undefined) return true;
  if (record.retrieval.lineCall === undefined) fail(process, record, 'unreachable');
  else takeOver.giveUp(process, record);
  return true;
}
