/**
 * A line on several phones, as they see it: flows F4, F5, F7, F9, F10 (claims 1-16, 36-49, 66-78; with replicated lines,
 * and F6 and F8, claims 17-35, 50-65).
 */
import { flow } from './flow.ts';

const MEMBERS = ['2000a', '2000b', '2000c', '1001'];

flow(
  'all members ring, the first answer wins, the others learn that it was answered elsewhere (claims 8, 10, 29, 42, 44, 61)',
  MEMBERS,
  ({ phone, callOf, wait }) => {
    const call = phone('1001').call('2000');
    wait(100);
    phone('2000b').answer(callOf('2000b'));
    wait(100);
    phone('1001').hangUp(call);
    wait(100);
  },
  `
    1001 > INVITE 2000 sdp
    2000a < INVITE 2000a sdp
    2000b < INVITE 2000b sdp
    2000c < INVITE 2000c sdp
    2000a > 180
    2000b > 180
    2000c > 180
    1001 < 180
    2000b > 200 sdp
    2000b < ACK
    2000a < CANCEL, SIP;cause=200;text="Call completed elsewhere"
    2000c < CANCEL, SIP;cause=200;text="Call completed elsewhere"
    1001 < 200 sdp
    2000a > 200 CANCEL
    2000a > 487
    2000c > 200 CANCEL
    2000c > 487
    1001 > ACK
    2000a < ACK
    2000c < ACK
    1001 > BYE
    1001 < 200 BYE
    2000b < BYE, Q.850;cause=16;text="Normal call clearing"
    2000b > 200 BYE
  `,
);

flow(
  'two answers that cross: one wins, the other is acknowledged and ended',
  MEMBERS,
  ({ phone, callOf, wait }) => {
    phone('1001').call('2000');
    wait(100);
    phone('2000a').answer(callOf('2000a'));
    phone('2000c').answer(callOf('2000c'));
    wait(100);
  },
  `
    1001 > INVITE 2000 sdp
    2000a < INVITE 2000a sdp
    2000b < INVITE 2000b sdp
    2000c < INVITE 2000c sdp
    2000a > 180
    2000b > 180
    2000c > 180
    1001 < 180
    2000a > 200 sdp
    2000c > 200 sdp
    2000a < ACK
    2000b < CANCEL, SIP;cause=200;text="Call completed elsewhere"
    2000c < CANCEL, SIP;cause=200;text="Call completed elsewhere"
    1001 < 200 sdp
    2000c < ACK
    2000c < BYE, SIP;cause=200;text="Call completed elsewhere"
    2000b > 200 CANCEL
    2000b > 487
    2000c > 200 CANCEL
    1001 > ACK
    2000c > 200 BYE
    2000b < ACK
  `,
  {
    apart: `
      1001 > INVITE 2000 sdp
      2000a < INVITE 2000a sdp
      2000b < INVITE 2000b sdp
      2000c < INVITE 2000c sdp
      2000a > 180
      2000b > 180
      2000c > 180
      1001 < 180
      2000a > 200 sdp
      2000c > 200 sdp
      2000a < ACK
      2000c < ACK
      2000b < CANCEL, SIP;cause=200;text="Call completed elsewhere"
      2000c < BYE, SIP;cause=200;text="Call completed elsewhere"
      1001 < 200 sdp
      2000b > 200 CANCEL
      2000b > 487
      1001 > ACK
      2000c > 200 BYE
      2000b < ACK
    `,
  },
);

flow(
  'a caller that gives up: members stop ringing, and have missed a call',
  MEMBERS,
  ({ phone, wait }) => {
    const call = phone('1001').call('2000');
    wait(100);
    phone('1001').hangUp(call);
    wait(100);
  },
  `
    1001 > INVITE 2000 sdp
    2000a < INVITE 2000a sdp
    2000b < INVITE 2000b sdp
    2000c < INVITE 2000c sdp
    2000a > 180
    2000b > 180
    2000c > 180
    1001 < 180
    1001 > CANCEL
    1001 < 200 CANCEL
    1001 < 487
    2000a < CANCEL
    2000b < CANCEL
    2000c < CANCEL
    1001 > ACK
    2000a > 200 CANCEL
    2000a > 487
    2000b > 200 CANCEL
    2000b > 487
    2000c > 200 CANCEL
    2000c > 487
    2000a < ACK
    2000b < ACK
    2000c < ACK
  `,
);

flow(
  'the last refusal decides: busy outweighs declined',
  MEMBERS,
  ({ phone, callOf, wait }) => {
    phone('1001').call('2000');
    wait(100);
    phone('2000a').refuse(callOf('2000a'), 486);
    phone('2000b').refuse(callOf('2000b'), 603);
    phone('2000c').refuse(callOf('2000c'), 603);
    wait(100);
  },
  `
    1001 > INVITE 2000 sdp
    2000a < INVITE 2000a sdp
    2000b < INVITE 2000b sdp
    2000c < INVITE 2000c sdp
    2000a > 180
    2000b > 180
    2000c > 180
    1001 < 180
    2000a > 486
    2000b > 603
    2000c > 603
    2000a < ACK
    2000b < ACK
    2000c < ACK
    1001 < 486, Q.850;cause=17;text="User busy"
    1001 > ACK
  `,
);

flow(
  'nobody answers in time: 480, and nothing rings on',
  ['2000a', '1001'],
  ({ phone, wait }) => {
    phone('1001').call('2000');
    wait(9000);
  },
  `
    1001 > INVITE 2000 sdp
    2000a < INVITE 2000a sdp
    2000a > 180
    1001 < 180
    2000a < CANCEL
    1001 < 480, Q.850;cause=19;text="No answer from user"
    2000a > 200 CANCEL
    2000a > 487
    1001 > ACK
    2000a < ACK
  `,
);

flow(
  'a number whose devices are not there is 480, a number that does not exist 404',
  ['1001'],
  ({ phone, wait }) => {
    phone('1001').call('2000');
    wait(100);
    phone('1001').call('7777');
    wait(100);
  },
  `
    1001 > INVITE 2000 sdp
    1001 < 480, Q.850;cause=20;text="LW-3008 no phone is registered"
    1001 > ACK
    1001 > INVITE 7777 sdp
    1001 < 404, Q.850;cause=1;text="LW-3001 unknown number"
    1001 > ACK
  `,
);

flow(
  'a member that calls out does not ring its siblings, and does not ring itself',
  ['2000a', '2000b', '1001'],
  ({ phone, wait }) => {
    phone('2000a').call('1001');
    wait(100);
    phone('2000b').call('2000');
    wait(100);
  },
  `
    2000a > INVITE 1001 sdp
    1001 < INVITE 1001 sdp
    1001 > 180
    2000a < 180
    2000b > INVITE 2000 sdp
    2000a < INVITE 2000a sdp
    2000a > 180
    2000b < 180
  `,
);

flow(
  'in series: each step has its time (claims 9, 43)',
  ['2100a', '2100b', '1001'],
  ({ phone, callOf, wait }) => {
    phone('1001').call('2100');
    wait(2500);
    phone('2100b').answer(callOf('2100b'));
    wait(100);
  },
  `
    1001 > INVITE 2100 sdp
    2100a < INVITE 2100a sdp
    2100a > 180
    1001 < 180
    2100a < CANCEL
    2100b < INVITE 2100b sdp
    2100a > 200 CANCEL
    2100a > 487
    2100b > 180
    2100a < ACK
    2100b > 200 sdp
    2100b < ACK
    1001 < 200 sdp
    1001 > ACK
  `,
);

flow(
  'a delayed member joins after its delay',
  ['2100a', '2000a', '1001'],
  ({ phone, callOf, wait }) => {
    phone('1001').call('2200');
    wait(1100);
    phone('2000a').answer(callOf('2000a'));
    wait(100);
  },
  `
    1001 > INVITE 2200 sdp
    2100a < INVITE 2100a sdp
    2100a > 180
    1001 < 180
    2000a < INVITE 2000a sdp
    2000a > 180
    2000a > 200 sdp
    2000a < ACK
    2100a < CANCEL, SIP;cause=200;text="Call completed elsewhere"
    1001 < 200 sdp
    2100a > 200 CANCEL
    2100a > 487
    1001 > ACK
    2100a < ACK
  `,
);

flow(
  'a member may register the number itself instead of its own address of record',
  ['2000a', '1001'],
  ({ addPhone, phone, wait }) => {
    const member = addPhone('2000b', '2000');
    member.register(3600);
    wait(100);
    const call = phone('1001').call('2000');
    wait(100);
    phone('1001').hangUp(call);
    wait(100);
  },
  `
    1001 > INVITE 2000 sdp
    2000a < INVITE 2000a sdp
    2000b < INVITE 2000b sdp
    2000a > 180
    1001 < 180
    1001 > CANCEL
    1001 < 200 CANCEL
    1001 < 487
    2000a < CANCEL
    2000b < CANCEL
    1001 > ACK
    2000a > 200 CANCEL
    2000a > 487
    2000b > 200 CANCEL
    2000b > 487
    2000a < ACK
    2000b < ACK
  `,
);

flow(
  'one phone on two lines rings for both, and by its own user name alone',
  ['2100a', '2000a', '1001'],
  ({ phone, wait }) => {
    for (const number of ['2200', '2100', '2100a']) {
      const call = phone('1001').call(number);
      wait(100);
      phone('1001').hangUp(call);
      wait(100);
    }
  },
  `
    1001 > INVITE 2200 sdp
    2100a < INVITE 2100a sdp
    2100a > 180
    1001 < 180
    1001 > CANCEL
    1001 < 200 CANCEL
    1001 < 487
    2100a < CANCEL
    1001 > ACK
    2100a > 200 CANCEL
    2100a > 487
    2100a < ACK
    1001 > INVITE 2100 sdp
    2100a < INVITE 2100a sdp
    2100a > 180
    1001 < 180
    1001 > CANCEL
    1001 < 200 CANCEL
    1001 < 487
    2100a < CANCEL
    1001 > ACK
    2100a > 200 CANCEL
    2100a > 487
    2100a < ACK
    1001 > INVITE 2100a sdp
    2100a < INVITE 2100a sdp
    2100a > 180
    1001 < 180
    1001 > CANCEL
    1001 < 200 CANCEL
    1001 < 487
    2100a < CANCEL
    1001 > ACK
    2100a > 200 CANCEL
    2100a > 487
    2100a < ACK
  `,
);
