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
  { lines, hunts }: Pick<Gathered, 'lines' | 'hunts'>,
  { drafts }: DeviceDrafts,
  problems: Problem[],
): Work<void> {
  const forwarding = [...directory.lines.values()].filter(({ forward }) => forward !== undefined);
  const digits = new DigitAnalysis(directory, undefined, undefined, undefined, compiled);
  const owners = new Map([...drafts.values()].map(({ number, entry }) => [number, entry]));
  const told = new Set<Entry>();
  checkHunts(directory, digits, hunts, problems);
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

/** What follows a hunt is dialled by its authority; only what is no number at all can be said now. */
function checkHunts(
  directory: Directory,
  digits: DigitAnalysis,
  entries: Gathered['hunts'],
  problems: Problem[],
): void {
  for (const { number, search, noAnswerTo, busyTo } of directory.hunts.values()) {
    const spaces = search === undefined ? [] : [search];
    const entry = entries.get(number);
    for (const [key, to] of [
      ['no_answer', noAnswerTo],
      ['busy', busyTo],
    ] as const) {
      if (to === undefined || entry === undefined) continue;
      const analysis = digits.analyse(to, { spaces, number, isOutside: false });
      const isNone = analysis.type === 'refused' && analysis.number === undefined;
      if (!isNone || analysis.code !== 'LW-3001') continue;
      const message = `hunt '${number}' cannot go on to '${to}': ${formatRefusal(analysis.code)}`;
      problems.push({ place: placeAt(entry.value, [key, 'to']), message });
    }
  }
}
