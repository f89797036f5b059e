/**
 * A route plan as the directory gives it: partitions, search spaces and countries, all plain data.
 *
 * A partition is a named set of patterns and numbers; a search space is an ordered list of partitions
 * (US 7,359,368). Whoever calls reaches what is in a partition of its spaces and nothing else. A
 * directory number is a pattern that consists of digits. `compile.ts` makes a `DialPlan` of it.
 */
import type { Cause } from '../cause.ts';
import type { ScheduleTerms, Validity } from './schedule.ts';

/** Digits of a number, before and after any transformation. RFC 3261 and E.164 need fewer. */
export const NUMBER_MAX = 64;
/** In all partitions together. */
export const RULES_MAX = 1_000_000;
/** Of one search space. */
export const SPACE_PARTITIONS_MAX = 256;

export type RoutePlan<T> = {
  /** Names to rules. A partition that has not changed is the same array as before: it is not compiled again. */
  readonly partitions: ReadonlyMap<string, readonly DialRule<T>[]>;
  /** Names to names of partitions; of equally specific matches the one of the earlier partition wins. */
  readonly spaces: ReadonlyMap<string, readonly string[]>;
  /** How numbers are written in the countries that transformations name. */
  readonly countries: ReadonlyMap<string, Country>;
  /** By name; and which partitions are valid at certain times only. */
  readonly schedules?: ReadonlyMap<string, ScheduleTerms>;
  readonly valid?: ReadonlyMap<string, Validity>;
};

export type DialRule<T> = {
  /**
   * `X` 0-9, `Z` 1-9, `N` 2-9, `[1-5]` and `[13-5]` one of these, `[^1-5]` one of the other digits,
   * `!` at the end one or more digits, `.` a mark that matches nothing; 0-9, `*`, `#`, `+` and A-D
   * stand for themselves.
   */
  readonly pattern: string;
  readonly action: DialAction<T>;
  /** Taken as soon as it is the best match, though more digits could lead elsewhere. */
  readonly isUrgent?: boolean;
  /** It is there at such times only; absent: always. Of several that match the same each has another. */
  readonly when?: Validity;
  /** Handed on with the result, and to the results of all rounds after a translation. */
  readonly isEmergency?: boolean;
};

export type DialAction<T> =
  /** The call goes to `target`, a line or a list of gateways or what else there may be. */
  | {
      readonly type: 'route';
      readonly target: T;
      readonly called?: Transformation;
      readonly calling?: Transformation;
    }
  /** The numbers are changed, then looked up again in `space` and nowhere else. */
  | {
      readonly type: 'translate';
      readonly space: string;
      readonly called?: Transformation;
      readonly calling?: Transformation;
    }
  /** Nobody gets through, though a less specific pattern might match as well. */
  | { readonly type: 'refuse'; readonly cause: Cause };

/** What is done to a number, in the order of these fields. */
export type Transformation = {
  /** How many digits go away in front; or those before the pattern's dot (called numbers only). */
  readonly strip?: number | 'before dot';
  /** All digits but the last so many go away. */
  readonly keepLast?: number;
  /**
   * Aligned right: `X` takes the digit that stands there, everything else stands for itself. The
   * result is not longer than the mask; an X without a digit is nothing. `+442079460XXX` makes a
   * number of an extension, a mask without X replaces any number.
   */
  readonly mask?: string;
  readonly prefix?: string;
  readonly form?: NumberForm;
};

export type NumberForm = { readonly as: 'E.164' | 'national'; readonly country: string };

/** How numbers are dialled in a country (E.123, E.164). */
export type Country = {
  /** Country code without `+`: `'44'`. */
  readonly code: string;
  /** What is dialled before another country's code, the usual one first: `['00']`. Never empty. */
  readonly international: readonly string[];
  /** What is dialled before a national number: `'0'`; `''` where there is none. */
  readonly trunk: string;
  /** National numbers are also dialled without `trunk` (as in North America). */
  readonly isTrunkOptional?: boolean;
  /** Digits of a national number, without `trunk`. */
  readonly nationalDigits: DigitRange;
  /** Numbers that are dialled within an area, without its code. */
  readonly local?: { readonly area: string; readonly digits: DigitRange };
};

/** Both ends included. */
export type DigitRange = { readonly min: number; readonly max: number };
