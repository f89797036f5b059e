/** What a member of a cluster counts, at a scrape. */
import type { ClusterMember } from '../cluster/member.ts';
import type { Counters } from '../http/metrics.ts';
import type { CallManager } from './call-manager.ts';

const STANDINGS = { member: 0, unsure: 0, frozen: 0, fenced: 0, isolated: 0 };

/** Of one that is cut off from its cluster. */
export const ISOLATED_COUNTERS: Counters = {
  cluster_members: 0,
  cluster_standing: { ...STANDINGS, isolated: 1 },
};

export function clusterCounters(member: ClusterMember, manager: CallManager): Counters {
  const { view, standing, expelled, counters } = member;
  const base: Counters = {
    cluster_members: view.members.length,
    cluster_standing: { ...STANDINGS, [standing]: 1 },
    cluster_members_left_total: manager.watch.departed,
    cluster_evictions_total: expelled,
    cluster_table_entries: manager.processing.table.size,
  };
  if (counters === undefined) return base;
  const { links, table } = counters;
  return {
    ...base,
    cluster_packets_total: {
      sent: links.sent,
      'sent again': links.sentAgain,
      received: links.received,
    },
    cluster_packets_dropped_total: {
      ...links.faults,
      'no member': links.strangers,
      repeated: links.repeated,
      'out of window': links.outOfWindow,
      'waited too long': links.waitedTooLong,
      'too many waiting': links.waitingOverflow,
    },
    cluster_messages_lost_total: {
      'not acknowledged': links.takenBack,
      'no way': links.refused,
      stale: links.stale,
    },
    cluster_table_transactions_total: {
      all: table.transactions,
      refused: table.refused,
      unknown: table.unknown,
    },
  };
}
