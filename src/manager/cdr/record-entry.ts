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

/** What is not known is left undefined: it is not written. */
export function entryOf(record: CallRecord): CallEntry {
  const { answerer, answeredBy, closing, cause, moves } = record;
  const isAnswered = record.answeredMs !== undefined;
  // Whoever came to the call later cannot tell what its INVITE was answered with.
  const isSeen = isAnswered || record.beganMs !== undefined;
  const entry: { -readonly [Name in keyof CallEntry]: CallEntry[Name] | undefined } = {
    id: record.call,
    previous: record.previous,
    started: record.beganMs,
    ringing: record.rangMs,
    answered: record.answeredMs,
    ended: record.endedMs,
    from_number: text(record.from.number),
    from_name: text(record.from.name),
    from_device: record.by,
    from_call_id: text(record.callerDialog),
    dialled: text(record.dialled),
    to_number: text(record.to),
    answered_number: text(answeredBy?.number),
    answered_name: text(answeredBy?.name),
    answered_device: text(answerer?.device),
    answered_line: text(answerer?.line),
    answered_appearance: answerer?.appearance,
    answered_manager: record.answererManager,
    answered_call_id: text(answerer?.dialog),
    holds: record.holds,
    moves: moves?.map((move) => ({ ...move, ...readable(move) })),
    gateway_in: record.gatewayIn,
    gateway_out: text(record.gatewayOut),
    route_list: record.list,
    transferred_by: text(record.referredBy?.number),
    cause,
    sip_status: isSeen && cause ? (isAnswered ? ANSWERED : statusOf(cause)) : undefined,
    q850: cause && q850Of(cause),
    code: record.code,
    ended_by: record.endedBy,
    managers: record.managers,
    closing,
    grade: closing === undefined ? -1 : GRADES[closing],
  };
  // One literal: an object that is put together costs several times as much. Undefined and absent are the same
  // to whatever takes it, which is JSON.
  return entry as CallEntry;
}

function readable({ number, name }: Party): Party {
  return { number: text(number) ?? '', name: text(name) ?? '' };
}
