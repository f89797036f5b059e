/** The commands that run a manager, or say whether it would run: `start`, `check`, `demo`. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { readListener, readWebAddress } from '../manager/config/address.ts';
import type { Overrides } from '../manager/config/make.ts';
import type { Listener } from '../manager/config/manager-config.ts';

/** Where phones look for a server unless told otherwise (RFC 3261 §19.1.2). */
const DEMO_PORT = 5060;

type ServeFlags = {
  readonly config: string;
  readonly port?: number;
  readonly listen?: readonly Listener[];
  readonly web?: NonNullable<Overrides['web']>;
  readonly bans: boolean;
  readonly logLevel?: NonNullable<Overrides['logLevel']>;
};

type DemoFlags = { readonly port: number; readonly bans: boolean; readonly show: boolean };

/** Adds them to `program`. */
export function addServing(program: Command, version: string): void {
  program
    .command('demo')
    .description('three managers with shared lines to try, on this machine only')
    .option(
      '--port <port>',
      'SIP over UDP and TCP of the first, the others 2 and 4 above; WebSocket is 6 above each',
      portOf,
      DEMO_PORT,
    )
    .option('--no-show', 'leave out the robot phones and their call')
    .option('--no-bans', 'let sources that send garbage go on')
    .action(async ({ port, bans, show }: DemoFlags) => {
      const { checkDemoPort, demo } = await import('./demo/demo.ts');
      await demo({ port: checkDemoPort(port), bans, show, version });
    });
  withServe(program.command('start').description('run the manager of a file')).action(
    async (flags: ServeFlags) => {
      const { start } = await import('./start.ts');
      await start(flags.config, overridesOf(flags));
    },
  );
  withServe(program.command('check').description('say what is wrong with a file')).action(
    async (flags: ServeFlags) => {
      const { check } = await import('./check.ts');
      process.stdout.write(await check(flags.config, overridesOf(flags)));
    },
  );
}

function withServe(command: Command): Command {
  return command
    .requiredOption('-c, --config <file>', 'manager file')
    .option('--port <port>', 'port of every udp and tcp address', portOf)
    .option('--listen <url...>', 'addresses instead of those in the file', addListener)
    .option('--web <url>', "where HTTP is served, or 'off'", webOf)
    .option('--no-bans', 'let sources that send garbage go on')
    .addOption(
      new Option('--log-level <level>', 'least level that is logged').choices([
        'debug',
        'info',
        'warn',
        'error',
      ]),
    );
}

function overridesOf({ port, listen, web, bans, logLevel }: ServeFlags): Overrides {
  // Absent, `--no-bans` leaves the decision to the file.
  return { port, listeners: listen, web, logLevel, bans: bans ? undefined : false };
}

function addListener(text: string, before: readonly Listener[] | undefined): readonly Listener[] {
  return [...(before ?? []), valid(readListener(text))];
}

function webOf(text: string): NonNullable<Overrides['web']> {
  return text === 'off' ? 'off' : valid(readWebAddress(text));
}

function valid<T extends object>(read: T | string): T {
  // commander puts a full stop before it.
  if (typeof read === 'string')
    throw new InvalidArgumentError(`${read.charAt(0).toUpperCase()}${read.slice(1)}.`);
  return read;
}

function portOf(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) throw new InvalidArgumentError('Expected a port, 1 to 65535.');
  return port;
}
