/**
 * Digit analysis: what was dialled, to the line control processes or gateways where it is to be had
 * (US 7,145,899, claims 36, 40, 47, 50, 54, 64). A function over this manager's copy of the
 * registration information table: it asks nobody and waits for nothing.
 */
import { compiled, DialPlan } from './dial-patterns.ts';
import type { Directory, OutboundPattern } from './directory.ts';
import { isKnownNumber } from './line-of-number.ts';
import { type LineLocation, RegistrationTable } from './registration-table.ts';
import type { RouteList } from './routing/gateway.ts';

export type Analysis =
  | { readonly type: 'line'; readonly number: string; readonly location: LineLocation }
  /** A number of ours whose process is gone, and another is being looked for. */
  | { readonly type: 'locating'; readonly number: string }
  /** It leaves through the gateways of that list, with that number. */
  | {
      readonly type: 'list';
      readonly list: RouteList;
      readonly number: string;
      readonly callerId?: string;
      readonly isEmergency: boolean;
    }
  | { readonly type: 'unknown' }
  /** A number of ours, and no device has registered for it. */
  | { readonly type: 'no device' }
  /** More digits could make it a number that leaves through a gateway. */
  | { readonly type: 'incomplete' };

const UNKNOWN: Analysis = { type: 'unknown' };
const NO_DEVICE: Analysis = { type: 'no device' };
const INCOMPLETE: Analysis = { type: 'incomplete' };

/** What might be a telephone number, with the visual separators of RFC 3966 §5.1.1. */
const TELEPHONE = /^\+?[0-9*#A-D().-]{1,128}$/;
const SEPARATORS = /[().-]/g;
const DIALLED_MAX = 64;

export class DigitAnalysis {
  readonly table: RegistrationTable;
  readonly #directory: Directory;
  #outbound: DialPlan<OutboundPattern>;
  /** What it was made of: it is made anew when the directory has another. */
  #patterns: Directory['outbound'];

  constructor(directory: Directory, table: RegistrationTable = new RegistrationTable()) {
    this.table = table;
    this.#directory = directory;
    this.#patterns = directory.outbound;
    this.#outbound = planOf(directory);
  }

  /** `dialled`: the user part of what was called, unescaped. */
  analyse(dialled: string): Analysis {
    const location = this.table.find(dialled);
    if (location !== undefined) return { type: 'line', number: dialled, location };
    if (isKnownNumber(this.#directory, dialled))
      return this.table.isLost(dialled) ? { type: 'locating', number: dialled } : NO_DEVICE;
    if (!TELEPHONE.test(dialled)) return UNKNOWN;
    const digits = dialled.replace(SEPARATORS, '');
    if (digits !== dialled) return this.analyse(digits);
    return digits.length > DIALLED_MAX ? UNKNOWN : this.#leave(digits);
  }

  #leave(digits: string): Analysis {
    if (this.#directory.outbound !== this.#patterns) {
      this.#patterns = this.#directory.outbound;
      this.#outbound = planOf(this.#directory);
    }
    const found = this.#outbound.find(digits);
    if (found === 'incomplete') return INCOMPLETE;
    if (found === 'none') return UNKNOWN;
    const [target] = found;
    const list = target && this.#directory.routeLists.get(target.list);
    if (target === undefined || list === undefined) return UNKNOWN;
    const { strip, prefix, callerId, isEmergency = false } = target;
    const number = prefix + digits.slice(strip);
    return {
      type: 'list',
      list,
      number,
      ...(callerId === undefined ? {} : { callerId }),
      isEmergency,
    };
  }
}

function planOf({ outbound }: Directory): DialPlan<OutboundPattern> {
  return new DialPlan(outbound.map((target) => ({ pattern: compiled(target.pattern), target })));
}
