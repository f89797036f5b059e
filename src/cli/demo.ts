/**
 * `demo`: a manager with nothing to configure, for the first five minutes. In memory, on loopback,
 * with passwords made for this run; it does not listen anywhere else.
 */
import { randomBytes } from 'node:crypto';
import { DEFAULTS, type ManagerConfig } from '../manager/config/manager-config.ts';
import { openLog } from '../manager/observe/log.ts';
import { readDirectory } from '../store/directory/load.ts';
import { CommandError, EXIT } from './exit-code.ts';
import { formatTable, isColourful } from './output.ts';
import { runManager } from './run-manager.ts';

export type DemoOptions = {
  /** UDP and TCP; WebSocket is `WEBSOCKET_OFFSET` above. */
  readonly port: number;
  readonly bans: boolean;
  readonly version: string;
};

type Account = { readonly user: string; readonly number: string; readonly password: string };

const ADDRESS = '127.0.0.1';
const WEBSOCKET_OFFSET = 6;
/** Signs nobody takes for one another. */
const LETTERS = 'abcdefghijkmnpqrstuvwxyz23456789';

/** Runs until Ctrl-C. Throws `CommandError` if a port is taken. */
export async function demo(options: DemoOptions): Promise<void> {
  const accounts: readonly Account[] = [
    { user: 'ana', number: '2001', password: newPassword() },
    { user: 'ben', number: '2001', password: newPassword() },
    { user: 'carla', number: '2001', password: newPassword() },
    { user: '1001', number: '1001', password: newPassword() },
    { user: '1002', number: '1002', password: newPassword() },
  ];
  const config = demoConfig(options);
  const read = readDirectory([{ file: 'demo', text: demoDirectory(accounts) }], {
    realm: ADDRESS,
    env: {},
  });
  if (!read.ok) throw new Error(`the demo's own directory is wrong: ${JSON.stringify(read)}`);
  const say = (text: string) => void process.stdout.write(text);
  await runManager({
    config,
    directory: read.directory,
    log: openLog({
      level: 'warn',
      format: 'human',
      manager: config.id,
      to: 1,
      colour: isColourful(),
    }),
    announce: {
      ready: () => say(welcome(options, accounts)),
      draining: (calls, atMostMs) => say(waiting(calls, atMostMs)),
      stopped: (waitedMs, calls, left) => say(farewell(waitedMs, calls, left)),
    },
    takenHint: `choose other ports with 'linewright demo --port ${options.port + 100}'`,
  });
}

function demoConfig({ port, bans }: DemoOptions): ManagerConfig {
  return {
    id: 'manager-a',
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
    log: { level: 'warn', format: 'human' },
    bans,
    timers: DEFAULTS.timers,
    register: DEFAULTS.register,
    sessionTimer: DEFAULTS.sessionTimer,
  };
}

function demoDirectory(accounts: readonly Account[]): string {
  const lines = {
    '2001': { name: 'Reception', members: {} as Record<string, { device: string }> },
  };
  const devices: Record<string, { password: string; number?: string }> = {};
  for (const { user, number, password } of accounts) {
    devices[user] = user === number ? { password, number } : { password };
    if (user !== number) lines['2001'].members[user] = { device: user };
  }
  return JSON.stringify({ lines, devices });
}

function welcome({ port, version }: DemoOptions, accounts: readonly Account[]): string {
  const table = formatTable(accounts, [
    { head: 'user', cell: ({ user }) => user },
    { head: 'password', cell: ({ password }) => password },
    { head: 'address', cell: ({ user }) => `sip:${user}@${ADDRESS}:${port}` },
    { head: 'rings when one calls', cell: ({ number }) => number },
  ]);
  const websocket = port + WEBSOCKET_OFFSET;
  return `
linewright ${version}   demo   no config given: everything is in memory and on ${ADDRESS}
  manager-a   sip udp+tcp ${ADDRESS}:${port}   ws ${ADDRESS}:${websocket}   ready
  media       direct: phone to phone, nothing in between

  Line 2001 "Reception" is shared by ana, ben and carla. 1001 and 1002 are ordinary extensions.

${table.replace(/^(?=.)/gm, '    ')}
  In a desk phone or softphone:   domain and server ${ADDRESS}:${port}, over UDP or TCP
  In a browser phone (JsSIP):     ws://${ADDRESS}:${websocket}
  The passwords are made anew at each start.

  What next
    1. Register ana, ben and carla on phones of this machine, and 1001 on one more.
    2. From 1001 call 2001: all three ring. Answer one: the others stop, "answered elsewhere".
    3. Watch it from another terminal:

         npx linewright trace          SIP as a ladder, live
         npx linewright reg ls         who is registered
         npx linewright line show 2001 who rings
         npx linewright call ls        calls as they go

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

function newPassword(): string {
  return [...randomBytes(12)].map((byte) => LETTERS[byte % LETTERS.length]).join('');
}

/** Checks that the WebSocket's port exists too. Throws `CommandError`. */
export function checkDemoPort(port: number): number {
  if (port + WEBSOCKET_OFFSET <= 65_535) return port;
  throw new CommandError(EXIT.usage, `port ${port} leaves none for WebSocket above it`);
}
