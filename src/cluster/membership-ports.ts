/** What a manager's membership is made with, and what it has to say: the face to its owner. */
import type { Clock } from '../base/clock.ts';
import type { Standing, View } from '../process/cluster.ts';
import type { Answer, ManagerId } from '../process/message-plane.ts';
import type { Home } from '../process/pid.ts';
import type { MembershipStore } from './answers-later.ts';
import type { JoinFailure } from './joining.ts';
import type { MemberRecord } from './members.ts';
import type { MembershipTimings } from './membership-timings.ts';

export interface MembershipListener {
  /** A member from now on. `secret`: the same for all members of the cluster, for ever. */
  joined(joined: { readonly home: Home; readonly view: View; readonly secret: string }): void;
  /** Also when only the revision is another one. */
  viewChanged(view: View, left: readonly Home[]): void;
  standingChanged(standing: Standing): void;
  /** It did not become a member, and will not. */
  failed(failure: JoinFailure): void;
}

export type MembershipOptions = {
  readonly id: ManagerId;
  /** Of this process, for people and for who expels it. */
  readonly record: Omit<MemberRecord, 'version' | 'lease'>;
  /** To be the cluster's secret, if it has none yet. */
  readonly secret: string;
  readonly store: MembershipStore;
  /** For the history of evictions, and to notice that the machine was suspended. */
  readonly clock: Clock;
  readonly listener: MembershipListener;
  /** 'freeze': when the store is gone, but all members are there, they go on as they were, for 15 min. */
  readonly storeOutage?: 'freeze' | 'fence';
  readonly timings?: Partial<MembershipTimings>;
  publish(topic: string, text: string): void;
  /** Asks that manager anything; `done` is called once, within about 300 ms. */
  ping(home: Home, done: (answer: Answer) => void): void;
  /** Something has come that waits for `advance`, which may be called at once. */
  wake(): void;
};
