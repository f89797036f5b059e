/** The commands about calls' records. */
import { type Command, Option } from 'commander';
import type { Target } from './api-client.ts';
import type { Format } from './output.ts';
import type { ExportFormat, RecordFilter } from './records.ts';

/** What all commands have, from `main.ts`. */
type Common<Flags> = {
  readonly withTarget: (command: Command) => Command;
  readonly withList: (command: Command) => Command;
  readonly target: (flags: Flags) => Target;
  readonly print: (text: string) => void;
};

type Filter = RecordFilter & { readonly all?: boolean | undefined };

export function addRecords<Flags extends object>(program: Command, common: Common<Flags>): void {
  const { withTarget, withList, target, print } = common;
  const records = program.command('cdr').description('call detail records: what became of calls');
  type Filtered = Flags & Filter;
  withFilter(withList(records.command('ls').description('the latest records'))).action(
    async (flags: Filtered & { readonly output: Format; readonly limit: number }) => {
      const { listRecords } = await import('./records.ts');
      const { output, limit } = flags;
      print(await listRecords({ ...target(flags), ...filterOf(flags), output, limit }));
    },
  );
  const tail = records
    .command('tail')
    .description('the latest ten records; with -f also those that come')
    .option('-f, --follow', 'go on until stopped', false)
    .addOption(
      new Option('-o, --output <format>', 'how to print')
        .choices(['table', 'json'])
        .default('table'),
    )
    .addOption(new Option('-n, --lines <rows>', 'how many').default(10).argParser(Number));
  withFilter(withTarget(tail)).action(
    async (
      flags: Filtered & {
        readonly follow: boolean;
        readonly output: 'table' | 'json';
        readonly lines: number;
      },
    ) => {
      const { tailRecords } = await import('./records.ts');
      const { output, follow } = flags;
      const limit = Math.max(1, Math.trunc(flags.lines) || 1);
      await tailRecords({ ...target(flags), ...filterOf(flags), output, limit, follow }, print);
    },
  );
  const exported = records
    .command('export')
    .description('all records, oldest first')
    .addOption(
      new Option('--format <format>', 'JSON lines, CSV, or the columns of another system')
        .choices(['json', 'csv', 'asterisk', 'freeswitch'])
        .default('csv'),
    )
    .option('--no-header', 'CSV without the line of names');
  withFilter(withTarget(exported)).action(
    async (flags: Filtered & { readonly format: ExportFormat; readonly header: boolean }) => {
      const { exportRecords } = await import('./records.ts');
      const { format, header } = flags;
      await exportRecords({ ...target(flags), ...filterOf(flags), format, header }, print);
    },
  );
}

function withFilter(command: Command): Command {
  return command
    .option('--from <time>', 'begun then or later: 2026-11-23T08:00:00Z')
    .option('--to <time>', 'begun before that')
    .option('--number <number>', 'only calls from, to or answered by this number')
    .option('--all', 'of every manager of the cluster, also where one is named');
}

function filterOf({ from, to, number, all }: Filter): Filter {
  return { from, to, number, all };
}
