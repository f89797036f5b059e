/** The contract of all state planes, with one real etcd and with three. */
import { after, before } from 'node:test';
import { connectEtcd } from '../../../src/cluster/etcd/connect.ts';
import type { EtcdStatePlane } from '../../../src/cluster/etcd/etcd-state-plane.ts';
import { type StoreBench, storeContract } from '../../cluster/store-contract.ts';
import { type EtcdCluster, pause, startEtcd } from './etcd-server.ts';

/** No claim has more clients than that. */
const CLIENTS_MAX = 24;

let clusters = 0;

for (const count of [1, 3] as const) {
  let etcd: EtcdCluster;
  before(async () => {
    etcd = await startEtcd({ count });
  });
  after(() => etcd.close());
  storeContract(count === 1 ? 'etcd' : `etcd x${count}`, () => open(etcd.urls));
}

/** Clients of a cluster without keys; each begins with another server. */
async function open(urls: readonly string[]): Promise<StoreBench> {
  const connect = (cluster: string, at: number): Promise<EtcdStatePlane> => {
    const first = at % urls.length;
    return connectEtcd({ servers: [...urls.slice(first), ...urls.slice(0, first)], cluster });
  };
  const cluster = `contract-${++clusters}`;
  const planes = await Promise.all(
    Array.from({ length: CLIENTS_MAX }, (_, at) => connect(cluster, at)),
  );
  const stranger = await connect(`stranger-${clusters}`, 0);
  const all = [...planes, stranger];
  const take = (): EtcdStatePlane => {
    const plane = planes.pop();
    if (plane === undefined) throw new Error('more clients than were connected');
    return plane;
  };
  return {
    client: take,
    stranger: () => stranger,
    settle: () => pause(5),
    pass: (ms) => pause(ms),
    close: () => {
      for (const plane of all) plane.close();
    },
  };
}
