/**
 * Countries of the route plan, each with how numbers are dialled there:
 * `countries: { uk: { code: 44, national: "0", international: "00", area: "20" } }`. Patterns write numbers in their
 * forms (`E.164 uk`), and gateways receive and send them so.
 */
import { z } from 'zod';
import type { Country, DigitRange } from '../../call/dial-plan/route-plan.ts';
import type { Problem } from '../problem.ts';
import { checkShape } from '../shape.ts';
import { identifier, oneOrMore } from '../values.ts';
import type { Entries } from './gather.ts';

/** By name. */
export type Countries = ReadonlyMap<string, Country>;

export const countryCode = z.string().regex(/^[1-9]\d{0,2}$/, 'expected a country code such as 44');
export const nationalPrefix = z.string().regex(/^\d{0,4}$/, 'expected a prefix such as 0');
export const internationalPrefix = z.string().regex(/^\d{1,5}$/, 'expected a prefix such as 00');
export const areaCode = z.string().regex(/^\d{1,8}$/, 'expected an area code such as 20');

const digits = z.string().transform((text, context): DigitRange => {
  const [, least = '', most = least] = /^(\d{1,2})(?:-(\d{1,2}))?$/.exec(text) ?? [];
  const range = { min: Number(least), max: Number(most) };
  if (least !== '' && range.min >= 1 && range.min <= range.max && range.max <= 15) return range;
  const message = `expected a count of digits such as '10' or '9-10', got '${text}'`;
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
});

const countrySchema = z.strictObject({
  code: countryCode,
  national: nationalPrefix.optional(),
  international: oneOrMore(internationalPrefix, 'a prefix such as 00').optional(),
  /** Digits of a national number, without what is dialled before it. */
  digits: digits.optional(),
  /** National numbers are dialled without that, too. */
  bare: z.enum(['on', 'off']).optional(),
  area: areaCode.optional(),
  local_digits: digits.optional(),
});

type CountryEntry = Partial<z.output<typeof countrySchema>>;

/** Of a country whose numbers nobody has counted. */
const NATIONAL_DIGITS: DigitRange = { min: 6, max: 13 };
const LOCAL_DIGITS: DigitRange = { min: 5, max: 8 };

/** What is not said is as in most countries of Europe. */
export function countryOf(
  code: string,
  { national = '0', international = ['00'], digits: count, bare, area, local_digits }: CountryEntry,
): Country {
  return {
    code,
    international,
    trunk: national,
    nationalDigits: count ?? NATIONAL_DIGITS,
    ...(bare === 'on' ? { isTrunkOptional: true } : {}),
    ...(area === undefined ? {} : { local: { area, digits: local_digits ?? LOCAL_DIGITS } }),
  };
}

export function readCountries(entries: Entries, problems: Problem[]): Countries {
  const countries = new Map<string, Country>();
  for (const { key, place, value } of entries.values()) {
    const isName = identifier.safeParse(key).success && !/^\d+$/.test(key);
    const message = `expected a name such as uk, got '${key}'`;
    if (!isName) problems.push({ place, message });
    const given = checkShape(countrySchema, value, problems);
    // What is wrong with it is no reason to call it unknown.
    countries.set(key, given === undefined ? countryOf('1', {}) : countryOf(given.code, given));
  }
  return countries;
}
