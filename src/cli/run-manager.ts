/**
 * Runs one manager as a process: starts it and its web, lets the command line find it, and on
 * SIGINT or SIGTERM drains. A second signal ends what the first one waits for.
 */
import { randomBytes } from 'node:crypto';
import { dataAccessFolder, runtimeFolder, writeAccess } from '../http/access-file.ts';
import { type ChangeManager, startMetrics, startWeb, type WebServer } from '../http/web-server.ts';
import type { ManagerConfig } from '../manager/config/manager-config.ts';
import type { RunningManager, StartOptions } from '../manager/config/running-manager.ts';
import type { OpenLog } from '../manager/observe/log.ts';
import { startManager } from '../manager/start.ts';
import { CommandError, EXIT } from './exit-code.ts';
import { listenForSignals, type Signals } from './signals.ts';

/** What is said to whoever started the manager, and when. */
export type Announce = {
  ready(addresses: readonly string[], web: string | undefined): void;
  /** A first signal came; `calls` are up. 0: they have ended, but not all phones have confirmed it. */
  draining(calls: number, atMostMs: number): void;
  /** All is closed. `calls` were waited for, `left` of them had to be ended. */
  stopped(waitedMs: number, calls: number, left: number): void;
};

export type RunOptions = {
  readonly config: ManagerConfig;
  readonly directory: StartOptions['directory'];
  /** The directory as it is to be kept. */
  readonly own?: NonNullable<StartOptions['file']>;
  readonly log: OpenLog;
  readonly announce: Announce;
  /** What to do about an address that is taken. */
  readonly takenHint: string;
  /** The manager file, for messages about what is wrong in it. */
  readonly file?: string;
};

/** Resolves when the manager has stopped. Throws `CommandError` if it cannot start, or was expelled or cut off. */
export async function runManager(options: RunOptions): Promise<void> {
  const { config, directory, own, log, announce } = options;
  const starting = startManager({ config, directory, ...(own && { file: own }), log: log.log });
  const running = await starting.catch((error: unknown) => {
    log.flush();
    return cannotStart(error, options.takenHint, options.file);
  });
  const closing: Closing[] = [() => running.stop()];
  const signals = listenForSignals();
  try {
    const { cluster } = config;
    // Managers may name the same servers in another order.
    const shared = cluster && `${cluster.name} at ${sorted(cluster.store.servers).join(' ')}`;
    // One that is cut off cannot speak for the others.
    const isIsolated = running.view.state() === 'isolated';
    const seen = { cluster: isIsolated ? undefined : shared };
    const web = await openWeb(running, config, closing, seen);
    const addresses = running.addresses.map(({ url }) => url);
    announce.ready(addresses, web);
    const over = running.over.then((why) => ({ why }));
    const ended = await Promise.race([
      drained(() => [running], config.drainMs, announce, signals),
      over,
    ]);
    if (ended !== undefined)
      throw new CommandError(
        EXIT.again,
        `${config.id} ${ended.why}. Start it again: it joins anew`,
      );
  } finally {
    signals.stop();
    for (const close of closing.toReversed()) await close();
    log.flush();
  }
}

function sorted(texts: readonly string[]): readonly string[] {
  return texts.toSorted((a, b) => (a < b ? -1 : 1));
}

export type Closing = () => Promise<void> | void;

/**
 * Serves a manager's web, and lets the command line find it. `closing` gets what ends that; `hiding`, if
 * there is one, what makes it unfindable.
 */
export async function openWeb(
  { view, directory }: Pick<RunningManager, 'view' | 'directory'>,
  config: ManagerConfig,
  closing: Closing[],
  extra: {
    readonly cluster?: string | undefined;
    readonly change?: ChangeManager;
    readonly hiding?: Closing[];
  },
): Promise<string | undefined> {
  const hint = "'web' and 'observe' in the manager file, or --web";
  if (config.metrics !== undefined) {
    const { address, port } = config.metrics;
    const metrics = await startMetrics(view, address, port).catch((error: unknown) =>
      cannotStart(error, hint),
    );
    closing.push(() => metrics.close());
  }
  if (config.web === undefined) return undefined;
  const { address, port, tls } = config.web;
  const token = config.web.token ?? randomBytes(24).toString('base64url');
  const { cluster, change, hiding = closing } = extra;
  const web: WebServer = await startWeb({
    view,
    address,
    port,
    tls,
    token,
    ...(change && { change }),
    ...(directory && { directory }),
  }).catch((error: unknown) => cannotStart(error, hint));
  closing.push(() => web.close());
  const access = {
    id: config.id,
    pid: process.pid,
    url: web.url.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:'),
    token,
    ...(cluster !== undefined && { cluster }),
    ...(tls && { certificate: tls.cert }),
  };
  const folders = [runtimeFolder(process.env)];
  if (config.dataFolder !== undefined) folders.push(dataAccessFolder(config.dataFolder));
  for (const folder of folders) hiding.push(writeAccess(folder, access));
  return web.url;
}

/** Waits for a signal, then for the calls of all managers, or for a second signal. */
export async function drained(
  running: () => readonly Pick<RunningManager, 'view'>[],
  drainMs: number,
  announce: Pick<Announce, 'draining' | 'stopped'>,
  signals: Signals,
): Promise<undefined> {
  await signals.next();
  const count = () => running().reduce((sum, { view }) => sum + view.calls(0).total, 0);
  const calls = count();
  const startedMs = performance.now();
  const sayLater = setTimeout(() => announce.draining(calls, drainMs), calls > 0 ? 0 : 1000);
  await Promise.race([Promise.all(running().map(({ view }) => view.drain())), signals.next()]);
  clearTimeout(sayLater);
  announce.stopped(performance.now() - startedMs, calls, count());
}

/** What the system says of an address that cannot be listened on; `transport` where SIP asked for it. */
type ListenFailure = {
  readonly code?: unknown;
  readonly transport?: unknown;
  readonly address?: unknown;
  readonly port?: unknown;
};

/** Where in a manager file the cause of a failure is to be found. */
const SECTIONS: Readonly<Record<string, string>> = {
  BusError: "'cluster: { bus: … }'",
  StoreError: "'cluster: { store: … }'",
  DirectoryError: "'directory: …'",
  JournalError: "'manager: { data: … }'",
  RecordsError: "'manager: { data: … }'",
  'JoinError store': "'cluster: { store: … }'",
  'JoinError id taken': "'manager: { id: … }'",
};

/**
 * Turns what a socket, the bus or the store says into a sentence; anything else is a fault of ours and
 * goes on. `file`: the manager file, if there is one.
 */
export function cannotStart(error: unknown, hint: string, file?: string): never {
  if (error instanceof Error) {
    const { code, transport, address, port } = error as Error & ListenFailure;
    const section = SECTIONS[error.name] ?? SECTIONS[`${error.name} ${String(code)}`];
    if (section !== undefined || error.name === 'JoinError') {
      const inFile = file === undefined || section === undefined ? '' : ` (${section} in ${file})`;
      throw new CommandError(EXIT.failed, `${error.message.replace(/\.$/, '')}${inFile}`);
    }
    const kind = typeof transport === 'string' ? `${transport} ` : '';
    const where = `${kind}${address}:${port}`;
    const why = code === 'certificate' ? error.message : explain(code, where);
    if (why !== undefined) throw new CommandError(EXIT.failed, `${why}: ${hint}`);
  }
  throw error;
}

function explain(code: unknown, where: string): string | undefined {
  switch (code) {
    case 'EADDRINUSE':
      return `${where} is taken by another program`;
    case 'EADDRNOTAVAIL':
      return `${where} is no address of this machine`;
    case 'EACCES':
      return `${where} is not for this user to listen on`;
    default:
      return undefined;
  }
}
