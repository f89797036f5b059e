/** What is done to called and calling numbers: fields of `Transformation`, one after the other. */
import { writeIn } from './number-form.ts';
import { symbolOf } from './pattern.ts';
import { type Country, NUMBER_MAX, type Transformation } from './route-plan.ts';

/** The number after one field was applied. */
export type TransformationStep = { readonly field: keyof Transformation; readonly number: string };

/**
 * `dot`: digits before the matched pattern's dot. `steps`, when given, receives each step. Countries
 * that are not known change nothing; `faultsOfTransformation` has refused them.
 */
export function transformNumber(
  number: string,
  transformation: Transformation,
  dot: number,
  countries: ReadonlyMap<string, Country>,
  steps?: TransformationStep[],
): string {
  const { strip, keepLast, mask, prefix, form } = transformation;
  let changed = number;
  if (strip !== undefined) {
    changed = changed.slice(strip === 'before dot' ? dot : strip);
    steps?.push({ field: 'strip', number: changed });
  }
  if (keepLast !== undefined) {
    changed = changed.slice(-keepLast);
    steps?.push({ field: 'keepLast', number: changed });
  }
  if (mask !== undefined) {
    changed = applyMask(changed, mask);
    steps?.push({ field: 'mask', number: changed });
  }
  if (prefix !== undefined) {
    changed = prefix + changed;
    steps?.push({ field: 'prefix', number: changed });
  }
  if (form !== undefined) {
    const country = countries.get(form.country);
    if (country !== undefined) changed = writeIn(changed, form.as, country);
    steps?.push({ field: 'form', number: changed });
  }
  return changed;
}

function applyMask(number: string, mask: string): string {
  let result = '';
  const shift = number.length - mask.length;
  for (let at = 0; at < mask.length; at++) {
    const letter = mask.charAt(at);
    result += letter === 'X' ? number.charAt(at + shift) : letter;
  }
  return result;
}

/** Whether a digit that is dialled after `number` stands after the transformed number too. */
export function keepsTail(transformation: Transformation | undefined): boolean {
  return (
    transformation === undefined ||
    (transformation.keepLast === undefined &&
      transformation.mask === undefined &&
      transformation.form === undefined)
  );
}

/** `column`: the character of the field's text that is wrong, from 1; 1 where the field has no text. */
export type TransformationFault = {
  readonly field: keyof Transformation;
  readonly column: number;
  readonly problem: string;
};

/**
 * `digitsMin`: the fewest digits that there are to strip; `hasDot`: whether 'before dot' means something.
 */
export function faultsOfTransformation(
  { strip, keepLast, mask, prefix, form }: Transformation,
  digitsMin: number,
  hasDot: boolean,
  countries: ReadonlyMap<string, Country>,
): readonly TransformationFault[] {
  const faults: TransformationFault[] = [];
  const add = (field: keyof Transformation, problem: string, column = 1): void => {
    faults.push({ field, column, problem });
  };
  if (strip === 'before dot') {
    if (!hasDot) add('strip', 'there is no . in the pattern');
  } else if (strip !== undefined && !isCount(strip, 0)) add('strip', 'is no count of digits');
  else if (strip !== undefined && strip > digitsMin)
    add('strip', `${strip} digits, but the pattern may match ${digitsMin}`);
  if (keepLast !== undefined && !isCount(keepLast, 1)) add('keepLast', 'is no count of digits');
  checkText('mask', mask ?? '', 'X', add);
  checkText('prefix', prefix ?? '', '', add);
  if (form !== undefined && !countries.has(form.country))
    add('form', `no country is called ${JSON.stringify(form.country)}`);
  return faults;
}

function isCount(value: number, min: number): boolean {
  return Number.isInteger(value) && value >= min && value <= NUMBER_MAX;
}

function checkText(
  field: 'mask' | 'prefix',
  text: string,
  also: string,
  add: (field: keyof Transformation, problem: string, column: number) => void,
): void {
  if (text.length > NUMBER_MAX) add(field, `more than ${NUMBER_MAX} characters`, NUMBER_MAX + 1);
  for (let at = 0; at < text.length; at++) {
    if (symbolOf(text.charCodeAt(at)) >= 0 || text.charAt(at) === also) continue;
    add(field, `${JSON.stringify(text.charAt(at))} cannot be dialled`, at + 1);
    return;
  }
}
