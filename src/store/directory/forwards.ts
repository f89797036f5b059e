/** Forwards of the directory: each leads somewhere, by the rights of the line that forwards. */

import type { Work } from '../../base/work.ts';
import { DigitAnalysis } from '../../call/digit-analysis.ts';
import type { Directory } from '../../call/directory.ts';
import { whyNotForward } from '../../call/forwarding/forward-target.ts';
import { FORWARD_KINDS, type ForwardKind } from '../../call/forwarding/forwarding.ts';
import type { Numbering } from '../../call/numbering.ts';
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

/** Forwards that are looked up at a time. */
const CHECK_STEP = 256;

/** `directory` is otherwise sound; `compiled`: its numbering. */
export function* checkForwards(
  directory: Directory,
  compiled: Numbering,
  { lines }: Gathered,
  { drafts }: DeviceDrafts,
  problems: Problem[],
): Work<void> {
  const forwarding = [...directory.lines.values()].filter(({ forward }) => forward !== undefined);
  const digits = new DigitAnalysis(directory, undefined, undefined, undefined, compiled);
  const owners = new Map([...drafts.values()].map(({ number, entry }) => [number, entry]));
  const told = new Set<Entry>();
  let left = 0;
  for (const { number, forward } of forwarding) {
    if (++left % CHECK_STEP === 0) yield;
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
