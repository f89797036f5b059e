/**
 * Lock managers that each break one rule, made of the real one: what the search must find. A search
 * that finds nothing wrong with these proves nothing about the real one.
 */
import type { LockEvent } from '../../call/replicated/lock-control.ts';
import { step } from '../../call/replicated/lock-manager.ts';
import type { Pid } from '../../process/pid.ts';
import type { LockStep } from './lock-node.ts';

/** What was said in a view to come is heard at once. */
const withoutV1: LockStep = (lock, event, out) => {
  if (event.type === 'shown' && event.lock.revision > lock.revision) {
    const { revision } = lock;
    step(lock, { ...event, lock: { ...event.lock, revision } }, out);
  } else if (event.type === 'signal' && event.signal.type === 'lockRequest') {
    const revision = Math.min(event.signal.revision, lock.revision);
    step(lock, { ...event, signal: { ...event.signal, revision } }, out);
  } else step(lock, event, out);
};

/** Who joins while the lock is wanted is not asked. */
const withoutV2: LockStep = (lock, event, out) => {
  const before = lock.view;
  const { phase } = lock;
  const lcps = viewOf(event);
  if (lcps === undefined || phase.state !== 'wanted') return step(lock, event, out);
  const isNew = (pid: Pid): boolean => lcps.includes(pid) && !before.includes(pid);
  step(lock, event, {
    push: (effect) =>
      effect.type === 'tell' && effect.signal.type === 'lockRequest' && isNew(effect.to)
        ? 0
        : out.push(effect),
  });
  phase.waiting = phase.waiting.filter((pid) => !isNew(pid));
};

/** Who left while the lock was wanted counts as having consented, and what the others said goes on to count. */
const withoutV3: LockStep = (lock, event, out) => {
  const lcps = viewOf(event);
  if (lcps?.includes(lock.me) && lock.phase.state === 'wanted') {
    const { round, waiting } = lock.phase;
    const { number } = lock;
    for (const from of waiting.filter((pid) => !lcps.includes(pid))) {
      const signal = { type: 'lockResponse', number, round, result: 'granted', seq: 0 } as const;
      step(lock, { type: 'signal', signal, from }, out);
    }
    lock.view = lock.view.filter((pid) => lcps.includes(pid));
  }
  step(lock, event, out);
};

/** A request that was overtaken by a later one of the same process counts. */
const withoutV4: LockStep = (lock, event, out) => {
  for (const pid of Object.keys(lock.rounded)) delete lock.rounded[pid as Pid];
  step(lock, event, out);
};

/** Operations are taken from whoever shows them. */
const withoutFencing: LockStep = (lock, event, out) => {
  if (event.type !== 'shown' || lock.view.includes(event.lock.by)) return step(lock, event, out);
  const { view } = lock;
  lock.view = [...view, event.lock.by];
  step(lock, event, out);
  lock.view = view;
};

/** An operation is taken after a later one. */
const withoutOrder: LockStep = (lock, event, out) => {
  if (
    event.type === 'shown' &&
    event.lock.seq <= lock.seq &&
    event.lock.revision <= lock.revision
  ) {
    lock.seq = event.lock.seq;
    lock.operation = event.lock.operation;
  }
  step(lock, event, out);
};

/** A consent says nothing of what the line has done. */
const withoutReports: LockStep = (lock, event, out) =>
  step(lock, event, {
    push: (effect) => out.push(effect.type === 'consent' ? { ...effect, isBehind: false } : effect),
  });

/** Whoever is asked consents at once. */
const withoutDeferral: LockStep = (lock, event, out) => {
  step(lock, event, out);
  const { number, seq } = lock;
  for (const { pid, round } of lock.deferred.splice(0)) {
    const signal = { type: 'lockResponse', number, round, result: 'granted', seq } as const;
    out.push({ type: 'consent', to: pid, signal, isBehind: true });
  }
};

/** By the rule that is broken. */
export const LOCK_MUTANTS = {
  V1: withoutV1,
  V2: withoutV2,
  V3: withoutV3,
  V4: withoutV4,
  fencing: withoutFencing,
  order: withoutOrder,
  reports: withoutReports,
  deferral: withoutDeferral,
} as const satisfies Readonly<Record<string, LockStep>>;

function viewOf(event: LockEvent): readonly Pid[] | undefined {
  return event.type === 'signal' && event.signal.type === 'lineView'
    ? event.signal.lcps
    : undefined;
}

export type BrokenRule = keyof typeof LOCK_MUTANTS;
