/**
 * The lock manager as ladders: what came in, then what it did. `a` is the line control process whose
 * lock manager is tested, `b` and `c` are the line's others, `x` and `y` call controls. Between any two
 * rungs the record goes through JSON.
 *
 *     x > lineLock a1                          @ lock again        a timer runs out
 *     b > lockRequest b1 round 1 stamp 3       ! x                 a process died
 *     b > granted round 1 seq 0                ~                   the manager is a member no more
 *     x > a1 under lock 1 of a                 m > view 2 a b c
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  isIdle,
  type LockEffect,
  type LockEvent,
  type LockManager,
  newLockManager,
} from '../../../src/call/replicated/lock-control.ts';
import { step } from '../../../src/call/replicated/lock-manager.ts';
import type { LineLock, LockSignal } from '../../../src/call/replicated/lock-signals.ts';
import type { CallSignal } from '../../../src/call/signals.ts';
import type { Pid } from '../../../src/process/pid.ts';

flow(
  'claims 25, 26, 57, 58: the lock is had when every other process has consented, and until all have accepted',
  `
  m > view 1 a b c
  x > lineLock a1
         b < lockRequest a1 round 1 stamp 1
         c < lockRequest a1 round 1 stamp 1
         start lock again 200
         start lock patience 6000
  b > granted round 1 seq 0
  c > granted round 1 seq 0
         start lock again 200
         start lock patience 2000
         locked a1 as 1 for a b c
  x > a1 under lock 1 of a
         accepted a1
  b > lockAccepted a1 as 1
  c > lockAccepted a1 as 1
         stop lock again
         stop lock patience
         released a1 complete
  `,
);

flow(
  'a line with one process asks nobody',
  `
  m > view 1 a
  x > lineLock a1
         start lock again 200
         start lock patience 2000
         locked a1 as 1 for a
  x > a1 under lock 1 of a
         accepted a1
         stop lock again
         stop lock patience
         released a1 complete
  `,
);

flow(
  'who asks for nothing consents, and accepts what is shown by a member',
  `
  m > view 1 a b
  b > lockRequest b1 round 1 stamp 1
         b < granted round 1 seq 0
  y > b1 under lock 1 of b
         accepted b1
         b < lockAccepted b1 as 1 yes
  y > b1 under lock 1 of b
         accepted b1
         b < lockAccepted b1 as 1 yes
  `,
);

flow(
  'who asked earlier goes first: the other one hears of it when the lock is free, with what the line has done',
  `
  m > view 1 a b
  x > lineLock a1
         b < lockRequest a1 round 1 stamp 1
         start lock again 200
         start lock patience 6000
  b > lockRequest b1 round 1 stamp 1
  b > granted round 1 seq 0
         start lock again 200
         start lock patience 2000
         locked a1 as 1 for a b
  x > a1 under lock 1 of a
         accepted a1
  b > lockAccepted a1 as 1
         stop lock again
         stop lock patience
         released a1 complete
         b < granted round 1 seq 1 with report
  `,
);

flow(
  'who asked later consents at once, and is consented to later',
  `
  m > view 1 a b
  b > lockRequest b1 round 1 stamp 4
         b < granted round 1 seq 0
  x > lineLock a1
         b < lockRequest a1 round 1 stamp 6
         start lock again 200
         start lock patience 6000
  b > lockRequest b1 round 1 stamp 4
         b < granted round 1 seq 0
  `,
);

flow(
  'what others know more is learnt before the lock is had, and the number is higher than all',
  `
  m > view 1 a b c
  x > lineLock a1
         b < lockRequest a1 round 1 stamp 1
         c < lockRequest a1 round 1 stamp 1
         start lock again 200
         start lock patience 6000
  b > granted round 1 seq 7 with report
         learn from b
  b > granted round 1 seq 9
  c > granted round 1 seq 3
         start lock again 200
         start lock patience 2000
         locked a1 as 8 for a b c
  `,
);

flow(
  'what was learnt of one that died since is passed on, and its number is not given again',
  `
  m > view 1 a b c
  x > lineLock a1
         b < lockRequest a1 round 1 stamp 1
         c < lockRequest a1 round 1 stamp 1
         start lock again 200
         start lock patience 6000
  b > granted round 1 seq 7 with report
         learn from b
  x > lineUnlock a1
         stop lock again
         stop lock patience
         released a1 withdrawn
  m > view 2 a c
  c > lockRequest c1 round 1 stamp 4 view 2
         c < granted round 1 seq 7 with report
  m > view 3 a
  x > lineLock a2
         start lock again 200
         start lock patience 2000
         locked a2 as 8 for a view 3
  `,
);

flow(
  'V1: what is said in a view to come waits for it',
  `
  m > view 1 a
  b > lockRequest b1 round 1 stamp 1 view 2
  y > b1 under lock 1 of b view 2
  m > view 2 a b
         b < granted round 1 seq 0
         accepted b1
         b < lockAccepted b1 as 1 yes
  `,
);

flow(
  'V2: who joins while the lock is wanted is asked too',
  `
  m > view 1 a b
  x > lineLock a1
         b < lockRequest a1 round 1 stamp 1
         start lock again 200
         start lock patience 6000
  m > view 2 a b c
         c < lockRequest a1 round 1 stamp 1 view 2
  b > granted round 1 seq 0
  c > granted round 1 seq 0
         start lock again 200
         start lock patience 2000
         locked a1 as 1 for a b c view 2
  `,
);

flow(
  'V3: when somebody leaves everybody is asked anew, with the priority of the first time',
  `
  m > view 1 a b c
  x > lineLock a1
         b < lockRequest a1 round 1 stamp 1
         c < lockRequest a1 round 1 stamp 1
         start lock again 200
         start lock patience 6000
  b > granted round 1 seq 0
  m > view 2 a b
         b < lockRequest a1 round 2 stamp 1 view 2
         start lock again 200
  b > granted round 1 seq 0
  b > granted round 2 seq 1 with report
         learn from b
         start lock again 200
         start lock patience 2000
         locked a1 as 2 for a b view 2
  `,
);

flow(
  'V4: a request that was overtaken by a later one of the same process is void',
  `
  m > view 1 a b
  b > lockRequest b1 round 2 stamp 1
         b < granted round 2 seq 0
  b > lockRequest b1 round 1 stamp 1
  b > lockRequest b1 round 2 stamp 1
         b < granted round 2 seq 0
  `,
);

flow(
  'the last one that is waited for leaves: the lock is had',
  `
  m > view 1 a b
  x > lineLock a1
         b < lockRequest a1 round 1 stamp 1
         start lock again 200
         start lock patience 6000
  m > view 2 a
         start lock again 200
         start lock patience 2000
         locked a1 as 1 for a view 2
  `,
);

flow(
  'the last one that has not accepted leaves: the lock is free',
  `
  m > view 1 a b
  x > lineLock a1
         b < lockRequest a1 round 1 stamp 1
         start lock again 200
         start lock patience 6000
  b > granted round 1 seq 0
         start lock again 200
         start lock patience 2000
         locked a1 as 1 for a b
  x > a1 under lock 1 of a
         accepted a1
  m > view 2 a
         stop lock again
         stop lock patience
         released a1 complete
  `,
);

flow(
  'what is shown by who was expelled, or after a later operation, is not done',
  `
  m > view 1 a b c
  y > b1 under lock 4 of b
         accepted b1, others are missing
         b < lockAccepted b1 as 4 yes
  y > c1 under lock 4 of c
         rejected c1
         c < lockAccepted c1 as 4 no
  y > c1 under lock 3 of c
         rejected c1
         c < lockAccepted c1 as 3 no
  m > view 2 a c
  y > b2 under lock 5 of b
         rejected b2
         b < lockAccepted b2 as 5 no
  `,
);

flow(
  'a lock that somebody does not believe is asked for once more',
  `
  m > view 1 a b
  x > lineLock a1
         b < lockRequest a1 round 1 stamp 1
         start lock again 200
         start lock patience 6000
  b > granted round 1 seq 0
         start lock again 200
         start lock patience 2000
         locked a1 as 1 for a b
  b > lockAccepted a1 as 1 no
         stop lock again
         stop lock patience
         released a1 rejected
         b < lockRequest a1 round 2 stamp 2 knows 1
         start lock again 200
         start lock patience 6000
  b > granted round 2 seq 0
         start lock again 200
         start lock patience 2000
         locked a1 as 2 for a b
  b > lockAccepted a1 as 2 no
         refused a1 rejected
         stop lock again
         stop lock patience
         released a1 rejected
  `,
);

flow(
  'who is waited for is told again; with time the wish is given up, and the next one has its turn',
  `
  m > view 1 a b c
  x > lineLock a1
         b < lockRequest a1 round 1 stamp 1
         c < lockRequest a1 round 1 stamp 1
         start lock again 200
         start lock patience 6000
  y > lineLock a2
  b > granted round 1 seq 0
  @ lock again
         c < lockRequest a1 round 1 stamp 1
         start lock again 200
  @ lock patience
         refused a1 timeout
         stop lock again
         stop lock patience
         released a1 timeout
         b < lockRequest a2 round 2 stamp 2
         c < lockRequest a2 round 2 stamp 2
         start lock again 200
         start lock patience 6000
  c > granted round 1 seq 0
  `,
);

flow(
  'what has waited meanwhile is done in the same hold, and nobody is asked for it; then the others have their turn',
  `
  m > view 1 a b
  x > lineLock a1
         b < lockRequest a1 round 1 stamp 1
         start lock again 200
         start lock patience 6000
  y > lineLock a2
  b > lockRequest b1 round 1 stamp 1
  b > granted round 1 seq 0
         start lock again 200
         start lock patience 2000
         locked a1 as 1 for a b
  x > a1 under lock 1 of a
         accepted a1
  b > lockAccepted a1 as 1
         released a1 complete
         start lock again 200
         start lock patience 2000
         locked a2 as 2 for a b
  y > a2 under lock 2 of a
         accepted a2
  b > lockAccepted a2 as 2
         stop lock again
         stop lock patience
         released a2 complete
         b < granted round 1 seq 2 with report
  `,
);

flow(
  'who joins meanwhile is shown the next one, too',
  `
  m > view 1 a b
  x > lineLock a1
         b < lockRequest a1 round 1 stamp 1
         start lock again 200
         start lock patience 6000
  y > lineLock a2
  b > granted round 1 seq 0
         start lock again 200
         start lock patience 2000
         locked a1 as 1 for a b
  m > view 2 a b c
  x > a1 under lock 1 of a
         accepted a1
  b > lockAccepted a1 as 1
         released a1 complete
         start lock again 200
         start lock patience 2000
         locked a2 as 2 for a b c view 2
  `,
);

flow(
  'where somebody was slow to accept, others who wait have their turn at once',
  `
  m > view 1 a b
  x > lineLock a1
         b < lockRequest a1 round 1 stamp 1
         start lock again 200
         start lock patience 6000
  y > lineLock a2
  b > lockRequest b1 round 1 stamp 1
  b > granted round 1 seq 0
         start lock again 200
         start lock patience 2000
         locked a1 as 1 for a b
  x > a1 under lock 1 of a
         accepted a1
  @ lock again
         locked a1 as 1 for b
         start lock again 200
  b > lockAccepted a1 as 1
         stop lock again
         stop lock patience
         released a1 complete
         b < granted round 1 seq 1 with report
         b < lockRequest a2 round 2 stamp 3 knows 1
         start lock again 200
         start lock patience 6000
  `,
);

test('while others wait, eight operations are done in one hold', () => {
  const lock = newLockManager('2000', 'a.1.l1' as Pid);
  const [a, b] = ['a.1.l1' as Pid, 'b.1.l1' as Pid];
  const begun: string[] = [];
  const shown: LineLock[] = [];
  const say = (signal: LockSignal, from: Pid): void => hear({ type: 'signal', signal, from });
  const hear = (event: LockEvent): void => {
    const out: LockEffect[] = [];
    step(lock, event, out);
    for (const effect of out) {
      if (effect.type === 'locked') shown.push(effect.lock);
      if (effect.type === 'locked') begun.push(effect.operation.id);
      if (effect.type === 'consent') begun.push(`consent to ${effect.to}`);
    }
  };
  say({ type: 'lineView', number: '2000', revision: 1, lcps: [a, b] }, a);
  for (let at = 1; at <= 10; at++)
    say(
      { type: 'lineLock', number: '2000', call: `c${at}`, operation: `a${at}`, kind: 'offer' },
      'a.1.c1' as Pid,
    );
  const operation = { id: 'b1', kind: 'offer', call: 'd1', control: 'b.1.c1' as Pid } as const;
  const asked = { number: '2000', operation, round: 1, stamp: 9, revision: 1, seq: 0 } as const;
  say({ type: 'lockRequest', ...asked }, b);
  say({ type: 'lockResponse', number: '2000', round: 1, result: 'granted', seq: 0 }, b);
  for (let at = 0; at < shown.length; at++) {
    const held = shown[at];
    if (held === undefined) break;
    const { seq, operation: id } = held;
    hear({
      type: 'shown',
      lock: held,
      body: { type: 'lineUnlock', number: '2000', call: id, operation: id },
      from: a,
    });
    say({ type: 'lockAccepted', number: '2000', seq, operation: id, ok: true }, b);
  }
  const eight = [1, 2, 3, 4, 5, 6, 7, 8].map((at) => `a${at}`);
  assert.deepEqual(begun, [...eight, `consent to ${b}`]);
});

flow(
  'who has not accepted is named again; with time the lock is given up all the same',
  `
  m > view 1 a b c
  x > lineLock a1
         b < lockRequest a1 round 1 stamp 1
         c < lockRequest a1 round 1 stamp 1
         start lock again 200
         start lock patience 6000
  b > granted round 1 seq 0
  c > granted round 1 seq 0
         start lock again 200
         start lock patience 2000
         locked a1 as 1 for a b c
  x > a1 under lock 1 of a
         accepted a1
  c > lockAccepted a1 as 1
  @ lock again
         locked a1 as 1 for b
         start lock again 200
  @ lock patience
         stop lock again
         stop lock patience
         released a1 partial
  `,
);

flow(
  'what is not wanted any more gives way: while it waits, while it is asked for, while it has the lock',
  `
  m > view 1 a b
  x > lineLock a1
         b < lockRequest a1 round 1 stamp 1
         start lock again 200
         start lock patience 6000
  x > lineLock a1
  y > lineLock a2
  x > lineLock a3
  y > lineUnlock a3
  x > lineUnlock a1
         stop lock again
         stop lock patience
         released a1 withdrawn
         b < lockRequest a2 round 2 stamp 2
         start lock again 200
         start lock patience 6000
  b > granted round 2 seq 0
         start lock again 200
         start lock patience 2000
         locked a2 as 1 for a b
  ! x
  ! y
         stop lock again
         stop lock patience
         released a2 withdrawn
  `,
);

flow(
  'before it is in any view, a process neither asks nor answers',
  `
  x > lineLock a1
  b > lockRequest b1 round 1 stamp 1 view 2
  m > view 1 b
  m > view 2 a b
         b < lockRequest a1 round 1 stamp 1 view 2
         start lock again 200
         start lock patience 6000
  `,
);

flow(
  'a process that is in the view no more refuses all that it was asked for, and says so',
  `
  m > view 1 a b
  x > lineLock a1
         b < lockRequest a1 round 1 stamp 1
         start lock again 200
         start lock patience 6000
  y > lineLock a2
  m > view 2 b
         stop lock again
         stop lock patience
         refused a1 fenced
         refused a2 fenced
         fenced
  b > lockRequest b1 round 1 stamp 1 view 2
         b < fenced round 1 seq 0
  y > lineLock a3
         refused a3 fenced
  y > b1 under lock 1 of b view 2
         rejected b1
  b > granted round 1 seq 0
  m > view 3 a b
  `,
);

flow(
  'who hears from a peer that it is no member has been expelled; a peer that leaves says nothing about others',
  `
  m > view 1 a b c
  c > lockRequest c1 round 1 stamp 1 view 1
         c < granted round 1 seq 0
  d > lockRequest d1 round 1 stamp 1 view 1
         d < not member round 1 seq 0
  x > lineLock a1
         b < lockRequest a1 round 1 stamp 3
         c < lockRequest a1 round 1 stamp 3
         start lock again 200
         start lock patience 6000
  b > fenced round 1 seq 0
  c > not member round 1 seq 0
         stop lock again
         stop lock patience
         refused a1 fenced
         fenced
  `,
);

flow(
  'a manager that is no member any more takes its processes along',
  `
  m > view 1 a b
  ~
         fenced
  b > lockRequest b1 round 1 stamp 1
         b < fenced round 1 seq 0
  `,
);

test('operations beyond those that may wait are refused', () => {
  const lock = newLockManager('2000', pidOf('a'));
  const refused: string[] = [];
  for (const rung of [
    'm > view 1 a b',
    ...Array.from({ length: 260 }, (_, at) => `x > lineLock a${at}`),
  ])
    step(lock, eventOf(rung), {
      push: (effect) => (effect.type === 'refused' ? refused.push(show(effect)) : 0),
    });
  assert.deepEqual(
    [refused, lock.queue.length],
    [[257, 258, 259].map((at) => `refused a${at} overload`), 256],
  );
});

test('a process may leave when it wants nothing and holds nothing', () => {
  const lock = newLockManager('2000', pidOf('a'));
  const idle = [
    'm > view 1 a b',
    'x > lineLock a1',
    'b > granted round 1 seq 0',
    'x > lineUnlock a1',
  ].map((rung) => {
    step(lock, eventOf(rung), []);
    return isIdle(lock);
  });
  assert.deepEqual(idle, [true, false, false, true]);
});

function flow(name: string, ladder: string): void {
  test(name, () => {
    let lock = newLockManager('2000', pidOf('a'));
    const rungs = ladder
      .trim()
      .split('\n')
      .map((rung) => rung.trim());
    const happened: string[] = [];
    for (const rung of rungs.filter((text) => / > |^[@!~]/.test(text))) {
      const effects: LockEffect[] = [];
      step(lock, eventOf(rung), effects);
      happened.push(rung, ...effects.map(show));
      lock = JSON.parse(JSON.stringify(lock)) as LockManager;
    }
    assert.deepEqual(happened, rungs);
  });
}

function pidOf(name: string): Pid {
  return ('xyz'.includes(name) ? `${name}.1.c1` : `${name}.1.l1`) as Pid;
}

function eventOf(rung: string): LockEvent {
  const mark = rung.charAt(0);
  if (mark === '@') return { type: 'timer', timer: rung.slice(2) };
  if (mark === '!') return { type: 'down', gone: pidOf(rung.slice(2)) };
  if (mark === '~') return { type: 'fence' };
  const [, name = '', said = ''] = /^(\w) > (.*)$/.exec(rung) ?? [];
  const from = pidOf(name);
  const signal = signalOf(said);
  if (signal !== undefined) return { type: 'signal', signal, from };
  const [operation = ''] = said.split(' ');
  const lock: LineLock = {
    seq: numberIn(said, 'lock'),
    by: pidOf(/ of (\w)/.exec(said)?.[1] ?? ''),
    operation,
    revision: numberIn(said, 'view', 1),
  };
  const body: CallSignal = { type: 'lineUnlock', number: '2000', call: operation, operation };
  return { type: 'shown', lock, body, from };
}

function signalOf(said: string): LockSignal | undefined {
  const number = '2000';
  const [what = '', id = ''] = said.split(' ');
  const round = numberIn(said, 'round');
  const seq = numberIn(said, 'seq');
  switch (what) {
    case 'lineLock':
      return { type: what, number, call: id, operation: id, kind: 'offer' };
    case 'lineUnlock':
      return { type: what, number, call: id, operation: id };
    case 'view': {
      const [, revision = '', ...names] = said.split(' ');
      return { type: 'lineView', number, revision: Number(revision), lcps: names.map(pidOf) };
    }
    case 'lockRequest': {
      const operation = { id, kind: 'offer', call: id, control: pidOf('y') } as const;
      const stamp = numberIn(said, 'stamp');
      const revision = numberIn(said, 'view', 1);
      return { type: what, number, operation, round, stamp, revision, seq: 0 };
    }
    case 'granted':
    case 'fenced':
      return {
        ...{ type: 'lockResponse', number, round, result: what, seq },
        ...(said.endsWith('with report') ? { report: { calls: [] } } : {}),
      };
    case 'not':
      return { type: 'lockResponse', number, round, result: 'not member', seq };
    case 'lockAccepted': {
      const ok = !said.endsWith(' no');
      return { type: what, number, seq: numberIn(said, 'as'), operation: id, ok };
    }
    default:
      return undefined;
  }
}

function numberIn(said: string, word: string, otherwise = 0): number {
  const [, digits] = new RegExp(`\\b${word} (\\d+)`).exec(said) ?? [];
  return digits === undefined ? otherwise : Number(digits);
}

function show(effect: LockEffect): string {
  switch (effect.type) {
    case 'tell':
      return `${nameOf(effect.to)} < ${showSignal(effect.signal)}`;
    case 'consent':
      return `${nameOf(effect.to)} < ${showSignal(effect.signal)}${effect.isBehind ? ' with report' : ''}`;
    case 'start':
      return `start ${effect.timer} ${effect.afterMs}`;
    case 'stop':
      return `stop ${effect.timer}`;
    case 'learn':
      return `learn from ${nameOf(effect.from)}`;
    case 'locked': {
      const { seq, operation, revision } = effect.lock;
      const names = effect.lcps.map(nameOf).join(' ');
      return `locked ${operation} as ${seq} for ${names}${revision > 1 ? ` view ${revision}` : ''}`;
    }
    case 'refused':
      return `refused ${effect.operation.id} ${effect.reason}`;
    case 'accepted':
      return `accepted ${effect.lock.operation}${effect.hasGap ? ', others are missing' : ''}`;
    case 'rejected':
      return `rejected ${effect.lock.operation}`;
    case 'released':
      return `released ${effect.operation.id} ${effect.how}`;
    default:
      return effect.type;
  }
}

function showSignal(signal: CallSignal): string {
  switch (signal.type) {
    case 'lockRequest': {
      const { operation, round, stamp, revision, seq } = signal;
      const rest = `${revision > 1 ? ` view ${revision}` : ''}${seq > 0 ? ` knows ${seq}` : ''}`;
      return `lockRequest ${operation.id} round ${round} stamp ${stamp}${rest}`;
    }
    case 'lockResponse':
      return `${signal.result} round ${signal.round} seq ${signal.seq}`;
    case 'lockAccepted':
      return `lockAccepted ${signal.operation} as ${signal.seq} ${signal.ok ? 'yes' : 'no'}`;
    default:
      return signal.type;
  }
}

function nameOf(pid: Pid): string {
  return pid.charAt(0);
}
