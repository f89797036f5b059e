/** Whether a line may forward to a number: asked when that is set, and answered by digit analysis as for a call. */
import type { DigitAnalysis } from '../digit-analysis.ts';
import type { Directory } from '../directory.ts';
import type { RefusalCode } from '../refusal-codes.ts';
import { rightsOfLine } from './diversion.ts';

/** `by`: the member's device that sets it; undefined: the line's own rights. Undefined: it may. */
export function whyNotForward(
  { directory, digits }: { readonly directory: Directory; readonly digits: DigitAnalysis },
  number: string,
  by: string | undefined,
  to: string,
): RefusalCode | undefined {
  if (to === number) return 'LW-3401';
  if (digits.isEmergency(to)) return 'LW-3403';
  const analysis = digits.analyse(to, rightsOfLine(directory, number, by));
  if ('isEmergency' in analysis && analysis.isEmergency === true) return 'LW-3403';
  // Nobody need be registered there yet.
  if (analysis.type !== 'refused' || analysis.number !== undefined) return undefined;
  const { code } = analysis;
  if (code === 'LW-3004') return code;
  return code === 'LW-3002' || code === 'LW-3003' ? 'LW-3403' : 'LW-3404';
}
