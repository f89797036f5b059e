/**
 * Replaces in INVITE and REFER (RFC 3891): the dialog that it names may be another phone's, or the same
 * phone's by way of another manager; or nobody's.
 */
import assert from 'node:assert/strict';
import type { PhoneCall } from '../../src/testkit/phone.ts';
import { type Cast, flow, talk } from './flow.ts';

const ALL = ['2000a', '2000b', '1001', '1002'];

/** A call of that name exists nowhere. */
function nobodys(call: PhoneCall): PhoneCall {
  assert(call.leg);
  return { ...call, leg: Object.create(call.leg, { callId: { value: 'nobody-has-it' } }) };
}

/** 2000a, who talks to 1001, calls 1002 from another place: at the manager of the next phone. */
function consult({ addPhone, wait }: Cast): PhoneCall {
  const call = addPhone('2000a', '2000a').call('1002');
  wait(100);
  return call;
}

flow(
  'a phone that has two calls by way of two managers joins them',
  ALL,
  (cast) => {
    talk(cast);
    const { phone, callOf, wait } = cast;
    const consultation = consult(cast);
    phone('1002').answer(callOf('1002'));
    wait(100);
    phone('2000a').referTo(callOf('2000a'), consultation, '1002');
    wait(100);
    phone('1001').info(callOf('1001'), '5');
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
    1001 > INFO
    1002 < INFO
    1002 > 200 INFO
    1001 < 200 INFO
    1002 > BYE
    1002 < 200 BYE
    1001 < BYE, Q.850;cause=16;text="Normal call clearing"
    1001 > 200 BYE
  `,
);

flow(
  'who hangs up as soon as its announced transfer is accepted is let go of the other call when it is done',
  ALL,
  (cast) => {
    talk(cast);
    const { phone, callOf, wait } = cast;
    const first = callOf('2000a');
    const consultation = consult(cast);
    phone('1002').answer(callOf('1002'));
    wait(100);
    phone('2000a').referTo(first, consultation, '1002');
    wait(2);
    phone('2000a').hangUp(first);
    wait(100);
    phone('1001').info(callOf('1001'), '5');
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
    2000a > BYE
    1001 < INVITE again sdp
    2000a < 200 BYE
    1001 > 200 sdp
    1001 < ACK
    1002 < ACK sdp
    2000a < BYE, Q.850;cause=16;text="Normal call clearing"
    2000a > 200 BYE
    1001 > INFO
    1002 < INFO
    1002 > 200 INFO
    1001 < 200 INFO
    1002 > BYE
    1002 < 200 BYE
    1001 < BYE, Q.850;cause=16;text="Normal call clearing"
    1001 > 200 BYE
  `,
);

flow(
  'who has called and hangs up as soon as its announced transfer is accepted does not end it with its own call',
  ALL,
  (cast) => {
    talk(cast);
    const { phone, callOf, wait } = cast;
    const first = callOf('1001');
    phone('1001').call('1002');
    wait(100);
    const consultation = [...phone('1001').calls].at(-1);
    assert(consultation);
    phone('1002').answer(callOf('1002'));
    wait(100);
    phone('1001').referTo(first, consultation, '1002');
    wait(2);
    phone('1001').hangUp(first);
    wait(100);
    phone('2000a').info(callOf('2000a'), '5');
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
    1001 > INVITE 1002 sdp
    1002 < INVITE 1002 sdp
    1002 > 180
    1001 < 180
    1002 > 200 sdp
    1002 < ACK
    1001 < 200 sdp
    1001 > ACK
    1001 > REFER
    1001 < 202 REFER
    1001 < NOTIFY 100
    1002 < INVITE again
    1001 > 200 NOTIFY
    1002 > 200 sdp
    1001 > BYE
    2000a < INVITE again sdp
    1001 < 200 BYE
    2000a > 200 sdp
    2000a < ACK
    1002 < ACK sdp
    1001 < BYE, Q.850;cause=16;text="Normal call clearing"
    1001 > 200 BYE
    2000a > INFO
    1002 < INFO
    1002 > 200 INFO
    2000a < 200 INFO
    1002 > BYE
    1002 < 200 BYE
    2000a < BYE, Q.850;cause=16;text="Normal call clearing"
    2000a > 200 BYE
  `,
);

flow(
  'a call that still rings is given away by way of another manager too',
  ALL,
  (cast) => {
    talk(cast);
    const { phone, callOf, wait } = cast;
    phone('2000a').referTo(callOf('2000a'), consult(cast), '1002');
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
  "another device's call cannot be given away",
  ALL,
  (cast) => {
    talk(cast);
    const { phone, callOf, wait } = cast;
    phone('2000b').call('1002');
    wait(100);
    phone('1002').answer(callOf('1002'));
    wait(100);
    phone('2000a').referTo(callOf('2000a'), callOf('2000b'), '1002');
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
    2000b > INVITE 1002 sdp
    1002 < INVITE 1002 sdp
    1002 > 180
    2000b < 180
    1002 > 200 sdp
    1002 < ACK
    2000b < 200 sdp
    2000b > ACK
    2000a > REFER
    2000a < 403 REFER
  `,
);

flow(
  'a call that nobody has can be neither taken over nor given away',
  ALL,
  (cast) => {
    talk(cast);
    const { phone, callOf, wait } = cast;
    phone('2000b').replace('2000', nobodys(callOf('2000a')));
    wait(100);
    phone('2000a').referTo(callOf('2000a'), nobodys(callOf('2000a')), '1002');
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
    2000b > INVITE 2000 sdp
    2000b < 481
    2000b > ACK
    2000a > REFER
    2000a < 202 REFER
    2000a < NOTIFY 481
    2000a > 200 NOTIFY
  `,
);

flow(
  'a call that is over cannot be taken over: 603',
  ALL,
  (cast) => {
    talk(cast);
    const { phone, callOf, wait } = cast;
    const call = callOf('2000a');
    phone('1001').hangUp(callOf('1001'));
    wait(100);
    phone('2000b').replace('2000', call);
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
    1001 > BYE
    1001 < 200 BYE
    2000a < BYE, Q.850;cause=16;text="Normal call clearing"
    2000a > 200 BYE
    2000b > INVITE 2000 sdp
    2000b < 603
    2000b > ACK
  `,
);

flow(
  'a call that rings elsewhere is picked up by the name of a dialog that rings',
  ['2000a', '2000b', '1001'],
  ({ phone, callOf, wait }) => {
    phone('1001').call('2000');
    wait(100);
    phone('2000b').replace('2000', callOf('2000a'));
    wait(100);
  },
  `
    1001 > INVITE 2000 sdp
    2000a < INVITE 2000a sdp
    2000b < INVITE 2000b sdp
    2000a > 180
    2000b > 180
    1001 < 180
    2000b > INVITE 2000 sdp
    2000b < CANCEL, SIP;cause=200;text="Call completed elsewhere"
    2000b < 200 sdp inactive
    2000b > 200 CANCEL
    2000b > 487
    2000b > ACK
    2000b < ACK
    2000b < INVITE again sdp
    2000b > 200 sdp
    2000b < ACK
    2000a < CANCEL, SIP;cause=200;text="Call completed elsewhere"
    1001 < 200 sdp
    2000a > 200 CANCEL
    2000a > 487
    1001 > ACK
    2000a < ACK
  `,
);

flow(
  'who gives up a held call at the very moment at which it becomes its own leaves it to who held it',
  ALL,
  (cast) => {
    talk(cast);
    const { phone, callOf, wait } = cast;
    phone('2000a').hold(callOf('2000a'), true);
    wait(100);
    const call = phone('2000b').replace('2000', callOf('2000a'));
    wait(1);
    phone('2000b').hangUp(call);
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
    2000b > CANCEL
    1001 > 200 sdp
    2000b < 200 CANCEL
    2000b < 487
    1001 < CANCEL
    1001 < ACK
    2000b > ACK
    1001 > 200 CANCEL
  `,
  {
    apart: `
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
      2000b > CANCEL
      1001 > 200 sdp
      2000b < 200 CANCEL
      2000b < 487
      1001 < ACK
          2000b > ACK
        `,
  },
);

flow(
  'who hangs up both of its calls as soon as it has joined them leaves the two others together',
  ALL,
  (cast) => {
    talk(cast);
    const { phone, callOf, wait } = cast;
    const first = callOf('2000a');
    const consultation = consult(cast);
    phone('1002').answer(callOf('1002'));
    wait(100);
    phone('2000a').referTo(first, consultation, '1002');
    wait(2);
    phone('2000a').hangUp(first);
    consultation.phone.hangUp(consultation);
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
    2000a > BYE
    2000a > BYE
    1001 < INVITE again sdp
    2000a < 200 BYE
    2000a < 200 BYE
    1001 > 200 sdp
    1001 < ACK
    1002 < ACK sdp
    1001 > INFO
    1002 < INFO
    1002 > 200 INFO
    1001 < 200 INFO
  `,
);
