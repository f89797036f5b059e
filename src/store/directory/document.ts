/**
 * A directory as it is kept and exported: its entries as they were given, in their order, with ranges
 * spread out and passwords replaced by what is computed from them. Each item is a path of keys and the
 * value there; as text it is one line of JSON.
 */
import {
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  Pair,
  Scalar,
  YAMLMap,
  YAMLSeq,
} from 'yaml';
import { finish, type Work } from '../../base/work.ts';
import type { Gateway } from '../../call/routing/gateway.ts';
import { entriesOf, type Located, plain, rootOf, type Source } from '../document.ts';
import type { DeviceDraft } from './devices.ts';

/** `["devices", "1001", { "number": "1001" }]`: the last one is the value. */
export type Item = readonly [string, ...unknown[]];
export type Document = readonly Item[];

/** Maps below that many keys are values, or entries of their own. */
function depthOf([section, part]: readonly string[]): number {
  if (section !== 'route_plan') return 2;
  return part === 'partitions' ? 4 : 3;
}

/** Whether a map at that path holds items. */
function isOpen(path: readonly string[]): boolean {
  return path.length === 0 || path.length < depthOf(path);
}

/** Of files without a problem in them. `drafts`, `gateways`: their devices and gateways. */
export function documentOf(
  sources: readonly Source[],
  drafts: ReadonlyMap<string, DeviceDraft>,
  gateways: ReadonlyMap<string, Gateway>,
): Document {
  const items: Item[] = [];
  for (const source of sources) gatherItems(rootOf(source), [], items);
  const families = new Map<string, DeviceDraft[]>();
  for (const draft of drafts.values()) {
    const family = families.get(draft.entry.key);
    if (family) family.push(draft);
    else families.set(draft.entry.key, [draft]);
  }
  return items.flatMap((item): Item[] => {
    const [section, key, value] = item;
    if (typeof key !== 'string') return [item];
    if (section === 'gateways') return [[section, key, gatewayOf(gateways.get(key), value)]];
    if (section !== 'devices') return [item];
    return (families.get(key) ?? []).map((draft) => ['devices', draft.id, deviceOf(draft, value)]);
  });
}

/** What the entry says, for this device alone. */
function deviceOf({ user, name, number, ha1, entry, id }: DeviceDraft, given: unknown): object {
  const { password, ...rest } = given as Record<string, unknown>;
  const filled = {
    ...rest,
    ...('user' in rest && { user }),
    ...('name' in rest && { name }),
    ...('number' in rest && { number }),
  };
  // What is given counts letter by letter where it says nothing else.
  const own = entry.key === id ? rest : filled;
  return password === undefined ? own : { ...own, ha1 };
}

/** What the entry says, its password good for its realm only. */
function gatewayOf(gateway: Gateway | undefined, given: unknown): unknown {
  const { secret } = gateway ?? {};
  if (typeof given !== 'object' || given === null || secret === undefined) return given;
  const { MD5: md5, 'SHA-256': sha256, 'SHA-512-256': sha512 } = secret.ha1;
  const ha1 = { md5, sha256, sha512_256: sha512 };
  return { ...given, auth: { user: secret.user, realm: secret.realm, ha1 } };
}

function gatherItems(at: Located, path: readonly string[], items: Item[]): void {
  const node = at.source.resolve(at.node);
  if (isOpen(path) && isMap(node) && node.items.length > 0) {
    for (const entry of entriesOf(at, [])) gatherItems(entry.value, [...path, entry.key], items);
    return;
  }
  // A section without entries says nothing.
  const isSection = path.length < 2 || (path.length === 2 && path[0] === 'route_plan');
  if (isSection && isOpen(path) && (node === undefined || isMap(node))) return;
  const [first, ...rest] = path;
  if (first !== undefined) items.push([first, ...rest, plain(at, [])]);
}

export function formatItem(item: Item): string {
  return JSON.stringify(item);
}

/** Undefined: it is no item. */
export function readItem(text: string): Item | undefined {
  try {
    const given: unknown = JSON.parse(text);
    return isItem(given) ? given : undefined;
  } catch {
    return undefined;
  }
}

/** Of lines; what is no item is left out. */
export function readItems(lines: Iterable<string>): Item[] {
  const items: Item[] = [];
  for (const line of lines) {
    const item = readItem(line);
    if (item !== undefined) items.push(item);
  }
  return items;
}

/** Keys are text, and so is every scalar in the value. */
export function isItem(given: unknown): given is Item {
  if (!Array.isArray(given) || given.length < 2 || given.length > 6) return false;
  const path: readonly unknown[] = given.slice(0, -1);
  return path.every((key) => typeof key === 'string') && isValue(given.at(-1), 0);
}

const DEPTH_MAX = 12;

function isValue(value: unknown, depth: number): boolean {
  if (typeof value === 'string') return true;
  if (typeof value !== 'object' || value === null || depth > DEPTH_MAX) return false;
  return Object.values(value).every((inner) => isValue(inner, depth + 1));
}

/** The keys that an item is found by. */
export function pathOf(item: Item): readonly string[] {
  return item.slice(0, -1) as string[];
}

type Placed = { readonly path: readonly string[]; readonly pair: Pair<Scalar, Node> };

/** Lines that are parsed at a time. */
const LINES_STEP = 256;

/**
 * Makes of items what the loader reads. Of an item that it has seen before it gives the same node, so
 * that what the loader knows of it is known still.
 */
export class DocumentNodes {
  #placed = new Map<string, Placed>();

  /** Whether the line is an item of what was read last. */
  has(line: string): boolean {
    return this.#placed.has(line);
  }

  /** As if it were one file of that name. `lines`: items as text; what is none is left out. */
  sourceOf(file: string, lines: readonly string[]): Source {
    return finish(this.sourcing(file, lines));
  }

  /** The same in steps. */
  *sourcing(file: string, lines: readonly string[]): Work<Source> {
    const root = new YAMLMap<Scalar, Node>();
    const placed = new Map<string, Placed>();
    const maps = new Map<string, YAMLMap<Scalar, Node>>([['', root]]);
    let left = 0;
    for (const line of lines) {
      if (++left % LINES_STEP === 0) yield;
      const item = this.#placed.get(line) ?? placeOf(line);
      if (item === undefined) continue;
      placed.set(line, item);
      const { path, pair } = item;
      // A map without anything in it may be another item's map.
      if (isMap(pair.value) && pair.value.items.length === 0) {
        const key = String(pair.key.value);
        if (path.length === 0 || isOpen([...path, key])) {
          mapAt(maps, [...path, key]);
          continue;
        }
      }
      mapAt(maps, path).items.push(pair);
    }
    this.#placed = placed;
    const lineCounter = new LineCounter();
    lineCounter.addNewLine(0);
    return {
      file,
      lines: lineCounter,
      root,
      sound: true,
      resolve: (node) => (isMap(node) || isSeq(node) || isScalar(node) ? node : undefined),
    };
  }
}

function placeOf(line: string): Placed | undefined {
  const item = readItem(line);
  if (item === undefined) return undefined;
  const keys = pathOf(item);
  const key = keys.at(-1) ?? '';
  return { path: keys.slice(0, -1), pair: new Pair(new Scalar(key), nodeOf(item.at(-1))) };
}

function mapAt(
  maps: Map<string, YAMLMap<Scalar, Node>>,
  path: readonly string[],
): YAMLMap<Scalar, Node> {
  const name = path.join('\n');
  const known = maps.get(name);
  if (known !== undefined) return known;
  const map = new YAMLMap<Scalar, Node>();
  maps.set(name, map);
  const pair = new Pair<Scalar, Node>(new Scalar(path.at(-1)), map);
  mapAt(maps, path.slice(0, -1)).items.push(pair);
  return map;
}

function nodeOf(value: unknown): Node {
  if (Array.isArray(value)) {
    const sequence = new YAMLSeq();
    sequence.items = value.map(nodeOf);
    return sequence;
  }
  if (typeof value !== 'object' || value === null) return new Scalar(value);
  const map = new YAMLMap<Scalar, Node>();
  for (const [key, inner] of Object.entries(value))
    map.items.push(new Pair(new Scalar(key), nodeOf(inner)));
  return map;
}
