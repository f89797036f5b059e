/** The NATS message plane keeps the contract of all buses: at one server, and across three with the example's file. */
import { busContract } from '../../cluster/bus-contract.ts';
import { openNatsBench } from './bus-bench.ts';
import { renameUsers, startExampleCluster, startNats } from './nats-server.ts';

busContract('NATS, one server', async () =>
  openNatsBench(await startNats(), { cluster: 'lw1', hasUsers: false }),
);

busContract('NATS, three servers with permissions', async () =>
  openNatsBench(await startExampleCluster(renameUsers('t1', ['a', 'b', 'c', 'd'])), {
    cluster: 't1',
    hasUsers: true,
  }),
);
