/** The table and the JSON of a run, and which goals it misses. */
import type { Evidence, RoundFigures } from './figures.ts';
import type { HistoryFigures } from './histories.ts';
import { FAULT_KINDS, type FaultKind, type Round } from './records.ts';

/** Greatest outages that will do, in ms. */
const GOALS: Partial<Record<FaultKind, { readonly p50?: number; readonly max: number }>> = {
  'kill manager': { p50: 500, max: 1000 },
  'kill nats-server': { max: 1000 },
  'kill etcd': { max: 1000 },
  'stop manager': { max: 2000 },
  'cut manager off': { max: 2000 },
  'cut off from bus': { max: 2000 },
  'cut off from store': { max: 2000 },
};

/** Shorter ones are no news on a machine that others use. */
const STALL_MS = 300;

export type Judged = { readonly round: Round; readonly figures: RoundFigures };

type Row = {
  readonly kind: FaultKind;
  readonly rounds: number;
  readonly p50Ms: number;
  readonly maxMs: number;
  readonly lost: number;
  readonly duplicates: number;
  readonly stale: number;
  readonly offers: RoundFigures['offers'];
};

export function rowsOf(judged: readonly Judged[]): Row[] {
  return FAULT_KINDS.flatMap((kind) => {
    const own = judged.filter(({ round }) => round.kind === kind).map(({ figures }) => figures);
    if (own.length === 0) return [];
    const outages = own.map(({ outageMs }) => outageMs).sort((a, b) => a - b);
    const count = (name: 'lost' | 'duplicates' | 'stale') =>
      own.reduce((sum, figures) => sum + figures[name].length, 0);
    return [
      {
        kind,
        rounds: own.length,
        p50Ms: Math.round(outages[Math.floor((outages.length - 1) / 2)] ?? 0),
        maxMs: Math.round(outages.at(-1) ?? 0),
        lost: count('lost'),
        duplicates: count('duplicates'),
        stale: count('stale'),
        offers: {
          answered: own.reduce((sum, { offers }) => sum + offers.answered, 0),
          refused: own.reduce((sum, { offers }) => sum + offers.refused, 0),
        },
      },
    ];
  });
}

export function tableOf(rows: readonly Row[]): string {
  const head = [
    'fault',
    'rounds',
    'outage p50',
    'max',
    'lost',
    'duplicates',
    'stale',
    'rang on',
    'refused',
  ];
  const cells = rows.map((row) => [
    row.kind,
    String(row.rounds),
    `${row.p50Ms} ms`,
    `${row.maxMs} ms`,
    ...[row.lost, row.duplicates, row.stale].map(String),
    ...[row.offers.answered, row.offers.refused].map(String),
  ]);
  const widths = head.map((name, at) =>
    Math.max(name.length, ...cells.map((line) => (line[at] ?? '').length)),
  );
  const format = (line: readonly string[]) =>
    line
      .map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
      .join('  ');
  return [head, ...cells].map(format).join('\n');
}

/** A sentence for each goal that is missed. */
export function missesOf(
  judged: readonly Judged[],
  rows: readonly Row[],
  histories: HistoryFigures,
): string[] {
  const misses: string[] = [];
  for (const { round, figures } of judged)
    for (const doubt of figures.doubts)
      misses.push(`${round.kind} ${round.victim}: not measured: ${doubt}`);
  if (histories.appearances === 0) misses.push('no appearance was seen in the logs');
  for (const row of rows) {
    const { p50, max } = GOALS[row.kind] ?? {};
    if (p50 !== undefined && row.p50Ms > p50)
      misses.push(`${row.kind}: outage p50 ${row.p50Ms} ms, goal ${p50} ms`);
    if (max !== undefined && row.maxMs > max)
      misses.push(
        `${row.kind}: outage max ${row.maxMs} ms, goal ${max} ms${excuse(row.kind, judged)}`,
      );
    for (const name of ['lost', 'duplicates', 'stale'] as const)
      if (row[name] > 0) misses.push(`${row.kind}: ${name} ${row[name]}, goal 0`);
  }
  if (histories.doubles.length > 0)
    misses.push(`appearances given twice at one time: ${histories.doubles.length}, goal 0`);
  if (histories.wrong.length > 0)
    misses.push(`histories that are not linearizable: ${histories.wrong.length}, goal 0`);
  return misses;
}

/** A round that missed a goal while the machine stood still says little of us; it is a miss all the same. */
function excuse(kind: FaultKind, judged: readonly Judged[]): string {
  const stalls = judged
    .filter(({ round }) => round.kind === kind)
    .map(({ round }) => round.stallMs);
  const longestMs = Math.max(...stalls);
  return longestMs < STALL_MS ? '' : ` (the machine stood still for up to ${longestMs} ms)`;
}

export function jsonOf(
  judged: readonly Judged[],
  rows: readonly Row[],
  histories: HistoryFigures,
  evidence: Evidence,
  about: object,
): string {
  const rounds = judged.map(({ round, figures }) => ({
    kind: round.kind,
    victim: round.victim,
    stallMs: round.stallMs,
    ...figures,
  }));
  const { calls } = evidence;
  const answered = calls.filter(({ answeredMs }) => answeredMs !== undefined).length;
  const counts = { calls: calls.length, answered };
  return `${JSON.stringify({ ...about, counts, rows, histories, rounds }, null, 2)}\n`;
}
