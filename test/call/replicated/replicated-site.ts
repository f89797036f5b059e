/**
 * Several managers with phones on one replicated line, for tests: their call processing without
 * SIP, links between them that deliver in order and lose nothing between two that live, and a table that
 * each of them sees change in its own time. What is delivered when is the test's to say.
 */
import { SILENT } from '../../../src/base/log.ts';
import { CallProcessing } from '../../../src/call/call-processing.ts';
import type { Line } from '../../../src/call/directory.ts';
import type { LineControl } from '../../../src/call/line/line-control.ts';
import { readSignal } from '../../../src/call/read-signal.ts';
import type { CallSignal } from '../../../src/call/signals.ts';
import type { Cluster, Standing, TableEntry, View } from '../../../src/process/cluster.ts';
import { type Home, homeOf, type Pid } from '../../../src/process/pid.ts';
import { Scheduler } from '../../../src/process/scheduler.ts';
import { SeededRandom } from '../../../src/testkit/seeded-random.ts';
import { FakeDevice } from '../fake-device.ts';
import { directoryOf } from '../switchboard.ts';

/** The table and the membership, which every manager sees change in this order. */
type State = {
  readonly revision: number;
  readonly entries: readonly TableEntry[];
  readonly members: readonly Home[];
};

type Packet = {
  readonly from: Pid;
  /** Undefined: `from` has died. */
  readonly to: Pid | undefined;
  /** Undefined: `from` is no more. */
  readonly body: CallSignal | undefined;
  /** The sender's revision. */
  readonly revision: number;
};

export class TestManager implements Cluster {
  readonly home: Home;
  readonly standing: Standing = 'member';
  readonly scheduler: Scheduler<CallSignal>;
  readonly processing: CallProcessing;
  readonly devices: FakeDevice[] = [];
  /** What it has not seen yet. */
  readonly changes: State[] = [];
  readonly site: ReplicatedSite;
  seen: State = { revision: 0, entries: [], members: [] };

  constructor(site: ReplicatedSite, home: Home) {
    this.site = site;
    this.home = home;
    this.scheduler = new Scheduler<CallSignal>({
      home,
      nowMs: site.nowMs,
      log: SILENT,
      turnsMax: 1,
      read: readSignal,
      cluster: this,
    });
    this.processing = new CallProcessing({
      scheduler: this.scheduler,
      directory: directoryOf([site.line], ['dan']),
      cluster: this,
      random: new SeededRandom(1),
      clock: { epochMs: () => 0 },
    });
  }

  get view(): View {
    const { revision, members } = this.seen;
    return { revision, members };
  }

  /** The line's control here, if there is one. */
  get control(): LineControl | undefined {
    return this.processing.lines.get(this.site.line.number);
  }

  tell(from: Pid, to: Pid, body: object | undefined): void {
    this.site.say(this, from, to, body as CallSignal | undefined);
  }

  announce(gone: Pid): void {
    this.site.announce(this, gone);
  }

  claim(key: string, value: string): void {
    this.site.claim(key, value, this.home);
  }

  release(key: string): void {
    this.site.release(key);
  }

  flush(): void {}

  plug(member: string): FakeDevice {
    const { processing, site } = this;
    const { number, members } = site.line;
    const isMember = members.some(({ name }) => name === member);
    let fake: FakeDevice | undefined;
    this.scheduler.spawn('d', (host) => {
      fake = new FakeDevice(host, {
        device: `${member}-phone`,
        seats: isMember ? [{ number, member }] : [],
        lineManager: processing.lineManager,
        startCall: (of, request) => processing.startCall(of, request),
      });
      return fake;
    });
    if (fake === undefined) throw new Error('not made');
    this.devices.push(fake);
    return fake;
  }

  /** Sees the next change. */
  see(): void {
    const next = this.changes.shift();
    if (next === undefined) return;
    const before = this.seen;
    this.seen = next;
    for (const { key } of before.entries)
      if (!next.entries.some((entry) => entry.key === key))
        this.processing.tableChanged(key, undefined);
    for (const entry of next.entries)
      if (!before.entries.includes(entry)) this.processing.tableChanged(entry.key, entry);
    const left = before.members.filter((home) => !next.members.includes(home));
    if (left.length > 0 || next.members.length > before.members.length)
      this.processing.viewChanged();
    for (const home of left) this.scheduler.down(home);
  }
}

export class ReplicatedSite {
  readonly line: Line;
  /** Those that live. */
  readonly managers: TestManager[] = [];
  readonly links = new Map<string, Packet[]>();
  /** What went between managers, oldest first, as `a < type from b`; for ladders. */
  readonly trace: string[] = [];
  nowMs = 0;
  #revision = 0;
  #entries: TableEntry[] = [];
  #incarnation = 0;

  constructor(line: Line) {
    this.line = line;
  }

  join(id: string): TestManager {
    const manager = new TestManager(this, `${id}.${++this.#incarnation}`);
    this.#revision++;
    for (const other of this.managers)
      other.changes.push({ ...this.#now(), members: [...this.#now().members, manager.home] });
    this.managers.push(manager);
    manager.seen = this.#now();
    for (const entry of this.#entries) manager.processing.tableChanged(entry.key, entry);
    return manager;
  }

  /** The manager dies; of what it said last, each of the others misses some. */
  kill(manager: TestManager, kept: number): void {
    this.managers.splice(this.managers.indexOf(manager), 1);
    for (const [key, packets] of this.links) {
      const [from = '', to = ''] = key.split('>');
      if (to === manager.home) this.links.delete(key);
      if (from === manager.home) packets.splice(kept);
    }
    this.#entries = this.#entries.filter(({ owner }) => owner !== manager.home);
    this.#changed();
  }

  claim(key: string, value: string, owner: Home): void {
    const entry: TableEntry = { key, value, owner, revision: this.#revision + 1 };
    this.#entries = [...this.#entries.filter((other) => other.key !== key), entry];
    this.#changed();
  }

  release(key: string): void {
    this.#entries = this.#entries.filter((entry) => entry.key !== key);
    this.#changed();
  }

  say(manager: TestManager, from: Pid, to: Pid, body: CallSignal | undefined): void {
    if (!manager.seen.members.includes(homeOf(to))) {
      manager.scheduler.undelivered(from, to, false);
      return;
    }
    if (body?.type === 'lockAccepted' && body.ok) this.accepted(from, body.seq, body.operation);
    this.#send(manager, homeOf(to), { from, to, body, revision: manager.seen.revision });
  }

  /** Hears of each operation that one of the line's processes has accepted. */
  accepted: (lcp: Pid, seq: number, operation: string) => void = () => {};

  announce(manager: TestManager, gone: Pid): void {
    for (const other of this.managers)
      if (other !== manager)
        this.#send(manager, other.home, {
          from: gone,
          to: undefined,
          body: undefined,
          revision: manager.seen.revision,
        });
  }

  /** Delivers the oldest packet of that link, if its time has come. */
  deliver(key: string): boolean {
    const packets = this.links.get(key);
    const packet = packets?.[0];
    const receiver = this.managers.find(({ home }) => key.endsWith(`>${home}`));
    if (packets === undefined || packet === undefined || receiver === undefined) {
      this.links.delete(key);
      return false;
    }
    // Rule F: it waits for the receiver to have seen as much; whoever is no member is not heard.
    if (packet.revision > receiver.seen.revision) return false;
    packets.shift();
    if (packets.length === 0) this.links.delete(key);
    const { from, to, body } = packet;
    if (!receiver.seen.members.includes(homeOf(from))) return true;
    // As it would have gone over the wire.
    const wired = body && (JSON.parse(JSON.stringify(body)) as CallSignal);
    if (to === undefined) receiver.scheduler.died(from);
    else receiver.scheduler.received(from, to, wired);
    return true;
  }

  /** Delivers everything, one thing at a time. */
  settle(): void {
    for (let isBusy = true; isBusy; ) {
      isBusy = false;
      for (const manager of this.managers) {
        while (manager.scheduler.waiting > 0) {
          manager.scheduler.drain();
          isBusy = true;
        }
        while (manager.changes.length > 0) {
          manager.see();
          isBusy = true;
        }
      }
      for (const key of [...this.links.keys()]) if (this.deliver(key)) isBusy = true;
    }
  }

  /** Lets `ms` pass; between two timers everything is delivered when `isQuick`. */
  wait(ms: number, isQuick: boolean): void {
    const untilMs = this.nowMs + ms;
    for (;;) {
      let nextMs = untilMs;
      for (const { scheduler } of this.managers)
        if (scheduler.waiting === 0) nextMs = Math.min(nextMs, scheduler.nextDueMs());
      this.nowMs = Math.max(nextMs, this.nowMs);
      for (const { scheduler } of this.managers) scheduler.advance(this.nowMs);
      if (isQuick) this.settle();
      if (this.nowMs >= untilMs) return;
    }
  }

  #send(manager: TestManager, to: Home, packet: Packet): void {
    const key = `${manager.home}>${to}`;
    this.links.set(key, [...(this.links.get(key) ?? []), packet]);
    const what = packet.body?.type ?? (packet.to === undefined ? 'died' : 'gone');
    this.trace.push(`${packet.to ?? to} < ${what} from ${packet.from}`);
  }

  #now(): State {
    const members = this.managers.map(({ home }) => home);
    return { revision: this.#revision, entries: this.#entries, members };
  }

  #changed(): void {
    this.#revision++;
    const state = this.#now();
    for (const manager of this.managers) manager.changes.push(state);
  }
}
