/**
 * In which order a call tries the gateways of its list: group after group, and within a group as that
 * spreads its calls. Turns are counted at each manager by itself: over many calls that is as even, and
 * no manager waits for another.
 */
import type { Random } from '../../base/random.ts';
import type { RouteGroup, RouteList } from './gateway.ts';

const RANGE = 2 ** 32;

export class RouteOrder {
  readonly #random: Random;
  /** Whose turn it is in groups that go round. */
  readonly #turns = new Map<string, number>();

  constructor(random: Random) {
    this.#random = random;
  }

  /** Ids of gateways, each once: one that is in several groups is tried where it comes first. */
  of({ name, groups }: RouteList): string[] {
    const ids = new Set<string>();
    groups.forEach((group, at) => {
      for (const id of this.#ofGroup(group, `${name}/${at}`)) ids.add(id);
    });
    return [...ids];
  }

  #ofGroup({ spread, gateways }: RouteGroup, key: string): string[] {
    const ids = gateways.map(({ gateway }) => gateway);
    switch (spread) {
      case 'top-down':
        return ids;
      case 'circular': {
        const turn = (this.#turns.get(key) ?? 0) % ids.length;
        this.#turns.set(key, turn + 1);
        return [...ids.slice(turn), ...ids.slice(0, turn)];
      }
      case 'weight':
        return this.#byChance(gateways);
    }
  }

  /** Each next one by chance among those that are left. */
  #byChance(gateways: RouteGroup['gateways']): string[] {
    const left = [...gateways];
    const order: string[] = [];
    while (left.length > 0) {
      const total = left.reduce((sum, { weight }) => sum + weight, 0);
      let point = (this.#random.next32() / RANGE) * total;
      let at = 0;
      for (; at < left.length - 1; at++) {
        point -= left[at]?.weight ?? 0;
        if (point < 0) break;
      }
      const [taken] = left.splice(at, 1);
      if (taken !== undefined) order.push(taken.gateway);
    }
    return order;
  }
}
