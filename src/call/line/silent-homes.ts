/**
 * Managers of which a line's new process has heard nothing when its devices' time is up, and that are members
 * still: they sleep, or cannot be reached, and their phones may have calls of the line. Until they have said
 * which, or are expelled, no number goes to anybody that one of those calls may have.
 *
 * Which numbers those are, phones elsewhere know that watch the line: the process before has told all who watch
 * it the same. A call to the line gets one that was free then, and rings without waiting; what else wants a number,
 * or speaks of a call that is not known, waits, for as long as it takes to expel somebody, and no longer.
 */
import { type Out, start } from '../effects.ts';
import type { CallId, CallSignal } from '../signals.ts';
import type { SeenCall } from '../watch-signals.ts';
import {
  freeAppearance,
  holderOfAppearance,
  keepAppearance,
  lowestFree,
  takeAppearance,
} from './appearances.ts';
import { hasAll, type LineControl, putCall, type Recovery } from './line-control.ts';
import { isShared } from './line-members.ts';

/**
 * How long they are waited for when all others have had their time. A member that is silent for 1 s is expelled, half a
 * second later if it is one of two (`cluster/membership-timings.ts`), and the store takes a moment; and a call
 * request waits for no more than 2 s in all.
 */
const SILENCE_MS = 1250;
/** Numbers beyond are nobody's. */
const APPEARANCE_MAX = 10_000;

/** Whether numbers may be in use of which nobody has spoken. Nobody else has any of a line that nobody shares. */
export function isInDoubt({ line, recovery }: LineControl): boolean {
  if (recovery === null || recovery.isOverdue) return false;
  return (
    (isShared(line) || recovery.seen !== null) && recovery.homes.some(({ count }) => count === null)
  );
}

/** Those that have said nothing have that much longer. */
export function beOverdue(recovery: Recovery, timer: string, out: Out): void {
  recovery.isOverdue = true;
  out.push(start(timer, SILENCE_MS));
}

/** What a phone was told by the process before. */
export function hearSeen({ recovery }: LineControl, seen: readonly SeenCall[] | undefined): void {
  if (recovery === null || seen === undefined) return;
  const numbers = recovery.seen ?? [];
  recovery.seen = numbers;
  for (const { call, appearance } of seen) {
    if (appearance < 1 || appearance > APPEARANCE_MAX) continue;
    while (numbers.length < appearance) numbers.push(null);
    numbers[appearance - 1] = call;
  }
}

/** Whether `signal` can be dealt with although some have said nothing: it is about a call that is known, or can be given a number. */
export function isCertain(line: LineControl, signal: CallSignal): boolean {
  if (line.recovery?.isOverdue !== true || !('call' in signal)) return false;
  const { call, type } = signal;
  if (line.calls.has(call)) return true;
  if (type !== 'callRequest') return false;
  // Refused at once.
  if (line.isClosed || line.abandoned.includes(call) || isFull(line)) return true;
  // How many there are is not known.
  if (line.line.callsMax !== undefined) return false;
  return certainNumber(line, line.recovery, call) !== undefined;
}

/** Whether a call to the line is not to come: it would find all numbers used, or is one too many. */
export function isFull(control: LineControl): boolean {
  const { line, appearances } = control;
  const isLit = line.whenFull !== 'ring' && lowestFree(appearances) > line.appearances;
  return isLit || hasAll(control);
}

/** A number for a call to the line. */
export function numberFor(line: LineControl, call: CallId): number {
  const { recovery, appearances } = line;
  const certain = recovery?.isOverdue ? certainNumber(line, recovery, call) : undefined;
  return certain === undefined
    ? takeAppearance(appearances, call)
    : keepAppearance(appearances, call, certain);
}

/**
 * The number of a call that was found with a device. One whose device does not know it, or whose number another has, has the
 * one that phones were shown; else one without a lamp, until it is known which are free (`numberAll`).
 */
export function numberOfFound(line: LineControl, call: CallId, wanted: number): number {
  const { recovery, appearances } = line;
  if (recovery === null || isFree(line, wanted)) return keepAppearance(appearances, call, wanted);
  const seen = recovery.seen ?? [];
  const shown = seen.indexOf(call) + 1;
  if (isFree(line, shown)) return keepAppearance(appearances, call, shown);
  let number = Math.max(line.line.appearances, seen.length) + 1;
  while (!isFree(line, number)) number++;
  recovery.unnumbered.push(call);
  return keepAppearance(appearances, call, number);
}

/** All have said what they have: the rest gets what is free. */
export function numberAll(line: LineControl): void {
  for (const id of line.recovery?.unnumbered ?? []) {
    const call = line.calls.get(id);
    if (call === undefined) continue;
    freeAppearance(line.appearances, call.appearance);
    putCall(line, { ...call, appearance: takeAppearance(line.appearances, id) });
  }
}

function isFree({ appearances }: LineControl, number: number): boolean {
  return number >= 1 && holderOfAppearance(appearances, number) === null;
}

/** One that nobody can have: the one that it had, else the lowest that was nobody's. Undefined: that is not known. */
function certainNumber(line: LineControl, { seen }: Recovery, call: CallId): number | undefined {
  if (seen === null) return undefined;
  const own = seen.indexOf(call) + 1;
  if (isFree(line, own)) return own;
  for (let number = 1; number <= line.line.appearances; number++)
    if (isFree(line, number) && (seen[number - 1] ?? null) === null) return number;
  return undefined;
}
