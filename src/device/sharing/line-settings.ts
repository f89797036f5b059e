/**
 * Forwards and do not disturb by feature code: what is dialled behind the code goes to the settings desk. A
 * setting that counts is answered as a call without media that is over at once, which phones show as one that
 * was taken; one that does not with its refusal, which they sound as such.
 */
import type { SettingKind } from '../../call/forwarding/line-settings.ts';
import type { CallSignal, Media } from '../../call/signals.ts';
import { idleAnswer } from '../../sdp/idle-answer.ts';
import type { CallLeg } from '../call-leg.ts';
import { logCall } from '../call-log.ts';
import { refusalHeaders } from '../cause-to-status.ts';
import { recordDialled } from '../custody.ts';
import type { DeviceProcess } from '../device-process.ts';
import { descriptionIn } from '../session-description.ts';
import * as takeOver from '../take-over.ts';
import * as seizures from './seizures.ts';

type Signal<T extends CallSignal['type']> = Extract<CallSignal, { type: T }>;

/** Behind a number that what is not answered goes to: how many seconds later. */
const WITH_SECONDS = /^(.+)\*(\d{1,3})$/;
const SECONDS_MIN = 1;
const SECONDS_MAX = 600;
/** To a phone that has made no offer. */
const IDLE: Media = {
  type: 'application/sdp',
  body: 'v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\nm=audio 9 RTP/AVP 0 8\r\na=inactive\r\n',
};

/** The phone has dialled a code that sets `kind`, and `digits` behind it. */
export function ask(
  process: DeviceProcess,
  record: CallLeg,
  number: string,
  { kind, isOn }: { readonly kind: SettingKind; readonly isOn: boolean },
  digits: string,
  offer: Media | undefined,
): void {
  const { host, environment, place } = process;
  const isForward = isOn && kind !== 'dnd';
  // A code that takes no number is no such code with one.
  if (!isForward && digits !== '' && digits !== '#') return refuse(process, record, 'LW-3001');
  seizures.release(process, number);
  record.change = { by: 'setting', ...(offer === undefined ? {} : { offer }) };
  const target = digits.endsWith('#') ? digits.slice(0, -1) : digits;
  const [, to = target, seconds] = kind === 'no answer' ? (WITH_SECONDS.exec(target) ?? []) : [];
  const afterMs = seconds === undefined ? undefined : Number(seconds) * 1000;
  if (afterMs !== undefined && !isTime(Number(seconds))) return refuse(process, record, 'LW-3001');
  host.tell(environment.settingsDesk, {
    type: 'lineSet',
    ...{ number, call: record.call, device: place.device, kind, isOn, to: isForward ? to : '' },
    ...(afterMs === undefined ? {} : { afterMs }),
  });
}

function isTime(seconds: number): boolean {
  return seconds >= SECONDS_MIN && seconds <= SECONDS_MAX;
}

function refuse(process: DeviceProcess, record: CallLeg, code: 'LW-3001'): void {
  record.change = undefined;
  takeOver.refuseDialled(process, record, code);
}

/** It counts, or does not. */
export function done(process: DeviceProcess, record: CallLeg, signal: Signal<'lineSetDone'>): void {
  const { change, leg } = record;
  if (change?.by !== 'setting' || leg === undefined || record.phase !== 'offered') return;
  const { cause, code } = signal;
  logCall(process, record, cause === undefined ? 'setting kept' : 'call refused', cause, code);
  if (cause !== undefined) {
    record.change = undefined;
    recordDialled(process, record, cause, code);
    return takeOver.refuse(process, record, cause, refusalHeaders(cause, code));
  }
  record.phase = 'talking';
  const { offer } = change;
  const body = offer && idleAnswer(descriptionIn(offer), 1);
  const media = body === undefined ? IDLE : { type: 'application/sdp', body };
  process.environment.userAgent.answer(leg, { media });
}

/** The phone has heard of it. True: that was what it called for. */
export function heard(process: DeviceProcess, record: CallLeg): boolean {
  if (record.change?.by !== 'setting') return false;
  process.release(record, 'hung up', 'nobody');
  return true;
}
