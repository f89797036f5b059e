/**
 * How an etcd of a cluster is started, with the flags that docs/cluster.md recommends: here, in tests
 * and in benchmarks.
 */

/** `client`, `listen` and `peer` are URLs. */
export type EtcdMember = {
  readonly name: string;
  /** Where managers reach it. */
  readonly client: string;
  /** Where it keeps its data. */
  readonly folder: string;
  /** Where it listens for the others, and, unless it is the same, where they reach it. */
  readonly listen: string;
  readonly peer?: string;
};

/** Of `member`, one of `members`. `token`: what no other cluster has. */
export function etcdArgs(
  member: EtcdMember,
  members: readonly EtcdMember[],
  token: string,
): string[] {
  const { name, client, folder, listen } = member;
  const initial = members.map((each) => `${each.name}=${peerOf(each)}`).join(',');
  return [
    `--name=${name}`,
    `--data-dir=${folder}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${listen}`,
    `--initial-advertise-peer-urls=${peerOf(member)}`,
    `--initial-cluster=${initial}`,
    `--initial-cluster-token=${token}`,
    '--pre-vote',
    '--heartbeat-interval=100',
    '--election-timeout=1000',
    '--auto-compaction-mode=periodic',
    '--auto-compaction-retention=5m',
    '--quota-backend-bytes=4294967296',
    '--log-level=warn',
  ];
}

function peerOf({ listen, peer = listen }: EtcdMember): string {
  return peer;
}
