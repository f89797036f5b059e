/** The bus and the store of a cluster, as a manager file names them. */
import type { Log } from '../base/log.ts';
import { openEmbeddedCluster } from '../cluster/embedded-cluster.ts';
import { connectEtcd, directoryKeyspace } from '../cluster/etcd/connect.ts';
import { StoreError } from '../cluster/etcd/store-error.ts';
import { openMemoryStore } from '../cluster/kept-store.ts';
import { connectNats } from '../cluster/nats/message-plane.ts';
import type { VersionStore } from '../cluster/versions.ts';
import type { MessagePlane } from '../process/message-plane.ts';
import type { StatePlane } from '../process/state-plane.ts';
import type { ClusterConfig, PeersConfig } from './config/manager-config.ts';

export type Planes = {
  readonly bus: MessagePlane;
  readonly store: StatePlane;
  /** Where the cluster's directory is. */
  readonly directory: VersionStore;
  close(): void | Promise<void>;
};

/** Connects to both. Throws `BusError` or `StoreError`, whose messages say what to do. */
export async function openPlanes(config: ClusterConfig, id: string, log: Log): Promise<Planes> {
  const { name, bus } = config;
  const state = await connectEtcd({ ...storeOf(config), log });
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
    const directory = state.beside(directoryKeyspace(name));
    return { bus: messages, store: state, directory, close };
  } catch (error) {
    state.close();
    throw error;
  }
}

/** Whether the store can be reached now. Rejects with `StoreError` where that is no matter of time. */
export async function isStoreThere(config: ClusterConfig): Promise<boolean> {
  try {
    const state = await connectEtcd({ ...storeOf(config), withinMs: 0 });
    state.close();
    return true;
  } catch (error) {
    if (isUnreachable(error)) return false;
    throw error;
  }
}

/** No server answers, or too few of them to decide anything: the only one of a start's errors that passes by itself. */
export function isUnreachable(error: unknown): boolean {
  return error instanceof StoreError && error.code === 'unreachable';
}

function storeOf({ name, store }: ClusterConfig) {
  return { servers: store.servers, cluster: name, ...accessOf(store) };
}

/** How a driver is let in, as it takes it. */
export function accessOf({ servers, user, password, ca, certificate }: PeersConfig) {
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
  const directory = openMemoryStore();
  return { open: () => ({ bus, store: statePlane(), directory, close: () => {} }), close };
}
