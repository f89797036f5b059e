/**
 * What becomes of a running manager's directory when another one is to count: the same object, with other
 * content, since everybody who looks something up there holds it; and what differs, for whoever has made
 * something of it.
 */
import { finish, STEP, type Work } from '../base/work.ts';
import type { Directory } from './directory.ts';
import type { Numbering } from './numbering.ts';
import type { Orbits } from './parking/orbit.ts';

/** Keys of what is new, another, or no more. `before`: as it was; `after`: as it is. */
export type DirectoryChange = {
  readonly before: Directory;
  readonly after: Directory;
  readonly lines: ReadonlySet<string>;
  /** Also those whose seats are others: members, before or after, of a line that differs. */
  readonly devices: ReadonlySet<string>;
  readonly gateways: ReadonlySet<string>;
};

/** How deep an entry of a directory goes at most, and then some. */
const DEPTH_MAX = 16;

/** A directory that has, where it says the same as the one before, the very objects of that; and what it does not. */
export type Unified = {
  readonly before: Directory;
  readonly directory: Directory;
  readonly lines: ReadonlySet<string>;
  readonly devices: ReadonlySet<string>;
  readonly gateways: ReadonlySet<string>;
};

/** Of a directory that is about to count: what takes long, made aside. */
export type Ready = { readonly unified: Unified | undefined; readonly numbering: Numbering };

/**
 * `next` with the objects of `before` where nothing differs, so that comparing costs nothing from then on, and what has
 * been made of them is good still.
 */
export function* unify(before: Directory, next: Directory): Work<Unified> {
  const lines = yield* merge(before.lines, next.lines);
  const devices = yield* merge(before.devices, next.devices);
  const gateways = yield* merge(before.gateways, next.gateways);
  const users = yield* merge(before.users, next.users);
  const kept = <Part extends keyof Directory>(part: Part) =>
    isSame(before[part], next[part]) ? before[part] : next[part];
  const directory: Directory = {
    ...next,
    // What nothing else has been made of need not be another object.
    routeLists: kept('routeLists'),
    hunts: kept('hunts'),
    orbits: isSameOrbits(before.orbits, next.orbits) ? before.orbits : next.orbits,
    pickupGroups: kept('pickupGroups'),
    routePlan: kept('routePlan'),
    lines: lines.all,
    devices: devices.all,
    gateways: gateways.all,
    users: users.all,
  };
  return {
    before,
    directory,
    lines: lines.changed,
    devices: devices.changed,
    gateways: gateways.changed,
  };
}

/**
 * Gives `live` the content of `next`: at once, so that nobody sees half of it. `unified`: that, with what `live` has,
 * made ready aside.
 */
export function changeDirectory(
  live: Directory,
  next: Directory,
  unified?: Unified,
): DirectoryChange {
  const before = { ...live };
  const isReady = unified?.directory === next && haveSame(before, unified.before);
  const {
    directory,
    lines,
    devices: changed,
    gateways,
  } = isReady ? unified : finish(unify(before, next));
  Object.assign(live, directory);
  const devices = new Set(changed);
  for (const number of lines)
    for (const each of [before, live])
      for (const { device } of each.lines.get(number)?.members ?? []) devices.add(device);
  return { before, after: live, lines, devices, gateways };
}

/** What is large is the very same. */
function haveSame(one: Directory, other: Directory): boolean {
  const areNumbers = one.lines === other.lines && one.users === other.users;
  return areNumbers && one.devices === other.devices && one.gateways === other.gateways;
}

function isSameOrbits(one: Orbits, other: Orbits): boolean {
  return isSame({ ...one, numbers: [...one.numbers] }, { ...other, numbers: [...other.numbers] });
}

/** As `after`, in its order, with the objects of `before` where nothing differs. */
function* merge<T>(
  before: ReadonlyMap<string, T>,
  after: ReadonlyMap<string, T>,
): Work<{ readonly all: ReadonlyMap<string, T>; readonly changed: ReadonlySet<string> }> {
  const changed = new Set<string>();
  const others: [string, T][] = [];
  let left = 0;
  for (const [key, next] of after) {
    if (++left % STEP === 0) yield;
    const known = before.get(key);
    if (known === undefined || !isSame(known, next)) changed.add(key);
    else if (known !== next) others.push([key, known]);
  }
  for (const key of before.keys()) {
    if (++left % STEP === 0) yield;
    if (!after.has(key)) changed.add(key);
  }
  if (changed.size === 0) return { all: before, changed };
  if (others.length === 0) return { all: after, changed };
  const all = new Map<string, T>();
  for (const [key, next] of after) {
    if (++left % STEP === 0) yield;
    all.set(key, next);
  }
  for (const [key, known] of others) all.set(key, known);
  return { all, changed };
}

/** Whether two values of plain data, or maps of such, say the same in the same order. What is no plain data is the same only as itself. */
export function isSame(a: unknown, b: unknown, depth = 0): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (depth > DEPTH_MAX) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((item, at) => isSame(item, b[at], depth + 1));
  }
  if (a instanceof Map && b instanceof Map)
    return isSame([...a.entries()], [...b.entries()], depth + 1);
  if (a instanceof Map || b instanceof Map || a instanceof Set || b instanceof Set) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every(
    (key) => Object.hasOwn(b, key) && isSame(Reflect.get(a, key), Reflect.get(b, key), depth + 1),
  );
}
