/**
 * A phone's subscriptions to the dialog package (RFC 4235): the lamps beside its keys.
 *
 * The line control process tells what the line does; each change goes to the phone as a document of
 * full state. Only members of a line may watch it.
 */
import type { LineCallState, Party } from '../call/signals.ts';
import { DIALOG_INFO } from '../sip/dialog-info/document.ts';
import type { UserAgentEvent } from '../sip/user-agent/events.ts';
import type { Subscription } from '../sip/user-agent/subscription.ts';
import type { CallLeg } from './call-leg.ts';
import type { DeviceProcess } from './device-process.ts';
import { dialogInfo } from './dialog-info.ts';

/** RFC 4235 §3.4. */
const EXPIRES_S = 3600;
/** Subscriptions of one phone; a side car of keys has 60. */
const WATCHES_MAX = 128;

export type Watch = {
  readonly subscription: Subscription<CallLeg>;
  readonly number: string;
  version: number;
  /** As last told by the line; undefined before. */
  calls: readonly LineCallState[];
};

/** SUBSCRIBE, admitted as this device's: new or a refresh. */
export function subscribe(
  process: DeviceProcess,
  event: Extract<UserAgentEvent<CallLeg>, { type: 'subscribe' }>,
): void {
  const { subscription, request } = event;
  const { userAgent, directory, lineManager } = process.environment;
  const number = numberOf(process, subscription.resource);
  if (number === undefined) {
    const isKnown =
      directory.lines.has(subscription.resource) || directory.users.has(subscription.resource);
    return userAgent.refuseSubscription(subscription, isKnown ? 403 : 404);
  }
  process.watches ??= new Map();
  const known = process.watches.get(subscription);
  if (known === undefined && process.watches.size >= WATCHES_MAX) {
    return userAgent.refuseSubscription(subscription, 503, 'Retry-After: 60\r\n');
  }
  const wanted = Number.parseInt(request.headers.first('Expires') ?? '', 10);
  userAgent.acceptSubscription(
    subscription,
    Number.isNaN(wanted) ? EXPIRES_S : Math.min(wanted, EXPIRES_S),
  );
  const watch = known ?? { subscription, number, version: 0, calls: [] };
  process.watches.set(subscription, watch);
  // State at once (RFC 6665 §4.2.1.1): of a new watch it comes with the line's word in this turn.
  if (known === undefined) process.host.tell(lineManager, { type: 'lineWatch', number });
  else show(process, watch);
}

/** A member watches its line by the line's number, or by its own user name. */
function numberOf(process: DeviceProcess, resource: string): string | undefined {
  const device = process.environment.directory.devices.get(process.place.device);
  if (device === undefined) return undefined;
  if (device.lines.includes(resource)) return resource;
  return resource === device.user ? (device.lines[0] ?? resource) : undefined;
}

export function unsubscribed(process: DeviceProcess, subscription: Subscription<CallLeg>): void {
  const watch = process.watches?.get(subscription);
  if (process.watches === undefined || watch === undefined) return;
  process.watches.delete(subscription);
  for (const other of process.watches.values()) if (other.number === watch.number) return;
  process.host.tell(process.environment.lineManager, {
    type: 'lineUnwatch',
    number: watch.number,
  });
}

/** What the line does now. */
export function lineState(
  process: DeviceProcess,
  number: string,
  calls: readonly LineCallState[],
): void {
  for (const watch of process.watches?.values() ?? []) {
    if (watch.number !== number) continue;
    watch.calls = calls;
    show(process, watch);
  }
}

/** This process ends. */
export function leave(process: DeviceProcess): void {
  const { lineManager } = process.environment;
  for (const { number } of process.watches?.values() ?? [])
    process.host.tell(lineManager, { type: 'lineUnwatch', number });
}

function show(process: DeviceProcess, watch: Watch): void {
  const { userAgent, domain } = process.environment;
  userAgent.notify(watch.subscription, {
    media: {
      type: DIALOG_INFO,
      body: dialogInfo(watch.version++, watch.number, domain, watch.calls, (member) =>
        partyOf(process, watch.number, member),
      ),
    },
  });
}

/** Who has a seat of a line: a device by its own address of record. */
function partyOf(process: DeviceProcess, number: string, member: string): Party {
  const { lines, devices } = process.environment.directory;
  const seat = lines.get(number)?.members.find(({ name }) => name === member);
  const device = seat === undefined ? undefined : devices.get(seat.device);
  return device === undefined ? { number, name: '' } : { number: device.user, name: device.name };
}
