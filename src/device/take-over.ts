/**
 * INVITE with Replaces (RFC 3891): a phone takes the place of another leg of its own line, e.g. to
 * retrieve a call or to complete an attended transfer by itself.
 *
 * Three parties: the new leg, the replaced one, which hands over what it had, and the replaced
 * one's peer, whose phone is re-INVITEd with the new phone's offer.
 */
import type { Cause } from '../call/cause.ts';
import type { CallSignal, Media } from '../call/signals.ts';
import { kindOf } from '../process/pid.ts';
import type { UserAgentEvent } from '../sip/user-agent/events.ts';
import type { Leg } from '../sip/user-agent/leg.ts';
import { type CallLeg, callingLeg } from './call-leg.ts';
import { refusalHeaders, statusOf } from './cause-to-status.ts';
import type { DeviceProcess } from './device-process.ts';
import { askPhone, withMedia } from './session-change.ts';

type Signal<T extends CallSignal['type']> = Extract<CallSignal, { type: T }>;

/** A call that was taken over that often stays where it is: each adds one that hears of its end. */
const CONTROLS_MAX = 15;

/** The new leg: asks the replaced one to hand over. */
export function takeOver(
  process: DeviceProcess,
  event: Extract<UserAgentEvent<CallLeg>, { type: 'invited' }>,
  replaced: Leg<CallLeg>,
): void {
  const { leg, media } = event;
  const { userAgent } = process.environment;
  const old = replaced.owner;
  if (!maySpeakFor(process, old.process)) {
    return userAgent.refuse(leg, 403, refusalHeaders('forbidden'));
  }
  const call = process.newCallId();
  const { host } = process;
  const record = callingLeg(
    process,
    call,
    leg,
    process.party,
    old.number,
    media !== undefined,
    host.nowMs,
  );
  leg.owner = record;
  process.keep(call, record);
  const at = { pid: old.process.pid, call: old.call };
  record.change = {
    by: 'take-over',
    replaced: at,
    ...(media === undefined ? {} : { offer: media }),
  };
  host.tell(at.pid, {
    type: 'callTakeOver',
    call: at.call,
    from: { pid: host.pid, call },
    by: process.place.device,
  });
}

/** Replaces is for the same device, and for members of the same line. */
function maySpeakFor(process: DeviceProcess, other: DeviceProcess): boolean {
  if (process.place.kind === 'gateway' || other.place.kind === 'gateway') return false;
  if (process.place.device === other.place.device) return true;
  const { devices } = process.environment.directory;
  const theirs = devices.get(other.place.device)?.lines ?? [];
  const ours = devices.get(process.place.device)?.lines ?? [];
  return ours.some((number) => theirs.includes(number));
}

/** The replaced leg: hands over its peer and who is told of the end. */
export function handOver(
  process: DeviceProcess,
  record: CallLeg,
  signal: Signal<'callTakeOver'>,
): void {
  const { peer, reportTo, controls, party } = record;
  const { from } = signal;
  if (
    peer === undefined ||
    record.phase !== 'talking' ||
    record.takenBy !== undefined ||
    controls.length >= CONTROLS_MAX
  ) {
    return process.host.tell(from.pid, {
      type: 'callModifyRefused',
      call: from.call,
      cause: 'call gone',
    });
  }
  record.takenBy = from;
  const reports = reportTo === undefined ? [] : [{ pid: reportTo, call: record.call }];
  process.host.tell(from.pid, {
    type: 'callTakenOver',
    call: from.call,
    peer,
    party,
    controls: [...reports, ...controls],
  });
}

/** The new leg has what the old one had: the peer's phone is asked to change over. */
export function handedOver(
  process: DeviceProcess,
  record: CallLeg,
  signal: Signal<'callTakenOver'>,
): void {
  if (record.change?.by !== 'take-over') return;
  record.peer = signal.peer;
  record.party = signal.party;
  record.controls = signal.controls;
  process.host.tell(signal.peer.pid, {
    type: 'callReplacePeer',
    call: signal.peer.call,
    from: { pid: process.pid, call: record.call },
    ...withMedia(record.change.offer),
  });
}

/** The peer of a replaced leg, or of one that is given away: its phone is asked. */
export function replacePeer(
  process: DeviceProcess,
  record: CallLeg,
  signal: Signal<'callReplacePeer'>,
): void {
  if (record.phase !== 'talking') {
    const { pid, call } = signal.from;
    return process.host.tell(pid, { type: 'callModifyRefused', call, cause: 'call gone' });
  }
  askPhone(process, record, 'INVITE', signal.media, signal.from, true);
}

/** The peer's phone has changed over: the new phone's INVITE is answered, the old leg let go. */
export function changedOver(
  process: DeviceProcess,
  record: CallLeg,
  media: Media | undefined,
): boolean {
  const { change, leg } = record;
  if (change?.by !== 'take-over' || leg === undefined) return false;
  record.change = undefined;
  record.phase = 'talking';
  process.environment.userAgent.answer(leg, withMedia(media));
  // A line goes on with another of its phones.
  const holder = { pid: process.pid, call: record.call };
  for (const { pid, call } of record.controls)
    if (kindOf(pid) === 'l')
      process.host.tell(pid, { type: 'callHeld', call, holder, party: process.party });
  const { pid, call } = change.replaced;
  process.host.tell(pid, { type: 'callRelease', call, cause: 'transferred' });
  return true;
}

/** It could not be done: the INVITE is refused, the replaced leg keeps its call. */
export function notTaken(process: DeviceProcess, record: CallLeg, cause: Cause): boolean {
  const { change, leg } = record;
  if (change?.by !== 'take-over' || leg === undefined) return false;
  giveBack(process, record);
  record.phase = 'over';
  process.forget(record);
  process.environment.userAgent.refuse(leg, statusOf(cause), refusalHeaders(cause));
  process.settle();
  return true;
}

/** The replaced leg is its phone's again. */
export function giveBack(process: DeviceProcess, record: CallLeg): void {
  if (record.change?.by !== 'take-over') return;
  const { pid, call } = record.change.replaced;
  process.host.tell(pid, { type: 'callModifyRefused', call, cause: 'caller gave up' });
}
