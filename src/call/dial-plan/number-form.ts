/** Numbers as a country dials them, and as all the world writes them (E.164 §6, E.123 §2). */
import type { Country, DigitRange, NumberForm } from './route-plan.ts';

/** E.164 §6.1, without `+`. */
const E164_DIGITS_MAX = 15;
const ALL_DIGITS = /^[0-9]+$/;

/** A number that the country's rules say nothing of (an extension, a code with `*`) stays as it is. */
export function writeIn(number: string, as: NumberForm['as'], country: Country): string {
  return as === 'E.164' ? toE164(number, country) : toNational(number, country);
}

/** As it would be dialled there, to `+` and country code. */
function toE164(number: string, country: Country): string {
  if (!ALL_DIGITS.test(number)) return number;
  const { code, international, trunk, nationalDigits, local } = country;
  for (const prefix of international)
    if (number.startsWith(prefix) && number.length > prefix.length)
      return inE164(number.slice(prefix.length), number);
  const national = number.slice(trunk.length);
  if (trunk !== '' && number.startsWith(trunk) && isWithin(national.length, nationalDigits))
    return inE164(code + national, number);
  const goesWithout = trunk === '' || country.isTrunkOptional === true;
  if (goesWithout && isWithin(number.length, nationalDigits)) return inE164(code + number, number);
  if (local !== undefined && isWithin(number.length, local.digits))
    return inE164(code + local.area + number, number);
  return number;
}

function inE164(digits: string, otherwise: string): string {
  return digits.length > E164_DIGITS_MAX ? otherwise : `+${digits}`;
}

/** From `+` and country code, to what is dialled there. */
function toNational(number: string, { code, international, trunk }: Country): string {
  if (!number.startsWith('+')) return number;
  if (number.startsWith(code, 1)) return trunk + number.slice(1 + code.length);
  return (international[0] ?? '') + number.slice(1);
}

function isWithin(digits: number, { min, max }: DigitRange): boolean {
  return digits >= min && digits <= max;
}
