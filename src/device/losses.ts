/** Processes and managers that are gone: what becomes of the calls of a phone that had to do with them. */
import { counterpartOf, type Home, homeOf, kindOf, type Pid } from '../process/pid.ts';
import type { CallLeg } from './call-leg.ts';
import { controlOf } from './caller-place.ts';
import * as calling from './calling.ts';
import * as changeOver from './change-over.ts';
import * as custody from './custody.ts';
import type { DeviceProcess } from './device-process.ts';
import * as dialogSearch from './dialog-search.ts';
import * as inCall from './in-call.ts';
import * as lineMembership from './line-membership.ts';
import * as referral from './referral.ts';
import * as groupPickup from './sharing/group-pickup.ts';
import * as keeping from './sharing/keeping.ts';
import * as lineUse from './sharing/line-use.ts';
import * as takeOver from './take-over.ts';
import * as transfer from './transfer.ts';
import * as trunks from './trunk/trunk.ts';

type IsGone = (pid: Pid | undefined) => boolean;

export function lose(process: DeviceProcess, gone: Pid | Home): void {
  const isGone: IsGone = (pid) => pid !== undefined && (pid === gone || homeOf(pid) === gone);
  for (const record of new Set(process.legs.values())) {
    if (record.phase === 'over') continue;
    // Before anything ends it: a call that goes with them is on record too.
    custody.take(process, record, isGone);
    loseThirdParty(process, record, isGone);
    if (changeOver.lose(process, record, isGone)) continue;
    if (isGone(record.peer?.pid)) calling.loseAlerting(process, record);
    if (lineUse.isOfMember(record))
      record.controls = record.controls.filter(({ pid }) => !isGone(pid) || kindOf(pid) !== 'c');
    // A call outlives its line's process, but not its call control, which is its one account.
    const { reportTo, peer, phase, controls } = record;
    const isOfLine = record.line !== undefined && record.role === 'called';
    const isPending = phase === 'offered' || record.unacknowledged !== undefined;
    const isLost =
      isGone(reportTo) && !isOfLine && (phase === 'offered' || record.role === 'calling');
    const isAccountLost =
      (isPending && isGone(record.control)) ||
      controls.some(({ pid }) => kindOf(pid) === 'c' && isGone(pid));
    if (isLost || isAccountLost || (isGone(peer?.pid) && !transfer.losePeer(record)))
      process.release(record, 'internal failure', 'nobody');
    else {
      if (isGone(peer?.pid)) custody.goOn(process, record, controlOf(record));
      if (isGone(reportTo)) {
        record.reportTo = undefined;
        if (isOfLine && isPending) lineMembership.awaitLine(process);
      }
    }
  }
  lineMembership.lost(process, isGone);
  if (process.trunk !== undefined) trunks.down(process, process.trunk, gone);
  keeping.lost(process, isGone);
}

/** What has come of looking for a dialog at other managers. */
export function sought(
  process: DeviceProcess,
  record: CallLeg,
  result: dialogSearch.SearchResult | undefined,
): void {
  if (result === undefined) return;
  if (record.referral !== undefined) referral.sought(process, record, result);
  else takeOver.sought(process, record, result);
}

/** Whoever has to do with this leg's call, but is not the one that it speaks to. */
function loseThirdParty(process: DeviceProcess, record: CallLeg, isGone: IsGone): void {
  const { dialogFinder } = process.environment;
  const { change, takenBy, peer, formerPeer, unsure } = record;
  const isSilent = (home: Home) => isGone(counterpartOf(dialogFinder, home));
  sought(process, record, dialogSearch.lose(process, record, isSilent));
  if (isGone(record.referral?.giver?.pid)) referral.sought(process, record, { cause: 'call gone' });
  groupPickup.lose(process, record, isGone);
  if (isGone(takenBy?.pid)) record.takenBy = undefined;
  transfer.loseControl(record, isGone);
  // Whose place the peer has taken may think that it has it still.
  if (isGone(peer?.pid) && formerPeer !== undefined && unsure === undefined)
    process.host.tell(formerPeer.pid, {
      type: 'callRelease',
      call: formerPeer.call,
      cause: 'internal failure',
    });
  if (change?.by === 'take-over' && peer === undefined && isGone(change.replaced?.pid))
    takeOver.notTaken(process, record, 'call gone');
  else if (change?.by === 'peer' && change.replacing !== undefined && isGone(change.peer.pid))
    inCall.abandonChange(process, record);
  else if (change?.by === 'join' && isGone(change.to.pid))
    transfer.modifyRefused(process, record, 'internal failure', change.to.pid);
  else if (change?.by === 'move' && isGone(change.to.pid))
    process.release(record, 'internal failure', 'nobody');
}
