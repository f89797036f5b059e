/** The figures as a table for people and as rows for programs. */
import { writeFileSync } from 'node:fs';
import type { Figures } from './load.ts';
import type { Against, Goal, Measurement } from './plan.ts';
import type { ServerName } from './servers.ts';

/** All samples of one measurement, those of one server together. */
export type Result = {
  readonly measurement: Measurement;
  readonly figures: ReadonlyMap<ServerName, readonly Figures[]>;
  readonly faults: readonly string[];
};

type Verdict = 'aim' | 'due' | 'MISSED' | 'FAILED';

type Line = {
  readonly title: string;
  readonly rate: number;
  readonly unit: string;
  readonly ours: number;
  readonly theirs: number | undefined;
  readonly against: Against;
  readonly goal: Goal;
  readonly reached: number;
  readonly verdict: Verdict;
};

const HEADS = ['', 'rate/s', 'unit', 'Linewright', 'other', 'ratio', 'due', 'aim', 'reached'];

/** The table, and below it what went wrong. */
export function table(results: readonly Result[]): string {
  const rows = results.flatMap(linesOf).map((line) => {
    const other = line.theirs === undefined ? '' : `${figure(line.theirs)} ${line.against ?? ''}`;
    const sign = line.goal.least ? '≥' : '≤';
    return [
      line.title,
      line.rate === 0 ? '' : String(line.rate),
      line.unit,
      figure(line.ours),
      other.trim(),
      line.against === undefined ? '' : line.reached.toFixed(2),
      `${sign} ${line.goal.due}`,
      `${sign} ${line.goal.aim}`,
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
  return [...text, '', ...delays, ...faults].join('\n');
}

/** Writes `{"rows": […]}`: a row for each figure of each server. `goal` is what is due. */
export function writeJson(results: readonly Result[], machine: object, path: string): void {
  const rows = results.flatMap((result) =>
    linesOf(result).flatMap((line) => {
      const { measurement } = result;
      const scenario = line.against === 'relay' ? 'relay' : measurement.name;
      const common = { scenario, rate: measurement.rate, goal: line.goal.due, aim: line.goal.aim };
      const row = (server: string, value: number, ratio: number) => ({
        ...common,
        server,
        cpuMsPerCall: measurement.unit === 'CPU ms' ? value : null,
        ratioToKamailio: line.against === 'kamailio' ? ratio : null,
        ...(line.against === 'relay' && { ratioToRelay: ratio }),
        ...(measurement.unit !== 'CPU ms' && { value, unit: measurement.unit }),
      });
      const ours = { ...row('linewright', line.ours, line.reached), reached: line.verdict };
      return line.theirs === undefined
        ? [ours]
        : [ours, row(line.against ?? 'kamailio', line.theirs, 1)];
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
  const value = (server: string): number | undefined => {
    for (const [name, samples] of figures)
      if (name.startsWith(server))
        return median(samples.map((sample) => sample.value ?? Number.NaN));
    return undefined;
  };
  const ours = value('linewright') ?? Number.NaN;
  return measurement.goals.flatMap(({ title, against, goal }): Line[] => {
    const theirs = value(against ?? 'kamailio');
    const reached = against === undefined ? ours : ours / (theirs ?? Number.NaN);
    const within = (limit: number): boolean => (goal.least ? reached >= limit : reached <= limit);
    const verdict = within(goal.aim) ? 'aim' : within(goal.due) ? 'due' : 'MISSED';
    return [
      {
        title: title ?? measurement.title,
        rate: measurement.rate,
        unit: measurement.unit,
        ours,
        theirs,
        against,
        goal,
        reached,
        verdict: faults.length > 0 || Number.isNaN(reached) ? 'FAILED' : verdict,
      },
    ];
  });
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
