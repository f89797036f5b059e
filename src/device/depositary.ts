/**
 * Keeps what it takes to go on with subscriptions of phones of other managers: one resident per manager. When
 * a manager is gone, whoever has its phones next is given them, and goes on with their dialogs (RFC 6665), so that lamps
 * are right as soon as a phone has registered, whether it subscribes anew or not.
 *
 * In memory, once for each subscription: what is lost with two managers at a time, the phone asks for anew by itself, at
 * the latest when it is to be renewed.
 */
import type { DepositSignal, KeptSubscription, PhoneName } from '../call/deposit-signals.ts';
import type { CallSignal } from '../call/signals.ts';
import { type Home, homeOf, type Pid } from '../process/pid.ts';
import type { Host, Process } from '../process/process.ts';

type Signal<T extends DepositSignal['type']> = Extract<DepositSignal, { type: T }>;

type Deposit = PhoneName & {
  readonly owner: Pid;
  readonly kept: KeptSubscription;
  /** Monotonic; it has run out by then. */
  readonly expiresAtMs: number;
  isOwnerGone: boolean;
};

type Claim = PhoneName & { readonly by: Pid; readonly expiresAtMs: number };

/** Subscriptions of other managers' phones; more are not kept. */
const DEPOSITS_MAX = 100_000;
/** Phones that are waited for; the oldest is forgotten. */
const CLAIMS_MAX = 50_000;
/** A phone may be here before it is seen that its manager is gone, which takes a few seconds at most. */
const CLAIM_MS = 60_000;
const SWEEP_MS = 60_000;
const SWEEP = 'sweep';

export class Depositary implements Process<CallSignal> {
  readonly #host: Host<CallSignal>;
  /** By device, then by our tag. */
  readonly #deposits = new Map<string, Map<string, Deposit>>();
  /** By the process that claims, the oldest first. */
  readonly #claims = new Map<Pid, Claim>();
  #count = 0;
  #isSweeping = false;

  constructor(host: Host<CallSignal>) {
    this.#host = host;
  }

  receive(signal: CallSignal, from: Pid): void {
    switch (signal.type) {
      case 'deposit':
        return this.#keep(signal, from);
      case 'depositEnded':
        return this.#drop(signal.device, signal.localTag);
      case 'depositClaim':
        return this.#claim(signal, from);
      default:
    }
  }

  timeout(): void {
    const { nowMs } = this.#host;
    this.#isSweeping = false;
    for (const [device, kept] of this.#deposits)
      for (const [tag, { expiresAtMs }] of kept) if (expiresAtMs <= nowMs) this.#drop(device, tag);
    for (const [pid, { expiresAtMs }] of this.#claims)
      if (expiresAtMs <= nowMs) this.#claims.delete(pid);
    this.#sweepLater();
  }

  down(gone: Pid | Home): void {
    let isOwner = false;
    for (const kept of this.#deposits.values())
      for (const deposit of kept.values()) {
        if (homeOf(deposit.owner) !== gone) continue;
        deposit.isOwnerGone = true;
        isOwner = true;
      }
    for (const [pid, claim] of [...this.#claims]) {
      if (pid === gone || homeOf(pid) === gone) this.#claims.delete(pid);
      else if (isOwner) this.#give(claim);
    }
  }

  #keep({ device, contact, instance, kept }: Signal<'deposit'>, owner: Pid): void {
    const { localTag, leftMs } = kept;
    this.#drop(device, localTag);
    if (this.#count >= DEPOSITS_MAX) return;
    const deposits = this.#deposits.get(device) ?? new Map<string, Deposit>();
    const expiresAtMs = this.#host.nowMs + leftMs;
    const deposit = { device, contact, instance, owner, kept, expiresAtMs, isOwnerGone: false };
    deposits.set(localTag, deposit);
    this.#deposits.set(device, deposits);
    this.#count++;
    this.#sweepLater();
  }

  #drop(device: string, localTag: string): void {
    const deposits = this.#deposits.get(device);
    if (deposits?.delete(localTag) !== true) return;
    this.#count--;
    if (deposits.size === 0) this.#deposits.delete(device);
  }

  #claim({ device, contact, instance }: Signal<'depositClaim'>, by: Pid): void {
    const claim = { device, contact, instance, by, expiresAtMs: this.#host.nowMs + CLAIM_MS };
    // Of a phone of which nothing is kept, nothing will be found later.
    if (this.#give(claim) || !this.#deposits.has(device)) return;
    this.#claims.delete(by);
    const [oldest] = this.#claims.keys();
    if (this.#claims.size >= CLAIMS_MAX && oldest !== undefined) this.#claims.delete(oldest);
    this.#claims.set(by, claim);
    this.#sweepLater();
  }

  /** What that phone's former manager has left. False: nothing. */
  #give(claim: Claim): boolean {
    const { nowMs } = this.#host;
    const left: KeptSubscription[] = [];
    for (const deposit of [...(this.#deposits.get(claim.device)?.values() ?? [])]) {
      const { kept, expiresAtMs, isOwnerGone } = deposit;
      if (!isOwnerGone || !isSamePhone(deposit, claim)) continue;
      this.#drop(claim.device, kept.localTag);
      if (expiresAtMs > nowMs) left.push({ ...kept, leftMs: Math.floor(expiresAtMs - nowMs) });
    }
    if (left.length === 0) return false;
    this.#claims.delete(claim.by);
    this.#host.tell(claim.by, { type: 'depositGiven', kept: left });
    return true;
  }

  #sweepLater(): void {
    if (this.#isSweeping || this.#count + this.#claims.size === 0) return;
    this.#isSweeping = true;
    this.#host.start(SWEEP, SWEEP_MS);
  }
}

function isSamePhone(one: PhoneName, other: PhoneName): boolean {
  return one.contact === other.contact || (one.instance !== '' && one.instance === other.instance);
}
