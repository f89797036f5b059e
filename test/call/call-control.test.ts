/** Each flow is a ladder: what came in, then what went out. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { type CallEvent, NEW, step } from '../../src/call/call-control.ts';
import type { PlainCall } from '../../src/call/call-control-state.ts';
import type { Destination } from '../../src/call/destination.ts';
import type { Effect } from '../../src/call/effects.ts';
import type { Pid } from '../../src/process/pid.ts';
import { climb, type Rung, signalOf } from './ladder.ts';

const SOUGHT = { number: '2000', manager: 'a.1.m1' as Pid };
const LINE: Destination = { type: 'line', lcp: 'b.1.l1' as Pid, line: SOUGHT };
const FORWARDING: Destination = {
  ...LINE,
  line: { ...SOUGHT, forwards: { number: '2000', isDnd: false, busy: { to: '2009' } } },
};
const LIST: Destination = {
  type: 'list',
  routeList: 'a.1.c2' as Pid,
  list: 'out',
  number: '2000',
};

flow(
  'claims 36, 45: a call is carried to the line, and what is said about it back',
  LINE,
  `
  a.1.d1 > callRequest
             b.1.l1 < callRequest
  b.1.l1 > callAlert of b.1.d8
             a.1.d1 < callAlert
  b.1.l1 > callAlert of a.1.d7
             a.1.d1 < callAlert
  b.1.l1 > callProceed of b.1.d8
             a.1.d1 < callProceed
  a.1.d1 > callEnded hung up
             b.1.l1 < callEnded hung up
             exit
  a.1.d1 > callEnded hung up
  `,
);

flow(
  'the line refuses',
  LINE,
  `
  a.1.d1 > callRequest
             b.1.l1 < callRequest
  b.1.l1 > callAlert of b.1.d8
             a.1.d1 < callAlert
  b.1.l1 > callRefuse busy
             a.1.d1 < callRefuse busy
             exit
  `,
);

flow(
  'a line that forwards what finds it busy: nobody hears of it yet, and what comes of that line counts no more',
  FORWARDING,
  `
  a.1.d1 > callRequest
             b.1.l1 < callRequest
  b.1.l1 > callAlert of b.1.d8
             a.1.d1 < callAlert
  b.1.l1 > callRefuse busy
  b.1.l1 > callProceed of b.1.d8
  `,
);

flow(
  'what that line refuses for another reason is refused',
  FORWARDING,
  `
  a.1.d1 > callRequest
             b.1.l1 < callRequest
  b.1.l1 > callRefuse no answer
             a.1.d1 < callRefuse no answer
             exit
  `,
);

for (const cause of ['unknown number', 'no device', 'address incomplete', 'loop'] as const)
  flow(
    `there is nowhere to take it: ${cause}`,
    { type: 'refused', cause },
    `
    a.1.d1 > callRequest
               a.1.d1 < callRefuse ${cause}
               exit
    `,
  );

flow(
  'the caller gives up while it rings',
  LINE,
  `
  a.1.d1 > callRequest
             b.1.l1 < callRequest
  b.1.l1 > callAlert of b.1.d8
             a.1.d1 < callAlert
  a.1.d1 > callWithdraw caller gave up
             b.1.l1 < callWithdraw caller gave up
             exit
  b.1.l1 > callProceed of b.1.d8
  `,
);

flow(
  'the caller gives up as the answer comes',
  LINE,
  `
  a.1.d1 > callRequest
             b.1.l1 < callRequest
  b.1.l1 > callProceed of b.1.d8
             a.1.d1 < callProceed
  a.1.d1 > callWithdraw caller gave up
             b.1.l1 < callWithdraw caller gave up
             exit
  `,
);

flow(
  'the caller gives up before its request has come',
  LINE,
  `
  a.1.d1 > callWithdraw caller gave up
             exit
  a.1.d1 > callRequest
  `,
);

flow(
  'the calling device process dies: the line is told to let go',
  LINE,
  `
  a.1.d1 > callRequest
             b.1.l1 < callRequest
  ! a.1.d1
             b.1.l1 < callWithdraw internal failure
             exit
  `,
);

flow(
  'the line control process is gone while the call is on offer: its successor is asked, and goes on',
  LINE,
  `
  a.1.d1 > callRequest
             b.1.l1 < callRequest
  b.1.l1 > callAlert of c.1.d9
             a.1.d1 < callAlert
  ! b.1
             a.1.m1 < lineLocate b.1.l1
             start locating 2000
  a.1.m1 > lineLocated b.1.l1
  a.1.m1 > lineLocated c.1.l2
             stop locating
             c.1.l2 < callRequest
  c.1.l2 > callAlert of c.1.d9
             a.1.d1 < callAlert
  c.1.l2 > callProceed of c.1.d9
             a.1.d1 < callProceed
  a.1.d1 > callEnded hung up
             c.1.l2 < callEnded hung up
             exit
  `,
);

flow(
  'the line control process is gone, and nobody comes after it: refused, and nothing rings on',
  LINE,
  `
  a.1.d1 > callRequest
             b.1.l1 < callRequest
  b.1.l1 > callAlert of b.1.d8
             a.1.d1 < callAlert
  b.1.l1 > callAlert progress of b.1.d8
             a.1.d1 < callAlert progress
  b.1.l1 > callAlert of c.1.d9
             a.1.d1 < callAlert
  ! b.1.l1
             a.1.m1 < lineLocate b.1.l1
             start locating 2000
  @ locating
             stop locating
             b.1.l1 < callWithdraw internal failure
             b.1.d8 < callWithdraw internal failure
             c.1.d9 < callWithdraw internal failure
             a.1.d1 < callRefuse unreachable
             exit
  `,
);

flow(
  'the line manager says that nobody will have the line',
  LINE,
  `
  a.1.d1 > callRequest
             b.1.l1 < callRequest
  ! b.1.l1
             a.1.m1 < lineLocate b.1.l1
             start locating 2000
  a.1.m1 > lineRefused
             stop locating
             b.1.l1 < callWithdraw internal failure
             a.1.d1 < callRefuse unreachable
             exit
  `,
);

flow(
  'the caller gives up while the line is looked for: who is known to ring stops',
  LINE,
  `
  a.1.d1 > callRequest
             b.1.l1 < callRequest
  b.1.l1 > callAlert of c.1.d9
             a.1.d1 < callAlert
  ! b.1.l1
             a.1.m1 < lineLocate b.1.l1
             start locating 2000
  c.1.d3 > callWithdraw caller gave up
  a.1.d1 > callWithdraw caller gave up
             stop locating
             b.1.l1 < callWithdraw caller gave up
             c.1.d9 < callWithdraw caller gave up
             exit
  `,
);

flow(
  'the calling device process dies while the line is looked for',
  LINE,
  `
  a.1.d1 > callRequest
             b.1.l1 < callRequest
  ! b.1.l1
             a.1.m1 < lineLocate b.1.l1
             start locating 2000
  ! c.1.d3
  ! a.1.d1
             stop locating
             b.1.l1 < callWithdraw internal failure
             exit
  `,
);

for (const [rung, said] of [
  ['callRefuse busy', 'callRefuse busy\n             exit'],
  ['callAlert of b.1.d8', 'callAlert'],
  ['callProceed of b.1.d8', 'callProceed'],
] as const)
  flow(
    `a line control process that was out of reach only has the last word: ${rung}`,
    LINE,
    `
    a.1.d1 > callRequest
               b.1.l1 < callRequest
    ! b.1.l1
               a.1.m1 < lineLocate b.1.l1
               start locating 2000
    c.1.l9 > callProceed of c.1.d9
    b.1.l1 > ${rung}
               stop locating
               a.1.d1 < ${said}
    `,
  );

flow(
  "the line's next process speaks before the end of the last one is known",
  LINE,
  `
  a.1.d1 > callRequest
             b.1.l1 < callRequest
  b.1.l1 > lineLocated b.1.l1
  c.1.l2 > lineLocated c.1.l2
             c.1.l2 < callRequest
  ! b.1.l1
  c.1.l2 > callProceed of c.1.d9
             a.1.d1 < callProceed
  `,
);

flow(
  'a number that is being located when it is called: the request waits',
  { type: 'locating', line: SOUGHT },
  `
  a.1.d1 > callRequest
             a.1.m1 < lineLocate
             start locating 2000
  a.1.m1 > lineLocated c.1.l2
             stop locating
             c.1.l2 < callRequest
  `,
);

flow(
  'a number that is not located in time has no device',
  { type: 'locating', line: SOUGHT },
  `
  a.1.d1 > callRequest
             a.1.m1 < lineLocate
             start locating 2000
  @ locating
             stop locating
             a.1.d1 < callRefuse no device
             exit
  `,
);

flow(
  'the line control process dies while the call is up: the call stays up',
  LINE,
  `
  a.1.d1 > callRequest
             b.1.l1 < callRequest
  b.1.l1 > callProceed of b.1.d8
             a.1.d1 < callProceed
  ! b.1.l1
             a.1.m1 < lineLocate b.1.l1
  a.1.d1 > callEnded hung up
             exit
  `,
);

flow(
  'the line control process dies while the call is up: the next one is told who has the call',
  LINE,
  `
  a.1.d1 > callRequest
             b.1.l1 < callRequest
  b.1.l1 > callProceed of b.1.d8
             a.1.d1 < callProceed
  ! b.1.l1
             a.1.m1 < lineLocate b.1.l1
  a.1.m1 > lineLocated c.1.l2
             c.1.l2 < callHeld of b.1.d8
  a.1.d1 > callEnded hung up
             c.1.l2 < callEnded hung up
             exit
  `,
);

flow(
  'another phone of the line has taken the call over: its end is the end',
  LINE,
  `
  a.1.d1 > callRequest
             b.1.l1 < callRequest
  b.1.l1 > callProceed of b.1.d8
             a.1.d1 < callProceed
  c.1.l9 > callHeld of c.1.d3
  b.1.l1 > callHeld of c.1.d9
  ! b.1.d8
  ! c.1.d9
             a.1.d1 < callRelease of c.1.d9 internal failure
             b.1.l1 < callEnded internal failure
             exit
  `,
);

flow(
  'another phone has the place of the caller: its end is the end',
  LINE,
  `
  a.1.d1 > callRequest
             b.1.l1 < callRequest
  b.1.l1 > callProceed of b.1.d8
             a.1.d1 < callProceed
  c.1.d3 > callMoved
  ! a.1.d1
  ! c.1
             b.1.d8 < callRelease of c.1.d3 internal failure
             b.1.l1 < callEnded internal failure
             exit
  `,
);

flow(
  'the line is gone and the caller gave up as the answer came: the holder is told directly',
  LINE,
  `
  a.1.d1 > callRequest
             b.1.l1 < callRequest
  b.1.l1 > callProceed of b.1.d8
             a.1.d1 < callProceed
  ! b.1.l1
             a.1.m1 < lineLocate b.1.l1
  a.1.d1 > callWithdraw caller gave up
             b.1.d8 < callWithdraw caller gave up
             exit
  `,
);

flow(
  'the holder dies: the caller hears it in its name, the line is free',
  LINE,
  `
  a.1.d1 > callRequest
             b.1.l1 < callRequest
  b.1.l1 > callProceed of b.1.d8
             a.1.d1 < callProceed
  ! b.1.d8
             a.1.d1 < callRelease of b.1.d8 internal failure
             b.1.l1 < callEnded internal failure
             exit
  `,
);

flow(
  'the holder died while its answer was on the way: the line says so after it',
  LINE,
  `
  a.1.d1 > callRequest
             b.1.l1 < callRequest
  ! b.1.d8
  b.1.l1 > callProceed of b.1.d8
             a.1.d1 < callProceed
  b.1.l1 > callRelease of b.1.d9
  b.1.l1 > callRelease of b.1.d8
             a.1.d1 < callRelease of b.1.d8 internal failure
  a.1.d1 > callEnded internal failure
             b.1.l1 < callEnded internal failure
             exit
  `,
);

flow(
  'the calling device process dies while the call is up',
  LINE,
  `
  a.1.d1 > callRequest
             b.1.l1 < callRequest
  b.1.l1 > callProceed of b.1.d8
             a.1.d1 < callProceed
  ! a.1
             b.1.d8 < callRelease of a.1.d1 internal failure
             b.1.l1 < callEnded internal failure
             exit
  `,
);

flow(
  'an answer that the line’s former process passes on is for the present one to judge',
  LINE,
  `
  a.1.d1 > callRequest
             b.1.l1 < callRequest
  c.1.l9 > lineLocated c.1.l9
             c.1.l9 < callRequest
  b.1.l1 > callAlert of b.1.d8
  b.1.l1 > callProceed of b.1.d8
  c.1.l9 > callProceed of c.1.d9
             a.1.d1 < callProceed
  c.1.l9 > callProceed of c.1.d9
  b.1.l1 > callProceed of b.1.d8
  `,
);

flow(
  'what is said twice, too late or by somebody else changes nothing',
  LINE,
  `
  a.1.d1 > callRequest
             b.1.l1 < callRequest
  a.1.d1 > callRequest
  c.1.l9 > callRefuse busy
  c.1.d3 > callWithdraw caller gave up
  b.1.l1 > callProceed of b.1.d8
             a.1.d1 < callProceed
  b.1.l1 > callRefuse busy
  b.1.l1 > callAlert of b.1.d8
  c.1.d3 > callWithdraw caller gave up
  ! c.1.d3
  b.1.d8 > callEnded hung up
             a.1.d1 < callRelease of b.1.d8 hung up
             b.1.l1 < callEnded hung up
             exit
  ! a.1.d1
  `,
);

flow(
  'claims 4, 20: a call leaves by a route list',
  LIST,
  `
  a.1.d1 > callRequest
             a.1.c2 < callRequest
  a.1.c2 > callAlert progress of b.1.g1
             a.1.d1 < callAlert progress
  a.1.c2 > callProceed of b.1.g1
             a.1.d1 < callProceed
  a.1.d1 > callEnded hung up
             a.1.c2 < callEnded hung up
             exit
  `,
);

flow(
  'no gateway of the list takes it',
  LIST,
  `
  a.1.d1 > callRequest
             a.1.c2 < callRequest
  a.1.c2 > callRefuse no gateway
             a.1.d1 < callRefuse no gateway
             exit
  `,
);

flow(
  'route list control dies: its gateway hears of it too',
  LIST,
  `
  a.1.d1 > callRequest
             a.1.c2 < callRequest
  ! a.1.c2
             a.1.d1 < callRefuse internal failure
             exit
  `,
);

flow(
  'the caller gives up as the gateway answers',
  LIST,
  `
  a.1.d1 > callRequest
             a.1.c2 < callRequest
  a.1.c2 > callProceed of b.1.g1
             a.1.d1 < callProceed
  a.1.d1 > callWithdraw caller gave up
             a.1.c2 < callWithdraw caller gave up
             exit
  `,
);

test('a caller whose leg was moved here is told under the id that it knows', () => {
  const request = signalOf({
    type: 'signal',
    from: 'a.1.d1' as Pid,
    name: 'callRequest',
    rest: '',
  });
  assert(request.type === 'callRequest');
  const caller = { pid: 'a.1.d1' as Pid, call: 'moved' };
  const effects: Effect[] = [];
  const moved: CallEvent = {
    type: 'request',
    request: { ...request, caller },
    destination: { type: 'refused', cause: 'busy' },
  };
  step(NEW, moved, effects);
  assert.deepEqual(effects, [
    { type: 'tell', to: 'a.1.d1', signal: { type: 'callRefuse', call: 'moved', cause: 'busy' } },
    { type: 'exit' },
  ]);
});

function flow(name: string, destination: Destination, ladder: string): void {
  test(name, () => {
    let call: PlainCall = NEW;
    climb(ladder, (rung) => {
      const effects: Effect[] = [];
      call = step(call, eventOf(rung, destination), effects);
      call = JSON.parse(JSON.stringify(call)) as PlainCall;
      return effects;
    });
  });
}

function eventOf(rung: Rung, destination: Destination): CallEvent {
  switch (rung.type) {
    case 'signal': {
      const signal = signalOf(rung);
      return signal.type === 'callRequest'
        ? { type: 'request', request: signal, destination }
        : { type: 'signal', signal, from: rung.from };
    }
    case 'timer':
      return { type: 'timer', timer: rung.timer };
    case 'down':
      return { type: 'down', gone: rung.gone };
  }
}
