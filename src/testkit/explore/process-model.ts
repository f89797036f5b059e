/**
 * A few call processes and all orders in which they may hear one another: the production machines
 * among them as they are. What one process says to another arrives in order, as links between managers
 * have it, unless the world is told to be worse; a process that died is announced behind what it said.
 */
import type { Effect } from '../../call/effects.ts';
import type { CallSignal } from '../../call/signals.ts';
import { type Home, homeOf, type Pid } from '../../process/pid.ts';
import type { Model } from './explorer.ts';
import { type Machine, type ProcessEvent, read } from './machine.ts';
import { merged, Numbering, pack, unpack, without } from './packing.ts';

export type ProcessConfiguration = {
  readonly name: string;
  readonly machines: readonly Machine[];
  /** Who may die, one after the other, `crashes` times. */
  readonly mortals?: readonly Pid[];
  readonly crashes?: number;
  /**
   * A manager that leaves the cluster, and whether it dies, or is expelled and does not know it yet.
   * `isHeard`: what it says then is heard all the same, as it must not be.
   */
  readonly departing?: { readonly home: Home; readonly dies: boolean; readonly isHeard?: boolean };
  readonly losses?: number;
  readonly duplicates?: number;
  /** Signals overtake one another. */
  readonly isUnordered?: boolean;
  /** Timers that may run out at any time; the others never do. */
  readonly timers?: RegExp;
  /** Which invariant is broken, in words. */
  readonly check: (world: Snapshot) => string | undefined;
};

/** A state as invariants see it. */
export type Snapshot = {
  /** The record of a process, undefined when it died or has ended. */
  readonly recordOf: (pid: Pid) => unknown;
  /** Everything that was said has been heard, and who is gone is seen to be. */
  readonly isQuiet: boolean;
  /** Nothing can happen any more. */
  readonly isEnd: boolean;
};

type Node = {
  readonly record: string;
  readonly timers: readonly string[];
  readonly isOver: boolean;
};
type Sent = { readonly from: number; readonly to: number; readonly event: ProcessEvent };
/** `event`: its number. */
type Move = { readonly event: number; readonly words: string };
type Act = { readonly node: number; readonly sent: readonly number[] };
type Surroundings = {
  readonly dead: readonly number[];
  readonly crashes: number;
  readonly losses: number;
  readonly duplicates: number;
  /** Managers that have not seen yet that another one has left the cluster; null: it is there. */
  readonly unseen: readonly Home[] | null;
};
type World = {
  readonly surroundings: Surroundings;
  readonly nodes: readonly number[];
  /** What is on its way: in order of senders and receivers, and for each two in the order in which it was said. */
  readonly under: readonly number[];
};

/** Who says one of these to a process that is no more is told so. */
const MISSED: ReadonlySet<CallSignal['type']> = new Set([
  'attach',
  'attached',
  'lineLocated',
  'callRequest',
  'callAcknowledge',
  'callTakeOver',
  'callTakenOver',
  'callReplacePeer',
]);
const EVENTS_MAX = 2 ** 24;

export class ProcessModel implements Model {
  readonly name: string;
  readonly initial: string;
  readonly #configuration: ProcessConfiguration;
  readonly #machines: readonly Machine[];
  readonly #pids: readonly Pid[];
  readonly #surroundings = new Numbering<Surroundings>();
  readonly #nodes = new Numbering<Node>();
  readonly #events = new Numbering<ProcessEvent>();
  readonly #sent = new Numbering<Sent>();
  readonly #acts = new Map<number, Act>();
  readonly #moves = new Map<number, readonly Move[]>();
  /** Of each signal on its way, the number of its event. */
  readonly #heard: number[] = [];
  readonly #records = new Map<number, unknown>();

  constructor(configuration: ProcessConfiguration) {
    const { name, machines, crashes = 0, losses = 0, duplicates = 0 } = configuration;
    this.name = name;
    this.#configuration = configuration;
    this.#machines = machines;
    this.#pids = machines.map(({ pid }) => pid);
    const nodes = machines.map(({ record }) =>
      this.#nodes.numberOf({ record, timers: [], isOver: false }),
    );
    const surroundings = { dead: [], crashes, losses, duplicates, unseen: null };
    this.initial = this.#pack({ surroundings, nodes, under: [] });
  }

  successors(state: string, next: string[], labels?: string[]): void {
    const world = this.#worldOf(state);
    this.#deliver(world, next, labels);
    for (const [place, node] of world.nodes.entries()) {
      if (world.surroundings.dead.includes(place)) continue;
      for (const { event, words } of this.#movesOf(place, node)) {
        this.#put(world, place, event, next);
        labels?.push(words);
      }
    }
    this.#crash(world, next, labels);
    this.#depart(world, next, labels);
  }

  violation(state: string): string | undefined {
    const world = this.#worldOf(state);
    return this.#configuration.check(this.#snapshotOf(world, false));
  }

  unfinished(state: string): string | undefined {
    const world = this.#worldOf(state);
    return this.#configuration.check(this.#snapshotOf(world, true));
  }

  /** What a process may do without hearing anything: found out once for each record. */
  #movesOf(place: number, node: number): readonly Move[] {
    const key = node * 16 + place;
    const known = this.#moves.get(key);
    if (known !== undefined) return known;
    const { record, timers, isOver } = this.#nodes.valueOf(node);
    const moves: Move[] = [];
    const name = this.#nameOf(place);
    for (const act of isOver ? [] : (this.#machines[place]?.acts(record) ?? []))
      moves.push({ event: this.#events.numberOf({ type: 'act', act }), words: `${name}: ${act}` });
    for (const timer of timers) {
      if (this.#configuration.timers?.test(timer) !== true) continue;
      const event = this.#events.numberOf({ type: 'timer', timer });
      moves.push({ event, words: `${name}: time is up, ${timer}` });
    }
    this.#moves.set(key, moves);
    return moves;
  }

  #snapshotOf({ surroundings, nodes, under }: World, isEnd: boolean): Snapshot {
    const recordOf = (pid: Pid): unknown => {
      const place = this.#pids.indexOf(pid);
      const node = nodes[place];
      if (node === undefined || surroundings.dead.includes(place)) return undefined;
      return this.#recordOf(node);
    };
    const isQuiet = under.length === 0 && (surroundings.unseen ?? []).length === 0;
    return { recordOf, isQuiet, isEnd };
  }

  #recordOf(node: number): unknown {
    if (!this.#records.has(node)) {
      const { record, isOver } = this.#nodes.valueOf(node);
      this.#records.set(node, isOver ? undefined : read(record));
    }
    return this.#records.get(node);
  }

  #deliver(world: World, next: string[], labels?: string[]): void {
    const { surroundings, under } = world;
    let before: Sent | undefined;
    for (const number of new Set(under)) {
      const sent = this.#sent.valueOf(number);
      const { from, to, event } = sent;
      const isNext = before?.from !== from || before.to !== to;
      before = sent;
      if (!isNext && this.#configuration.isUnordered !== true) continue;
      const rest = { ...world, under: without(under, number) };
      this.#put(rest, to, this.#eventOf(number, sent), next, from);
      labels?.push(`${this.#nameOf(to)} hears ${this.#wordsOf(sent)}`);
      // That somebody died is not said, but seen.
      if (event.type !== 'signal') continue;
      if (surroundings.losses > 0) {
        const losses = surroundings.losses - 1;
        next.push(this.#pack({ ...rest, surroundings: { ...surroundings, losses } }));
        labels?.push(`lost on the way to ${this.#nameOf(to)}: ${this.#wordsOf(sent)}`);
      }
      if (surroundings.duplicates > 0) {
        const duplicates = surroundings.duplicates - 1;
        const twice = { ...world, surroundings: { ...surroundings, duplicates } };
        next.push(this.#pack({ ...twice, under: this.#add(under, [number]) }));
        labels?.push(`twice on the way to ${this.#nameOf(to)}: ${this.#wordsOf(sent)}`);
      }
    }
  }

  #crash({ surroundings, nodes, under }: World, next: string[], labels?: string[]): void {
    const { mortals = [] } = this.#configuration;
    if (surroundings.crashes === 0) return;
    for (const gone of mortals) {
      const place = this.#pids.indexOf(gone);
      const node = nodes[place];
      if (node === undefined || surroundings.dead.includes(place)) continue;
      if (this.#nodes.valueOf(node).isOver) continue;
      const dead = [...surroundings.dead, place].sort((a, b) => a - b);
      const told = nodes.flatMap((_, to) =>
        dead.includes(to)
          ? []
          : [this.#sent.numberOf({ from: place, to, event: { type: 'down', gone } })],
      );
      const kept = under.filter((number) => this.#sent.valueOf(number).to !== place);
      const after = { ...surroundings, dead, crashes: surroundings.crashes - 1 };
      next.push(this.#pack({ surroundings: after, nodes, under: this.#add(kept, told) }));
      labels?.push(`${this.#nameOf(place)} dies`);
    }
  }

  /** A manager leaves the cluster; the others see it one after the other, each with all its processes. */
  #depart(world: World, next: string[], labels?: string[]): void {
    const { departing } = this.#configuration;
    const { surroundings, nodes } = world;
    const { unseen, dead } = surroundings;
    if (departing === undefined) return;
    const { home, dies } = departing;
    const places = this.#placesOf(home);
    if (unseen === null) {
      const others = [...new Set(this.#pids.map(homeOf))].filter((other) => other !== home);
      const left = { ...surroundings, unseen: others };
      next.push(
        this.#pack(
          dies
            ? this.#bury({ ...world, surroundings: left }, places)
            : { ...world, surroundings: left },
        ),
      );
      labels?.push(`${home} ${dies ? 'dies' : 'is expelled, and lives'}`);
      return;
    }
    if (!places.every((place) => dead.includes(place))) {
      next.push(this.#pack(this.#bury(world, places)));
      labels?.push(`${home} learns that it is expelled`);
    }
    for (const other of unseen) {
      const here = this.#placesOf(other);
      const seen = { ...surroundings, unseen: unseen.filter((each) => each !== other) };
      const event = this.#events.numberOf({ type: 'down', gone: home });
      let after: World = {
        surroundings: seen,
        nodes,
        under: world.under.filter((number) => !this.#isCut(seen, number)),
      };
      for (const place of here) after = this.#after(after, place, event);
      next.push(this.#pack(after));
      labels?.push(`${other} sees that ${home} is gone`);
    }
  }

  #bury({ surroundings, nodes, under }: World, places: readonly number[]): World {
    const dead = [...new Set([...surroundings.dead, ...places])].sort((a, b) => a - b);
    const kept = under.filter((number) => !places.includes(this.#sent.valueOf(number).to));
    return { surroundings: { ...surroundings, dead }, nodes, under: kept };
  }

  /** Who said that is told that there is nobody, if it wants to know. */
  #missed(number: number): readonly number[] {
    const { from, to, event } = this.#sent.valueOf(number);
    const gone = this.#pids[to];
    if (gone === undefined || event.type !== 'signal' || !MISSED.has(event.signal.type)) return [];
    return [this.#sent.numberOf({ from: to, to: from, event: { type: 'down', gone } })];
  }

  #placesOf(home: Home): readonly number[] {
    return this.#pids.flatMap((pid, place) => (homeOf(pid) === home ? [place] : []));
  }

  /** Whether what one says does not get to the other: one is of a manager that the other's has seen leave. */
  #isCut({ unseen }: Surroundings, number: number): boolean {
    const { departing } = this.#configuration;
    if (departing === undefined || departing.isHeard === true || unseen === null) return false;
    const { from, to, event } = this.#sent.valueOf(number);
    if (event.type !== 'signal') return false;
    const [one = '', two = ''] = [from, to].map((place) =>
      homeOf(this.#pids[place] ?? ('' as Pid)),
    );
    if ((one === departing.home) === (two === departing.home)) return false;
    return !unseen.includes(one === departing.home ? two : one);
  }

  #put(world: World, place: number, heard: number, next: string[], from = -1): void {
    next.push(this.#pack(this.#after(world, place, heard, from)));
  }

  /** `world` after `place` has dealt with an event. */
  #after(world: World, place: number, heard: number, from = -1): World {
    const { surroundings, nodes, under } = world;
    const node = nodes[place] ?? 0;
    let act: Act;
    if (this.#nodes.valueOf(node).isOver) {
      const event = this.#events.valueOf(heard);
      const missed = this.#missed(this.#sent.numberOf({ from, to: place, event }));
      act = { node, sent: from < 0 ? [] : missed };
    } else act = this.#act(place, node, heard);
    const said = act.sent.flatMap((number) => {
      if (this.#isCut(surroundings, number)) return this.#missed(number);
      const isDead = surroundings.dead.includes(this.#sent.valueOf(number).to);
      return isDead ? this.#missed(number) : [number];
    });
    return { surroundings, nodes: nodes.with(place, act.node), under: this.#add(under, said) };
  }

  /** Found out once for each process, record and event. */
  #act(place: number, number: number, heard: number): Act {
    const key = (number * EVENTS_MAX + heard) * 16 + place;
    const known = this.#acts.get(key);
    if (known !== undefined) return known;
    const node = this.#nodes.valueOf(number);
    const event = this.#events.valueOf(heard);
    const machine = this.#machines[place];
    const effects: Effect[] = [];
    const record = machine?.step(node.record, event, effects) ?? node.record;
    const timers = new Set(node.timers);
    if (event.type === 'timer') timers.delete(event.timer);
    const sent: number[] = [];
    let { isOver } = node;
    for (const effect of effects) {
      if (effect.type === 'start') timers.add(effect.timer);
      else if (effect.type === 'stop') timers.delete(effect.timer);
      else if (effect.type === 'exit') isOver = true;
      else {
        const to = this.#pids.indexOf(effect.to);
        const said: ProcessEvent = {
          type: 'signal',
          signal: effect.signal,
          from: this.#pids[place] ?? effect.to,
        };
        if (to >= 0) sent.push(this.#sent.numberOf({ from: place, to, event: said }));
      }
    }
    // What a process that has ended remembers is nothing.
    const after: Node = isOver
      ? { record: 'null', timers: [], isOver }
      : { record, timers: [...timers].sort((a, b) => (a < b ? -1 : 1)), isOver };
    const act = { node: this.#nodes.numberOf(after), sent };
    this.#acts.set(key, act);
    return act;
  }

  #eventOf(number: number, { event }: Sent): number {
    const known = this.#heard[number];
    if (known !== undefined) return known;
    const heard = this.#events.numberOf(event);
    this.#heard[number] = heard;
    return heard;
  }

  #add(under: readonly number[], sent: readonly number[]): readonly number[] {
    if (this.#configuration.isUnordered === true) return merged(under, sent);
    const all = [...under];
    for (const number of sent) {
      const channel = this.#channelOf(number);
      const at = all.findIndex((other) => this.#channelOf(other) > channel);
      all.splice(at < 0 ? all.length : at, 0, number);
    }
    return all;
  }

  #channelOf(number: number): number {
    const { from, to } = this.#sent.valueOf(number);
    return from * 16 + to;
  }

  #worldOf(state: string): World {
    const numbers = unpack(state);
    const count = 1 + this.#machines.length;
    return {
      surroundings: this.#surroundings.valueOf(numbers[0] ?? 0),
      nodes: numbers.slice(1, count),
      under: numbers.slice(count),
    };
  }

  #pack({ surroundings, nodes, under }: World): string {
    return pack([this.#surroundings.numberOf(surroundings), ...nodes, ...under]);
  }

  #nameOf(place: number): string {
    return this.#pids[place] ?? '';
  }

  #wordsOf({ from, event }: Sent): string {
    if (event.type === 'down') return `that ${event.gone} is gone`;
    if (event.type !== 'signal') return event.type;
    const cause = 'cause' in event.signal ? ` (${event.signal.cause})` : '';
    return `${event.signal.type}${cause} of ${this.#nameOf(from)}`;
  }
}
