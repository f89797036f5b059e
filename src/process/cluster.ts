/**
 * What a manager's processes have of the cluster they live in: who is a member, a way to say something
 * to processes of other managers, and a table of entries that all managers see the same.
 *
 * Two things implement it: a manager that is alone, and a member of a real cluster.
 */
import type { Home, Pid } from './pid.ts';
import type { Revision } from './state-plane.ts';

/** The members, this manager among them, as of `revision`: all who have seen that revision agree. Oldest first. */
export type View = { readonly revision: Revision; readonly members: readonly Home[] };

/** An entry of the shared table. It lives as long as its owner is a member. */
export type TableEntry = {
  readonly key: string;
  readonly value: string;
  readonly owner: Home;
  /** Of the claim that made it: of two that had the key, the later one has the higher revision. */
  readonly revision: Revision;
};

/**
 * Whether this manager may act for the cluster. 'member': yes. 'unsure': it was paused, or too few of
 * the others hear it, and they may have expelled it: nothing is decided for lines that others share.
 * 'frozen': the store is gone, but all members are there: as they were, nothing moves. 'fenced': it is
 * no member any more, and never will be again.
 */
export type Standing = 'member' | 'unsure' | 'frozen' | 'fenced';

/**
 * How something is said to another manager. 'passing': it is given up after 2 s, a request that makes no
 * sense later. 'lasting': until it arrives, or the manager is gone. 'patient': as 'lasting', and it may
 * wait some milliseconds for something else to travel with.
 */
export type Manner = 'passing' | 'lasting' | 'patient';

export interface Cluster {
  readonly home: Home;
  readonly view: View;
  readonly standing: Standing;
  /**
   * Says `body` to a process of another manager: in order, once, as long as both are members. `body`
   * undefined: `from` is no more, to somebody who said something to it. Of what is given up its sender
   * is told (`ClusterListener.undelivered`).
   */
  tell(from: Pid, to: Pid, body: object | undefined, manner: Manner): void;
  /** A process of this manager has died: every other manager hears of it. */
  announce(gone: Pid): void;
  /**
   * Enters `value` under `key`, unless a member has an entry there. Asked once, it is tried until
   * somebody has the key; what came of it is seen as a change of the table.
   */
  claim(key: string, value: string): void;
  /** Takes back this manager's own entry, or its wish for one. */
  release(key: string): void;
  /** The end of a turn: what was said goes out; news of the table that came within it is told. */
  flush(): void;
}

/** What comes from the cluster; each call is (part of) a turn. */
export interface ClusterListener {
  /** A process of another manager says something; see `Cluster.tell`. */
  received(from: Pid, to: Pid, body: object | undefined): void;
  /** A process of another manager has died. */
  died(gone: Pid): void;
  /** After the table has lost what the departed owned. */
  viewChanged(view: View, left: readonly Home[]): void;
  /** `entry` undefined: there is none any more. */
  tableChanged(key: string, entry: TableEntry | undefined): void;
  /**
   * What `from` said to `to` will not arrive. `isLate`: it was given up after a while, and `to` may be there all
   * the same; else there is no way to say anything to that manager.
   */
  undelivered(from: Pid, to: Pid, isLate: boolean): void;
  standingChanged(standing: Standing): void;
}
