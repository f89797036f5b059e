/** `call show`: one call, as managers have it while it is up, or as it is on record when it is over. */
import { isRefusalCode, REFUSALS } from '../call/refusal-codes.ts';
import type { CallRow, ClusterRows, LegRow } from '../http/manager-view.ts';
import { fetchJson, findManager, type Target } from './api-client.ts';
import { CommandError, EXIT } from './exit-code.ts';
import { type Column, type Format, formatSeconds, formatTable, formatValue } from './output.ts';
import { type RecordRow, textOf } from './record-formats.ts';
import { findRecords } from './records.ts';

export type CallOptions = Target & { readonly output: Format };

/** More than managers have: a call is looked for among all that are up. */
const UP_MAX = 1_000_000;
/** Calls that one leg was a part of. */
const RECORDS_MAX = 100;

const LEGS: readonly Column<LegRow>[] = [
  { head: 'device', cell: ({ device }) => device },
  { head: 'at', cell: ({ manager }) => manager },
  { head: 'state', cell: ({ state }) => state },
  { head: 'call-id', cell: ({ callId }) => callId },
];

type Fact = { readonly name: string; readonly value: string };

const FACTS: readonly Column<Fact>[] = [
  { head: 'field', cell: ({ name }) => name },
  { head: 'value', cell: ({ value }) => value },
];

/**
 * `name`: the call's id, or the SIP Call-ID of one of its legs. Throws `CommandError`: not found, or unreachable.
 */
export async function showCall(name: string, options: CallOptions): Promise<string> {
  const calls = await callsUp(options);
  const up = calls.find(({ id, legs }) => id === name || legs.some((leg) => leg.callId === name));
  if (up !== undefined) return formatValue(up, options.output, () => upTable(up));
  const { output, ...target } = options;
  const records = await findRecords({ ...target, call: name, limit: RECORDS_MAX });
  const [first] = records;
  if (first === undefined)
    throw new CommandError(EXIT.notFound, `no call '${name}' is up or on record`);
  const value = records.length === 1 ? first : records;
  return formatValue(value, output, () => records.map(recordTable).join('\n'));
}

async function callsUp(target: Target): Promise<ClusterRows<CallRow>['items']> {
  const access = findManager(target, process.env, 'cluster');
  const answer = await fetchJson(access, `/calls?all=true&limit=${UP_MAX}`);
  // Our own API of our own version: its row types are the contract.
  const { items, missing } = answer as ClusterRows<CallRow>;
  if (missing.length > 0) process.stderr.write(`not complete: ${missing.join('; ')}\n`);
  return items;
}

function upTable({ id, from, to, state, answeredBy, sinceS, legs }: CallRow): string {
  const caller = from === '' ? 'withheld' : from;
  const answered = answeredBy === '' ? '' : `, answered by ${answeredBy}`;
  const title = `call ${id}: ${state} for ${formatSeconds(sinceS)}, ${caller} to ${to}${answered}\n`;
  return `${title}\n${formatTable(legs, LEGS)}`;
}

function recordTable(row: RecordRow): string {
  const code = textOf(row, 'code');
  const title = isRefusalCode(code) ? `, ${code} ${REFUSALS[code].title}` : '';
  const facts = Object.keys(row)
    .filter((name) => name !== 'seq' && name !== 'grade' && textOf(row, name) !== '')
    .map((name) => ({ name, value: textOf(row, name) }));
  const how = textOf(row, 'cause') || 'ended';
  return `call ${row.id}: over, ${how}${title}\n\n${formatTable(facts, FACTS)}`;
}
