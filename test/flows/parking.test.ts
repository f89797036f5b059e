/** Calls that are parked and retrieved, as phones see it: at one manager, and at three. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Directory } from '../../src/call/directory.ts';
import type { SimulatedManager } from '../../src/testkit/simulated-manager.ts';
import { simulationDirectory } from '../../src/testkit/simulation-directory.ts';
import { DOMAIN } from '../../src/testkit/site.ts';
import { type Cast, castOf, flow, stage } from './flow.ts';

const OPTIONS = {
  directory: {
    ...simulationDirectory(DOMAIN),
    orbits: { numbers: new Set(['700', '701']), timeoutMs: 60_000, watchers: 'all' as const },
  },
};

/** 1001 calls 1002, and is parked by it. */
function park({ phone, callOf, wait }: Cast, orbit: string): void {
  phone('1001').call('1002');
  wait(100);
  phone('1002').answer(callOf('1002'));
  wait(100);
  phone('1002').refer(callOf('1002'), orbit);
  wait(200);
}

flow(
  'a call is transferred to an orbit, and retrieved from a third phone that dials it; the orbit is free then',
  ['1001', '1002', '2000a'],
  (cast) => {
    const { phone, callOf, wait } = cast;
    park(cast, '701');
    phone('2000a').call('701');
    wait(200);
    phone('1002').call('701');
    wait(200);
    phone('2000a').hangUp(callOf('2000a'));
    wait(100);
  },
  `
    1001 > INVITE 1002 sdp
    1002 < INVITE 1002 sdp
    1002 > 180
    1001 < 180
    1002 > 200 sdp
    1002 < ACK
    1001 < 200 sdp
    1001 > ACK
    1002 > REFER
    1002 < 202 REFER
    1002 < NOTIFY 100
    1001 < INVITE again
    1002 < BYE, Q.850;cause=16;text="Normal call clearing"
    1002 > 200 NOTIFY
    1001 > 200 sdp
    1002 > 200 BYE
    1002 < NOTIFY 200
    1001 < ACK sdp inactive
    1002 > 200 NOTIFY
    2000a > INVITE 701 sdp
    1001 < INVITE again sdp
    1001 > 200 sdp
    1001 < ACK
    2000a < 200 sdp
    2000a > ACK
    1002 > INVITE 701 sdp
    1002 < 480, Q.850;cause=20;text="LW-3441 nothing is parked there"
    1002 > ACK
    2000a > BYE
    2000a < 200 BYE
    1001 < BYE, Q.850;cause=16;text="Normal call clearing"
    1001 > 200 BYE
  `,
  { ...OPTIONS, inAnyOrder: true },
);

flow(
  'who transfers to the feature code learns which orbit it is',
  ['1001', '1002'],
  (cast) => {
    const { phone, callOf, wait } = cast;
    park(cast, '*68');
    phone('1001').hangUp(callOf('1001'));
    wait(100);
  },
  `
    1001 > INVITE 1002 sdp
    1002 < INVITE 1002 sdp
    1002 > 180
    1001 < 180
    1002 > 200 sdp
    1002 < ACK
    1001 < 200 sdp
    1001 > ACK
    1002 > REFER
    1002 < 202 REFER
    1002 < NOTIFY 100
    1001 < INVITE again
    1002 < BYE, Q.850;cause=16;text="Normal call clearing"
    1002 > 200 NOTIFY
    1001 > 200 sdp
    1002 > 200 BYE
    1002 < NOTIFY 200
    1001 < ACK sdp inactive
    1002 > 200 NOTIFY
    1001 > BYE
    1001 < 200 BYE
  `,
  { ...OPTIONS, inAnyOrder: true },
);

flow(
  'a phone that was on hold already is not asked again; a second call does not fit into the orbit',
  ['1001', '1002', '2000a', '2100a'],
  (cast) => {
    const { phone, callOf, wait } = cast;
    phone('2000a').call('2100');
    wait(100);
    phone('2100a').answer(callOf('2100a'));
    wait(100);
    phone('2100a').hold(callOf('2100a'), true);
    wait(100);
    phone('2100a').refer(callOf('2100a'), '700');
    wait(200);
    park(cast, '700');
  },
  `
    2000a > INVITE 2100 sdp
    2100a < INVITE 2100a sdp
    2100a > 180
    2000a < 180
    2100a > 200 sdp
    2100a < ACK
    2000a < 200 sdp
    2000a > ACK
    2100a > INVITE again sdp sendonly
    2000a < INVITE again sdp sendonly
    2000a > 200 sdp
    2000a < ACK
    2100a < 200 sdp
    2100a > ACK
    2100a > REFER
    2100a < 202 REFER
    2100a < NOTIFY 100
    2100a < BYE, Q.850;cause=16;text="Normal call clearing"
    2100a > 200 NOTIFY
    2100a > 200 BYE
    2100a < NOTIFY 200
    2100a > 200 NOTIFY
    1001 > INVITE 1002 sdp
    1002 < INVITE 1002 sdp
    1002 > 180
    1001 < 180
    1002 > 200 sdp
    1002 < ACK
    1001 < 200 sdp
    1001 > ACK
    1002 > REFER
    1002 < 202 REFER
    1002 < NOTIFY 100
    1002 > 200 NOTIFY
    1002 < NOTIFY 486
    1002 > 200 NOTIFY
  `,
  { ...OPTIONS, inAnyOrder: true },
);

flow(
  'what nobody retrieves rings at who has parked it, and is answered there',
  ['1001', '1002'],
  (cast) => {
    const { phone, callOf, wait } = cast;
    park(cast, '701');
    wait(60_000);
    phone('1002').answer(callOf('1002'));
    wait(200);
    phone('1001').hangUp(callOf('1001'));
    wait(100);
  },
  `
    1001 > INVITE 1002 sdp
    1002 < INVITE 1002 sdp
    1002 > 180
    1001 < 180
    1002 > 200 sdp
    1002 < ACK
    1001 < 200 sdp
    1001 > ACK
    1002 > REFER
    1002 < 202 REFER
    1002 < NOTIFY 100
    1001 < INVITE again
    1002 < BYE, Q.850;cause=16;text="Normal call clearing"
    1002 > 200 NOTIFY
    1001 > 200 sdp
    1002 > 200 BYE
    1002 < NOTIFY 200
    1001 < ACK sdp inactive
    1002 > 200 NOTIFY
    1002 < INVITE 1002
    1002 > 180
    1002 > 200 sdp
    1001 < INVITE again sdp
    1001 > 200 sdp
    1001 < ACK
    1002 < ACK sdp
    1001 > BYE
    1001 < 200 BYE
    1002 < BYE, Q.850;cause=16;text="Normal call clearing"
    1002 > 200 BYE
  `,
  { ...OPTIONS, inAnyOrder: true },
);

flow(
  'who has parked it refuses: it waits on, and is retrieved while it rings there once more',
  ['1001', '1002', '2000a'],
  (cast) => {
    const { phone, callOf, wait } = cast;
    park(cast, '701');
    wait(60_000);
    phone('1002').refuse(callOf('1002'), 486);
    wait(60_000);
    phone('2000a').call('701');
    wait(200);
    phone('2000a').hangUp(callOf('2000a'));
    wait(100);
  },
  `
    1001 > INVITE 1002 sdp
    1002 < INVITE 1002 sdp
    1002 > 180
    1001 < 180
    1002 > 200 sdp
    1002 < ACK
    1001 < 200 sdp
    1001 > ACK
    1002 > REFER
    1002 < 202 REFER
    1002 < NOTIFY 100
    1001 < INVITE again
    1002 < BYE, Q.850;cause=16;text="Normal call clearing"
    1002 > 200 NOTIFY
    1001 > 200 sdp
    1002 > 200 BYE
    1002 < NOTIFY 200
    1001 < ACK sdp inactive
    1002 > 200 NOTIFY
    1002 < INVITE 1002
    1002 > 180
    1002 > 486
    1002 < ACK
    1002 < INVITE 1002
    1002 > 180
    2000a > INVITE 701 sdp
    1001 < INVITE again sdp
    1002 < CANCEL, SIP;cause=200;text="Call completed elsewhere"
    1001 > 200 sdp
    1002 > 200 CANCEL
    1002 > 487
    1001 < ACK
    2000a < 200 sdp
    1002 < ACK
    2000a > ACK
    2000a > BYE
    2000a < 200 BYE
    1001 < BYE, Q.850;cause=16;text="Normal call clearing"
    1001 > 200 BYE
  `,
  { ...OPTIONS, inAnyOrder: true },
);

flow(
  'of two who dial the orbit at once one has the call',
  ['1001', '1002', '2000a'],
  (cast) => {
    const { phone, wait } = cast;
    park(cast, '701');
    phone('2000a').call('701');
    phone('1002').call('701');
    wait(300);
  },
  `
    1001 > INVITE 1002 sdp
    1002 < INVITE 1002 sdp
    1002 > 180
    1001 < 180
    1002 > 200 sdp
    1002 < ACK
    1001 < 200 sdp
    1001 > ACK
    1002 > REFER
    1002 < 202 REFER
    1002 < NOTIFY 100
    1001 < INVITE again
    1002 < BYE, Q.850;cause=16;text="Normal call clearing"
    1002 > 200 NOTIFY
    1001 > 200 sdp
    1002 > 200 BYE
    1002 < NOTIFY 200
    1001 < ACK sdp inactive
    1002 > 200 NOTIFY
    2000a > INVITE 701 sdp
    1002 > INVITE 701 sdp
    1001 < INVITE again sdp
    1002 < 480, Q.850;cause=20;text="LW-3441 nothing is parked there"
    1001 > 200 sdp
    1002 > ACK
    1001 < ACK
    2000a < 200 sdp
    2000a > ACK
  `,
  { ...OPTIONS, settings: ['alone'] },
);

flow(
  'a parked call outlives the manager of who has parked it',
  ['2000a', '1002', '1001'],
  (cast) => {
    const { phone, callOf, wait, site } = cast;
    park(cast, '701');
    const manager = site.managers[1] as SimulatedManager;
    manager.restartMs = () => 6000;
    manager.kill('machine');
    wait(3000);
    phone('2000a').call('701');
    wait(500);
    phone('2000a').hangUp(callOf('2000a'));
    wait(6000);
  },
  `
    1001 > INVITE 1002 sdp
    1001 < 180
    1001 < 200 sdp
    1001 > ACK
    1001 < INVITE again
    1001 > 200 sdp
    1001 < ACK sdp inactive
    1001 < INVITE again sdp
    1001 > 200 sdp
    1001 < ACK
    1001 < BYE, Q.850;cause=16;text="Normal call clearing"
    1001 > 200 BYE
    1002 < INVITE 1002 sdp
    1002 > 180
    1002 > 200 sdp
    1002 < ACK
    1002 > REFER
    1002 < 202 REFER
    1002 < NOTIFY 100
    1002 > 200 NOTIFY
    1002 < NOTIFY 200
    1002 < BYE, Q.850;cause=16;text="Normal call clearing"
    1002 > 200 NOTIFY
    1002 > 200 BYE
    2000a > INVITE 701 sdp
    2000a < 200 sdp
    2000a > ACK
    2000a > BYE
    2000a < 200 BYE
  `,
  { ...OPTIONS, settings: ['single', 'replicated'], timings: {} },
);

flow(
  'a lamp for an orbit is lit while a call is parked there, at whichever manager',
  ['1001', '1002', '2000a'],
  (cast) => {
    const { phone, callOf, wait } = cast;
    phone('2000a').watch('701');
    wait(100);
    park(cast, '701');
    phone('1001').hangUp(callOf('1001'));
    wait(100);
  },
  `
    2000a > SUBSCRIBE
    2000a < 200 SUBSCRIBE
    2000a < NOTIFY idle
    2000a > 200 NOTIFY
    1001 > INVITE 1002 sdp
    1002 < INVITE 1002 sdp
    1002 > 180
    1001 < 180
    1002 > 200 sdp
    1002 < ACK
    1001 < 200 sdp
    1001 > ACK
    1002 > REFER
    1002 < 202 REFER
    1002 < NOTIFY 100
    1001 < INVITE again
    2000a < NOTIFY confirmed
    1002 < BYE, Q.850;cause=16;text="Normal call clearing"
    1002 > 200 NOTIFY
    1001 > 200 sdp
    2000a > 200 NOTIFY
    1002 > 200 BYE
    1002 < NOTIFY 200
    1001 < ACK sdp inactive
    1002 > 200 NOTIFY
    1001 > BYE
    1001 < 200 BYE
    2000a < NOTIFY idle
    2000a > 200 NOTIFY
  `,
  { ...OPTIONS, inAnyOrder: true },
);

flow(
  'who has parked a call hangs up before the store has said whose the orbit is; who is parked gives up at once',
  ['1001', '1002', '2000a'],
  (cast) => {
    const { phone, callOf, wait } = cast;
    phone('1001').call('1002');
    wait(100);
    phone('1002').answer(callOf('1002'));
    wait(100);
    phone('1002').refer(callOf('1002'), '701');
    phone('1002').hangUp(callOf('1002'));
    wait(200);
    phone('2000a').call('701');
    phone('1001').hangUp(callOf('1001'));
    wait(200);
  },
  `
    1001 > INVITE 1002 sdp
    1002 < INVITE 1002 sdp
    1002 > 180
    1001 < 180
    1002 > 200 sdp
    1002 < ACK
    1001 < 200 sdp
    1001 > ACK
    1002 > REFER
    1002 > BYE
    1002 < 202 REFER
    1002 < NOTIFY 100
    1001 < INVITE again
    1002 < BYE, Q.850;cause=16;text="Normal call clearing"
    1002 < 200 BYE
    1002 > 200 NOTIFY
    1001 > 200 sdp
    1002 > 200 BYE
    1002 < NOTIFY 200
    1001 < ACK sdp inactive
    1002 > 200 NOTIFY
    2000a > INVITE 701 sdp
    1001 > BYE
    1001 < INVITE again sdp
    1001 < 200 BYE
    2000a < 480, Q.850;cause=20;text="LW-3441 nothing is parked there"
    1001 > 481
    2000a > ACK
    1001 < CANCEL
    1001 < ACK
    1001 > 200 CANCEL
  `,
  { ...OPTIONS, settings: ['alone'] },
);

/** 1002 sends its calls on, however they find it. */
function forwarding(): Directory {
  const lines = new Map(OPTIONS.directory.lines);
  const line = lines.get('1002');
  const forward = { all: '2100', busy: '2100', 'no answer': '2100', unreachable: '2100' };
  if (line !== undefined) lines.set('1002', { ...line, forward });
  return { ...OPTIONS.directory, lines };
}

flow(
  'what rings back is not forwarded, neither by the line nor by its phone, and waits on',
  ['2000a', '1002', '2100a'],
  ({ phone, callOf, wait }) => {
    phone('1002').call('2000');
    wait(100);
    phone('2000a').answer(callOf('2000a'));
    wait(100);
    phone('1002').refer(callOf('1002'), '701');
    wait(60_200);
    phone('1002').refuse(callOf('1002'), 302, `Contact: <sip:2100@${DOMAIN}>\r\n`);
    wait(60_000);
    phone('1002').refuse(callOf('1002'), 486);
    wait(100);
    phone('2100a').call('701');
    wait(200);
  },
  `
    1002 > INVITE 2000 sdp
    2000a < INVITE 2000a sdp
    2000a > 180
    1002 < 180
    2000a > 200 sdp
    2000a < ACK
    1002 < 200 sdp
    1002 > ACK
    1002 > REFER
    1002 < 202 REFER
    1002 < NOTIFY 100
    2000a < INVITE again
    1002 < BYE, Q.850;cause=16;text="Normal call clearing"
    1002 > 200 NOTIFY
    2000a > 200 sdp
    1002 > 200 BYE
    1002 < NOTIFY 200
    2000a < ACK sdp inactive
    1002 > 200 NOTIFY
    1002 < INVITE 1002
    1002 > 180
    1002 > 302
    1002 < ACK
    1002 < INVITE 1002
    1002 > 180
    1002 > 486
    1002 < ACK
    2100a > INVITE 701 sdp
    2000a < INVITE again sdp
    2000a > 200 sdp
    2000a < ACK
    2100a < 200 sdp
    2100a > ACK
  `,
  { ...OPTIONS, directory: forwarding(), inAnyOrder: true },
);

test('the NOTIFY that ends the transfer to the feature code names the orbit', () => {
  const site = stage('alone', ['1001', '1002'], OPTIONS);
  const bodies: string[] = [];
  site.network.tap = (_, __, text) => {
    if (text.startsWith('NOTIFY') && text.includes('message/sipfrag'))
      bodies.push(text.slice(text.indexOf('\r\n\r\n') + 4));
  };
  park(castOf(site, 2), '*68');
  assert.deepEqual(bodies, [
    'SIP/2.0 100 Trying\r\n',
    'SIP/2.0 200 Parked at 700\r\nContact: <sip:700@pbx.test>\r\n',
  ]);
});
