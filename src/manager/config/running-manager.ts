/** The contract between whoever runs a manager (command line, tests) and the manager that is run. */
import type { Log } from '../../base/log.ts';
import type { Directory } from '../../call/directory.ts';
import type { DirectoryService } from '../../http/directory-service.ts';
import type { ManagerView } from '../../http/manager-view.ts';
import type { OwnFile } from '../directory/open.ts';
import type { Planes } from '../planes.ts';
import type { ManagerConfig } from './manager-config.ts';

export type StartOptions = {
  readonly config: ManagerConfig;
  /** Of the manager file; or the empty one, when it names none. */
  readonly directory: Directory;
  /** The same as it is to be kept; absent: `directory` is all there is, and cannot be changed. */
  readonly file?: OwnFile;
  readonly log: Log;
  /** A bus and a store instead of those of the configuration: several managers in one process. */
  readonly planes?: () => Promise<Planes>;
};

export interface RunningManager {
  readonly view: ManagerView;
  /** The cluster's directory, for administrators; undefined: it is fixed. */
  readonly directory: DirectoryService | undefined;
  /** What is bound, with the ports that were free where 0 was asked for: `udp://127.0.0.1:5060`. */
  readonly addresses: readonly { readonly url: string }[];
  /**
   * Resolves when the manager is no member of its cluster any more and its own calls have ended, or was cut off and
   * reaches it again: it is to be stopped, and may be started anew. Says why, as a sentence whose subject is the manager.
   */
  readonly over: Promise<string>;
  /** Ends at once what `view.drain()` has not ended: leaves the cluster, registrations go, sockets close. */
  stop(): Promise<void>;
  /** Stops without a word to anybody, as a crash would. */
  kill(): Promise<void>;
}

/** As of `startManager`: rejects with an error that has `code` 'EADDRINUSE' and `address`, `port` when an address is taken. */
export type StartManager = (options: StartOptions) => Promise<RunningManager>;
