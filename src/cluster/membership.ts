/**
 * A manager's membership of its cluster: it joins, renews, hears and is heard, suspects and expels, and
 * knows at any time whether it may act (`standing`). Without clock, timers and I/O of its own.
 *
 * What holds, whatever the bus, the store and the machine do, as long as clocks run alike:
 * - Who is expelled acts as 'member' no longer than until its store watch says so, and never longer
 *   than `fenceMs` of its own running time: each renewal reads its key, and an older one does not count.
 * - Who is expelled for silence was 'unsure' before, or was not running (`standing.ts`).
 * - Who was paused for longer than `pauseMs` is 'unsure' until the store has confirmed it in answer to
 *   something asked after it woke.
 *
 * What the owner does:
 * - It follows the whole of the cluster's prefix, from before `Membership` is made if it can, and hands
 *   on `reset` and `changed` with everything in them; what is of no interest here is skipped. (At least
 *   the keys `members/…`, `evictions/…` and `secret`, and revisions as they came.)
 * - The first call in every turn, before anything that came in is looked at and anything is sent, is
 *   `advance(nowMs)`: that is where a pause is noticed. While `standing` is 'unsure' nothing of other
 *   managers is taken and nothing sent or decided for what others share, and after 'fenced' never
 *   again; beats, pings and the answers to pings go on meanwhile, except after 'fenced'.
 * - It calls `advance` again when `nextDueMs()` has come (never more than `beatMs` away), and when
 *   `wake` asks for it.
 * - After `joined` it attaches to the bus under the home, and says `connected(true)` once it is there.
 *   Whoever asks something of it on the bus with a home in the text, or sends a packet, is `heard`.
 */
import type { Standing, View } from '../process/cluster.ts';
import type { Incoming } from '../process/message-plane.ts';
import type { Home } from '../process/pid.ts';
import type { Change, Entry, Revision } from '../process/state-plane.ts';
import { answersLater, type MembershipStore } from './answers-later.ts';
import { MEMBERS_MAX, readBeat, writeBeat } from './beat.ts';
import { Evictions } from './evictions.ts';
import { Joining } from './joining.ts';
import { homeAt, type Member, Members } from './members.ts';
import type { MembershipOptions } from './membership-ports.ts';
import { MEMBERSHIP_TIMINGS, type MembershipTimings } from './membership-timings.ts';
import { Peers } from './peers.ts';
import { Pulse } from './pulse.ts';
import type { Renewal } from './renewal.ts';
import { type Evidence, Judge } from './standing.ts';

/** What there is once it has joined. */
type Joined = {
  readonly home: Home;
  readonly created: Revision;
  readonly renewal: Renewal;
  readonly peers: Peers;
  readonly evictions: Evictions;
  readonly judge: Judge;
  readonly pulse: Pulse;
};

type Phase =
  | { readonly type: 'joining'; readonly joining: Joining }
  | ({ readonly type: 'joined' } & Joined)
  | { readonly type: 'over' };

export class Membership {
  /**
   * Plain integers. Beats dropped: `malformed`; `foreign`, of no member of the view; `repeated`, came
   * twice or after a later one.
   */
  readonly counters = { beats: 0, malformed: 0, foreign: 0, repeated: 0 };
  readonly #options: MembershipOptions;
  readonly #timings: MembershipTimings;
  readonly #store: MembershipStore;
  readonly #members = new Members();
  #phase: Phase;
  #standing: Standing = 'unsure';
  #fenced: 'removed' | 'unconfirmed' | undefined;
  #nowMs: number;
  #epochMs: number;
  #dueMs = Number.NEGATIVE_INFINITY;
  /** Answers that have come since the last `advance`. */
  #answers: (() => void)[] = [];
  #wokeMs = Number.NEGATIVE_INFINITY;
  #downMs: number | undefined;
  #settledMs = 0;
  /** The newest revision that somebody outside the view was heard to have. */
  #foreign = { revision: 0, atMs: Number.NEGATIVE_INFINITY };

  /** Begins to join. */
  constructor(options: MembershipOptions, nowMs: number) {
    this.#options = options;
    this.#timings = { ...MEMBERSHIP_TIMINGS, ...options.timings };
    this.#nowMs = nowMs;
    this.#epochMs = options.clock.epochMs();
    this.#store = answersLater(options.store, (deliver) => this.#keep(deliver));
    const { id, record, secret, clock } = options;
    const joining = new Joining({
      id,
      record,
      secret,
      clock,
      store: this.#store,
      members: this.#members,
      timings: this.#timings,
      nowMs: () => this.#nowMs,
      joined: (created, agreed, renewal) => this.#joined(created, agreed, renewal),
      gone: () => this.#fence('removed'),
      failed: (failure) => {
        this.#phase = { type: 'over' };
        this.#stand('fenced');
        options.listener.failed(failure);
      },
    });
    this.#phase = { type: 'joining', joining };
  }

  /** The members as the store has them, oldest first. */
  get members(): readonly Member[] {
    return this.#members.all;
  }

  /** Why it is 'fenced', unless it left: its key was removed, or the store did not confirm it in time. */
  get fenced(): 'removed' | 'unconfirmed' | undefined {
    return this.#fenced;
  }

  /** Members that this one has expelled. */
  get expelled(): number {
    return this.#phase.type === 'joined' ? this.#phase.evictions.done : 0;
  }

  /** As of the last `advance`. */
  get standing(): Standing {
    return this.#standing;
  }

  get view(): View {
    return this.#members.view;
  }

  /** The first call of every turn. `nowMs`: monotonic. */
  advance(nowMs: number): void {
    const epochMs = this.#options.clock.epochMs();
    // A machine that is suspended stops its monotonic clock.
    const passedMs = Math.max(nowMs - this.#nowMs, epochMs - this.#epochMs);
    this.#nowMs = nowMs;
    this.#epochMs = epochMs;
    if (passedMs > this.#timings.pauseMs) this.#woke();
    if (this.#answers.length === 0 && nowMs < this.#dueMs) return;
    const answers = this.#answers;
    this.#answers = [];
    for (const deliver of answers) deliver();
    this.#work();
  }

  /** When `advance` is to be called at the latest. */
  nextDueMs(): number {
    return this.#answers.length > 0 ? this.#nowMs : this.#dueMs;
  }

  /** As of `Follower`. */
  reset(revision: Revision, entries: readonly Entry[]): void {
    const before = this.#members.view;
    this.#members.reset(revision, entries);
    this.#viewed(before);
  }

  /** As of `Follower`. */
  changed(revision: Revision, changes: readonly Change[]): void {
    const before = this.#members.view;
    if (this.#members.changed(revision, changes)) this.#viewed(before);
    else if (this.#phase.type === 'joining') this.#work();
  }

  /** A packet or a question of that manager came in. */
  heard(home: Home, nowMs: number): void {
    if (this.#phase.type === 'joined') this.#phase.peers.heard(home, nowMs);
  }

  /** An event on the topic 'beat' came in. */
  beat(incoming: Incoming): void {
    const phase = this.#phase;
    if (phase.type !== 'joined') return;
    const { counters } = this;
    counters.beats++;
    const beat = readBeat(incoming);
    if (beat === undefined) {
      counters.malformed++;
      return;
    }
    const peer = phase.peers.get(beat.home);
    if (peer === undefined) {
      counters.foreign++;
      if (beat.rv >= this.#foreign.revision || this.#isForeignOld())
        this.#foreign = { revision: beat.rv, atMs: this.#nowMs };
    } else if (beat.no <= peer.beatNo) {
      counters.repeated++;
      return;
    } else {
      phase.peers.take(peer, beat, this.#nowMs, (no) => phase.pulse.sentMs(no));
    }
    this.#work();
  }

  /** Nobody takes what is sent to that manager. */
  absent(home: Home): void {
    const phase = this.#phase;
    if (phase.type !== 'joined') return;
    phase.peers.absent(home, this.#nowMs);
    this.#work();
  }

  /** There is a way to the bus, or none. There is none until this says so. */
  connected(isUp: boolean): void {
    const phase = this.#phase;
    if (phase.type !== 'joined' || isUp === (this.#downMs === undefined)) return;
    if (isUp) {
      if (this.#nowMs - (this.#downMs ?? 0) > this.#timings.outageMs) this.#doubt(phase);
      phase.peers.listenAnew(this.#nowMs);
      phase.pulse.hurry();
    }
    this.#downMs = isUp ? undefined : this.#nowMs;
    this.#work();
  }

  /** Orderly end: no member any more, and nothing of this manager is left in the store when `done` is called. */
  leave(done: () => void): void {
    const phase = this.#phase;
    this.#phase = { type: 'over' };
    this.#dueMs = Number.POSITIVE_INFINITY;
    this.#stand('fenced');
    if (phase.type === 'joining') phase.joining.stop(done);
    else if (phase.type === 'joined') this.#options.store.revoke(phase.renewal.lease, done);
    else done();
  }

  #keep(deliver: () => void): void {
    this.#answers.push(deliver);
    this.#options.wake();
  }

  #joined(created: Revision, secret: string, renewal: Renewal): void {
    const { id, clock, storeOutage = 'freeze', listener } = this.#options;
    const timings = this.#timings;
    const home = homeAt(id, created);
    const pulse = new Pulse(timings);
    const ping = (peer: Home): void => this.#ping(peer);
    const peers = new Peers({ me: home, timings, ping, urgent: () => pulse.hurry() }, this.#nowMs);
    const evictions = new Evictions({
      id,
      created,
      clock,
      timings,
      store: this.#store,
      members: this.#members,
      nowMs: () => this.#nowMs,
      gone: () => this.#fence('removed'),
    });
    const judge = new Judge(timings, storeOutage);
    this.#phase = { type: 'joined', home, created, renewal, peers, evictions, judge, pulse };
    this.#downMs = this.#nowMs;
    this.#settledMs = this.#nowMs;
    const { view } = this.#members;
    peers.setView(view, this.#nowMs);
    if (renewal.lastOkMs < this.#wokeMs) renewal.renew(this.#nowMs);
    listener.joined({ home, view, secret });
  }

  #ping(home: Home): void {
    this.#options.ping(home, (answer) =>
      this.#keep(() => {
        if (this.#phase.type !== 'joined') return;
        if (answer.ok) this.#phase.peers.heard(home, this.#nowMs);
        else if (answer.why === 'absent') this.#phase.peers.absent(home, this.#nowMs);
      }),
    );
  }

  /** From a sleep in which anything may have happened, also to one that has just made its key. */
  #woke(): void {
    const phase = this.#phase;
    this.#wokeMs = this.#nowMs;
    if (phase.type !== 'joined') return;
    this.#doubt(phase);
    phase.peers.listenAnew(this.#nowMs);
    this.#work();
  }

  /** What was confirmed so far says nothing any more. */
  #doubt({ renewal }: Joined): void {
    this.#wokeMs = this.#nowMs;
    renewal.renew(this.#nowMs);
  }

  #viewed(before: View): void {
    const phase = this.#phase;
    if (phase.type === 'joined') {
      const { view } = this.#members;
      if (this.#members.get(this.#options.id)?.created !== phase.created) {
        this.#fence('removed');
        return;
      }
      const left = before.members.filter((home) => !view.members.includes(home));
      if (left.length > 0 || view.members.length !== before.members.length)
        this.#settledMs = this.#nowMs;
      phase.peers.setView(view, this.#nowMs);
      phase.evictions.setView(view.members);
      // One that does not reach the store, and is frozen, learns only by this that it has no part in it any more.
      if (left.length > 0) phase.pulse.hurry();
      if (view.revision !== before.revision) this.#options.listener.viewChanged(view, left);
    }
    this.#work();
  }

  /** Does what is due, and finds out when there is something next. */
  #work(): void {
    if (this.#phase.type === 'joining') this.#phase.joining.advance();
    // It may be another one by now.
    const phase = this.#phase;
    if (phase.type === 'joining') this.#dueMs = phase.joining.dueMs;
    else if (phase.type === 'joined') this.#live(phase);
    else this.#dueMs = Number.POSITIVE_INFINITY;
  }

  #live(phase: Joined): void {
    const nowMs = this.#nowMs;
    const { renewal, peers, evictions, judge, pulse } = phase;
    renewal.advance(nowMs);
    if (this.#members.isPrivate) renewal.touch(this.#members.get(this.#options.id)?.record, nowMs);
    const evidence = this.#evidence(phase);
    const standing = judge.judge(evidence);
    if (standing === 'fenced') {
      this.#fence('unconfirmed');
      return;
    }
    if (this.#downMs === undefined) {
      peers.advance(nowMs);
      if (nowMs - renewal.lastOkMs <= this.#timings.fenceMs && judge.isAwake(evidence))
        evictions.advance(peers, this.#settledMs);
    }
    if (nowMs >= pulse.dueMs) this.#beat(phase);
    this.#dueMs = Math.min(
      renewal.dueMs,
      pulse.dueMs,
      judge.dueMs(evidence),
      this.#downMs === undefined ? peers.dueMs : Number.POSITIVE_INFINITY,
      evictions.dueMs,
      evictions.halfAtMs(peers, this.#settledMs),
    );
    this.#stand(standing);
  }

  #beat({ home, peers, evictions, pulse }: Joined): void {
    const nowMs = this.#nowMs;
    const no = pulse.next(nowMs);
    const heard = new Map<Home, number>();
    for (const peer of peers.all) {
      const isHeard = nowMs - peer.heardMs <= this.#timings.heardMs && peer.beatNo > 0;
      if (isHeard && !evictions.isOpen(peer.home) && heard.size < MEMBERS_MAX)
        heard.set(peer.home, peer.beatNo);
    }
    const suspects = peers.tellSuspects(no).slice(0, MEMBERS_MAX);
    const { revision: rv } = this.#members.view;
    const beat = { home, no, rv, heard, suspects: new Set(suspects) };
    this.#options.publish('beat', writeBeat(beat));
  }

  #evidence({ renewal, peers }: Joined): Evidence {
    const { all } = peers;
    const heardOf = all.reduce((newest, { rv }) => Math.max(newest, rv), 0);
    return {
      nowMs: this.#nowMs,
      lastOkMs: renewal.lastOkMs,
      wokeMs: this.#wokeMs,
      downMs: this.#downMs,
      revision: this.#members.view.revision,
      newestRevision: this.#isForeignOld() ? heardOf : Math.max(heardOf, this.#foreign.revision),
      peers: all,
    };
  }

  #isForeignOld(): boolean {
    return this.#nowMs - this.#foreign.atMs > this.#timings.fenceMs;
  }

  /** No member any more. What is left of it in the store goes now rather than later. */
  #fence(why: 'removed' | 'unconfirmed'): void {
    const phase = this.#phase;
    if (phase.type !== 'joined') return;
    this.#fenced = why;
    this.#phase = { type: 'over' };
    this.#dueMs = Number.POSITIVE_INFINITY;
    this.#options.store.revoke(phase.renewal.lease, () => undefined);
    this.#stand('fenced');
  }

  #stand(standing: Standing): void {
    if (standing === this.#standing) return;
    this.#standing = standing;
    this.#options.listener.standingChanged(standing);
  }
}
