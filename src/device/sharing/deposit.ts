/**
 * A phone's subscriptions beyond the life of its manager: another one keeps what it takes to go on with each
 * (`../depositary.ts`), and whoever the phone registers with next gets it from there.
 *
 * Who keeps it all managers compute alike from the device's id. It is written when a phone subscribes or renews, not
 * with each NOTIFY: who goes on with the dialog leaves out more sequence numbers than can have been used since
 * (`resumption.ts`).
 */
import type { DepositSignal, PhoneName } from '../../call/deposit-signals.ts';
import { counterpartOf, type Home, homeOf } from '../../process/pid.ts';
import { rendezvousRank } from '../../process/rendezvous.ts';
import { LEAP } from '../../sip/user-agent/resumption.ts';
import type { Subscription } from '../../sip/user-agent/subscription.ts';
import type { CallLeg } from '../call-leg.ts';
import type { DeviceProcess } from '../device-process.ts';
import { linePackage, type WatchPackage } from '../dialects/event-package.ts';
import { lineToWatch } from './rights.ts';
import { WATCHES_MAX, type Watch, watch, withdraw } from './watch.ts';

/** Managers that may keep something for a phone that comes from another: its own may still be thought to live. */
const HEIRS = 2;
/** When managers come or go, what is to be kept elsewhere is not said all at once. */
const SPREAD_MS = 5000;
const REVIEW = 'deposits';

/** The phone has subscribed, or renewed that. */
export function deposit(process: DeviceProcess, subscription: Subscription<CallLeg>): void {
  const watched = process.watches?.get(subscription);
  if (watched !== undefined) entrust(process, watched, heirOf(process));
}

/** The phone is here now, for all that others know. */
export function claim(process: DeviceProcess): void {
  const { environment, host, place, pid } = process;
  const phone = nameOf(process);
  if (phone === undefined) return;
  const homes = [homeOf(pid), ...environment.peers()];
  for (const home of rendezvousRank(place.device, homes).slice(0, HEIRS))
    host.tell(counterpartOf(environment.depositary, home), { type: 'depositClaim', ...phone });
}

/** What the phone had at a manager that is gone: it is shown its lamps from here, in the same dialogs. */
export function inherit(
  process: DeviceProcess,
  { kept }: Extract<DepositSignal, { type: 'depositGiven' }>,
): void {
  const { environment, place, pid, isLeaving } = process;
  const binding = place.kind === 'phone' ? place.binding : undefined;
  if (binding === undefined || isLeaving) return;
  for (const each of kept) {
    const wanted = linePackage(each.event);
    if (wanted === undefined || wanted === 'line-seize') continue;
    const number = lineToWatch(process, wanted, each.resource);
    if (number === undefined || isWatched(process, wanted, number, each.target)) continue;
    if ((process.watches?.size ?? 0) >= WATCHES_MAX) return;
    const identity = { kind: 'device', id: place.device } as const;
    const subscription = environment.userAgent.resume(each, binding.hop, identity);
    if (subscription === undefined) continue;
    environment.subscribers.set(subscription, pid);
    const watched = watch(process, subscription, wanted, number);
    watched.version = each.version + LEAP;
    watched.isInherited = true;
    deposit(process, subscription);
  }
}

/** It has asked for them itself meanwhile. */
function isWatched(
  { watches }: DeviceProcess,
  wanted: WatchPackage,
  number: string,
  contact: string,
): boolean {
  for (const watched of watches?.values() ?? [])
    if (watched.package === wanted && watched.number === number)
      if (watched.subscription.contact === contact) return true;
  return false;
}

/** Managers have come or gone: another one may be to keep it. */
export function membersChanged({ watches, host, pid }: DeviceProcess): void {
  if (watches === undefined || watches.size === 0) return;
  const local = pid.slice(pid.lastIndexOf('.') + 2);
  host.start(REVIEW, (Number.parseInt(local, 36) * 37) % SPREAD_MS);
}

/** True: the timer was this one. */
export function timeout(process: DeviceProcess, timer: string): boolean {
  if (timer !== REVIEW) return false;
  const heir = heirOf(process);
  for (const watched of process.watches?.values() ?? [])
    if (watched.heir !== heir) entrust(process, watched, heir);
  return true;
}

function entrust(process: DeviceProcess, watched: Watch, heir: Home | undefined): void {
  const { environment, host } = process;
  const { subscription, version } = watched;
  const phone = nameOf(process);
  if (watched.heir !== heir) withdraw(process, watched);
  watched.heir = undefined;
  const kept = environment.userAgent.keptOf(subscription);
  if (heir === undefined || phone === undefined || kept === undefined) return;
  watched.heir = heir;
  const to = counterpartOf(environment.depositary, heir);
  host.tell(to, { type: 'deposit', ...phone, kept: { ...kept, version } });
}

/** The manager that is to keep what this phone has here; undefined: there is no other. */
function heirOf({ environment, place }: DeviceProcess): Home | undefined {
  return rendezvousRank(place.device, environment.peers())[0];
}

/** Undefined: it is not registered, so nobody will know it again. */
function nameOf({ place }: DeviceProcess): PhoneName | undefined {
  if (place.kind !== 'phone' || place.binding === undefined) return undefined;
  const { contact, instance } = place.binding;
  return { device: place.device, contact, instance };
}
