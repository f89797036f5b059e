/** `cdr ls`, `cdr tail` and `cdr export`: what became of calls. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Access, findOwnAccess } from '../http/access-file.ts';
import type { ClusterRows, ManagerRow } from '../http/manager-view.ts';
import { COLUMN_NAMES } from '../store/cdr/entry.ts';
import { fetchJson, findManager, type Target } from './api-client.ts';
import { CommandError, EXIT } from './exit-code.ts';
import { type Column, type Format, formatRows } from './output.ts';
import { ASTERISK, BRIEF, FREESWITCH, type RecordRow, textOf } from './record-formats.ts';

export type RecordFilter = {
  /** ISO 8601, or milliseconds since 1970. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly number?: string | undefined;
  /** A call's id, or the SIP Call-ID of one of its legs. */
  readonly call?: string | undefined;
};

/** `all`: of every manager of the cluster, also where one is named; absent: unless one is. */
type RecordTarget = Target & { readonly all?: boolean | undefined };

export type RecordOptions = RecordTarget & RecordFilter & { readonly limit: number };
export type ExportFormat = 'json' | 'csv' | 'asterisk' | 'freeswitch';

const PAGE = 1000;
const LOOK_MS = 1000;
const LATE_ROWS = 200;
const SEEN_MAX = 100_000;

const FULL: readonly Column<RecordRow>[] = ['duration', 'talk', ...COLUMN_NAMES].map((head) => ({
  head,
  cell: (row) => textOf(row, head),
}));

/** Those that are meant, of all managers that are meant: one for each call. */
export async function findRecords(options: RecordOptions): Promise<readonly RecordRow[]> {
  return latest(await sourcesOf(options), options);
}

/** The latest `limit` of them, oldest first. */
export async function listRecords(
  options: RecordOptions & { readonly output: Format },
): Promise<string> {
  const rows = await findRecords(options);
  return formatRows(rows, options.output === 'csv' ? FULL : BRIEF, options.output);
}

/** The same and, if they are followed, those that come then, until the command is stopped. */
export async function tailRecords(
  options: RecordOptions & { readonly follow: boolean; readonly output: 'table' | 'json' },
  write: (text: string) => void,
): Promise<void> {
  const sources = await sourcesOf(options);
  const show = async (rows: readonly RecordRow[], isFirst: boolean) => {
    if (options.output === 'json')
      return write(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    if (rows.length === 0 && !isFirst) return;
    const table = await formatRows(rows, BRIEF, 'table');
    write(isFirst ? table : table.slice(table.indexOf('\n') + 1));
  };
  await show(await latest(sources, options), true);
  if (!options.follow) return;
  // What has been shown, and where each manager's database has got to.
  const seen = new Set<string>();
  const at = new Map<Source, number>();
  for (const source of sources) {
    const [last] = await page(source, {}, { limit: 1 });
    at.set(source, last?.seq ?? 0);
  }
  const first = new Map(at);
  for (;;) {
    await sleep(LOOK_MS);
    for (const source of sources) {
      // Of what several managers write at the same time a lower number may come later.
      const after = Math.max(0, (at.get(source) ?? 0) - LATE_ROWS);
      const rows = await page(source, options, { after, limit: PAGE });
      const last = rows.at(-1);
      if (last !== undefined) at.set(source, Math.max(last.seq, at.get(source) ?? 0));
      const news = rows.filter(({ id, seq }) => seq > (first.get(source) ?? 0) && !seen.has(id));
      for (const { id } of news) seen.add(id);
      for (const id of seen) {
        if (seen.size <= SEEN_MAX) break;
        seen.delete(id);
      }
      await show(news, false);
    }
  }
}

/** All of them, page by page; of several managers, calls that more than one has had a part in come last. */
export async function exportRecords(
  options: RecordTarget &
    RecordFilter & { readonly format: ExportFormat; readonly header: boolean },
  write: (text: string) => void,
): Promise<void> {
  const sources = await sourcesOf(options);
  const { format, header } = options;
  const several = new Map<string, RecordRow>();
  // Managers with a database in common have the same.
  const seen = new Set<string>();
  let isFirst = true;
  const show = async (rows: readonly RecordRow[]) => {
    if (format === 'json') return write(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    const text = await formatRows(rows, COLUMNS_OF[format], 'csv');
    write(isFirst && header ? text : text.slice(text.indexOf('\n') + 1));
    isFirst = false;
  };
  if (format !== 'json') await show([]);
  for (const source of sources) {
    for (let after = 0; ; ) {
      const rows = await page(source, options, { after, limit: PAGE });
      const last = rows.at(-1);
      if (last === undefined) break;
      after = last.seq;
      const isOne = (row: RecordRow) => sources.length === 1 || isOfOne(row);
      const alone = rows.filter((row) => isOne(row) && !seen.has(row.id));
      if (sources.length > 1) for (const { id } of alone) seen.add(id);
      await show(alone);
      for (const row of rows) if (!isOne(row)) learn(several, row);
    }
  }
  await show([...several.values()].sort(byEnd));
}

/** No other manager has had a part in it: what its own has of it is all there is. */
function isOfOne({ managers }: RecordRow): boolean {
  return Array.isArray(managers) && managers.length === 1;
}

/** Of two managers' words on one call the better one counts, and the other one for what that does not know. */
function learn(known: Map<string, RecordRow>, row: RecordRow): void {
  const before = known.get(row.id);
  if (before === undefined) known.set(row.id, row);
  else known.set(row.id, row.grade > before.grade ? { ...before, ...row } : { ...row, ...before });
}

function byEnd(a: RecordRow, b: RecordRow): number {
  return textOf(a, 'ended') < textOf(b, 'ended') ? -1 : 1;
}

const COLUMNS_OF: Readonly<Record<Exclude<ExportFormat, 'json'>, readonly Column<RecordRow>[]>> = {
  csv: FULL,
  asterisk: ASTERISK,
  freeswitch: FREESWITCH,
};

/** Where a manager's records are asked for: there, or, of `manager`, at another one of its cluster. */
type Source = { readonly access: Access; readonly manager?: string };

/** The one that is meant, or all of its cluster. */
async function sourcesOf(target: RecordTarget): Promise<readonly Source[]> {
  const isNamed =
    (target.url ?? process.env['LINEWRIGHT_URL'] ?? target.manager ?? target.accessFolder) !==
    undefined;
  const isAll = target.all ?? !isNamed;
  const one = findManager(target, process.env, isAll ? 'cluster' : 'manager');
  if (!isAll || (!isNamed && one.cluster === undefined)) return [{ access: one }];
  const here = findOwnAccess(process.env).filter(
    ({ cluster }) => cluster !== undefined && cluster === one.cluster,
  );
  const members = await membersOf(one);
  const others = members.filter((manager) => !here.some(({ id }) => id === manager));
  // A question that is none is refused by the first.
  return [
    ...here.map((access) => ({ access })),
    ...others.map((manager) => ({ access: one, manager })),
  ];
}

async function membersOf(access: Access): Promise<readonly string[]> {
  const answer = await fetchJson(access, '/managers');
  // Our own API of our own version: its row types are the contract.
  const { items } = answer as ClusterRows<ManagerRow>;
  return items.filter(({ state }) => state !== 'gone').map(({ id }) => id);
}

/** Those of which it has been said that they do not answer. */
const silent = new WeakSet<Source>();

/** What another manager cannot say is missing, and that is said; what this one cannot is an error. */
async function page(source: Source, ...asked: Asking): Promise<readonly RecordRow[]> {
  try {
    return await fetchPage(source, ...asked);
  } catch (error) {
    if (source.manager === undefined || !(error instanceof CommandError)) throw error;
    if (!silent.has(source)) process.stderr.write(`not complete: ${error.message}\n`);
    silent.add(source);
    return [];
  }
}

/** Of several managers, one entry for each call: the one that knows best. */
async function latest(
  sources: readonly Source[],
  options: RecordOptions,
): Promise<readonly RecordRow[]> {
  const [first, ...others] = sources;
  const ask = (source: Source) => page(source, options, { limit: options.limit });
  const own = first === undefined ? [] : await ask(first);
  const pages = [own, ...(await Promise.all(others.map(ask)))];
  if (pages.length === 1) return pages.flat();
  const best = new Map<string, RecordRow>();
  for (const row of pages.flat()) learn(best, row);
  return [...best.values()].sort(byEnd).slice(-options.limit);
}

type Asking = readonly [RecordFilter, more: { readonly after?: number; readonly limit: number }];

async function fetchPage(
  { access, manager }: Source,
  ...[{ from, to, number, call }, more]: Asking
): Promise<readonly RecordRow[]> {
  const query = new URLSearchParams({ limit: String(more.limit) });
  if (manager !== undefined) query.set('manager', manager);
  if (more.after !== undefined) query.set('after', String(more.after));
  if (from !== undefined) query.set('from', from);
  if (to !== undefined) query.set('to', to);
  if (number !== undefined) query.set('number', number);
  if (call !== undefined) query.set('call', call);
  const answer = await fetchJson(access, `/records?${query}`);
  const items: unknown =
    typeof answer === 'object' && answer !== null ? Reflect.get(answer, 'items') : undefined;
  if (!Array.isArray(items))
    throw new CommandError(EXIT.failed, `${access.url} is of another release`);
  // Our own API of our own version: its row types are the contract.
  return items as readonly RecordRow[];
}
