/**
 * Digit analysis: what was dialled, to the line control processes or the route list where it is to be had, or
 * why not (US 7,145,899, claims 36, 40, 47, 50, 54, 64; dialling partitions: US 7,359,368). A function over
 * the compiled route plan and this manager's copy of the registration information table: it asks nobody
 * and waits for nothing.
 */
import type { Clock } from '../base/clock.ts';
import type { Cause } from './cause.ts';
import { analyse, type Analysis as PlanAnalysis } from './dial-plan/analyse.ts';
import { readUserPart } from './dial-plan/dialled-number.ts';
import { explain, type Round } from './dial-plan/explanation.ts';
import type { Directory, RouteTarget } from './directory.ts';
import { beginsFeatureCode } from './feature-codes.ts';
import type { Hunt } from './hunting/hunt.ts';
import { isShared } from './isolation.ts';
import { isKnownNumber } from './line/line-of-number.ts';
import {
  EMERGENCY_SPACES,
  isCurrent,
  isDialled,
  LINES,
  type Numbering,
  numberingOf,
} from './numbering.ts';
import { ParkTable } from './parking/park-table.ts';
import { REFUSALS, type RefusalCode } from './refusal-codes.ts';
import { type LineLocation, RegistrationTable } from './registration-table.ts';
import type { RouteList } from './routing/gateway.ts';
import type { LegRef } from './signals.ts';

/** With whose rights, and as whom, something is dialled. */
export type Caller = {
  /** Names of search spaces, the line's before the device's; empty: it has none of its own. */
  readonly spaces: readonly string[];
  /** What the called side is shown. */
  readonly number: string;
  /** The call came in by a gateway: without a search space it reaches lines, and emergency numbers are not for it. */
  readonly isOutside: boolean;
};

/**
 * 'possible': more digits could lead elsewhere; who dials digit by digit is waited for. 'expected': the plan
 * says to wait for them in any case.
 */
export type Growth = 'none' | 'possible' | 'expected';

/** `callerId`: the caller's number, where the plan makes another of it. */
type Found = {
  readonly growth: Growth;
  readonly callerId?: string;
  /** By a pattern for emergencies. Absent: it is none. */
  readonly isEmergency?: boolean;
};

export type Analysis =
  | (Found & { readonly type: 'line'; readonly number: string; readonly location: LineLocation })
  /** A number of ours whose process is gone, and another is being looked for. */
  | (Found & { readonly type: 'locating'; readonly number: string })
  /** A number that leads to several lines. */
  | (Found & { readonly type: 'hunt'; readonly number: string; readonly hunt: Hunt })
  /** A number at which calls are parked, and whose is there now. */
  | (Found & { readonly type: 'orbit'; readonly number: string; readonly parked?: LegRef })
  /** It leaves through the gateways of that list, with that number. */
  | (Found & {
      readonly type: 'list';
      readonly list: RouteList;
      readonly number: string;
      readonly isEmergency: boolean;
    })
  | {
      readonly type: 'refused';
      readonly code: RefusalCode;
      readonly cause: Cause;
      readonly growth: Growth;
      /** Of a line of ours that has no phone. */
      readonly number?: string;
      readonly isEmergency?: boolean;
    };

/** One walk through search spaces, and what came of it. */
export type Walk = {
  readonly spaces: readonly string[];
  /** 'caller': those of the caller. 'emergency': nothing was found there. 'everything': nor was there; where it would have led. */
  readonly why: 'caller' | 'emergency' | 'everything';
  readonly rounds: readonly Round[];
  readonly result: PlanAnalysis<RouteTarget>;
};

/** `digits`: what was looked up; '' for a name, which no pattern matches. */
export type Explained = {
  readonly analysis: Analysis;
  readonly digits: string;
  readonly walks: readonly Walk[];
};

type Look = (
  spaces: readonly string[],
  digits: string,
  why: Walk['why'],
) => PlanAnalysis<RouteTarget>;

const UNKNOWN = refused('LW-3001');
const OUTSIDE = [LINES];

export class DigitAnalysis {
  readonly table: RegistrationTable;
  readonly #parks: ParkTable;
  readonly #directory: Directory;
  readonly #clock: Clock | undefined;
  #numbering: Numbering;

  /** Without a `clock` every partition is valid, whatever its schedule. */
  constructor(
    directory: Directory,
    table: RegistrationTable = new RegistrationTable(),
    parks: ParkTable = new ParkTable(),
    clock?: Clock,
    numbering: Numbering = numberingOf(directory),
  ) {
    this.table = table;
    this.#parks = parks;
    this.#clock = clock;
    this.#directory = directory;
    this.#numbering = numbering;
  }

  /** Made ready aside, of what the directory has now: nobody who dials has to wait for it. */
  set numbering(numbering: Numbering) {
    this.#numbering = numbering;
  }

  /** `dialled`: the user part of what was called, unescaped. */
  analyse(dialled: string, caller: Caller): Analysis {
    const { plan } = this.#current();
    if (plan.isTimed) plan.atMs = this.#clock?.epochMs() ?? Number.NaN;
    const { number } = caller;
    return this.#analyse(dialled, caller, (spaces, digits) =>
      analyse(plan, spaces, digits, number),
    );
  }

  /** A line or user of the directory, whoever may dial it. */
  locate(number: string): Analysis {
    return this.#line(number, 'none', undefined);
  }

  /** Whether that is an emergency number of the route plan, in whichever partition. */
  isEmergency(dialled: string): boolean {
    return this.#asEmergency(dialled) === 'route';
  }

  /** Whether digits are missing for that to be an emergency number. */
  beginsEmergency(dialled: string): boolean {
    return this.#asEmergency(dialled) === 'incomplete';
  }

  #asEmergency(dialled: string): PlanAnalysis<RouteTarget>['type'] | undefined {
    const read = isDialled(dialled) ? dialled : digitsOf(dialled);
    if (read === undefined) return undefined;
    return analyse(this.#current().plan, EMERGENCY_SPACES, read, '').type;
  }

  /** As `analyse`, with all that was looked at: the same walks, seen by a witness. `atMs`: then, and not now. */
  explain(dialled: string, caller: Caller, atMs?: number): Explained {
    const { plan } = this.#current();
    plan.atMs = atMs ?? this.#clock?.epochMs() ?? Number.NaN;
    const walks: Walk[] = [];
    const analysis = this.#analyse(dialled, caller, (spaces, digits, why) => {
      const { analysis: result, rounds } = explain(plan, spaces, digits, caller.number);
      walks.push({ spaces, why, rounds, result });
      return result;
    });
    return { analysis, digits: walks[0]?.rounds[0]?.called ?? '', walks };
  }

  /** Search spaces of a caller that has none. */
  spacesFor({ spaces, isOutside }: Caller): readonly string[] {
    if (spaces.length > 0) return spaces;
    return isOutside ? OUTSIDE : this.#current().fallback;
  }

  /** The route plan in use, with the numbers of lines: another one when the directory has changed. */
  get numbering(): Numbering {
    return this.#current();
  }

  #analyse(dialled: string, caller: Caller, look: Look): Analysis {
    const { isIsolated } = this.#directory;
    const any = this.#analyseAny(dialled, caller, look);
    const found = isIsolated === true ? this.#alone(any, dialled, caller, look) : any;
    // Nobody from outside has what is parked here, or parks anything.
    return found.type === 'orbit' && caller.isOutside ? refused('LW-3446') : found;
  }

  /** What is left of it to a manager that is cut off: emergencies, and lines that nobody shares and that are here. */
  #alone(found: Analysis, dialled: string, caller: Caller, look: Look): Analysis {
    if (!isCutOff(found, this.#directory)) return found;
    // A pattern of the caller's own may be closer than the one for emergencies, and lead nowhere now.
    const digits = isDialled(dialled) ? dialled : digitsOf(dialled);
    const mayCall = !caller.isOutside && digits !== undefined;
    const emergency = mayCall ? look(EMERGENCY_SPACES, digits, 'emergency') : undefined;
    if (emergency?.type === 'route') return this.#found(emergency, caller);
    return refused('LW-3012', found.growth);
  }

  #analyseAny(dialled: string, caller: Caller, look: Look): Analysis {
    const spaces = this.spacesFor(caller);
    if (isDialled(dialled)) return this.#lookUp(dialled, spaces, caller, look);
    // A name, or a number of ours that looks like none.
    if (this.#hasLines(spaces) && isKnownNumber(this.#directory, dialled))
      return this.#line(dialled, 'none', undefined);
    const read = readUserPart(dialled);
    return read.type === 'number' ? this.#lookUp(read.digits, spaces, caller, look) : UNKNOWN;
  }

  #lookUp(digits: string, spaces: readonly string[], caller: Caller, look: Look): Analysis {
    const result = look(spaces, digits, 'caller');
    const found = result.type === 'route' ? this.#found(result, caller) : undefined;
    if (found !== undefined && !isVacant(found)) return found;
    // `#` says that this is all, where it is no part of a number.
    if (result.type === 'none' && digits.length > 1 && digits.endsWith('#')) {
      const analysis = this.#lookUp(digits.slice(0, -1), spaces, caller, look);
      return analysis.growth === 'none' ? analysis : { ...analysis, growth: 'none' };
    }
    if (!caller.isOutside) {
      const emergency = look(EMERGENCY_SPACES, digits, 'emergency');
      if (emergency.type === 'route') return this.#found(emergency, caller);
      if (emergency.type === 'incomplete' && result.type === 'none') return refused('LW-3004');
    }
    switch (result.type) {
      case 'route':
        return found ?? UNKNOWN;
      case 'incomplete':
        return refused('LW-3004');
      case 'loop':
        return refused('LW-3005');
      case 'refused':
        return refusedByPlan(result);
      case 'none': {
        if (!caller.isOutside && beginsFeatureCode(this.#directory.features, digits))
          return refused('LW-3004');
        const elsewhere = look(this.#current().everything, digits, 'everything');
        const isWayOut = elsewhere.type === 'route' && elsewhere.target.type === 'list';
        return isWayOut ? refused('LW-3003') : UNKNOWN;
      }
    }
  }

  #found(result: Extract<PlanAnalysis<RouteTarget>, { type: 'route' }>, caller: Caller): Analysis {
    const { target, called, calling, mayGrow, isEmergency } = result;
    const growth = !mayGrow ? 'none' : target.waits === true ? 'expected' : 'possible';
    const callerId = calling === caller.number ? undefined : calling;
    if (target.type === 'line') {
      const line = this.#line(target.number ?? called, growth, callerId);
      return isEmergency ? { ...line, isEmergency } : line;
    }
    const list = this.#directory.routeLists.get(target.list);
    if (list === undefined) return UNKNOWN;
    const way = { type: 'list', list, number: called, isEmergency, growth } as const;
    return callerId === undefined ? way : { ...way, callerId };
  }

  #line(number: string, growth: Growth, callerId: string | undefined): Analysis {
    const location = this.table.find(number);
    if (location !== undefined) {
      const found = { type: 'line', number, location, growth } as const;
      return callerId === undefined ? found : { ...found, callerId };
    }
    const hunt = this.#directory.hunts.get(number);
    if (hunt !== undefined) {
      const found = { type: 'hunt', number, hunt, growth } as const;
      return callerId === undefined ? found : { ...found, callerId };
    }
    if (this.#directory.orbits.numbers.has(number)) {
      const parked = this.#parks.find(number)?.leg;
      return { type: 'orbit', number, growth, ...(parked && { parked }) };
    }
    if (!isKnownNumber(this.#directory, number)) return refused('LW-3001', growth);
    if (!this.table.isLost(number)) return { ...refused('LW-3008', growth), number };
    const lost = { type: 'locating', number, growth } as const;
    return callerId === undefined ? lost : { ...lost, callerId };
  }

  #hasLines(spaces: readonly string[]): boolean {
    const { plan } = this.#current();
    return spaces.some((name) => plan.spaces.get(name)?.some(({ name: own }) => own === LINES));
  }

  #current(): Numbering {
    if (!isCurrent(this.#numbering, this.#directory))
      this.#numbering = numberingOf(this.#directory, this.#numbering);
    return this.#numbering;
  }
}

/** The plan has a place for lines there, and there is none. */
function isVacant(analysis: Analysis): boolean {
  return analysis.type === 'refused' && analysis.code === 'LW-3001';
}

/** Whether only the cluster could lead it on. */
function isCutOff(found: Analysis, directory: Directory): boolean {
  if (found.isEmergency === true) return false;
  switch (found.type) {
    case 'line':
    case 'locating':
      return isShared(directory, found.number);
    case 'refused':
      // Its phone may be at another manager.
      return found.code === 'LW-3008';
    default:
      return true;
  }
}

function refusedByPlan(result: Extract<PlanAnalysis<RouteTarget>, { type: 'refused' }>): Analysis {
  const growth = result.mayGrow ? 'possible' : 'none';
  switch (result.why) {
    case 'digits missing':
      return refused('LW-3004', growth);
    case 'too long':
      return refused('LW-3006', growth);
    case 'rule':
      return { type: 'refused', code: 'LW-3002', cause: result.cause, growth };
  }
}

function refused(code: RefusalCode, growth: Growth = 'none'): Analysis {
  return { type: 'refused', code, cause: REFUSALS[code].cause, growth };
}

/** Undefined: a name. */
function digitsOf(dialled: string): string | undefined {
  const read = readUserPart(dialled);
  return read.type === 'number' ? read.digits : undefined;
}
