/** The directory of simulated phones, whose lines forward to one another, in a circle too. */
import type { Directory, Line } from '../call/directory.ts';
import type { GivenForwards } from '../call/forwarding/forwarding.ts';
import type { PickupGroup } from '../call/pickup-group.ts';
import { simulationDirectory } from './simulation-directory.ts';

const FORWARDS: Readonly<Record<string, GivenForwards>> = {
  '2000': { busy: '2200' },
  '2100': { busy: '2000', 'no answer': '1002' },
  '2200': { 'no answer': '2000', unreachable: '2900' },
  '1002': { unreachable: '2100', busy: '2901' },
};

const GROUPS: Readonly<Record<string, readonly string[]>> = {
  sales: ['2000', '2100', '1001'],
  support: ['2200', '1002'],
};

/** Every thirteenth seed: they pick up what rings at each other's lines. */
function grouped(seed: number, directory: Directory): Directory {
  if (seed % 13 !== 2) return directory;
  const lines = new Map(directory.lines);
  for (const [id, numbers] of Object.entries(GROUPS))
    for (const number of numbers) {
      const line = lines.get(number);
      if (line !== undefined) lines.set(number, { ...line, pickupGroup: id });
    }
  const groups = Object.entries(GROUPS).map(([id, numbers], at): [string, PickupGroup] => {
    const others = Object.keys(GROUPS).filter((other) => other !== id);
    return [id, { id, name: '', number: String(at + 1), lines: numbers, others }];
  });
  return { ...directory, lines, pickupGroups: new Map(groups) };
}

/** Every other seed; the lines of the others refuse what they do not take. */
export function forwardingDirectory(
  seed: number,
  domain: string,
  modeOf?: (number: string) => Line['mode'],
): Directory {
  const directory = grouped(seed, simulationDirectory(domain, modeOf));
  if (seed % 2 === 0) return directory;
  const lines = new Map<string, Line>();
  for (const [number, line] of directory.lines) {
    const forward = FORWARDS[number];
    lines.set(number, forward === undefined ? line : { ...line, forward });
  }
  return { ...directory, lines };
}
