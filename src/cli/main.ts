/**
 * The command line: noun, verb. What a command needs is loaded when it runs, so that asking a
 * running manager something does not load the manager.
 */
import { readFileSync } from 'node:fs';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import type { Target } from './api-client.ts';
import { addDirectory } from './directory/commands.ts';
import { CommandError, EXIT } from './exit-code.ts';
import type { ListOptions } from './lists.ts';
import { FORMATS, isColourful } from './output.ts';
import { addRecords } from './record-commands.ts';
import { addServing } from './serving.ts';

/** Runs what `args` (without program and script) ask for; resolves to the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  // `linewright reg ls | head` closes our output early: that is the reader's good right.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(EXIT.ok);
  });
  const program = makeProgram();
  try {
    await program.parseAsync(args, { from: 'user' });
    return EXIT.ok;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (!(error instanceof CommandError)) throw error;
    if (error.message !== '') process.stderr.write(`${error.message}\n`);
    return error.code;
  }
}

function makeProgram(): Command {
  const version = readVersion();
  const program = new Command('linewright')
    .description('IP call manager whose heart is the shared line')
    .version(version, '--version')
    .exitOverride()
    .showHelpAfterError('(--help says more)');
  addServing(program, version);
  const registrations = program.command('reg').description('registered phones');
  const lines = program.command('line').description('lines and their members');
  const calls = program.command('call').description('calls');
  addList(registrations, 'who is registered', 'listRegistrations', true);
  addList(lines, 'lines with their members', 'listLines');
  addList(calls, 'calls that are being set up or stand', 'listCalls', true);
  addCalls(calls);
  addManagers(program);
  addGateways(program);
  withList(lines.command('show <number>').description('one line')).action(
    async (number: string, options: ListFlags) => {
      const { showLine } = await import('./lists.ts');
      print(await showLine(number, listOptions(options)));
    },
  );
  addAppearances(lines);
  addSettings(lines);
  addRoutes(program);
  addDirectory<TargetFlags>(program, { withTarget, target, print });
  addRecords<TargetFlags>(program, { withTarget, withList, target, print });
  addTrace(program);
  return program;
}

type TargetFlags = { readonly manager?: string; readonly url?: string; readonly data?: string };
type ListFlags = TargetFlags & Pick<ListOptions, 'output' | 'limit'> & { readonly all?: boolean };

/** `isOfManager`: it shows one manager's rows, unless all are asked for. */
function addList(
  noun: Command,
  description: string,
  name: 'listRegistrations' | 'listLines' | 'listCalls' | 'listManagers',
  isOfManager = false,
): void {
  const command = withList(noun.command('ls').description(description));
  if (isOfManager) command.option('--all', 'of every manager of the cluster');
  command.action(async (options: ListFlags) => {
    const lists = await import('./lists.ts');
    print(await lists[name](listOptions(options)));
  });
}

function addCalls(calls: Command): void {
  const show = calls
    .command('show <call>')
    .description('one call, up or over: its id, or the Call-ID of one of its legs')
    .addOption(
      new Option('-o, --output <format>', 'how to print')
        .choices(['table', 'json', 'yaml'])
        .default('table'),
    );
  withTarget(show).action(
    async (call: string, flags: TargetFlags & { readonly output: 'table' | 'json' | 'yaml' }) => {
      const { showCall } = await import('./call-show.ts');
      print(await showCall(call, { ...target(flags), output: flags.output }));
    },
  );
}

function addManagers(program: Command): void {
  const managers = program.command('manager').description('the managers of the cluster');
  addList(managers, 'members, how they stand and what they have to do', 'listManagers');
  const change = (what: 'kill' | 'start', description: string) =>
    withTarget(managers.command(`${what} <id>`).description(description)).action(
      async (id: string, flags: TargetFlags) => {
        const { changeManager } = await import('./demo/change-manager.ts');
        print(await changeManager(what, id, target(flags)));
      },
    );
  change('kill', "let a demo's manager die without a word to the others");
  change('start', "bring a demo's manager back, as a new incarnation");
}

function addGateways(program: Command): void {
  const gateways = program.command('gateway').description('the ways out of the network');
  withList(gateways.command('ls').description('gateways, and how each does')).action(
    async (options: ListFlags) => {
      const { listGateways } = await import('./gateways.ts');
      print(await listGateways(listOptions(options)));
    },
  );
  withList(gateways.command('show <gateway>').description('one gateway')).action(
    async (gateway: string, options: ListFlags) => {
      const { showGateway } = await import('./gateways.ts');
      print(await showGateway(gateway, listOptions(options)));
    },
  );
  withTarget(
    gateways.command('ping <gateway>').description('ask a gateway for a sign of life (OPTIONS)'),
  ).action(async (gateway: string, flags: TargetFlags) => {
    const { pingGateway } = await import('./gateways.ts');
    print(await pingGateway(gateway, target(flags)));
  });
}

function addSettings(lines: Command): void {
  const forward = lines
    .command('forward <number> <when> <to>')
    .description(
      "where its calls go: <when> all, busy, no-answer or unreachable; <to> a number, 'off', or 'directory' for what that says",
    )
    .option('--after <time>', 'with no-answer: how long it rings before');
  withTarget(forward).action(
    async (
      number: string,
      when: string,
      to: string,
      flags: TargetFlags & { readonly after?: string },
    ) => {
      const { setForward } = await import('./line-settings.ts');
      print(await setForward(number, when, to, flags.after, target(flags)));
    },
  );
  const dnd = lines
    .command('dnd <number> <state>')
    .description("do not disturb: 'on', 'off', or 'directory' for what that says");
  withTarget(dnd).action(async (number: string, state: string, flags: TargetFlags) => {
    const { setDnd } = await import('./line-settings.ts');
    print(await setDnd(number, state, target(flags)));
  });
}

function addAppearances(lines: Command): void {
  const why = lines
    .command('why <appearance>')
    .description('why the lamp of an appearance (2001/2) is lit, or was')
    .addOption(
      new Option('-o, --output <format>', 'how to print')
        .choices(['table', 'json', 'yaml'])
        .default('table'),
    );
  withTarget(why).action(
    async (name: string, flags: TargetFlags & { readonly output: 'table' | 'json' | 'yaml' }) => {
      const { whyLit } = await import('./line-why.ts');
      print(await whyLit(name, { ...target(flags), output: flags.output }));
    },
  );
  const release = lines
    .command('release <appearance>')
    .description('free an appearance (2001/2): what is seized is given back, a call is ended')
    .option('--reason <text>', 'why, for the log and for whoever asks later', '');
  withTarget(release).action(
    async (name: string, flags: TargetFlags & { readonly reason: string }) => {
      const { releaseAppearance } = await import('./line-why.ts');
      print(await releaseAppearance(name, flags.reason, target(flags)));
    },
  );
}

function addRoutes(program: Command): void {
  const routes = program.command('route').description('the route plan: who may dial what');
  const config = ['-c, --config <file>', "a manager file's directory, no running manager"] as const;
  type Flags = ListFlags & { readonly config?: string };
  type TestFlags = Flags & Readonly<Record<'from' | 'dial', string>> & { readonly at?: string };
  const optionsOf = (flags: Flags) => ({ ...listOptions(flags), config: flags.config });
  withList(routes.command('ls').description('every pattern, and where it leads'))
    .option(...config)
    .action(async (flags: Flags) => {
      const { listRoutes } = await import('./routes.ts');
      print(await listRoutes(optionsOf(flags)));
    });
  const test = routes
    .command('test')
    .description('what would become of a number, and why')
    .requiredOption('--from <line>', 'who dials: a line, a device, a gateway')
    .requiredOption('--dial <digits>', 'what is dialled')
    .option('--at <time>', 'when, such as 2026-12-24T18:00; now unless told')
    .option(...config)
    .addOption(
      new Option('-o, --output <format>', 'how to print')
        .choices(['table', 'json', 'yaml'])
        .default('table'),
    );
  withTarget(test).action(async ({ from, dial, at, ...flags }: TestFlags) => {
    const { showRouteTest } = await import('./routes.ts');
    print(await showRouteTest(from, dial, { ...optionsOf(flags), at }));
  });
}

function addTrace(program: Command): void {
  const command = program
    .command('trace')
    .description('SIP messages as they go, drawn as a ladder')
    .option('--number <number>', 'only calls from or to this number')
    .option('--method <method>', 'only requests of this method and their answers')
    .option('--all', 'of every manager of the cluster, in order of time', false)
    .option('--text', 'the whole messages below the arrows', false)
    .addOption(
      new Option('-o, --output <format>', 'ladder or JSON lines')
        .choices(['table', 'json'])
        .default('table'),
    );
  type Flags = TargetFlags & {
    readonly number?: string;
    readonly method?: string;
    readonly all: boolean;
    readonly text: boolean;
    readonly output: 'table' | 'json';
  };
  withTarget(command).action(async (options: Flags) => {
    const { trace } = await import('./trace.ts');
    const { number, method, all, text, output } = options;
    await trace(
      { ...target(options), number, method, all, text, output },
      {
        columns: process.stdout.columns,
        colour: isColourful(),
        write: print,
      },
    );
  });
}

function withTarget(command: Command): Command {
  return command
    .option('--manager <id>', 'which one, by name or process number, if several run here')
    .option('--data <folder>', 'data folder of a manager that another user runs')
    .option('--url <url>', 'a manager elsewhere; its token in LINEWRIGHT_TOKEN');
}

function withList(command: Command): Command {
  return withTarget(command)
    .addOption(
      new Option('-o, --output <format>', 'how to print').choices(FORMATS).default('table'),
    )
    .addOption(
      new Option('--limit <rows>', 'rows at most').default(1000).argParser((text) => {
        if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('Expected a number.');
        return Number(text);
      }),
    );
}

function target({ manager, url, data }: TargetFlags): Target {
  const accessFolder = data === undefined ? undefined : `${data}/run`;
  return { manager, url, accessFolder };
}

function listOptions(flags: ListFlags): ListOptions {
  const { output, limit, all = false } = flags;
  return { ...target(flags), output, limit, all };
}

function print(text: string): void {
  process.stdout.write(text);
}

function readVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  const { version } = JSON.parse(text) as { readonly version: string };
  return version;
}
