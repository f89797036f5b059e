/**
 * Registration information table: number to the line control process, or processes, that control it
 * (US 7,145,899, claims 5, 21, 40, 54, 67, 74). Digit analysis reads it and nothing else.
 *
 * Every manager holds the whole table in memory. This is that copy: what it says comes from whoever
 * keeps the table true, which on a single manager is its own line manager.
 */
import { type Home, isGone, type Pid } from '../process/pid.ts';

/** Where a number is controlled. Revisions rise with every change of the table and are never reused. */
export type LineLocation =
  /** One process in the cluster. Its revision is its epoch. */
  | { readonly mode: 'single'; readonly lcp: Pid; readonly revision: number }
  /** One process per manager, the oldest first. Never empty. */
  | { readonly mode: 'replicated'; readonly lcps: readonly LocalLcp[] };

/** A manager's own line control process of a replicated line. */
export type LocalLcp = { readonly lcp: Pid; readonly revision: number };

export class RegistrationTable {
  readonly #locations = new Map<string, LineLocation>();
  #revision = 0;

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

  /**
   * Enters `lcp` as the control of `number`: in single mode unless there is one, in replicated mode
   * beside the others. Returns what holds now, which in single mode may be another's.
   */
  claim(number: string, mode: LineLocation['mode'], lcp: Pid): LineLocation {
    const known = this.#locations.get(number);
    if (known?.mode === 'single') return known;
    const others = known?.lcps ?? [];
    const revision = ++this.#revision;
    const location: LineLocation =
      mode === 'single' ? { mode, lcp, revision } : { mode, lcps: [...others, { lcp, revision }] };
    this.#locations.set(number, location);
    return location;
  }

  /** Purges every process that is `gone`, or lived on the manager that is. Returns their numbers. */
  purge(gone: Pid | Home): readonly string[] {
    const numbers: string[] = [];
    for (const [number, location] of this.#locations) {
      if (location.mode === 'single') {
        if (!isGone(location.lcp, gone)) continue;
        this.#locations.delete(number);
      } else {
        const lcps = location.lcps.filter(({ lcp }) => !isGone(lcp, gone));
        if (lcps.length === location.lcps.length) continue;
        if (lcps.length === 0) this.#locations.delete(number);
        else this.#locations.set(number, { mode: 'replicated', lcps });
      }
      numbers.push(number);
    }
    return numbers;
  }
}

/** The process to which a call to the line goes first. */
export function firstLcp(location: LineLocation): Pid | undefined {
  return location.mode === 'single' ? location.lcp : location.lcps[0]?.lcp;
}

/** The epoch of `lcp` at that place. */
export function revisionOf(location: LineLocation, lcp: Pid): number {
  if (location.mode === 'single') return location.revision;
  return location.lcps.find((local) => local.lcp === lcp)?.revision ?? 0;
}
