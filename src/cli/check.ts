/** `check`: whether a manager would start, without starting it. */
import { loadManager, type ManagerRead } from '../manager/config/load.ts';
import type { Overrides } from '../manager/config/make.ts';
import { compareWithKept } from '../manager/directory/compare.ts';
import { formatProblem } from '../store/problem.ts';
import { CommandError, EXIT } from './exit-code.ts';

/** Says what the manager of `file` would be. Throws `CommandError` with all that is wrong. */
export async function check(file: string, overrides: Overrides): Promise<string> {
  const { config, directory, file: own } = loadChecked(file, overrides);
  if (own === undefined)
    return `${file} is fine: manager ${config.id}, its directory is the one that is applied\n`;
  const { lines, devices, gateways, routePlan } = directory;
  const patterns = [...routePlan.partitions.values()].flat();
  const counts = [
    count(lines.size, 'line'),
    count(devices.size, 'device'),
    count(gateways.size, 'gateway'),
    count(patterns.length, 'pattern'),
  ];
  const said = await compareWithKept(config, own);
  return `${file} is fine: manager ${config.id}, ${counts.join(', ')}\n${said === '' ? '' : `${said}\n`}`;
}

/** What `file` and its directory say. Throws `CommandError` with all that is wrong, a line each. */
export function loadChecked(
  file: string,
  overrides: Overrides,
): ManagerRead & { readonly ok: true } {
  const read = loadManager(file, process.env, overrides);
  if (read.ok) return read;
  const lines = read.problems.map(formatProblem);
  lines.push(`${count(read.problems.length, 'problem')} in ${file} and its directory`);
  throw new CommandError(EXIT.failed, lines.join('\n'));
}

function count(number: number, noun: string): string {
  return number === 1 ? `1 ${noun}` : `${number} ${noun}s`;
}
