/** What a manager's device processes have in common with those of others: processes that each manager has one of. */
import type { CallSignal } from '../call/signals.ts';
import type { Scheduler } from '../process/scheduler.ts';
import type { UserAgent } from '../sip/user-agent/user-agent.ts';
import type { CallLeg } from './call-leg.ts';
import { Depositary } from './depositary.ts';
import { DialogFinder } from './dialog-finder.ts';
import type { Environment } from './environment.ts';
import { LampText } from './sharing/lamp-text.ts';

/** Spawns them, always in the same order: `counterpartOf` finds those of other managers. */
export function spawnResidents(
  scheduler: Scheduler<CallSignal>,
  userAgent: UserAgent<CallLeg>,
): Pick<Environment, 'dialogFinder' | 'depositary' | 'subscribers' | 'shown'> {
  return {
    dialogFinder: scheduler.spawnResident('m', (host) => new DialogFinder(host, userAgent)),
    depositary: scheduler.spawnResident('m', (host) => new Depositary(host)),
    subscribers: new WeakMap(),
    shown: new LampText(),
  };
}
