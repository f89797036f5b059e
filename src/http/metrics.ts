/**
 * Metrics in Prometheus' text format, prefix `linewright_`.
 *
 * The manager counts in plain integers and knows nothing of this file; a scrape reads them. A
 * number, user or Call-ID is never a label: labels come from the few words in this table, or are ids of
 * gateways, of which there are few.
 */
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { Registry } from 'prom-client';
import { Histogram } from '../base/histogram.ts';

type Kind = 'counter' | 'gauge' | 'histogram';
type Definition = { readonly kind: Kind; readonly help: string; readonly label?: string };

/** Every metric that a manager may show. */
export const METRICS = {
  sip_requests_received_total: {
    kind: 'counter',
    help: 'SIP requests received, retransmissions included',
  },
  sip_requests_sent_total: { kind: 'counter', help: 'SIP requests sent' },
  sip_responses_received_total: { kind: 'counter', help: 'SIP responses received' },
  sip_retransmissions_total: {
    kind: 'counter',
    help: 'SIP messages that came or went again',
    label: 'direction',
  },
  sip_parse_errors_total: { kind: 'counter', help: 'Messages that the parser refused' },
  sip_timeouts_total: { kind: 'counter', help: 'Transactions that nobody answered' },
  sip_transport_errors_total: { kind: 'counter', help: 'Messages that could not be sent' },
  sip_merged_requests_total: { kind: 'counter', help: 'Requests refused as merged (482)' },
  sip_overload_refusals_total: { kind: 'counter', help: 'Requests refused with 503' },
  sip_transactions: { kind: 'gauge', help: 'Transactions now', label: 'side' },
  sip_legs: { kind: 'gauge', help: 'Legs (dialogs and INVITEs on their way) now' },
  sip_subscriptions: { kind: 'gauge', help: 'Subscriptions now' },
  sip_connections: { kind: 'gauge', help: 'Open connections now' },
  authentication_failures_total: { kind: 'counter', help: 'Wrong user or password' },
  bans_total: { kind: 'counter', help: 'Sources shut out for a while' },
  banned_messages_total: { kind: 'counter', help: 'Messages of shut-out sources, dropped' },
  contacts: { kind: 'gauge', help: 'Registered contacts now' },
  calls: { kind: 'gauge', help: 'Calls now', label: 'state' },
  calls_total: { kind: 'counter', help: 'Calls that ended', label: 'result' },
  call_setup_seconds: { kind: 'histogram', help: 'From INVITE to the first ringing' },
  lines: { kind: 'gauge', help: 'Numbers with a line control process now' },
  line_lock_seconds: {
    kind: 'histogram',
    help: "From asking for a replicated line's lock to having it",
  },
  gateway_calls: {
    kind: 'gauge',
    help: 'Calls now through gateways that this manager keeps, in the whole cluster',
    label: 'gateway',
  },
  gateway_up: {
    kind: 'gauge',
    help: '1 for gateways that this manager keeps and that are given calls, 0 for those left alone',
    label: 'gateway',
  },
  gateway_registered: {
    kind: 'gauge',
    help: '1 for gateways that this manager keeps and is registered with, 0 for failed ones',
    label: 'gateway',
  },
  gateway_failures_total: {
    kind: 'counter',
    help: 'Calls and OPTIONS that gateways kept by this manager failed',
    label: 'gateway',
  },
  gateway_route_lists_total: {
    kind: 'counter',
    help: 'Calls that were to leave by a route list, gateways asked for them, calls that none took, emergencies',
    label: 'what',
  },
  cdr_records_total: { kind: 'counter', help: 'Records of ended calls that were spooled' },
  cdr_records_lost_total: {
    kind: 'counter',
    help: 'Records that neither the disk nor memory had room for',
  },
  cdr_spool_failures_total: { kind: 'counter', help: 'Writes to the spool of records that failed' },
  cdr_open: { kind: 'gauge', help: 'Calls that are noted as answered, and not as ended' },
  cdr_waiting: { kind: 'gauge', help: 'Records in the spool that wait', label: 'sink' },
  cdr_delivered_total: { kind: 'counter', help: 'Records that a sink has taken', label: 'sink' },
  cdr_delivery_failures_total: {
    kind: 'counter',
    help: 'Batches of records that a sink did not take; they are tried again',
    label: 'sink',
  },
  cdr_refused_total: {
    kind: 'counter',
    help: 'Records that a sink will never take, and is not asked again',
    label: 'sink',
  },
  signals_total: { kind: 'counter', help: 'Signals delivered to processes' },
  signals_lost_total: { kind: 'counter', help: 'Signals to processes that were gone' },
  process_deaths_total: { kind: 'counter', help: 'Processes that broke an invariant' },
  cluster_members: { kind: 'gauge', help: 'Members of the cluster now, as this one sees it' },
  cluster_standing: {
    kind: 'gauge',
    help: '1 for what this manager is now: member, unsure, frozen, fenced or isolated',
    label: 'standing',
  },
  cluster_members_left_total: {
    kind: 'counter',
    help: 'Members that left or were expelled since this one joined',
  },
  cluster_evictions_total: { kind: 'counter', help: 'Members that this one has expelled' },
  cluster_packets_total: {
    kind: 'counter',
    help: 'Packets to and from other members',
    label: 'direction',
  },
  cluster_packets_dropped_total: {
    kind: 'counter',
    help: 'Packets that were not taken',
    label: 'why',
  },
  cluster_messages_lost_total: {
    kind: 'counter',
    help: 'Messages to other members that did not get there in time',
    label: 'why',
  },
  cluster_table_entries: { kind: 'gauge', help: 'Numbers that are controlled somewhere now' },
  cluster_table_transactions_total: {
    kind: 'counter',
    help: 'Transactions about the table, and those among them that were refused or lost',
    label: 'result',
  },
} as const satisfies Readonly<Record<string, Definition>>;

export type MetricName = keyof typeof METRICS;

/** A number; numbers by the metric's label; or a histogram. */
export type MetricValue = number | Readonly<Record<string, number>> | Histogram;

/** What a manager has to say at a scrape. Absent: it has nothing to say of that. */
export type Counters = { readonly [Name in MetricName]?: MetricValue };

/** The watch on the event loop looks that often; what it measures includes that time. */
const DELAY_TICK_MS = 20;

type Sample = {
  readonly metricName: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
};

/** The text of one scrape. */
export class Exposition {
  readonly contentType = Registry.PROMETHEUS_CONTENT_TYPE;
  readonly #read: () => Counters;
  #delay: ReturnType<typeof monitorEventLoopDelay> | undefined;

  constructor(read: () => Counters) {
    this.#read = read;
  }

  async text(): Promise<string> {
    const registry = new Registry();
    const counters = this.#read();
    for (const [name, definition] of Object.entries(METRICS)) {
      const value = counters[name as MetricName];
      if (value === undefined) continue;
      add(registry, name, definition, samples(name, definition, value));
    }
    this.#addProcess(registry);
    return registry.metrics();
  }

  /** What is asked of the process itself. The delay of the event loop is watched from the first scrape on. */
  #addProcess(registry: Registry): void {
    const gauge = (name: string, help: string, value: number) =>
      add(registry, name, { kind: 'gauge', help }, [single(name, value)]);
    if (this.#delay === undefined) {
      this.#delay = monitorEventLoopDelay({ resolution: DELAY_TICK_MS });
      this.#delay.enable();
    }
    const delay = this.#delay;
    if (delay.count > 0) {
      const name = 'event_loop_delay_seconds';
      const quantiles = [0.5, 0.99, 0.999].map((quantile) => ({
        metricName: `linewright_${name}`,
        labels: { quantile },
        value: Math.max(0, delay.percentile(quantile * 100) / 1e9 - DELAY_TICK_MS / 1000),
      }));
      const help = 'How late the event loop was since the last scrape';
      add(registry, name, { kind: 'gauge', help }, quantiles);
      delay.reset();
    }
    const { utilization } = performance.eventLoopUtilization();
    gauge(
      'event_loop_utilization_ratio',
      'Busy part of the event loop since the start',
      utilization,
    );
    const { user, system } = process.cpuUsage();
    const cpu = 'process_cpu_seconds_total';
    const cpuHelp = 'CPU time, user and system';
    add(registry, cpu, { kind: 'counter', help: cpuHelp }, [single(cpu, (user + system) / 1e6)]);
    const { rss, heapUsed } = process.memoryUsage();
    gauge('process_resident_memory_bytes', 'Resident memory', rss);
    gauge('process_heap_used_bytes', 'JavaScript heap in use', heapUsed);
  }
}

/** prom-client asks a metric for its values by `get()`, whoever wrote the metric. */
function add(registry: Registry, name: string, definition: Definition, values: Sample[]): void {
  const { kind, help } = definition;
  const full = `linewright_${name}`;
  const metric = { name: full, help, type: kind, values, aggregator: 'sum' };
  registry.registerMetric({ name: full, get: async () => metric } as unknown as Parameters<
    Registry['registerMetric']
  >[0]);
}

function single(name: string, value: number): Sample {
  return { metricName: `linewright_${name}`, labels: {}, value };
}

function samples(name: string, definition: Definition, value: MetricValue): Sample[] {
  if (typeof value === 'number') return [single(name, value)];
  if (value instanceof Histogram) return bucketSamples(`linewright_${name}`, value);
  const label = definition.label ?? 'kind';
  return Object.entries(value).map(([word, count]) => ({
    metricName: `linewright_${name}`,
    labels: { [label]: word },
    value: count,
  }));
}

function bucketSamples(name: string, histogram: Histogram): Sample[] {
  let count = 0;
  const buckets = [...histogram.bounds, '+Inf'].map((le, index) => {
    count += histogram.counts[index] ?? 0;
    return { metricName: `${name}_bucket`, labels: { le }, value: count };
  });
  const total = { metricName: `${name}_count`, labels: {}, value: count };
  return [...buckets, { metricName: `${name}_sum`, labels: {}, value: histogram.sum }, total];
}
