/**
 * Runs one manager as a process: starts it and its web, lets the command line find it, and on
 * SIGINT or SIGTERM drains. A second signal ends what the first one waits for.
 */
import { randomBytes } from 'node:crypto';
import { dataAccessFolder, runtimeFolder, writeAccess } from '../http/access-file.ts';
import { startMetrics, startWeb, type WebServer } from '../http/web-server.ts';
import type { ManagerConfig } from '../manager/config/manager-config.ts';
import type { RunningManager, StartOptions } from '../manager/config/running-manager.ts';
import type { OpenLog } from '../manager/observe/log.ts';
import { startManager } from '../manager/start.ts';
import { CommandError, EXIT } from './exit-code.ts';

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
  readonly log: OpenLog;
  readonly announce: Announce;
  /** What to do about an address that is taken. */
  readonly takenHint: string;
};

/** Resolves when the manager has stopped. Throws `CommandError` if it cannot start. */
export async function runManager(options: RunOptions): Promise<void> {
  const { config, directory, log, announce } = options;
  const running = await startManager({ config, directory, log: log.log }).catch((error: unknown) =>
    cannotListen(error, options.takenHint),
  );
  const closing: (() => Promise<void> | void)[] = [() => running.stop()];
  try {
    const web = await openWeb(running, config, closing);
    const addresses = running.addresses.map(({ url }) => url);
    announce.ready(addresses, web);
    await drained(running, config, announce);
  } finally {
    for (const close of closing.toReversed()) await close();
    log.flush();
  }
}

async function openWeb(
  { view }: RunningManager,
  config: ManagerConfig,
  closing: (() => Promise<void> | void)[],
): Promise<string | undefined> {
  const hint = "'web' and 'observe' in the manager file, or --web";
  if (config.metrics !== undefined) {
    const { address, port } = config.metrics;
    const metrics = await startMetrics(view, address, port).catch((error: unknown) =>
      cannotListen(error, hint),
    );
    closing.push(() => metrics.close());
  }
  if (config.web === undefined) return undefined;
  const { address, port, tls } = config.web;
  const token = config.web.token ?? randomBytes(24).toString('base64url');
  const web: WebServer = await startWeb({ view, address, port, tls, token }).catch(
    (error: unknown) => cannotListen(error, hint),
  );
  closing.push(() => web.close());
  const access = {
    id: config.id,
    pid: process.pid,
    url: web.url.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:'),
    token,
    ...(tls && { certificate: tls.cert }),
  };
  const folders = [runtimeFolder(process.env)];
  if (config.dataFolder !== undefined) folders.push(dataAccessFolder(config.dataFolder));
  for (const folder of folders) closing.push(writeAccess(folder, access));
  return web.url;
}

/** Waits for a signal, then for the calls, or for a second signal. */
async function drained(
  { view }: RunningManager,
  { drainMs }: ManagerConfig,
  announce: Announce,
): Promise<void> {
  const signals = listenForSignals();
  await signals.next();
  const calls = view.calls(0).total;
  const startedMs = performance.now();
  const sayLater = setTimeout(() => announce.draining(calls, drainMs), calls > 0 ? 0 : 1000);
  await Promise.race([view.drain(), signals.next()]);
  clearTimeout(sayLater);
  signals.stop();
  announce.stopped(performance.now() - startedMs, calls, view.calls(0).total);
}

/** One Ctrl-C may arrive twice: by the terminal, and by the older Node that started us. */
const SAME_SIGNAL_MS = 300;

function listenForSignals(): { next(): Promise<void>; stop(): void } {
  let wake: () => void = () => {};
  let lastMs = Number.NEGATIVE_INFINITY;
  const heard = () => {
    const nowMs = performance.now();
    if (nowMs - lastMs < SAME_SIGNAL_MS) return;
    lastMs = nowMs;
    wake();
  };
  const names = ['SIGINT', 'SIGTERM'] as const;
  for (const name of names) process.on(name, heard);
  return {
    next: () =>
      new Promise((resolve) => {
        wake = resolve;
      }),
    stop: () => {
      for (const name of names) process.off(name, heard);
    },
  };
}

/** What the system says of an address that cannot be listened on; `transport` where SIP asked for it. */
type ListenFailure = {
  readonly code?: unknown;
  readonly transport?: unknown;
  readonly address?: unknown;
  readonly port?: unknown;
};

/** Turns what a socket says into a sentence; anything else is a fault of ours and goes on. */
function cannotListen(error: unknown, hint: string): never {
  if (error instanceof Error) {
    const { code, transport, address, port } = error as Error & ListenFailure;
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
