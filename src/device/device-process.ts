/**
 * Device process: the only one that talks to its phone or gateway (US 7,145,899, claims 10, 29, 44, 61).
 *
 * Turns the phone's signalling into signals and signals into the phone's signalling. It decides
 * nothing about a call: the line control process says who wins, the peer's device process what the
 * session becomes. What a phone does inside a call goes straight to the peer by PID.
 */
import type { Cause } from '../call/cause.ts';
import type { CallId, CallSignal, Party } from '../call/signals.ts';
import type { Home, Pid } from '../process/pid.ts';
import { homeOf } from '../process/pid.ts';
import type { Host, Process } from '../process/process.ts';
import type { UserAgentEvent } from '../sip/user-agent/events.ts';
import type { Publication } from '../sip/user-agent/publication.ts';
import type { Subscription } from '../sip/user-agent/subscription.ts';
import type { CallLeg } from './call-leg.ts';
import { logCall } from './call-log.ts';
import * as called from './called.ts';
import { leavePlace } from './caller-place.ts';
import * as calling from './calling.ts';
import * as changeOver from './change-over.ts';
import * as consultation from './consultation.ts';
import * as custody from './custody.ts';
import * as dialogSearch from './dialog-search.ts';
import type { Environment } from './environment.ts';
import * as inCall from './in-call.ts';
import { hearTooLate } from './late-signal.ts';
import { endLeg, endPeer, reportEnd, tellControls } from './leg-end.ts';
import * as lineMembership from './line-membership.ts';
import * as lineWord from './line-word.ts';
import { lose, sought } from './losses.ts';
import * as orbitCalls from './orbit-calls.ts';
import type { Dialling } from './overlap.ts';
import * as pickup from './pickup.ts';
import type { Place } from './place.ts';
import * as referral from './referral.ts';
import * as featureCalls from './sharing/feature-calls.ts';
import * as keeping from './sharing/keeping.ts';
import * as lineSettings from './sharing/line-settings.ts';
import * as nextPickup from './sharing/next-pickup.ts';
import * as publications from './sharing/publications.ts';
import type { Published } from './sharing/published.ts';
import * as retrieval from './sharing/retrieval.ts';
import * as retrievalAnswer from './sharing/retrieval-answer.ts';
import type { Seizure } from './sharing/seizures.ts';
import * as watches from './sharing/watch.ts';
import * as takeOver from './take-over.ts';
import * as transfer from './transfer.ts';
import * as descriptions from './trunk/codecs.ts';
import * as trunks from './trunk/trunk.ts';

const NO_LEGS: ReadonlyMap<CallId, CallLeg> = new Map();

export class DeviceProcess implements Process<CallSignal> {
  readonly host: Host<CallSignal>;
  readonly environment: Environment;
  readonly place: Place;
  /** Of a gateway. */
  readonly trunk: trunks.Trunk | undefined;
  /** Lines that have attached it. */
  lines: readonly lineMembership.AttachedLine[] = [];
  /** Subscriptions of its phone to what lines do; undefined before the first. */
  watches: Map<Subscription<CallLeg>, watches.Watch> | undefined;
  /** Appearances that its phone has seized, or wants to; undefined before the first. */
  seizures: Map<CallId, Seizure> | undefined;
  /** What its phone has published of calls that it has, or is about to make; undefined before the first. */
  publications: Map<Publication, Published> | undefined;
  /** Numbers that its phone has begun; undefined before the first. */
  dialling: Dialling | undefined;
  /** Its registration is gone; it lives on for the calls it has. */
  isLeaving = false;
  /** Undefined before the first call: most phones of a large site are silent, and a table is not small. */
  #legs: Map<CallId, CallLeg> | undefined;
  /** Further ids of legs that were moved. */
  #aliases: Map<CallLeg, readonly CallId[]> | undefined;
  #callCounter = 0;

  constructor(host: Host<CallSignal>, environment: Environment, place: Place) {
    this.host = host;
    this.environment = environment;
    this.place = place;
    this.trunk = place.kind === 'gateway' ? trunks.newTrunk(place.gateway) : undefined;
    if (this.trunk !== undefined) trunks.attach(this, this.trunk);
    lineMembership.join(this);
  }

  get pid(): Pid {
    return this.host.pid;
  }

  get party(): Party {
    return this.place.party;
  }

  /** By every id that a leg is known by. */
  get legs(): ReadonlyMap<CallId, CallLeg> {
    return this.#legs ?? NO_LEGS;
  }

  /** From now on the leg is known by that id as well. */
  keep(call: CallId, record: CallLeg): void {
    this.#legs ??= new Map();
    this.#legs.set(call, record);
    if (call === record.call) {
      if (this.trunk !== undefined) trunks.began(this, this.trunk, record);
      return;
    }
    // A leg may be moved again and again.
    this.#aliases ??= new Map();
    this.#aliases.set(record, [...(this.#aliases.get(record) ?? []), call]);
  }

  /** The leg is not known by that id any more. */
  drop(call: CallId): void {
    this.#legs?.delete(call);
  }

  /** An id for a call that begins here. */
  newCallId(): CallId {
    return `${this.pid}-${(this.#callCounter++).toString(36)}`;
  }

  receive(given: CallSignal, from: Pid): void {
    const codecs = this.trunk?.gateway.codecs;
    const signal = codecs === undefined ? given : descriptions.towards(this, codecs, given, from);
    if (signal !== undefined) this.#hear(signal, from);
  }

  #hear(signal: CallSignal, from: Pid): void {
    if (lineWord.hear(this, signal, from)) return;
    switch (signal.type) {
      case 'callRequest':
        if (signal.pickup !== undefined) return pickup.begin(this, signal, from);
        return called.offer(this, signal, from);
      case 'gatewayKept':
      case 'gatewayEnter':
      case 'gatewayEntered':
      case 'gatewayLeft':
      case 'gatewayPing':
        return this.trunk && trunks.hear(this, this.trunk, signal, from);
      default:
    }
    if (!('call' in signal)) return;
    const record = this.legs.get(signal.call);
    if (record === undefined || record.phase === 'over') return hearTooLate(this, signal, from);
    switch (signal.type) {
      case 'callAlert':
        return calling.alert(this, record, signal);
      case 'callProceed':
        return calling.proceed(this, record, signal);
      case 'callRefuse':
        return calling.refuse(this, record, signal);
      case 'callWithdraw':
        if (from !== record.reportTo && from !== record.control) return;
        // Who is told to hang up may have been taken for the holder since.
        if (record.phase === 'talking')
          this.host.tell(from, { type: 'callEnded', call: record.call, cause: signal.cause });
        return this.release(record, signal.cause, 'reporter');
      case 'callRelease':
        return inCall.released(this, record, signal, from);
      case 'callAcknowledge':
        return inCall.acknowledge(this, record, signal.media);
      case 'callRings':
        return takeOver.rings(this, record, signal);
      case 'callConfirmAlert':
        return called.confirmAlert(this, record, signal.media);
      case 'callAlertConfirmed':
        return calling.alertConfirmed(this, record, signal.media);
      case 'callModify':
        return inCall.modify(this, record, signal, from);
      case 'callModifyWithdraw':
        return inCall.withdraw(this, record, from);
      case 'callModified':
        return inCall.modified(this, record, signal);
      case 'callModifyRefused':
        return inCall.modifyRefused(this, record, signal.cause, from);
      case 'callConvey':
        return inCall.convey(this, record, signal, from);
      case 'callConveyed':
        return inCall.conveyed(this, record, signal.cause);
      case 'callTransfer':
        return transfer.transfer(this, record, signal);
      case 'callJoin':
        return transfer.join(this, record, signal);
      case 'callReplacePeer':
        return takeOver.replacePeer(this, record, signal);
      case 'callTakenOver':
        return takeOver.handedOver(this, record, signal);
      case 'callPutBack':
        return changeOver.takeBack(this, record, signal);
      case 'callTransferProgress':
        return referral.progress(this, record, signal, from);
      case 'callGive':
        return consultation.give(this, record, signal);
      case 'lineSetDone':
        return lineSettings.done(this, record, signal);
      case 'lineRetrieved':
      case 'lineRetrieveRefused':
      case 'pickupSought':
        return retrievalAnswer.heard(this, record, signal, from);
      case 'callGiven':
        return referral.given(this, record, signal);
      case 'dialogSought':
        return sought(this, record, dialogSearch.hear(this, record, signal, homeOf(from)));
      default:
        return orbitCalls.heard(this, record, signal, from);
    }
  }

  /** An event of the user agent on one of this device's legs. */
  handle(record: CallLeg, given: UserAgentEvent<CallLeg>): void {
    if (record.phase === 'over' || pickup.heard(this, record, given)) return;
    const codecs = this.trunk?.gateway.codecs;
    const event = codecs === undefined ? given : descriptions.from(this, codecs, record, given);
    if (event !== undefined) this.#act(record, event);
  }

  #act(record: CallLeg, event: UserAgentEvent<CallLeg>): void {
    switch (event.type) {
      case 'progress':
        return called.alerting(this, record, event);
      case 'answered':
        return called.answered(this, record, event.media);
      case 'refused':
        return called.refused(this, record, event);
      case 'progress confirmed':
        return called.alertConfirmed(this, record, event.media);
      case 'confirmed progress':
        return calling.confirmAlert(this, record, event);
      case 'cancelled':
        if (takeOver.givenUp(this, record)) return;
        return this.release(record, 'caller gave up', 'phone');
      case 'acknowledged':
        takeOver.acknowledged(this, record);
        return calling.acknowledged(this, record, event.media);
      case 'modify':
        return inCall.phoneModifies(this, record, event);
      case 'modify cancelled':
        return inCall.phoneWithdraws(this, record);
      case 'modify acknowledged':
        return inCall.phoneAcknowledges(this, record, event.media);
      case 'modified':
        return inCall.phoneModified(this, record, event);
      case 'modify refused':
        return inCall.phoneRefusesChange(this, record, event.status);
      case 'request':
        return inCall.phoneRequests(this, record, event);
      case 'conveyed':
        return inCall.phoneConveyed(this, record, event.status);
      case 'ended':
        return this.release(record, inCall.causeOfEnd(event.why), 'phone');
      default:
    }
  }

  timeout(timer: string): void {
    if (this.trunk !== undefined && trunks.timeout(this, this.trunk, timer)) return;
    const searcher = dialogSearch.searcherOf(this, timer);
    if (keeping.timeout(this, timer) || publications.timeout(this, timer)) return;
    if (orbitCalls.timeout(this, timer) || retrievalAnswer.timeout(this, timer)) return;
    if (featureCalls.timeout(this, timer)) return;
    if (searcher === undefined) return lineMembership.timeout(this, timer);
    dialogSearch.endSearch(this, searcher);
    sought(this, searcher, { cause: 'call gone' });
  }

  down(gone: Pid | Home): void {
    lose(this, gone);
  }

  /** The registration is gone: no more calls; standing ones go on until they end. */
  leave(): void {
    if (this.isLeaving) return;
    this.isLeaving = true;
    lineMembership.leave(this);
    if (this.trunk !== undefined) trunks.leave(this, this.trunk);
    publications.leave(this);
    this.settle();
  }

  /** This process is dead (supervisor): its phone must not ring or talk into the void. */
  abandon(): void {
    for (const record of new Set(this.legs.values())) {
      const { phase } = record;
      record.phase = 'over';
      if (phase === 'over') continue;
      endLeg(this, record, phase, 'internal failure');
      custody.leave(this, record, 'internal failure');
    }
    this.#legs = undefined;
    this.#aliases = undefined;
    watches.leave(this);
  }

  /**
   * Ends a leg, once: `by` needs not be told. Everybody else who counts on it is: the phone, the
   * peer, and the process that set the call up.
   */
  release(record: CallLeg, cause: Cause, by: 'phone' | 'peer' | 'reporter' | 'nobody'): void {
    if (record.phase === 'over') return;
    const given = by === 'phone' ? leavePlace(this, record) : undefined;
    const { peer, reportTo, phase } = record;
    record.phase = 'over';
    this.forget(record);
    logCall(this, record, 'leg ended', cause);
    const ending = custody.end(this, record, cause, by);
    retrieval.end(this, record, cause);
    keeping.end(this, record);
    if (by !== 'phone') {
      referral.fail(this, record, cause);
      if (!nextPickup.goOn(this, record, phase, cause)) endLeg(this, record, phase, cause);
    }
    if (record.role === 'calling')
      this.environment.statistics.ended(phase === 'talking' ? 'answered' : 'cancelled');
    dialogSearch.endSearch(this, record);
    transfer.abandoned(this, record, cause);
    takeOver.abandoned(this, record, cause);
    changeOver.end(this, record, cause);
    // Who lost the race to answer must not hang up on the caller: withdrawn legs tell nobody.
    if (by !== 'reporter') {
      if (reportTo !== undefined) reportEnd(this, record, reportTo, phase, cause, ending);
      if (phase === 'talking' && peer !== undefined && by !== 'peer')
        endPeer(this, record, peer, cause, given);
    }
    tellControls(this, record, cause, ending);
    this.settle();
  }

  forget(record: CallLeg): void {
    if (this.seizures !== undefined) publications.abandoned(this, record);
    if (this.trunk !== undefined) trunks.ended(this, this.trunk, record);
    this.drop(record.call);
    for (const call of this.#aliases?.get(record) ?? []) this.drop(call);
    this.#aliases?.delete(record);
    this.dialling?.unheard.delete(record);
  }

  /** A process whose registration is gone exits with its last leg. */
  settle(): void {
    if (this.legs.size > 0) return;
    if (!this.isLeaving) return lineMembership.endVisit(this);
    watches.leave(this);
    this.host.exit();
  }
}
