/**
 * Finds a dialog of this manager's phones for a phone at another manager that wants to take its place, or
 * to give it away (RFC 3891): one resident per manager, which the device process of that phone asks.
 *
 * It says whose leg that is. Whether the other phone may have it is decided where the leg is, by its
 * device process.
 */
import type { CallSignal } from '../call/signals.ts';
import type { Host, Process } from '../process/process.ts';
import type { Leg } from '../sip/user-agent/leg.ts';
import type { UserAgent } from '../sip/user-agent/user-agent.ts';
import type { CallLeg } from './call-leg.ts';
import { causeOf } from './cause-to-status.ts';

type Seek = Extract<CallSignal, { type: 'dialogSeek' }>;
type Sought = Extract<CallSignal, { type: 'dialogSought' }>;

export class DialogFinder implements Process<CallSignal> {
  readonly #host: Host<CallSignal>;
  readonly #userAgent: UserAgent<CallLeg>;

  constructor(host: Host<CallSignal>, userAgent: UserAgent<CallLeg>) {
    this.#host = host;
    this.#userAgent = userAgent;
  }

  receive(signal: CallSignal): void {
    if (signal.type !== 'dialogSeek') return;
    const { pid, call } = signal.from;
    this.#host.tell(pid, { type: 'dialogSought', call, ...this.#find(signal) });
  }

  timeout(): void {}

  down(): void {}

  #find({ callId, localTag, remoteTag, purpose }: Seek): Pick<Sought, 'leg' | 'cause'> {
    if (purpose === 'give') return refOf(this.#userAgent.find(callId, localTag, remoteTag));
    const earlyOnly = purpose === 'replace early';
    const found = this.#userAgent.findReplaced({ callId, localTag, remoteTag, earlyOnly });
    if (found?.type === 'refused') return { cause: causeOf(found.status) };
    return refOf(found?.leg);
  }
}

function refOf(leg: Leg<CallLeg> | undefined): Pick<Sought, 'leg'> {
  // A leg that has just come has no owner yet.
  const owner: CallLeg | undefined = leg?.owner;
  return owner === undefined ? {} : { leg: { pid: owner.process.pid, call: owner.call } };
}
