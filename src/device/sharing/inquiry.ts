/** A line asks whether this process still has a call that the line has it for. */
import type { CallSignal } from '../../call/signals.ts';
import type { Pid } from '../../process/pid.ts';
import type { DeviceProcess } from '../device-process.ts';

type Inquiry = Extract<CallSignal, { type: 'lineInquire' }>;

/** Only who does not know it answers. */
export function inquired(process: DeviceProcess, asked: Inquiry, line: Pid): void {
  if (knows(process, asked)) return;
  const { number, call, isAgain } = asked;
  process.host.tell(line, { type: 'lineForgotten', number, call, isAgain });
}

/** Whether it has the line's `call`, which the line thinks to be its `leg`: it may know it by another id. */
export function knows(
  { legs, seizures }: DeviceProcess,
  { call, leg }: Pick<Inquiry, 'call' | 'leg'>,
): boolean {
  if (legs.has(leg) || legs.has(call) || seizures?.has(call)) return true;
  for (const { use, retrieval } of legs.values())
    if (use?.call === call || retrieval?.lineCall === call) return true;
  return false;
}
