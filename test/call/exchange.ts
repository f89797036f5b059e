/** Call processing of several managers of one cluster, with fake devices, in one virtual time. */
import type { Directory } from '../../src/call/directory.ts';
import type { Home, Pid } from '../../src/process/pid.ts';
import { FakeCluster, type FakeMember } from './fake-cluster.ts';
import type { FakeDevice } from './fake-device.ts';
import { Switchboard } from './switchboard.ts';

export class Exchange {
  /** Of the managers that live. */
  readonly boards = new Map<Home, Switchboard>();
  nowMs = 0;
  readonly #cluster: FakeCluster;
  readonly #directory: Directory;
  readonly #turnsMax: number;
  #evictions: { readonly home: Home; readonly atMs: number }[] = [];

  constructor(directory: Directory, homes: readonly Home[], turnsMax = 1) {
    this.#directory = directory;
    this.#turnsMax = turnsMax;
    this.#cluster = new FakeCluster(homes);
    for (const member of this.#cluster.members.values()) this.#open(member);
  }

  /** A manager joins, and sees what there is. */
  join(home: Home): Switchboard {
    const board = this.#open(this.#cluster.join(home));
    board.scheduler.advance(this.nowMs);
    this.settle();
    return board;
  }

  #open(member: FakeMember): Switchboard {
    const board = new Switchboard(this.#directory, this.#turnsMax, undefined, member);
    connect(member, board);
    this.boards.set(member.home, board);
    return board;
  }

  board(home: Home): Switchboard {
    const board = this.boards.get(home);
    if (board === undefined) throw new Error(`${home} is no more`);
    return board;
  }

  memberOf(home: Home): FakeMember {
    const member = this.#cluster.members.get(home);
    if (member === undefined) throw new Error(`${home} is no more`);
    return member;
  }

  /** A turn of `device`, and all that follows. */
  act(device: FakeDevice, action: () => void): void {
    this.run(device.host.pid, action);
    this.settle();
  }

  /** A turn of `pid`; false: it is no more. */
  run(pid: Pid, action: () => void): boolean {
    for (const { scheduler } of this.boards.values())
      if (scheduler.has(pid)) return scheduler.run(pid, action);
    return false;
  }

  /** The manager stops; the others expel it `afterMs` later. */
  kill(home: Home, afterMs: number): void {
    this.boards.delete(home);
    this.#cluster.kill(home);
    this.#evictions.push({ home, atMs: this.nowMs + afterMs });
  }

  /** What can happen next, without time passing. */
  steps(): (() => void)[] {
    const steps: (() => void)[] = [];
    for (const [home, board] of this.boards) {
      if (board.scheduler.waiting > 0) steps.push(() => board.turn());
      steps.push(...(this.#cluster.members.get(home)?.steps() ?? []));
    }
    return steps;
  }

  settle(): void {
    for (let steps = this.steps(); steps.length > 0; steps = this.steps())
      for (const step of steps) step();
  }

  /** Lets `ms` pass; all that can happen happens at once. */
  wait(ms: number): void {
    const untilMs = this.nowMs + ms;
    this.settle();
    for (;;) {
      const nextMs = Math.max(this.nextDueMs(), this.nowMs);
      if (nextMs > untilMs) break;
      this.#advance(nextMs);
    }
    this.#advance(untilMs);
  }

  nextDueMs(): number {
    const dues = [...this.boards.values()].map(({ scheduler }) => scheduler.nextDueMs());
    return Math.min(...dues, ...this.#evictions.map(({ atMs }) => atMs));
  }

  #advance(nowMs: number): void {
    this.nowMs = nowMs;
    for (const { home, atMs } of this.#evictions) if (atMs <= nowMs) this.#cluster.evict(home);
    this.#evictions = this.#evictions.filter(({ atMs }) => atMs > nowMs);
    for (const { scheduler } of this.boards.values()) scheduler.advance(nowMs);
    this.settle();
  }
}

function connect(member: FakeMember, { scheduler, processing }: Switchboard): void {
  member.connect({
    received: (from, to, body) => scheduler.received(from, to, body),
    died: (gone) => scheduler.died(gone),
    tableChanged: (key, entry) => processing.tableChanged(key, entry),
    viewChanged: (_view, left) => {
      processing.viewChanged();
      for (const home of left) scheduler.down(home);
    },
  });
}
