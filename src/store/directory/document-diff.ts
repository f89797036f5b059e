/**
 * What differs between two versions of a directory: entry by entry, in words and as unified text. What a
 * password is computed to is not shown, only that it is another.
 */
import { createHash } from 'node:crypto';
import { stringify } from 'yaml';
import { type Document, formatItem, type Item, pathOf } from './document.ts';

export type EntryChange = {
  readonly change: 'added' | 'removed' | 'changed';
  /** `line 2001`, `device ana`, `pattern 9.0XX in partition office`. */
  readonly what: string;
  readonly path: readonly string[];
  /** One for each value that differs: `appearances: 4 -> 6`. */
  readonly details: readonly string[];
  /** Unified: lines that begin with '+', '-' or ' '. */
  readonly text: readonly string[];
};

const NOUNS: Readonly<Record<string, string>> = {
  lines: 'line',
  devices: 'device',
  gateways: 'gateway',
  hunts: 'hunt',
  pickup_groups: 'pickup group',
};
/** Parts of the route plan whose key is no plural of that. */
const PARTS: Readonly<Record<string, string>> = { search: 'search space', valid: 'time of day' };
/** Lines of one entry that are compared line by line; beyond that all go and all come. */
const LINES_MAX = 400;

/** In the order of `after`, what is gone last. */
export function diffDocuments(before: Document, after: Document): EntryChange[] {
  const known = new Map(before.map((item) => [keyOf(item), item]));
  const changes: EntryChange[] = [];
  const met = new Set<string>();
  for (const item of after) {
    const key = keyOf(item);
    const was = known.get(key);
    met.add(key);
    if (was === undefined) changes.push(changeOf('added', item, undefined, item));
    else if (!isSameItem(was, item)) changes.push(changeOf('changed', item, was, item));
  }
  for (const [key, item] of known)
    if (!met.has(key)) changes.push(changeOf('removed', item, item, undefined));
  const order = orderChange(before, after);
  return order === undefined ? changes : [...changes, order];
}

/** `2 lines added, 1 device changed`; '' when nothing differs. */
export function summaryOf(changes: readonly EntryChange[]): string {
  const counts = new Map<string, number>();
  for (const { change, path } of changes) {
    const word = `${nounOf(path)} ${change}`;
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return [...counts]
    .map(([word, count]) => `${count} ${count === 1 ? word : word.replace(/ (?=\w+$)/, 's ')}`)
    .join(', ');
}

/** An earlier pattern wins over an equally specific one: what is the same in another order is not the same. */
function orderChange(before: Document, after: Document): EntryChange | undefined {
  const keys = (document: Document) =>
    document.filter(([section]) => section === 'route_plan').map(keyOf);
  const [was, is] = [keys(before), keys(after)];
  const now = new Set(is);
  const common = new Set(was.filter((key) => now.has(key)));
  const [first, second] = [was, is].map((list) => list.filter((key) => common.has(key)).join('\n'));
  if (first === second) return undefined;
  return {
    change: 'changed',
    what: 'order of the route plan',
    path: ['route_plan'],
    details: ['its entries stand in another order'],
    text: [],
  };
}

function changeOf(
  change: EntryChange['change'],
  item: Item,
  before: Item | undefined,
  after: Item | undefined,
): EntryChange {
  const path = pathOf(item);
  const was = before && shown(before.at(-1));
  const is = after && shown(after.at(-1));
  const details: string[] = [];
  if (change === 'changed') compare(was, is, '', details);
  return {
    change,
    what: whatOf(path),
    path,
    details,
    text: unified(yamlOf(path, was), yamlOf(path, is)),
  };
}

export function whatOf(path: readonly string[]): string {
  const [section = '', ...keys] = path;
  const noun = NOUNS[section];
  if (noun !== undefined) return `${noun} ${keys.join(' ')}`;
  const [part = '', ...rest] = keys;
  if (section === 'route_plan' && part === 'partitions' && rest.length > 1)
    return `pattern ${rest.slice(1).join(' ')} in partition ${rest[0]}`;
  if (section === 'route_plan' && rest.length > 0) return `${nounOf(path)} ${rest.join(' ')}`;
  return path.join(' ').replaceAll('_', ' ');
}

function nounOf([section = '', part = '', ...rest]: readonly string[]): string {
  if (section === 'route_plan' && part === 'partitions')
    return rest.length > 1 ? 'pattern' : 'partition';
  if (section === 'route_plan' && part !== '')
    return PARTS[part] ?? part.replace(/s$/, '').replaceAll('_', ' ');
  return NOUNS[section] ?? section.replaceAll('_', ' ');
}

function keyOf(item: Item): string {
  return JSON.stringify(pathOf(item));
}

function isSameItem(a: Item, b: Item): boolean {
  return formatItem(a) === formatItem(b) || canonical(a.at(-1)) === canonical(b.at(-1));
}

/** As text, whatever the order of keys. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/** With secrets made unreadable, and told apart all the same. */
function shown(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shown);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      key === 'ha1' || key === 'password' ? fingerprint(inner) : shown(inner),
    ]),
  );
}

function fingerprint(secret: unknown): string {
  const hash = createHash('sha256').update(canonical(secret)).digest('hex');
  return `(secret ${hash.slice(0, 6)})`;
}

function compare(before: unknown, after: unknown, at: string, details: string[]): void {
  if (canonical(before) === canonical(after)) return;
  if (isMap(before) && isMap(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)]))
      compare(before[key], after[key], at === '' ? key : `${at}.${key}`, details);
    return;
  }
  const name = at === '' ? '' : `${at}: `;
  if (/(^|\.)(ha1|password)$/.test(at)) details.push(`${name}another password`);
  else if (before === undefined) details.push(`${name}${inline(after)} added`);
  else if (after === undefined) details.push(`${name}${inline(before)} removed`);
  else details.push(`${name}${inline(before)} -> ${inline(after)}`);
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function inline(value: unknown): string {
  return typeof value === 'string' ? value || "''" : JSON.stringify(value);
}

function yamlOf(path: readonly string[], value: unknown): readonly string[] {
  if (value === undefined) return [];
  const nested = path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
  return stringify(nested, { lineWidth: 0 }).trimEnd().split('\n');
}

/** By the longest common subsequence. */
export function unified(before: readonly string[], after: readonly string[]): string[] {
  if (before.length > LINES_MAX || after.length > LINES_MAX)
    return [...before.map((line) => `-${line}`), ...after.map((line) => `+${line}`)];
  const columns = after.length + 1;
  const lengths = new Uint32Array((before.length + 1) * columns);
  const at = (i: number, j: number): number => lengths[i * columns + j] ?? 0;
  for (let i = before.length - 1; i >= 0; i--)
    for (let j = after.length - 1; j >= 0; j--)
      lengths[i * columns + j] =
        before[i] === after[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  const lines: string[] = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    if (i < before.length && j < after.length && before[i] === after[j]) {
      lines.push(` ${before[i]}`);
      i++;
      j++;
    } else if (i < before.length && (j >= after.length || at(i + 1, j) >= at(i, j + 1)))
      lines.push(`-${before[i++]}`);
    else lines.push(`+${after[j++]}`);
  }
  return lines;
}
