/** What a running manager shows: rows made from the core's own records when somebody asks. */
import type { CallView } from '../call/call-registry.ts';
import { firstName } from '../call/forwarding/diversion.ts';
import type { CallLeg } from '../device/call-leg.ts';
import type { CallRow, LegRow, RegistrationRow, Rows } from '../http/manager-view.ts';
import type { Counters } from '../http/metrics.ts';
import { homeOf } from '../process/pid.ts';
import type { CallManager } from './call-manager.ts';
import { idOf } from './cluster-watch.ts';
import { gatewayCounters } from './gateways.ts';

export function registrationRows(
  manager: CallManager,
  nowMs: number,
  limit: number,
): Rows<RegistrationRow> {
  const items: RegistrationRow[] = [];
  for (const device of manager.directory.devices.values()) {
    if (items.length >= limit) break;
    for (const binding of manager.registrar.bindings(device.id)) {
      const { hop } = binding;
      const host = hop.address.includes(':') ? `[${hop.address}]` : hop.address;
      items.push({
        device: device.id,
        user: device.user,
        contact: binding.contact,
        transport: hop.transport,
        address: `${host}:${hop.port}`,
        expiresInS: Math.max(0, Math.round((binding.expiresAtMs - nowMs) / 1000)),
        userAgent: binding.userAgent,
        lines: device.lines,
      });
    }
  }
  return { items, total: manager.registrar.count };
}

const STATES = {
  trying: 'offered',
  ringing: 'ringing',
  parked: 'parked',
  answered: 'up',
} as const;

export function callRows(manager: CallManager, nowMs: number, limit: number): Rows<CallRow> {
  const { calls } = manager.processing;
  const legs = legsByCall(manager);
  const items: CallRow[] = [];
  for (const call of calls.values()) {
    if (items.length >= limit) break;
    items.push(callRow(call, legs.get(call.call) ?? [], nowMs));
  }
  return { items, total: calls.size };
}

/** Legs here of calls that began at other managers, by the call's id. */
export function guestRows(manager: CallManager, limit: number): GuestRow[] {
  const { calls } = manager.processing;
  const rows: GuestRow[] = [];
  for (const [call, legs] of legsByCall(manager))
    for (const leg of legs)
      if (!calls.has(call) && rows.length < limit) rows.push({ call, ...legRow(leg) });
  return rows;
}

/** A leg, and the call that it is of. */
export type GuestRow = LegRow & { readonly call: string };

/** What is said of an answer at another manager. */
export function answeredAt(manager: string): string {
  return `at ${manager}`;
}

function callRow(call: CallView, legs: readonly CallLeg[], nowMs: number): CallRow {
  // Whom the caller speaks to now: after a transfer another than who answered.
  const { pid, call: own } = call.caller;
  const caller = legs.find(({ process, call: known }) => process.pid === pid && known === own);
  const peer = caller?.phase === 'talking' ? caller.peer : undefined;
  const holder = (peer ?? call.answeredBy?.leg)?.pid;
  const answerer = legs.find((leg) => leg.process.pid === holder);
  const elsewhere = holder === undefined ? '' : answeredAt(idOf(homeOf(holder)));
  return {
    id: call.call,
    from: call.from.number,
    to: call.dialled,
    state: STATES[call.state],
    answeredBy: answerer?.process.place.device ?? elsewhere,
    sinceS: Math.round((nowMs - call.startedMs) / 1000),
    legs: legs.map(legRow),
  };
}

function legRow({ process, leg, phase, role }: CallLeg): LegRow {
  const early = role === 'calling' ? 'calling' : 'ringing';
  return {
    manager: idOf(homeOf(process.pid)),
    device: process.place.device,
    state: phase === 'talking' ? 'up' : early,
    callId: leg?.callId ?? '',
  };
}

function legsByCall(manager: CallManager): Map<string, CallLeg[]> {
  const byCall = new Map<string, CallLeg[]>();
  const { calls } = manager.processing;
  for (const leg of manager.devices.legs()) {
    const own = firstName(leg.controls.at(-1)?.call ?? leg.call);
    const peers = firstName(leg.peer?.call ?? own);
    // Who was transferred to another is in that one's call.
    const call = !calls.has(own) && calls.has(peers) ? peers : own;
    const known = byCall.get(call);
    if (known === undefined) byCall.set(call, [leg]);
    else known.push(leg);
  }
  return byCall;
}

/** What the core counts, at a scrape. */
export function countersOf(manager: CallManager): Counters {
  const { layer, userAgent, scheduler, guard, processing } = manager;
  const { counters, size } = layer;
  const states = { offered: 0, ringing: 0, parked: 0, up: 0 };
  for (const { state } of processing.calls.values()) states[STATES[state]]++;
  return {
    sip_requests_received_total: counters.requestsReceived,
    sip_requests_sent_total: counters.requestsSent,
    sip_responses_received_total: counters.responsesReceived,
    sip_parse_errors_total: manager.counters.faults,
    sip_retransmissions_total: {
      received: counters.retransmissionsReceived,
      sent: counters.retransmissionsSent,
    },
    sip_timeouts_total: counters.timeouts,
    sip_merged_requests_total: counters.merged,
    sip_overload_refusals_total: counters.refused,
    sip_transactions: { client: size.clients, server: size.servers },
    sip_legs: userAgent.size.legs,
    sip_subscriptions: userAgent.size.subscriptions,
    banned_messages_total: manager.counters.banned,
    authentication_failures_total: guard.counts.failures,
    bans_total: guard.counts.bans,
    contacts: manager.registrar.count,
    calls: states,
    calls_total: manager.statistics.results,
    call_setup_seconds: manager.statistics.setup,
    lines: processing.lines.size,
    line_lock_seconds: processing.locks,
    ...gatewayCounters(manager),
    signals_total: scheduler.counters.signals,
    signals_lost_total: scheduler.counters.lost,
    process_deaths_total: scheduler.counters.deaths,
  };
}
