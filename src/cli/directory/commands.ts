/** The commands for the cluster's directory, as the program has them. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Target } from '../api-client.ts';
import { CommandError, EXIT } from '../exit-code.ts';
import { FORMATS, type Format } from '../output.ts';

/** What `main.ts` has for every command that asks a manager. */
export type Reaching<Flags> = {
  readonly withTarget: (command: Command) => Command;
  readonly target: (flags: Flags) => Target;
  readonly print: (text: string) => void;
};

export function addDirectory<Flags extends object>(
  program: Command,
  reaching: Reaching<Flags>,
): void {
  const { withTarget, target, print } = reaching;
  const files = '-f, --files <path>';
  const output = () =>
    new Option('-o, --output <format>', 'how to print').choices(['table', 'json']).default('table');
  const comment = '--comment <text>';
  type Output = { readonly output: 'table' | 'json' };

  withTarget(program.command('diff').description('what differs from the directory that counts'))
    .option(files, 'directory files; without them, what the last version has changed')
    .option('--exit-code', 'end with 1 if something differs', false)
    .addOption(output())
    .action(
      async (flags: Flags & Output & { readonly files?: string; readonly exitCode: boolean }) => {
        const { diff } = await import('./change.ts');
        const { text, count } = await diff({
          ...target(flags),
          files: flags.files,
          output: flags.output,
        });
        print(text);
        if (flags.exitCode && count > 0) throw new CommandError(EXIT.failed, '');
      },
    );
  withTarget(program.command('apply').description("make files the cluster's directory, at once"))
    .requiredOption(files, 'directory file or folder')
    .option('--dry-run', 'say what would change, and do nothing', false)
    .option(comment, 'why, for the history', '')
    .option('--base <version>', 'the version that the files were made from', versionOf)
    .addOption(output())
    .action(
      async (
        flags: Flags &
          Output & {
            readonly files: string;
            readonly dryRun: boolean;
            readonly comment: string;
            readonly base?: number;
          },
      ) => {
        const { apply } = await import('./change.ts');
        const { files: path, dryRun: isDry, comment: why, base } = flags;
        print(
          await apply({
            ...target(flags),
            files: path,
            isDry,
            comment: why,
            base,
            output: flags.output,
          }),
        );
      },
    );
  withTarget(program.command('undo').description('bring back what was before the last version'))
    .option('--to <version>', 'bring back that one', versionOf)
    .option(comment, 'why, for the history', '')
    .addOption(output())
    .action(async (flags: Flags & Output & { readonly comment: string; readonly to?: number }) => {
      const { undo } = await import('./change.ts');
      print(
        await undo({
          ...target(flags),
          comment: flags.comment,
          to: flags.to,
          output: flags.output,
        }),
      );
    });
  withTarget(program.command('history').description('the versions of the directory'))
    .addOption(
      new Option('-o, --output <format>', 'how to print').choices(FORMATS).default('table'),
    )
    .action(async (flags: Flags & { readonly output: Format }) => {
      const { history } = await import('./change.ts');
      print(await history({ ...target(flags), output: flags.output }));
    });
  withTarget(program.command('export').description('the directory that counts, as files'))
    .option('-f, --files <folder>', 'where to write them; without it, to standard output')
    .option('--at <version>', 'not what counts, but that version', versionOf)
    .option('--force', 'write over files of an earlier export', false)
    .addOption(
      new Option('-o, --output <format>', 'without -f').choices(['yaml', 'json']).default('yaml'),
    )
    .action(
      async (
        flags: Flags & {
          readonly files?: string;
          readonly at?: number;
          readonly force: boolean;
          readonly output: 'yaml' | 'json';
        },
      ) => {
        const { exportDirectory } = await import('./change.ts');
        const { files: folder, at: version, force: isForced, output: format } = flags;
        print(
          await exportDirectory({ ...target(flags), folder, version, isForced, output: format }),
        );
      },
    );
}

function versionOf(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Expected the number of a version.');
  return Number(text);
}
