/** Which gateway process keeps each gateway: this manager's copy of what the cluster's table says. */
import type { TableEntry } from '../../process/cluster.ts';
import { homeOf, type Pid, readPid } from '../../process/pid.ts';

const PREFIX = 'g/';

export class GatewayTable {
  readonly #keepers = new Map<string, Pid>();

  keeper(gateway: string): Pid | undefined {
    return this.#keepers.get(gateway);
  }

  /** What the table says of `key` now. Returns the gateway that is kept by another with that. */
  set(key: string, entry: TableEntry | undefined): string | undefined {
    if (!key.startsWith(PREFIX)) return undefined;
    const gateway = key.slice(PREFIX.length);
    if (entry === undefined) {
      this.#keepers.delete(gateway);
      return gateway;
    }
    const keeper = readPid(entry.value);
    // Who enters another manager's process is out of order.
    if (keeper === undefined || homeOf(keeper) !== entry.owner) return undefined;
    this.#keepers.set(gateway, keeper);
    return gateway;
  }
}

/** The key of a gateway in the cluster's table. Ids are names such as `gw-ldn-1`. */
export function gatewayKey(gateway: string): string {
  return `${PREFIX}${gateway}`;
}
