/**
 * Who believes to have what, of phones that share a line: no two the same appearance that they have seized, nor
 * the same far party. Two may believe it until word of it is round: a crossing.
 */
import type { ManagerRun } from './manager-run.ts';
import type { BenchPhone } from './phones/bench.ts';
import { ScaPhone } from './phones/sca-phone.ts';
import type { StationCall } from './phones/station-call.ts';
import type { Site } from './site.ts';
import { isFarEndLost } from './watch.ts';
import { isPhones } from './winners.ts';

export type HoldersOptions = {
  readonly site: Site;
  /** How long a crossing may last. */
  readonly crossingMs: number;
  readonly violate: (what: string) => void;
};

/** The process that said so is at `run`. */
type Belief = { readonly sinceMs: number; readonly run: ManagerRun | undefined };

export class Holders {
  readonly #options: HoldersOptions;
  /** By what is had. */
  readonly #beliefs = new Map<string, Map<BenchPhone, Belief>>();

  constructor(options: HoldersOptions) {
    this.#options = options;
  }

  /** Something has changed at that phone. */
  observe(phone: BenchPhone): void {
    const { site, crossingMs, violate } = this.#options;
    const had = believedBy(phone);
    for (const [what, owners] of this.#beliefs) if (!had.has(what)) owners.delete(phone);
    for (const what of had.keys()) {
      let owners = this.#beliefs.get(what);
      if (owners === undefined) {
        owners = new Map();
        this.#beliefs.set(what, owners);
      }
      if (owners.has(phone)) continue;
      owners.set(phone, { sinceMs: site.agenda.nowMs, run: site.runAt(phone.station.server) });
      if (owners.size > 1)
        site.agenda.after(crossingMs, () => {
          const users = this.#ownersOf(what, crossingMs);
          if (users.length > 1) violate(`${users.join(' and ')} both have ${what}`);
        });
    }
  }

  /** What two have now. */
  conflicts(): string[] {
    return [...this.#beliefs.keys()].flatMap((what) => {
      const users = this.#ownersOf(what, 0);
      return users.length > 1 ? [`${users.join(' and ')} both have ${what}`] : [];
    });
  }

  /** For that long, and with a manager that could have told them otherwise. */
  #ownersOf(what: string, forMs: number): string[] {
    const { site } = this.#options;
    const users: string[] = [];
    for (const [phone, { sinceMs, run }] of this.#beliefs.get(what) ?? []) {
      const { nowMs } = site.agenda;
      const had = believedBy(phone);
      if (nowMs - sinceMs < forMs || run?.manager === undefined || !had.has(what)) continue;
      if (run.isOver || !run.isServing || nowMs - run.pausedMs < forMs) continue;
      const callId = had.get(what)?.dialog.callId;
      if (callId !== undefined && isFarEndLost(site, run.manager, callId)) continue;
      users.push(phone.station.options.user);
    }
    return users;
  }
}

/** With the call that it is, if it is one. */
function believedBy(phone: BenchPhone): Map<string, StationCall | undefined> {
  const had = new Map<string, StationCall | undefined>();
  if (phone instanceof ScaPhone && phone.seizure?.state === 'seized')
    had.set(`appearance ${phone.seizure.index}, seized`, undefined);
  for (const call of phone.calls)
    if (call.phase === 'talking' && isPhones(call.remoteSession))
      had.set(`session ${call.remoteSession}`, call);
  return had;
}
