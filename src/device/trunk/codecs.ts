/**
 * A gateway's codecs: session descriptions that go to it, and come from it, have those and no others
 * (`sdp/codecs.ts`). Media is direct, so a call of which nothing is left cannot be: route list control is told
 * (LW-3204), and asks the next gateway; what comes in is refused, and so is a change of the session.
 *
 * Of a body of several parts those that are descriptions are changed. One of which nobody can say what it describes counts
 * as one of which nothing is left. An emergency call of which nothing would be left passes as it is.
 */
import type { CallSignal, Media } from '../../call/signals.ts';
import type { Pid } from '../../process/pid.ts';
import { allowCodecs } from '../../sdp/codecs.ts';
import { refusingAnswer } from '../../sdp/refusal.ts';
import type { UserAgentEvent } from '../../sip/user-agent/events.ts';
import { attemptOf, type CallLeg } from '../call-leg.ts';
import { logCall } from '../call-log.ts';
import { reasonOf, refusalHeaders, statusOf } from '../cause-to-status.ts';
import { recordRefusal } from '../custody.ts';
import type { DeviceProcess } from '../device-process.ts';
import { refuseChange } from '../session-change.ts';
import { descriptionIn, reviseDescriptions } from '../session-description.ts';
import * as transfer from '../transfer.ts';

type Event = UserAgentEvent<CallLeg>;
type Invited = Extract<Event, { type: 'invited' }>;
type Codecs = readonly string[];

const CAUSE = 'not acceptable';
const CODE = 'LW-3204';
/** In the place of what cannot be read, where nobody can refuse it any more. */
const NO_DESCRIPTION: Media = { type: 'application/sdp', body: '' };

/** What is said to the gateway's process, as the gateway may hear it; undefined: it is refused. */
export function towards(
  process: DeviceProcess,
  codecs: Codecs,
  signal: CallSignal,
  from: Pid,
): CallSignal | undefined {
  if (signal.type === 'callRequest') {
    const { offer, call, isEmergency = false } = signal;
    const allowed = allow(offer, codecs, isEmergency);
    if (allowed !== 'nothing') return offer === allowed ? signal : { ...signal, offer: allowed };
    const refusal = { type: 'callRefuse', call, cause: CAUSE, code: CODE } as const;
    process.host.tell(from, { ...refusal, ...attemptOf(signal) });
    return undefined;
  }
  if (!('media' in signal) || !('call' in signal) || signal.type === 'callConvey') return signal;
  const record = process.legs.get(signal.call);
  const allowed = allow(signal.media, codecs, record?.isEmergency === true);
  if (allowed === signal.media) return signal;
  if (allowed !== 'nothing') return withMedia(signal, allowed);
  switch (signal.type) {
    case 'callModify':
      if (record?.peer !== undefined) refuseChange(process, record.peer, CAUSE);
      return undefined;
    case 'callReplacePeer':
      refuseChange(process, signal.from, CAUSE);
      return undefined;
    case 'callModified':
      // The other end of a transfer offers it: the two cannot be joined.
      if (record?.change?.by !== 'join') return withMedia(signal, emptied(signal.media, codecs));
      record.change = { ...record.change, by: 'move' };
      transfer.phoneRefusesChange(process, record, CAUSE);
      return undefined;
    case 'callProceed':
      if (record === undefined || record.phase !== 'offered') return signal;
      record.peer = signal.from;
      process.release(record, CAUSE, 'nobody');
      return undefined;
    default:
      return withMedia(signal, emptied(signal.media, codecs));
  }
}

/** What a gateway says in a call, as others may hear it; undefined: it is refused. */
export function from(
  process: DeviceProcess,
  codecs: Codecs,
  record: CallLeg,
  event: Event,
): Event | undefined {
  // What is said in INFO or MESSAGE is of no session.
  if (!('media' in event) || event.type === 'request') return event;
  const allowed = allow(event.media, codecs, record.isEmergency);
  if (allowed === event.media) return event;
  if (allowed !== 'nothing') return withMedia(event, allowed);
  switch (event.type) {
    case 'modify':
      process.environment.userAgent.refuseModify(event.leg, statusOf(CAUSE));
      return undefined;
    case 'answered':
      endAnswered(process, record, event.media);
      return undefined;
    default:
      return withMedia(event, emptied(event.media, codecs));
  }
}

/** A call that comes in; undefined: it has been refused. */
export function invitedFrom(
  process: DeviceProcess,
  codecs: Codecs,
  event: Invited,
): Invited | undefined {
  const { leg, request, media } = event;
  const allowed = allow(media, codecs, false);
  if (allowed !== 'nothing')
    return allowed === media || allowed === undefined ? event : { ...event, media: allowed };
  recordRefusal(process, leg, request, CAUSE, CODE);
  process.environment.userAgent.refuse(leg, statusOf(CAUSE), refusalHeaders(CAUSE, CODE));
  return undefined;
}

/** The very media where nothing changes. */
function allow(
  media: Media | undefined,
  codecs: Codecs,
  isEmergency: boolean,
): Media | undefined | 'nothing' {
  if (media === undefined) return media;
  let described = 0;
  let vain = 0;
  const allowed = reviseDescriptions(media, (sdp, isSession) => {
    const { sdp: left, isVain } = allowCodecs(sdp, codecs);
    if (isSession) described++;
    if (isSession && isVain) vain++;
    return left;
  });
  // Of several descriptions whoever gets them chooses one.
  if (allowed !== undefined && (vain === 0 || vain < described)) return allowed;
  return isEmergency ? media : 'nothing';
}

/** The same with another description. */
function withMedia<T extends { readonly media?: Media }>(given: T, media: Media | undefined): T {
  return media === undefined ? given : { ...given, media };
}

/** With all its streams refused: what nobody can refuse any more. */
function emptied(media: Media | undefined, codecs: Codecs): Media | undefined {
  if (media === undefined) return media;
  return reviseDescriptions(media, (sdp) => allowCodecs(sdp, codecs).sdp) ?? NO_DESCRIPTION;
}

/** It has answered with what it was not offered, or offers nothing that it may. */
function endAnswered(process: DeviceProcess, record: CallLeg, media: Media | undefined): void {
  const { leg, reportTo, call, offered } = record;
  const { userAgent } = process.environment;
  if (leg === undefined) return;
  const body =
    offered || media === undefined ? undefined : refusingAnswer(descriptionIn(media), '0.0.0.0', 1);
  userAgent.acknowledge(leg, body === undefined ? undefined : { type: 'application/sdp', body });
  userAgent.hangUp(leg, reasonOf(CAUSE));
  record.phase = 'over';
  process.forget(record);
  logCall(process, record, 'call not taken', CAUSE, CODE);
  if (reportTo !== undefined)
    process.host.tell(reportTo, {
      ...{ type: 'callRefuse', call, cause: CAUSE, code: CODE },
      ...attemptOf(record),
    });
  process.settle();
}
