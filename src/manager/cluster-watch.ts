/**
 * What one manager remembers of its cluster for people: since when it stands as it does, who has left,
 * and for each line control process since when and why it is where it is. Nothing is decided by it.
 */
import type { Clock } from '../base/clock.ts';
import type { Standing, TableEntry, View } from '../process/cluster.ts';
import { type Home, homeOf, type Pid, readPid } from '../process/pid.ts';

/** Why a line control process is where it is. */
export type PlacementReason =
  /** Somebody registered there, and nobody controlled the number. */
  | { readonly type: 'first' }
  /** The manager that had it left the cluster. */
  | { readonly type: 'took over'; readonly from: Home }
  /** The process that had the number before it died. */
  | { readonly type: 'replaced'; readonly gone: Pid }
  /** It was there before this manager was a member. */
  | { readonly type: 'before' };

export type Placement = {
  readonly pid: Pid;
  /** Of two processes that had a number, the later one has the higher epoch. */
  readonly epoch: number;
  /** Milliseconds since 1970, by this manager's clock. */
  readonly sinceMs: number;
  readonly why: PlacementReason;
};

/** Who had the number last, and how it ended. */
type Ended = {
  readonly pid: Pid;
  readonly atMs: number;
  readonly how: 'left' | 'died' | 'given up';
};

export type Departure = { readonly home: Home; readonly atMs: number };

/** A number that is controlled again later than that is controlled anew. */
const SUCCESSION_MS = 30_000;
/** Numbers without a process, and managers, that are remembered; the oldest are forgotten. */
const ENDED_MAX = 4096;
const DEPARTURES_MAX = 64;
const DIED_MAX = 1024;

export class ClusterWatch {
  readonly #clock: Clock;
  readonly #placements = new Map<string, Placement>();
  readonly #ended = new Map<string, Ended>();
  readonly #died = new Set<Pid>();
  readonly #departures = new Map<string, Departure>();
  #standing: { readonly standing: Standing; readonly sinceMs: number };
  #isLearning = false;
  /** Members that have left since this manager joined. */
  departed = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#standing = { standing: 'member', sinceMs: clock.epochMs() };
  }

  /** Since when the standing is what it is, in ms since 1970. */
  get standingSinceMs(): number {
    return this.#standing.sinceMs;
  }

  /** Managers that left and have not come back, the latest last. */
  get departures(): readonly Departure[] {
    return [...this.#departures.values()];
  }

  /** By the table's key: `s/2001`, `m/2001/<home>`. */
  placement(key: string): Placement | undefined {
    return this.#placements.get(key);
  }

  /** Runs `action`, which tells what the table holds already. */
  learn(action: () => void): void {
    this.#isLearning = true;
    action();
    this.#isLearning = false;
  }

  standingChanged(standing: Standing): void {
    this.#standing = { standing, sinceMs: this.#clock.epochMs() };
  }

  died(pid: Pid): void {
    remember(this.#died, pid);
  }

  /** `view`: as of now; what a departed manager owned goes from the table after it went from the view. */
  tableChanged(key: string, entry: TableEntry | undefined, { members }: View): void {
    const before = this.#placements.get(key);
    const atMs = this.#clock.epochMs();
    const pid = entry && readPid(entry.value);
    if (before !== undefined && before.pid !== pid) {
      this.#placements.delete(key);
      const how = members.includes(homeOf(before.pid))
        ? this.#died.has(before.pid)
          ? 'died'
          : 'given up'
        : 'left';
      this.#ended.delete(key);
      this.#ended.set(key, { pid: before.pid, atMs, how });
      for (const oldest of this.#ended.keys()) {
        if (this.#ended.size <= ENDED_MAX) break;
        this.#ended.delete(oldest);
      }
    }
    if (entry === undefined || pid === undefined) return;
    if (before?.pid === pid && before.epoch === entry.revision) return;
    const why = this.#isLearning ? ({ type: 'before' } as const) : this.#reason(key, atMs);
    this.#ended.delete(key);
    this.#placements.set(key, { pid, epoch: entry.revision, sinceMs: atMs, why });
  }

  viewChanged({ members }: View, left: readonly Home[]): void {
    this.departed += left.length;
    const atMs = this.#clock.epochMs();
    for (const home of left) {
      const id = idOf(home);
      this.#departures.delete(id);
      this.#departures.set(id, { home, atMs });
    }
    for (const home of members) this.#departures.delete(idOf(home));
    for (const oldest of this.#departures.keys()) {
      if (this.#departures.size <= DEPARTURES_MAX) break;
      this.#departures.delete(oldest);
    }
  }

  #reason(key: string, atMs: number): PlacementReason {
    const ended = this.#ended.get(key);
    if (ended === undefined || atMs - ended.atMs > SUCCESSION_MS) return { type: 'first' };
    if (ended.how === 'left') return { type: 'took over', from: homeOf(ended.pid) };
    return ended.how === 'died' ? { type: 'replaced', gone: ended.pid } : { type: 'first' };
  }
}

/** The manager's configured name. */
export function idOf(home: Home): string {
  return home.slice(0, home.lastIndexOf('.'));
}

function remember(pids: Set<Pid>, pid: Pid): void {
  pids.add(pid);
  for (const oldest of pids) {
    if (pids.size <= DIED_MAX) break;
    pids.delete(oldest);
  }
}
