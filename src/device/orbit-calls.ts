/**
 * What legs hear of orbits: that they have reached one, by dialling it or by being transferred to it; that they are
 * parked; and that somebody wants their place.
 */
import type { CallSignal } from '../call/signals.ts';
import type { Pid } from '../process/pid.ts';
import type { CallLeg } from './call-leg.ts';
import * as calling from './calling.ts';
import { answererOf } from './custody.ts';
import type { DeviceProcess } from './device-process.ts';
import * as parking from './parking.ts';
import * as seizures from './sharing/seizures.ts';
import * as takeOver from './take-over.ts';

type Signal<T extends CallSignal['type']> = Extract<CallSignal, { type: T }>;

/** Says to whom it is for what is said to a leg. */
export function heard(
  process: DeviceProcess,
  record: CallLeg,
  signal: CallSignal,
  from: Pid,
): void {
  switch (signal.type) {
    case 'callTakeOver':
      if (signal.orbit === undefined) return takeOver.handOver(process, record, signal);
      return parking.handOver(process, record, signal);
    case 'callOrbit':
      return reached(process, record, signal, from);
    case 'orbitParked':
      return parking.parked(process, record, signal.orbit);
    case 'orbitParkRefused':
      return parking.parkRefused(process, record, signal.code);
    default:
  }
}

/** Call control says that what was dialled for this leg is an orbit. */
function reached(
  process: DeviceProcess,
  record: CallLeg,
  signal: Signal<'callOrbit'>,
  from: Pid,
): void {
  const { move } = record;
  if (move?.call === signal.call && move.control === from) {
    record.move = undefined;
    const { transferor, line, by, call } = move;
    const control = { pid: from, call };
    const { orbit } = signal;
    if (transferor !== undefined)
      parking.park(process, record, { transferor, line, by, dialled: orbit, orbit, control });
    else process.host.tell(from, { type: 'callEnded', call, cause: 'transferred' });
    return;
  }
  if (record.role !== 'calling' || record.phase !== 'offered' || record.reportTo !== from) return;
  seizures.spent(process, record);
  // A hunt may have rung somebody before.
  calling.loseAlerting(process, record);
  const { parked, offer, orbit } = signal;
  const { records } = process.environment;
  if (parked === undefined) return takeOver.refuseDialled(process, record, 'LW-3441');
  record.change = {
    by: 'take-over',
    replaced: parked,
    orbit,
    ...(offer === undefined ? {} : { offer }),
  };
  process.host.tell(parked.pid, {
    type: 'callTakeOver',
    call: parked.call,
    from: { pid: process.pid, call: record.call },
    by: process.place.device,
    orbit,
    ...(records.isWanted ? { answerer: answererOf(process, record, false) } : {}),
  });
}

/** True: the timer was one of these. */
export function timeout(process: DeviceProcess, timer: string): boolean {
  return parking.timeout(process, timer);
}
