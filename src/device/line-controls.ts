/** Who of a line hears of the end of a call that goes from one leg to another. */
import type { CallId, LegRef } from '../call/signals.ts';
import { kindOf } from '../process/pid.ts';
import type { DeviceProcess } from './device-process.ts';
import { lcpOf } from './sharing/rights.ts';

/** The call as the line knows it. */
type LineCall = { readonly number: string; readonly call: CallId };

/** Whom the new leg is to tell of its end: of the line, the process that this manager goes by now. */
export function controlsFor(
  process: DeviceProcess,
  controls: readonly LegRef[],
  line: LineCall | undefined,
): readonly LegRef[] {
  const lcp = line && lcpOf(process, line.number);
  if (lcp === undefined) return controls;
  return controls.map((control) =>
    kindOf(control.pid) === 'l' && control.call === line?.call
      ? { pid: lcp, call: control.call }
      : control,
  );
}

/** The line may have had no process when the call was handed over, and know the old leg by now. */
export function withProcessOf(
  process: DeviceProcess,
  controls: readonly LegRef[],
  line: LineCall | undefined,
): readonly LegRef[] {
  const lcp = line && lcpOf(process, line.number);
  if (lcp === undefined || line === undefined) return controls;
  const isKnown = controls.some(({ pid, call }) => kindOf(pid) === 'l' && call === line.call);
  return isKnown ? controls : [...controls, { pid: lcp, call: line.call }];
}
