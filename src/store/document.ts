/**
 * YAML (and so JSON) files whose values remember where they stand.
 *
 * Scalars are text, whatever they look like ('failsafe' schema): a number `0800` keeps its zero, a
 * password `1234` is a password and `off` is not false. What a value has to be, its schema says.
 * Duplicate keys are found here and not by the YAML library, whose check is quadratic.
 */
import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  visit,
} from 'yaml';
import { paced, type Work } from '../base/work.ts';
import type { Place, Problem } from './problem.ts';
import { topOf } from './problem.ts';

/** A file that was read: its root's entries can be asked for. `sound`: no syntax error in it. */
export type Source = {
  readonly file: string;
  readonly lines: LineCounter;
  readonly root: Node | undefined;
  readonly sound: boolean;
  /** Follows an alias to what it stands for. */
  resolve(node: unknown): Node | undefined;
};

/** A value and where it stands. `node` undefined: a key with nothing behind it. */
export type Located = {
  readonly source: Source;
  readonly node: Node | undefined;
  readonly place: Place;
};

/** A key of a map with its value. */
export type Entry = { readonly key: string; readonly place: Place; readonly value: Located };

/** Aliases of aliases multiply: beyond these limits a file means no good. */
const ALIASES_MAX = 100_000;
const DEPTH_MAX = 16;

/** Reads `text`; syntax errors go to `problems`. */
export function readSource(file: string, text: string, problems: Problem[]): Source {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    schema: 'failsafe',
    uniqueKeys: false,
    lineCounter: lines,
    prettyErrors: false,
  });
  const report = (offset: number, message: string): void => {
    const { line, col } = lines.linePos(offset);
    problems.push({ place: { file, line, column: col }, message });
  };
  for (const { pos, code, message } of document.errors) {
    if (code === 'MULTIPLE_DOCS') report(pos[0], "expected one document: '---' begins another");
    else report(placeOfFault(text, pos[0], message), firstSentence(message));
  }
  const before = problems.length;
  const alien = text.indexOf('\uFFFD');
  if (alien >= 0) report(alien, 'expected UTF-8: this is no character');
  if (ALIAS.test(text))
    for (const alias of unknownAliases(document))
      report(alias.range?.[0] ?? 0, `nothing before this is called '&${alias.source}'`);
  let aliasesLeft = ALIASES_MAX;
  let targets: ReadonlyMap<unknown, Node> | undefined;
  return {
    file,
    lines,
    root: document.contents ?? undefined,
    sound: document.errors.length === 0 && problems.length === before,
    resolve(node) {
      if (isAlias(node)) {
        targets ??= aliasTargets(document);
        return aliasesLeft-- > 0 ? targets.get(node) : undefined;
      }
      return isMap(node) || isSeq(node) || isScalar(node) ? node : undefined;
    },
  };
}

/** What may be an alias. */
const ALIAS = /(?:^|[\s[{,])\*[^\s,\]}]/m;

/** Those that stand for nothing. */
function unknownAliases(document: Document.Parsed): readonly Alias[] {
  const targets = aliasTargets(document);
  const unknown: Alias[] = [];
  visit(document, {
    Alias(_key, alias) {
      if (!targets.has(alias)) unknown.push(alias);
    },
  });
  return unknown;
}

/** A quote that is never closed is seen at the end of the file: it is where it was opened. */
function placeOfFault(text: string, offset: number, message: string): number {
  const [, quote] = /^Missing closing (["'])quote/.exec(message) ?? [];
  return quote === undefined ? offset : Math.max(0, text.lastIndexOf(quote, offset - 1));
}

/** What each alias stands for: the last node before it with that anchor. One walk for all of them. */
function aliasTargets(document: Document.Parsed): Map<unknown, Node> {
  const anchors = new Map<string, Node>();
  const targets = new Map<unknown, Node>();
  visit(document, {
    Value(_key, node) {
      if (node.anchor !== undefined) anchors.set(node.anchor, node);
    },
    Alias(_key, alias) {
      const target = anchors.get(alias.source);
      if (target) targets.set(alias, target);
    },
  });
  return targets;
}

/** The whole of a file as a value. */
export function rootOf(source: Source): Located {
  const place = source.root ? placeOf(source, source.root) : topOf(source.file);
  return { source, node: source.root, place };
}

/** The entries of a map; what is no map, or has a key twice, is a problem. An empty value is an empty map. */
export function entriesOf(at: Located, problems: Problem[]): Entry[] {
  const entries = new Map<string, Entry>();
  for (const pair of pairsOf(at, problems)) addEntry(at, pair, entries, problems);
  return [...entries.values()];
}

/** The same in steps, for a map that may be large. */
export function* readEntries(at: Located, problems: Problem[]): Work<Entry[]> {
  const entries = new Map<string, Entry>();
  yield* paced(pairsOf(at, problems), (pair) => addEntry(at, pair, entries, problems));
  return [...entries.values()];
}

function pairsOf(at: Located, problems: Problem[]): readonly Pair[] {
  const node = at.source.resolve(at.node);
  if (node === undefined || (isScalar(node) && node.value === '')) return [];
  if (isMap(node)) return node.items;
  problems.push({ place: at.place, message: `expected a map, got ${describe(node)}` });
  return [];
}

function addEntry(at: Located, pair: Pair, entries: Map<string, Entry>, problems: Problem[]): void {
  const { source } = at;
  const keyNode = source.resolve(pair.key);
  const place = keyNode ? placeOf(source, keyNode) : at.place;
  if (!isScalar(keyNode) || typeof keyNode.value !== 'string') {
    problems.push({ place, message: 'expected a plain key' });
    return;
  }
  const key = keyNode.value;
  const first = entries.get(key);
  if (first) {
    const where = `${first.place.line}:${first.place.column}`;
    problems.push({ place, message: `key '${key}' is already given at ${where}` });
    return;
  }
  const value = pair.value === null ? undefined : (pair.value as Node);
  const valuePlace = value ? placeOf(source, value) : place;
  entries.set(key, { key, place, value: { source, node: value, place: valuePlace } });
}

/** The text at `key` of a map, as it is given; undefined: there is none. */
export function textAt({ source, node }: Located, key: string): string | undefined {
  const map = source.resolve(node);
  if (!isMap(map)) return undefined;
  for (const pair of map.items) {
    const keyNode = source.resolve(pair.key);
    if (!isScalar(keyNode) || keyNode.value !== key) continue;
    const value = source.resolve(pair.value);
    return isScalar(value) && typeof value.value === 'string' ? value.value : undefined;
  }
  return undefined;
}

/** As strings, arrays and objects without prototype. Duplicate keys at any depth are problems. */
export function plain(at: Located, problems: Problem[], depth = 0): unknown {
  const node = at.source.resolve(at.node);
  if (node === undefined) return '';
  if (depth > DEPTH_MAX) {
    problems.push({ place: at.place, message: 'nested too deeply' });
    return '';
  }
  if (isScalar(node)) return String(node.value ?? '');
  if (isSeq(node)) {
    return node.items.map((item) => plain({ ...at, node: item as Node }, problems, depth + 1));
  }
  const value: Record<string, unknown> = Object.create(null);
  for (const entry of entriesOf(at, problems))
    value[entry.key] = plain(entry.value, problems, depth + 1);
  return value;
}

/** The items of a list; of what is none, itself. */
export function itemsOf(at: Located): readonly Located[] {
  const { source } = at;
  const node = source.resolve(at.node);
  if (!isSeq(node)) return [at];
  return node.items.map((item) => ({
    source,
    node: item as Node,
    place: placeOf(source, item as Node),
  }));
}

/** Where the value at `path` below `at` stands; of the deepest value on the way if it is not there. */
export function placeAt(at: Located, path: readonly PropertyKey[]): Place {
  return reach(at, path).place;
}

/** Where the key at `path` below `at` stands; if it is not there, the map that lacks it. */
export function keyPlaceAt(at: Located, path: readonly PropertyKey[], key: string): Place {
  const map = reach(at, path);
  const entry = childOf(map, key);
  return entry ? entry.place : map.place;
}

function reach(at: Located, path: readonly PropertyKey[]): Located {
  let found = at;
  for (const step of path) {
    const next = childOf(found, step);
    if (!next) break;
    found = next.value;
  }
  return found;
}

function childOf(at: Located, step: PropertyKey): Entry | undefined {
  const node = at.source.resolve(at.node);
  if (isSeq(node)) {
    const item = node.items[Number(step)] as Node | undefined;
    if (!item) return undefined;
    const place = placeOf(at.source, item);
    return { key: String(step), place, value: { source: at.source, node: item, place } };
  }
  return isMap(node) ? entriesOf(at, []).find((entry) => entry.key === step) : undefined;
}

function placeOf(source: Source, node: Node): Place {
  const { line, col } = source.lines.linePos(node.range?.[0] ?? 0);
  return { file: source.file, line, column: col };
}

/** `a list`, `a map`, `'text'` or `nothing`: for messages. */
function describe(node: Node): string {
  if (isSeq(node)) return 'a list';
  if (isMap(node)) return 'a map';
  const text = isScalar(node) ? String(node.value ?? '') : '';
  return text === '' ? 'nothing' : `'${text.length > 40 ? `${text.slice(0, 40)}…` : text}'`;
}

function firstSentence(message: string): string {
  const line = message.split('\n', 1)[0] ?? '';
  return line.replace(/[:.]$/, '');
}
