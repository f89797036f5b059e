/** `reg ls`, `line ls`, `line show`, `call ls` and `manager ls`: the live state of managers as lists. */
import type {
  CallRow,
  ClusterRows,
  ControlRow,
  LineRow,
  ManagerRow,
  MemberRow,
  OnManager,
  PhoneRow,
  RegistrationRow,
  Rows,
} from '../http/manager-view.ts';
import { fetchJson, findManager, type Scope, type Target } from './api-client.ts';
import { CommandError, EXIT } from './exit-code.ts';
import { SETTINGS } from './line-settings.ts';
import {
  type Column,
  type Format,
  formatRows,
  formatSeconds,
  formatTable,
  formatTime,
  formatValue,
} from './output.ts';

export type ListOptions = Target & {
  readonly output: Format;
  readonly limit: number;
  /** Rows of every manager of the cluster, where a list is of one manager otherwise. */
  readonly all: boolean;
};

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
  { head: 'controlled at', cell: (row) => row.control.map(({ manager }) => manager).join(' ') },
  { head: 'calls', cell: (row) => row.calls },
];

const CONTROL: readonly Column<ControlRow>[] = [
  { head: 'controlled at', cell: (row) => row.manager },
  { head: 'process', cell: (row) => row.pid },
  { head: 'epoch', cell: (row) => row.epoch },
  { head: 'since', cell: (row) => formatTime(row.since) },
  { head: 'why there', cell: (row) => row.why || 'its manager does not say' },
];

/** A member's phone; a member without one has a row all the same. */
type Seat = { readonly member: MemberRow; readonly phone: PhoneRow | undefined };

const SEATS: readonly Column<Seat>[] = [
  { head: 'member', cell: ({ member }) => member.name },
  { head: 'device', cell: ({ member }) => member.device },
  { head: 'state', cell: seatState },
  { head: 'registered at', cell: ({ phone }) => phone?.manager ?? '' },
  { head: 'process', cell: ({ phone }) => phone?.pid ?? '' },
  { head: 'contact', cell: ({ phone }) => phone?.contact ?? '' },
  { head: 'via', cell: ({ phone }) => phone?.via ?? '' },
];

const MANAGERS: readonly Column<ManagerRow>[] = [
  { head: 'manager', cell: (row) => row.id },
  { head: 'incarnation', cell: (row) => row.home.slice(row.id.length + 1) },
  { head: 'state', cell: (row) => row.state },
  { head: 'since', cell: (row) => formatTime(row.since) },
  { head: 'phones', cell: (row) => row.counts?.phones ?? unknown(row) },
  { head: 'lines', cell: (row) => row.counts?.lines ?? unknown(row) },
  { head: 'calls', cell: (row) => row.counts?.calls ?? unknown(row) },
  { head: 'process', cell: (row) => (row.process === 0 ? '' : `${row.process} on ${row.host}`) },
  { head: 'sip', cell: (row) => row.sip.join(' ') },
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

/** Legs with the manager that each is at. */
const ALL_CALLS: readonly Column<CallRow>[] = [
  ...CALLS.slice(0, -1),
  {
    head: 'legs',
    cell: (row) =>
      row.legs.map(({ device, manager, state }) => `${device} at ${manager} ${state}`).join(', '),
  },
];

/** Who is registered. */
export function listRegistrations(options: ListOptions): Promise<string> {
  return list('/registrations', options.all ? onManager(REGISTRATIONS) : REGISTRATIONS, options);
}

/** Lines with their members. */
export function listLines(options: ListOptions): Promise<string> {
  return list('/lines', LINES, options, 'cluster');
}

/** Calls that are being set up or stand. */
export function listCalls(options: ListOptions): Promise<string> {
  return list('/calls', options.all ? onManager(ALL_CALLS) : CALLS, options);
}

/** The members of the cluster. */
export function listManagers(options: ListOptions): Promise<string> {
  return list('/managers', MANAGERS, options, 'cluster');
}

/** One line. Throws `CommandError` (not found) if the directory has no such number. */
export async function showLine(number: string, options: ListOptions): Promise<string> {
  const access = findManager(options, process.env, 'cluster');
  const value = await fetchJson(access, `/lines/${encodeURIComponent(number)}`);
  // Our own API of our own version: its row types are the contract.
  const line = value as LineRow;
  return formatValue(line, options.output, () => lineTable(line));
}

const MODES: Readonly<Record<LineRow['mode'], string>> = {
  single: 'one line control process in the cluster',
  replicated: 'a line control process on each manager with a phone of it',
};

function lineTable(line: LineRow): string {
  const calls = `${line.calls} call${line.calls === 1 ? '' : 's'}`;
  const name = line.name === '' ? '' : ` "${line.name}"`;
  const seats = line.members.flatMap((member): readonly Seat[] =>
    member.phones.length === 0
      ? [{ member, phone: undefined }]
      : member.phones.map((phone) => ({ member, phone })),
  );
  const control =
    line.control.length === 0
      ? 'controlled nowhere: nobody is registered\n'
      : formatTable(line.control, CONTROL);
  const { settings } = line;
  const set = settings.length === 0 ? '' : `\n${formatTable(settings, SETTINGS)}`;
  return `line ${line.number}${name}, ${calls}, ${line.mode}: ${MODES[line.mode]}\n\n${control}\n${formatTable(seats, SEATS)}${set}${partial(line.missing)}`;
}

/** Rows of the API at `path`, with what the answer lacks. */
export async function list<Row>(
  path: string,
  columns: readonly Column<Row>[],
  options: ListOptions,
  scope: Scope = options.all ? 'cluster' : 'manager',
): Promise<string> {
  const access = findManager(options, process.env, scope);
  const query = `limit=${options.limit}${options.all ? '&all=true' : ''}`;
  const value = await fetchJson(access, `${path}?${query}`);
  const { items, total, missing = [] } = readRows<Row>(value);
  const text = await formatRows(items, columns, options.output);
  // What a program reads stays what it asked for: that it is not all is said beside it.
  if (options.output !== 'table') process.stderr.write(partial(missing));
  const more = total - items.length;
  if (options.output !== 'table') return text;
  const rest = more > 0 ? `… ${more} more: --limit ${total} shows them\n` : '';
  return `${text}${rest}${partial(missing)}`;
}

function readRows<Row>(value: unknown): Partial<ClusterRows<Row>> & Rows<Row> {
  const rows = value as Rows<Row> | null;
  if (!Array.isArray(rows?.items) || typeof rows.total !== 'number')
    throw new CommandError(EXIT.failed, 'the manager answered with something else than a list');
  return rows;
}

function onManager<Row>(columns: readonly Column<Row>[]): readonly Column<OnManager<Row>>[] {
  return [{ head: 'manager', cell: (row) => row.manager }, ...columns];
}

/** Of a manager that is a member and does not answer one would like to know. */
function unknown({ state }: ManagerRow): string {
  return state === 'gone' ? '' : '?';
}

/** That an answer is not all there is. */
function partial(missing: readonly string[]): string {
  return missing.length === 0 ? '' : `not complete: ${missing.join('; ')}\n`;
}

function seatState({ phone }: Seat): string {
  if (phone === undefined) return 'away';
  return phone.state === 'idle' ? 'registered' : phone.state;
}

function memberState(member: MemberRow): string {
  if (member.ringing) return 'ringing';
  if (member.talking) return 'talking';
  return member.registered ? 'registered' : 'away';
}

function memberWord(member: MemberRow): string {
  return `${member.name} (${memberState(member)})`;
}
