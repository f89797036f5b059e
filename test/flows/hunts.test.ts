/** Hunts as phones see them: several lines ring, one answers, whatever mode they are in and wherever they are. */
import type { Line } from '../../src/call/directory.ts';
import type { Hunt } from '../../src/call/hunting/hunt.ts';
import { simulationDirectory } from '../../src/testkit/simulation-directory.ts';
import { DOMAIN } from '../../src/testkit/site.ts';
import { type FlowOptions, flow } from './flow.ts';

function huntOf(number: string, lines: readonly string[], rest: Partial<Hunt>): [string, Hunt] {
  return [
    number,
    {
      number,
      name: '',
      order: 'serial',
      lines: lines.map((line) => ({ number: line, ms: 3000 })),
      noAnswerMs: 20_000,
      ...rest,
    },
  ];
}

const OPTIONS = {
  directory: {
    ...simulationDirectory(DOMAIN),
    hunts: new Map([
      huntOf('2900', ['2000', '2100'], { order: 'parallel' }),
      huntOf('2901', ['1002', '2000'], { noAnswerTo: '2100', busyTo: '2902' }),
      huntOf('2902', ['2000', '1002'], {}),
    ]),
  },
};

flow(
  'all lines of a hunt ring; when one phone answers, the others hear that the call was completed elsewhere',
  ['1001', '2000a', '2100a'],
  ({ phone, callOf, wait }) => {
    phone('1001').call('2900');
    wait(100);
    phone('2100a').answer(callOf('2100a'));
    wait(100);
    phone('1001').hangUp(callOf('1001'));
    wait(100);
  },
  `
    1001 > INVITE 2900 sdp
    2000a < INVITE 2000a sdp
    2100a < INVITE 2100a sdp
    2000a > 180
    2100a > 180
    1001 < 180
    2100a > 200 sdp
    2100a < ACK
    1001 < 200 sdp
    2000a < CANCEL, SIP;cause=200;text="Call completed elsewhere"
    1001 > ACK
    2000a > 200 CANCEL
    2000a > 487
    2000a < ACK
    1001 > BYE
    1001 < 200 BYE
    2100a < BYE, Q.850;cause=16;text="Normal call clearing"
    2100a > 200 BYE
  `,
  OPTIONS,
);

flow(
  'in series a line that is busy is skipped, and one that does not answer gives way to the next',
  ['1001', '1002', '2000a', '2100a'],
  ({ phone, callOf, wait }) => {
    phone('1002').onInvited = (call) => phone('1002').refuse(call, 486);
    phone('1001').call('2901');
    wait(3100);
    phone('2100a').answer(callOf('2100a'));
    wait(100);
    phone('2100a').hangUp(callOf('2100a'));
    wait(100);
  },
  `
    1001 > INVITE 2901 sdp
    1002 < INVITE 1002 sdp
    1002 > 486
    1002 < ACK
    2000a < INVITE 2000a sdp
    2000a > 180
    1001 < 180
    2000a < CANCEL
    2100a < INVITE 2100a sdp
    2000a > 200 CANCEL
    2000a > 487
    2100a > 180
    2000a < ACK
    2100a > 200 sdp
    2100a < ACK
    1001 < 200 sdp
    1001 > ACK
    2100a > BYE
    2100a < 200 BYE
    1001 < BYE, Q.850;cause=16;text="Normal call clearing"
    1001 > 200 BYE
  `,
  OPTIONS,
);

flow(
  'nobody is there: the hunt leads to another one, and the caller hears why nobody takes the call',
  ['1001'],
  ({ phone, wait }) => {
    phone('1001').call('2901');
    wait(100);
  },
  `
    1001 > INVITE 2901 sdp
    1001 < 480, Q.850;cause=20;text="LW-3424 no phone of the hunt is registered"
    1001 > ACK
  `,
  OPTIONS,
);

/** As above, and 1002 forwards what it does not take. */
function forwarding(forward: NonNullable<Line['forward']>): FlowOptions {
  const lines = new Map(OPTIONS.directory.lines);
  const line = lines.get('1002');
  if (line !== undefined) lines.set('1002', { ...line, forward });
  const hunts = new Map([huntOf('2901', ['2000'], { noAnswerTo: '1002', busyTo: '1002' })]);
  return { directory: { ...OPTIONS.directory, lines, hunts } };
}

flow(
  'a hunt goes on to a line that is busy and forwards: the call goes where that says',
  ['1001', '1002', '2000a', '2100a'],
  ({ phone, callOf, wait }) => {
    for (const user of ['1002', '2000a'])
      phone(user).onInvited = (call) => phone(user).refuse(call, 486);
    phone('1001').call('2901');
    wait(100);
    phone('2100a').answer(callOf('2100a'));
    wait(100);
  },
  `
    1001 > INVITE 2901 sdp
    2000a < INVITE 2000a sdp
    2000a > 486
    2000a < ACK
    1002 < INVITE 1002 sdp
    1002 > 486
    1002 < ACK
    1001 < 181
    2100a < INVITE 2100a sdp, from 1001 by 1002 user-busy
    2100a > 180
    1001 < 180
    2100a > 200 sdp
    2100a < ACK
    1001 < 200 sdp
    1001 > ACK
  `,
  forwarding({ busy: '2100' }),
);

flow(
  'a hunt goes on to a line that forwards back to the hunt: the second time is the end of it',
  ['1001', '1002', '2000a'],
  ({ phone, wait }) => {
    for (const user of ['1002', '2000a'])
      phone(user).onInvited = (call) => phone(user).refuse(call, 486);
    phone('1001').call('2901');
    wait(200);
  },
  `
    1001 > INVITE 2901 sdp
    2000a < INVITE 2000a sdp
    2000a > 486
    2000a < ACK
    1002 < INVITE 1002 sdp
    1002 > 486
    1002 < ACK
    1001 < 181
    2000a < INVITE 2000a sdp, from 1001 by 1002 user-busy
    2000a > 486
    2000a < ACK
    1002 < INVITE 1002 sdp, from 1001 by 1002 user-busy
    1002 > 486
    1002 < ACK
    1001 < 483, Q.850;cause=25;text="LW-3401 forwards go round in a circle"
    1001 > ACK
  `,
  forwarding({ busy: '2901' }),
);
