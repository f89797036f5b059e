/** `route ls` and `route test`: the route plan, and why a number goes where it goes. */
import { printable } from '../base/printable.ts';
import type { Seen } from '../call/dial-plan/explanation.ts';
import { DigitAnalysis } from '../call/digit-analysis.ts';
import type {
  RouteForward,
  RouteGateway,
  RouteHuntLine,
  RoutePickupLine,
  RouteRow,
  RouteTest,
} from '../http/route-rows.ts';
import { routeRows } from '../manager/route-rows.ts';
import { testRoute } from '../manager/route-test.ts';
import { fetchJson, findManager } from './api-client.ts';
import { loadChecked } from './check.ts';
import { CommandError, EXIT } from './exit-code.ts';
import { type ListOptions, list } from './lists.ts';
import { type Column, formatRows, formatTable, formatValue } from './output.ts';

/** `config`: a manager's file, whose directory is asked instead of a running manager. */
export type RouteOptions = ListOptions & {
  readonly config: string | undefined;
  /** For a test: `2026-12-24T18:00`; local time of this machine, unless it says a zone. */
  readonly at?: string | undefined;
};

const ROUTES: readonly Column<RouteRow>[] = [
  { head: 'partition', cell: (row) => row.partition },
  { head: 'pattern', cell: (row) => row.pattern },
  { head: 'leads to', cell: (row) => row.leadsTo },
  { head: 'digits', cell: (row) => row.digits },
  { head: 'caller id', cell: (row) => row.callerId },
  { head: 'marks', cell: (row) => row.marks.join(' ') },
  { head: 'search spaces', cell: (row) => row.search.join(' ') },
];

/** Every pattern of the plan. */
export function listRoutes(options: RouteOptions): Promise<string> {
  if (options.config === undefined) return list('/routes', ROUTES, options, 'cluster');
  const { directory } = loadChecked(options.config, {});
  return formatRows(routeRows(directory, options.limit).items, ROUTES, options.output);
}

/** What would become of `dialled`. Throws `CommandError` (not found) if there is no such caller. */
export async function showRouteTest(
  from: string,
  dialled: string,
  options: RouteOptions,
): Promise<string> {
  const test = await ask(from, dialled, options);
  return formatValue(test, options.output, () => written(test));
}

async function ask(from: string, dialled: string, options: RouteOptions): Promise<RouteTest> {
  if (options.config === undefined) {
    const access = findManager(options, process.env, 'cluster');
    const at = options.at === undefined ? {} : { at: new Date(timeOf(options.at)).toISOString() };
    const query = new URLSearchParams({ from, dial: dialled, ...at });
    // Our own API of our own version: its row types are the contract.
    return (await fetchJson(access, `/routes/test?${query}`)) as RouteTest;
  }
  const { directory } = loadChecked(options.config, {});
  const tester = { directory, digits: new DigitAnalysis(directory), stateOf: undefined };
  const atMs = options.at === undefined ? Date.now() : timeOf(options.at);
  const test = testRoute(tester, from, dialled, atMs);
  if ('absent' in test) throw new CommandError(EXIT.notFound, test.absent);
  return test;
}

/** Throws `CommandError` (usage) if it is none. */
function timeOf(text: string): number {
  const ms = Date.parse(text);
  if (!Number.isNaN(ms)) return ms;
  throw new CommandError(EXIT.usage, `--at ${text}: expected a time such as 2026-12-24T18:00`);
}

const GATEWAYS: readonly Column<RouteGateway>[] = [
  { head: 'gateway', cell: (row) => row.gateway },
  { head: 'group', cell: (row) => `${row.group} ${row.spread}` },
  { head: 'taken', cell: (row) => row.taken },
  { head: 'state', cell: (row) => row.state },
];

const HUNTED: readonly Column<RouteHuntLine>[] = [
  { head: 'line', cell: (row) => row.number },
  { head: 'rings', cell: (row) => row.rings },
  { head: 'state', cell: (row) => row.state },
];

const PICKED_UP: readonly Column<RoutePickupLine>[] = [
  { head: 'group', cell: (row) => row.group },
  { head: 'line', cell: (row) => row.number },
  { head: 'state', cell: (row) => row.state },
];

const WALKS = {
  caller: '',
  emergency: ' among the emergency numbers, which every phone has',
  everything: " in all partitions, the caller's or not",
} as const;

const FORWARDS: readonly Column<RouteForward>[] = [
  { head: 'line', cell: (row) => row.line },
  { head: 'forwards', cell: (row) => row.when },
  { head: 'to', cell: (row) => row.to },
  { head: 'which', cell: (row) => row.leadsTo },
];

function written(test: RouteTest): string {
  const { caller, walks, outcome, forwards, shownAs, growth, verdict } = test;
  const { kind, line, device, spaces } = caller;
  const who =
    kind === 'gateway'
      ? `gateway ${device}`
      : `${line === '' ? '' : `line ${line}, `}device ${device}`;
  const search = spaces.map(({ name, of }) => `${name} (of ${of})`).join(', ');
  const lines = [`${who}; search spaces: ${search}`];
  for (const { why, rounds } of walks)
    rounds.forEach((round, at) => {
      lines.push('', `${at === 0 ? 'looks for' : 'then for'} ${round.called}${WALKS[why]}`);
      for (const name of round.missing) lines.push(`  search space ${name} does not exist`);
      for (const { partition, space, when } of why === 'caller' ? round.invalid : [])
        lines.push(`  partition ${partition} (${space}) is not valid then: ${when}`);
      for (const look of round.partitions) {
        if (why !== 'caller' && !look.seen.some(({ type }) => type === 'match')) continue;
        lines.push(`  partition ${look.partition}${why === 'caller' ? ` (${look.space})` : ''}`);
        if (look.seen.length === 0) lines.push('    no pattern begins like that');
        for (const seen of look.seen)
          lines.push(`    ${seen.pattern.padEnd(20)} ${aboutSeen(seen)}`);
        if (look.unlisted > 0) lines.push(`    … and ${look.unlisted} more`);
      }
      if (round.winner === undefined) lines.push('  nothing matches');
      else lines.push(`  → ${round.winner.pattern} of ${round.winner.partition}: ${round.leadsTo}`);
      for (const { field, number } of round.calledSteps)
        lines.push(`    number, ${FIELDS[field]}: ${number}`);
      for (const { field, number } of round.callingSteps)
        lines.push(`    caller, ${FIELDS[field]}: ${number}`);
      if (round.isLongerPossible) lines.push('  more digits could lead elsewhere');
    });
  lines.push('');
  if (growth === 'expected') lines.push('more digits are waited for first');
  if (outcome.type === 'list') lines.push(formatTable(outcome.gateways, GATEWAYS));
  if (outcome.type === 'hunt') {
    lines.push(formatTable(outcome.lines, HUNTED));
    for (const { when, verdict: then } of outcome.follows) lines.push(`when ${when}: ${then}`);
  }
  if (outcome.type === 'feature' && outcome.lines.length > 0)
    lines.push(formatTable(outcome.lines, PICKED_UP));
  if (outcome.type === 'line') lines.push(`line ${outcome.number}: ${outcome.state}`);
  if (forwards.length > 0) lines.push(formatTable(forwards, FORWARDS));
  if (outcome.type !== 'refused' && shownAs !== caller.number) lines.push(`shown as ${shownAs}`);
  lines.push(verdict);
  return `${lines.map((each) => each.split('\n').map(printable).join('\n')).join('\n')}\n`;
}

const FIELDS = {
  strip: 'after stripping',
  keepLast: 'last digits kept',
  mask: 'in its mask',
  prefix: 'with its prefix',
  form: 'in its form',
} as const;

const REASONS = {
  'fewer numbers': 'the winner matches fewer numbers',
  'no !': 'the winner has no !',
  'earlier partition': 'the winner is in an earlier partition',
  'earlier rule': 'the winner comes before it',
} as const;

function aboutSeen(seen: Seen): string {
  switch (seen.type) {
    case 'match': {
      const count = `matches ${seen.numbers.toLocaleString('en')} number${seen.numbers === 1 ? '' : 's'} of that length`;
      return seen.lostBy === undefined
        ? `${count}: the closest`
        : `${count}; ${REASONS[seen.lostBy]}`;
    }
    case 'too long':
      return `needs ${seen.missing} digit${seen.missing === 1 ? '' : 's'} more`;
    case 'too short':
      return `ends ${seen.surplus} digit${seen.surplus === 1 ? '' : 's'} before`;
    case 'differs':
      return `differs at digit ${seen.digit}`;
  }
}
