/**
 * How a device process comes to its lines, and leaves them: flows F1 and F2 (claims 12-16, 46-49); and
 * how it takes the calls of a line, whose process is gone, to the next one.
 */
import { type LineSeat, seatsOf } from '../call/line/line-of-number.ts';
import type { CallSignal, MemberCall } from '../call/signals.ts';
import { homeOf, type Pid } from '../process/pid.ts';
import type { CallLeg } from './call-leg.ts';
import type { DeviceProcess } from './device-process.ts';
import * as deposits from './sharing/deposit.ts';
import * as lineUse from './sharing/line-use.ts';
import * as retrieval from './sharing/retrieval.ts';
import * as seizures from './sharing/seizures.ts';
import * as watches from './sharing/watch.ts';

/** A line that refused for want of room, or because its process failed, is asked again after this time. */
const RETRY_MS = 1000;
const RETRY = 'line registration';
/** How long a phone goes on ringing without a line. */
const AWAIT_MS = 2500;
const AWAIT = 'line awaited';

export type AttachedLine = { readonly number: string; readonly lcp: Pid; readonly epoch: number };

/** Registers for every line that the device has a seat on and that has not attached it. */
export function join(process: DeviceProcess): void {
  const { environment, place, host, lines } = process;
  if (place.kind !== 'phone' || process.isLeaving) return;
  // Only who is registered can be rung; who calls without being is counted, where calls are.
  const isVisitor = isVisiting(process);
  if (isVisitor && process.legs.size === 0) return;
  const device = environment.directory.devices.get(place.device);
  if (device === undefined) return;
  for (const { number, member } of seatsOf(environment.directory, device)) {
    if (lines.some((line) => line.number === number)) continue;
    if (isVisitor && !lineUse.isLimited(process, number)) continue;
    host.tell(environment.lineManager, {
      type: 'lineRegister',
      number,
      device: place.device,
      member,
    });
  }
}

/** The phone calls from a line that counts its calls. */
export function visit(process: DeviceProcess, number: string): void {
  if (isVisiting(process) && lineUse.isLimited(process, number)) join(process);
}

/** The phone has no call any more. */
export function endVisit(process: DeviceProcess): void {
  if (process.lines.length > 0 && isVisiting(process)) leave(process);
}

function isVisiting({ place }: DeviceProcess): boolean {
  return place.kind === 'phone' && place.binding === undefined;
}

/**
 * The phone has registered again. A line that did not answer is asked once more, and one that is
 * controlled elsewhere is told that this phone is there. Lines that it has calls of are told with the next registration.
 */
export function refresh(process: DeviceProcess): void {
  if (process.isLeaving) return;
  join(process);
  const home = homeOf(process.pid);
  const busy = [...process.legs.values()];
  for (const { number, lcp } of process.lines)
    if (homeOf(lcp) !== home && !busy.some((record) => isOf(record, number)))
      attach(process, number, lcp);
}

/** Whether `from` may offer calls of that line: of two, the one that attached this process last. */
export function obeys({ lines }: DeviceProcess, number: string, from: Pid): boolean {
  return lines.some((line) => line.number === number && line.lcp === from);
}

/** The directory has changed: `before` are the seats that the device had. Its calls stay. */
export function reseat(process: DeviceProcess, before: readonly LineSeat[]): void {
  if (process.isLeaving) return;
  const seats = seatsNow(process);
  for (const { number, member } of before) {
    if (seats.some((seat) => seat.number === number && seat.member === member)) continue;
    const line = process.lines.find((attached) => attached.number === number);
    if (line !== undefined) process.host.tell(line.lcp, { type: 'detach', number });
    process.lines = process.lines.filter((attached) => attached !== line);
    process.host.tell(process.environment.lineManager, { type: 'detach', number });
    if (!seats.some((seat) => seat.number === number)) watches.end(process, number);
  }
  join(process);
}

function seatsNow({ environment, place }: DeviceProcess): readonly LineSeat[] {
  const device = environment.directory.devices.get(place.device);
  return device === undefined ? [] : seatsOf(environment.directory, device);
}

type LineWord = Extract<CallSignal, { type: 'lineRegistered' | 'attached' | 'lineRefused' }>;

/** What the line manager, and then the line itself, say to a registration. */
export function heard(process: DeviceProcess, signal: LineWord, from: Pid): void {
  const { number } = signal;
  switch (signal.type) {
    case 'lineRegistered':
      // The line's own word counts: until it has attached this process it offers it nothing.
      if (!signal.isIntroduced && !process.isLeaving) attach(process, number, signal.lcp);
      return;
    case 'lineRefused':
      if (signal.cause === 'unknown number') watches.end(process, number);
      if (signal.cause === 'unreachable') comeBack(process, number, from);
      if (signal.cause === 'overload' || signal.cause === 'internal failure')
        process.host.start(RETRY, RETRY_MS);
      return;
    case 'attached': {
      // It may have been on its way when the registration went, or the seat.
      if (process.isLeaving || !seatsNow(process).some((seat) => seat.number === number))
        return process.host.tell(from, { type: 'detach', number });
      const known = process.lines.find((line) => line.number === number);
      if (known !== undefined && known.epoch > signal.epoch) return;
      process.lines = [
        ...process.lines.filter((line) => line !== known),
        { number, lcp: from, epoch: signal.epoch },
      ];
      if (process.seizures !== undefined) seizures.attached(process, number);
      if (process.legs.size > 0) {
        lineUse.attached(process, number);
        retrieval.attached(process, number);
      } else endVisit(process);
    }
  }
}

/** The line has given this process up, which it could not reach for a while. */
function comeBack(process: DeviceProcess, number: string, lcp: Pid): void {
  if (process.isLeaving) return;
  watches.again(process, number);
  const isIt = (line: AttachedLine): boolean => line.number === number && line.lcp === lcp;
  process.lines = process.lines.filter((line) => !isIt(line));
  join(process);
}

/** What the process at `lcp` is to know of: calls that the one before has offered, and others of the line. */
function callsOf(process: DeviceProcess, number: string, lcp: Pid): readonly MemberCall[] {
  const records = offeredBy(process, number);
  for (const record of records) record.reportTo = lcp;
  return [
    ...records.map(reportOf),
    ...lineUse.reportsOf(process, number, lcp),
    ...seizures.reportsOf(process, number),
    ...retrieval.reportsOf(process, number),
  ];
}

/** The line that this process watches has another process: if it is no member's, it need not attach. */
export function bring(process: DeviceProcess, number: string, lcp: Pid): void {
  const { host, place, legs } = process;
  if (legs.size === 0 || seatsNow(process).some((seat) => seat.number === number)) return;
  const calls = callsOf(process, number, lcp);
  if (calls.length === 0) return;
  host.tell(lcp, { type: 'lineBring', number, device: place.device, calls });
  sayAgain(process, offeredBy(process, number), lcp);
}

function offeredBy(process: DeviceProcess, number: string): readonly CallLeg[] {
  return legsOf(process).filter(({ line }) => line?.number === number);
}

/** Goes to another process of the line, with the calls that the one before has offered. */
function attach(process: DeviceProcess, number: string, lcp: Pid): void {
  const { host, place, pid } = process;
  const seat = seatsNow(process).find((s) => s.number === number);
  if (seat === undefined) return;
  const calls = callsOf(process, number, lcp);
  const { member } = seat;
  const seen = watches.seenBefore(process, number, lcp);
  const told = seen === undefined ? {} : { seen };
  host.tell(lcp, { type: 'attach', number, pid, device: place.device, member, calls, ...told });
  sayAgain(process, offeredBy(process, number), lcp);
}

/** Nobody may have heard of it. */
function sayAgain({ host }: DeviceProcess, records: readonly CallLeg[], lcp: Pid): void {
  for (const { phase, alerted, unacknowledged } of records) {
    if (phase === 'offered' && alerted !== undefined) host.tell(lcp, alerted);
    if (unacknowledged !== undefined) host.tell(lcp, unacknowledged);
  }
}

function isOf({ line, use }: CallLeg, number: string): boolean {
  return line?.number === number || use?.number === number;
}

/** Calls that lines have offered to this process. */
function legsOf({ legs }: DeviceProcess): CallLeg[] {
  return [...new Set(legs.values())].filter(
    ({ role, phase, line }) => role === 'called' && phase !== 'over' && line !== undefined,
  );
}

function reportOf(record: CallLeg): MemberCall {
  const { call, party, phase, control, unacknowledged, process, line } = record;
  const talking = unacknowledged === undefined ? 'active' : 'answered';
  return {
    call,
    appearance: line?.appearance ?? 0,
    from: party,
    ...(control === undefined ? {} : { control }),
    caller: record.peer ?? { pid: process.pid, call },
    state: phase === 'offered' ? 'ringing' : talking,
    ...(record.use === undefined ? {} : lineUse.useOf(record.use)),
  };
}

export function timeout(process: DeviceProcess, timer: string): void {
  if (timer === RETRY) return join(process);
  if (timer !== AWAIT) return void deposits.timeout(process, timer);
  for (const record of legsOf(process)) {
    const isPending = record.phase === 'offered' || record.unacknowledged !== undefined;
    if (isPending && record.reportTo === undefined)
      process.release(record, 'internal failure', 'nobody');
  }
}

/** The process of a line is gone that has offered a call; another one is expected. */
export function awaitLine(process: DeviceProcess): void {
  process.host.start(AWAIT, AWAIT_MS);
}

/** Lines whose process is gone are registered for anew. */
export function lost(process: DeviceProcess, isGone: (pid: Pid) => boolean): void {
  const left = process.lines.filter(({ lcp }) => !isGone(lcp));
  if (left.length === process.lines.length) return;
  process.lines = left;
  join(process);
}

export function leave(process: DeviceProcess): void {
  const { lines, host, environment, place } = process;
  for (const { number, lcp } of lines) host.tell(lcp, { type: 'detach', number });
  process.lines = [];
  const device = environment.directory.devices.get(place.device);
  if (device === undefined) return;
  for (const { number } of seatsOf(environment.directory, device))
    host.tell(environment.lineManager, { type: 'detach', number });
}
