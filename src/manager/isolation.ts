/**
 * A manager that starts and cannot reach its cluster's store (docs/cluster.md, ADR 0022): it serves alone with what it has
 * kept of the directory, for as long as that lasts. It never becomes a member: when the store is there again it ends, and is
 * started anew.
 */
import type { Log, LogFields } from '../base/log.ts';
import type { Directory } from '../call/directory.ts';
import type { SettingsKeeper } from '../call/forwarding/line-settings.ts';
import { isolatedDirectory } from '../call/isolation.ts';
import type { CallManager } from './call-manager.ts';
import type { ClusterConfig, ManagerConfig } from './config/manager-config.ts';
import type { StartOptions } from './config/running-manager.ts';
import { KeptCopy } from './directory/kept-copy.ts';
import { isStoreThere, isUnreachable, openPlanes, type Planes } from './planes.ts';

export type Reached = {
  /** Undefined: it has no cluster, or does not reach it. */
  readonly planes: Planes | undefined;
  readonly isolation: Isolation | undefined;
};

/** What there is to serve alone. */
export type Isolation = {
  readonly directory: Directory;
  readonly settings: SettingsKeeper;
  /** Resolves when the store is there again and no emergency call of `manager` is up. */
  over(manager: CallManager): Promise<void>;
  /** Nobody waits for that any more. */
  stop(): void;
};

/** The store is looked for that often: whoever sits there is to have all calls again soon. */
const LOOK_MS = 250;

/** What members set belongs to the cluster. */
const NOTHING_KEPT: SettingsKeeper = { put: (_number, _kind, _setting, done) => done(false) };

/** Rejects with `BusError` or `StoreError`, the latter unless what there is to serve alone is to be served. */
export async function reachCluster({ config, log, planes }: StartOptions): Promise<Reached> {
  const { cluster } = config;
  if (planes !== undefined) return { planes: await planes(), isolation: undefined };
  if (cluster === undefined) return { planes: undefined, isolation: undefined };
  try {
    return { planes: await openPlanes(cluster, config.id, log), isolation: undefined };
  } catch (error) {
    const copy = mayServeAlone(error, cluster) ? copyOf(config, log) : undefined;
    const kept = await copy?.read();
    if (kept === undefined) throw error;
    log.write('error', 'manager isolated', {
      why: error instanceof Error ? error.message : String(error),
      version: kept.version,
      keptAt: kept.keptAt,
      meaning:
        'it does not reach its cluster: only emergency calls, and calls to lines that nobody shares and whose phones are registered here',
    });
    const isolation = isolate(isolatedDirectory(kept.directory), cluster, log);
    return { planes: undefined, isolation };
  }
}

/** Of a manager that is in a cluster and has a data folder. */
export function copyOf({ cluster, dataFolder, domains }: ManagerConfig, log: Log) {
  if (cluster === undefined || dataFolder === undefined) return undefined;
  return new KeptCopy({ dataFolder, cluster: cluster.name, realm: domains[0] ?? '', log });
}

/** Whether that is what a manager serves alone for; everything else somebody has to put right. */
export function mayServeAlone(error: unknown, { isolated }: Pick<ClusterConfig, 'isolated'>) {
  return isolated === 'emergency' && isUnreachable(error);
}

/** Whether somebody has called for help, and the call is not over. */
export function hasEmergency({ processing, devices }: CallManager): boolean {
  const { calls, digits } = processing;
  // Legs say it whatever has become of the call since; before the first gateway is asked only the call does.
  for (const { isEmergency } of devices.legs()) if (isEmergency) return true;
  for (const { dialled } of calls.values()) if (digits.isEmergency(dialled)) return true;
  return false;
}

function isolate(directory: Directory, cluster: ClusterConfig, log: Log): Isolation {
  const waiting = new AbortController();
  const { signal } = waiting;
  let said = '';
  const say = (event: string, fields: LogFields): void => {
    const text = `${event} ${JSON.stringify(fields)}`;
    if (text !== said) log.write('warn', event, fields);
    said = text;
  };
  const isThere = async (): Promise<boolean> => {
    try {
      return await isStoreThere(cluster);
    } catch (error) {
      // The next start would say so, and serve nobody.
      const why = error instanceof Error ? error.message : String(error);
      say('store of no use', { why, meaning: 'this manager goes on alone until that is mended' });
      return false;
    }
  };
  return {
    directory,
    settings: NOTHING_KEPT,
    over: async (manager) => {
      while (!signal.aborted) {
        const isBack = await isThere();
        if (isBack && !hasEmergency(manager)) return;
        if (isBack) say('store is back', { meaning: 'waiting for an emergency call to end' });
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      }
    },
    stop: () => waiting.abort(),
  };
}
