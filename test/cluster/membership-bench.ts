/**
 * One member among scripted others: a real store, whose other members are mere keys and say what the
 * test has them say. Everything that the member does goes into one log, with its time.
 */

import { readBeat } from '../../src/cluster/beat.ts';
import { EmbeddedStatePlane } from '../../src/cluster/embedded-state-plane.ts';
import { EmbeddedStore } from '../../src/cluster/embedded-store.ts';
import { homeAt } from '../../src/cluster/members.ts';
import { Membership } from '../../src/cluster/membership.ts';
import type { MembershipTimings } from '../../src/cluster/membership-timings.ts';
import type { Answer } from '../../src/process/message-plane.ts';
import type { Home } from '../../src/process/pid.ts';
import type { Lease, Transaction } from '../../src/process/state-plane.ts';
import { Agenda } from '../../src/testkit/agenda.ts';

export type Script = {
  /** Beats every 150 ms, from now on. */
  isBeating: boolean;
  /** Says that it hears the member. */
  isHearing: boolean;
  suspects: Home[];
  /** What becomes of pings. */
  answers: 'here' | 'absent' | 'nothing';
};

type Other = Script & { readonly id: string; home: Home; no: number; readonly lease: Lease };

export type BenchOptions = {
  readonly timings?: Partial<MembershipTimings>;
  readonly storeOutage?: 'freeze' | 'fence';
  readonly epochMs?: number;
};

export const RECORD = { host: 'host-a', pid: 41, started: '2026-01-02T03:04:05Z', sip: [] };

export class MembershipBench {
  readonly agenda = new Agenda();
  readonly store = new EmbeddedStore(100);
  readonly plane: EmbeddedStatePlane;
  /** Without renewals and beats, which `beats` has. */
  readonly log: string[] = [];
  readonly beats: string[] = [];
  readonly others = new Map<string, Other>();
  /** The number of the member's last beat. */
  beatNo = 0;
  home: Home = '';
  /** The store's watch says nothing. */
  isBlind = false;
  /** The wall clock's lead over the monotonic one. */
  epochMs: number;
  #membership: Membership | undefined;
  readonly #options: BenchOptions;
  #isAwake = true;
  /** Turns that wait until it wakes. */
  #missed: (() => void)[] = [];

  constructor(options: BenchOptions = {}) {
    this.#options = options;
    this.epochMs = options.epochMs ?? 1_000_000;
    this.plane = new EmbeddedStatePlane(this.store, {
      carry: (_what, deliver) => this.agenda.after(1, deliver),
    });
    this.#tick();
  }

  get membership(): Membership {
    if (this.#membership === undefined) throw new Error('not started');
    return this.#membership;
  }

  /** Another member, as the store has it. */
  add(id: string, script: Partial<Script> = {}, version = 1): Other {
    const lease = this.store.grant(600_000) ?? '';
    const value = JSON.stringify({ ...RECORD, version, lease, host: 'host-b', pid: 42 });
    const put = { type: 'put', key: `members/${id}`, value, lease } as const;
    const result = this.store.transact({ compare: [], then: [put] });
    const home = homeAt(id, result.type === 'done' ? result.revision : 0);
    const other: Other = {
      id,
      home,
      lease,
      no: 0,
      isBeating: true,
      isHearing: true,
      suspects: [],
      answers: 'here',
      ...script,
    };
    this.others.set(id, other);
    return other;
  }

  /** `cm1` begins to join. */
  start(): void {
    const { plane } = this;
    const turn = (action: () => void): void => {
      if (!this.#isAwake) {
        this.#missed.push(() => turn(action));
        return;
      }
      membership.advance(this.agenda.nowMs);
      action();
    };
    const membership: Membership = new Membership(
      {
        id: 'cm1',
        record: RECORD,
        secret: 'made by cm1',
        clock: { epochMs: () => this.epochMs + this.agenda.nowMs },
        storeOutage: this.#options.storeOutage ?? 'freeze',
        timings: this.#options.timings ?? {},
        store: {
          transact: (transaction, done) => {
            this.#note(describe(transaction));
            plane.transact(transaction, done);
          },
          read: (prefix, done) => plane.read(prefix, done),
          grant: (ttlMs, done) => {
            this.#note(`grant ${ttlMs}`);
            plane.grant(ttlMs, done);
          },
          keepAlive: (lease, done) => plane.keepAlive(lease, done),
          revoke: (lease, done) => {
            const whose = [...this.others.values()].find((other) => other.lease === lease);
            this.#note(`revoke lease of ${whose?.id ?? 'cm1'}`);
            plane.revoke(lease, done);
          },
        },
        publish: (_topic, text) => {
          const beat = readBeat({ from: 'cm1', text });
          if (beat === undefined) throw new Error(`unreadable beat ${text}`);
          this.beatNo = beat.no;
          const heard = [...beat.heard.keys()].join(' ');
          const suspects = [...beat.suspects].join(' ');
          this.beats.push(`${this.agenda.nowMs} heard [${heard}] suspects [${suspects}]`);
        },
        ping: (home, done) => this.#pinged(home, done),
        wake: () => turn(() => undefined),
        listener: {
          joined: ({ home, view, secret }) => {
            this.home = home;
            this.#note(`joined as ${home}: ${view.members.join(' ')}, ${secret}`);
            this.agenda.after(0, () => turn(() => membership.connected(true)));
          },
          viewChanged: ({ members }, left) =>
            this.#note(`view ${members.join(' ')}, left: ${left.join(' ') || 'none'}`),
          standingChanged: (standing) => this.#note(standing),
          failed: ({ code, message }) => this.#note(`failed: ${code}: ${message}`),
        },
      },
      this.agenda.nowMs,
    );
    this.#membership = membership;
    plane.follow('', {
      reset: (revision, entries) => turn(() => membership.reset(revision, entries)),
      changed: (revision, changes) => {
        if (!this.isBlind) turn(() => membership.changed(revision, changes));
      },
    });
    this.#advance();
    this.#beatOthers();
  }

  /** What another member does from now on. */
  script(id: string, script: Partial<Script>): void {
    Object.assign(this.others.get(id) ?? {}, script);
  }

  /** Virtual time goes on. */
  run(forMs: number): void {
    const untilMs = this.agenda.nowMs + forMs;
    while (this.agenda.nextMs <= untilMs) this.agenda.step();
    this.agenda.nowMs = untilMs;
  }

  /** The member is suspended in virtual time; what the bus has for it meanwhile is lost, what the store has waits. */
  suspend(forMs: number): void {
    this.#isAwake = false;
    this.run(forMs);
    this.#isAwake = true;
    this.membership.advance(this.agenda.nowMs);
    for (const turn of this.#missed.splice(0)) turn();
  }

  /** Away with the log so far. */
  clear(): void {
    this.log.length = 0;
    this.beats.length = 0;
  }

  /** A beat of another member, now. */
  say(id: string): void {
    const other = this.others.get(id);
    if (other === undefined) return;
    const heard = other.isHearing && this.beatNo > 0 ? [[this.home, this.beatNo]] : [];
    const { home, suspects } = other;
    const rv = this.store
      .entries('members/')
      .reduce((top, { modified }) => Math.max(top, modified), 0);
    this.hear(id, { home, no: ++other.no, rv, heard, suspects });
  }

  /** Anything that comes as a beat from that manager. */
  hear(from: string, beat: unknown): void {
    if (!this.#isAwake) return;
    this.membership.advance(this.agenda.nowMs);
    const text = typeof beat === 'string' ? beat : JSON.stringify(beat);
    this.membership.beat({ from, text });
  }

  #pinged(home: Home, done: (answer: Answer) => void): void {
    const other = [...this.others.values()].find((each) => each.home === home);
    this.#note(`ping ${other?.id}`);
    if (other?.answers === 'here') this.agenda.after(1, () => done({ ok: true, text: '' }));
    if (other?.answers === 'absent') this.agenda.after(1, () => done({ ok: false, why: 'absent' }));
  }

  #beatOthers(): void {
    for (const { id, isBeating } of [...this.others.values()]) if (isBeating) this.say(id);
    this.agenda.after(150, () => this.#beatOthers());
  }

  /** The member's timers, to the ms. */
  #advance(): void {
    const { nowMs } = this.agenda;
    if (this.#isAwake) this.membership.advance(nowMs);
    if (this.#isAwake && this.membership.nextDueMs() <= nowMs) throw new Error('never done');
    this.agenda.after(1, () => this.#advance());
  }

  #tick(): void {
    this.store.advance(this.agenda.nowMs);
    this.agenda.after(10, () => this.#tick());
  }

  #note(text: string): void {
    this.log.push(`${this.agenda.nowMs} ${text}`);
  }
}

function describe({ then }: Transaction): string {
  return then.map(({ type, key }) => `${type} ${key}`).join(', ');
}
