/**
 * One line control process of a replicated line, as far as its lock goes: the production lock manager,
 * and of the line only which operations are known and which number each was given. Its call control
 * lives with it: what has the lock is shown to everybody at once.
 */

import type { LineReport } from '../../call/line/line-report.ts';
import {
  type LockEffect,
  type LockEvent,
  type LockManager,
  newLockManager,
} from '../../call/replicated/lock-control.ts';
import type { LineLock } from '../../call/replicated/lock-signals.ts';
import type { CallRequest, Party } from '../../call/signals.ts';
import type { Pid } from '../../process/pid.ts';

/** `step` of the lock manager, or of one that breaks a rule. */
export type LockStep = (
  lock: LockManager,
  event: LockEvent,
  out: { push(effect: LockEffect): unknown },
) => void;

/** Plain data; equal ones are equal as JSON. */
export type LockNode = {
  readonly lock: LockManager;
  /** Operation -> the number that it was given, of all that are known here. */
  line: Record<string, number>;
  /** Number of the operation in the line's order -> the operation, of all that were accepted here. */
  readonly accepted: Record<number, string>;
  /** What it did and should not have. */
  fault: string;
};

/** Something that is to happen at the process `to`. */
export type Delivery = { readonly to: Pid; readonly event: LockEvent };

export const NUMBER = '2000';
const NOBODY: Party = { number: '', name: '' };

export function newLockNode(me: Pid): LockNode {
  return { lock: newLockManager(NUMBER, me), line: {}, accepted: {}, fault: '' };
}

/**
 * Changes `node` by `event` and returns what it says. `control`: where `lineLocked` goes; undefined:
 * call control is here. `watch` sees every effect.
 */
export function actLocked(
  node: LockNode,
  event: LockEvent,
  step: LockStep,
  control?: Pid,
  watch?: (effect: LockEffect) => void,
): readonly Delivery[] {
  const { lock } = node;
  const { me } = lock;
  const sent: Delivery[] = [];
  const own: LockEvent[] = [event];
  for (let at = 0; at < own.length; at++) {
    const effects: LockEffect[] = [];
    const next = own[at];
    if (next !== undefined) step(lock, next, effects);
    for (const effect of effects) {
      watch?.(effect);
      if (effect.type === 'locked' && control === undefined) {
        const shown = showing(node, effect);
        for (const to of effect.lcps)
          if (to === me) own.push(shown);
          else sent.push({ to, event: shown });
      } else perform(node, effect, sent, control);
    }
  }
  return sent;
}

/** What call control makes of `lineLocked`. */
export function shownTo(signal: {
  readonly lock: LineLock;
  readonly appearance: number;
}): LockEvent {
  const { lock, appearance } = signal;
  const body = requestOf(lock, appearance);
  return { type: 'shown', lock, body, from: body.caller.pid };
}

function perform(node: LockNode, effect: LockEffect, sent: Delivery[], control?: Pid): void {
  const { lock } = node;
  const { me } = lock;
  switch (effect.type) {
    case 'tell': {
      const { signal } = effect;
      if (
        signal.type === 'lockRequest' ||
        signal.type === 'lockResponse' ||
        signal.type === 'lockAccepted'
      )
        sent.push({ to: effect.to, event: { type: 'signal', signal, from: me } });
      break;
    }
    case 'consent': {
      const { signal, isBehind } = effect;
      const whole = isBehind ? { ...signal, report: reportOf(node) } : signal;
      sent.push({ to: effect.to, event: { type: 'signal', signal: whole, from: me } });
      break;
    }
    case 'learn':
      for (const { call, appearance } of effect.report.calls) know(node, call, appearance);
      break;
    case 'locked': {
      if (control === undefined) break;
      const { operation, lcps } = effect;
      const { call } = operation;
      const appearance = numberOf(node, effect);
      const signal = {
        type: 'lineLocked',
        number: NUMBER,
        call,
        lock: effect.lock,
        lcps,
        appearance,
      } as const;
      sent.push({ to: control, event: { type: 'signal', signal, from: me } });
      break;
    }
    case 'accepted': {
      const { seq, by, operation } = effect.lock;
      if (effect.body.type !== 'callRequest') break;
      if (!lock.view.includes(by))
        node.fault ||= `S3 ${me} took ${operation} from ${by}, which it knows to be expelled`;
      accept(node, seq, operation);
      know(node, operation, effect.body.appearance ?? 0);
      break;
    }
    default:
  }
}

function showing(node: LockNode, effect: Extract<LockEffect, { type: 'locked' }>): LockEvent {
  return shownTo({ lock: effect.lock, appearance: numberOf(node, effect) });
}

/** The number of the operation that has the lock: the next one that nobody has, as far as is known here. */
function numberOf(
  node: LockNode,
  { lock, operation }: Extract<LockEffect, { type: 'locked' }>,
): number {
  accept(node, lock.seq, operation.id);
  const known = node.line[operation.id];
  if (known !== undefined) return known;
  const given = 1 + Math.max(0, ...Object.values(node.line));
  know(node, operation.id, given);
  return given;
}

function accept(node: LockNode, seq: number, operation: string): void {
  const before = node.accepted[seq];
  const latest = Math.max(0, ...Object.keys(node.accepted).map(Number));
  if (before !== undefined && before !== operation)
    node.fault ||= `S2 ${node.lock.me} took ${operation} as number ${seq}, which was ${before}`;
  if (seq < latest) node.fault ||= `S2 ${node.lock.me} took number ${seq} after ${latest}`;
  node.accepted[seq] = operation;
}

function know(node: LockNode, operation: string, appearance: number): void {
  const before = node.line[operation];
  if (before !== undefined && before !== appearance)
    node.fault ||= `N1 ${operation} is ${before} and ${appearance} at ${node.lock.me}`;
  node.line[operation] = appearance;
}

/** Order that means nothing goes: equal records become equal as JSON. */
export function makeCanonical(node: LockNode): void {
  const { lock } = node;
  const { phase, rounded } = lock;
  if (phase.state === 'wanted' || phase.state === 'held')
    phase.waiting.sort((a, b) => (a < b ? -1 : 1));
  lock.deferred.sort((a, b) => (a.pid < b.pid ? -1 : 1));
  const rounds = Object.entries(rounded).sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [pid] of rounds) delete rounded[pid as Pid];
  for (const [pid, round] of rounds) rounded[pid as Pid] = round;
  node.line = Object.fromEntries(Object.entries(node.line).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function reportOf(node: LockNode): LineReport {
  const control = node.lock.me;
  return {
    calls: Object.entries(node.line).map(([call, appearance]) => ({
      call,
      appearance,
      seq: 0,
      control,
      from: NOBODY,
      version: 0,
      state: 'offered',
      member: '',
    })),
  };
}

function requestOf(lock: LineLock, appearance: number): CallRequest {
  const call = lock.operation;
  const caller = { pid: lock.by, call };
  return {
    type: 'callRequest',
    call,
    caller,
    from: NOBODY,
    dialled: NUMBER,
    by: '',
    hops: 1,
    reliable: false,
    line: NUMBER,
    appearance,
    lock,
  };
}

/** What two members have done that does not go together; '': nothing. */
export function compareNodes(one: LockNode | null, two: LockNode | null): string {
  if (one === null || two === null) return '';
  if (one.fault !== '') return one.fault;
  if (two.fault !== '') return two.fault;
  for (const [seq, operation] of Object.entries(one.accepted)) {
    const other = two.accepted[Number(seq)];
    if (other !== undefined && other !== operation)
      return `S2 number ${seq} is ${operation} at ${one.lock.me}, ${other} at ${two.lock.me}`;
  }
  for (const [operation, appearance] of Object.entries(one.line))
    for (const [other, its] of Object.entries(two.line))
      if ((operation === other) !== (appearance === its))
        return `N1 ${operation} has appearance ${appearance} at ${one.lock.me}, ${other} has ${its} at ${two.lock.me}`;
  return '';
}
