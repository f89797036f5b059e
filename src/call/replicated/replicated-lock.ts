/**
 * A replicated line's lock, as its process on one manager uses it: what the lock manager wants done is done
 * here, for call control, which offers a call, and for the wishes of this manager's devices.
 */
import type { Pid } from '../../process/pid.ts';
import { type Out, tell } from '../effects.ts';
import { takeAppearance } from '../line/appearances.ts';
import type { ReportedCall } from '../line/line-report.ts';
import { isFull } from '../line/silent-homes.ts';
import type { CallRequest } from '../signals.ts';
import { isAskedFor, type LockEffect, type LockEvent } from './lock-control.ts';
import { step as stepLock } from './lock-manager.ts';
import type { LineLock, LineOperation, LockSignal } from './lock-signals.ts';
import {
  drop,
  enter,
  LINE_CALLS_MAX,
  liveCall,
  type ReplicatedLine,
  reportOf,
} from './replicated-calls.ts';
import { settleAdopted } from './replicated-devices.ts';
import { offerHere, ringRound } from './replicated-offer.ts';
import { evict, learn, report } from './replicated-reports.ts';
import { hearOfRetrieval } from './replicated-retrieval.ts';
import { hearOfCall } from './replicated-used.ts';
import { denied, grant, granted, nextWish } from './replicated-wishes.ts';

/** The lock manager's turn; what it wants done is done in its order. */
export function useLock(line: ReplicatedLine, event: LockEvent, out: Out): void {
  const effects: LockEffect[] = [];
  stepLock(line.lock, event, effects);
  for (const effect of effects) heed(line, effect, out);
}

function heed(line: ReplicatedLine, effect: LockEffect, out: Out): void {
  const { number } = line.control.line;
  switch (effect.type) {
    case 'consent': {
      const { to, signal, isBehind } = effect;
      out.push(tell(to, isBehind ? { ...signal, report: reportOf(line) } : signal));
      break;
    }
    case 'learn':
      learn(line, effect.report, effect.from, out);
      break;
    case 'locked': {
      const { operation, lock, lcps } = effect;
      if (operation.control === line.self) fulfil(line, operation, lock, lcps, out);
      else giveNumber(line, operation, lock, lcps, out);
      break;
    }
    case 'refused': {
      const { operation, reason } = effect;
      const { call, control, id } = operation;
      if (control === line.self) {
        denied(line, operation, reason, out);
        break;
      }
      const signal = { type: 'lineLockRefused', number, call, operation: id, reason } as const;
      out.push(tell(control, signal));
      break;
    }
    case 'accepted':
      accept(line, effect, out);
      break;
    case 'released': {
      // It has its number for an offer that does not come.
      const known = liveCall(line, effect.operation.call);
      if (effect.how === 'complete' || effect.how === 'partial')
        granted(line, effect.operation, out);
      if (effect.how === 'withdrawn' && known?.version === 0) drop(line, known.call);
      break;
    }
    case 'rejected':
      reject(line, effect, out);
      break;
    case 'fenced':
      // Who is none of the line's processes any more is told to go by its line manager.
      break;
    default:
      out.push(effect);
  }
}

/** Asks for the lock for what devices have come to want. */
export function useWishes(line: ReplicatedLine, out: Out): void {
  const { self, control } = line;
  const { number } = control.line;
  for (let next = nextWish(line); next !== undefined; next = nextWish(line)) {
    const signal = { type: 'lineLock', number, ...next } as const;
    useLock(line, { type: 'signal', signal, from: self }, out);
  }
}

/** All have consented to what one of this manager's devices wants. */
function fulfil(
  line: ReplicatedLine,
  operation: LineOperation,
  lock: LineLock,
  lcps: readonly Pid[],
  out: Out,
): void {
  const body = grant(line, operation, lock, out);
  if (body === undefined) return unlock(line, operation, out);
  for (const lcp of lcps) if (lcp !== line.self) out.push(tell(lcp, body));
  if (lcps.includes(line.self)) useLock(line, { type: 'shown', lock, body, from: line.self }, out);
}

/**
 * Call control has no use for a lock. It may have been given up here already, since nobody had accepted what
 * it was for: then the call still has a number, for an offer that does not come.
 */
export function hearUnlock(
  line: ReplicatedLine,
  signal: Extract<LockSignal, { type: 'lineUnlock' }>,
  from: Pid,
  out: Out,
): void {
  const { call } = signal;
  useLock(line, { type: 'signal', signal, from }, out);
  const known = liveCall(line, call);
  if (known?.version !== 0 || known.control !== from) return;
  if (!isAskedFor(line.lock, call)) drop(line, call);
}

function unlock(line: ReplicatedLine, { id, call, control }: LineOperation, out: Out): void {
  const { number } = line.control.line;
  const signal = { type: 'lineUnlock', number, call, operation: id } as const;
  useLock(line, { type: 'signal', signal, from: control }, out);
}

/** All have consented: the call has its number, unless it has one already. */
function giveNumber(
  line: ReplicatedLine,
  operation: LineOperation,
  lock: LineLock,
  lcps: readonly Pid[],
  out: Out,
): void {
  const { call, control } = operation;
  const { line: directory, appearances } = line.control;
  const { number } = directory;
  const known = line.known.get(call);
  const isTooMany = known === undefined && isFull(line.control);
  if (known === undefined && !isTooMany && appearances.lowest < LINE_CALLS_MAX) {
    const appearance = takeAppearance(appearances, call);
    const from = { number: '', name: '' };
    const { seq } = lock;
    const state = { state: 'offered', version: 0, member: '' } as const;
    enter(line, { call, appearance, seq, control, from, ...state }, () => {}, out);
  }
  const given = liveCall(line, call);
  if (given === undefined) {
    const refusal = { type: 'lineLockRefused', number, call, operation: operation.id } as const;
    const reason = isTooMany ? 'full' : 'overload';
    out.push(tell(control, { ...refusal, reason }));
    unlock(line, operation, out);
    return;
  }
  const { appearance } = given;
  out.push(tell(control, { type: 'lineLocked', number, call, lock, lcps, appearance }));
}

/** A call that is shown with a lock that holds. */
function accept(
  line: ReplicatedLine,
  { lock, body, from, hasGap }: Extract<LockEffect, { type: 'accepted' }>,
  out: Out,
): void {
  if (body.type === 'callRequest') offer(line, body, from, lock, out);
  else if (body.type === 'lineCall')
    hearOfCall(line, body.state, (other) => evict(line, other, out), out);
  else if (body.type === 'lineRetrieval') hearOfRetrieval(line, body, out);
  if (hasGap && lock.by !== line.self) report(line, lock.by, out);
  // Whoever came after the holder looked round has not been shown the call, and may hear it of nobody else.
  for (const [peer, since] of line.peers) if (since > lock.revision) report(line, peer, out);
}

/** Its lock was given up before it came, or was had by somebody who is no member: another one is needed. */
function reject(
  line: ReplicatedLine,
  { lock, body, from }: Extract<LockEffect, { type: 'rejected' }>,
  out: Out,
): void {
  if (body.type !== 'callRequest') return;
  const { call } = body;
  if ((line.known.get(call)?.version ?? 0) > 0) return;
  const { number } = line.control.line;
  const { operation } = lock;
  const refusal = { type: 'lineLockRefused', number, call, operation } as const;
  out.push(tell(from, { ...refusal, reason: 'rejected' }));
}

export function offer(
  line: ReplicatedLine,
  asked: CallRequest,
  control: Pid,
  lock: LineLock | undefined,
  out: Out,
): void {
  const { call, from, appearance, members = [], round = 0 } = asked;
  const before = line.known.get(call);
  if (before?.state === 'ended' || before?.state === 'taken') return;
  const number = appearance ?? before?.appearance ?? 0;
  const seq = lock?.seq ?? before?.seq ?? 0;
  const reported: ReportedCall = {
    ...{ call, appearance: number, seq, control, from },
    ...{ version: 1, state: 'offered', member: '' },
  };
  if (!enter(line, reported, (other) => evict(line, other, out), out)) {
    out.push(tell(control, { type: 'callRefuse', call, cause: 'call gone', round }));
    return;
  }
  const here = line.control.calls.get(call);
  const isHere = here?.state === 'offered' && here.appearance === number;
  const offered = isHere ? here : offerHere(line, asked, control, number);
  settleAdopted(line, offered, members, out);
  ringRound(line, offered, members, round, out);
}
