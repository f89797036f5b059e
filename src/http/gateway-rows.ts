/** Gateways as people see them: rows of the API and the command line. */

export type GatewayRow = {
  readonly gateway: string;
  readonly uri: string;
  /** The manager whose process keeps it: calls go out there. '' when nobody does, or it does not answer. */
  readonly manager: string;
  /** 'closed': it is given calls. 'open': it is left alone. 'half-open', 'trial': one call tells. */
  readonly breaker: 'closed' | 'open' | 'half-open' | 'trial' | '';
  /** In the whole cluster, in and out. */
  readonly calls: number;
  readonly callsMax: number;
  /** 'off', 'registered', 'asking', or `waiting after 403`. */
  readonly registration: string;
  /** OPTIONS that were answered, or were not in time, so far; and what the last one drew. */
  readonly pings: number;
  readonly lastPing: string;
  /** In words, '' if there was none; and how many seconds ago. */
  readonly lastFailure: string;
  readonly failedAgoS: number;
  /** Calls that were to go out; those of which something was heard; failures; calls not sent out, as it was left alone. */
  readonly tries: number;
  readonly answers: number;
  readonly failures: number;
  readonly refused: number;
};
