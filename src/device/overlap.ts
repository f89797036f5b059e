/**
 * Overlap dialling: a phone or gateway that sends its digits as they come makes each time an INVITE with all it
 * has, with the Call-ID and From tag of the one before (RFC 3578 §3). Which digits are missing or may follow,
 * digit analysis says; here is told apart what goes on from what begins.
 */
import type { Leg } from '../sip/user-agent/leg.ts';
import type { CallLeg } from './call-leg.ts';
import type { DeviceProcess } from './device-process.ts';

/** Numbers that one phone or gateway has begun and not gone on with. The oldest goes. */
const REFUSED_MAX = 64;

export type Dialling = {
  /** Numbers that lacked digits, by the dialog of their INVITE. */
  readonly refused: Map<string, string>;
  /** Calls that nobody has said anything about yet, and some that somebody just has. */
  readonly unheard: Set<CallLeg>;
};

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
  const { dialling } = process;
  if (dialling === undefined) return undefined;
  const before = waitingBefore(dialling, leg, number);
  if (before !== undefined) return before;
  if (dialling.refused.size === 0) return undefined;
  const key = keyOf(leg);
  const begun = dialling.refused.get(key);
  if (begun === undefined) return undefined;
  dialling.refused.delete(key);
  return number.startsWith(begun) && number.length > begun.length ? 'refused' : undefined;
}

/** A number is begun: until somebody says anything about its call, the next INVITE may go on with it. */
export function begin(process: DeviceProcess, record: CallLeg): void {
  diallingOf(process).unheard.add(record);
}

/** Digits were missing: the next INVITE may have them. */
export function remember(process: DeviceProcess, { leg, number }: CallLeg): void {
  if (leg === undefined) return;
  const { refused } = diallingOf(process);
  refused.set(keyOf(leg), number);
  if (refused.size <= REFUSED_MAX) return;
  for (const oldest of refused.keys()) {
    refused.delete(oldest);
    return;
  }
}

/**
 * A call of the same dialling that nobody has said anything about yet. Those that somebody has are struck off, so
 * that each call is looked at but once or twice, however many a gateway has.
 */
function waitingBefore(
  { unheard }: Dialling,
  { callId, remoteTag }: Leg<CallLeg>,
  number: string,
): CallLeg | undefined {
  for (const record of unheard) {
    const { leg, phase, peer } = record;
    if (phase !== 'offered' || peer !== undefined) {
      unheard.delete(record);
      continue;
    }
    if (leg?.callId !== callId || leg.remoteTag !== remoteTag) continue;
    if (number.length > record.number.length && number.startsWith(record.number)) return record;
  }
  return undefined;
}

function diallingOf(process: DeviceProcess): Dialling {
  process.dialling ??= { refused: new Map(), unheard: new Set() };
  return process.dialling;
}

function keyOf({ callId, remoteTag }: Leg<CallLeg>): string {
  return `${callId};${remoteTag}`;
}
