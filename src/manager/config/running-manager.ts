/** The contract between whoever runs a manager (command line, tests) and the manager that is run. */
import type { Log } from '../../base/log.ts';
import type { Directory } from '../../call/directory.ts';
import type { ManagerView } from '../../http/manager-view.ts';
import type { ManagerConfig } from './manager-config.ts';

export type StartOptions = {
  readonly config: ManagerConfig;
  readonly directory: Directory;
  readonly log: Log;
};

export interface RunningManager {
  readonly view: ManagerView;
  /** What is bound, with the ports that were free where 0 was asked for: `udp://127.0.0.1:5060`. */
  readonly addresses: readonly { readonly url: string }[];
  /** Ends at once what `view.drain()` has not ended: registrations go, sockets close. */
  stop(): Promise<void>;
}

/** Resolves when every listener is bound; rejects with an error that has `code` 'EADDRINUSE' and `address`, `port` when one is taken. */
export type StartManager = (options: StartOptions) => Promise<RunningManager>;
