/** Forwards of the directory: each leads somewhere, by the rights of the line that forwards. */

import { DigitAnalysis } from '../../call/digit-analysis.ts';
import type { Directory } from '../../call/directory.ts';
import { whyNotForward } from '../../call/forwarding/forward-target.ts';
import { FORWARD_KINDS, type ForwardKind } from '../../call/forwarding/forwarding.ts';
import { formatRefusal } from '../../call/refusal-codes.ts';
import { type Entry, placeAt } from '../document.ts';
import type { Problem } from '../problem.ts';
import type { DeviceDrafts } from './devices.ts';
import type { Gathered } from './gather.ts';

const WHERE: Readonly<Record<ForwardKind, readonly string[]>> = {
  all: ['forward', 'all'],
  busy: ['forward', 'busy'],
  'no answer': ['no_answer', 'to'],
  unreachable: ['forward', 'unreachable'],
};

/** `directory` is otherwise sound: compiling its route plan takes as long as it takes. */
export function checkForwards(
  directory: Directory,
  { lines }: Gathered,
  { drafts }: DeviceDrafts,
  problems: Problem[],
): void {
  const forwarding = [...directory.lines.values()].filter(({ forward }) => forward !== undefined);
  if (forwarding.length === 0) return;
  const digits = new DigitAnalysis(directory);
  const owners = new Map([...drafts.values()].map(({ number, entry }) => [number, entry]));
  const told = new Set<Entry>();
  for (const { number, forward } of forwarding) {
    const entry = lines.get(number) ?? owners.get(number);
    // Once for a range of devices.
    if (entry === undefined || told.has(entry)) continue;
    told.add(entry);
    for (const kind of FORWARD_KINDS) {
      const to = forward?.[kind];
      const code = to && whyNotForward({ directory, digits }, number, undefined, to);
      if (!code) continue;
      const message = `line '${number}' cannot forward to '${to}': ${formatRefusal(code)}`;
      problems.push({ place: placeAt(entry.value, WHERE[kind]), message });
    }
  }
}
