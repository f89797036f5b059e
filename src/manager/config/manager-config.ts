/** What one running manager is told: the manager file's content, checked and with its secrets resolved. */
import type { Transport } from '../../sip/hop.ts';

/** An address to bind. `address` is an IP literal without brackets; port 0: any free one. */
export type Listener = {
  readonly transport: Transport;
  readonly address: string;
  readonly port: number;
};

/** Certificate chain and key, PEM. */
export type Tls = { readonly cert: string; readonly key: string };

/** Where HTTP is served. Without TLS it is a loopback address. `token` undefined: made at start. */
export type WebConfig = {
  readonly address: string;
  readonly port: number;
  readonly tls: Tls | undefined;
  readonly token: string | undefined;
};

export type LogConfig = {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly format: 'json' | 'human';
};

/** Servers of the bus or of the store, each `scheme://host:port`, and what it takes to be let in. */
export type PeersConfig = {
  readonly servers: readonly string[];
  readonly user: string | undefined;
  readonly password: string | undefined;
  /** PEM. `ca`: who may have signed the server's certificate; undefined: whom the system trusts. */
  readonly ca: string | undefined;
  /** This manager's own certificate. */
  readonly certificate: Tls | undefined;
};

export type ClusterConfig = {
  /** Several clusters may share a bus and a store: [a-z0-9-], at most 32. */
  readonly name: string;
  /** NATS. */
  readonly bus: PeersConfig;
  /** etcd. */
  readonly store: PeersConfig;
  /** What a manager does while the store is away and all other managers are there: go on as it was, or stop. */
  readonly storeOutage: 'freeze' | 'fence';
  /** What a manager does that starts and cannot reach the store: serve emergency calls and its own lines alone, or end. */
  readonly isolated: 'emergency' | 'end';
};

export type ManagerConfig = {
  /** Unique in the cluster; part of every PID: [a-z0-9-], at most 32. */
  readonly id: string;
  /** Undefined: a manager that is alone. */
  readonly cluster: ClusterConfig | undefined;
  /** Absolute; undefined: nothing is kept. */
  readonly dataFolder: string | undefined;
  /** How long a drain waits for calls to end. */
  readonly drainMs: number;
  /** Domains that are ours; the first is the digest realm. */
  readonly domains: readonly string[];
  readonly listeners: readonly Listener[];
  /** Certificate of `tls` and `wss` listeners. */
  readonly tls: Tls | undefined;
  /** Undefined: no HTTP at all. */
  readonly web: WebConfig | undefined;
  /** `/metrics` at an address of its own, without a token; undefined: with the rest of the web. */
  readonly metrics: { readonly address: string; readonly port: number } | undefined;
  /**
   * Where records of calls go, all paths absolute, PostgreSQL by its URL. None: an SQLite file in the data folder.
   * Undefined: none are made.
   */
  readonly records:
    | {
        readonly sqlite: string | undefined;
        readonly postgres: string | undefined;
        readonly jsonl: string | undefined;
      }
    | undefined;
  readonly log: LogConfig;
  /** Whether sources that send garbage or guess passwords are shut out for a while. */
  readonly bans: boolean;
  /** RFC 3261 §17.1.1.1, Table 4. */
  readonly timers: { readonly t1Ms: number; readonly t2Ms: number; readonly t4Ms: number };
  readonly register: {
    readonly minExpiresS: number;
    readonly maxExpiresS: number;
    /** Contacts per device. */
    readonly contactsMax: number;
  };
  /** RFC 4028; undefined: not asked for by us. */
  readonly sessionTimer: { readonly expiresS: number; readonly minSeS: number } | undefined;
  /** A phone that has said nothing in a call for that long is asked whether it has it still; undefined: never. */
  readonly auditMs: number | undefined;
};

/** What holds when the manager file says nothing. */
export const DEFAULTS = {
  clusterName: 'linewright',
  storeOutage: 'freeze',
  isolated: 'emergency',
  drainMs: 60_000,
  web: { address: '127.0.0.1', port: 0, tls: undefined, token: undefined },
  log: { level: 'info', format: 'json' },
  bans: true,
  timers: { t1Ms: 500, t2Ms: 4000, t4Ms: 5000 },
  register: { minExpiresS: 60, maxExpiresS: 3600, contactsMax: 10 },
  sessionTimer: { expiresS: 1800, minSeS: 90 },
  auditMs: 600_000,
} as const;
