/**
 * What phones hear of a manager whose machine dies: within two seconds, whatever they were in the middle
 * of, they go on or are told the end. Calls end that have a leg or their call control there.
 *
 * The first user of each flow is at cm1, the second at cm2, the third at cm3; in single mode lines are at cm4.
 */
import { keyOf } from '../../src/testkit/network.ts';
import { type Cast, type FlowOptions, flow, talk } from './flow.ts';

const BOTH: FlowOptions = { settings: ['single', 'replicated'], timings: {}, restMs: 40_000 };
const SINGLE: FlowOptions = { ...BOTH, settings: ['single'] };
const SEEN_WITHIN_MS = 2000;
/** Of line 2000. */
const NO_ANSWER_MS = 8000;

/** The machine dies at which `user` is registered. */
function lose({ site, phone, wait }: Cast, user: string): void {
  const at = keyOf(phone(user).server);
  site.managers.find(({ address }) => keyOf(address) === at)?.kill('machine');
  wait(SEEN_WITHIN_MS);
}

/** The machine dies where lines have their process in single mode. */
function loseLine({ site, wait }: Cast): void {
  site.managers.at(-1)?.kill('machine');
  wait(SEEN_WITHIN_MS);
}

flow(
  'that of the caller, while phones ring',
  ['1001', '2000a', '2000b'],
  (cast) => {
    cast.phone('1001').call('2000');
    cast.wait(100);
    lose(cast, '1001');
  },
  `
    1001 > INVITE 2000 sdp
    1001 < 180
    2000a < INVITE 2000a sdp
    2000a > 180
    2000a < CANCEL, Q.850;cause=41;text="Temporary failure"
    2000a > 200 CANCEL
    2000a > 487
    2000a < ACK
    2000b < INVITE 2000b sdp
    2000b > 180
    2000b < CANCEL, Q.850;cause=41;text="Temporary failure"
    2000b > 200 CANCEL
    2000b > 487
    2000b < ACK
  `,
  BOTH,
);

flow(
  'that of the only phone that rings',
  ['1001', '2000a'],
  (cast) => {
    cast.phone('1001').call('2000');
    cast.wait(100);
    lose(cast, '2000a');
  },
  `
    1001 > INVITE 2000 sdp
    1001 < 180
    1001 < 480, Q.850;cause=18;text="No user responding"
    1001 > ACK
    2000a < INVITE 2000a sdp
    2000a > 180
  `,
  BOTH,
);

flow(
  'that of one of two phones that ring',
  ['1001', '2000a', '2000b'],
  (cast) => {
    const { phone, callOf, wait } = cast;
    phone('1001').call('2000');
    wait(100);
    lose(cast, '2000b');
    phone('2000a').answer(callOf('2000a'));
    wait(100);
  },
  `
    1001 > INVITE 2000 sdp
    1001 < 180
    1001 < 200 sdp
    1001 > ACK
    2000a < INVITE 2000a sdp
    2000a > 180
    2000a > 200 sdp
    2000a < ACK
    2000b < INVITE 2000b sdp
    2000b > 180
  `,
  BOTH,
);

flow(
  'that of the phone that was the first to ring, while another one rings',
  ['1001', '2000a', '2000b'],
  (cast) => {
    const { phone, callOf, wait } = cast;
    phone('1001').call('2000');
    wait(100);
    lose(cast, '2000a');
    phone('2000b').answer(callOf('2000b'));
    wait(100);
  },
  `
    1001 > INVITE 2000 sdp
    1001 < 180
    1001 < 200 sdp
    1001 > ACK
    2000a < INVITE 2000a sdp
    2000a > 180
    2000b < INVITE 2000b sdp
    2000b > 180
    2000b > 200 sdp
    2000b < ACK
  `,
  BOTH,
);

flow(
  'that of the line, while phones ring',
  ['1001', '2000a', '2000b'],
  (cast) => {
    const { phone, callOf, wait } = cast;
    phone('1001').call('2000');
    wait(100);
    loseLine(cast);
    phone('2000a').answer(callOf('2000a'));
    wait(100);
  },
  `
    1001 > INVITE 2000 sdp
    1001 < 180
    1001 < 200 sdp
    1001 > ACK
    2000a < INVITE 2000a sdp
    2000a > 180
    2000a > 200 sdp
    2000a < ACK
    2000b < INVITE 2000b sdp
    2000b > 180
    2000b < CANCEL, SIP;cause=200;text="Call completed elsewhere"
    2000b > 200 CANCEL
    2000b > 487
    2000b < ACK
  `,
  SINGLE,
);

/** Nobody answers; all that has the line's time in its hands dies when three quarters of that are over. */
function ringInVain(cast: Cast, die: () => void): void {
  cast.phone('1001').call('2000');
  cast.wait(NO_ANSWER_MS - SEEN_WITHIN_MS);
  die();
  cast.wait(200);
}

const RUNG_IN_VAIN = `
    1001 > INVITE 2000 sdp
    1001 < 180
    1001 < 480, Q.850;cause=19;text="No answer from user"
    1001 > ACK
    2000a < INVITE 2000a sdp
    2000a > 180
    2000a < CANCEL
    2000a > 200 CANCEL
    2000a > 487
    2000a < ACK`;

flow(
  'that of the line, while phones ring in vain: the call is given up when it would have been',
  ['1001', '2000a'],
  (cast) => ringInVain(cast, () => loseLine(cast)),
  RUNG_IN_VAIN,
  SINGLE,
);

flow(
  'that of one of the processes of a line, while phones ring in vain: it is given up when it would have been',
  ['1001', '2000a', '2000b'],
  (cast) => ringInVain(cast, () => lose(cast, '2000b')),
  `${RUNG_IN_VAIN}
    2000b < INVITE 2000b sdp
    2000b > 180
  `,
  { ...BOTH, settings: ['replicated'] },
);

flow(
  'that of the line, while people talk',
  ['1001', '2000a'],
  (cast) => {
    const { phone, callOf, wait } = cast;
    talk(cast);
    loseLine(cast);
    phone('2000a').hold(callOf('2000a'), true);
    wait(100);
    phone('1001').hangUp(callOf('1001'));
    wait(100);
  },
  `
    1001 > INVITE 2000 sdp
    1001 < 180
    1001 < 200 sdp
    1001 > ACK
    1001 < INVITE again sdp sendonly
    1001 > 200 sdp
    1001 < ACK
    1001 > BYE
    1001 < 200 BYE
    2000a < INVITE 2000a sdp
    2000a > 180
    2000a > 200 sdp
    2000a < ACK
    2000a > INVITE again sdp sendonly
    2000a < 200 sdp
    2000a > ACK
    2000a < BYE, Q.850;cause=16;text="Normal call clearing"
    2000a > 200 BYE
  `,
  SINGLE,
);

flow(
  'that of who answered',
  ['1001', '2000a'],
  (cast) => {
    talk(cast);
    lose(cast, '2000a');
  },
  `
    1001 > INVITE 2000 sdp
    1001 < 180
    1001 < 200 sdp
    1001 > ACK
    1001 < BYE, Q.850;cause=41;text="Temporary failure"
    1001 > 200 BYE
    2000a < INVITE 2000a sdp
    2000a > 180
    2000a > 200 sdp
    2000a < ACK
  `,
  BOTH,
);

flow(
  'that of who called',
  ['1001', '2000a'],
  (cast) => {
    talk(cast);
    lose(cast, '1001');
  },
  `
    1001 > INVITE 2000 sdp
    1001 < 180
    1001 < 200 sdp
    1001 > ACK
    2000a < INVITE 2000a sdp
    2000a > 180
    2000a > 200 sdp
    2000a < ACK
    2000a < BYE, Q.850;cause=41;text="Temporary failure"
    2000a > 200 BYE
  `,
  BOTH,
);

flow(
  'that of who is held',
  ['1001', '2000a'],
  (cast) => {
    talk(cast);
    cast.phone('2000a').hold(cast.callOf('2000a'), true);
    cast.wait(100);
    lose(cast, '1001');
  },
  `
    1001 > INVITE 2000 sdp
    1001 < 180
    1001 < 200 sdp
    1001 > ACK
    1001 < INVITE again sdp sendonly
    1001 > 200 sdp
    1001 < ACK
    2000a < INVITE 2000a sdp
    2000a > 180
    2000a > 200 sdp
    2000a < ACK
    2000a > INVITE again sdp sendonly
    2000a < 200 sdp
    2000a > ACK
    2000a < BYE, Q.850;cause=41;text="Temporary failure"
    2000a > 200 BYE
  `,
  BOTH,
);

flow(
  'that of who is asked to hold, before the answer: it is refused, and the call ends',
  ['1001', '2000a'],
  (cast) => {
    talk(cast);
    cast.phone('2000a').hold(cast.callOf('2000a'), true);
    cast.wait(2);
    lose(cast, '1001');
  },
  `
    1001 > INVITE 2000 sdp
    1001 < 180
    1001 < 200 sdp
    1001 > ACK
    1001 < INVITE again sdp sendonly
    1001 > 200 sdp
    1001 > 200 sdp
    1001 > 200 sdp
    2000a < INVITE 2000a sdp
    2000a > 180
    2000a > 200 sdp
    2000a < ACK
    2000a > INVITE again sdp sendonly
    2000a < 487
    2000a < BYE, Q.850;cause=41;text="Temporary failure"
    2000a > ACK
    2000a > 200 BYE
  `,
  BOTH,
);

flow(
  'that of the transferor, while the new party rings: the transfer goes on',
  ['1001', '2000a', '1002'],
  (cast) => {
    const { phone, callOf, wait } = cast;
    talk(cast);
    phone('2000a').refer(callOf('2000a'), '1002');
    wait(100);
    lose(cast, '2000a');
    phone('1002').answer(callOf('1002'));
    wait(100);
    phone('1001').info(callOf('1001'), '5');
    wait(100);
  },
  `
    1001 > INVITE 2000 sdp
    1001 < 180
    1001 < 200 sdp
    1001 > ACK
    1001 < INVITE again sdp
    1001 > 200 sdp
    1001 < ACK
    1001 > INFO
    1001 < 200 INFO
    1002 < INVITE 1002, from 1001 referred by 2000
    1002 > 180
    1002 > 200 sdp
    1002 < ACK sdp
    1002 < INFO
    1002 > 200 INFO
    2000a < INVITE 2000a sdp
    2000a > 180
    2000a > 200 sdp
    2000a < ACK
    2000a > REFER
    2000a < 202 REFER
    2000a < NOTIFY 100
    2000a > 200 NOTIFY
    2000a < NOTIFY 180
    2000a > 200 NOTIFY
  `,
  BOTH,
);

flow(
  'that of the new party of a transfer, while it rings: the old call stands',
  ['1001', '2000a', '1002'],
  (cast) => {
    const { phone, callOf, wait } = cast;
    talk(cast);
    phone('2000a').refer(callOf('2000a'), '1002');
    wait(100);
    lose(cast, '1002');
    phone('1001').info(callOf('1001'), '5');
    wait(100);
  },
  `
    1001 > INVITE 2000 sdp
    1001 < 180
    1001 < 200 sdp
    1001 > ACK
    1001 > INFO
    1001 < 200 INFO
    1002 < INVITE 1002, from 1001 referred by 2000
    1002 > 180
    2000a < INVITE 2000a sdp
    2000a > 180
    2000a > 200 sdp
    2000a < ACK
    2000a > REFER
    2000a < 202 REFER
    2000a < NOTIFY 100
    2000a > 200 NOTIFY
    2000a < NOTIFY 180
    2000a > 200 NOTIFY
    2000a < NOTIFY 480
    2000a > 200 NOTIFY
    2000a < INFO
    2000a > 200 INFO
  `,
  BOTH,
);

flow(
  'that of who is transferred, while the new party rings',
  ['1001', '2000a', '1002'],
  (cast) => {
    const { phone, callOf, wait } = cast;
    talk(cast);
    phone('2000a').refer(callOf('2000a'), '1002');
    wait(100);
    lose(cast, '1001');
  },
  `
    1001 > INVITE 2000 sdp
    1001 < 180
    1001 < 200 sdp
    1001 > ACK
    1002 < INVITE 1002, from 1001 referred by 2000
    1002 > 180
    1002 < CANCEL, Q.850;cause=41;text="Temporary failure"
    1002 > 200 CANCEL
    1002 > 487
    1002 < ACK
    2000a < INVITE 2000a sdp
    2000a > 180
    2000a > 200 sdp
    2000a < ACK
    2000a > REFER
    2000a < 202 REFER
    2000a < NOTIFY 100
    2000a > 200 NOTIFY
    2000a < NOTIFY 180
    2000a > 200 NOTIFY
    2000a < NOTIFY 500
    2000a < BYE, Q.850;cause=41;text="Temporary failure"
    2000a > 200 NOTIFY
    2000a > 200 BYE
  `,
  BOTH,
);

/** 2000a talks to 1001 and to 1002, joins them, and some milliseconds pass. */
function join(cast: Cast, ms: number): void {
  const { phone, callOf, wait } = cast;
  talk(cast);
  const first = callOf('2000a');
  const consultation = phone('2000a').call('1002');
  wait(100);
  phone('1002').answer(callOf('1002'));
  wait(100);
  phone('2000a').referTo(first, consultation, '1002');
  wait(ms);
}

flow(
  'that of who is asked for an offer in an attended transfer: the old call stands',
  ['1001', '2000a', '1002'],
  (cast) => {
    join(cast, 2);
    lose(cast, '1002');
    cast.phone('1001').info(cast.callOf('1001'), '5');
    cast.wait(100);
  },
  `
    1001 > INVITE 2000 sdp
    1001 < 180
    1001 < 200 sdp
    1001 > ACK
    1001 > INFO
    1001 < 200 INFO
    1002 < INVITE 1002 sdp
    1002 > 180
    1002 > 200 sdp
    1002 < ACK
    1002 < INVITE again
    1002 > 200 sdp
    1002 > 200 sdp
    1002 > 200 sdp
    2000a < INVITE 2000a sdp
    2000a > 180
    2000a > 200 sdp
    2000a < ACK
    2000a > INVITE 1002 sdp
    2000a < 180
    2000a < 200 sdp
    2000a > ACK
    2000a > REFER
    2000a < 202 REFER
    2000a < NOTIFY 100
    2000a > 200 NOTIFY
    2000a < BYE, Q.850;cause=41;text="Temporary failure"
    2000a > 200 BYE
    2000a < NOTIFY 500
    2000a > 200 NOTIFY
    2000a < INFO
    2000a > 200 INFO
  `,
  // The one that has the consultation, and the one that is to be transferred, notice at one time.
  { ...BOTH, inAnyOrder: true },
);

flow(
  'that of who is transferred, before it has got the offer: the consultation stands',
  ['1001', '2000a', '1002'],
  (cast) => {
    join(cast, 2);
    lose(cast, '1001');
    cast.phone('1002').info(cast.callOf('1002'), '5');
    cast.wait(100);
  },
  `
    1001 > INVITE 2000 sdp
    1001 < 180
    1001 < 200 sdp
    1001 > ACK
    1002 < INVITE 1002 sdp
    1002 > 180
    1002 > 200 sdp
    1002 < ACK
    1002 < INVITE again
    1002 > 200 sdp
    1002 > 200 sdp
    1002 < ACK
    1002 > INFO
    1002 < 200 INFO
    2000a < INVITE 2000a sdp
    2000a > 180
    2000a > 200 sdp
    2000a < ACK
    2000a > INVITE 1002 sdp
    2000a < 180
    2000a < 200 sdp
    2000a > ACK
    2000a > REFER
    2000a < 202 REFER
    2000a < NOTIFY 100
    2000a > 200 NOTIFY
    2000a < NOTIFY 500
    2000a < BYE, Q.850;cause=41;text="Temporary failure"
    2000a > 200 NOTIFY
    2000a > 200 BYE
    2000a < INFO
    2000a > 200 INFO
  `,
  BOTH,
);

flow(
  'that of the transferor, in the middle of an attended transfer: the two are joined',
  ['1001', '2000a', '1002'],
  (cast) => {
    join(cast, 2);
    lose(cast, '2000a');
    cast.phone('1001').info(cast.callOf('1001'), '5');
    cast.wait(100);
  },
  `
    1001 > INVITE 2000 sdp
    1001 < 180
    1001 < 200 sdp
    1001 > ACK
    1001 < INVITE again sdp
    1001 > 200 sdp
    1001 < ACK
    1001 > INFO
    1001 < 200 INFO
    1002 < INVITE 1002 sdp
    1002 > 180
    1002 > 200 sdp
    1002 < ACK
    1002 < INVITE again
    1002 > 200 sdp
    1002 < ACK sdp
    1002 < INFO
    1002 > 200 INFO
    2000a < INVITE 2000a sdp
    2000a > 180
    2000a > 200 sdp
    2000a < ACK
    2000a > INVITE 1002 sdp
    2000a < 180
    2000a < 200 sdp
    2000a > ACK
    2000a > REFER
    2000a < 202 REFER
    2000a < NOTIFY 100
    2000a > 200 NOTIFY
  `,
  BOTH,
);

flow(
  'that of who takes a held call over, while the other phone changes: who held it has it still',
  ['1001', '2000a', '2000b'],
  (cast) => {
    talk(cast);
    cast.phone('2000a').hold(cast.callOf('2000a'), true);
    cast.wait(100);
    cast.phone('2000b').replace('2000', cast.callOf('2000a'));
    cast.wait(2);
    lose(cast, '2000b');
  },
  `
    1001 > INVITE 2000 sdp
    1001 < 180
    1001 < 200 sdp
    1001 > ACK
    1001 < INVITE again sdp sendonly
    1001 > 200 sdp
    1001 < ACK
    1001 < INVITE again sdp
    1001 > 200 sdp
    1001 < ACK
    2000a < INVITE 2000a sdp
    2000a > 180
    2000a > 200 sdp
    2000a < ACK
    2000a > INVITE again sdp sendonly
    2000a < 200 sdp
    2000a > ACK
    2000b < INVITE 2000b sdp
    2000b > 180
    2000b < CANCEL, SIP;cause=200;text="Call completed elsewhere"
    2000b > 200 CANCEL
    2000b > 487
    2000b < ACK
    2000b > INVITE 2000 sdp
  `,
  BOTH,
);

flow(
  'that of whom a call is taken from, while the other phone changes: it is taken',
  ['1001', '2000a', '2000b'],
  (cast) => {
    talk(cast);
    cast.phone('2000a').hold(cast.callOf('2000a'), true);
    cast.wait(100);
    cast.phone('2000b').replace('2000', cast.callOf('2000a'));
    cast.wait(2);
    lose(cast, '2000a');
    cast.phone('1001').info(cast.callOf('1001'), '5');
    cast.wait(100);
  },
  `
    1001 > INVITE 2000 sdp
    1001 < 180
    1001 < 200 sdp
    1001 > ACK
    1001 < INVITE again sdp sendonly
    1001 > 200 sdp
    1001 < ACK
    1001 < INVITE again sdp
    1001 > 200 sdp
    1001 < ACK
    1001 > INFO
    1001 < 200 INFO
    2000a < INVITE 2000a sdp
    2000a > 180
    2000a > 200 sdp
    2000a < ACK
    2000a > INVITE again sdp sendonly
    2000a < 200 sdp
    2000a > ACK
    2000b < INVITE 2000b sdp
    2000b > 180
    2000b < CANCEL, SIP;cause=200;text="Call completed elsewhere"
    2000b > 200 CANCEL
    2000b > 487
    2000b < ACK
    2000b > INVITE 2000 sdp
    2000b < 200 sdp
    2000b > ACK
    2000b < INFO
    2000b > 200 INFO
  `,
  BOTH,
);

flow(
  'that of who is to change over to another phone: all ends',
  ['1001', '2000a', '2000b'],
  (cast) => {
    talk(cast);
    cast.phone('2000a').hold(cast.callOf('2000a'), true);
    cast.wait(100);
    cast.phone('2000b').replace('2000', cast.callOf('2000a'));
    cast.wait(2);
    lose(cast, '1001');
  },
  `
    1001 > INVITE 2000 sdp
    1001 < 180
    1001 < 200 sdp
    1001 > ACK
    1001 < INVITE again sdp sendonly
    1001 > 200 sdp
    1001 < ACK
    1001 < INVITE again sdp
    1001 > 200 sdp
    1001 > 200 sdp
    1001 > 200 sdp
    2000a < INVITE 2000a sdp
    2000a > 180
    2000a > 200 sdp
    2000a < ACK
    2000a > INVITE again sdp sendonly
    2000a < 200 sdp
    2000a > ACK
    2000a < BYE, Q.850;cause=41;text="Temporary failure"
    2000a > 200 BYE
    2000b < INVITE 2000b sdp
    2000b > 180
    2000b < CANCEL, SIP;cause=200;text="Call completed elsewhere"
    2000b > 200 CANCEL
    2000b > 487
    2000b < ACK
    2000b > INVITE 2000 sdp
    2000b < 500, Q.850;cause=41;text="Temporary failure"
    2000b > ACK
  `,
  BOTH,
);

flow(
  'that of whom a call was taken from: the line shows the call until it ends',
  ['1001', '2000a', '2000b'],
  (cast) => {
    const { site, phone, callOf, wait } = cast;
    // Where the line has a process already: a new one would first say that nobody is there.
    const [, , home] = site.managers;
    const watcher = home && site.addPhone('2000c', '2000c', [home.address]);
    talk(cast);
    phone('2000a').hold(callOf('2000a'), true);
    wait(100);
    phone('2000b').replace('2000', callOf('2000a'));
    wait(100);
    watcher?.watch('2000');
    lose(cast, '2000a');
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
    2000b > INVITE 2000 sdp
    1001 < INVITE again sdp
    1001 > 200 sdp
    1001 < ACK
    2000b < 200 sdp
    2000a < BYE, Q.850;cause=16;text="Normal call clearing"
    2000b > ACK
    2000a > 200 BYE
    2000c > SUBSCRIBE
    2000c < 200 SUBSCRIBE
    2000c < NOTIFY confirmed
    2000c > 200 NOTIFY
    1001 > BYE
    1001 < 200 BYE
    2000b < BYE, Q.850;cause=16;text="Normal call clearing"
    2000c < NOTIFY idle
    2000b > 200 BYE
    2000c > 200 NOTIFY
  `,
  // The subscription runs out after a minute.
  { ...BOTH, restMs: 80_000 },
);
