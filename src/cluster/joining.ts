/**
 * How a manager becomes a member:
 *
 *     granting -> waiting -> creating -> arriving -> naming -> joined
 *                               |  ^
 *                               v  |
 *                              taken
 *
 * granting: a lease is asked for. waiting: until the store has shown the members, and, after several
 * evictions, until the back-off is over. creating: the key `members/<id>` is put, unless it exists.
 * taken: it does: a predecessor's lease has not ended yet, or another manager has the same id.
 * arriving: until the watch shows the key. naming: whoever finds no secret makes one.
 *
 * What was asked and not answered is asked again, so it may be done twice: of two leases the later one
 * counts, and a key with this lease in it is this manager's, whoever was told so.
 */
import type { Clock } from '../base/clock.ts';
import type { ManagerId } from '../process/message-plane.ts';
import type { Lease, Revision, TransactionResult } from '../process/state-plane.ts';
import type { MembershipStore } from './answers-later.ts';
import { MEMBERS_MAX } from './beat.ts';
import { flapWaitMs } from './eviction-history.ts';
import {
  MEMBERS,
  type Member,
  type MemberRecord,
  type Members,
  readRecord,
  SECRET,
} from './members.ts';
import type { MembershipTimings } from './membership-timings.ts';
import { Renewal } from './renewal.ts';

/** Of what managers say to each other, and keep in the store. */
export const PROTOCOL_VERSION = 1;

/**
 * Why a manager does not become a member; `message` says what to do. 'id taken': another manager has
 * its id. 'version': the members speak another protocol. 'full': there are too many. 'store': the
 * store does not answer, or refuses.
 */
export type JoinFailure = {
  readonly code: 'id taken' | 'version' | 'full' | 'store';
  readonly message: string;
};

export type JoiningOptions = {
  readonly id: ManagerId;
  readonly record: Omit<MemberRecord, 'version' | 'lease'>;
  readonly secret: string;
  readonly store: MembershipStore;
  readonly members: Members;
  readonly clock: Clock;
  readonly timings: MembershipTimings;
  /** The time of this turn. */
  nowMs(): number;
  joined(created: Revision, secret: string, renewal: Renewal): void;
  /** No member any more, after `joined`. */
  gone(): void;
  failed(failure: JoinFailure): void;
};

type Step =
  | { readonly type: 'granting' | 'naming'; againMs: number }
  | { readonly type: 'waiting'; readonly untilMs: number }
  | { readonly type: 'creating'; againMs: number }
  | { readonly type: 'taken'; readonly againMs: number }
  | { readonly type: 'arriving'; readonly created: Revision }
  | { readonly type: 'over' };

export class Joining {
  readonly #options: JoiningOptions;
  #step: Step = { type: 'granting', againMs: 0 };
  /** The store must have answered by then. */
  #answerByMs: number;
  #error = 'it does not answer';
  #renewal: Renewal | undefined;
  #created: Revision | undefined;
  /** When the key was first found to be taken, and the last who had it. */
  #taken: { readonly sinceMs: number; by: MemberRecord | undefined } | undefined;

  constructor(options: JoiningOptions) {
    this.#options = options;
    this.#answerByMs = this.#nowMs + options.timings.joinMs;
    this.#grant();
  }

  get #nowMs(): number {
    return this.#options.nowMs();
  }

  get dueMs(): number {
    const step = this.#step;
    if (step.type === 'over') return Number.POSITIVE_INFINITY;
    let dueMs = Math.min(this.#answerByMs, this.#renewal?.dueMs ?? Number.POSITIVE_INFINITY);
    if ('againMs' in step) dueMs = Math.min(dueMs, step.againMs);
    if (step.type === 'taken' && this.#taken !== undefined)
      dueMs = Math.min(dueMs, this.#taken.sinceMs + this.#options.timings.takenMs);
    if (step.type === 'waiting' && this.#options.members.isKnown)
      dueMs = Math.min(dueMs, step.untilMs);
    return dueMs;
  }

  /** Also to be called when the members have changed. */
  advance(): void {
    const nowMs = this.#nowMs;
    this.#renewal?.advance(nowMs);
    const step = this.#step;
    switch (step.type) {
      case 'granting':
        if (nowMs >= step.againMs) this.#grant();
        break;
      case 'waiting':
        if (this.#options.members.isKnown && nowMs >= step.untilMs) this.#wait();
        break;
      case 'creating':
        if (nowMs >= step.againMs) this.#create();
        break;
      case 'taken':
        this.#stayTaken(step.againMs);
        break;
      case 'arriving':
        this.#arrive(step.created);
        break;
      case 'naming':
        this.#name(step);
        break;
      default:
    }
    if (this.#step.type !== 'over' && nowMs >= this.#answerByMs) this.#failStore();
  }

  /** Gives it up. `done`: nothing is left of it. */
  stop(done: () => void): void {
    this.#step = { type: 'over' };
    if (this.#renewal === undefined) done();
    else this.#options.store.revoke(this.#renewal.lease, done);
  }

  #grant(): void {
    const { store, timings } = this.#options;
    const sentMs = this.#nowMs;
    const step: Step = { type: 'granting', againMs: sentMs + timings.joinAgainMs };
    this.#step = step;
    this.#renewal = undefined;
    this.#created = undefined;
    store.grant(timings.leaseMs, (result) => {
      if (result.type === 'unknown') {
        if (this.#step === step) this.#refusedBy(result.error);
      } else if (this.#step === step) this.#granted(result.lease, sentMs);
      // Asked for twice: one is enough.
      else store.revoke(result.lease, () => undefined);
    });
  }

  #granted(lease: Lease, sentMs: number): void {
    const { id, store, timings } = this.#options;
    this.#answered();
    const renewal: Renewal = new Renewal({
      id,
      lease,
      sentMs,
      store,
      timings,
      // It took too long, or this manager was expelled before it knew that it was a member: anew.
      gone: () => {
        if (this.#renewal !== renewal) return;
        if (this.#step.type === 'over') this.#options.gone();
        else this.#grant();
      },
    });
    this.#renewal = renewal;
    this.#step = { type: 'waiting', untilMs: this.#nowMs };
    if (this.#options.members.isKnown) this.#wait();
  }

  #wait(): void {
    const { id, members, clock, timings } = this.#options;
    this.#answered();
    const waitMs = flapWaitMs(members.evictionsOf(id), clock.epochMs(), timings);
    if (waitMs === 0) {
      this.#create();
      return;
    }
    // The clock may be set meanwhile: it is asked again, but the wait has an end.
    this.#step = { type: 'waiting', untilMs: this.#nowMs + Math.min(waitMs, timings.joinAgainMs) };
  }

  #create(): void {
    const { id, record, store, members, timings } = this.#options;
    const renewal = this.#renewal;
    if (renewal === undefined) return;
    const others = members.all.filter((member) => member.id !== id);
    if (this.#isForeign(others)) return;
    if (others.length >= MEMBERS_MAX - 1) {
      this.#fail('full', `The cluster has ${others.length} members: there is no room for ${id}.`);
      return;
    }
    const key = MEMBERS + id;
    this.#step = { type: 'creating', againMs: this.#nowMs + timings.joinAgainMs };
    const value = JSON.stringify({ version: PROTOCOL_VERSION, lease: renewal.lease, ...record });
    store.transact(
      {
        compare: [{ key, is: 'absent' }],
        then: [{ type: 'put', key, value, lease: renewal.lease }],
        read: [key],
      },
      (result) => {
        const { type } = this.#step;
        if (this.#renewal === renewal && (type === 'creating' || type === 'taken'))
          this.#outcome(result, renewal.lease);
      },
    );
  }

  #outcome(result: TransactionResult, lease: Lease): void {
    if (result.type === 'unknown') {
      this.#refusedBy(result.error);
      return;
    }
    this.#answered();
    if (result.type === 'done') {
      this.#made(result.revision);
      return;
    }
    const { takenAgainMs } = this.#options.timings;
    const [found] = result.found;
    const by = found && readRecord(found.value);
    if (found !== undefined && by?.lease === lease) {
      this.#made(found.created);
      return;
    }
    this.#taken ??= { sinceMs: this.#nowMs, by };
    if (by !== undefined) this.#taken.by = by;
    this.#step = { type: 'taken', againMs: this.#nowMs + takenAgainMs };
  }

  #made(created: Revision): void {
    this.#created = created;
    this.#renewal?.watch(created);
    this.#step = { type: 'arriving', created };
    this.#arrive(created);
  }

  #stayTaken(againMs: number): void {
    const { id, members, timings } = this.#options;
    const { sinceMs, by } = this.#taken ?? { sinceMs: this.#nowMs, by: undefined };
    if (this.#nowMs >= sinceMs + timings.takenMs) {
      const who = by && ` on host ${by.host} (process ${by.pid}, running since ${by.started})`;
      this.#fail(
        'id taken',
        `The manager id '${id}' is taken by a manager${who ?? ''} that is still a member. Give this manager another id, or stop that one.`,
      );
    } else if (this.#nowMs >= againMs || members.get(id) === undefined) this.#create();
  }

  #arrive(created: Revision): void {
    const { id, members, timings } = this.#options;
    const renewal = this.#renewal;
    const me = members.get(id);
    if (renewal === undefined || me?.created !== created) return;
    // Paused meanwhile: the next renewal tells whether anything is left.
    if (this.#nowMs - renewal.lastOkMs > timings.fenceMs) return;
    // Two that start at once do not see each other before: the younger one goes.
    if (this.#isForeign(members.all.filter((member) => member.created < created))) return;
    const { secret } = members;
    if (secret === undefined) {
      if (this.#step.type !== 'naming') this.#name(undefined);
      return;
    }
    this.#step = { type: 'over' };
    this.#options.joined(created, secret, renewal);
  }

  #name(step: { readonly againMs: number } | undefined): void {
    const { store, members, secret, timings } = this.#options;
    if (members.secret !== undefined && this.#created !== undefined) this.#made(this.#created);
    else if (step === undefined || this.#nowMs >= step.againMs) {
      this.#step = { type: 'naming', againMs: this.#nowMs + timings.joinAgainMs };
      store.transact(
        {
          compare: [{ key: SECRET, is: 'absent' }],
          then: [{ type: 'put', key: SECRET, value: secret }],
        },
        (result) => {
          if (this.#step.type !== 'naming') return;
          if (result.type === 'unknown') this.#refusedBy(result.error);
          else this.#answered();
        },
      );
    }
  }

  /** Whether members speak another version: then it has failed. */
  #isForeign(others: readonly Member[]): boolean {
    const foreign = others.filter(({ record }) => record?.version !== PROTOCOL_VERSION);
    if (foreign.length === 0) return false;
    const names = foreign.map(
      ({ id, record }) => `${id} (${record ? `version ${record.version}` : 'unreadable'})`,
    );
    this.#fail(
      'version',
      `This manager speaks version ${PROTOCOL_VERSION} of the cluster's protocol, but these members do not: ${names.join(', ')}. Run the same release on all of them.`,
    );
    return true;
  }

  /** The store works; whatever it does next, it has its time again. */
  #answered(): void {
    this.#answerByMs = this.#nowMs + this.#options.timings.joinMs;
  }

  #refusedBy(error: string): void {
    this.#error = error;
    // Not at once: a store that refuses does so quickly.
    const step = this.#step;
    if ('againMs' in step && step.type !== 'taken')
      step.againMs = Math.min(step.againMs, this.#nowMs + this.#options.timings.takenAgainMs);
  }

  #failStore(): void {
    const { joinMs } = this.#options.timings;
    const what =
      this.#step.type === 'arriving' || !this.#options.members.isKnown
        ? `shows no changes (${this.#error})`
        : this.#error;
    this.#fail(
      'store',
      `The cluster's store did not let this manager join within ${joinMs / 1000} s: ${what}. Check its address, its credentials and whether it runs.`,
    );
  }

  #fail(code: JoinFailure['code'], message: string): void {
    this.stop(() => undefined);
    this.#options.failed({ code, message });
  }
}
