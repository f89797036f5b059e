/** The figures as a table for people and as rows for programs. */
import { writeFileSync } from 'node:fs';
import type { FigureName, Figures } from './load.ts';
import type { Goal, Measurement, Row, Unit } from './plan.ts';
import type { ServerName } from './servers.ts';

/** All samples of one measurement, those of one server together. */
export type Result = {
  readonly measurement: Measurement;
  readonly figures: ReadonlyMap<ServerName, readonly Figures[]>;
  readonly faults: readonly string[];
};

type Verdict = 'aim' | 'due' | 'MISSED' | 'FAILED' | '';

type Line = Pick<Row, 'against' | 'goal' | 'by'> & {
  readonly title: string;
  readonly rate: number;
  readonly unit: Unit;
  readonly of: ServerName;
  readonly figure: FigureName;
  readonly ours: number;
  readonly theirs: number | undefined;
  readonly reached: number;
  readonly verdict: Verdict;
};

const HEADS = ['', 'rate/s', 'unit', 'Linewright', 'other', 'ratio', 'due', 'aim', 'reached'];

/** The table, and below it what went wrong. */
export function table(results: readonly Result[]): string {
  const rows = results.flatMap(linesOf).map((line) => {
    const other = line.theirs === undefined ? '' : `${figure(line.theirs)} ${line.against ?? ''}`;
    const sign = line.goal?.least ? '≥' : '≤';
    const compared =
      line.by === 'difference'
        ? `${line.reached < 0 ? '-' : '+'}${figure(Math.abs(line.reached))}`
        : line.reached.toFixed(2);
    return [
      line.title,
      line.rate === 0 ? '' : String(line.rate),
      line.unit,
      figure(line.ours),
      other.trim(),
      line.against === undefined ? '' : compared,
      line.goal === undefined ? '' : `${sign} ${line.goal.due}`,
      line.goal === undefined ? '' : `${sign} ${line.goal.aim}`,
      line.verdict,
    ];
  });
  const widths = HEADS.map((_, column) =>
    Math.max(...[HEADS, ...rows].map((row) => (row[column] ?? '').length)),
  );
  const text = [HEADS, ...rows].map((row) =>
    row
      .map((cell, column) => pad(cell, column, widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const delays = results.flatMap(tailsOf);
  const faults = results.flatMap(({ measurement, faults: found }) =>
    found.map((fault) => `FAILED ${measurement.title} at ${measurement.rate}/s: ${fault}`),
  );
  return [...text, '', ...results.flatMap(shares), ...delays, ...faults].join('\n');
}

/** What is known of a spread call beside its CPU time; empty for others. */
export function details(figures: Figures): string {
  const { net, idle, managers, bus, store, delay, delay99, lock, packets } = figures;
  if (net === undefined) return '';
  const of = (value: number | undefined): string => figure(value ?? Number.NaN);
  const roles =
    (packets ?? 0) > 0 ? ` = managers ${of(managers)} + NATS ${of(bus)} + etcd ${of(store)}` : '';
  const locked = Number.isNaN(lock) ? '' : `, lock ${of(lock)} ms`;
  const sent = (packets ?? 0) > 0 ? `, ${of(packets)} packets` : '';
  return `${roles}; ${of(net)} less idle (${of(idle)} ms/s); rings after ${of(delay)} ms, p99 ${of(delay99)}${locked}${sent}`;
}

/** What spread calls' time went into, medians each. */
function shares({ measurement, figures }: Result): string[] {
  const { title, rate, idle } = measurement;
  if (!idle) return [];
  const lines = [...figures].map(([server, samples]) => {
    const names = new Set(samples.flatMap((sample) => Object.keys(sample) as FigureName[]));
    const medians = [...names].map((name) => [name, medianOf(samples, name)]);
    const { value = Number.NaN, ...rest }: Figures = Object.fromEntries(medians);
    return `${title} at ${rate}/s, ${server}: ${figure(value)} CPU ms${details(rest)}`;
  });
  return [...lines, ''];
}

/** Writes `{"rows": […]}`: a row for each figure of each server. `goal` is what is due. */
export function writeJson(results: readonly Result[], machine: object, path: string): void {
  const rows = results.flatMap((result) =>
    linesOf(result).flatMap((line) => {
      const { measurement } = result;
      const scenario = line.against === 'relay' ? 'relay' : measurement.name;
      const common = {
        scenario,
        rate: measurement.rate,
        goal: line.goal?.due ?? null,
        aim: line.goal?.aim ?? null,
      };
      const isRatio = line.by === undefined;
      const row = (server: string, value: number, compared: number) => ({
        ...common,
        server,
        ...(line.figure !== 'value' && { figure: line.figure }),
        cpuMsPerCall: line.unit === 'CPU ms' ? value : null,
        ratioToKamailio: line.against?.startsWith('kamailio') ? compared : null,
        ...(line.against === 'relay' && { ratioToRelay: compared }),
        ...(line.against === 'managers-1' && {
          [isRatio ? 'ratioToOneManager' : 'moreThanOneManager']: compared,
        }),
        ...(line.unit !== 'CPU ms' && { value, unit: line.unit }),
      });
      const ours = { ...row(line.of, line.ours, line.reached), reached: line.verdict };
      return line.theirs === undefined
        ? [ours]
        : [ours, row(line.against ?? 'kamailio', line.theirs, isRatio ? 1 : 0)];
    }),
  );
  writeFileSync(path, `${JSON.stringify({ ...machine, rows }, undefined, 2)}\n`);
}

/** The middle one; NaN if there is none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const lower = sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
  return (upper + lower) / 2;
}

/** Three digits that count. */
export function figure(value: number): string {
  if (Number.isNaN(value)) return '–';
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

function linesOf({ measurement, figures, faults }: Result): Line[] {
  return measurement.goals.flatMap((row): Line[] => {
    const { title, of = 'linewright', against, figure: name = 'value', goal, by } = row;
    const value = (server: ServerName): number => medianOf(figures.get(server) ?? [], name);
    const ours = value(of);
    // What has no goal of its own is shown beside Kamailio's all the same.
    const other = against ?? (figures.has('kamailio') ? 'kamailio' : undefined);
    const theirs = other && value(other);
    const compared = by === 'difference' ? ours - (theirs ?? NaN) : ours / (theirs ?? NaN);
    const reached = against === undefined ? ours : compared;
    return [
      {
        title: title ?? measurement.title,
        rate: measurement.rate,
        unit: row.unit ?? measurement.unit,
        of,
        figure: name,
        ours,
        theirs,
        reached,
        against,
        verdict: faults.length > 0 || Number.isNaN(reached) ? 'FAILED' : verdictOf(reached, goal),
        ...(goal && { goal }),
        ...(by && { by }),
      },
    ];
  });
}

function verdictOf(reached: number, goal: Goal | undefined): Verdict {
  if (goal === undefined) return '';
  const within = (limit: number): boolean => (goal.least ? reached >= limit : reached <= limit);
  return within(goal.aim) ? 'aim' : within(goal.due) ? 'due' : 'MISSED';
}

function medianOf(samples: readonly Figures[], name: FigureName): number {
  return median(samples.map((sample) => sample[name] ?? Number.NaN));
}

function tailsOf({ measurement, figures }: Result): string[] {
  const tails = [...figures].flatMap(([server, samples]) => {
    const p99 = median(samples.flatMap(({ p99 }) => (p99 === undefined ? [] : [p99])));
    return Number.isNaN(p99) ? [] : [`${server} ${figure(p99)}`];
  });
  return tails.length === 0 ? [] : [`${measurement.title}, p99 in ms: ${tails.join(', ')}`, ''];
}

function pad(cell: string, column: number, width: number): string {
  return column === 0 || column === 2 ? cell.padEnd(width) : cell.padStart(width);
}
