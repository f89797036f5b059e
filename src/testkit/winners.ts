/**
 * One winner per call: at most one phone talks to the same caller's session, S5 of the cluster's
 * invariants. Two may believe that they have won until word of it is round: a crossing.
 */
import type { Agenda } from './agenda.ts';
import type { PhoneCall } from './phone.ts';

export type WinnersOptions = {
  readonly agenda: Agenda;
  /** How long a crossing may last. */
  readonly crossingMs: number;
  /** Whether anybody can tell that phone anything: its manager is there. */
  readonly isServed: (call: PhoneCall) => boolean;
  readonly violate: (what: string) => void;
};

/** In what managers describe when there is nobody to hear (`sdp/idle-answer.ts`, `sdp/refusal.ts`). */
const NOBODY = '1';

/** Whether that session is a phone's. */
export function isPhones(session: string): boolean {
  return session !== '' && session !== NOBODY;
}

export class Winners {
  readonly #options: WinnersOptions;
  /** Called legs that talk to the same caller's session, since when. */
  readonly #talkers = new Map<string, Map<PhoneCall, number>>();

  constructor(options: WinnersOptions) {
    this.#options = options;
  }

  /** A call has changed. */
  observe(call: PhoneCall): void {
    if (call.role !== 'called' || !isPhones(call.remoteSession)) return;
    const session = call.remoteSession;
    let talkers = this.#talkers.get(session);
    if (call.phase === 'over') {
      talkers?.delete(call);
      if (talkers?.size === 0) this.#talkers.delete(session);
      return;
    }
    if (call.phase !== 'talking') return;
    const { agenda, crossingMs } = this.#options;
    if (talkers === undefined) {
      talkers = new Map();
      this.#talkers.set(session, talkers);
    }
    talkers.set(call, agenda.nowMs);
    if (talkers.size > 1) agenda.after(crossingMs, () => this.#check(session));
  }

  #check(session: string): void {
    const { agenda, crossingMs, isServed, violate } = this.#options;
    const still = [...(this.#talkers.get(session) ?? [])].filter(
      ([call, sinceMs]) =>
        // It may have been moved to another party, and be over.
        call.remoteSession === session && agenda.nowMs - sinceMs >= crossingMs && isServed(call),
    );
    if (still.length < 2) return;
    const users = still.map(([call]) => call.phone.options.user).join(' and ');
    violate(`${users} both have the caller of session ${session}`);
  }
}
