/**
 * Overlap dialling: a phone or gateway that sends its digits as they come makes each time an INVITE with all it
 * has, with the Call-ID and From tag of the one before (RFC 3578 §3). Which digits are missing or may follow,
 * digit analysis says; here is told apart what goes on from what begins.
 */
import type { Leg } from '../sip/user-agent/leg.ts';
import type { CallLeg } from './call-leg.ts';
import type { DeviceProcess } from './device-process.ts';

/** Numbers that one phone or gateway has begun and not gone on with. The oldest goes. */
const DIALLED_MAX = 64;

/**
 * What an INVITE goes on with: a leg of the same dialling that still waits for digits, and has to be ended with
 * 484 when the new one is there (RFC 3578 §3.3); or 'refused', a number that lacked digits. Undefined:
 * it begins a number.
 */
export function begunBefore(
  process: DeviceProcess,
  leg: Leg<CallLeg>,
  number: string,
): CallLeg | 'refused' | undefined {
  const before = waitingBefore(process, leg, number);
  if (before !== undefined) return before;
  const key = keyOf(leg);
  const begun = process.dialled?.get(key);
  if (begun === undefined) return undefined;
  process.dialled?.delete(key);
  return number.startsWith(begun) && number.length > begun.length ? 'refused' : undefined;
}

/** Digits were missing: the next INVITE may have them. */
export function remember(process: DeviceProcess, { leg, number }: CallLeg): void {
  if (leg === undefined) return;
  process.dialled ??= new Map();
  process.dialled.set(keyOf(leg), number);
  if (process.dialled.size <= DIALLED_MAX) return;
  for (const oldest of process.dialled.keys()) {
    process.dialled.delete(oldest);
    return;
  }
}

/** A call of the same dialling that nobody has said anything about yet. */
function waitingBefore(
  process: DeviceProcess,
  { callId, remoteTag }: Leg<CallLeg>,
  number: string,
): CallLeg | undefined {
  for (const record of process.legs.values()) {
    const { leg, phase, role, peer } = record;
    if (role !== 'calling' || phase !== 'offered' || peer !== undefined) continue;
    if (leg?.callId !== callId || leg.remoteTag !== remoteTag) continue;
    if (number.length > record.number.length && number.startsWith(record.number)) return record;
  }
  return undefined;
}

function keyOf({ callId, remoteTag }: Leg<CallLeg>): string {
  return `${callId};${remoteTag}`;
}
