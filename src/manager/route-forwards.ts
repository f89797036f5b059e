/** What the forwards of a line would make of a call to it: a part of what is said of a number that is dialled. */
import type { Analysis, DigitAnalysis } from '../call/digit-analysis.ts';
import type { Directory } from '../call/directory.ts';
import { DIVERSIONS_MAX, rightsOfLine } from '../call/forwarding/diversion.ts';
import { whyNotForward } from '../call/forwarding/forward-target.ts';
import {
  FORWARD_KINDS,
  type Forward,
  type Forwards,
  forwardsOf,
} from '../call/forwarding/forwarding.ts';
import { LineSettings } from '../call/forwarding/line-settings.ts';
import { formatRefusal } from '../call/refusal-codes.ts';
import type { RouteForward } from '../http/route-rows.ts';

type Plan = {
  readonly directory: Directory;
  readonly digits: DigitAnalysis;
  readonly settings?: LineSettings;
};

/** Along the lines that forward all, and then what the last one does with a call that it does not take. */
export function forwardsFrom(number: string, plan: Plan): RouteForward[] {
  const rows: RouteForward[] = [];
  const met = new Set<string>();
  let line: string | undefined = number;
  while (line !== undefined) {
    const forwards = forwardsOf(plan.directory, plan.settings ?? new LineSettings(), line);
    if (forwards === undefined) return rows;
    if (met.has(line) || rows.length >= DIVERSIONS_MAX) {
      const code = met.has(line) ? 'LW-3401' : 'LW-3402';
      return [...rows, { line, when: 'all', to: '', leadsTo: formatRefusal(code) }];
    }
    met.add(line);
    const { all } = forwards;
    if (all === undefined) return [...rows, ...othersOf(line, forwards, plan)];
    const next = lookUp(line, all, plan);
    rows.push({ line, when: 'all', to: all.to, leadsTo: next.leadsTo });
    line = next.line;
  }
  return rows;
}

/** What the directory has an emergency call do at a line that does not take it; nothing else counts there. */
export function emergencyForwardsFrom(line: string, plan: Plan): RouteForward[] {
  const forwards = forwardsOf(plan.directory, new LineSettings(), line);
  return forwards === undefined ? [] : othersOf(line, { ...forwards, isDnd: false }, plan);
}

function othersOf(line: string, forwards: Forwards, plan: Plan): RouteForward[] {
  const rows: RouteForward[] = [];
  if (forwards.isDnd && forwards.busy === undefined)
    return [{ line, when: 'do not disturb', to: '', leadsTo: formatRefusal('LW-3405') }];
  for (const when of FORWARD_KINDS) {
    const forward = forwards[when];
    if (forward === undefined || when === 'all') continue;
    const isAlways = forwards.isDnd && when === 'busy';
    const { leadsTo } = lookUp(line, forward, plan);
    rows.push({ line, when: isAlways ? 'do not disturb' : when, to: forward.to, leadsTo });
  }
  return rows;
}

function lookUp(
  number: string,
  { to, by }: Forward,
  { directory, digits }: Plan,
): { readonly leadsTo: string; readonly line?: string } {
  const code = whyNotForward({ directory, digits }, number, by, to);
  if (code !== undefined) return { leadsTo: formatRefusal(code) };
  const analysis: Analysis = digits.analyse(to, rightsOfLine(directory, number, by));
  switch (analysis.type) {
    case 'line':
    case 'locating':
      return { leadsTo: `line ${analysis.number}`, line: analysis.number };
    case 'list':
      return { leadsTo: `leaves as ${analysis.number} by list ${analysis.list.name}` };
    case 'hunt':
      return { leadsTo: `hunt ${analysis.number}` };
    case 'orbit':
      return { leadsTo: `orbit ${analysis.number}` };
    case 'refused':
      // Nobody is registered there, or no manager was asked.
      return analysis.number === undefined
        ? { leadsTo: formatRefusal(analysis.code) }
        : { leadsTo: `line ${analysis.number}`, line: analysis.number };
  }
}
