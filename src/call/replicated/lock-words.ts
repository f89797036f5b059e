/** What a lock manager says: to the line's other lock managers, and of an operation that is not to be. */
import type { Pid } from '../../process/pid.ts';
import { tell } from '../effects.ts';
import { knownTo, type LockManager, type LockOut, type Wanted } from './lock-control.ts';
import type { LineOperation, LockRefusal, LockSignal } from './lock-signals.ts';

type Signal<T extends LockSignal['type']> = Extract<LockSignal, { type: T }>;
type Denial = Exclude<Signal<'lockResponse'>['result'], 'granted'>;

export function operationOf(signal: Signal<'lineLock'>, control: Pid): LineOperation {
  return { id: signal.operation, kind: signal.kind, call: signal.call, control };
}

/** Everybody is asked this, and asked again. */
export function requestOf(
  lock: LockManager,
  { wish, round, stamp }: Wanted,
): Signal<'lockRequest'> {
  const { number, revision, complete: seq } = lock;
  return { type: 'lockRequest', number, operation: wish.operation, round, stamp, revision, seq };
}

/** `known`: up to which operation `to` knows the line. */
export function consent(
  lock: LockManager,
  to: Pid,
  round: number,
  known: number,
  out: LockOut,
): void {
  const { number } = lock;
  const seq = knownTo(lock);
  const signal = { type: 'lockResponse', number, round, result: 'granted', seq } as const;
  out.push({ type: 'consent', to, signal, isBehind: seq > known });
}

/** No consent, and why. */
export function deny(
  lock: LockManager,
  to: Pid,
  round: number,
  result: Denial,
  out: LockOut,
): void {
  const { number, seq } = lock;
  out.push(tell(to, { type: 'lockResponse', number, round, result, seq }));
}

export function refuse(operation: LineOperation, reason: LockRefusal, out: LockOut): void {
  out.push({ type: 'refused', operation, reason });
}
