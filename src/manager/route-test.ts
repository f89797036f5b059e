/**
 * What would become of a number if a line dialled it, and why: the very lookup of a call, told in full.
 * Nothing is changed by it and nobody called.
 */
import { callerOf } from '../call/destination.ts';
import type { Round, Seen } from '../call/dial-plan/explanation.ts';
import { readPattern } from '../call/dial-plan/pattern.ts';
import { formatValidity } from '../call/dial-plan/schedule.ts';
import type { Analysis, Caller, DigitAnalysis, Explained } from '../call/digit-analysis.ts';
import type { Directory } from '../call/directory.ts';
import type { LineSettings } from '../call/forwarding/line-settings.ts';
import type { Hunt } from '../call/hunting/hunt.ts';
import { formatRefusal } from '../call/refusal-codes.ts';
import { firstLcp } from '../call/registration-table.ts';
import { partyOfDevice } from '../device/identity.ts';
import type {
  NoCaller,
  RouteCaller,
  RouteForward,
  RouteTest,
  RouteWalk,
} from '../http/route-rows.ts';
import { homeOf } from '../process/pid.ts';
import { suggestion } from '../store/nearest-name.ts';
import { idOf } from './cluster-watch.ts';
import { featureOf } from './route-feature.ts';
import { emergencyForwardsFrom, forwardsFrom } from './route-forwards.ts';
import { type GatewayRows, gatewaysOf, refusalOf } from './route-gateways.ts';
import { leadsTo } from './route-rows.ts';

export type RouteTester = {
  readonly directory: Directory;
  readonly digits: DigitAnalysis;
  /** What members have set; absent: nothing. */
  readonly settings?: LineSettings;
  /** What is known of a gateway now; undefined: nothing, no manager is asked. */
  readonly stateOf: ((gateway: string) => string) | undefined;
  /** How the gateways do; absent: nobody was asked. */
  readonly rows?: GatewayRows;
};

/** `from`: a line, a device, its user name, or a gateway. `atMs`: at that time, and not now (of the epoch). */
export function testRoute(
  tester: RouteTester,
  from: string,
  dialled: string,
  atMs?: number,
): RouteTest | NoCaller {
  const { directory, digits } = tester;
  const found = findCaller(directory, from);
  if (found === undefined) {
    const known = [
      ...directory.lines.keys(),
      ...directory.devices.keys(),
      ...directory.gateways.keys(),
    ];
    return { absent: `no line, device or gateway '${from}'${suggestion(from, known)}` };
  }
  const { kind, line, device, number } = found;
  const byLine = line === '' ? {} : { byLine: line };
  const rights = callerOf({ by: device, from: { number, name: '' }, ...byLine }, directory);
  const caller = { kind, line, device, number, spaces: spacesOf(found, rights, digits, directory) };
  const stateOf = (each: string) => stateOfLine(digits.locate(each), tester);
  // No gateway has codes.
  const feature =
    kind === 'gateway' ? undefined : featureOf(directory, { device, line }, dialled, stateOf);
  if (feature !== undefined)
    return {
      ...{ dialled, caller, walks: [], forwards: [], shownAs: number, growth: 'none' },
      ...feature,
    };
  const explained = digits.explain(dialled, rights, atMs);
  const { analysis } = explained;
  const outcome = outcomeOf(analysis, explained, tester);
  const forwards = forwardsOn(outcome, analysis, tester);
  const shownAs = analysis.type === 'refused' ? number : (analysis.callerId ?? number);
  return {
    dialled,
    caller,
    walks: explained.walks.map(
      ({ why, rounds }): RouteWalk => ({
        why,
        rounds: rounds.map((round) => ({ ...round, leadsTo: winnerOf(round, digits) })),
      }),
    ),
    outcome,
    forwards,
    shownAs,
    growth: analysis.growth,
    verdict:
      forwardedTo(outcome, forwards, `${dialled} from ${number}`) ??
      verdictOf(outcome, explained, dialled, number),
  };
}

/** What becomes of it at once: the line forwards all, or nobody is there. Undefined: the line has it. */
function forwardedTo(
  outcome: RouteTest['outcome'],
  forwards: readonly RouteForward[],
  call: string,
): string | undefined {
  const last = forwards.findLast(({ when }) => when === 'all' || when === 'do not disturb');
  if (last !== undefined) return `${call}: line ${last.line}, ${last.when}: ${last.leadsTo}`;
  const away = ['unreachable', 'no answer'] as const;
  const next = away.map((kind) => forwards.find(({ when }) => when === kind));
  const found = outcome.type === 'refused' ? (next[0] ?? next[1]) : undefined;
  return found && `${call}: no phone of line ${found.line} is registered: ${found.leadsTo}`;
}

/** Emergencies are rung through to where they go, and then go where the directory says. */
function forwardsOn(
  outcome: RouteTest['outcome'],
  analysis: Analysis,
  tester: RouteTester,
): readonly RouteForward[] {
  const away = analysis.type === 'refused' ? analysis.number : undefined;
  const number = outcome.type === 'line' ? outcome.number : away;
  if (number === undefined) return [];
  const isEmergency = 'isEmergency' in analysis && analysis.isEmergency === true;
  return isEmergency ? emergencyForwardsFrom(number, tester) : forwardsFrom(number, tester);
}

type Found = Omit<RouteCaller, 'spaces'>;

function findCaller(directory: Directory, from: string): Found | undefined {
  const line = directory.lines.get(from);
  if (line !== undefined) {
    const [member] = line.members;
    return { kind: 'line', line: from, device: member?.device ?? '', number: from };
  }
  const device = directory.devices.get(from) ?? directory.users.get(from);
  if (device !== undefined) {
    const { number } = partyOfDevice(directory, device);
    return { kind: 'device', line: device.lines[0] ?? '', device: device.id, number };
  }
  if (!directory.gateways.has(from)) return undefined;
  return { kind: 'gateway', line: '', device: from, number: from };
}

function spacesOf(
  { kind, line, device }: Found,
  rights: Caller,
  digits: DigitAnalysis,
  directory: Directory,
): RouteCaller['spaces'] {
  if (rights.spaces.length === 0)
    return digits.spacesFor(rights).map((name) => ({ name, of: 'whoever has none' }));
  const ofLine = directory.lines.get(line)?.search !== undefined;
  return rights.spaces.map((name, at) => ({
    name,
    of:
      kind === 'gateway'
        ? `gateway ${device}`
        : at === 0 && ofLine
          ? `line ${line}`
          : `device ${device}`,
  }));
}

function winnerOf({ winner }: Round, digits: DigitAnalysis): string {
  const rules = winner && digits.numbering.plan.partitions.get(winner.partition)?.all;
  const rule = rules?.find(
    ({ pattern, when }) =>
      pattern === winner?.pattern && formatValidity(when) === (winner.when ?? ''),
  );
  return rule === undefined ? '' : leadsTo(rule);
}

function outcomeOf(
  analysis: Analysis,
  { walks }: Explained,
  tester: RouteTester,
): RouteTest['outcome'] {
  const { stateOf, rows } = tester;
  switch (analysis.type) {
    case 'line':
    case 'locating':
      return { type: 'line', number: analysis.number, state: stateOfLine(analysis, tester) };
    case 'hunt':
      return huntOf(analysis.hunt, tester);
    case 'orbit': {
      const { number, parked } = analysis;
      const where = parked && `a call is parked there, at ${idOf(homeOf(parked.pid))}`;
      return { type: 'orbit', number, state: where ?? (stateOf ? 'free' : UNASKED_ORBIT) };
    }
    case 'list': {
      const { list, number, isEmergency } = analysis;
      return {
        type: 'list',
        list: list.name,
        number,
        isEmergency,
        gateways: gatewaysOf(list, isEmergency, stateOf, rows),
      };
    }
    case 'refused': {
      const { code, cause } = analysis;
      const result = walks.at(-1)?.result;
      // Without a manager nobody knows who is registered.
      if (
        code === 'LW-3008' &&
        stateOf === undefined &&
        result?.type === 'route' &&
        result.target.type === 'line'
      )
        return {
          type: 'line',
          number: result.target.number ?? result.called,
          state: UNASKED,
        };
      return { type: 'refused', code, cause };
    }
  }
}

/** Its lines in their order, and where it leads when nobody takes the call. */
function huntOf(hunt: Hunt, tester: RouteTester): RouteTest['outcome'] {
  const { number, order, lines, busyTo, noAnswerTo, search } = hunt;
  const { digits } = tester;
  const spaces = search === undefined ? [] : [search];
  const follow = (when: 'busy' | 'no answer', to: string | undefined) => {
    if (to === undefined) return [];
    const explained = digits.explain(to, { spaces, number, isOutside: false });
    const outcome = outcomeOf(explained.analysis, explained, tester);
    return [{ when, to, verdict: verdictOf(outcome, explained, to, number) }];
  };
  return {
    type: 'hunt',
    number,
    order,
    lines: lines.map((line) => ({
      number: line.number,
      rings: order === 'parallel' ? 'with the others' : `for ${line.ms / 1000} s`,
      state: stateOfLine(digits.locate(line.number), tester),
    })),
    follows: [...follow('busy', busyTo), ...follow('no answer', noAnswerTo)],
  };
}

function stateOfLine(analysis: Analysis, { stateOf }: RouteTester): string {
  switch (analysis.type) {
    case 'line': {
      const lcp = firstLcp(analysis.location);
      return lcp === undefined ? 'controlled nowhere' : `controlled at ${idOf(homeOf(lcp))}`;
    }
    case 'locating':
      return 'getting another process';
    case 'refused':
      return stateOf === undefined ? UNASKED : formatRefusal(analysis.code);
    default:
      return 'no line';
  }
}

const UNASKED_ORBIT = 'no manager was asked whether a call is parked there';
const UNASKED = 'no manager was asked whether a phone is there';

function verdictOf(
  outcome: RouteTest['outcome'],
  { analysis, walks }: Explained,
  dialled: string,
  from: string,
): string {
  const call = `${dialled} from ${from}`;
  if (outcome.type === 'line') return `${call} goes to line ${outcome.number}`;
  if (outcome.type === 'orbit')
    return `${call} retrieves what is parked at orbit ${outcome.number}: ${outcome.state}`;
  if (outcome.type === 'hunt') {
    const lines = outcome.lines.map(({ number }) => number).join(', ');
    return `${call} goes to hunt ${outcome.number}: ${lines}, ${ORDERS[outcome.order]}`;
  }
  if (outcome.type === 'list') {
    const { number, list, isEmergency, gateways } = outcome;
    const code = refusalOf(gateways);
    const now = code === undefined ? '' : `; no gateway takes it now: ${formatRefusal(code)}`;
    return `${call} leaves as ${number} by list ${list}${isEmergency ? ', as an emergency' : ''}${now}`;
  }
  if (analysis.type !== 'refused') return call;
  const why = detailOf(analysis.code, walks);
  return `${formatRefusal(analysis.code)}: ${call}${why === '' ? '' : `: ${why}`}`;
}

const ORDERS = {
  parallel: 'all at once',
  serial: 'one after the other',
  circular: 'one after the other, each call from another one on',
} as const;

/** What in the plan it is about. */
function detailOf(
  code: Extract<Analysis, { type: 'refused' }>['code'],
  walks: Explained['walks'],
): string {
  const own = walks.findLast(({ why }) => why === 'caller');
  const result = walks.at(-1)?.result;
  if (own === undefined) return '';
  switch (code) {
    case 'LW-3002':
    case 'LW-3006':
      return 'pattern' in own.result
        ? `pattern ${own.result.pattern} of partition ${own.result.partition}`
        : '';
    case 'LW-3003':
      return result !== undefined && 'pattern' in result
        ? `pattern ${result.pattern} of partition ${result.partition} leads out, which the caller's search space has not`
        : '';
    case 'LW-3005':
      return own.result.type === 'loop'
        ? own.result.through.map(({ called, pattern }) => `${called} by ${pattern}`).join(', then ')
        : '';
    case 'LW-3001':
    case 'LW-3004':
      return nearest(
        own.result.type === 'none' && code === 'LW-3004'
          ? walks.at(-1)?.rounds.at(-1)
          : own.rounds.at(-1),
      );
    default:
      return '';
  }
}

/** The pattern that lacks least. */
function nearest(round: Round | undefined): string {
  if (round === undefined) return '';
  if (round.winner !== undefined)
    return `there is no such line for pattern ${round.winner.pattern}`;
  const { called } = round;
  const seen = round.partitions.flatMap((look) => look.seen);
  const long = least(seen, 'too long', ({ missing }) => missing);
  if (long !== undefined)
    return `nearest pattern ${long.pattern} needs ${counted(long.pattern, called.length, long.missing)}`;
  const short = least(seen, 'too short', ({ surplus }) => surplus);
  if (short !== undefined)
    return `nearest pattern ${short.pattern} ends ${short.surplus} digit${short.surplus === 1 ? '' : 's'} before`;
  const other = least(seen, 'differs', ({ digit }) => -digit);
  return other === undefined
    ? 'no pattern begins like that'
    : `nearest pattern ${other.pattern} differs at digit ${other.digit}`;
}

/** `11 digits after 9, got 10`: after the dot, where the pattern has one that was dialled. */
function counted(text: string, dialled: number, missing: number): string {
  const pattern = readPattern(text);
  const dot = 'type' in pattern ? 0 : (pattern.dot ?? 0);
  if (dot === 0 || dot > dialled) return `${dialled + missing} digits, got ${dialled}`;
  const before = text.slice(0, text.indexOf('.'));
  return `${dialled + missing - dot} digits after ${before}, got ${dialled - dot}`;
}

function least<T extends Seen['type']>(
  seen: readonly Seen[],
  type: T,
  measure: (seen: Extract<Seen, { type: T }>) => number,
): Extract<Seen, { type: T }> | undefined {
  const all = seen.filter((each): each is Extract<Seen, { type: T }> => each.type === type);
  return all.toSorted((one, other) => measure(one) - measure(other))[0];
}
