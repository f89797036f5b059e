/** The directory of simulated phones, whose lines forward to one another, in a circle too. */
import type { Directory, Line } from '../call/directory.ts';
import type { GivenForwards } from '../call/forwarding.ts';
import { simulationDirectory } from './simulation-directory.ts';

const FORWARDS: Readonly<Record<string, GivenForwards>> = {
  '2000': { busy: '2200' },
  '2100': { busy: '2000', 'no answer': '1002' },
  '2200': { 'no answer': '2000', unreachable: '2900' },
  '1002': { unreachable: '2100', busy: '2901' },
};

/** Every other seed; the lines of the others refuse what they do not take. */
export function forwardingDirectory(
  seed: number,
  domain: string,
  modeOf?: (number: string) => Line['mode'],
): Directory {
  const directory = simulationDirectory(domain, modeOf);
  if (seed % 2 === 0) return directory;
  const lines = new Map<string, Line>();
  for (const [number, line] of directory.lines) {
    const forward = FORWARDS[number];
    lines.set(number, forward === undefined ? line : { ...line, forward });
  }
  return { ...directory, lines };
}
