/**
 * `node bench/dial-plan.ts`: what digit analysis costs over the whole directory's numbers and patterns: to compile
 * it, to keep it, and to look a number up. Nothing is compared: the goals stand beside the figures.
 *
 * The plan: 200 sites, each with a partition of its own and a search space of five; all numbers in one
 * partition; translations to a space of gateways. "All in one" is the same in two partitions. "Digit
 * analysis" is what a call asks: with the directory's lines, the registration table and the caller's rights.
 */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { analyse } from '../src/call/dial-plan/analyse.ts';
import { compile, formatPlanFault } from '../src/call/dial-plan/compile.ts';
import type { DialPlan } from '../src/call/dial-plan/dial-plan.ts';
import { explain } from '../src/call/dial-plan/explanation.ts';
import type { DialRule, RoutePlan } from '../src/call/dial-plan/route-plan.ts';
import { DigitAnalysis } from '../src/call/digit-analysis.ts';
import { INTER_DIGIT_MS, type Line, type RouteTarget } from '../src/call/directory.ts';
import { FEATURE_CODES } from '../src/call/feature-codes.ts';
import { NO_ORBITS } from '../src/call/parking/orbit.ts';
import { keyOf } from '../src/call/registration-table.ts';
import { homeOf, type Pid } from '../src/process/pid.ts';
import { SeededRandom } from '../src/testkit/seeded-random.ts';

const USAGE = `node bench/dial-plan.ts [options]

  --numbers N    directory numbers, 50000 unless told
  --patterns N   patterns, 10000 unless told
  --lookups N    lookups of each kind, 200000 unless told
  --seed N       of the random numbers, 1 unless told
  --help
`;

const SITES = 200;
const BUILDS = 5;
/** Few enough that nothing is collected while they are counted. */
const ALLOCATION_LOOKUPS = 5000;

const { values: options } = parseArgs({
  options: {
    numbers: { type: 'string', default: '50000' },
    patterns: { type: 'string', default: '10000' },
    lookups: { type: 'string', default: '200000' },
    seed: { type: 'string', default: '1' },
    help: { type: 'boolean', default: false },
  },
});

function usage(): number {
  process.stdout.write(USAGE);
  return 0;
}

type Target = RouteTarget;
type Rules = readonly DialRule<Target>[];

function main(): number {
  const given = [options.numbers, options.patterns, options.lookups, options.seed].map(Number);
  const [numberCount = 0, patternCount = 0, lookups = 0, seed = 0] = given;
  const isWrong = given.some((value) => !Number.isSafeInteger(value) || value < 1);
  if (isWrong || numberCount > 1_000_000 || patternCount < SITES) {
    process.stderr.write(USAGE);
    return 2;
  }
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  const random = new SeededRandom(seed);
  const numbers = directoryNumbers(random, numberCount);
  const sites = sitePartitions(random, patternCount);

  say(`${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.versions.node}`);
  say(`${numberCount} numbers, ${patternCount} patterns, seed ${seed}\n`);
  const spread = spreadPlan(numbers, sites);
  const single = singlePlan(numbers, sites);
  const alone: RoutePlan<Target> = {
    partitions: new Map([['numbers', numbers]]),
    spaces: new Map(),
    countries: new Map(),
  };

  say('compile                         ms   goal');
  const builds = Array.from({ length: BUILDS }, () => timed(() => made(spread)));
  const plan = builds[0]?.result ?? made(spread);
  line('first', builds[0]?.ms ?? 0, '≤ 1000');
  line('median', medianOf(builds.map(({ ms }) => ms)), '≤ 1000');
  const site = new Map(spread.partitions).set('site 7', [...(sites[7] ?? [])]);
  line('one site changed', timed(() => made({ ...spread, partitions: site }, plan)).ms);
  const moved = new Map(spread.partitions).set('numbers', [...numbers]);
  line('the numbers changed', timed(() => made({ ...spread, partitions: moved }, plan)).ms);

  say('\nmemory beside the plan as given');
  line('octets per number', grownBy(collect, () => made(alone)) / numberCount);
  line('octets per rule, all', grownBy(collect, () => made(spread)) / (numberCount + patternCount));

  say(
    '\nlookup                                       p50 µs   p99 µs  mean µs   octets   goal p50',
  );
  const known = numbers.map(({ pattern }) => pattern);
  const oneSpace = ['all'];
  const callers = sites.map((_, at): readonly string[] => [`line ${at}`, `site ${at}`]);
  const spaces = (at: number): readonly string[] => callers[at % SITES] ?? oneSpace;
  const anyNumber = (): string => known[random.below(known.length)] ?? '';
  const kinds: readonly (readonly [string, () => string])[] = [
    ['a number', anyNumber],
    ['a pattern', () => `8${random.between(10, 99)}${digits(random, 6)}`],
    ['translated, then a gateway', () => `90${random.pick(['1', '2'])}${digits(random, 9)}`],
    ['half a number', () => anyNumber().slice(0, 4)],
    ['nobody', () => `4${digits(random, 7)}`],
  ];
  for (const [name, pick] of kinds)
    row(name, lookups, collect, pick, (number, at) => analyse(plan, spaces(at), number, '2001'));
  const both = made(single);
  for (const [name, pick] of kinds.slice(0, 2))
    row(`${name}, all in one`, lookups, collect, pick, (number) =>
      analyse(both, oneSpace, number, '2001'),
    );
  const calls = analysisOf(known, spread);
  for (const [name, pick] of kinds) {
    if (name === 'half a number') continue;
    row(`digit analysis, ${name}`, lookups, collect, pick, (number, at) =>
      calls.analyse(number, { spaces: spaces(at), number: '2001', isOutside: false }),
    );
  }
  row('a number, explained', Math.ceil(lookups / 20), collect, anyNumber, (number, at) =>
    explain(plan, spaces(at), number, '2001'),
  );
  return 0;
}

/** As a call asks: every line is in the directory and has its process in the table. */
function analysisOf(numbers: readonly string[], plan: RoutePlan<Target>): DigitAnalysis {
  const lines = new Map(numbers.map((number) => [number, lineOf(number)]));
  const lists = ['out', 'emergency', ...Array.from({ length: SITES }, (_, at) => `site ${at}`)];
  const group = { spread: 'top-down', gateways: [{ gateway: 'gw', weight: 1 }] } as const;
  const partitions = new Map<string, Rules>(plan.partitions);
  // The directory's own numbers are there without being written.
  partitions.set('numbers', [
    { pattern: 'NXXXXXX', action: { type: 'route', target: { type: 'line' } } },
  ]);
  const digits = new DigitAnalysis({
    lines,
    devices: new Map(),
    users: new Map(),
    gateways: new Map(),
    hunts: new Map(),
    orbits: NO_ORBITS,
    pickupGroups: new Map(),
    routeLists: new Map(lists.map((name) => [name, { name, groups: [group] }])),
    routePlan: { ...plan, partitions },
    interDigitMs: INTER_DIGIT_MS,
    features: FEATURE_CODES,
  });
  const value = 'a.1.l1' as Pid;
  const owner = homeOf(value);
  for (const number of numbers) {
    const key = keyOf(number);
    digits.table.set(key, { key, value, owner, revision: 1 });
  }
  return digits;
}

function lineOf(number: string): Line {
  return {
    number,
    name: '',
    mode: 'single',
    appearances: 4,
    offering: { type: 'parallel' },
    members: [],
    noAnswerMs: 120_000,
  };
}

/** Seven digits that begin with 2 to 5: a large company's. */
function directoryNumbers(random: SeededRandom, count: number): Rules {
  const texts = new Set<string>();
  while (texts.size < count) texts.add(`${random.pick(['2', '3', '5'])}${digits(random, 6)}`);
  return [...texts].map((pattern) => ({
    pattern,
    action: { type: 'route', target: { type: 'line', number: pattern } },
  }));
}

/** What a site dials: its prefixes to gateways, short codes, blocked numbers, the way out. */
function sitePartitions(random: SeededRandom, count: number): readonly Rules[] {
  return Array.from({ length: SITES }, (_, site) => {
    const rules = new Map<string, DialRule<Target>>();
    const add = (pattern: string, action: DialRule<Target>['action']): void =>
      void rules.set(pattern, { pattern, action });
    add('9.0[12]XXXXXXXXX', { type: 'translate', space: 'gateways', called: { strip: 1 } });
    add('900!', { type: 'translate', space: 'gateways', called: { strip: 1 } });
    add('8XXXXXXXX', { type: 'route', target: { type: 'list', list: `site ${site}` } });
    const wanted = Math.floor(count / SITES) + (site < count % SITES ? 1 : 0);
    for (let tries = 0; rules.size < wanted && tries < 100 * wanted; tries++) {
      const pattern = `8${digits(random, random.between(1, 4))}${random.pick(ENDS)}`;
      add(pattern, {
        type: 'route',
        target: { type: 'list', list: `site ${site}` },
        called: { strip: 1 },
      });
    }
    return [...rules.values()].slice(0, wanted);
  });
}

const ENDS = ['XXXX', 'XXX', '[1-5]XXX', 'NXXXX', 'ZXX!', '!'];

function spreadPlan(numbers: Rules, sites: readonly Rules[]): RoutePlan<Target> {
  const partitions = new Map<string, Rules>([
    ['numbers', numbers],
    ['emergency', EMERGENCY],
    ['gateways', GATEWAYS],
    ['blocked', BLOCKED],
  ]);
  const spaces = new Map<string, readonly string[]>([['gateways', ['gateways']]]);
  for (const [at, rules] of sites.entries()) {
    partitions.set(`site ${at}`, rules);
    spaces.set(`line ${at}`, ['blocked']);
    spaces.set(`site ${at}`, ['emergency', 'numbers', `site ${at}`, `site ${(at + 1) % SITES}`]);
  }
  return { partitions, spaces, countries: new Map() };
}

function singlePlan(numbers: Rules, sites: readonly Rules[]): RoutePlan<Target> {
  const all = new Map([...numbers, ...sites.flat()].map((rule) => [rule.pattern, rule]));
  return {
    partitions: new Map([
      ['all', [...all.values()]],
      ['gateways', GATEWAYS],
    ]),
    spaces: new Map([
      ['all', ['all']],
      ['gateways', ['gateways']],
    ]),
    countries: new Map(),
  };
}

const EMERGENCY: Rules = ['999', '112', '9.999'].map((pattern) => ({
  pattern,
  action: { type: 'route', target: { type: 'list', list: 'emergency' } },
  isUrgent: true,
  isEmergency: true,
}));
const BLOCKED: Rules = ['909X!', '900900!'].map((pattern) => ({
  pattern,
  action: { type: 'refuse', cause: 'forbidden' },
}));
const GATEWAYS: Rules = ['0XXXXXXXXXX', '00!', '02XXXXXXXXX'].map((pattern) => ({
  pattern,
  action: {
    type: 'route',
    target: { type: 'list', list: 'out' },
    called: { strip: 1, prefix: '+44' },
  },
}));

function digits(random: SeededRandom, count: number): string {
  return String(random.below(10 ** count)).padStart(count, '0');
}

function made(plan: RoutePlan<Target>, previous?: DialPlan<Target>): DialPlan<Target> {
  const compilation = compile(plan, previous);
  if (compilation.type === 'plan') return compilation.plan;
  throw new Error(compilation.faults.slice(0, 5).map(formatPlanFault).join('\n'));
}

function timed<R>(what: () => R): { readonly ms: number; readonly result: R } {
  const from = performance.now();
  const result = what();
  return { ms: performance.now() - from, result };
}

/** Octets that are in use more, on the heap and beside it, while the result is held. */
function grownBy(collect: () => void, make: () => object): number {
  const used = (): number => {
    collect();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const before = used();
  held.push(make());
  const after = used();
  held.length = 0;
  return after - before;
}

/** What is measured must not be collected meanwhile. */
const held: object[] = [];

/** Each lookup is timed alone, with some 50 ns for the clock; the mean is that of an untimed run. */
function row(
  name: string,
  lookups: number,
  collect: () => void,
  pick: () => string,
  look: (number: string, at: number) => object,
): void {
  const numbers = Array.from({ length: lookups }, pick);
  let seen = 0;
  const from = performance.now();
  for (const [at, number] of numbers.entries()) seen += look(number, at) === undefined ? 0 : 1;
  const warm = performance.now() - from;
  const again = process.cpuUsage();
  for (let at = 0; at < lookups; at++) look(numbers[at] ?? '', at);
  const { user, system } = process.cpuUsage(again);
  const times = new Float64Array(lookups);
  for (let at = 0; at < lookups; at++) {
    const start = performance.now();
    look(numbers[at] ?? '', at);
    times[at] = performance.now() - start;
  }
  times.sort();
  collect();
  const before = process.memoryUsage().heapUsed;
  for (let at = 0; at < Math.min(lookups, ALLOCATION_LOOKUPS); at++) look(numbers[at] ?? '', at);
  const octets = process.memoryUsage().heapUsed - before;
  if (seen !== lookups || warm < 0) throw new Error('a lookup gave nothing');
  const at = (share: number): number => 1000 * (times[Math.floor(share * lookups)] ?? 0);
  const columns = [at(0.5), at(0.99), (user + system) / lookups].map((us) => us.toFixed(2));
  const allocated = (octets / Math.min(lookups, ALLOCATION_LOOKUPS)).toFixed(0);
  const cells = [...columns, allocated].map((cell) => cell.padStart(9)).join('');
  say(`${name.padEnd(44)}${cells.slice(2)}${name.includes('explained') ? '' : '   ≤ 2'}`);
}

function medianOf(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
}

function line(name: string, value: number, goal = ''): void {
  say(`  ${name.padEnd(24)}${value.toFixed(value < 10 ? 2 : 0).padStart(8)}   ${goal}`.trimEnd());
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

process.exitCode = options.help ? usage() : main();
