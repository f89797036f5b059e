/**
 * The appearance agent's ear: RFC 7463 §5.4. What a phone publishes of its calls before it makes them, by PUBLISH
 * with `Event: dialog;shared`, and what it says of those that it has: that it holds, that nobody else may have them.
 *
 * Numbers are the line's to give (`seizures.ts`): a PUBLISH is answered when it has, for all dialogs of the document
 * or for none. What was published lasts as long as its lease; a call that has begun needs it no longer.
 */
import type { CallId, CallRequest, CallSignal } from '../../call/signals.ts';
import { detach } from '../../sip/message/detach.ts';
import type { UserAgentEvent } from '../../sip/user-agent/events.ts';
import type { Publication } from '../../sip/user-agent/publication.ts';
import type { CallLeg } from '../call-leg.ts';
import type { DeviceProcess } from '../device-process.ts';
import type { DialogName } from '../dialects/appearance.ts';
import { linePackage } from '../dialects/event-package.ts';
import { readPublication, type Publication as Said } from '../dialects/publication.ts';
import { isEmergency } from './emergency.ts';
import * as lineUse from './line-use.ts';
import { accept, refusalOf, refuse } from './publication-answer.ts';
import {
  CONFLICT,
  LEASE_S,
  type Published,
  type PublishedDialog,
  type Refusal,
} from './published.ts';
import { ownLine, strangerStatus } from './rights.ts';
import * as seizures from './seizures.ts';
import { whyNotReplaced } from './view.ts';
import { showShared } from './watch.ts';

type Publish = Extract<UserAgentEvent<CallLeg>, { type: 'publish' }>;

/** Of one phone; dialogs of one publication. */
const PUBLICATIONS_MAX = 16;
const DIALOGS_MAX = 16;

/** PUBLISH, admitted as this device's: new, changed, or a refresh. */
export function publish(process: DeviceProcess, event: Publish): void {
  const { publication, media, request, expiresS } = event;
  const { userAgent } = process.environment;
  const { eventValue, resource } = publication;
  if (linePackage(eventValue) !== 'dialog;shared')
    return userAgent.refusePublication(publication, 489, 'Allow-Events: dialog;shared\r\n');
  const number = ownLine(process, resource);
  if (number === undefined)
    return userAgent.refusePublication(publication, strangerStatus(process, resource));
  process.publications ??= new Map();
  let published = process.publications.get(publication);
  const isNew = published === undefined;
  // Its process has gone since: the phone is to publish anew.
  if (isNew && publication.state !== 'pending') return userAgent.endPublication(publication);
  if (isNew && process.publications.size >= PUBLICATIONS_MAX)
    return userAgent.refusePublication(publication, 503, 'Retry-After: 60\r\n');
  published ??= { publication, number, dialogs: new Map(), asked: undefined };
  const read = media === undefined ? undefined : readPublication(media.body);
  if (read?.ok === false) return refuse(process, published, read);
  process.publications.set(publication, published);
  published.asked = { expiresS, accept: request.headers.all('Accept').join(', ') };
  const refusal = read === undefined ? renew(process, published) : take(process, published, read);
  if (refusal !== undefined) return fail(process, published, refusal);
  settle(process);
}

/** A refresh: what is lent is lent for as long again. */
function renew(process: DeviceProcess, { dialogs, asked }: Published): undefined {
  for (const { seizure } of dialogs.values())
    if (seizure?.state === 'had') seizures.renew(process, seizure, leaseOf(asked?.expiresS));
}

function leaseOf(expiresS = LEASE_S): number {
  return Math.min(expiresS, LEASE_S);
}

function take(
  process: DeviceProcess,
  published: Published,
  { isFull, publications }: Extract<ReturnType<typeof readPublication>, { ok: true }>,
): Refusal | undefined {
  const { dialogs } = published;
  const named = new Set(publications.map(({ id }) => id));
  for (const said of publications) {
    const refusal = hear(process, published, said);
    if (refusal !== undefined) return refusal;
  }
  if (isFull)
    for (const dialog of [...dialogs.values()])
      if (!named.has(dialog.id)) remove(process, published, dialog);
  return dialogs.size > DIALOGS_MAX ? { status: 503, text: 'too many dialogs' } : undefined;
}

function hear(process: DeviceProcess, published: Published, said: Said): Refusal | undefined {
  const known = published.dialogs.get(said.id);
  if (said.wish.type === 'release') {
    if (known !== undefined) remove(process, published, known);
    return undefined;
  }
  const record = said.dialog && legOf(process, said.dialog);
  const joined = record && joinedBy(process, published, said.wish);
  const refusal =
    record === undefined
      ? refusalOfWish(process, published, said)
      : (refusalOfNumber(record, said.wish) ?? refusalOfJoin(said.wish, joined));
  if (refusal !== undefined) return refusal;
  const dialog = known ?? enter(published, said);
  dialog.isExclusive = said.isExclusive;
  if (said.dialog !== undefined) dialog.name = nameOf(said.dialog);
  if (record !== undefined) {
    const { isExclusive, rendering } = said;
    lineUse.declare(process, record, isExclusive, rendering, joined);
  } else want(process, published, dialog, said);
  if (dialog.seizure !== undefined) {
    dialog.seizure.dialog = dialog.name;
    dialog.seizure.isExclusive = dialog.isExclusive;
  }
  return undefined;
}

function enter({ dialogs }: Published, { id }: Said): PublishedDialog {
  const kept = detach(id);
  const dialog: PublishedDialog = {
    id: kept,
    name: undefined,
    seizure: undefined,
    next: undefined,
    isExclusive: false,
    isWithout: false,
  };
  dialogs.set(kept, dialog);
  return dialog;
}

function nameOf({ callId, localTag }: DialogName): PublishedDialog['name'] {
  return { callId: detach(callId), localTag: detach(localTag) };
}

/** The call of the phone that it names. */
function legOf(
  { legs }: DeviceProcess,
  { callId, localTag }: Pick<DialogName, 'callId' | 'localTag'>,
): CallLeg | undefined {
  for (const record of legs.values())
    if (record.leg?.callId === callId && record.leg.remoteTag === localTag) return record;
  return undefined;
}

/** The call of the line that it mixes with another, by whichever of its names (RFC 7463 §5.2.3). */
function joinedBy(
  process: DeviceProcess,
  { number }: Published,
  wish: Said['wish'],
): CallId | undefined {
  if (wish.type !== 'join') return undefined;
  const { callId } = wish.dialog;
  for (const { leg, use, line, call } of process.legs.values())
    if (leg?.callId === callId && (use?.number ?? line?.number) === number)
      return use?.call ?? call;
  return undefined;
}

/** Only calls that the phone has itself it can mix. */
function refusalOfJoin(wish: Said['wish'], joined: CallId | undefined): Refusal | undefined {
  if (wish.type !== 'join' || joined !== undefined) return undefined;
  return { status: CONFLICT, text: 'no such dialog is known' };
}

/** The number of a call that it has got is not the phone's to say. */
function refusalOfNumber({ use, line }: CallLeg, wish: Said['wish']): Refusal | undefined {
  const appearance = use?.appearance ?? line?.appearance;
  if (wish.type !== 'appearance' || appearance === undefined || appearance === wish.index)
    return undefined;
  return { status: CONFLICT, text: `the call has appearance ${appearance}` };
}

/** What can be refused without asking the line. */
function refusalOfWish(
  process: DeviceProcess,
  { number }: Published,
  { wish }: Said,
): Refusal | undefined {
  const { appearances = 0 } = process.environment.directory.lines.get(number) ?? {};
  if (wish.type === 'join') return { status: CONFLICT, text: 'calls cannot be joined' };
  if (wish.type === 'replace') return whyNotReplaced(process, number, wish.dialog);
  if (wish.type !== 'appearance' || wish.index <= appearances) return undefined;
  return { status: CONFLICT, text: `appearance ${wish.index} is not one of 1 to ${appearances}` };
}

/** Asks the line for what the dialog shall have, or gives back what it shall not. */
function want(
  process: DeviceProcess,
  { number, asked }: Published,
  dialog: PublishedDialog,
  { wish, dialog: name }: Said,
): void {
  const { seizure } = dialog;
  const isHad = seizure?.state === 'had';
  const lease = leaseOf(asked?.expiresS);
  // Who names neither a number nor a call has lifted the receiver: any number will do.
  const isAny = wish.type === 'no appearance' && (name === undefined || seizure?.isAny === true);
  dialog.isWithout = wish.type !== 'appearance' && !isAny;
  if (dialog.isWithout) {
    if (isHad) seizures.giveBack(process, seizure);
    dialog.seizure = undefined;
    return;
  }
  const index = wish.type === 'appearance' ? wish.index : 0;
  if (isHad && (isAny || seizure.appearance === index))
    return seizures.renew(process, seizure, lease);
  dialog.next = seizures.publish(process, number, index, lease);
  dialog.next.dialog = dialog.name;
  dialog.next.isExclusive = dialog.isExclusive;
}

/** The line's word on a seizure, whoever wants it. */
export function answered(
  process: DeviceProcess,
  signal: Extract<CallSignal, { type: 'lineSeized' | 'lineSeizeRefused' }>,
): void {
  if (signal.type === 'lineSeized') seizures.seized(process, signal);
  else seizures.refused(process, signal);
  settle(process);
}

/** A leg is over, and what its INVITE waited for is given back. */
export function abandoned(process: DeviceProcess, record: CallLeg): void {
  if (seizures.abandoned(process, record)) settle(process);
}

/** True: the timer was one of a seizure. */
export function timeout(process: DeviceProcess, timer: string): boolean {
  if (!seizures.timeout(process, timer)) return false;
  settle(process);
  return true;
}

/** The line has said something, or nothing: what PUBLISH waits for that is answered. */
export function settle(process: DeviceProcess): void {
  for (const published of process.publications?.values() ?? []) {
    const { asked, dialogs } = published;
    if (asked === undefined) {
      loseSeizures(published);
      // What it published has gone; who wants it again says so anew.
      if (dialogs.size === 0) end(process, published);
      continue;
    }
    const all = [...dialogs.values()];
    const lost = all
      .map(({ next, seizure }) => next ?? seizure)
      .find((each) => each?.state === 'lost');
    if (lost?.why !== undefined) fail(process, published, refusalOf(lost, lost.why));
    else if (!all.some(isWaiting)) take2xx(process, published, all);
  }
}

function isWaiting({ next, seizure }: PublishedDialog): boolean {
  return next?.state === 'asked' || (seizure?.state === 'had' && seizure.isAwaited);
}

function loseSeizures({ dialogs }: Published): void {
  for (const dialog of [...dialogs.values()]) {
    const { seizure } = dialog;
    if (seizure?.state === 'used') dialog.seizure = undefined;
    else if (seizure?.state === 'lost' && dialog.next === undefined) dialogs.delete(dialog.id);
  }
}

/** All is as the phone wants it. */
function take2xx(
  process: DeviceProcess,
  published: Published,
  all: readonly PublishedDialog[],
): void {
  for (const dialog of all) {
    const { next, seizure } = dialog;
    if (next === undefined) continue;
    if (seizure?.state === 'had') seizures.giveBack(process, seizure);
    dialog.seizure = next.state === 'had' ? next : undefined;
    dialog.next = undefined;
  }
  const { asked } = published;
  published.asked = undefined;
  if (asked !== undefined) accept(process, published, asked);
  // Nothing is left that could be refreshed.
  if (published.dialogs.size === 0) end(process, published);
}

/** The PUBLISH is refused: what the phone had before it has still. */
function fail(process: DeviceProcess, published: Published, refusal: Refusal): void {
  const { publication, dialogs } = published;
  const isNew = publication.state === 'pending';
  published.asked = undefined;
  for (const dialog of [...dialogs.values()]) {
    const { next, seizure } = dialog;
    dialog.next = undefined;
    if (next?.state === 'asked' || next?.state === 'had') seizures.giveBack(process, next);
    if (next !== undefined && seizure === undefined) dialogs.delete(dialog.id);
  }
  if (isNew) forget(process, published);
  refuse(process, published, refusal);
  // §5.4: at once, so that it knows what is free.
  if (refusal.status === CONFLICT) showShared(process, published.number);
  loseSeizures(published);
}

function remove(process: DeviceProcess, { dialogs }: Published, dialog: PublishedDialog): void {
  dialogs.delete(dialog.id);
  for (const seizure of [dialog.seizure, dialog.next])
    if (seizure?.state === 'asked' || seizure?.state === 'had') seizures.giveBack(process, seizure);
}

function forget(process: DeviceProcess, published: Published): void {
  process.publications?.delete(published.publication);
  for (const dialog of [...published.dialogs.values()]) remove(process, published, dialog);
}

function end(process: DeviceProcess, published: Published): void {
  forget(process, published);
  process.environment.userAgent.endPublication(published.publication);
}

/** Removed by the phone, or run out. */
export function unpublished(process: DeviceProcess, publication: Publication): void {
  const published = process.publications?.get(publication);
  if (published !== undefined) forget(process, published);
}

/** The phone has gone. */
export function leave(process: DeviceProcess): void {
  for (const published of [...(process.publications?.values() ?? [])]) end(process, published);
}

/** What the phone has published of the dialog that its INVITE begins, and of which line. */
export function publishedOf(
  { publications }: DeviceProcess,
  { callId, fromTag }: { readonly callId: string; readonly fromTag: string },
): { readonly number: string; readonly dialog: PublishedDialog } | undefined {
  for (const { number, dialogs } of publications?.values() ?? [])
    for (const dialog of dialogs.values())
      if (dialog.name?.callId === callId && dialog.name.localTag === fromTag)
        return { number, dialog };
  return undefined;
}

/** The phone has the call of another, whose place it has published that it takes: for itself alone, if it says so. */
export function claim(process: DeviceProcess, record: CallLeg): void {
  const { leg } = record;
  if (process.publications === undefined || leg === undefined) return;
  const published = publishedOf(process, { callId: leg.callId, fromTag: leg.remoteTag });
  if (published?.dialog.isExclusive) lineUse.declare(process, record, true, undefined);
}

/** The phone begins the call that it has published. True: it has what it wanted for it, or waits for that. */
export function begin(
  process: DeviceProcess,
  record: CallLeg,
  { seizure, next, isWithout }: PublishedDialog,
  request: CallRequest,
): boolean {
  if (seizure?.state === 'had') {
    seizures.use(process, seizure, record, request);
    return true;
  }
  if (next?.state === 'asked') {
    if (isEmergency(process.environment, request.dialled)) {
      seizures.giveBack(process, next);
      settle(process);
      return false;
    }
    // §5.3: it was to wait for the answer to its PUBLISH.
    next.invite = { record, request };
    return true;
  }
  // A line that counts its calls gives each a number.
  const isCounted = request.byLine !== undefined && lineUse.isLimited(process, request.byLine);
  if (!isWithout || isCounted) return false;
  record.reportTo = process.environment.startCall(process.host, request);
  return true;
}
