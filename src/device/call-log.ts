/** What a device process says about its calls in the log: nothing unless somebody reads at that level. */
import type { RefusalCode } from '../call/refusal-codes.ts';
import type { CallLeg } from './call-leg.ts';
import type { DeviceProcess } from './device-process.ts';

/**
 * A line with the call, the leg (its SIP Call-ID), the device, and its appearance if it came by a line; for those
 * who debug, or, with the code of a refusal, for everybody. Costs a comparison when not wanted.
 */
export function logCall(
  process: DeviceProcess,
  record: CallLeg,
  event: string,
  cause?: string,
  code?: RefusalCode,
): void {
  const { log } = process.environment;
  // What has a code is looked up by people who do not debug.
  if (code === undefined && !log.debugging) return;
  log.write(code === undefined ? 'debug' : 'info', event, {
    call: record.call,
    leg: record.leg?.callId ?? '',
    device: process.place.device,
    number: record.number,
    ...(record.line === undefined ? {} : { appearance: record.line.appearance }),
    ...(cause === undefined ? {} : { cause }),
    ...(code === undefined ? {} : { code }),
  });
}
