/** The route plan of a directory as rows. */
import type { DialRule, Transformation } from '../call/dial-plan/route-plan.ts';
import { formatValidity } from '../call/dial-plan/schedule.ts';
import type { Directory, RouteTarget } from '../call/directory.ts';
import { LINES } from '../call/numbering.ts';
import type { Rows } from '../http/manager-view.ts';
import type { RouteRow } from '../http/route-rows.ts';

/** Patterns in the order of the plan; before them the numbers of lines in one row, each hunt, and orbits in one row. */
export function routeRows(directory: Directory, limit: number): Rows<RouteRow> {
  const { routePlan, lines, users, hunts, orbits } = directory;
  const { partitions, spaces } = routePlan;
  const searchOf = (partition: string): readonly string[] =>
    [...spaces].filter(([, names]) => names.includes(partition)).map(([name]) => name);
  const own: RouteRow = {
    partition: LINES,
    pattern: `${lines.size} numbers, ${users.size} users`,
    leadsTo: 'line',
    digits: '',
    callerId: '',
    marks: [],
    search: [LINES, ...searchOf(LINES)],
  };
  const items = [own];
  for (const { number, order, lines: hunted } of hunts.values()) {
    const how = order === 'parallel' ? '' : `, ${order}`;
    const leadsTo = `hunt ${hunted.map((line) => line.number).join(' ')}${how}`;
    items.push({ ...own, pattern: number, leadsTo });
  }
  const [first] = orbits.numbers;
  if (first !== undefined) {
    const pattern = orbits.numbers.size === 1 ? first : `${first} … ${[...orbits.numbers].at(-1)}`;
    items.push({ ...own, pattern, leadsTo: `${orbits.numbers.size} orbits` });
  }
  let total = items.length;
  for (const [partition, rules] of partitions) {
    const search = searchOf(partition);
    total += rules.length;
    for (const rule of rules.slice(0, Math.max(0, limit - items.length)))
      items.push({ partition, search, ...rowOf(rule) });
  }
  return { items: items.slice(0, limit), total };
}

function rowOf(rule: DialRule<RouteTarget>): Omit<RouteRow, 'partition' | 'search'> {
  const { action, pattern, isEmergency, isUrgent } = rule;
  const isChanging = action.type !== 'refuse';
  const waits = action.type === 'route' && action.target.waits === true;
  const times = formatValidity(rule.when);
  const marks = Object.entries({ emergency: isEmergency, urgent: isUrgent, overlap: waits });
  return {
    pattern,
    leadsTo: leadsTo(rule),
    digits: isChanging ? stepsOf(action.called) : '',
    callerId: isChanging ? (action.calling?.mask ?? '') : '',
    marks: [
      ...marks.filter(([, isSet]) => isSet === true).map(([mark]) => mark),
      ...(times === '' ? [] : [times]),
    ],
  };
}

/** `line 2001`, `list london`, `block forbidden`, `translate to staff`. */
export function leadsTo({ action }: DialRule<RouteTarget>): string {
  switch (action.type) {
    case 'refuse':
      return `block ${action.cause}`;
    case 'translate':
      return `translate to ${action.space}`;
    case 'route': {
      const { target } = action;
      if (target.type === 'list') return `list ${target.list}`;
      return target.number === undefined ? 'line' : `line ${target.number}`;
    }
  }
}

function stepsOf(transformation: Transformation | undefined): string {
  const { strip, keepLast, mask, prefix, form } = transformation ?? {};
  const steps = [
    strip === undefined ? '' : `strip ${strip} digit${strip === 1 ? '' : 's'}`,
    keepLast === undefined ? '' : `keep ${keepLast}`,
    mask === undefined ? '' : `mask ${mask}`,
    prefix === undefined ? '' : `prefix ${prefix}`,
    form === undefined ? '' : `${form.as} ${form.country}`,
  ];
  return steps.filter((step) => step !== '').join(', ');
}
