/** The bus and the store of a cluster, as a manager file names them. */
import type { Log } from '../base/log.ts';
import { openEmbeddedCluster } from '../cluster/embedded-cluster.ts';
import { connectEtcd } from '../cluster/etcd/connect.ts';
import { connectNats } from '../cluster/nats/message-plane.ts';
import type { MessagePlane } from '../process/message-plane.ts';
import type { StatePlane } from '../process/state-plane.ts';
import type { ClusterConfig, PeersConfig } from './config/manager-config.ts';

export type Planes = {
  readonly bus: MessagePlane;
  readonly store: StatePlane;
  close(): void | Promise<void>;
};

/** Connects to both. Throws `BusError` or `StoreError`, whose messages say what to do. */
export async function openPlanes(config: ClusterConfig, id: string, log: Log): Promise<Planes> {
  const { name, bus, store } = config;
  const state = await connectEtcd({
    servers: store.servers,
    cluster: name,
    ...accessOf(store),
    log,
  });
  try {
    const messages = await connectNats({
      servers: bus.servers,
      cluster: name,
      manager: id,
      ...accessOf(bus),
      log,
    });
    const close = async (): Promise<void> => {
      await messages.close();
      state.close();
    };
    return { bus: messages, store: state, close };
  } catch (error) {
    state.close();
    throw error;
  }
}

function accessOf({ servers, user, password, ca, certificate }: PeersConfig) {
  const isSecure = servers.some((server) => /^(tls|https):/.test(server));
  const tls = { ...(ca === undefined ? {} : { ca }), ...certificate };
  return {
    ...(user === undefined || password === undefined ? {} : { credentials: { user, password } }),
    ...(isSecure ? { tls } : {}),
  };
}

/** A bus and a store in this process, for all its managers: `open` for each. */
export function openEmbeddedPlanes(): { open(): Planes; close(): void } {
  const { bus, statePlane, close } = openEmbeddedCluster(Date.now());
  return { open: () => ({ bus, store: statePlane(), close: () => {} }), close };
}
