/**
 * Two or three managers with nothing but their links, over a bus that loses, doubles, delays, reorders
 * and fails for a while, with pauses, members that leave (and do not know it yet) and members that
 * join, all from a seed. Keeps book of what was said, heard and reported.
 */
import assert from 'node:assert/strict';
import { Links } from '../../src/cluster/links.ts';
import type { View } from '../../src/process/cluster.ts';
import type { Incoming } from '../../src/process/message-plane.ts';
import { type Home, homeOf, makePid, type Pid } from '../../src/process/pid.ts';
import { Agenda } from '../../src/testkit/agenda.ts';
import { SeededRandom } from '../../src/testkit/seeded-random.ts';

export type Conditions = {
  readonly managers: number;
  readonly loss: number;
  readonly doubling: number;
  /** How long what is sent is on its way, most of the time; now and then it is up to `tailMs`. */
  readonly delayMs: number;
  readonly tailMs: number;
  /** How many times two managers do not reach each other for up to 4 s, and one stands still for up to 3 s. */
  readonly outages: number;
  readonly pauses: number;
  /** How many times a manager leaves or joins. */
  readonly changes: number;
};

/** What became of one thing that was said. */
type Account = {
  readonly from: Pid;
  readonly to: Pid;
  /** A signal may be undelivered; a notice never is. */
  readonly isSignal: boolean;
  readonly saidMs: number;
  heardMs: number[];
  reportedMs: number[];
};

const TALK_MS = 4000;
const END_MS = 60_000;
/** As the send window and the receive window have them. */
const TAKE_BACK_MS = 2000;
const STALE_MS = 2100;

export class World {
  readonly agenda = new Agenda();
  readonly accounts: Account[] = [];
  readonly #random: SeededRandom;
  readonly #conditions: Conditions;
  readonly #managers = new Map<Home, Manager>();
  readonly #cuts = new Set<string>();
  #view: View = { revision: 1, members: [] };
  #incarnation = 1;
  /** Ever expelled. */
  readonly #left = new Set<Home>();
  #pausedMs = 0;

  constructor(seed: number, conditions: Conditions) {
    this.#random = new SeededRandom(seed);
    this.#conditions = conditions;
    for (let i = 0; i < conditions.managers; i++) this.#join(`m${i}`);
  }

  /** Throws when something is not as it must be. */
  run(): void {
    const { agenda } = this;
    const { outages, pauses, changes } = this.#conditions;
    for (let i = 0; i < 60; i++) agenda.at(this.#upTo(TALK_MS), () => this.#talk());
    for (let i = 0; i < outages; i++) agenda.at(this.#upTo(TALK_MS), () => this.#cut());
    for (let i = 0; i < pauses; i++) agenda.at(this.#upTo(TALK_MS), () => this.#pause());
    for (let i = 0; i < changes; i++) agenda.at(this.#upTo(TALK_MS), () => this.#change());
    for (let steps = 0; agenda.step(); steps++) {
      assert(steps < 200_000, 'no end of it');
      assert(agenda.nowMs < END_MS, 'not quiet in the end');
    }
    this.#check();
  }

  get total(): { heard: number; reported: number; both: number; sentAgain: number } {
    const signals = this.accounts.filter(({ isSignal }) => isSignal);
    let sentAgain = 0;
    for (const { links } of this.#managers.values()) sentAgain += links.counters.sentAgain;
    return {
      heard: signals.filter(({ heardMs }) => heardMs.length > 0).length,
      reported: signals.filter(({ reportedMs }) => reportedMs.length > 0).length,
      both: signals.filter((a) => a.heardMs.length > 0 && a.reportedMs.length > 0).length,
      sentAgain,
    };
  }

  /** The bus. */
  carry(from: Home, to: Home, text: string): void {
    const { loss, doubling, delayMs, tailMs } = this.#conditions;
    if (this.#cuts.has(pairOf(from, to)) || this.#random.chance(loss)) return;
    const copies = this.#random.chance(doubling) ? 2 : 1;
    const incoming = { from: from.slice(0, from.indexOf('.')), text };
    for (let i = 0; i < copies; i++) {
      const isSlow = tailMs > 0 && this.#random.chance(0.05);
      const afterMs = this.#upTo(isSlow ? tailMs : delayMs);
      this.agenda.after(afterMs, () => this.#managers.get(to)?.arrive(incoming));
    }
  }

  heard(at: Home, from: Pid, to: Pid | undefined, index: number): void {
    const account = this.accounts[index];
    assert(account !== undefined && account.from === from && homeOf(account.to) === at);
    assert(to === undefined || account.to === to);
    assert(this.#managers.get(at)?.view.members.includes(homeOf(from)), 'heard of one that left');
    account.heardMs.push(this.agenda.nowMs);
  }

  reported(from: Pid, to: Pid): void {
    // The oldest of theirs that is open: they are reported in order, refused ones apart.
    const account = this.accounts.find(
      (a) => a.from === from && a.to === to && a.isSignal && a.reportedMs.length === 0,
    );
    assert(account !== undefined, 'reported what was not said');
    account.reportedMs.push(this.agenda.nowMs);
  }

  #upTo(limitMs: number): number {
    return (this.#random.next32() / 2 ** 32) * limitMs;
  }

  /** A manager says something to some others, within one turn. */
  #talk(): void {
    const speaker = this.#random.pick([...this.#managers.values()]);
    if (speaker === undefined || speaker.isPaused) return;
    const { links, home } = speaker;
    speaker.turn(() => {
      for (let count = this.#random.between(1, 4); count > 0; count--) {
        // A PID of its own for each signal: reports name no more than that.
        const from = makePid(home, 'd', this.accounts.length);
        const peers = [...this.#managers.keys()].filter((peer) => peer !== home);
        const peer = this.#random.pick(peers);
        if (peer === undefined) return;
        const to = makePid(peer, 'd', 1);
        const kind = this.#random.below(8);
        if (kind > 1) {
          links.tell(from, to, { index: this.#open(from, to, true) });
        } else if (speaker.view.members.includes(peer) && kind === 0) {
          this.#open(from, to, false);
          links.tell(from, to, undefined);
        } else if (kind === 1) {
          const pid = makePid(home, 'c', this.accounts.length);
          for (const member of speaker.view.members)
            if (member !== home) this.#open(pid, makePid(member, 'd', 1), false);
          links.announce(pid);
        }
      }
    });
  }

  #open(from: Pid, to: Pid, isSignal: boolean): number {
    const saidMs = this.agenda.nowMs;
    return this.accounts.push({ from, to, isSignal, saidMs, heardMs: [], reportedMs: [] }) - 1;
  }

  #cut(): void {
    const homes = [...this.#managers.keys()];
    const a = this.#random.pick(homes);
    const b = this.#random.pick(homes);
    if (a === undefined || b === undefined || a === b) return;
    // Often one way only: then it is the acknowledgements that are lost.
    const pairs = this.#random.chance(0.5) ? [pairOf(a, b)] : [pairOf(a, b), pairOf(b, a)];
    for (const pair of pairs) this.#cuts.add(pair);
    this.agenda.after(this.#upTo(4000), () => {
      for (const pair of pairs) this.#cuts.delete(pair);
    });
  }

  #pause(): void {
    const manager = this.#random.pick([...this.#managers.values()]);
    if (manager === undefined || manager.isPaused) return;
    const forMs = this.#upTo(3000);
    this.#pausedMs = Math.max(this.#pausedMs, 3000);
    manager.isPaused = true;
    this.agenda.after(forMs, () => manager.wake());
  }

  /** Somebody leaves, or joins; each sees it after a while. */
  #change(): void {
    const { members } = this.#view;
    if (members.length > 1 && this.#random.chance(0.6)) {
      const gone = this.#random.pick(members) ?? '';
      this.#left.add(gone);
      this.#publish(members.filter((home) => home !== gone));
      // It goes on for a while, not knowing.
      this.agenda.after(this.#upTo(1500), () => {
        this.#managers.get(gone)?.stop();
        this.#managers.delete(gone);
      });
    } else this.#join(`m${this.#random.below(4)}`);
  }

  #join(id: string): void {
    if (this.#view.members.some((home) => home.startsWith(`${id}.`))) return;
    const home = `${id}.${this.#incarnation++}`;
    this.#publish([...this.#view.members, home]);
    const manager = new Manager(this, home);
    this.#managers.set(home, manager);
    manager.see(this.#view);
  }

  #publish(members: readonly Home[]): void {
    this.#view = { revision: this.#view.revision + this.#random.between(1, 3), members };
    const view = this.#view;
    for (const manager of this.#managers.values()) {
      if (this.agenda.nowMs === 0) manager.see(view);
      else this.agenda.after(this.#upTo(300), () => manager.see(view));
    }
  }

  #check(): void {
    for (const { links, home } of this.#managers.values())
      assert.equal(links.nextDueMs(), Infinity, `${home} is not quiet`);
    const last = new Map<string, number>();
    const { tailMs, delayMs } = this.#conditions;
    const latestMs = STALE_MS + Math.max(tailMs, delayMs) + this.#pausedMs + 1;
    for (const [index, account] of this.accounts.entries()) {
      const { from, to, isSignal, saidMs, heardMs, reportedMs } = account;
      const story = `${index}: ${JSON.stringify(account)}`;
      assert(heardMs.length <= 1 && reportedMs.length <= 1, `twice: ${story}`);
      const [heard] = heardMs;
      const [reported] = reportedMs;
      if (heard !== undefined) {
        const pair = `${homeOf(from)} ${homeOf(to)}`;
        assert(heard >= (last.get(pair) ?? 0), `out of order: ${story}`);
        last.set(pair, heard);
        if (isSignal) assert(heard <= saidMs + latestMs, `too late: ${story}`);
      }
      // What is refused is reported at once, and never heard.
      if (heard !== undefined && reported !== undefined)
        assert(reported >= saidMs + TAKE_BACK_MS, `refused and heard: ${story}`);
      if (this.#left.has(homeOf(from)) || this.#left.has(homeOf(to))) continue;
      assert(heard !== undefined || (isSignal && reported !== undefined), `lost: ${story}`);
    }
  }
}

class Manager {
  readonly home: Home;
  readonly links: Links;
  view: View = { revision: 0, members: [] };
  isPaused = false;
  #isStopped = false;
  readonly #world: World;
  /** What came while it stood still. */
  #mail: Incoming[] = [];
  #views: View[] = [];
  /** Its last one heard of each other, to see the order within one moment. */
  readonly #heard = new Map<Home, number>();

  constructor(world: World, home: Home) {
    this.#world = world;
    this.home = home;
    const note = (from: Pid, to: Pid | undefined, index: number): void => {
      const peer = homeOf(from);
      assert(index > (this.#heard.get(peer) ?? -1), `${index} of ${peer} is out of order`);
      this.#heard.set(peer, index);
      world.heard(home, from, to, index);
    };
    const indexOf = (from: Pid, to: Pid | undefined): number =>
      world.accounts.findIndex(
        (a) => a.from === from && !a.isSignal && homeOf(a.to) === home && (to ?? a.to) === a.to,
      );
    this.links = new Links({
      home,
      cluster: 'test',
      nowMs: world.agenda.nowMs,
      send: (to, text) => world.carry(home, to, text),
      received: (from, to, body) =>
        note(from, to, body === undefined ? indexOf(from, to) : (body as { index: number }).index),
      died: (gone) => note(gone, undefined, indexOf(gone, undefined)),
      undelivered: (from, to) => world.reported(from, to),
      heard: () => {},
    });
  }

  arrive(incoming: Incoming): void {
    this.#mail.push(incoming);
    this.turn(() => {});
  }

  see(view: View): void {
    this.#views.push(view);
    this.turn(() => {});
  }

  /** For ever. */
  stop(): void {
    this.#isStopped = true;
  }

  wake(): void {
    this.isPaused = false;
    this.turn(() => {});
  }

  turn(say: () => void): void {
    if (this.isPaused || this.#isStopped) return;
    const { links } = this;
    const { agenda } = this.#world;
    links.advance(agenda.nowMs);
    for (const view of this.#views.splice(0)) {
      if (view.revision > this.view.revision) this.view = view;
      links.setView(view);
    }
    for (const incoming of this.#mail.splice(0)) links.receive(incoming);
    say();
    links.flush();
    const dueMs = links.nextDueMs();
    assert(dueMs > agenda.nowMs, 'a turn leaves something undone');
    if (dueMs < Infinity)
      agenda.at(dueMs, () => {
        if (links.nextDueMs() <= agenda.nowMs) this.turn(() => {});
      });
  }
}

function pairOf(from: Home, to: Home): string {
  return `${from}>${to}`;
}
