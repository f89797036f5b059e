/** What every device process of a manager shares. */

import type { Log } from '../base/log.ts';
import type { CallRecords } from '../call/call-records.ts';
import type { Directory } from '../call/directory.ts';
import type { RegistrationTable } from '../call/registration-table.ts';
import type { CallRequest, CallSignal } from '../call/signals.ts';
import type { Home, Pid } from '../process/pid.ts';
import type { Host } from '../process/process.ts';
import type { Hop } from '../sip/hop.ts';
import type { Subscription } from '../sip/user-agent/subscription.ts';
import type { UserAgent } from '../sip/user-agent/user-agent.ts';
import type { CallLeg } from './call-leg.ts';
import type { CallStatistics } from './call-statistics.ts';
import type { LampText } from './sharing/lamp-text.ts';

export type Environment = {
  readonly directory: Directory;
  /** Domain that our identities (From, To) are in. */
  readonly domain: string;
  /** All domains that are ours, lower case. */
  readonly domains: ReadonlySet<string>;
  readonly userAgent: UserAgent<CallLeg>;
  /** Our Contact URI for that hop. */
  readonly contact: (hop: Hop) => string;
  readonly lineManager: Pid;
  /** Where lines are controlled, for what is asked of lines that are not the phone's own. */
  readonly table: RegistrationTable;
  readonly gatewayManager: Pid;
  readonly settingsDesk: Pid;
  readonly parkManager: Pid;
  /** This manager's; `counterpartOf` it finds dialogs at another one. */
  readonly dialogFinder: Pid;
  /** This manager's; `counterpartOf` it keeps subscriptions of this one's phones. */
  readonly depositary: Pid;
  /** What the last phone with `call-info` was shown. */
  readonly shown: LampText;
  /** Whose phone subscribed. */
  readonly subscribers: WeakMap<Subscription<CallLeg>, Pid>;
  /** The other managers of the cluster. */
  readonly peers: () => readonly Home[];
  readonly log: Log;
  readonly statistics: CallStatistics;
  readonly records: CallRecords;
  /** Starts call control for one call, on this manager. */
  readonly startCall: (host: Host<CallSignal>, request: CallRequest) => Pid;
  /** Whether the route plan has that for an emergency number. */
  readonly isEmergency: (dialled: string) => boolean;
  /** Whether more digits could make it one. */
  readonly beginsEmergency: (dialled: string) => boolean;
  /** Calls that one device may have at a time; more are busy. */
  readonly callsPerDeviceMax: number;
};
