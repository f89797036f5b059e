/**
 * A manager's seat in a cluster: membership, links and the shared table on one bus and one store.
 *
 * Pure: time comes in by `advance`, which is the first call of every turn; `flush` is the last. What
 * the bus and the store have to say comes in turns of their own, begun through `turn`, so that the
 * owner can do before and after it what belongs to a turn.
 *
 * While it is not sure whether it is a member still, it neither sends nor delivers signals: what comes
 * waits, and what is to go is on its links until it is sure, or until they give it up.
 */
import { assert } from '../base/assert.ts';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Cluster, ClusterListener, Manner, Standing, View } from '../process/cluster.ts';
import type {
  Answer,
  Attachment,
  Inbox,
  Incoming,
  MessagePlane,
} from '../process/message-plane.ts';
import { type Home, type Pid, readHome } from '../process/pid.ts';
import type { Change, Entry, Lease, Revision, StatePlane } from '../process/state-plane.ts';
import type { JoinFailure } from './joining.ts';
import { Links } from './links.ts';
import { MEMBERS, type Member, type MemberRecord, readRecord } from './members.ts';
import { Membership } from './membership.ts';
import type { MembershipTimings } from './membership-timings.ts';
import { SharedTable, TABLE_PREFIX } from './shared-table.ts';

export type ClusterMemberOptions = {
  /** This manager's configured name, and the cluster's. */
  readonly id: string;
  readonly name: string;
  readonly bus: MessagePlane;
  readonly store: StatePlane;
  readonly nowMs: number;
  readonly clock: Clock;
  readonly log: Log;
  /** What others may know of it, e.g. when they find its id taken. */
  readonly record: Omit<MemberRecord, 'version' | 'lease'>;
  /** To be the cluster's, if it has none yet: text that nobody can guess. */
  readonly secret: string;
  readonly storeOutage: 'freeze' | 'fence';
  readonly timings?: Partial<MembershipTimings>;
  /** Runs `action` as a turn of this manager: `advance` before it, `flush` after it. */
  readonly turn: (action: () => void) => void;
  /**
   * Calls `send` when all has been dealt with that has come in by now, so that what several turns have
   * to say to a manager is one packet; absent: at once.
   */
  readonly later?: (send: () => void) => void;
  /** It is a member from now on: `connect` follows. `secret`: the same for all members. */
  readonly joined: (secret: string) => void;
  readonly failed: (failure: JoinFailure) => void;
};

/** Parts that exist once it has joined. */
type Parts = { readonly home: Home; readonly links: Links; readonly table: SharedTable };

const BEAT = 'beat';
const PING = 'ping ';
const PING_TIMEOUT_MS = 300;
/** Messages that wait until this manager is sure; more are lost, and their senders send them again. */
const HELD_MAX = 4096;

export class ClusterMember implements Cluster {
  readonly #options: ClusterMemberOptions;
  readonly #membership: Membership;
  readonly #unfollow: () => void;
  /** Of the table, until there is one. */
  #early: { revision: Revision; readonly entries: Map<string, Entry> } = {
    revision: 0,
    entries: new Map(),
  };
  /** That of its own key, as the store has it. */
  #lease: Lease = '';
  #parts: Parts | undefined;
  #attachment: Attachment | undefined;
  #listener: ClusterListener | undefined;
  #held: Incoming[] = [];
  #nowMs: number;
  #wantsTurn = false;
  /** `#send` will be called. */
  #isSending = false;
  /** It has left, or is fenced: nothing that is still on its way from the store is of interest. */
  #isClosed = false;
  #answer: (text: string, done: (answer: string) => void) => void = () => {};

  /** Begins to join. */
  constructor(options: ClusterMemberOptions) {
    const { id, store, clock, record, secret, storeOutage, nowMs, turn } = options;
    this.#options = options;
    this.#nowMs = nowMs;
    this.#membership = new Membership(
      {
        id,
        record,
        secret,
        store,
        clock,
        storeOutage,
        ...(options.timings === undefined ? {} : { timings: options.timings }),
        listener: {
          joined: (joined) => this.#joined(joined.home, joined.view, joined.secret),
          viewChanged: (view, left) => this.#viewChanged(view, left),
          standingChanged: (standing) => this.#standingChanged(standing),
          failed: (failure) => options.failed(failure),
        },
        publish: (topic, text) => this.#attachment?.publish(topic, text),
        ping: (home, done) => this.#ping(home, done),
        wake: () => this.#wake(),
      },
      nowMs,
    );
    this.#unfollow = store.follow('', {
      reset: (revision, entries) => turn(() => this.#reset(revision, entries)),
      changed: (revision, changes) => turn(() => this.#changed(revision, changes)),
    });
  }

  get home(): Home {
    assert(this.#parts !== undefined, 'not a member yet');
    return this.#parts.home;
  }

  get view(): View {
    return this.#membership.view;
  }

  get standing(): Standing {
    return this.#membership.standing;
  }

  /** The members as the store has them, oldest first. */
  get members(): readonly Member[] {
    return this.#membership.members;
  }

  /** As of `Membership.fenced`. */
  get fenced(): Membership['fenced'] {
    return this.#membership.fenced;
  }

  /** Members that this one has expelled. */
  get expelled(): number {
    return this.#membership.expelled;
  }

  /** Plain integers of its parts, for metrics. */
  get counters(): { links: Links['counters']; table: SharedTable['counters'] } | undefined {
    return this.#parts && { links: this.#parts.links.counters, table: this.#parts.table.counters };
  }

  /** Who hears from the cluster; told at once what the table holds already. */
  connect(listener: ClusterListener): void {
    this.#listener = listener;
    for (const [key, entry] of this.#parts?.table.entries() ?? [])
      listener.tableChanged(key, entry);
  }

  /** The first call of every turn. */
  advance(nowMs: number): void {
    this.#nowMs = nowMs;
    this.#membership.advance(nowMs);
    this.#parts?.links.advance(nowMs);
    this.#parts?.table.advance(nowMs);
  }

  /** When the next turn is due, if nothing happens before. */
  nextDueMs(): number {
    const { links, table } = this.#parts ?? {};
    const dueMs = this.#isSure ? (links?.nextDueMs() ?? Infinity) : Infinity;
    return Math.min(this.#membership.nextDueMs(), dueMs, table?.nextDueMs() ?? Infinity);
  }

  tell(from: Pid, to: Pid, body: object | undefined, manner: Manner): void {
    this.#parts?.links.tell(from, to, body, manner);
  }

  announce(gone: Pid): void {
    this.#parts?.links.announce(gone);
  }

  claim(key: string, value: string): void {
    this.#parts?.table.claim(key, value);
  }

  release(key: string): void {
    this.#parts?.table.release(key);
  }

  flush(): void {
    if (!this.#isSure || this.#parts === undefined) return;
    const { links, table } = this.#parts;
    const { later } = this.#options;
    table.flush();
    links.report();
    if (later === undefined) links.flush();
    else if (!this.#isSending && links.nextDueMs() <= this.#nowMs) {
      this.#isSending = true;
      later(this.#send);
    }
  }

  readonly #send = (): void => {
    this.#isSending = false;
    if (this.#isSure) this.#parts?.links.flush();
  };

  /** Asks the people's side of another manager; see `answerWith`. */
  ask(home: Home, text: string, timeoutMs: number, done: (answer: Answer) => void): void {
    if (this.#attachment === undefined) done({ ok: false, why: 'absent' });
    else this.#attachment.request(home, text, timeoutMs, done);
  }

  /** How questions of other managers are answered: `done` once, now or later, or not at all. */
  answerWith(answer: (text: string, done: (answer: string) => void) => void): void {
    this.#answer = answer;
  }

  /** Orderly end. `done`: nothing of this manager is left in the store. */
  leave(done: () => void): void {
    this.#send();
    this.#membership.leave(() => this.#options.turn(done));
    this.#close();
  }

  /** Goes without a word to anybody, as in a crash. */
  vanish(): void {
    this.#close();
  }

  get #isSure(): boolean {
    const { standing } = this.#membership;
    return standing === 'member' || standing === 'frozen';
  }

  #joined(home: Home, view: View, secret: string): void {
    const { store, name, bus } = this.#options;
    const created = Number.parseInt(home.slice(home.lastIndexOf('.') + 1), 36);
    const { id } = this.#options;
    const key = MEMBERS + id;
    const table = new SharedTable({
      store: {
        transact: (transaction, done) =>
          store.transact(transaction, (result) => this.#options.turn(() => done(result))),
      },
      member: { home, key, created, lease: this.#lease },
      changed: (changed, entry) => this.#listener?.tableChanged(changed, entry),
    });
    table.setView(view.members);
    table.reset(this.#early.revision, [...this.#early.entries.values()]);
    this.#early.entries.clear();
    const links = new Links({
      home,
      cluster: name,
      nowMs: this.#nowMs,
      send: (to, text) => this.#attachment?.send(to, text),
      received: (from, to, body) => this.#listener?.received(from, to, body),
      died: (gone) => this.#listener?.died(gone),
      undelivered: (from, to, isLate) => this.#listener?.undelivered(from, to, isLate),
      heard: (peer, nowMs) => this.#membership.heard(peer, nowMs),
    });
    links.setView(view);
    this.#parts = { home, links, table };
    this.#attachment = bus.attach(home, this.#inbox());
    this.#options.joined(secret);
  }

  #inbox(): Inbox {
    const { turn } = this.#options;
    return {
      receive: (messages) => turn(() => this.#receive(messages)),
      absent: (home) => turn(() => this.#membership.absent(home)),
      event: (topic, incoming) => {
        if (topic === BEAT) turn(() => this.#membership.beat(incoming));
      },
      asked: (incoming, answer) => turn(() => this.#asked(incoming, answer)),
      connected: (isUp) => turn(() => this.#membership.connected(isUp)),
    };
  }

  #receive(messages: readonly Incoming[]): void {
    for (const incoming of messages) {
      if (this.#isSure) this.#parts?.links.receive(incoming);
      else if (this.#held.length < HELD_MAX) this.#held.push(incoming);
    }
  }

  #asked({ from, text }: Incoming, answer: (text: string) => void): void {
    if (this.standing === 'fenced') return;
    if (!text.startsWith(PING)) {
      this.#answer(text, answer);
      return;
    }
    const home = readHome(text.slice(PING.length));
    if (home?.startsWith(`${from}.`)) this.#membership.heard(home, this.#nowMs);
    answer('');
  }

  #ping(home: Home, done: (answer: Answer) => void): void {
    if (this.#attachment === undefined) done({ ok: false, why: 'timeout' });
    else this.#attachment.request(home, PING + this.home, PING_TIMEOUT_MS, done);
  }

  #noteLease(entry: Entry | undefined): void {
    if (entry?.key === MEMBERS + this.#options.id)
      this.#lease = readRecord(entry.value)?.lease ?? this.#lease;
  }

  #reset(revision: Revision, entries: readonly Entry[]): void {
    if (this.#isClosed) return;
    for (const entry of entries) this.#noteLease(entry);
    this.#membership.reset(revision, entries);
    const ofTable = entries.filter(({ key }) => key.startsWith(TABLE_PREFIX));
    if (this.#isClosed) return;
    if (this.#parts !== undefined) this.#parts.table.reset(revision, ofTable);
    else this.#early = { revision, entries: new Map(ofTable.map((entry) => [entry.key, entry])) };
  }

  #changed(revision: Revision, changes: readonly Change[]): void {
    if (this.#isClosed) return;
    const ofTable = changes.filter(({ key }) => key.startsWith(TABLE_PREFIX));
    if (this.#parts === undefined) {
      this.#early.revision = revision;
      for (const { entry } of changes) this.#noteLease(entry);
      for (const { key, entry } of ofTable) {
        if (entry === undefined) this.#early.entries.delete(key);
        else this.#early.entries.set(key, entry);
      }
      this.#membership.changed(revision, changes);
      return;
    }
    if (ofTable.length < changes.length) this.#membership.changed(revision, changes);
    // Who is no member any more hears no more of the table: what it owned is another's, or nobody's.
    if (!this.#isClosed) this.#parts.table.changed(revision, ofTable);
  }

  #viewChanged(view: View, left: readonly Home[]): void {
    const { log } = this.#options;
    for (const home of left) log.write('warn', 'manager left', { left: home });
    this.#parts?.table.setView(view.members);
    this.#listener?.viewChanged(view, left);
    this.#parts?.links.setView(view);
  }

  #standingChanged(standing: Standing): void {
    if (this.#isSure) {
      const held = this.#held;
      this.#held = [];
      this.#receive(held);
    }
    if (standing === 'fenced') this.#close();
    this.#listener?.standingChanged(standing);
  }

  /** Whatever waits for `advance` gets its turn, once however much there is. */
  #wake(): void {
    if (this.#wantsTurn) return;
    this.#wantsTurn = true;
    this.#options.turn(() => {
      this.#wantsTurn = false;
      this.#membership.advance(this.#nowMs);
    });
  }

  #close(): void {
    this.#isClosed = true;
    this.#unfollow();
    this.#attachment?.detach();
    this.#attachment = undefined;
    this.#parts?.table.close();
    this.#held = [];
  }
}
