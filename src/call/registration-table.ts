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
    // A line that has come back in the other mode has left its former processes behind: their end is no news of it.
    const mode = home === undefined ? 'single' : 'replicated';
    if (local === undefined && (this.#locations.get(number)?.mode ?? mode) !== mode)
      return undefined;
    const location =
      home === undefined
        ? local && ({ mode: 'single', ...local } as const)
        : this.#replicated(number, home, local);
    if (location === undefined) this.#locations.delete(number);
    else this.#locations.set(number, location);
    return number;
  }

  #replicated(number: string, home: Home, local: LocalLcp | undefined): LineLocation | undefined {
    const known = this.#locations.get(number);
    const lcps = (known?.mode === 'replicated' ? known.lcps : []).filter(
      ({ lcp }) => homeOf(lcp) !== home,
    );
    if (local !== undefined) lcps.push(local);
    lcps.sort((one, other) => one.revision - other.revision);
    if (lcps.length === 0) return undefined;
    const before = known?.mode === 'replicated' ? known.latest : 0;
    return { mode: 'replicated', lcps, latest: Math.max(before, local?.revision ?? 0) };
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
