/** What a feature code is to a line that dials it: a part of what is said of a number that is dialled. */
import type { Directory } from '../call/directory.ts';
import { readFeatureCode } from '../call/feature-codes.ts';
import { type Picker, type PickupStep, pickupAt, pickupWish } from '../call/pickup-group.ts';
import { formatRefusal, REFUSALS, type RefusalCode } from '../call/refusal-codes.ts';
import type { RouteTest } from '../http/route-rows.ts';

type Explained = Pick<RouteTest, 'outcome' | 'verdict'>;

/** Undefined: no code begins it, so that it is a number. `stateOf`: of a line. */
export function featureOf(
  directory: Directory,
  picker: Picker,
  dialled: string,
  stateOf: (line: string) => string,
): Explained | undefined {
  const code = readFeatureCode(directory.features, dialled);
  if (code === undefined) return undefined;
  const { feature, digits } = code;
  const call = `${dialled} from ${picker.line}`;
  const outcomeOf = (steps: readonly PickupStep[]): RouteTest['outcome'] => {
    const lines = steps.flatMap(({ group, lines: numbers }) =>
      numbers.map((number) => ({ group, number, state: stateOf(number) })),
    );
    return { type: 'feature', feature, lines };
  };
  if (feature === 'park') return refused('LW-3445', call);
  if (feature === 'group_pickup') {
    const wish = pickupWish(directory, picker, digits);
    if ('code' in wish) return refused(wish.code, call);
    return { outcome: outcomeOf(wish.steps), verdict: `${call} ${sayGroups(wish.steps)}` };
  }
  const step = feature === 'pickup' ? pickupAt(directory, picker, digits) : undefined;
  const isOwn = directory.devices.get(picker.device)?.lines.includes(digits) ?? false;
  if (step !== undefined && !isOwn) {
    const verdict = `${call} picks up what rings at line ${digits}, of pickup group ${step.group}`;
    return { outcome: outcomeOf([step]), verdict };
  }
  const behind = digits === '' ? '' : `, with ${digits} behind it`;
  return { outcome: outcomeOf([]), verdict: `${call} is the feature code ${feature}${behind}` };
}

function sayGroups(steps: readonly PickupStep[]): string {
  const groups = steps.map(({ group, lines }) => `${group} (${lines.join(', ')})`);
  const [first = '', ...others] = groups;
  const then = others.map((group) => `, or else in ${group}`).join('');
  return `picks up what has rung longest in pickup group ${first}${then}`;
}

function refused(code: RefusalCode, call: string): Explained {
  const { cause } = REFUSALS[code];
  return {
    outcome: { type: 'refused', code, cause },
    verdict: `${formatRefusal(code)}: ${call}`,
  };
}
