/** `reg ls`, `line ls`, `line show` and `call ls`: the live state of a manager as lists. */
import type { CallRow, LineRow, MemberRow, RegistrationRow, Rows } from '../http/manager-view.ts';
import { fetchJson, findManager, type Target } from './api-client.ts';
import { CommandError, EXIT } from './exit-code.ts';
import {
  type Column,
  type Format,
  formatRows,
  formatSeconds,
  formatTable,
  formatValue,
} from './output.ts';

export type ListOptions = Target & { readonly output: Format; readonly limit: number };

const REGISTRATIONS: readonly Column<RegistrationRow>[] = [
  { head: 'device', cell: (row) => row.device },
  { head: 'lines', cell: (row) => row.lines.join(' ') },
  { head: 'contact', cell: (row) => row.contact },
  { head: 'via', cell: (row) => `${row.transport} ${row.address}` },
  { head: 'expires', cell: (row) => row.expiresInS },
  { head: 'user agent', cell: (row) => row.userAgent },
];

const LINES: readonly Column<LineRow>[] = [
  { head: 'number', cell: (row) => row.number },
  { head: 'name', cell: (row) => row.name },
  { head: 'members', cell: (row) => row.members.map(memberWord).join(', ') },
  { head: 'calls', cell: (row) => row.calls },
];

const MEMBERS: readonly Column<MemberRow>[] = [
  { head: 'member', cell: (row) => row.name },
  { head: 'device', cell: (row) => row.device },
  { head: 'state', cell: memberState },
];

const CALLS: readonly Column<CallRow>[] = [
  { head: 'call', cell: (row) => row.id },
  { head: 'from', cell: (row) => row.from },
  { head: 'to', cell: (row) => row.to },
  { head: 'state', cell: (row) => row.state },
  { head: 'answered by', cell: (row) => row.answeredBy },
  { head: 'for', cell: (row) => formatSeconds(row.sinceS) },
  {
    head: 'legs',
    cell: (row) => row.legs.map(({ device, state }) => `${device} ${state}`).join(', '),
  },
];

/** Who is registered. */
export function listRegistrations(options: ListOptions): Promise<string> {
  return list('/registrations', REGISTRATIONS, options);
}

/** Lines with their members. */
export function listLines(options: ListOptions): Promise<string> {
  return list('/lines', LINES, options);
}

/** Calls that are being set up or stand. */
export function listCalls(options: ListOptions): Promise<string> {
  return list('/calls', CALLS, options);
}

/** One line. Throws `CommandError` (not found) if the directory has no such number. */
export async function showLine(number: string, options: ListOptions): Promise<string> {
  const access = findManager(options, process.env);
  const value = await fetchJson(access, `/lines/${encodeURIComponent(number)}`);
  // Our own API of our own version: its row types are the contract.
  const line = value as LineRow;
  return formatValue(line, options.output, () => {
    const calls = `${line.calls} call${line.calls === 1 ? '' : 's'}`;
    const name = line.name === '' ? '' : ` "${line.name}"`;
    return `line ${line.number}${name}, ${calls}\n${formatTable(line.members, MEMBERS)}`;
  });
}

async function list<Row>(
  path: string,
  columns: readonly Column<Row>[],
  options: ListOptions,
): Promise<string> {
  const access = findManager(options, process.env);
  const value = await fetchJson(access, `${path}?limit=${options.limit}`);
  const { items, total } = readRows<Row>(value);
  const text = await formatRows(items, columns, options.output);
  const more = total - items.length;
  if (options.output !== 'table' || more <= 0) return text;
  return `${text}… ${more} more: --limit ${total} shows them\n`;
}

function readRows<Row>(value: unknown): Rows<Row> {
  const rows = value as Rows<Row> | null;
  if (!Array.isArray(rows?.items) || typeof rows.total !== 'number')
    throw new CommandError(EXIT.failed, 'the manager answered with something else than a list');
  return rows;
}

function memberState(member: MemberRow): string {
  if (member.ringing) return 'ringing';
  if (member.talking) return 'talking';
  return member.registered ? 'registered' : 'away';
}

function memberWord(member: MemberRow): string {
  return `${member.name} (${memberState(member)})`;
}
