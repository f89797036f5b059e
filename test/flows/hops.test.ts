/**
 * What managers say to one another for a call: one hop where one suffices. The tables are the design's.
 *
 * 1001, who calls, and member 2000c are at cm1, 2000a is at cm2, 2000b at cm3. In single mode the line is
 * at cm4. `d` is a device process, `c` call control, `l` a line control process.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Pid } from '../../src/process/pid.ts';
import type { Site } from '../../src/testkit/site.ts';
import { type Cast, castOf, stage } from './flow.ts';

const USERS = ['1001', '2000a', '2000b', '2000c'];

/** Each step of a call, and what it takes between managers, in any order. */
type Table = readonly (readonly [what: string, act: (cast: Cast) => void, hops: string])[];

function hops(name: string, mode: 'single' | 'replicated', table: Table): void {
  test(`${name} [${mode}]`, () => {
    const site = stage(mode, USERS);
    const said = listen(site);
    const cast = castOf(site, USERS.length);
    const seen = table.map(([what, act]) => {
      said.length = 0;
      act(cast);
      site.run(100);
      return [what, said.toSorted(byText)];
    });
    const expected = table.map(([what, , text]) => [what, linesOf(text).toSorted(byText)]);
    assert.deepEqual(seen, expected);
  });
}

/** Fills up with what processes say to those of other managers: `cm1.c > cm4.l callRequest`. */
function listen({ managers }: Site): string[] {
  const said: string[] = [];
  for (const { run } of managers) {
    const member = run?.member;
    if (member === undefined) continue;
    const tell = member.tell.bind(member);
    member.tell = (from, to, body, manner) => {
      const type = body !== undefined && 'type' in body ? body.type : 'no more';
      said.push(`${placeOf(from)} > ${placeOf(to)} ${type}`);
      tell(from, to, body, manner);
    };
  }
  return said;
}

/** `cm1.9k3.d2a`: `cm1.d`. */
function placeOf(pid: Pid): string {
  const [manager, , local = ''] = pid.split('.');
  return `${manager}.${local.charAt(0)}`;
}

function byText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

const call = ({ phone }: Cast) => void phone('1001').call('2000');
const answer = ({ phone, callOf }: Cast) => phone('2000a').answer(callOf('2000a'));
const hold = ({ phone, callOf }: Cast) => phone('2000a').hold(callOf('2000a'), true);
const resume = ({ phone, callOf }: Cast) => phone('2000a').hold(callOf('2000a'), false);
const sendDigit = ({ phone, callOf }: Cast) => phone('1001').info(callOf('1001'), '5');
const callerHangsUp = ({ phone, callOf }: Cast) => phone('1001').hangUp(callOf('1001'));
const holderHangsUp = ({ phone, callOf }: Cast) => phone('2000a').hangUp(callOf('2000a'));
const refuse = ({ phone, callOf }: Cast) => {
  for (const user of ['2000a', '2000b', '2000c']) phone(user).refuse(callOf(user), 486);
};

const SINGLE_CALL = `
  cm1.c > cm4.l callRequest
  cm4.l > cm1.d callRequest
  cm4.l > cm2.d callRequest
  cm4.l > cm3.d callRequest
  cm1.d > cm4.l callAlert
  cm2.d > cm4.l callAlert
  cm3.d > cm4.l callAlert
  cm4.l > cm1.c callAlert
  cm4.l > cm1.c callAlert
  cm4.l > cm1.c callAlert
`;
const SINGLE_ANSWER = `
  cm2.d > cm4.l callProceed
  cm4.l > cm1.c callProceed
  cm4.l > cm1.d callWithdraw
  cm4.l > cm3.d callWithdraw
  cm1.d > cm2.d callAcknowledge
`;
/** In the session it is between the two device processes. */
const HOLD = `
  cm2.d > cm1.d callModify
  cm1.d > cm2.d callModified
`;

hops('a call that is answered, held, resumed, and ended by its caller', 'single', [
  ['call', call, SINGLE_CALL],
  ['answer', answer, SINGLE_ANSWER],
  ['hold', hold, `${HOLD}\ncm2.d > cm4.l lineUse`],
  ['resume', resume, `${HOLD}\ncm2.d > cm4.l lineUse`],
  ['digit', sendDigit, 'cm1.d > cm2.d callConvey\ncm2.d > cm1.d callConveyed'],
  [
    'end',
    callerHangsUp,
    `
      cm1.d > cm2.d callRelease
      cm1.c > cm4.l callEnded
      cm2.d > cm4.l callEnded
    `,
  ],
]);

hops('a call that its answerer ends', 'single', [
  ['call', call, SINGLE_CALL],
  ['answer', answer, SINGLE_ANSWER],
  [
    'end',
    holderHangsUp,
    // Nobody waits for the line to hear of it: the caller's side has said so when its holder's word comes.
    `
      cm2.d > cm1.d callRelease
      cm2.d > cm4.l callEnded
      cm1.c > cm4.l callEnded
    `,
  ],
]);

hops('a call that all refuse', 'single', [
  ['call', call, SINGLE_CALL],
  [
    'refuse',
    refuse,
    `
      cm1.d > cm4.l callRefuse
      cm2.d > cm4.l callRefuse
      cm3.d > cm4.l callRefuse
      cm4.l > cm1.c callRefuse
    `,
  ],
]);

hops('a call that its caller gives up', 'single', [
  ['call', call, SINGLE_CALL],
  [
    'give up',
    callerHangsUp,
    `
      cm1.c > cm4.l callWithdraw
      cm4.l > cm1.d callWithdraw
      cm4.l > cm2.d callWithdraw
      cm4.l > cm3.d callWithdraw
    `,
  ],
]);

/** The lock of claims 25 and 57: call control's own manager has a process of the line, which asks the others. */
const REPLICATED_CALL = `
  cm1.l > cm2.l lockRequest
  cm1.l > cm3.l lockRequest
  cm2.l > cm1.l lockResponse
  cm3.l > cm1.l lockResponse
  cm1.c > cm2.l callRequest
  cm1.c > cm3.l callRequest
  cm2.l > cm1.l lockAccepted
  cm3.l > cm1.l lockAccepted
  cm2.l > cm1.c callAlert
  cm3.l > cm1.c callAlert
`;
const REPLICATED_ANSWER = `
  cm2.l > cm1.c callProceed
  cm1.c > cm2.l callTaken
  cm1.c > cm3.l callTaken
  cm1.d > cm2.d callAcknowledge
`;

/** Call control tells all what who has the call does with it. */
const REPLICATED_HOLD = `${HOLD}
  cm2.l > cm1.c lineUse
  cm1.c > cm2.l callTaken
  cm1.c > cm3.l callTaken
`;

hops('a call that is answered, held, resumed, and ended by its caller', 'replicated', [
  ['call', call, REPLICATED_CALL],
  ['answer', answer, REPLICATED_ANSWER],
  ['hold', hold, REPLICATED_HOLD],
  ['resume', resume, REPLICATED_HOLD],
  ['digit', sendDigit, 'cm1.d > cm2.d callConvey\ncm2.d > cm1.d callConveyed'],
  [
    'end',
    callerHangsUp,
    `
      cm1.d > cm2.d callRelease
      cm1.c > cm2.l callEnded
      cm1.c > cm3.l callEnded
    `,
  ],
]);

hops('a call that its answerer ends', 'replicated', [
  ['call', call, REPLICATED_CALL],
  ['answer', answer, REPLICATED_ANSWER],
  [
    'end',
    holderHangsUp,
    `
      cm2.d > cm1.d callRelease
      cm2.l > cm1.c callRelease
      cm1.c > cm2.l callEnded
      cm1.c > cm3.l callEnded
    `,
  ],
]);

hops('a call that all refuse', 'replicated', [
  ['call', call, REPLICATED_CALL],
  [
    'refuse',
    refuse,
    `
      cm2.l > cm1.c callRefuse
      cm3.l > cm1.c callRefuse
      cm1.c > cm2.l callWithdraw
      cm1.c > cm3.l callWithdraw
    `,
  ],
]);

hops('a call that its caller gives up', 'replicated', [
  ['call', call, REPLICATED_CALL],
  [
    'give up',
    callerHangsUp,
    `
      cm1.c > cm2.l callWithdraw
      cm1.c > cm3.l callWithdraw
    `,
  ],
]);

const takeOver = ({ phone, callOf }: Cast) => void phone('2000b').replace('2000', callOf('2000a'));
const answerAt2000b = ({ phone, callOf }: Cast) => phone('2000b').answer(callOf('2000b'));
const transfer = ({ phone, callOf }: Cast) => phone('2000a').refer(callOf('2000a'), '2000');

/** Who has that call is asked of each other manager, once; then it is as on one. */
const TAKE_OVER = `
  cm3.d > cm1.m dialogSeek
  cm3.d > cm2.m dialogSeek
  cm1.m > cm3.d dialogSought
  cm2.m > cm3.d dialogSought
  cm3.d > cm2.d callTakeOver
  cm2.d > cm3.d callTakenOver
  cm3.d > cm1.d callAcknowledge
  cm3.d > cm1.d callReplacePeer
  cm1.d > cm3.d callModified
  cm3.d > cm2.d callRelease
`;

hops('a call that another member takes over', 'single', [
  ['call', call, SINGLE_CALL],
  ['answer', answer, SINGLE_ANSWER],
  ['hold', hold, `${HOLD}\ncm2.d > cm4.l lineUse`],
  [
    'take over',
    takeOver,
    `${TAKE_OVER}
      cm3.d > cm4.m dialogSeek
      cm4.m > cm3.d dialogSought
      cm3.d > cm4.l callHeld
      cm4.l > cm1.c callHeld
    `,
  ],
  [
    'end',
    callerHangsUp,
    `
      cm1.d > cm3.d callRelease
      cm1.c > cm4.l callEnded
      cm3.d > cm4.l callEnded
    `,
  ],
]);

hops('a call that another member takes over', 'replicated', [
  ['call', call, REPLICATED_CALL],
  ['answer', answer, REPLICATED_ANSWER],
  ['hold', hold, REPLICATED_HOLD],
  [
    'take over',
    takeOver,
    `${TAKE_OVER}
      cm3.l > cm1.c callHeld
      cm1.c > cm2.l callTaken
      cm1.c > cm3.l callTaken
    `,
  ],
  [
    'end',
    callerHangsUp,
    `
      cm1.d > cm3.d callRelease
      cm1.c > cm2.l callEnded
      cm1.c > cm3.l callEnded
    `,
  ],
]);

hops('a call that is transferred to the line', 'single', [
  ['call', call, SINGLE_CALL],
  ['answer', answer, SINGLE_ANSWER],
  [
    'transfer',
    transfer,
    `
      cm2.d > cm1.d callTransfer
      cm1.c > cm4.l callRequest
      cm4.l > cm1.d callRequest
      cm4.l > cm3.d callRequest
      cm1.d > cm4.l callAlert
      cm3.d > cm4.l callAlert
      cm4.l > cm1.c callAlert
      cm4.l > cm1.c callAlert
      cm1.d > cm2.d callTransferProgress
    `,
  ],
  [
    'answer again',
    answerAt2000b,
    // And the end of the call that was.
    `
      cm3.d > cm4.l callProceed
      cm4.l > cm1.c callProceed
      cm4.l > cm1.d callWithdraw
      cm1.d > cm3.d callAcknowledge
      cm1.d > cm2.d callTransferProgress
      cm1.c > cm4.l callEnded
      cm2.d > cm4.l callEnded
    `,
  ],
]);

test('a call between phones of one manager, whose line has its process there, is no other manager’s business', () => {
  const users = ['1001', '2000a', '2000b', '1002'];
  const site = stage('replicated', users);
  const said = listen(site);
  const cast = castOf(site, users.length);
  cast.phone('1001').call('1002');
  site.run(100);
  cast.phone('1002').answer(cast.callOf('1002'));
  site.run(100);
  callerHangsUp(cast);
  site.run(100);
  assert.deepEqual(said, []);
});

for (const mode of ['single', 'replicated'] as const)
  test(`a registration that is refreshed writes nothing to the store [${mode}]`, () => {
    const site = stage(mode, USERS);
    const transactions = () =>
      site.managers.map(({ run }) => run?.member?.counters?.table.transactions);
    const before = transactions();
    const cast = castOf(site, USERS.length);
    for (const user of USERS) cast.phone(user).register(3600);
    site.run(1000);
    assert.deepEqual(transactions(), before);
  });
