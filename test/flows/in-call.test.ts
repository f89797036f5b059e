/** What happens inside a call, across both legs: hold and resume, INFO, transfers, Replaces. */

import { flow, talk } from './flow.ts';

const ALL = ['2000a', '2000b', '1001', '1002'];

flow(
  'hold and resume pass through, from either side',
  ['2000a', '1001'],
  (cast) => {
    talk(cast);
    const { phone, callOf, wait } = cast;
    phone('2000a').hold(callOf('2000a'), true);
    wait(100);
    phone('2000a').hold(callOf('2000a'), false);
    wait(100);
    phone('1001').hold(callOf('1001'), true);
    wait(100);
  },
  `
    1001 > INVITE 2000 sdp
    2000a < INVITE 2000a sdp
    2000a > 180
    1001 < 180
    2000a > 200 sdp
    2000a < ACK
    1001 < 200 sdp
    1001 > ACK
    2000a > INVITE again sdp sendonly
    1001 < INVITE again sdp sendonly
    1001 > 200 sdp
    1001 < ACK
    2000a < 200 sdp
    2000a > ACK
    2000a > INVITE again sdp
    1001 < INVITE again sdp
    1001 > 200 sdp
    1001 < ACK
    2000a < 200 sdp
    2000a > ACK
    1001 > INVITE again sdp sendonly
    2000a < INVITE again sdp sendonly
    2000a > 200 sdp
    2000a < ACK
    1001 < 200 sdp
    1001 > ACK
  `,
);

flow(
  'both hold at the same instant: glare is resolved, and both come through',
  ['2000a', '1001'],
  (cast) => {
    talk(cast);
    const { phone, callOf, wait } = cast;
    phone('2000a').hold(callOf('2000a'), true);
    phone('1001').hold(callOf('1001'), true);
    wait(6000);
  },
  `
    1001 > INVITE 2000 sdp
    2000a < INVITE 2000a sdp
    2000a > 180
    1001 < 180
    2000a > 200 sdp
    2000a < ACK
    1001 < 200 sdp
    1001 > ACK
    2000a > INVITE again sdp sendonly
    1001 > INVITE again sdp sendonly
    1001 < INVITE again sdp sendonly
    1001 < 491
    1001 > 491
    1001 > ACK
    1001 < ACK
    1001 < INVITE again sdp sendonly
    1001 > 200 sdp
    1001 < ACK
    2000a < 200 sdp
    2000a > ACK
    1001 > INVITE again sdp sendonly
    2000a < INVITE again sdp sendonly
    2000a > 200 sdp
    2000a < ACK
    1001 < 200 sdp
    1001 > ACK
  `,
  {
    apart: `
      1001 > INVITE 2000 sdp
      2000a < INVITE 2000a sdp
      2000a > 180
      1001 < 180
      2000a > 200 sdp
      2000a < ACK
      1001 < 200 sdp
      1001 > ACK
      2000a > INVITE again sdp sendonly
      1001 > INVITE again sdp sendonly
      2000a < 491
      1001 < 491
      2000a > ACK
      1001 > ACK
      2000a > INVITE again sdp sendonly
      1001 < INVITE again sdp sendonly
      1001 > 200 sdp
      1001 < ACK
      2000a < 200 sdp
      2000a > ACK
      1001 > INVITE again sdp sendonly
      2000a < INVITE again sdp sendonly
      2000a > 200 sdp
      2000a < ACK
      1001 < 200 sdp
      1001 > ACK
    `,
  },
);

flow(
  'a digit by INFO reaches the other phone, and its answer comes back',
  ['2000a', '1001'],
  (cast) => {
    talk(cast);
    cast.phone('1001').info(cast.callOf('1001'), '5');
    cast.wait(100);
  },
  `
    1001 > INVITE 2000 sdp
    2000a < INVITE 2000a sdp
    2000a > 180
    1001 < 180
    2000a > 200 sdp
    2000a < ACK
    1001 < 200 sdp
    1001 > ACK
    1001 > INFO
    2000a < INFO
    2000a > 200 INFO
    1001 < 200 INFO
  `,
);

flow(
  'blind transfer: the caller is given to 1002 with an offer of its own',
  ALL,
  (cast) => {
    talk(cast);
    const { phone, callOf, wait } = cast;
    phone('2000a').refer(callOf('2000a'), '1002');
    wait(100);
    phone('1002').answer(callOf('1002'));
    wait(100);
    phone('1002').hangUp(callOf('1002'));
    wait(100);
  },
  `
    1001 > INVITE 2000 sdp
    2000a < INVITE 2000a sdp
    2000b < INVITE 2000b sdp
    2000a > 180
    2000b > 180
    1001 < 180
    2000a > 200 sdp
    2000a < ACK
    2000b < CANCEL, SIP;cause=200;text="Call completed elsewhere"
    1001 < 200 sdp
    2000b > 200 CANCEL
    2000b > 487
    1001 > ACK
    2000b < ACK
    2000a > REFER
    2000a < 202 REFER
    2000a < NOTIFY 100
    1002 < INVITE 1002, from 1001 referred by 2000
    2000a > 200 NOTIFY
    1002 > 180
    2000a < NOTIFY 180
    2000a > 200 NOTIFY
    1002 > 200 sdp
    1001 < INVITE again sdp
    1001 > 200 sdp
    1001 < ACK
    1002 < ACK sdp
    2000a < NOTIFY 200
    2000a < BYE, Q.850;cause=16;text="Normal call clearing"
    2000a > 200 NOTIFY
    2000a > 200 BYE
    1002 > BYE
    1002 < 200 BYE
    1001 < BYE, Q.850;cause=16;text="Normal call clearing"
    1001 > 200 BYE
  `,
);

flow(
  'blind transfer to somebody who is busy: the old call stands',
  ALL,
  (cast) => {
    talk(cast);
    const { phone, callOf, wait } = cast;
    phone('2000a').refer(callOf('2000a'), '1002');
    wait(100);
    phone('1002').refuse(callOf('1002'), 486);
    wait(100);
    phone('1001').info(callOf('1001'), '5');
    wait(100);
  },
  `
    1001 > INVITE 2000 sdp
    2000a < INVITE 2000a sdp
    2000b < INVITE 2000b sdp
    2000a > 180
    2000b > 180
    1001 < 180
    2000a > 200 sdp
    2000a < ACK
    2000b < CANCEL, SIP;cause=200;text="Call completed elsewhere"
    1001 < 200 sdp
    2000b > 200 CANCEL
    2000b > 487
    1001 > ACK
    2000b < ACK
    2000a > REFER
    2000a < 202 REFER
    2000a < NOTIFY 100
    1002 < INVITE 1002, from 1001 referred by 2000
    2000a > 200 NOTIFY
    1002 > 180
    2000a < NOTIFY 180
    2000a > 200 NOTIFY
    1002 > 486
    1002 < ACK
    2000a < NOTIFY 486
    2000a > 200 NOTIFY
    1001 > INFO
    2000a < INFO
    2000a > 200 INFO
    1001 < 200 INFO
  `,
);

flow(
  'attended transfer: two calls of one phone become one without it',
  ALL,
  (cast) => {
    talk(cast);
    const { phone, callOf, wait } = cast;
    const first = callOf('2000a');
    phone('2000a').hold(first, true);
    wait(100);
    const consultation = phone('2000a').call('1002');
    wait(100);
    phone('1002').answer(callOf('1002'));
    wait(100);
    phone('2000a').referTo(first, consultation, '1002');
    wait(100);
    phone('1001').hangUp(callOf('1001'));
    wait(100);
  },
  `
    1001 > INVITE 2000 sdp
    2000a < INVITE 2000a sdp
    2000b < INVITE 2000b sdp
    2000a > 180
    2000b > 180
    1001 < 180
    2000a > 200 sdp
    2000a < ACK
    2000b < CANCEL, SIP;cause=200;text="Call completed elsewhere"
    1001 < 200 sdp
    2000b > 200 CANCEL
    2000b > 487
    1001 > ACK
    2000b < ACK
    2000a > INVITE again sdp sendonly
    1001 < INVITE again sdp sendonly
    1001 > 200 sdp
    1001 < ACK
    2000a < 200 sdp
    2000a > ACK
    2000a > INVITE 1002 sdp
    1002 < INVITE 1002 sdp
    1002 > 180
    2000a < 180
    1002 > 200 sdp
    1002 < ACK
    2000a < 200 sdp
    2000a > ACK
    2000a > REFER
    2000a < 202 REFER
    2000a < NOTIFY 100
    1002 < INVITE again
    2000a > 200 NOTIFY
    1002 > 200 sdp
    1001 < INVITE again sdp
    1001 > 200 sdp
    1001 < ACK
    1002 < ACK sdp
    2000a < NOTIFY 200
    2000a < BYE, Q.850;cause=16;text="Normal call clearing"
    2000a < BYE, Q.850;cause=16;text="Normal call clearing"
    2000a > 200 NOTIFY
    2000a > 200 BYE
    2000a > 200 BYE
    1001 > BYE
    1001 < 200 BYE
    1002 < BYE, Q.850;cause=16;text="Normal call clearing"
    1002 > 200 BYE
  `,
);

flow(
  'a member takes over the call of another by INVITE with Replaces',
  ALL,
  (cast) => {
    talk(cast);
    const { phone, callOf, wait } = cast;
    phone('2000a').hold(callOf('2000a'), true);
    wait(100);
    const taken = phone('2000b').replace('2000', callOf('2000a'));
    wait(100);
    phone('2000b').hangUp(taken);
    wait(100);
  },
  `
    1001 > INVITE 2000 sdp
    2000a < INVITE 2000a sdp
    2000b < INVITE 2000b sdp
    2000a > 180
    2000b > 180
    1001 < 180
    2000a > 200 sdp
    2000a < ACK
    2000b < CANCEL, SIP;cause=200;text="Call completed elsewhere"
    1001 < 200 sdp
    2000b > 200 CANCEL
    2000b > 487
    1001 > ACK
    2000b < ACK
    2000a > INVITE again sdp sendonly
    1001 < INVITE again sdp sendonly
    1001 > 200 sdp
    1001 < ACK
    2000a < 200 sdp
    2000a > ACK
    2000b > INVITE 2000 sdp
    1001 < INVITE again sdp
    1001 > 200 sdp
    1001 < ACK
    2000b < 200 sdp
    2000b > ACK
    2000a < BYE, Q.850;cause=16;text="Normal call clearing"
    2000a > 200 BYE
    2000b > BYE
    2000b < 200 BYE
    1001 < BYE, Q.850;cause=16;text="Normal call clearing"
    1001 > 200 BYE
  `,
);

flow(
  'who is no member of the line cannot take over its call',
  ALL,
  (cast) => {
    talk(cast);
    cast.phone('1002').replace('2000', cast.callOf('2000a'));
    cast.wait(100);
  },
  `
    1001 > INVITE 2000 sdp
    2000a < INVITE 2000a sdp
    2000b < INVITE 2000b sdp
    2000a > 180
    2000b > 180
    1001 < 180
    2000a > 200 sdp
    2000a < ACK
    2000b < CANCEL, SIP;cause=200;text="Call completed elsewhere"
    1001 < 200 sdp
    2000b > 200 CANCEL
    2000b > 487
    1001 > ACK
    2000b < ACK
    1002 > INVITE 2000 sdp
    1002 < 403, Q.850;cause=21;text="Call rejected"
    1002 > ACK
  `,
);

flow(
  'members watch their line by the dialog package, outsiders do not',
  ALL,
  (cast) => {
    const { phone, callOf, wait } = cast;
    phone('2000b').watch('2000');
    phone('1002').watch('2000');
    wait(100);
    talk(cast);
    phone('1001').hangUp(callOf('1001'));
    wait(100);
  },
  `
    2000b > SUBSCRIBE
    1002 > SUBSCRIBE
    2000b < 200 SUBSCRIBE
    2000b < NOTIFY idle
    1002 < 403 SUBSCRIBE
    2000b > 200 NOTIFY
    1001 > INVITE 2000 sdp
    2000a < INVITE 2000a sdp
    2000b < INVITE 2000b sdp
    2000b < NOTIFY early
    2000a > 180
    2000b > 180
    2000b > 200 NOTIFY
    1001 < 180
    2000a > 200 sdp
    2000a < ACK
    2000b < CANCEL, SIP;cause=200;text="Call completed elsewhere"
    2000b < NOTIFY confirmed
    1001 < 200 sdp
    2000b > 200 CANCEL
    2000b > 487
    2000b > 200 NOTIFY
    1001 > ACK
    2000b < ACK
    1001 > BYE
    1001 < 200 BYE
    2000a < BYE, Q.850;cause=16;text="Normal call clearing"
    2000b < NOTIFY idle
    2000a > 200 BYE
    2000b > 200 NOTIFY
  `,
);

flow(
  'UPDATE stays UPDATE on the other leg',
  ['2000a', '1001'],
  (cast) => {
    talk(cast);
    cast.phone('1001').update(cast.callOf('1001'));
    cast.wait(100);
  },
  `
    1001 > INVITE 2000 sdp
    2000a < INVITE 2000a sdp
    2000a > 180
    1001 < 180
    2000a > 200 sdp
    2000a < ACK
    1001 < 200 sdp
    1001 > ACK
    1001 > UPDATE sdp sendonly
    2000a < UPDATE sdp sendonly
    2000a > 200 UPDATE sdp
    1001 < 200 UPDATE sdp
  `,
);

flow(
  'a consultation that still rings is given away as a blind transfer',
  ALL,
  (cast) => {
    talk(cast);
    const { phone, callOf, wait } = cast;
    const first = callOf('2000a');
    const consultation = phone('2000a').call('1002');
    wait(100);
    phone('2000a').referTo(first, consultation, '1002');
    wait(100);
    phone('1002').answer(callOf('1002'));
    wait(100);
  },
  `
    1001 > INVITE 2000 sdp
    2000a < INVITE 2000a sdp
    2000b < INVITE 2000b sdp
    2000a > 180
    2000b > 180
    1001 < 180
    2000a > 200 sdp
    2000a < ACK
    2000b < CANCEL, SIP;cause=200;text="Call completed elsewhere"
    1001 < 200 sdp
    2000b > 200 CANCEL
    2000b > 487
    1001 > ACK
    2000b < ACK
    2000a > INVITE 1002 sdp
    1002 < INVITE 1002 sdp
    1002 > 180
    2000a < 180
    2000a > REFER
    2000a < 487, Q.850;cause=16;text="Normal call clearing"
    2000a < 202 REFER
    2000a < NOTIFY 100
    1002 < CANCEL
    1002 < INVITE 1002, from 1001 referred by 2000
    2000a > ACK
    2000a > 200 NOTIFY
    1002 > 200 CANCEL
    1002 > 487
    1002 > 180
    1002 < ACK
    2000a < NOTIFY 180
    2000a > 200 NOTIFY
    1002 > 200 sdp
    1001 < INVITE again sdp
    1001 > 200 sdp
    1001 < ACK
    1002 < ACK sdp
    2000a < NOTIFY 200
    2000a < BYE, Q.850;cause=16;text="Normal call clearing"
    2000a > 200 NOTIFY
    2000a > 200 BYE
  `,
);

flow(
  'who is transferred to its own line is not rung by its own call',
  ['2000a', '2000b', '1001'],
  ({ phone, callOf, wait }) => {
    phone('2000b').call('1001');
    wait(100);
    phone('1001').answer(callOf('1001'));
    wait(100);
    phone('1001').refer(callOf('1001'), '2000');
    wait(100);
    phone('2000a').refuse(callOf('2000a'), 486);
    wait(100);
  },
  `
    2000b > INVITE 1001 sdp
    1001 < INVITE 1001 sdp
    1001 > 180
    2000b < 180
    1001 > 200 sdp
    1001 < ACK
    2000b < 200 sdp
    2000b > ACK
    1001 > REFER
    1001 < 202 REFER
    1001 < NOTIFY 100
    2000a < INVITE 2000a, from 2000 referred by 1001
    1001 > 200 NOTIFY
    2000a > 180
    1001 < NOTIFY 180
    1001 > 200 NOTIFY
    2000a > 486
    2000a < ACK
    1001 < NOTIFY 486
    1001 > 200 NOTIFY
  `,
);

flow(
  'a moved call that a second transfer cannot move stands, and leaves nothing behind',
  ALL,
  (cast) => {
    talk(cast);
    const { phone, callOf, wait } = cast;
    phone('2000a').refer(callOf('2000a'), '1002');
    wait(100);
    phone('1002').answer(callOf('1002'));
    wait(100);
    phone('1002').refer(callOf('1002'), '7777');
    wait(100);
    phone('1001').hangUp(callOf('1001'));
    wait(100);
  },
  `
    1001 > INVITE 2000 sdp
    2000a < INVITE 2000a sdp
    2000b < INVITE 2000b sdp
    2000a > 180
    2000b > 180
    1001 < 180
    2000a > 200 sdp
    2000a < ACK
    2000b < CANCEL, SIP;cause=200;text="Call completed elsewhere"
    1001 < 200 sdp
    2000b > 200 CANCEL
    2000b > 487
    1001 > ACK
    2000b < ACK
    2000a > REFER
    2000a < 202 REFER
    2000a < NOTIFY 100
    1002 < INVITE 1002, from 1001 referred by 2000
    2000a > 200 NOTIFY
    1002 > 180
    2000a < NOTIFY 180
    2000a > 200 NOTIFY
    1002 > 200 sdp
    1001 < INVITE again sdp
    1001 > 200 sdp
    1001 < ACK
    1002 < ACK sdp
    2000a < NOTIFY 200
    2000a < BYE, Q.850;cause=16;text="Normal call clearing"
    2000a > 200 NOTIFY
    2000a > 200 BYE
    1002 > REFER
    1002 < 202 REFER
    1002 < NOTIFY 100
    1002 > 200 NOTIFY
    1002 < NOTIFY 404
    1002 > 200 NOTIFY
    1001 > BYE
    1001 < 200 BYE
    1002 < BYE, Q.850;cause=16;text="Normal call clearing"
    1002 > 200 BYE
  `,
);

flow(
  'a moved call that another member takes over leaves nothing behind',
  ALL,
  (cast) => {
    const { phone, callOf, wait } = cast;
    phone('1001').call('2000');
    wait(100);
    phone('2000a').answer(callOf('2000a'));
    wait(100);
    phone('1001').refer(callOf('1001'), '1002');
    wait(100);
    phone('1002').answer(callOf('1002'));
    wait(100);
    phone('2000a').hold(callOf('2000a'), true);
    wait(100);
    const taken = phone('2000b').replace('2000', callOf('2000a'));
    wait(100);
    phone('2000b').hangUp(taken);
    wait(100);
  },
  `
    1001 > INVITE 2000 sdp
    2000a < INVITE 2000a sdp
    2000b < INVITE 2000b sdp
    2000a > 180
    2000b > 180
    1001 < 180
    2000a > 200 sdp
    2000a < ACK
    2000b < CANCEL, SIP;cause=200;text="Call completed elsewhere"
    1001 < 200 sdp
    2000b > 200 CANCEL
    2000b > 487
    1001 > ACK
    2000b < ACK
    1001 > REFER
    1001 < 202 REFER
    1001 < NOTIFY 100
    1002 < INVITE 1002, from 2000 referred by 1001
    1001 > 200 NOTIFY
    1002 > 180
    1001 < NOTIFY 180
    1001 > 200 NOTIFY
    1002 > 200 sdp
    2000a < INVITE again sdp
    2000a > 200 sdp
    2000a < ACK
    1002 < ACK sdp
    1001 < NOTIFY 200
    1001 < BYE, Q.850;cause=16;text="Normal call clearing"
    1001 > 200 NOTIFY
    1001 > 200 BYE
    2000a > INVITE again sdp sendonly
    1002 < INVITE again sdp sendonly
    1002 > 200 sdp
    1002 < ACK
    2000a < 200 sdp
    2000a > ACK
    2000b > INVITE 2000 sdp
    1002 < INVITE again sdp
    1002 > 200 sdp
    1002 < ACK
    2000b < 200 sdp
    2000b > ACK
    2000a < BYE, Q.850;cause=16;text="Normal call clearing"
    2000a > 200 BYE
    2000b > BYE
    2000b < 200 BYE
    1002 < BYE, Q.850;cause=16;text="Normal call clearing"
    1002 > 200 BYE
  `,
);
