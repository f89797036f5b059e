/** What a device process says about its calls in the log: nothing unless somebody reads at that level. */
import type { RefusalCode } from '../call/refusal-codes.ts';
import type { CallLeg } from './call-leg.ts';
import type { DeviceProcess } from './device-process.ts';

/**
 * A line with the call, the leg (its SIP Call-ID), the device, and its appearance if it came by a line.
 * Costs a comparison when not wanted.
 */
export function logCall(
  process: DeviceProcess,
  record: CallLeg,
  event: string,
  cause?: string,
  code?: RefusalCode,
): void {
  const { log } = process.environment;
  if (!log.debugging) return;
  log.write('debug', event, {
    call: record.call,
    leg: record.leg?.callId ?? '',
    device: process.place.device,
    number: record.number,
    ...(record.line === undefined ? {} : { appearance: record.line.appearance }),
    ...(cause === undefined ? {} : { cause }),
    ...(code === undefined ? {} : { code }),
  });
}
