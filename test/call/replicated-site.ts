/**
 * Several managers with phones on one replicated line, for tests: their call processing without
 * SIP, links between them that deliver in order and lose nothing between two that live, and a table that
 * each of them sees change in its own time. What is delivered when is the test's to say.
 */
import { SILENT } from '../../src/base/log.ts';
import type { Line } from '../../src/call/directory.ts';
import { distribute, stepDistribution } from '../../src/call/distribution.ts';
import type { Distribution } from '../../src/call/distribution-state.ts';
import { EffectBuffer } from '../../src/call/effects.ts';
import { newReplicatedLine, type ReplicatedLine } from '../../src/call/replicated-calls.ts';
import { ReplicatedLineProcess } from '../../src/call/replicated-line-process.ts';
import type { CallRequest, CallSignal } from '../../src/call/signals.ts';
import { type Home, homeOf, isGone, type Pid } from '../../src/process/pid.ts';
import type { Host, Process } from '../../src/process/process.ts';
import { Scheduler } from '../../src/process/scheduler.ts';
import { FakeDevice } from './fake-device.ts';

/** Signals whose loss their sender hears of. */
const MISSED: ReadonlySet<CallSignal['type']> = new Set([
  'attach',
  'attached',
  'callRequest',
  'callAcknowledge',
  'lineLock',
  'lineLocked',
  'callRing',
  'callTaken',
  'callFollow',
]);

type Entry = { readonly lcp: Pid; readonly revision: number };

/** A change of the table or of the membership, which every manager sees in this order. */
type Change = {
  readonly revision: number;
  readonly entries: readonly Entry[];
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

export class TestManager {
  readonly home: Home;
  readonly scheduler: Scheduler<CallSignal>;
  readonly lineManager: Pid;
  readonly devices: FakeDevice[] = [];
  readonly changes: Change[] = [];
  readonly controls = new Map<Pid, () => Distribution>();
  readonly site: ReplicatedSite;
  seen: Change = { revision: 0, entries: [], members: [] };
  record: ReplicatedLine | undefined;
  lcp: Pid | undefined;

  constructor(site: ReplicatedSite, home: Home) {
    this.site = site;
    this.home = home;
    this.scheduler = new Scheduler<CallSignal>({
      home,
      nowMs: site.nowMs,
      log: SILENT,
      turnsMax: 1,
      read: (body) => body as CallSignal,
      cluster: {
        tell: (from, to, body) => site.say(this, from, to, body as CallSignal | undefined),
        announce: (gone) => site.announce(this, gone),
      },
    });
    this.scheduler.reportMissed(({ type }) => MISSED.has(type));
    this.lineManager = this.scheduler.spawnResident(
      'm',
      (host) => new LineManagerStandIn(host, this),
    );
  }

  plug(member: string): FakeDevice {
    let fake: FakeDevice | undefined;
    const { number } = this.site.line;
    this.scheduler.spawn('d', (host) => {
      const isMember = this.site.line.members.some(({ name }) => name === member);
      fake = new FakeDevice(host, {
        device: `${member}-phone`,
        seats: isMember ? [{ number, member }] : [],
        lineManager: this.lineManager,
        startCall: (of, request) => {
          const pid = of.spawn('c', (own) => new ControlStandIn(own, this));
          of.tell(pid, request);
          return pid;
        },
      });
      return fake;
    });
    if (fake === undefined) throw new Error('not made');
    this.devices.push(fake);
    return fake;
  }

  /** Sees the next change of the table. */
  see(): void {
    const change = this.changes.shift();
    if (change === undefined) return;
    const left = this.seen.members.filter((home) => !change.members.includes(home));
    this.seen = change;
    this.view();
    for (const home of left) this.scheduler.down(home);
  }

  view(): void {
    const { lcp, seen, site } = this;
    if (lcp === undefined) return;
    const lcps = seen.entries.map((entry) => entry.lcp);
    const { number } = site.line;
    this.scheduler.tell(this.lineManager, lcp, {
      type: 'lineView',
      number,
      revision: seen.revision,
      lcps,
    });
  }
}

/** What the line manager does for replicated lines. */
class LineManagerStandIn implements Process<CallSignal> {
  readonly #host: Host<CallSignal>;
  readonly #manager: TestManager;
  readonly #seats = new Map<Pid, { readonly device: string; readonly member: string }>();
  #epoch = 0;

  constructor(host: Host<CallSignal>, manager: TestManager) {
    this.#host = host;
    this.#manager = manager;
  }

  receive(signal: CallSignal, from: Pid): void {
    if (signal.type === 'detach') this.#seats.delete(from);
    if (signal.type !== 'lineRegister') return;
    const { number, device, member } = signal;
    this.#seats.set(from, { device, member });
    const lcp = this.#manager.lcp ?? this.#create();
    const epoch = this.#epoch;
    this.#host.tell(from, { type: 'lineRegistered', number, lcp, epoch, isIntroduced: true });
    this.#host.tell(lcp, { type: 'attach', number, pid: from, device, member });
  }

  timeout(): void {}

  down(gone: Pid | Home): void {
    const manager = this.#manager;
    for (const pid of this.#seats.keys()) if (isGone(pid, gone)) this.#seats.delete(pid);
    if (manager.lcp === undefined || !isGone(manager.lcp, gone)) return;
    manager.site.leave(manager.lcp);
    manager.lcp = undefined;
    manager.record = undefined;
    if (this.#seats.size === 0) return;
    const lcp = this.#create();
    const { number } = manager.site.line;
    for (const pid of this.#seats.keys()) {
      const told = { number, lcp, epoch: this.#epoch } as const;
      this.#host.tell(pid, { type: 'lineRegistered', ...told, isIntroduced: false });
    }
  }

  #create(): Pid {
    const manager = this.#manager;
    const lcp = this.#host.spawn('l', (host) => {
      const record = newReplicatedLine(manager.site.line, host.pid);
      record.control.epoch = ++this.#epoch;
      manager.record = record;
      return new ReplicatedLineProcess(host, record, new EffectBuffer());
    });
    manager.lcp = lcp;
    manager.site.enter(lcp);
    return lcp;
  }
}

/** Call control of calls to the line. */
class ControlStandIn implements Process<CallSignal> {
  readonly #host: Host<CallSignal>;
  readonly #manager: TestManager;
  readonly #out = new EffectBuffer();
  #call: Distribution | undefined;

  constructor(host: Host<CallSignal>, manager: TestManager) {
    this.#host = host;
    this.#manager = manager;
  }

  receive(signal: CallSignal, from: Pid): void {
    this.#out.clear();
    if (this.#call === undefined) {
      if (signal.type === 'callRequest') this.#begin(signal);
      else this.#host.exit();
    } else this.#call = stepDistribution(this.#call, { type: 'signal', signal, from }, this.#out);
    this.#out.perform(this.#host);
  }

  timeout(timer: string): void {
    if (this.#call === undefined) return;
    this.#out.clear();
    this.#call = stepDistribution(this.#call, { type: 'timer', timer }, this.#out);
    this.#out.perform(this.#host);
  }

  down(gone: Pid | Home): void {
    if (this.#call === undefined) return;
    this.#out.clear();
    this.#call = stepDistribution(this.#call, { type: 'down', gone }, this.#out);
    this.#out.perform(this.#host);
  }

  #begin(request: CallRequest): void {
    const { seen, home, site } = this.#manager;
    const lcps = seen.entries.map(({ lcp }) => lcp);
    lcps.sort((a, b) => Number(homeOf(b) === home) - Number(homeOf(a) === home));
    if (lcps.length === 0) {
      const { pid, call } = request.caller;
      this.#host.tell(pid, { type: 'callRefuse', call, cause: 'no device' });
      this.#host.exit();
      return;
    }
    this.#call = distribute(request, site.line, lcps, this.#out);
    this.#manager.controls.set(this.#host.pid, () => this.#call ?? { state: 'over' });
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
  #entries: Entry[] = [];
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
    this.#entries = this.#entries.filter(({ lcp }) => homeOf(lcp) !== manager.home);
    this.#changed();
  }

  enter(lcp: Pid): void {
    this.#entries = [...this.#entries, { lcp, revision: this.#revision + 1 }];
    this.#changed();
  }

  leave(gone: Pid): void {
    this.#entries = this.#entries.filter(({ lcp }) => lcp !== gone);
    this.#changed();
  }

  say(manager: TestManager, from: Pid, to: Pid, body: CallSignal | undefined): void {
    if (!manager.seen.members.includes(homeOf(to))) {
      manager.scheduler.undelivered(from, to);
      return;
    }
    this.#send(manager, homeOf(to), { from, to, body, revision: manager.seen.revision });
  }

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

  #now(): Change {
    const members = this.managers.map(({ home }) => home);
    return { revision: this.#revision, entries: this.#entries, members };
  }

  #changed(): void {
    this.#revision++;
    const change = this.#now();
    for (const manager of this.managers) manager.changes.push(change);
  }
}
