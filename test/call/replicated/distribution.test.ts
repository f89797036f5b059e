/** Call control of a call to a replicated line. Each flow is a ladder: what came in, then what went out. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { CallEvent } from '../../../src/call/call-control.ts';
import type { Line } from '../../../src/call/directory.ts';
import type { Effect } from '../../../src/call/effects.ts';
import { distribute, stepDistribution } from '../../../src/call/replicated/distribution.ts';
import type { Distribution } from '../../../src/call/replicated/distribution-state.ts';
import type { Pid } from '../../../src/process/pid.ts';
import { climb, type Rung } from '../ladder.ts';
import { lineOf } from '../switchboard.ts';
import { replicatedSignalOf, showReplicated } from './replicated-ladder.ts';

const PARALLEL = lineOf('2000', ['ana', 'ben', 'cas'], { mode: 'replicated' });
const SERIAL: Line = {
  ...PARALLEL,
  offering: {
    type: 'serial',
    steps: [
      { members: ['ana'], ms: 10_000 },
      { members: ['ben', 'cas'], ms: 12_000 },
    ],
  },
};
const LATE_CAS: Line = {
  ...PARALLEL,
  members: PARALLEL.members.map((member) =>
    member.name === 'cas' ? { ...member, ringAfterMs: 8000 } : member,
  ),
};
const LCPS = ['a.1.l1', 'b.1.l2', 'c.1.l3'] as Pid[];
/** How a call gets to all of them. */
const OFFERED = `
  a.1.d1 > callRequest
             a.1.l1 < lineLock c1.1
  a.1.l1 > lineLocked c1.1 to a.1.l1 b.1.l2 c.1.l3
             a.1.l1 < callRequest seq 1 members ana,ben,cas round 0
             b.1.l2 < callRequest seq 1 members ana,ben,cas round 0
             c.1.l3 < callRequest seq 1 members ana,ben,cas round 0
             start no answer 25000`;

flow(
  'claims 17, 23, 55: once all have consented, the call goes to every line control process in parallel, and the first answer wins',
  PARALLEL,
  `${OFFERED}
  b.1.l2 > callAlert of b.1.d8
             a.1.d1 < callAlert
  c.1.l3 > callAlert of c.1.d9
             a.1.d1 < callAlert
  b.1.l2 > callProceed of b.1.d8
             stop no answer
             a.1.d1 < callProceed
             a.1.l1 < callTaken of b.1.d8
             b.1.l2 < callTaken of b.1.d8
             c.1.l3 < callTaken of b.1.d8
  a.1.d1 > callEnded hung up
             a.1.l1 < callEnded hung up
             b.1.l2 < callEnded hung up
             c.1.l3 < callEnded hung up
             exit
  a.1.d1 > callEnded hung up
  `,
);

flow(
  'claims 24, 56: in series, one process after the other has somebody who rings',
  SERIAL,
  `
  a.1.d1 > callRequest
             a.1.l1 < lineLock c1.1
  a.1.l1 > lineLocked c1.1 to a.1.l1 b.1.l2
             a.1.l1 < callRequest seq 1 members ana round 0
             b.1.l2 < callRequest seq 1 members ana round 0
             start no answer 25000
             start step 10000
  b.1.l2 > callRefuse no device round 0
  a.1.l1 > callAlert of a.1.d7
             a.1.d1 < callAlert
  a.1.l1 > callRefuse declined round 0
             a.1.l1 < callRing members ben,cas round 1
             b.1.l2 < callRing members ben,cas round 1
             start step 12000
  a.1.l1 > callRefuse declined round 1
  b.1.l2 > callAlert of b.1.d8
             a.1.d1 < callAlert
  @ step
             a.1.d1 < callRefuse declined
             a.1.l1 < callWithdraw no answer
             b.1.l2 < callWithdraw no answer
             stop no answer
             exit
  `,
);

flow(
  'one line control process alone: it gives the lock, and nobody else is spoken to',
  PARALLEL,
  `
  a.1.d1 > callRequest
             a.1.l1 < lineLock c1.1
  a.1.l1 > lineLocked c1.1 to a.1.l1
             a.1.l1 < callRequest seq 1 members ana,ben,cas round 0
             start no answer 25000
  a.1.l1 > callRefuse busy round 0
             a.1.d1 < callRefuse busy
             a.1.l1 < callWithdraw no answer
             stop no answer
             exit
  `,
);

flow(
  'everybody refuses: the caller hears the weightiest refusal; one about a round that is over ends none',
  LATE_CAS,
  `
  a.1.d1 > callRequest
             a.1.l1 < lineLock c1.1
  a.1.l1 > lineLocked c1.1 to a.1.l1 b.1.l2
             a.1.l1 < callRequest seq 1 members ana,ben round 0
             b.1.l2 < callRequest seq 1 members ana,ben round 0
             start no answer 25000
             start delay 8000
  a.1.l1 > callRefuse busy round 0
  @ delay
             a.1.l1 < callRing members ana,ben,cas round 1
             b.1.l2 < callRing members ana,ben,cas round 1
  a.1.l1 > callRefuse busy round 1
  b.1.l2 > callRefuse declined round 0
  b.1.l2 > callRefuse declined round 1
             a.1.d1 < callRefuse busy
             a.1.l1 < callWithdraw no answer
             b.1.l2 < callWithdraw no answer
             stop no answer
             exit
  `,
);

flow(
  'a phone that rings after the others there have refused is waited for',
  PARALLEL,
  `${OFFERED}
  a.1.l1 > callRefuse no device round 0
  b.1.l2 > callRefuse declined round 0
  b.1.l2 > callAlert of b.1.d9
             a.1.d1 < callAlert
  c.1.l3 > callRefuse no device round 0
  b.1.l2 > callRefuse busy round 0
             a.1.d1 < callRefuse busy
             a.1.l1 < callWithdraw no answer
             b.1.l2 < callWithdraw no answer
             c.1.l3 < callWithdraw no answer
             stop no answer
             exit
  `,
);

flow(
  'two answer at once: the second one’s process hears who has the call',
  PARALLEL,
  `${OFFERED}
  b.1.l2 > callProceed of b.1.d8
             stop no answer
             a.1.d1 < callProceed
             a.1.l1 < callTaken of b.1.d8
             b.1.l2 < callTaken of b.1.d8
             c.1.l3 < callTaken of b.1.d8
  c.1.l3 > callProceed of c.1.d9
  d.1.l4 > callProceed of d.1.d6
             d.1.l4 < callTaken of b.1.d8
  `,
);

flow(
  'nobody answers in time',
  PARALLEL,
  `${OFFERED}
  @ no answer
             a.1.d1 < callRefuse no answer
             a.1.l1 < callWithdraw no answer
             b.1.l2 < callWithdraw no answer
             c.1.l3 < callWithdraw no answer
             exit
  `,
);

for (const [reason, cause] of [
  ['timeout', 'overload'],
  ['overload', 'overload'],
] as const)
  flow(
    `no lock (${reason}): the caller may try again soon`,
    PARALLEL,
    `
    a.1.d1 > callRequest
               a.1.l1 < lineLock c1.1
    a.1.l1 > lineLockRefused c1.1 ${reason}
               a.1.d1 < callRefuse ${cause}
               exit
    `,
  );

flow(
  'who was asked for the lock is none of the line any more, and the next one dies: the last one is asked',
  PARALLEL,
  `
  a.1.d1 > callRequest
             a.1.l1 < lineLock c1.1
  a.1.l1 > lineLockRefused c1.1 fenced
             b.1.l2 < lineLock c1.2
  ! c.2
  ! b.1
             c.1.l3 < lineLock c1.3
  b.1.l2 > lineLocked c1.2 to b.1.l2 c.1.l3
             b.1.l2 < lineUnlock c1.2
  c.1.l3 > lineLocked c1.3 to c.1.l3
             c.1.l3 < callRequest seq 1 members ana,ben,cas round 0
             start no answer 25000
  `,
);

flow(
  'a process that seemed not to hear, and got the lock all the same, is to give it back',
  PARALLEL,
  `
  a.1.d1 > callRequest
             a.1.l1 < lineLock c1.1
  ! a.1.l1
             b.1.l2 < lineLock c1.2
  a.1.l1 > lineLocked c1.1 to a.1.l1 b.1.l2
             a.1.l1 < lineUnlock c1.1
  b.1.l2 > lineLocked c1.2 seq 2 to b.1.l2 c.1.l3
             b.1.l2 < callRequest seq 2 members ana,ben,cas round 0
             c.1.l3 < callRequest seq 2 members ana,ben,cas round 0
             start no answer 25000
  a.1.l1 > lineLocked c1.1 to a.1.l1 b.1.l2
             a.1.l1 < lineUnlock c1.1
  `,
);

flow(
  'who asks what becomes of the call before there is a lock is shown it with the others',
  PARALLEL,
  `
  a.1.d1 > callRequest
             a.1.l1 < lineLock c1.1
  c.1.l3 > callFollow version 0
  c.1.l3 > callFollow version 0
  a.1.l1 > lineLocked c1.1 to a.1.l1 b.1.l2
             a.1.l1 < callRequest seq 1 members ana,ben,cas round 0
             b.1.l2 < callRequest seq 1 members ana,ben,cas round 0
             c.1.l3 < callRequest members ana,ben,cas round 0
             start no answer 25000
  `,
);

flow(
  'who asks what becomes of the call hears that the lock was not to be had',
  PARALLEL,
  `
  a.1.d1 > callRequest
             a.1.l1 < lineLock c1.1
  c.1.l3 > callFollow version 0
  a.1.l1 > lineLockRefused c1.1 overload
             c.1.l3 < callEnded overload
             a.1.d1 < callRefuse overload
             exit
  `,
);

flow(
  'who asks what becomes of the call hears that its caller has given up',
  PARALLEL,
  `
  a.1.d1 > callRequest
             a.1.l1 < lineLock c1.1
  c.1.l3 > callFollow version 0
  a.1.d1 > callWithdraw caller gave up
             a.1.l1 < lineUnlock c1.1
             c.1.l3 < callEnded caller gave up
             exit
  `,
);

flow(
  'all are gone before there is a lock',
  PARALLEL,
  `
  a.1.d1 > callRequest
             a.1.l1 < lineLock c1.1
  ! c.1
  ! b.1
  ! a.1.l1
             a.1.d1 < callRefuse unreachable
             exit
  `,
);

flow(
  'the caller gives up before there is a lock',
  PARALLEL,
  `
  a.1.d1 > callRequest
             a.1.l1 < lineLock c1.1
  a.1.d1 > callWithdraw caller gave up
             a.1.l1 < lineUnlock c1.1
             exit
  `,
);

flow(
  'the caller gives up while it rings',
  PARALLEL,
  `${OFFERED}
  a.1.d1 > callWithdraw caller gave up
             a.1.l1 < callWithdraw caller gave up
             b.1.l2 < callWithdraw caller gave up
             c.1.l3 < callWithdraw caller gave up
             stop no answer
             exit
  `,
);

flow(
  'the caller gives up as the answer comes: who took the call hangs up',
  PARALLEL,
  `${OFFERED}
  b.1.l2 > callProceed of b.1.d8
             stop no answer
             a.1.d1 < callProceed
             a.1.l1 < callTaken of b.1.d8
             b.1.l2 < callTaken of b.1.d8
             c.1.l3 < callTaken of b.1.d8
  a.1.d1 > callWithdraw caller gave up
             b.1.d8 < callWithdraw caller gave up
             a.1.l1 < callEnded caller gave up
             b.1.l2 < callEnded caller gave up
             c.1.l3 < callEnded caller gave up
             exit
  `,
);

flow(
  'a manager dies while its phones ring: it counts as a refusal',
  PARALLEL,
  `${OFFERED}
  c.1.l3 > callRefuse declined round 0
  a.1.l1 > callRefuse no device round 0
  ! b.1
             a.1.d1 < callRefuse declined
             a.1.l1 < callWithdraw no answer
             c.1.l3 < callWithdraw no answer
             stop no answer
             exit
  `,
);

flow(
  'the process that held the lock is gone: another lock is had, and the call shown with it',
  PARALLEL,
  `${OFFERED}
  b.1.l2 > callRefuse declined round 0
  ! a.1.l1
             a.1.l1 < callWithdraw unreachable
             b.1.l2 < lineLock c1.2
  c.1.l3 > callRefuse no device round 0
  b.1.l2 > lineLocked c1.2 seq 2 to b.1.l2 c.1.l3
             b.1.l2 < callRequest seq 2 members ana,ben,cas round 0
             c.1.l3 < callRequest seq 2 members ana,ben,cas round 0
  b.1.l2 > callRefuse declined round 0
  c.1.l3 > callRefuse no device round 0
             a.1.d1 < callRefuse declined
             b.1.l2 < callWithdraw no answer
             c.1.l3 < callWithdraw no answer
             stop no answer
             exit
  `,
);

flow(
  'a process does not believe the lock: another one is asked for',
  PARALLEL,
  `${OFFERED}
  b.1.l2 > lineLockRefused c1.1 rejected
             b.1.l2 < lineLock c1.2
  c.1.l3 > lineLockRefused c1.1 rejected
  b.1.l2 > lineLocked c1.2 seq 4 to b.1.l2 c.1.l3
             a.1.l1 < callRequest seq 4 members ana,ben,cas round 0
             b.1.l2 < callRequest seq 4 members ana,ben,cas round 0
             c.1.l3 < callRequest seq 4 members ana,ben,cas round 0
  `,
);

flow(
  'some have not accepted in time: they are shown the call again',
  PARALLEL,
  `${OFFERED}
  a.1.l1 > lineLocked c1.1 to c.1.l3
             c.1.l3 < callRequest seq 1 members ana,ben,cas round 0
  `,
);

flow(
  'who joins while it rings is offered the call too, and hears what becomes of it',
  PARALLEL,
  `
  a.1.d1 > callRequest
             a.1.l1 < lineLock c1.1
  a.1.l1 > lineLocked c1.1 to a.1.l1
             a.1.l1 < callRequest seq 1 members ana,ben,cas round 0
             start no answer 25000
  b.1.l2 > callFollow version 0
             b.1.l2 < callRequest members ana,ben,cas round 0
  a.1.l1 > callRefuse busy round 0
  b.1.l2 > callFollow version 1
  b.1.l2 > callProceed of b.1.d8
             stop no answer
             a.1.d1 < callProceed
             a.1.l1 < callTaken of b.1.d8
             b.1.l2 < callTaken of b.1.d8
  c.1.l3 > callFollow version 0
             c.1.l3 < callTaken of b.1.d8
  c.1.l3 > callFollow version 2
  b.1.l2 > callRelease of b.1.d8
             a.1.d1 < callRelease of b.1.d8 internal failure
             a.1.l1 < callEnded internal failure
             b.1.l2 < callEnded internal failure
             c.1.l3 < callEnded internal failure
  c.1.l3 > callFollow version 2
             c.1.l3 < callEnded hung up
  a.1.d1 > callEnded hung up
             exit
  `,
);

flow(
  'the holder dies; then, in another call, the caller',
  PARALLEL,
  `${OFFERED}
  b.1.l2 > callProceed of b.1.d8
             stop no answer
             a.1.d1 < callProceed
             a.1.l1 < callTaken of b.1.d8
             b.1.l2 < callTaken of b.1.d8
             c.1.l3 < callTaken of b.1.d8
  ! c.1.l3
  ! b.1
             a.1.d1 < callRelease of b.1.d8 internal failure
             a.1.l1 < callEnded internal failure
             b.1.l2 < callEnded internal failure
             exit
  `,
);

test('a line whose members may not answer is refused with no device, and its lock is given back', () => {
  const members = PARALLEL.members.map((member) => ({ ...member, rights: [] }));
  walk(
    { ...PARALLEL, members },
    `
    a.1.d1 > callRequest
               a.1.l1 < lineLock c1.1
    a.1.l1 > lineLocked c1.1 to a.1.l1 b.1.l2
               a.1.l1 < lineUnlock c1.1
               a.1.d1 < callRefuse no device
               a.1.l1 < callWithdraw no answer
               b.1.l2 < callWithdraw no answer
               exit
    `,
  );
});

function flow(name: string, line: Line, ladder: string): void {
  test(name, () => walk(line, ladder));
}

function walk(line: Line, ladder: string): void {
  let call: Distribution | undefined;
  climb(
    ladder,
    (rung) => {
      const effects: Effect[] = [];
      if (call === undefined) {
        assert(rung.type === 'signal');
        const request = replicatedSignalOf(rung);
        assert(request.type === 'callRequest');
        call = distribute(request, line, LCPS, effects);
      } else {
        // Nothing may hide outside of the record.
        call = JSON.parse(JSON.stringify(call)) as Distribution;
        call = stepDistribution(call, eventOf(rung), effects);
      }
      return effects;
    },
    showReplicated,
  );
}

function eventOf(rung: Rung): CallEvent {
  if (rung.type !== 'signal') return rung;
  return { type: 'signal', signal: replicatedSignalOf(rung), from: rung.from };
}
