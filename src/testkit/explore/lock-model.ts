/**
 * The lock of a replicated line, with everything that may go wrong: processes of the line on several
 * managers that join, die, or are paused until they have been expelled; views that each sees in its own
 * time; signals that overtake each other, get lost, come twice.
 *
 * S1: of the members, one at most has the lock. S2: members that accepted an operation of the same
 * number accepted the same one, and numbers rise. S3: nothing is accepted from who is known to be
 * expelled. N1: no operation has two appearance numbers, no number two operations. L1: when nothing
 * more can happen, no living member wants, holds or has postponed anything.
 */
import type { LockEvent } from '../../call/replicated/lock-control.ts';
import { LOCK_AGAIN, LOCK_PATIENCE, step } from '../../call/replicated/lock-manager.ts';
import type { Pid } from '../../process/pid.ts';
import type { Model } from './explorer.ts';
import {
  actLocked,
  compareNodes,
  type LockNode,
  type LockStep,
  makeCanonical,
  NUMBER,
  newLockNode,
  shownTo,
} from './lock-node.ts';
import {
  type LockConfiguration,
  letterOf,
  namesOf,
  type Surroundings,
  surroundingsOf,
  wordsOf,
} from './lock-world.ts';
import { merged, Numbering, pack, unpack, without } from './packing.ts';

type Sent = { readonly to: number; readonly event: LockEvent };
type Act = { readonly node: number; readonly sent: readonly number[] };

/** What the invariants ask of one process. */
type Face = {
  readonly isHolder: boolean;
  readonly isFenced: boolean;
  readonly isIdle: boolean;
  readonly revision: number;
};

const CONTROL = 'z.1.c0' as Pid;
/** In the place of a process that is not there yet, or no more. */
const ABSENT = 0;
const EVENTS_MAX = 2 ** 24;

export class LockModel implements Model {
  readonly name: string;
  readonly initial: string;
  readonly #step: LockStep;
  readonly #pids: readonly Pid[];
  readonly #control: Pid | undefined;
  readonly #surroundings = new Numbering<Surroundings>();
  readonly #nodes = new Numbering<LockNode | null>();
  readonly #faces: (Face | undefined)[] = [];
  readonly #events = new Numbering<LockEvent>();
  readonly #sent = new Numbering<Sent>();
  readonly #acts = new Map<number, Act>();
  readonly #pairs = new Map<number, string>();

  /** `mutant`: a lock manager that breaks a rule, in the place of the real one. */
  constructor(configuration: LockConfiguration, mutant: LockStep = step) {
    const { name, operations } = configuration;
    this.name = name;
    this.#step = mutant;
    this.#pids = operations.map((_, place) => `${letterOf(place).toLowerCase()}.1.l1` as Pid);
    this.#control = configuration.hasRemoteControl === true ? CONTROL : undefined;
    const places = operations.map((_, place) => place);
    const surroundings = surroundingsOf(configuration);
    const members = surroundings.views[0] ?? [];
    this.#nodes.numberOf(null);
    const view = this.#eventOf(this.#viewOf(surroundings, 1));
    const nodes = places.map((place) =>
      members.includes(place) ? this.#act(this.#newNode(place), view).node : ABSENT,
    );
    this.initial = pack([this.#surroundings.numberOf(surroundings), ...nodes]);
  }

  successors(state: string, next: string[], labels?: string[]): void {
    const numbers = unpack(state);
    const surroundings = this.#surroundings.valueOf(numbers[0] ?? 0);
    const nodes = numbers.slice(1, 1 + this.#pids.length);
    const world = { surroundings, nodes, under: numbers.slice(1 + this.#pids.length) };
    this.#deliver(world, next, labels);
    this.#users(world, next, labels);
    this.#members(world, next, labels);
    for (const [place, node] of nodes.entries())
      if (node !== ABSENT) this.#processes(world, place, next, labels);
  }

  violation(state: string): string | undefined {
    const { surroundings, nodes } = this.#worldOf(state);
    const { views, dead } = surroundings;
    const members = (views.at(-1) ?? []).filter((place) => !dead.includes(place));
    const holders: string[] = [];
    for (const place of members) {
      const node = nodes[place] ?? ABSENT;
      const face = this.#faceOf(node);
      if (face.isHolder) holders.push(letterOf(place));
      if (face.isFenced) continue;
      for (const other of members) {
        const otherNode = nodes[other] ?? ABSENT;
        if (other < place || this.#faceOf(otherNode).isFenced) continue;
        const what = this.#compare(node, otherNode);
        if (what !== '') return what;
      }
    }
    return holders.length > 1 ? `S1 ${holders.join(' and ')} have the lock` : undefined;
  }

  unfinished(state: string): string | undefined {
    const { surroundings, nodes } = this.#worldOf(state);
    for (const [place, node] of nodes.entries()) {
      if (node === ABSENT || surroundings.dead.includes(place)) continue;
      const { isFenced, isIdle } = this.#faceOf(node);
      if (!isFenced && !isIdle) return `L1 ${letterOf(place)} waits for ever`;
      // What was expelled is expelled for good: a member must not think that it is none.
      if (isFenced && surroundings.views.at(-1)?.includes(place))
        return `L1 ${letterOf(place)} is a member and has shut itself out`;
    }
    return undefined;
  }

  #worldOf(state: string): World {
    const numbers = unpack(state);
    return {
      surroundings: this.#surroundings.valueOf(numbers[0] ?? 0),
      nodes: numbers.slice(1, 1 + this.#pids.length),
      under: numbers.slice(1 + this.#pids.length),
    };
  }

  /** A signal arrives, gets lost, or comes twice. */
  #deliver(world: World, next: string[], labels?: string[]): void {
    const { surroundings, nodes, under } = world;
    let before = -1;
    for (const number of under) {
      if (number === before) continue;
      before = number;
      const { to, event } = this.#sent.valueOf(number);
      const rest = without(under, number);
      const node = nodes[to];
      if (node === undefined) {
        next.push(this.#pack({ surroundings, nodes, under: merged(rest, this.#forward(event)) }));
        labels?.push(`call control hears ${wordsOf(event)}`);
      } else {
        if (node === ABSENT) next.push(this.#pack({ surroundings, nodes, under: rest }));
        else
          this.#put(
            { surroundings, nodes, under: rest },
            to,
            this.#act(node, this.#eventOf(event)),
            next,
          );
        labels?.push(`${letterOf(to)} hears ${wordsOf(event)}`);
      }
      if (surroundings.losses > 0) {
        const again = [...surroundings.again];
        const by = this.#askerOf(to, event);
        again[by] = (again[by] ?? 0) + 1;
        const losses = surroundings.losses - 1;
        next.push(
          this.#pack({ surroundings: { ...surroundings, again, losses }, nodes, under: rest }),
        );
        labels?.push(`lost on the way to ${letterOf(to)}: ${wordsOf(event)}`);
      }
      if (surroundings.duplicates > 0) {
        const duplicates = surroundings.duplicates - 1;
        const twice = merged(under, [number]);
        next.push(
          this.#pack({ surroundings: { ...surroundings, duplicates }, nodes, under: twice }),
        );
        labels?.push(`twice on the way to ${letterOf(to)}: ${wordsOf(event)}`);
      }
    }
  }

  /** Somebody asks for an operation, or does not want it any more. */
  #users({ surroundings, nodes, under }: World, next: string[], labels?: string[]): void {
    for (const [place, [operation, ...rest]] of surroundings.todo.entries()) {
      if (operation === undefined || !this.#isMember(surroundings, place)) continue;
      const todo = surroundings.todo.with(place, rest);
      const world = { surroundings: { ...surroundings, todo }, nodes, under };
      const signal = {
        type: 'lineLock',
        number: NUMBER,
        call: operation,
        operation,
        kind: 'offer',
      } as const;
      const event = this.#eventOf({ type: 'signal', signal, from: CONTROL });
      this.#put(world, place, this.#act(nodes[place] ?? ABSENT, event), next);
      labels?.push(`${letterOf(place)} is asked for ${operation}`);
    }
  }

  /** The members change. */
  #members({ surroundings, nodes, under }: World, next: string[], labels?: string[]): void {
    const { views, dead, crashes, pauses, joining } = surroundings;
    const members = views.at(-1) ?? [];
    for (const place of members) {
      const left = {
        ...surroundings,
        views: [...views, members.filter((other) => other !== place)],
      };
      if (dead.includes(place)) {
        next.push(this.#pack({ surroundings: left, nodes, under }));
        labels?.push(`${letterOf(place)} is expelled`);
        continue;
      }
      if (crashes > 0) {
        const died = { ...surroundings, crashes: crashes - 1, dead: [...dead, place].sort() };
        const kept = under.filter((number) => this.#sent.valueOf(number).to !== place);
        next.push(
          this.#pack({ surroundings: died, nodes: nodes.with(place, ABSENT), under: kept }),
        );
        labels?.push(`${letterOf(place)} dies`);
      }
      if (pauses > 0) {
        next.push(this.#pack({ surroundings: { ...left, pauses: pauses - 1 }, nodes, under }));
        labels?.push(`${letterOf(place)} is expelled, and lives`);
      }
    }
    for (const place of joining) {
      const joined = {
        ...surroundings,
        views: [...views, [...members, place].sort()],
        joining: joining.filter((other) => other !== place),
      };
      next.push(
        this.#pack({ surroundings: joined, nodes: nodes.with(place, this.#newNode(place)), under }),
      );
      labels?.push(`${letterOf(place)} joins`);
    }
  }

  /** What a process does without being told anything by another. */
  #processes(world: World, place: number, next: string[], labels?: string[]): void {
    const { surroundings, nodes } = world;
    const { views, again, giveUps, withdrawals } = surroundings;
    const node = nodes[place] ?? ABSENT;
    const { revision, isFenced } = this.#faceOf(node);
    if (isFenced) return;
    const { phase, queue } = this.#nodes.valueOf(node)?.lock ?? {
      phase: { state: 'idle' },
      queue: [],
    };
    // A process that joins gets the whole view, not how it came about.
    const joined = views.findIndex((members) => members.includes(place)) + 1;
    const seen = revision === 0 ? joined : revision + 1;
    if (seen <= views.length) {
      const event = this.#eventOf(this.#viewOf(surroundings, seen));
      this.#put(world, place, this.#act(node, event), next);
      labels?.push(`${letterOf(place)} sees view ${seen}: ${namesOf(views[seen - 1])}`);
    }
    if (phase.state !== 'wanted' && phase.state !== 'held') return;
    if ((again[place] ?? 0) > 0) {
      const left = { ...surroundings, again: again.with(place, (again[place] ?? 0) - 1) };
      this.#timeout({ ...world, surroundings: left }, place, LOCK_AGAIN, next);
      labels?.push(`${letterOf(place)} says it again`);
    }
    if (giveUps > 0) {
      const left = { ...surroundings, giveUps: giveUps - 1 };
      this.#timeout({ ...world, surroundings: left }, place, LOCK_PATIENCE, next);
      labels?.push(`${letterOf(place)} loses patience`);
    }
    if (withdrawals === 0) return;
    for (const { operation } of [phase.wish, ...queue]) {
      const left = { ...surroundings, withdrawals: withdrawals - 1 };
      const { id, call } = operation;
      const signal = { type: 'lineUnlock', number: NUMBER, call, operation: id } as const;
      const event = this.#eventOf({ type: 'signal', signal, from: CONTROL });
      this.#put({ ...world, surroundings: left }, place, this.#act(node, event), next);
      labels?.push(`${letterOf(place)} is told that ${operation.id} is not wanted`);
    }
  }

  #timeout(world: World, place: number, timer: string, next: string[]): void {
    const event = this.#eventOf({ type: 'timer', timer });
    this.#put(world, place, this.#act(world.nodes[place] ?? ABSENT, event), next);
  }

  /** `world` after `place` has acted. */
  #put({ surroundings, nodes, under }: World, place: number, act: Act, next: string[]): void {
    const alive =
      surroundings.dead.length === 0
        ? act.sent
        : act.sent.filter((number) => !surroundings.dead.includes(this.#sent.valueOf(number).to));
    next.push(
      this.#pack({ surroundings, nodes: nodes.with(place, act.node), under: merged(under, alive) }),
    );
  }

  #pack({ surroundings, nodes, under }: World): string {
    return pack([this.#surroundings.numberOf(surroundings), ...nodes, ...under]);
  }

  /** Found out once for each record and event. */
  #act(node: number, event: number): Act {
    const key = node * EVENTS_MAX + event;
    const known = this.#acts.get(key);
    if (known !== undefined) return known;
    const record = structuredClone(this.#nodes.valueOf(node));
    if (record === null) throw new Error('nobody is there');
    const sent = actLocked(
      record,
      structuredClone(this.#events.valueOf(event)),
      this.#step,
      this.#control,
    );
    makeCanonical(record);
    const act: Act = {
      node: this.#nodes.numberOf(record),
      sent: sent.map(({ to, event }) => this.#sent.numberOf({ to: this.#placeOf(to), event })),
    };
    this.#acts.set(key, act);
    return act;
  }

  /** Call control, elsewhere, shows what has the lock to everybody. */
  #forward(event: LockEvent): readonly number[] {
    if (event.type !== 'signal' || event.signal.type !== 'lineLocked') return [];
    const shown = shownTo(event.signal);
    return event.signal.lcps.map((pid) =>
      this.#sent.numberOf({ to: this.#placeOf(pid), event: shown }),
    );
  }

  /** Who will say again what led to `event`, when it is lost. */
  #askerOf(to: number, event: LockEvent): number {
    if (event.type === 'shown') return this.#placeOf(event.lock.by);
    if (event.type !== 'signal') return to;
    const { type } = event.signal;
    return type === 'lockRequest' || type === 'lineLocked' ? this.#placeOf(event.from) : to;
  }

  /** One that is not among the line's processes is call control. */
  #placeOf(pid: Pid): number {
    const place = this.#pids.indexOf(pid);
    return place < 0 ? this.#pids.length : place;
  }

  #newNode(place: number): number {
    return this.#nodes.numberOf(newLockNode(this.#pids[place] ?? CONTROL));
  }

  #viewOf({ views }: Surroundings, revision: number): LockEvent {
    const lcps = (views[revision - 1] ?? []).map((place) => this.#pids[place] ?? CONTROL);
    const signal = { type: 'lineView', number: NUMBER, revision, lcps } as const;
    return { type: 'signal', signal, from: CONTROL };
  }

  #eventOf(event: LockEvent): number {
    return this.#events.numberOf(event);
  }

  #isMember({ views, dead }: Surroundings, place: number): boolean {
    return views.at(-1)?.includes(place) === true && !dead.includes(place);
  }

  #faceOf(node: number): Face {
    const known = this.#faces[node];
    if (known !== undefined) return known;
    const lock = this.#nodes.valueOf(node)?.lock;
    const face: Face = {
      isHolder: lock?.phase.state === 'held',
      isFenced: lock?.phase.state === 'fenced',
      isIdle: lock === undefined || isQuiet(lock),
      revision: lock?.revision ?? 0,
    };
    this.#faces[node] = face;
    return face;
  }

  /** What two members have done that does not go together; '': nothing. */
  #compare(one: number, two: number): string {
    const key = one * 2 ** 26 + two;
    const known = this.#pairs.get(key);
    if (known !== undefined) return known;
    const what = compareNodes(this.#nodes.valueOf(one), this.#nodes.valueOf(two));
    this.#pairs.set(key, what);
    return what;
  }
}

type World = {
  readonly surroundings: Surroundings;
  readonly nodes: readonly number[];
  /** What is on its way, in the order of its numbers. */
  readonly under: readonly number[];
};

function isQuiet({ phase, queue, deferred, stalled }: LockNode['lock']): boolean {
  return phase.state === 'idle' && queue.length + deferred.length + stalled.length === 0;
}
