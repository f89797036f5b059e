/** Each flow is a ladder. `c1` is the call, `c2` the first that the hunt makes of it, `c3` the next. */
import test from 'node:test';
import { type CallEvent, NEW } from '../../../src/call/call-control.ts';
import type { CallControl } from '../../../src/call/call-control-state.ts';
import type { Destination } from '../../../src/call/destination.ts';
import type { Effect } from '../../../src/call/effects.ts';
import { type Hunt, HuntOrder } from '../../../src/call/hunting/hunt.ts';
import { type HuntLookup, stepCall } from '../../../src/call/hunting/hunt-control.ts';
import type { Pid } from '../../../src/process/pid.ts';
import { climb, type Rung, showEffect, signalOf } from '../ladder.ts';
import { lineOf } from '../switchboard.ts';

const MANAGER = 'a.1.m1' as Pid;
const PARALLEL: Hunt = {
  number: '2900',
  name: '',
  order: 'parallel',
  lines: ['2001', '2002'].map((number) => ({ number, ms: 15_000 })),
  noAnswerMs: 60_000,
};
const SERIAL: Hunt = { ...PARALLEL, order: 'serial' };

/** 2001 and 2002 have their processes at b and c; 2003 is replicated; 2901 and 2902 are hunts; 9 leads out; no other has a phone. */
function destinationOf(number: string): Destination {
  const sought = { number, manager: MANAGER };
  switch (number) {
    case '2001':
      return { type: 'line', lcp: 'b.1.l1' as Pid, line: sought };
    case '2002':
      return { type: 'line', lcp: 'c.1.l2' as Pid, line: sought };
    case '2003':
      return {
        type: 'lines',
        lcps: ['a.1.l3' as Pid, 'b.1.l3' as Pid],
        line: lineOf('2003', ['x']),
      };
    case '2901':
      return { type: 'hunt', hunt: { ...PARALLEL, number, lines: [{ number: '2002', ms: 0 }] } };
    case '2902':
      return { type: 'hunt', hunt: { ...PARALLEL, number, lines: [], busyTo: '2900' } };
    case '9':
      return { type: 'list', routeList: 'a.1.c9' as Pid, list: 'out', number: '9' };
    default:
      return { type: 'refused', cause: 'no device', code: 'LW-3008' };
  }
}

flow(
  'in parallel all lines ring; the first that answers has the call, and the others hear that it was completed elsewhere',
  PARALLEL,
  `
  a.1.d1 > callRequest
             start hunt 60000
             b.1.l1 < callRequest c2
             c.1.l2 < callRequest c3
  b.1.l1 > callAlert c2 of b.1.d7
             a.1.d1 < callAlert
  c.1.l2 > callAlert c3 of c.1.d8
             a.1.d1 < callAlert
  c.1.l2 > callProceed c3 of c.1.d8
             a.1.d1 < callProceed
             stop hunt
             b.1.l1 < callWithdraw c2 answered elsewhere
  b.1.l1 > callProceed c2 of b.1.d7
  c.1.l2 > callHeld c3 of a.1.d9
  a.1.d1 > callEnded hung up
             c.1.l2 < callEnded c3 hung up
             exit
  `,
);

flow(
  'a line that is busy, and one without a phone: the caller hears that all are busy',
  { ...PARALLEL, lines: ['2001', '2004'].map((number) => ({ number, ms: 0 })) },
  `
  a.1.d1 > callRequest
             start hunt 60000
             b.1.l1 < callRequest c2
  b.1.l1 > callRefuse c2 busy
             stop hunt
             a.1.d1 < callRefuse busy
             exit
  `,
);

flow(
  'no phone of any line is there',
  { ...PARALLEL, lines: [{ number: '2004', ms: 0 }] },
  `
  a.1.d1 > callRequest
             start hunt 60000
             stop hunt
             a.1.d1 < callRefuse no device
             exit
  `,
);

flow(
  'in series each line rings for its time; one that is busy is skipped at once',
  { ...SERIAL, lines: ['2004', '2001', '2002'].map((number) => ({ number, ms: 15_000 })) },
  `
  a.1.d1 > callRequest
             start hunt 60000
             b.1.l1 < callRequest c3
             start hunt step 15000
  b.1.l1 > callAlert c3 of b.1.d7
             a.1.d1 < callAlert
  @ hunt step
             b.1.l1 < callWithdraw c3 no answer
             c.1.l2 < callRequest c4
             start hunt step 15000
  b.1.l1 > callProceed c3 of b.1.d7
  c.1.l2 > callRefuse c4 busy
             stop hunt
             stop hunt step
             a.1.d1 < callRefuse no answer
             exit
  `,
);

flow(
  'the caller gives up: who rings is told to stop',
  PARALLEL,
  `
  a.1.d1 > callRequest
             start hunt 60000
             b.1.l1 < callRequest c2
             c.1.l2 < callRequest c3
  a.1.d1 > callWithdraw caller gave up
             stop hunt
             b.1.l1 < callWithdraw c2 caller gave up
             c.1.l2 < callWithdraw c3 caller gave up
             exit
  `,
);

flow(
  "the caller's device process dies",
  PARALLEL,
  `
  a.1.d1 > callRequest
             start hunt 60000
             b.1.l1 < callRequest c2
             c.1.l2 < callRequest c3
  ! a.1.d1
             stop hunt
             b.1.l1 < callWithdraw c2 internal failure
             c.1.l2 < callWithdraw c3 internal failure
             exit
  `,
);

flow(
  'the caller gives up as the answer comes: the line of who has answered hears of it',
  PARALLEL,
  `
  a.1.d1 > callRequest
             start hunt 60000
             b.1.l1 < callRequest c2
             c.1.l2 < callRequest c3
  b.1.l1 > callProceed c2 of b.1.d7
             a.1.d1 < callProceed
             stop hunt
             c.1.l2 < callWithdraw c3 answered elsewhere
  a.1.d1 > callWithdraw caller gave up
             b.1.l1 < callWithdraw c2 caller gave up
             exit
  `,
);

flow(
  "a line's manager is gone: its next process is sought while the others ring on, and is told when it is too late",
  PARALLEL,
  `
  a.1.d1 > callRequest
             start hunt 60000
             b.1.l1 < callRequest c2
             c.1.l2 < callRequest c3
  ! b.1
             a.1.m1 < lineLocate b.1.l1
             start 0:locating 2000
  c.1.l2 > callProceed c3 of c.1.d8
             a.1.d1 < callProceed
             stop hunt
             stop 0:locating
             b.1.l1 < callWithdraw c2 answered elsewhere
  a.1.m1 > lineLocated a.1.l5 of 2001
             a.1.l5 < callWithdraw c2 call gone
  `,
);

flow(
  'it rang, and nobody took it in time: what the hunt has for that is dialled',
  { ...PARALLEL, noAnswerTo: '9', lines: [{ number: '2001', ms: 0 }] },
  `
  a.1.d1 > callRequest
             start hunt 60000
             b.1.l1 < callRequest c2
  b.1.l1 > callAlert c2 of b.1.d7
             a.1.d1 < callAlert
  @ hunt
             b.1.l1 < callWithdraw c2 no answer
             stop hunt
             a.1.c9 < callRequest 9
  b.1.l1 > callProceed c2 of b.1.d7
  a.1.c9 > callRefuse busy
             a.1.d1 < callRefuse busy
             exit
  `,
);

flow(
  'all are busy, and the hunt leads to another one',
  { ...PARALLEL, busyTo: '2901', lines: [{ number: '2001', ms: 0 }] },
  `
  a.1.d1 > callRequest
             start hunt 60000
             b.1.l1 < callRequest c2
  b.1.l1 > callRefuse c2 busy
             stop hunt
             start 1:hunt 60000
             c.1.l2 < callRequest c1-h2.1 2901
  c.1.l2 > callAlert c1-h2.1 of c.1.d8
             a.1.d1 < callAlert
  @ 1:hunt
             c.1.l2 < callWithdraw c1-h2.1 no answer
             stop 1:hunt
             a.1.d1 < callRefuse no answer
             exit
  `,
);

flow(
  'hunts that lead back to where they began end there',
  { ...PARALLEL, busyTo: '2902', lines: [] },
  `
  a.1.d1 > callRequest
             start hunt 60000
             stop hunt
             start 0:hunt 60000
             stop 0:hunt
             a.1.d1 < callRefuse loop
             exit
  `,
);

flow(
  'a replicated line is asked for its lock, which it gets back when it comes too late',
  { ...PARALLEL, lines: ['2003', '2001'].map((number) => ({ number, ms: 0 })) },
  `
  a.1.d1 > callRequest
             start hunt 60000
             a.1.l3 < lineLock c2
             b.1.l1 < callRequest c3
  b.1.l1 > callProceed c3 of b.1.d7
             a.1.d1 < callProceed
             stop hunt
             a.1.l3 < lineUnlock c2
  a.1.l3 > lineLocked c2
             a.1.l3 < lineUnlock c2
  b.1.l3 > callFollow c2
             b.1.l3 < callEnded c2 call gone
  `,
);

function flow(name: string, hunt: Hunt, ladder: string): void {
  test(name, () => {
    let call: CallControl = NEW;
    const order = new HuntOrder();
    const lookup: HuntLookup = {
      steps: (each) => order.of(each),
      line: destinationOf,
      dialled: (request) => ({
        request,
        destination:
          request.dialled === '2900' ? { type: 'hunt', hunt } : destinationOf(request.dialled),
      }),
    };
    const happen = (rung: Rung): readonly Effect[] => {
      const effects: Effect[] = [];
      call = stepCall(call, eventOf(rung, hunt), lookup, effects);
      // What it remembers is plain data.
      call = JSON.parse(JSON.stringify(call)) as CallControl;
      return effects;
    };
    climb(ladder, happen, (effect) => showEffect(rename(effect, (text) => short(text))));
  });
}

function eventOf(rung: Rung, hunt: Hunt): CallEvent {
  switch (rung.type) {
    case 'signal': {
      const { from } = rung;
      if (rung.name === 'callRequest') {
        const request = signalOf(rung);
        if (request.type === 'callRequest')
          return { type: 'request', request, destination: { type: 'hunt', hunt } };
      }
      return { type: 'signal', signal: rename(wordOf(rung), long), from };
    }
    case 'timer':
      return rung;
    case 'down':
      return rung;
  }
}

function wordOf(rung: Extract<Rung, { type: 'signal' }>): ReturnType<typeof signalOf> {
  const lock = { seq: 1, by: rung.from, operation: 'c2.1', revision: 1 };
  switch (rung.name) {
    case 'lineLocated':
      return { type: 'lineLocated', number: '2001', lcp: 'a.1.l5' as Pid };
    case 'lineLocked':
      return { type: 'lineLocked', number: '2003', call: 'c2', lock, lcps: [], appearance: 1 };
    case 'callFollow':
      return { type: 'callFollow', call: 'c2', version: 0 };
    default: {
      const [id] = /c1-h2\.1/.exec(rung.rest) ?? [];
      if (id === undefined) return signalOf(rung);
      const signal = signalOf({ ...rung, rest: rung.rest.replace(id, 'c9') });
      return rename(signal, (text) => (text === 'c9' ? id : text));
    }
  }
}

function long(text: string): string {
  const [, number] = /^c([2-9])$/.exec(text) ?? [];
  return number === undefined ? text : `c1-h1.${Number(number) - 1}`;
}

function short(text: string): string {
  const [, number] = /^c1-h1\.(\d)$/.exec(text) ?? [];
  return number === undefined ? text : `c${Number(number) + 1}`;
}

/** The same with other names in it. */
function rename<T>(value: T, name: (text: string) => string): T {
  return JSON.parse(JSON.stringify(value), (_, each: unknown) =>
    typeof each === 'string' ? name(each) : each,
  ) as T;
}
