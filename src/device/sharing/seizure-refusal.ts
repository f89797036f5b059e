/** An INVITE that waits for an appearance and gets none, or none in time: the code that it is refused with. */
import type { Cause } from '../../call/cause.ts';
import { REFUSALS, type RefusalCode } from '../../call/refusal-codes.ts';
import type { CallRequest } from '../../call/signals.ts';
import type { CallLeg } from '../call-leg.ts';
import { logCall } from '../call-log.ts';
import { recordEnd } from '../custody.ts';
import type { DeviceProcess } from '../device-process.ts';
import { refuseLeg } from '../leg-end.ts';

/** Of what the line has said, unless it has named one itself. */
export function codeOf(cause: Cause): RefusalCode | undefined {
  // Not the callee is busy but the lamp: as for who asks for it by SUBSCRIBE.
  if (cause === 'busy') return 'LW-3485';
  if (cause === 'forbidden') return 'LW-3486';
  if (cause === 'released') return 'LW-3488';
  return cause === 'overload' ? 'LW-3487' : undefined;
}

/** It is no call, and will be none. */
export function turnAway(
  process: DeviceProcess,
  record: CallLeg,
  request: CallRequest,
  cause: Cause,
  code: RefusalCode | undefined,
): void {
  record.phase = 'over';
  process.forget(record);
  const said = code === undefined ? cause : REFUSALS[code].cause;
  logCall(process, record, 'call refused', said, code);
  recordEnd(process, request, said, code);
  if (record.leg !== undefined) refuseLeg(process.environment.userAgent, record.leg, said, code);
  process.settle();
}
