/** `gateway ls`, `gateway show` and `gateway ping`: how the ways out of the network do. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { GatewayRow } from '../http/gateway-rows.ts';
import { fetchJson, findManager, type Target } from './api-client.ts';
import { CommandError, EXIT } from './exit-code.ts';
import type { ListOptions } from './lists.ts';
import { list } from './lists.ts';
import { type Column, formatSeconds, formatTable, formatValue } from './output.ts';

const STATES: Readonly<Record<GatewayRow['breaker'], string>> = {
  closed: 'takes calls',
  open: 'left alone',
  'half-open': 'next call tells',
  trial: 'a call tells',
  '': 'kept by nobody',
};

const GATEWAYS: readonly Column<GatewayRow>[] = [
  { head: 'gateway', cell: (row) => row.gateway },
  { head: 'state', cell: (row) => STATES[row.breaker] },
  { head: 'calls', cell: (row) => `${row.calls} of ${row.callsMax}` },
  { head: 'kept by', cell: (row) => row.manager },
  { head: 'registration', cell: (row) => row.registration },
  { head: 'last failure', cell: failure },
  { head: 'uri', cell: (row) => row.uri },
];

const FACTS: readonly Column<readonly [string, string | number]>[] = [
  { head: 'what', cell: ([what]) => what },
  { head: '', cell: ([, value]) => value },
];

/** OPTIONS that nobody answers are given up after 4 s. */
const PING_MS = 5000;
const LOOK_MS = 100;

/** How each gateway does. */
export function listGateways(options: ListOptions): Promise<string> {
  return list('/gateways', GATEWAYS, options, 'cluster');
}

/** One gateway. Throws `CommandError` (not found) if the directory has none of that name. */
export async function showGateway(gateway: string, options: ListOptions): Promise<string> {
  const row = await fetchGateway(gateway, options);
  return formatValue(row, options.output, () => formatTable(factsOf(row), FACTS));
}

/** OPTIONS to it, and what it says. Throws `CommandError` (failed) if it says nothing. */
export async function pingGateway(gateway: string, target: Target): Promise<string> {
  const access = findManager(target, process.env, 'cluster');
  const { pings } = await fetchGateway(gateway, target);
  const beganMs = performance.now();
  await fetchJson(access, `/gateways/${encodeURIComponent(gateway)}/ping`, 'POST');
  for (;;) {
    const row = await fetchGateway(gateway, target);
    const ms = Math.round(performance.now() - beganMs);
    if (row.pings !== pings && row.lastPing !== 'no answer')
      return `${gateway} answered ${row.lastPing} within ${ms} ms, asked by ${row.manager}\n`;
    if (row.pings !== pings || ms > PING_MS)
      throw new CommandError(EXIT.failed, `${gateway} does not answer OPTIONS`);
    await sleep(LOOK_MS);
  }
}

async function fetchGateway(gateway: string, target: Target): Promise<GatewayRow> {
  const access = findManager(target, process.env, 'cluster');
  // Our own API of our own version: its row types are the contract.
  return (await fetchJson(access, `/gateways/${encodeURIComponent(gateway)}`)) as GatewayRow;
}

function factsOf(row: GatewayRow): (readonly [string, string | number])[] {
  return [
    ['gateway', row.gateway],
    ['uri', row.uri],
    ['kept by', row.manager],
    ['state', STATES[row.breaker]],
    ['calls', `${row.calls} of ${row.callsMax}`],
    ['registration', row.registration],
    ['last OPTIONS', row.lastPing],
    ['last failure', failure(row)],
    ['calls to go out', row.tries],
    ['… of which it said something', row.answers],
    ['… not sent, since it was left alone', row.refused],
    ['failures', row.failures],
  ];
}

function failure({ lastFailure, failedAgoS }: GatewayRow): string {
  return lastFailure === '' ? '' : `${lastFailure}, ${formatSeconds(failedAgoS)} ago`;
}
