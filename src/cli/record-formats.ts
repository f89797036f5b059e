/**
 * Records in the columns of other systems: `cdr_csv` of Asterisk (its Master.csv) and of FreeSWITCH (its template
 * `example`), with the names that those give them.
 */
import { type Column, formatTime } from './output.ts';

/** A record as `/records` has it; all but `id` may be missing. */
export type RecordRow = Readonly<Record<string, unknown>> & {
  readonly id: string;
  readonly seq: number;
  readonly grade: number;
};

export function textOf(row: RecordRow, name: string): string {
  const value = row[name];
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function numberOf(row: RecordRow, name: string): number {
  const value = Number(row[name]);
  return Number.isFinite(value) ? value : 0;
}

/** `2026-11-23 01:51:18`, UTC. */
function stamp(row: RecordRow, name: string): string {
  return textOf(row, name).slice(0, 19).replace('T', ' ');
}

/** Asterisk's word for what became of it. */
function disposition(row: RecordRow): string {
  if (textOf(row, 'answered') !== '') return 'ANSWERED';
  switch (numberOf(row, 'sip_status')) {
    case 486:
    case 600:
      return 'BUSY';
    case 480:
    case 487:
    case 408:
      return 'NO ANSWER';
    case 503:
      return 'CONGESTION';
    default:
      return 'FAILED';
  }
}

/** Names of Q.850 causes as FreeSWITCH has them; those that our causes come to. */
const HANGUP_CAUSES: Readonly<Record<number, string>> = {
  1: 'UNALLOCATED_NUMBER',
  16: 'NORMAL_CLEARING',
  17: 'USER_BUSY',
  18: 'NO_USER_RESPONSE',
  19: 'NO_ANSWER',
  20: 'SUBSCRIBER_ABSENT',
  21: 'CALL_REJECTED',
  25: 'EXCHANGE_ROUTING_ERROR',
  26: 'NORMAL_CLEARING',
  28: 'INVALID_NUMBER_FORMAT',
  31: 'NORMAL_UNSPECIFIED',
  38: 'NETWORK_OUT_OF_ORDER',
  41: 'NORMAL_TEMPORARY_FAILURE',
  42: 'SWITCH_CONGESTION',
  88: 'INCOMPATIBLE_DESTINATION',
  101: 'WRONG_CALL_STATE',
  102: 'RECOVERY_ON_TIMER_EXPIRE',
  127: 'INTERWORKING',
};

function hangupCause(row: RecordRow): string {
  if (textOf(row, 'cause') === 'caller gave up') return 'ORIGINATOR_CANCEL';
  return HANGUP_CAUSES[numberOf(row, 'q850')] ?? 'NORMAL_UNSPECIFIED';
}

const seconds = (name: string) => (row: RecordRow) => Math.round(numberOf(row, name));
const column = (head: string, cell: Column<RecordRow>['cell']): Column<RecordRow> => ({
  head,
  cell,
});
const plain = (head: string, name: string) => column(head, (row) => textOf(row, name));
const empty = (head: string) => column(head, () => '');

function callerId(row: RecordRow): string {
  const name = textOf(row, 'from_name').replaceAll('"', "'");
  const number = textOf(row, 'from_number');
  return name === '' ? number : `"${name}" <${number}>`;
}

const channel = (device: string, callId: string) => (row: RecordRow) => {
  const name = textOf(row, device);
  return name === '' ? '' : `SIP/${name}-${textOf(row, callId)}`;
};

export const ASTERISK: readonly Column<RecordRow>[] = [
  empty('accountcode'),
  plain('src', 'from_number'),
  plain('dst', 'dialled'),
  column('dcontext', (row) => textOf(row, 'route_list') || 'default'),
  column('clid', callerId),
  column('channel', channel('from_device', 'from_call_id')),
  column('dstchannel', channel('answered_device', 'answered_call_id')),
  column('lastapp', () => 'Dial'),
  plain('lastdata', 'to_number'),
  column('start', (row) => stamp(row, 'started')),
  column('answer', (row) => stamp(row, 'answered')),
  column('end', (row) => stamp(row, 'ended')),
  column('duration', seconds('duration')),
  column('billsec', seconds('talk')),
  column('disposition', disposition),
  column('amaflags', () => 'DOCUMENTATION'),
  plain('uniqueid', 'id'),
  plain('userfield', 'code'),
];

export const FREESWITCH: readonly Column<RecordRow>[] = [
  plain('caller_id_name', 'from_name'),
  plain('caller_id_number', 'from_number'),
  plain('destination_number', 'dialled'),
  column('context', (row) => textOf(row, 'route_list') || 'default'),
  column('start_stamp', (row) => stamp(row, 'started')),
  column('answer_stamp', (row) => stamp(row, 'answered')),
  column('end_stamp', (row) => stamp(row, 'ended')),
  column('duration', seconds('duration')),
  column('billsec', seconds('talk')),
  column('hangup_cause', hangupCause),
  plain('uuid', 'id'),
  plain('bleg_uuid', 'answered_call_id'),
  empty('accountcode'),
  empty('read_codec'),
  empty('write_codec'),
];

/** For people. */
export const BRIEF: readonly Column<RecordRow>[] = [
  column('started', (row) => formatTime(textOf(row, 'started'))),
  plain('from', 'from_number'),
  plain('dialled', 'dialled'),
  column('answered by', answeredBy),
  column('talk', seconds('talk')),
  plain('cause', 'cause'),
  plain('code', 'code'),
  plain('ended by', 'ended_by'),
  plain('call', 'id'),
];

function answeredBy(row: RecordRow): string {
  const device = textOf(row, 'answered_device');
  const line = textOf(row, 'answered_line');
  return line === '' ? device : `${device} on ${line}/${textOf(row, 'answered_appearance')}`;
}
