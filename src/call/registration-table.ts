/**
 * Registration information table: number to the line control process, or processes, that control it
 * (US 7,145,899, claims 5, 21, 40, 54, 67, 74). Digit analysis reads it and nothing else.
 *
 * Every manager holds the whole table in memory. This is that copy, of what the cluster's table says;
 * nobody else changes it.
 */
import type { TableEntry } from '../process/cluster.ts';
import { type Home, homeOf, type Pid, readPid } from '../process/pid.ts';

/** Processes of one line: more managers than a cluster has. */
export const LCPS_MAX = 256;

/** Where a number is controlled. Revisions rise with every change of the table and are never reused. */
export type LineLocation =
  /** One process in the cluster. Its revision is its epoch. */
  | { readonly mode: 'single'; readonly lcp: Pid; readonly revision: number }
  /** One process per manager, the oldest first. Never empty. `latest`: the highest revision that any of them has had. */
  | {
      readonly mode: 'replicated';
      readonly lcps: readonly LocalLcp[];
      readonly latest: number;
    };

/** A manager's own line control process of a replicated line. */
export type LocalLcp = { readonly lcp: Pid; readonly revision: number };

export class RegistrationTable {
  readonly #locations = new Map<string, LineLocation>();
  /**
   * What there is of a line in the mode that it was in before, while its directory changes at one manager after the
   * other: who claimed the number last has it. So all managers agree, whatever they have seen come and go.
   */
  readonly #overtaken = new Map<string, LineLocation>();
  /** Numbers that are expected to be controlled again soon, and since when. The first came first. */
  readonly #lost = new Map<string, number>();

  /** Numbers that are controlled somewhere. */
  get size(): number {
    return this.#locations.size;
  }

  find(number: string): LineLocation | undefined {
    return this.#locations.get(number);
  }

  entries(): IterableIterator<[string, LineLocation]> {
    return this.#locations.entries();
  }

  /** What the cluster's table says of `key` now. Returns the number that is controlled elsewhere with that. */
  set(key: string, entry: TableEntry | undefined): string | undefined {
    const known = readKey(key);
    if (known === undefined) return undefined;
    const { number, home } = known;
    const lcp = entry && readPid(entry.value);
    // Who enters another manager's process is out of order.
    if (entry !== undefined && (lcp === undefined || homeOf(lcp) !== entry.owner)) return undefined;
    const local = entry && lcp && { lcp, revision: entry.revision };
    const mode = home === undefined ? 'single' : 'replicated';
    const [now, other] = this.#ofMode(number, mode);
    const next =
      home === undefined
        ? local && ({ mode: 'single', ...local } as const)
        : replicated(now, home, local);
    const isOther = other !== undefined && (next === undefined || since(other) > since(next));
    const before = this.#locations.get(number);
    enter(this.#locations, number, isOther ? other : next);
    enter(this.#overtaken, number, isOther ? next : other);
    // What becomes of the processes of the other mode is no news of the line.
    return isOther && before === other ? undefined : number;
  }

  /** What there is in that mode, and in the other one. */
  #ofMode(number: string, mode: LineLocation['mode']): readonly (LineLocation | undefined)[] {
    const location = this.#locations.get(number);
    const overtaken = this.#overtaken.get(number);
    return location?.mode === mode ? [location, overtaken] : [overtaken, location];
  }

  /** Whoever controlled `number` is gone, and somebody is to take its place. */
  lose(number: string, nowMs: number): void {
    this.#lost.delete(number);
    this.#lost.set(number, nowMs);
  }

  isLost(number: string): boolean {
    return this.#lost.has(number);
  }

  /** A number that is controlled again, or has been lost for too long. */
  forget(number: string): void {
    this.#lost.delete(number);
  }

  /** Numbers that were lost at `untilMs` or before, and the time of the first one that was lost later. */
  lostUntil(untilMs: number): { readonly numbers: readonly string[]; readonly nextMs?: number } {
    const numbers: string[] = [];
    for (const [number, sinceMs] of this.#lost) {
      if (sinceMs > untilMs) return { numbers, nextMs: sinceMs };
      numbers.push(number);
    }
    return { numbers };
  }
}

function replicated(
  known: LineLocation | undefined,
  home: Home,
  local: LocalLcp | undefined,
): LineLocation | undefined {
  const before = known?.mode === 'replicated' ? known : undefined;
  const lcps = (before?.lcps ?? []).filter(({ lcp }) => homeOf(lcp) !== home);
  if (local !== undefined) lcps.push(local);
  lcps.sort((one, other) => one.revision - other.revision);
  if (lcps.length === 0) return undefined;
  const latest = Math.max(before?.latest ?? 0, local?.revision ?? 0);
  return { mode: 'replicated', lcps, latest };
}

/** The revision of the last claim that is there still. */
function since(location: LineLocation): number {
  return location.mode === 'single'
    ? location.revision
    : Math.max(...location.lcps.map(({ revision }) => revision));
}

function enter(
  map: Map<string, LineLocation>,
  number: string,
  location: LineLocation | undefined,
): void {
  if (location === undefined) map.delete(number);
  else map.set(number, location);
}

/** The key of a number in the cluster's table; `home`: of a replicated line's process there. */
export function keyOf(number: string, home?: Home): string {
  const name = encodeURIComponent(number);
  return home === undefined ? `s/${name}` : `m/${name}/${home}`;
}

const KEY = /^(?:s\/([^/]+)|m\/([^/]+)\/([^/]+))$/;

function readKey(key: string): { readonly number: string; readonly home?: Home } | undefined {
  const [, single, replicated, home] = KEY.exec(key) ?? [];
  const name = single ?? replicated;
  if (name === undefined) return undefined;
  try {
    const number = decodeURIComponent(name);
    return home === undefined ? { number } : { number, home };
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

/** The process to which a call to the line goes first. */
export function firstLcp(location: LineLocation): Pid | undefined {
  return location.mode === 'single' ? location.lcp : location.lcps[0]?.lcp;
}

/**
 * Of a replicated line's processes: a later list has a higher one, and two managers that have the same one
 * have the same list. An entry that goes has no revision of its own; but since the latest one came,
 * others only went. So it does not matter whether a manager has seen each of them come and go, or in which
 * order, as long as the latest did not come and go unseen.
 */
export function revisionOf({
  lcps,
  latest,
}: Extract<LineLocation, { mode: 'replicated' }>): number {
  return latest * (LCPS_MAX + 1) - lcps.length;
}

/** The process of the line that devices of the manager `home` attach to. */
export function lcpFor(location: LineLocation | undefined, home: Home): LocalLcp | undefined {
  if (location?.mode === 'single') return location;
  return location?.lcps.find(({ lcp }) => homeOf(lcp) === home);
}
