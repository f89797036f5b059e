/** One fault after the other: waits until all is well, brings long calls up, breaks something, mends it, and sees what is left. */
import { setTimeout as pause } from 'node:timers/promises';
import { plan, until } from './faults.ts';
import { DEFINITE_MS, type Floor } from './floor.ts';
import type { House } from './house.ts';
import type { CallRecord, FaultKind, Round } from './records.ts';
import { LINES } from './site.ts';
import { notWell, WELL_MS } from './wellness.ts';

const SETTLE_MS = 60_000;
const ESTABLISH_MS = 3000;
/** Between the calls' coming up and the fault; and what the figures need of the time before it. */
const BEFORE_MS = 1000;
/** A machine that has other things to do gets that much longer for calls to ring. */
const RING_LATE_MS = 1000;
const LOOK_MS = 100;

export async function playRound(
  kind: FaultKind,
  nth: number,
  house: House,
  floor: Floor,
): Promise<Omit<Round, 'stallMs'>> {
  const faults: string[] = [];
  const trouble = await settle(floor);
  if (trouble !== undefined) faults.push(`all was not well before: ${trouble}`);
  const wellMs = performance.now();
  const fault = await plan(kind, nth, house);
  floor.spare(fault.manager);
  const { survivors } = floor;
  const longCalls = await establish(floor, survivors);
  if (longCalls.some(({ answeredMs }) => answeredMs === undefined))
    faults.push('long calls did not come up');
  const offers = LINES.flatMap(({ number }) =>
    survivors.map((origin) => floor.callSlowly(number, origin)),
  ).filter((call) => call !== undefined);
  await pause(BEFORE_MS);
  const lateMs = performance.now() + RING_LATE_MS;
  while (offers.some(({ legs }) => legs.length === 0) && performance.now() < lateMs)
    await pause(LOOK_MS);
  const faultMs = performance.now();
  await fault.inject();
  await until(faultMs + fault.holdMs);
  await fault.heal();
  const healedMs = performance.now();
  await until(healedMs + fault.watchMs);
  const endMs = performance.now();
  await hangUpAll(floor, longCalls);
  floor.spare(undefined);
  return {
    kind,
    victim: fault.victim,
    manager: fault.manager,
    survivors,
    wellMs,
    faultMs,
    healedMs,
    endMs,
    longCalls,
    offers,
    faults,
  };
}

/** Until calls get through from everybody to each line and reach every phone; what does not, if that takes too long. */
async function settle(floor: Floor): Promise<string | undefined> {
  const deadlineMs = performance.now() + SETTLE_MS;
  let wrong: readonly string[] = [];
  let wellSinceMs: number | undefined;
  while (performance.now() < deadlineMs) {
    const nowMs = performance.now();
    wrong = notWell(floor, nowMs);
    if (wrong.length > 0) wellSinceMs = undefined;
    else wellSinceMs ??= nowMs;
    if (wellSinceMs !== undefined && nowMs - wellSinceMs >= WELL_MS) return undefined;
    await pause(LOOK_MS);
  }
  return wrong.join(', ');
}

/** On each line a call from each survivor to the next one's phone. */
async function establish(floor: Floor, survivors: readonly number[]): Promise<CallRecord[]> {
  const calls = LINES.flatMap(({ number }) =>
    survivors.map((origin, at) => {
      const target = survivors[(at + 1) % survivors.length] ?? origin;
      return floor.callLong(number, origin, target);
    }),
  ).filter((call) => call !== undefined);
  const deadlineMs = performance.now() + ESTABLISH_MS;
  while (calls.some(({ answeredMs }) => answeredMs === undefined)) {
    if (performance.now() > deadlineMs) break;
    await pause(LOOK_MS);
  }
  return calls;
}

/** Hangs up and waits until the far phones have heard it: whether a call stood to the end. */
async function hangUpAll(floor: Floor, calls: readonly CallRecord[]): Promise<void> {
  for (const call of calls) floor.hangUp(call);
  const deadlineMs = performance.now() + DEFINITE_MS;
  const isUp = ({ legs }: CallRecord) => legs.some(({ overMs }) => overMs === undefined);
  while (calls.some(isUp) && performance.now() < deadlineMs) await pause(LOOK_MS);
}
