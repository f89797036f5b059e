/**
 * `demo`: three managers with nothing to configure, for the first five minutes. In memory, on loopback,
 * with passwords made for this run; they do not listen anywhere else.
 */
import type { Log } from '../../base/log.ts';
import { DEFAULTS, type ManagerConfig } from '../../manager/config/manager-config.ts';
import { openLog } from '../../manager/observe/log.ts';
import { CommandError, EXIT } from '../exit-code.ts';
import { formatTable, isColourful } from '../output.ts';
import { drained } from '../run-manager.ts';
import { listenForSignals } from '../signals.ts';
import { DemoCluster } from './demo-cluster.ts';
import { type Account, demoDirectory, makeAccounts, newPassword } from './directory.ts';
import { SHOW_LINE, Show, type Station } from './show.ts';

export type DemoOptions = {
  /** UDP and TCP of the first manager; each next one is 2 above, WebSocket `WEBSOCKET_OFFSET`. */
  readonly port: number;
  readonly bans: boolean;
  /** Whether robots show a call at the start. */
  readonly show: boolean;
  readonly version: string;
};

const ADDRESS = '127.0.0.1';
const WEBSOCKET_OFFSET = 6;
const IDS = ['manager-a', 'manager-b', 'manager-c'] as const;
const STEP = 2;

/** Runs until Ctrl-C. Throws `CommandError` if a port is taken. */
export async function demo(options: DemoOptions): Promise<void> {
  const accounts = makeAccounts();
  const robotPassword = options.show ? newPassword() : undefined;
  const directory = demoDirectory(accounts, ADDRESS, robotPassword);
  const log = openLog({
    level: 'warn',
    format: 'human',
    manager: 'demo',
    to: 1,
    colour: isColourful(),
  });
  const stations = IDS.map((manager, at) => ({ manager, port: options.port + at * STEP }));
  const configs = stations.map((station) => demoConfig(station, options));
  const cluster = new DemoCluster(configs, directory, log.log);
  const hint = `choose other ports with 'linewright demo --port ${options.port + 100}'`;
  const signals = listenForSignals();
  const show = robotPassword === undefined ? undefined : new Show(stations, robotPassword, say);
  try {
    await cluster.start(hint);
    cluster.onStarted = () => show?.refresh();
    say(heading(options, stations));
    if (show !== undefined) await play(show, log.log);
    say(welcome(options, accounts, stations));
    const announce = {
      draining: (calls: number, atMostMs: number) => say(waiting(calls, atMostMs)),
      stopped: (waitedMs: number, calls: number, left: number) =>
        say(farewell(waitedMs, calls, left)),
    };
    await drained(() => cluster.running, DEFAULTS.drainMs, announce, signals);
  } finally {
    signals.stop();
    show?.close();
    await cluster.close();
    log.flush();
  }
}

function say(text: string): void {
  process.stdout.write(text);
}

async function play(show: Show, log: Log): Promise<void> {
  say(`
  A call across the managers. Line ${SHOW_LINE} "Demonstration" is shared by three robot phones, one at
  each manager. A fourth one, at manager-a, calls it:

`);
  try {
    await show.open();
    await show.play();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    log.write('error', 'the show broke off', { why });
  }
}

function demoConfig({ manager, port }: Station, { bans }: DemoOptions): ManagerConfig {
  return {
    id: manager,
    cluster: undefined,
    dataFolder: undefined,
    drainMs: DEFAULTS.drainMs,
    domains: [ADDRESS, 'localhost'],
    listeners: [
      { transport: 'udp', address: ADDRESS, port },
      { transport: 'tcp', address: ADDRESS, port },
      { transport: 'ws', address: ADDRESS, port: port + WEBSOCKET_OFFSET },
    ],
    tls: undefined,
    web: DEFAULTS.web,
    metrics: undefined,
    records: { sqlite: undefined, postgres: undefined, jsonl: undefined },
    log: { level: 'warn', format: 'human' },
    bans,
    timers: DEFAULTS.timers,
    register: DEFAULTS.register,
    sessionTimer: DEFAULTS.sessionTimer,
    auditMs: DEFAULTS.auditMs,
  };
}

function heading({ version }: DemoOptions, stations: readonly Station[]): string {
  const managers = stations
    .map(
      ({ manager, port }) =>
        `  ${manager}   sip udp+tcp ${ADDRESS}:${port}   ws ${ADDRESS}:${port + WEBSOCKET_OFFSET}   ready\n`,
    )
    .join('');
  return `
linewright ${version}   demo cluster   no config given: everything is in memory and on ${ADDRESS}
${managers}  bus, store  in this process (real ones: docs/cluster.md)
  media       direct: phone to phone, nothing in between
`;
}

function welcome(
  { port, show }: DemoOptions,
  accounts: readonly Account[],
  stations: readonly Station[],
): string {
  const table = formatTable(accounts, [
    { head: 'user', cell: ({ user }) => user },
    { head: 'password', cell: ({ password }) => password },
    {
      head: 'address',
      cell: ({ user, manager }) => `sip:${user}@${ADDRESS}:${stations[manager]?.port}`,
    },
    { head: 'manager', cell: ({ manager }) => stations[manager]?.manager ?? '' },
    { head: 'rings when one calls', cell: ({ number }) => number },
  ]);
  const line = show ? SHOW_LINE : '2001';
  const robots = show ? `  The robots stay: call ${SHOW_LINE} and one of them answers.\n` : '';
  return `
  Line 2001 "Reception" is shared by ana, ben and carla, each at another manager. 1001 and 1002 are
  ordinary extensions. Any account may register at any manager: these are a proposal.

${table.replace(/^(?=.)/gm, '    ')}
  In a desk phone or softphone:   server ${ADDRESS} and the port of a manager, over UDP or TCP
  In a browser phone (JsSIP):     ws://${ADDRESS}:${port + WEBSOCKET_OFFSET}, ${port + STEP + WEBSOCKET_OFFSET} or ${port + 2 * STEP + WEBSOCKET_OFFSET}
  The passwords are made anew at each start.
${robots}
  What next
    1. See the cluster from another terminal:

         npx linewright manager ls                   who is a member
         npx linewright line show ${line}               where the line is controlled, and why
         npx linewright reg ls --all                 who is registered, and where
         npx linewright call ls --all                calls as they go
         npx linewright line why ${line}/1              what has made its first lamp what it is
         npx linewright trace --all                  SIP at all managers as one ladder, live

    2. Let the manager that controls the line die, look again, and bring it back:

         npx linewright manager kill manager-a
         npx linewright manager start manager-a

    3. Register ana, ben and carla on phones of this machine, and 1001 on one more. From 1001 call
       2001: all three ring. Answer one: the others stop, "answered elsewhere".

  Ctrl-C ends it.
`;
}

function waiting(calls: number, atMostMs: number): string {
  const most = `${Math.round(atMostMs / 1000)} s at most`;
  return `\nWaiting for ${awaited(calls)}, ${most}. Ctrl-C again ends it now.\n`;
}

function farewell(waitedMs: number, calls: number, left: number): string {
  const seconds = Math.round(waitedMs / 1000);
  if (calls === 0 && seconds === 0) return '\nStopped: no calls were up.\n';
  const ended = left === 0 ? '' : `, ended ${left}`;
  return `\nStopped: waited ${seconds} s for ${awaited(calls)}${ended}.\n`;
}

function awaited(calls: number): string {
  if (calls === 0) return 'phones to confirm that their calls are over';
  return calls === 1 ? '1 call' : `${calls} calls`;
}

/** Checks that the other managers' ports and WebSocket's exist too. Throws `CommandError`. */
export function checkDemoPort(port: number): number {
  if (port + (IDS.length - 1) * STEP + WEBSOCKET_OFFSET <= 65_535) return port;
  throw new CommandError(
    EXIT.usage,
    `port ${port} leaves none for the other managers and for WebSocket above it`,
  );
}
