/**
 * A phone's subscriptions to what a line does: busy lamps (RFC 4235), shared appearances as RFC 7463 and as
 * BroadSoft have them. The line tells each of its watchers the same; what a phone may see of it, and in which
 * words, is settled here.
 */
import type { CallSignal } from '../../call/signals.ts';
import type { LineCallState, SeenCall } from '../../call/watch-signals.ts';
import { counterpartOf, type Home, type Pid } from '../../process/pid.ts';
import { DIALOG_INFO } from '../../sip/dialog-info/document.ts';
import { formatDialogInfo } from '../../sip/dialog-info/writer.ts';
import { alertInfo } from '../../sip/message/alert-info.ts';
import { headerLine } from '../../sip/message/safe.ts';
import type { Subscription } from '../../sip/user-agent/subscription.ts';
import type { CallLeg } from '../call-leg.ts';
import type { DeviceProcess } from '../device-process.ts';
import { appearanceCallInfo, lineCallInfo } from '../dialects/call-info.ts';
import type { WatchPackage } from '../dialects/event-package.ts';
import { fullDialogInfo } from '../dialects/shared-dialogs.ts';
import { uriOf } from '../identity.ts';
import { lineToWatch } from './rights.ts';
import { appearancesOf } from './view.ts';

/** Subscriptions of one phone; a side car of keys has 60. */
export const WATCHES_MAX = 128;

export type Watch = {
  readonly subscription: Subscription<CallLeg>;
  readonly package: WatchPackage;
  readonly number: string;
  /** Who says what is to be seen there, as it was when he was asked. */
  at: Pid;
  /** Of the next document. */
  version: number;
  /** The line's process, as it has last been heard. */
  lcp: Pid | undefined;
  /** As last told by the line; undefined before. */
  calls: readonly LineCallState[] | undefined;
  /** When the phone was told last; monotonic. */
  shownMs: number;
  /** The phone has been told that, and the line is asked whether it is still so. */
  isConfirming?: boolean;
  /** The manager that keeps what it takes to go on with it; undefined: none does. */
  heir: Home | undefined;
  /** It began at a manager that is gone. */
  isInherited: boolean;
};

/** Enters a subscription that has been accepted, or is to be told again what it was told (RFC 6665 §4.2.1.1). */
export function watch(
  process: DeviceProcess,
  subscription: Subscription<CallLeg>,
  wanted: WatchPackage,
  number: string,
): Watch {
  process.watches ??= new Map();
  const known = process.watches.get(subscription);
  if (known !== undefined) {
    if (known.calls !== undefined) show(process, known);
    // When managers could not reach each other for a while the line may have given this watcher up.
    known.isConfirming = known.calls !== undefined;
    process.host.tell(known.at, { type: 'lineWatch', number });
    return known;
  }
  const at = watchedAt(process, number);
  const entered: Watch = {
    subscription,
    package: wanted,
    number,
    at,
    version: 0,
    lcp: undefined,
    calls: undefined,
    shownMs: 0,
    heir: undefined,
    isInherited: false,
  };
  process.watches.set(subscription, entered);
  // What it does comes in this turn, if the line is here.
  process.host.tell(at, { type: 'lineWatch', number });
  return entered;
}

/** Who says what is to be seen there: of an orbit the park manager, of a line its process by way of the line manager. */
function watchedAt({ environment }: DeviceProcess, number: string): Pid {
  const { directory, parkManager, lineManager } = environment;
  return directory.orbits.numbers.has(number) ? parkManager : lineManager;
}

/** The subscription is over. True: it was one of these. */
export function unwatch(process: DeviceProcess, subscription: Subscription<CallLeg>): boolean {
  const watch = process.watches?.get(subscription);
  if (process.watches === undefined || watch === undefined) return false;
  const { number, at } = watch;
  withdraw(process, watch);
  process.watches.delete(subscription);
  for (const other of process.watches.values())
    if (other.number === number && other.at === at) return true;
  // The number may be nobody's by now, or a line's where it was an orbit.
  process.host.tell(at, { type: 'lineUnwatch', number });
  return true;
}

/** Nobody need go on with it any more. */
export function withdraw(process: DeviceProcess, { subscription, heir }: Watch): void {
  const { environment, host, place } = process;
  if (heir === undefined || !environment.peers().includes(heir)) return;
  host.tell(counterpartOf(environment.depositary, heir), {
    type: 'depositEnded',
    device: place.device,
    localTag: subscription.localTag,
  });
}

/** The line may have given this watcher up. */
export function again(process: DeviceProcess, number: string): void {
  let at: Pid | undefined;
  for (const watch of process.watches?.values() ?? []) {
    if (watch.number !== number) continue;
    watch.isConfirming = watch.calls !== undefined;
    at = watch.at;
  }
  if (at !== undefined) process.host.tell(at, { type: 'lineWatch', number });
}

/** What the line does now. True: it has another process. */
export function lineState(
  process: DeviceProcess,
  { number, calls, isPartial }: Extract<CallSignal, { type: 'lineState' }>,
  from: Pid,
): boolean {
  let isAnother = false;
  for (const watch of process.watches?.values() ?? []) {
    if (watch.number !== number) continue;
    isAnother ||= watch.lcp !== undefined && watch.lcp !== from;
    watch.lcp = from;
    // Who has been shown nothing waits for the whole.
    if (isPartial && watch.calls === undefined) continue;
    const now = isPartial ? mixed(watch.calls ?? [], calls) : calls;
    const isSame = (isPartial || watch.isConfirming === true) && isEqual(watch.calls, now);
    watch.isConfirming = isPartial === true;
    watch.calls = now;
    if (!isSame) show(process, watch);
  }
  return isAnother;
}

/** Those of which `known` says nothing as they were `before`. */
function mixed(
  before: readonly LineCallState[],
  known: readonly LineCallState[],
): readonly LineCallState[] {
  const left = before.flatMap((was) => {
    const is = known.find(({ call }) => call === was.call);
    if (is !== undefined) return is;
    return known.some(({ appearance }) => appearance === was.appearance) ? [] : was;
  });
  return [...left, ...known.filter(({ call }) => !before.some((was) => was.call === call))];
}

/** The line's calls as the phone was told of them by a process before `lcp`; undefined: by none. */
export function seenBefore(
  { watches }: DeviceProcess,
  number: string,
  lcp: Pid,
): readonly SeenCall[] | undefined {
  for (const watch of watches?.values() ?? [])
    if (watch.number === number && watch.calls !== undefined && watch.lcp !== lcp)
      return watch.calls.map(({ call, appearance }) => ({ call, appearance }));
  return undefined;
}

/** The phone may not watch that line any more, or the line is no more. */
export function end(process: DeviceProcess, number: string): void {
  for (const watch of [...(process.watches?.values() ?? [])])
    if (watch.number === number) endOne(process, watch);
}

function endOne(process: DeviceProcess, { subscription }: Watch): void {
  unwatch(process, subscription);
  process.environment.userAgent.notify(subscription, { terminated: 'noresource' });
}

/** The directory is another one: what the phone may not watch any more it does not. */
export function review(process: DeviceProcess): void {
  for (const watch of [...(process.watches?.values() ?? [])]) {
    const { number, at } = watch;
    const next = watchedAt(process, number);
    if (lineToWatch(process, watch.package, number) !== number) endOne(process, watch);
    else if (next !== at) {
      watch.at = next;
      process.host.tell(at, { type: 'lineUnwatch', number });
      process.host.tell(next, { type: 'lineWatch', number });
    }
  }
}

/** The phone's subscriptions to the appearances of that line are shown it as it is. */
export function showShared(process: DeviceProcess, number: string): void {
  for (const watch of process.watches?.values() ?? [])
    if (watch.number === number && watch.package === 'dialog;shared' && watch.calls !== undefined)
      show(process, watch);
}

function isEqual(one: Watch['calls'], other: Watch['calls']): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** A phone may have put out a lamp that it was told to light: it is told again. */
export function lineAgain(process: DeviceProcess, number: string): void {
  for (const watch of process.watches?.values() ?? [])
    if (watch.number === number && watch.calls !== undefined) show(process, watch);
}

/** This process ends. A phone that is there all the same may subscribe anew at once (RFC 6665 §4.1.3). */
export function leave(process: DeviceProcess): void {
  for (const watch of process.watches?.values() ?? []) {
    const { number, at, subscription } = watch;
    withdraw(process, watch);
    process.host.tell(at, { type: 'lineUnwatch', number });
    process.environment.userAgent.notify(subscription, { terminated: 'deactivated' });
  }
  process.watches = undefined;
}

/** Tells the phone once more what it was told last. */
export function showAgain(process: DeviceProcess): void {
  for (const watch of process.watches?.values() ?? [])
    if (watch.calls !== undefined) show(process, watch);
}

function show(process: DeviceProcess, watch: Watch): void {
  const { userAgent, domain } = process.environment;
  const { subscription, number } = watch;
  watch.shownMs = process.host.nowMs;
  if (watch.package === 'call-info')
    return userAgent.notify(subscription, {
      headers: callInfo(process, number, watch.calls ?? []),
    });
  const appearances = appearancesOf(process, number, watch.calls ?? []);
  const isShared = watch.package === 'dialog;shared';
  const view = { entity: uriOf(number, domain), isShared, seesParties: true };
  const document = fullDialogInfo(watch.version++, appearances, view);
  userAgent.notify(subscription, {
    media: { type: DIALOG_INFO, body: formatDialogInfo(document) },
  });
}

/** What hides nothing from anybody is written once for all who are told it. */
function callInfo(process: DeviceProcess, number: string, calls: readonly LineCallState[]): string {
  const { shown, domain } = process.environment;
  const known = shown.of(number, calls);
  if (known !== undefined) return known;
  const appearances = appearancesOf(process, number, calls);
  const text = headerLine('Call-Info', lineCallInfo(appearances, domain));
  if (!calls.some(({ isExclusive }) => isExclusive)) shown.keep(number, calls, text);
  return text;
}

/**
 * Header lines that tell a phone on which appearance it is rung: only to phones that have subscribed to
 * appearances, each in its own words (RFC 7463 §7); '' for others.
 */
export function appearanceHeaders(
  process: DeviceProcess,
  number: string | undefined,
  appearance: number | undefined,
): string {
  if (process.watches === undefined || number === undefined || appearance === undefined) return '';
  const { directory, domain } = process.environment;
  if (appearance < 1 || appearance > (directory.lines.get(number)?.appearances ?? 0)) return '';
  const packages = new Set<WatchPackage>();
  for (const watch of process.watches.values())
    if (watch.number === number) packages.add(watch.package);
  let headers = '';
  if (packages.has('call-info'))
    headers += headerLine('Call-Info', appearanceCallInfo(appearance, undefined, domain));
  if (packages.has('dialog;shared')) headers += headerLine('Alert-Info', alertInfo(appearance));
  return headers;
}
