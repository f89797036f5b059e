/** The ports to the cluster that the rest of the code sees. */
import type { Home, Pid } from './pid.ts';

/** What travels between managers. Receipt is checked against a schema by the driver. */
export type Envelope = {
  readonly v: 1;
  readonly to: Pid;
  readonly from: Pid;
  /** Unique per sender: duplicates are dropped. */
  readonly id: number;
  readonly body: unknown;
};

/**
 * Messages addressed by PID: at most once, in order from one manager to another.
 * A message to a PID of the same manager never gets here.
 */
export interface MessagePlane {
  send(envelope: Envelope): void;
  /** Takes what is sent to PIDs of `home`, until the returned function is called. */
  attach(home: Home, receive: (envelope: Envelope) => void, gone: (home: Home) => void): () => void;
}
