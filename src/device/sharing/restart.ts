/**
 * A phone that has been switched off and on, for all that it says: it registers, or subscribes, as one does
 * that knows nothing of what was before. What it has seized or published is free; whether it has its calls and its
 * subscriptions still, it is asked: some begin anew for other reasons. What rings it is told once more, in a way that
 * means nothing to one that knows it.
 */
import type { Subscription } from '../../sip/user-agent/subscription.ts';
import type { CallLeg } from '../call-leg.ts';
import type { DeviceProcess } from '../device-process.ts';
import type { LinePackage } from '../dialects/event-package.ts';
import * as publications from './publications.ts';
import * as seizures from './seizures.ts';
import { showAgain } from './watch.ts';

/** It has registered anew. */
export function registeredAnew(process: DeviceProcess): void {
  look(process);
  // Who does not know a subscription says so, and that one is over.
  showAgain(process);
}

/** It has made a subscription that takes the place of one that stands: the same for the same Contact. */
export function subscribedAnew(
  process: DeviceProcess,
  subscription: Subscription<CallLeg>,
  wanted: LinePackage,
  number: string,
): void {
  for (const watch of [...(process.watches?.values() ?? [])]) {
    const { subscription: old, package: event, number: watched, isInherited } = watch;
    if (old === subscription || event !== wanted || watched !== number) continue;
    if (old.contact !== subscription.contact || old.callId === subscription.callId) continue;
    process.environment.userAgent.loseSubscription(old);
    // Of a phone that comes from a manager that is gone it says nothing that it subscribes anew.
    if (!isInherited) look(process);
  }
}

function look(process: DeviceProcess): void {
  publications.leave(process);
  seizures.giveAllUp(process);
  // It knows no entity-tag of what it has published.
  publications.leave(process);
  const { userAgent } = process.environment;
  const { place } = process;
  for (const { leg } of new Set(process.legs.values())) {
    if (leg === undefined) continue;
    userAgent.audit(leg);
    if (place.kind === 'phone' && place.binding !== undefined)
      userAgent.remind(leg, place.binding.hop);
  }
}
