/** A change of the session that goes from one phone to the other: the steps that all such changes share. */
import type { Cause } from '../call/cause.ts';
import type { LegRef, Media, Party } from '../call/signals.ts';
import type { CallLeg } from './call-leg.ts';
import type { DeviceProcess } from './device-process.ts';

/** `media` as an optional property: absent when there is none. */
export function withMedia(media: Media | undefined): { media?: Media } {
  return media === undefined ? {} : { media };
}

/**
 * Sends the phone re-INVITE or UPDATE on behalf of `peer`, or refuses because one is under way. `replacing`: who
 * that is, when it takes the place of whom the phone speaks to.
 */
export function askPhone(
  process: DeviceProcess,
  record: CallLeg,
  method: 'INVITE' | 'UPDATE',
  media: Media | undefined,
  peer: LegRef,
  replacing: Party | undefined,
): void {
  const { leg } = record;
  if (
    leg === undefined ||
    record.change !== undefined ||
    process.environment.userAgent.modify(leg, method, media) === 'pending'
  ) {
    return refuseChange(process, peer, 'request pending');
  }
  record.change = { by: 'peer', peer, offered: media !== undefined, replacing };
}

/** Tells `peer` that the change it asked for is not to be. */
export function refuseChange(process: DeviceProcess, peer: LegRef, cause: Cause): void {
  process.host.tell(peer.pid, { type: 'callModifyRefused', call: peer.call, cause });
}
