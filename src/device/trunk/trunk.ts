/**
 * A gateway's calls, counted for the whole cluster. Each manager has a process of the gateway for what
 * comes in there; the one that keeps the gateway sends what goes out, and knows of every call: its own
 * legs, and those that others report (*guests*). A call that comes in elsewhere waits for the keeper's
 * word; it does not wait for one that is not there.
 */

import type { Gateway } from '../../call/routing/gateway.ts';
import type { CallId, CallRequest, CallSignal } from '../../call/signals.ts';
import { type Home, isGone, type Pid } from '../../process/pid.ts';
import type { UserAgentEvent } from '../../sip/user-agent/events.ts';
import type { CallLeg } from '../call-leg.ts';
import { logCall } from '../call-log.ts';
import { refusalHeaders, statusOf } from '../cause-to-status.ts';
import { recordEnd } from '../custody.ts';
import type { DeviceProcess } from '../device-process.ts';
import * as health from './health.ts';
import { type Health, newHealth } from './health.ts';

type Signal<T extends CallSignal['type']> = Extract<CallSignal, { type: T }>;

type Asked = Extract<UserAgentEvent<CallLeg>, { type: 'asked' }>;

export type Trunk = {
  readonly gateway: Gateway;
  /** Of this process, in and out. */
  readonly legs: Set<CallLeg>;
  /** At the keeper: calls at other managers, with the process that has each. */
  readonly guests: Map<CallId, Pid>;
  /** Calls that came in here and wait for the keeper's word. */
  readonly waiting: Map<CallId, { readonly record: CallLeg; readonly request: CallRequest }>;
  /** Undefined: nobody, as far as is known. */
  keeper: Pid | undefined;
  readonly health: Health;
};

/** How long a call that comes in waits for the keeper's word. */
const WORD_MS = 1000;
const WORD = 'trunk word:';

export function newTrunk(gateway: Gateway): Trunk {
  return {
    gateway,
    legs: new Set(),
    guests: new Map(),
    waiting: new Map(),
    keeper: undefined,
    health: newHealth(),
  };
}

/** Makes itself known to the gateway manager. */
export function attach(process: DeviceProcess, { gateway }: Trunk): void {
  process.host.tell(process.environment.gatewayManager, {
    type: 'gatewayAttach',
    gateway: gateway.id,
  });
}

/** The directory has another one of its name, or none. */
export function leave(process: DeviceProcess, trunk: Trunk): void {
  const { gateway } = trunk;
  process.host.tell(process.environment.gatewayManager, {
    type: 'gatewayDetach',
    gateway: gateway.id,
  });
  health.keep(process, gateway, trunk.health, false);
}

/** Whether the gateway has as many calls as it may have, as far as is known here. */
export function isFull({ legs, guests, gateway }: Trunk): boolean {
  return legs.size + guests.size >= gateway.callsMax;
}

/** The process has a leg more. One that does not keep the gateway says so, unless it has asked. */
export function began(process: DeviceProcess, trunk: Trunk, record: CallLeg): void {
  trunk.legs.add(record);
  const { keeper } = trunk;
  if (record.role === 'called' && keeper !== undefined && keeper !== process.pid)
    process.host.tell(keeper, { type: 'gatewayEnter', call: record.call, isStanding: true });
}

/** A leg is over. */
export function ended(process: DeviceProcess, trunk: Trunk, record: CallLeg): void {
  if (!trunk.legs.delete(record)) return;
  health.ended(process, trunk.health, record);
  const { keeper } = trunk;
  if (trunk.waiting.delete(record.call)) process.host.stop(WORD + record.call);
  if (keeper !== undefined && keeper !== process.pid)
    process.host.tell(keeper, { type: 'gatewayLeft', call: record.call });
}

/** A call that came in here, and whose `request` goes to call control: at once (false), or when the keeper says so. */
export function ask(
  process: DeviceProcess,
  trunk: Trunk,
  record: CallLeg,
  request: CallRequest,
): boolean {
  const { keeper, waiting } = trunk;
  const { call } = record;
  if (keeper === undefined || keeper === process.pid) return false;
  waiting.set(call, { record, request });
  process.host.tell(keeper, { type: 'gatewayEnter', call });
  process.host.start(WORD + call, WORD_MS);
  return true;
}

/** What managers' processes of a gateway say to each other, and the gateway manager to them. */
export function hear(
  process: DeviceProcess,
  trunk: Trunk,
  signal: Signal<'gatewayKept' | 'gatewayEnter' | 'gatewayEntered' | 'gatewayLeft' | 'gatewayPing'>,
  from: Pid,
): void {
  switch (signal.type) {
    case 'gatewayKept':
      return setKeeper(process, trunk, signal.keeper);
    case 'gatewayEnter':
      return enter(process, trunk, signal, from);
    case 'gatewayLeft':
      trunk.guests.delete(signal.call);
      return;
    case 'gatewayPing':
      return health.ping(process, trunk.gateway, trunk.health);
    case 'gatewayEntered':
      return from === trunk.keeper ? goOn(process, trunk, signal.call, signal.cause) : undefined;
  }
}

/** A timer ran out; whether it was of this business. A keeper that does not answer has no call wait for it. */
export function timeout(process: DeviceProcess, trunk: Trunk, timer: string): boolean {
  if (health.timeout(process, trunk.gateway, trunk.health, timer)) return true;
  if (!timer.startsWith(WORD)) return false;
  goOn(process, trunk, timer.slice(WORD.length), undefined);
  return true;
}

/** OPTIONS or REGISTER is answered, or was in vain. */
export function asked(process: DeviceProcess, event: Asked): void {
  const { trunk } = process;
  if (trunk !== undefined) health.answered(process, trunk.gateway, trunk.health, event);
}

export function down(process: DeviceProcess, trunk: Trunk, gone: Pid | Home): void {
  for (const [call, pid] of trunk.guests) if (isGone(pid, gone)) trunk.guests.delete(call);
  if (trunk.keeper !== undefined && isGone(trunk.keeper, gone))
    setKeeper(process, trunk, undefined);
}

/** Whoever keeps the gateway from now on is told of all that there is here. */
function setKeeper(process: DeviceProcess, trunk: Trunk, keeper: Pid | undefined): void {
  if (trunk.keeper === keeper) return;
  trunk.keeper = keeper;
  trunk.guests.clear();
  if (!process.isLeaving) health.keep(process, trunk.gateway, trunk.health, keeper === process.pid);
  const isElsewhere = keeper !== undefined && keeper !== process.pid;
  if (isElsewhere)
    for (const { call } of trunk.legs)
      process.host.tell(keeper, { type: 'gatewayEnter', call, isStanding: true });
  // Those who waited for the one before have waited enough.
  for (const call of [...trunk.waiting.keys()]) goOn(process, trunk, call, undefined);
}

function enter(
  process: DeviceProcess,
  trunk: Trunk,
  { call, isStanding }: Signal<'gatewayEnter'>,
  from: Pid,
): void {
  const mayEnter = isStanding === true || !isFull(trunk);
  if (mayEnter) trunk.guests.set(call, from);
  if (isStanding === true) return;
  process.host.tell(from, {
    type: 'gatewayEntered',
    call,
    ...(mayEnter ? {} : { cause: 'overload' as const }),
  });
}

function goOn(
  process: DeviceProcess,
  trunk: Trunk,
  call: CallId,
  cause: Signal<'gatewayEntered'>['cause'],
): void {
  const known = trunk.waiting.get(call);
  if (known === undefined) return;
  trunk.waiting.delete(call);
  process.host.stop(WORD + call);
  const { record, request } = known;
  const { environment, host } = process;
  if (record.phase === 'over' || record.leg === undefined) return;
  if (cause === undefined) {
    record.reportTo = environment.startCall(host, request);
    return;
  }
  record.phase = 'over';
  process.forget(record);
  environment.statistics.ended(cause);
  logCall(process, record, 'call refused', cause, 'LW-3203');
  recordEnd(process, request, cause, 'LW-3203');
  environment.userAgent.refuse(record.leg, statusOf(cause), refusalHeaders(cause, 'LW-3203'));
}
