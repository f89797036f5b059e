/** What Linewright says of itself at `/metrics`. */

/** As in manager.yaml. */
const METRICS = 'http://127.0.0.1:28080/metrics';
const DELAY = /^linewright_event_loop_delay_seconds\{quantile="0\.999\d*"\} (\S+)$/m;
const LOCKED = /^linewright_line_lock_seconds_bucket\{le="([^"]+)"\} (\S+)$/gm;
const PACKETS = /^linewright_cluster_packets_total\{direction="sent[^"]*"\} (\S+)$/gm;

/** How late its event loop was at most, but for one in a thousand looks, since the last time; NaN at the first. */
export async function loopDelayMs(): Promise<number> {
  const text = await (await fetch(METRICS)).text();
  return Number(DELAY.exec(text)?.[1] ?? Number.NaN) * 1000;
}

/** Packets that managers have sent to each other; how often a line was locked within so many seconds. */
export type ClusterCounts = {
  readonly packets: number;
  readonly locked: readonly { readonly withinS: number; readonly count: number }[];
};

/** Of the managers that tell them at `addresses`; locks are the first one's, where the caller is. */
export async function clusterCounts(addresses: readonly string[]): Promise<ClusterCounts> {
  const texts = await Promise.all(addresses.map(async (address) => (await fetch(address)).text()));
  const packets = texts
    .flatMap((text) => [...text.matchAll(PACKETS)])
    .reduce((sum, [, count]) => sum + Number(count), 0);
  const locked = [...(texts[0] ?? '').matchAll(LOCKED)].map(([, withinS, count]) => ({
    withinS: withinS === '+Inf' ? Number.POSITIVE_INFINITY : Number(withinS),
    count: Number(count),
  }));
  return { packets, locked };
}

/** What half of the locks between the two looks took at most, as if even within each step; NaN: there were none. */
export function lockMedianMs(before: ClusterCounts, after: ClusterCounts): number {
  const steps = after.locked.map(({ withinS, count }, at) => ({
    withinS,
    count: count - (before.locked[at]?.count ?? 0),
  }));
  const half = (steps.at(-1)?.count ?? 0) / 2;
  let [fromS, reached] = [0, 0];
  for (const { withinS, count } of steps) {
    if (half > 0 && count >= half)
      return 1000 * (fromS + ((withinS - fromS) * (half - reached)) / (count - reached));
    [fromS, reached] = [withinS, count];
  }
  return Number.NaN;
}
