/**
 * A cluster in memory that keeps what `Cluster` promises and nothing more: between two members all
 * arrives once and in order, but when it arrives, and when each of them sees a change of the view or of
 * the table, is up to the test. What is under way can be delivered one by one.
 */
import type {
  Cluster,
  ClusterListener,
  Standing,
  TableEntry,
  View,
} from '../../src/process/cluster.ts';
import { type Home, homeOf, type Pid } from '../../src/process/pid.ts';

/** Said by one member to another; `to` undefined: `from` has died. */
type Message = {
  readonly from: Pid;
  readonly to: Pid | undefined;
  readonly body: object | undefined;
  /** Of the sender's view: who has not come so far waits with it. */
  readonly revision: number;
};

/** What the store has changed, in one step. */
type News = {
  readonly changes: readonly { readonly key: string; readonly entry: TableEntry | undefined }[];
  readonly view?: View;
};

type Listener = Pick<ClusterListener, 'received' | 'died' | 'viewChanged' | 'tableChanged'>;

export class FakeCluster {
  readonly members = new Map<Home, FakeMember>();
  readonly #table = new Map<string, TableEntry>();
  #view: View;

  constructor(homes: readonly Home[]) {
    this.#view = { revision: 1, members: homes };
    for (const home of homes) this.members.set(home, new FakeMember(home, this, this.#view));
  }

  /** Another member, the youngest, which sees at once what the table holds. */
  join(home: Home): FakeMember {
    const { revision, members } = this.#view;
    this.#view = { revision: revision + 1, members: [...members, home] };
    this.#publish({ changes: [], view: this.#view });
    const member = new FakeMember(home, this, this.#view);
    this.members.set(home, member);
    const changes = [...this.#table].map(([key, entry]) => ({ key, entry }));
    member.news.push({ changes });
    return member;
  }

  /** A member stops, in the middle of what it was doing. The others do not know yet. */
  kill(home: Home): void {
    this.members.delete(home);
  }

  /** It is no member any more: what it owned goes with it. */
  evict(home: Home): void {
    const members = this.#view.members.filter((member) => member !== home);
    this.#view = { revision: this.#view.revision + 1, members };
    const changes = [...this.#table.values()]
      .filter(({ owner }) => owner === home)
      .map(({ key }) => ({ key, entry: undefined }));
    for (const { key } of changes) this.#table.delete(key);
    this.#publish({ changes, view: this.#view });
  }

  send(home: Home, to: Home, message: Message): void {
    const inbox = this.members.get(to)?.inbox;
    if (inbox === undefined) return;
    const link = inbox.get(home) ?? [];
    inbox.set(home, link);
    link.push(message);
  }

  /** `value` undefined: the owner gives the key up. */
  put(owner: Home, key: string, value: string | undefined): void {
    const known = this.#table.get(key);
    if (known !== undefined && known.owner !== owner) return;
    if (known?.value === value) return;
    if (!this.#view.members.includes(owner)) return;
    this.#view = { ...this.#view, revision: this.#view.revision + 1 };
    const { revision } = this.#view;
    const entry = value === undefined ? undefined : { key, value, owner, revision };
    if (entry === undefined) this.#table.delete(key);
    else this.#table.set(key, entry);
    this.#publish({ changes: [{ key, entry }] });
  }

  #publish(news: News): void {
    for (const { news: unread } of this.members.values()) unread.push(news);
  }
}

export class FakeMember implements Cluster {
  readonly home: Home;
  view: View;
  standing: Standing = 'member';
  /** By sender, oldest first. */
  readonly inbox = new Map<Home, Message[]>();
  /** Of these nothing arrives for the time being. */
  readonly stalled = new Set<Home>();
  /** It sees nothing of the store, until `catchUp`. */
  isBlind = false;
  readonly news: News[] = [];
  readonly #wishes: { readonly key: string; readonly value: string | undefined }[] = [];
  readonly #cluster: FakeCluster;
  #listener: Listener | undefined;

  constructor(home: Home, cluster: FakeCluster, view: View) {
    this.home = home;
    this.#cluster = cluster;
    this.view = view;
  }

  connect(listener: Listener): void {
    this.#listener = listener;
  }

  tell(from: Pid, to: Pid, body: object | undefined): void {
    if (!this.view.members.includes(homeOf(to))) return;
    const { revision } = this.view;
    const wired = body && (JSON.parse(JSON.stringify(body)) as object);
    this.#cluster.send(this.home, homeOf(to), { from, to, body: wired, revision });
  }

  announce(gone: Pid): void {
    const { revision } = this.view;
    for (const home of this.view.members)
      if (home !== this.home)
        this.#cluster.send(this.home, home, {
          from: gone,
          to: undefined,
          body: undefined,
          revision,
        });
  }

  claim(key: string, value: string): void {
    this.#wishes.push({ key, value });
  }

  release(key: string): void {
    this.#wishes.push({ key, value: undefined });
  }

  flush(): void {}

  /** What can be done next: news to be read, messages to be delivered, a wish to be heard by the store. */
  steps(): (() => void)[] {
    const steps: (() => void)[] = [];
    if (this.news.length > 0 && !this.isBlind) steps.push(() => this.#read());
    if (this.#wishes.length > 0) steps.push(() => this.#wish());
    for (const [home, link] of this.inbox) {
      // Whoever has left is not heard any more.
      if (!this.view.members.includes(home)) link.length = 0;
      const [first] = link;
      if (first !== undefined && first.revision <= this.view.revision && !this.stalled.has(home))
        steps.push(() => this.#deliver(link));
    }
    return steps;
  }

  /** What it has not seen it sees at once, as what the store holds now: by key, and then what there is no more. */
  catchUp(): void {
    this.isBlind = false;
    const unseen = this.news.splice(0);
    const view = unseen.findLast((news) => news.view !== undefined)?.view;
    const latest = new Map(
      unseen.flatMap(({ changes }) => changes.map((change) => [change.key, change])),
    );
    const changes = [...latest.values()].sort(
      (one, other) =>
        Number(one.entry === undefined) - Number(other.entry === undefined) ||
        (one.key < other.key ? -1 : 1),
    );
    this.news.push({ changes, ...(view === undefined ? {} : { view }) });
  }

  #wish(): void {
    const wish = this.#wishes.shift();
    if (wish !== undefined) this.#cluster.put(this.home, wish.key, wish.value);
  }

  #read(): void {
    const { changes = [], view } = this.news.shift() ?? {};
    const before = this.view.members;
    if (view !== undefined) this.view = view;
    for (const { key, entry } of changes) this.#listener?.tableChanged(key, entry);
    if (view === undefined) return;
    const left = before.filter((home) => !view.members.includes(home));
    this.#listener?.viewChanged(view, left);
  }

  #deliver(link: Message[]): void {
    const message = link.shift();
    if (message === undefined) return;
    const { from, to, body } = message;
    if (to === undefined) this.#listener?.died(from);
    else this.#listener?.received(from, to, body);
  }
}
