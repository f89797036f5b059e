/** A call's record as the core has it, made into what is kept: with SIP's and Q.850's word, and fit for any file. */
import type { CallRecord } from '../../call/call-record.ts';
import type { Party } from '../../call/signals.ts';
import { q850Of, statusOf } from '../../device/cause-to-status.ts';
import { readableText } from '../../http/sip-summary.ts';
import { type CallEntry, GRADES } from '../../store/cdr/entry.ts';

/** Of what phones say of themselves. */
const TEXT_MAX = 255;
/** RFC 3261 §21.2: what a call that was answered was answered with. */
const ANSWERED = 200;

/** Phones' text comes as octets; databases want characters, and not all of those (NUL, halves of pairs). */
function text(octets: string | undefined): string | undefined {
  if (octets === undefined || octets === '') return undefined;
  const cut = octets.length > TEXT_MAX ? octets.slice(0, TEXT_MAX) : octets;
  return PLAIN.test(cut) ? cut : readableText(cut).toWellFormed().replaceAll('\0', '\ufffd');
}

const PLAIN = /^[ -~]*$/;

/** Fields that have nothing to say are left out. */
export function entryOf(record: CallRecord): CallEntry {
  const { answerer, answeredBy, closing, cause, moves } = record;
  const isAnswered = record.answeredMs !== undefined;
  return {
    id: record.call,
    ...given('previous', record.previous),
    ...given('started', record.beganMs),
    ...given('ringing', record.rangMs),
    ...given('answered', record.answeredMs),
    ...given('ended', record.endedMs),
    ...given('from_number', text(record.from.number)),
    ...given('from_name', text(record.from.name)),
    ...given('from_device', record.by),
    ...given('from_call_id', text(record.callerDialog)),
    ...given('dialled', text(record.dialled)),
    ...given('to_number', text(record.to)),
    ...given('answered_number', text(answeredBy?.number)),
    ...given('answered_name', text(answeredBy?.name)),
    ...given('answered_device', text(answerer?.device)),
    ...given('answered_line', text(answerer?.line)),
    ...given('answered_appearance', answerer?.appearance),
    ...given('answered_manager', record.answererManager),
    ...given('answered_call_id', text(answerer?.dialog)),
    ...given('holds', record.holds),
    ...given(
      'moves',
      moves?.map((move) => ({ ...move, ...readable(move) })),
    ),
    ...given('gateway_in', record.gatewayIn),
    ...given('gateway_out', text(record.gatewayOut)),
    ...given('route_list', record.list),
    ...given('transferred_by', text(record.referredBy?.number)),
    ...given('cause', cause),
    ...given('sip_status', cause && (isAnswered ? ANSWERED : statusOf(cause))),
    ...given('q850', cause && q850Of(cause)),
    ...given('code', record.code),
    ...given('ended_by', record.endedBy),
    managers: record.managers,
    ...given('closing', closing),
    grade: closing === undefined ? -1 : GRADES[closing],
  };
}

function readable({ number, name }: Party): Party {
  return { number: text(number) ?? '', name: text(name) ?? '' };
}

function given<K extends string, V>(name: K, value: V | undefined): { readonly [N in K]?: V } {
  // The compiler cannot see that a computed name is the one that it was given as.
  return value === undefined ? {} : ({ [name]: value } as { readonly [N in K]?: V });
}
