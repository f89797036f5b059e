/**
 * Route lists: gateways, and groups of them, in the order in which a call tries them.
 *
 * `london: [gw-1, { spread: circular, gateways: [gw-2, gw-3] }]`: gw-1 first; when that has no room the
 * other two, each in turn. Gateways that stand alone one after the other are one group, from the top.
 */
import type { RouteGroup, RouteList } from '../../call/routing/gateway.ts';
import { placeAt } from '../document.ts';
import { suggestion } from '../nearest-name.ts';
import type { Problem } from '../problem.ts';
import { checkShape } from '../shape.ts';
import type { Gathered } from './gather.ts';
import { type RouteListEntry, routeListSchema } from './schema.ts';

/** By name. */
export type RouteLists = ReadonlyMap<string, RouteList>;

/** Lists whose every gateway is known. */
export function readRouteLists(
  plan: Pick<Gathered, 'lists' | 'gateways'>,
  problems: Problem[],
): RouteLists {
  const lists = new Map<string, RouteList>();
  for (const entry of plan.lists.values()) {
    const given = checkShape(routeListSchema, entry.value, problems);
    if (given === undefined) continue;
    const before = problems.length;
    given.forEach((item, index) => {
      for (const [id, path] of namesOf(item)) {
        if (plan.gateways.has(id)) continue;
        const message = `unknown gateway '${id}'${suggestion(id, plan.gateways.keys())}`;
        problems.push({ place: placeAt(entry.value, [index, ...path]), message });
      }
    });
    if (problems.length === before)
      lists.set(entry.key, { name: entry.key, groups: groupsOf(given) });
  }
  return lists;
}

type Item = RouteListEntry[number];

/** Ids, and where in the item each stands. */
function namesOf(item: Item): (readonly [string, (string | number)[]])[] {
  if (typeof item === 'string') return [[item, []]];
  const { gateways } = item;
  if (Array.isArray(gateways)) return gateways.map((id, at) => [id, ['gateways', at]]);
  return Object.keys(gateways).map((id) => [id, ['gateways', id]]);
}

function groupsOf(items: RouteListEntry): RouteGroup[] {
  const groups: { spread: RouteGroup['spread']; gateways: RouteGroup['gateways'][number][] }[] = [];
  let isAlone = false;
  for (const item of items) {
    if (typeof item !== 'string') {
      isAlone = false;
      const { spread, gateways } = item;
      const weighed = Array.isArray(gateways)
        ? gateways.map((gateway) => ({ gateway, weight: 1 }))
        : Object.entries(gateways).map(([gateway, weight]) => ({ gateway, weight }));
      groups.push({ spread, gateways: weighed });
      continue;
    }
    const alone = { gateway: item, weight: 1 };
    if (isAlone) groups.at(-1)?.gateways.push(alone);
    else groups.push({ spread: 'top-down', gateways: [alone] });
    isAlone = true;
  }
  return groups;
}
