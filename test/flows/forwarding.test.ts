/** Calls that lines send on: as the directory says, and as members say from their phones. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Log } from '../../src/base/log.ts';
import type { DialRule } from '../../src/call/dial-plan/route-plan.ts';
import type { Directory, Line, RouteTarget } from '../../src/call/directory.ts';
import { simulationDirectory } from '../../src/testkit/simulation-directory.ts';
import { DOMAIN, Site } from '../../src/testkit/site.ts';
import { listOf, wayOut } from '../call/switchboard.ts';
import { believedThere, flow } from './flow.ts';

/** `lines`: what is other than usual, by number. */
function directoryWith(lines: Readonly<Record<string, Partial<Line>>>): Directory {
  const directory = simulationDirectory(DOMAIN);
  const all = new Map(directory.lines);
  for (const [number, line] of Object.entries(lines)) {
    const usual = all.get(number);
    if (usual !== undefined) all.set(number, { ...usual, ...line });
  }
  return { ...directory, lines: all };
}

flow(
  'a line that forwards all is not rung; the caller hears that its call is forwarded',
  ['1001', '2000a', '1002'],
  ({ phone, callOf, wait }) => {
    phone('1001').call('2000');
    wait(100);
    phone('1002').answer(callOf('1002'));
    wait(100);
    phone('1001').hangUp(callOf('1001'));
    wait(100);
  },
  `
    1001 > INVITE 2000 sdp
    1001 < 181
    1002 < INVITE 1002 sdp, from 1001 by 2000 unconditional
    1002 > 180
    1001 < 180
    1002 > 200 sdp
    1002 < ACK
    1001 < 200 sdp
    1001 > ACK
    1001 > BYE
    1001 < 200 BYE
    1002 < BYE, Q.850;cause=16;text="Normal call clearing"
    1002 > 200 BYE
  `,
  { directory: directoryWith({ '2000': { forward: { all: '1002' } } }) },
);

flow(
  'a busy line sends the call on; whom it goes to answers',
  ['1001', '2000a', '2000b', '1002'],
  ({ phone, callOf, wait }) => {
    phone('2000a').onInvited = (call) => phone('2000a').refuse(call, 486);
    phone('2000b').onInvited = (call) => phone('2000b').refuse(call, 486);
    phone('1001').call('2000');
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
    2000a > 486
    2000b > 486
    2000a < ACK
    2000b < ACK
    1001 < 181
    1002 < INVITE 1002 sdp, from 1001 by 2000 user-busy
    1002 > 180
    1001 < 180
    1002 > 200 sdp
    1002 < ACK
    1001 < 200 sdp
    1001 > ACK
    1002 > BYE
    1002 < 200 BYE
    1001 < BYE, Q.850;cause=16;text="Normal call clearing"
    1001 > 200 BYE
  `,
  { directory: directoryWith({ '2000': { forward: { busy: '1002' } } }) },
);

flow(
  'what nobody answers goes on after its time: those who rang are told to stop, the caller hears 181 and rings on',
  ['1001', '2000a', '2000b', '1002'],
  ({ phone, callOf, wait }) => {
    phone('1001').call('2000');
    wait(8200);
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
    2000a < CANCEL
    2000b < CANCEL
    1001 < 181
    1002 < INVITE 1002 sdp, from 1001 by 2000 no-answer
    2000a > 200 CANCEL
    2000a > 487
    2000b > 200 CANCEL
    2000b > 487
    1002 > 180
    2000a < ACK
    2000b < ACK
    1001 < 180
    1002 > 200 sdp
    1002 < ACK
    1001 < 200 sdp
    1001 > ACK
    1002 > BYE
    1002 < 200 BYE
    1001 < BYE, Q.850;cause=16;text="Normal call clearing"
    1001 > 200 BYE
  `,
  { directory: directoryWith({ '2000': { forward: { 'no answer': '1002' } } }) },
);

flow(
  'a line of serial members goes on when its last step is over',
  ['1001', '2100a', '2100b', '1002'],
  ({ phone, callOf, wait }) => {
    phone('1001').call('2100');
    wait(5300);
    phone('1001').hangUp(callOf('1001'));
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
    2100b < CANCEL
    1001 < 181
    1002 < INVITE 1002 sdp, from 1001 by 2100 no-answer
    2100b > 200 CANCEL
    2100b > 487
    1002 > 180
    2100b < ACK
    1001 < 180
    1001 > CANCEL
    1001 < 200 CANCEL
    1001 < 487
    1002 < CANCEL
    1001 > ACK
    1002 > 200 CANCEL
    1002 > 487
    1002 < ACK
  `,
  { directory: directoryWith({ '2100': { forward: { 'no answer': '1002' } } }) },
);

/** Two phones of the line say where they want the call. */
const ELSEWHERE = `Contact: <sip:9999@${DOMAIN}>;q=0.1, <sip:1002@${DOMAIN}>;q=0.7\r\n`;

flow(
  'a phone that wants the call elsewhere (302): it goes there when nobody else of its line takes it',
  ['1001', '2000a', '2000b', '1002'],
  ({ phone, callOf, wait }) => {
    phone('2000a').onInvited = (call) => phone('2000a').refuse(call, 302, ELSEWHERE);
    phone('1001').call('2000');
    wait(1000);
    phone('2000b').refuse(callOf('2000b'), 486);
    wait(100);
    phone('1002').answer(callOf('1002'));
    wait(100);
    phone('1001').hangUp(callOf('1001'));
    wait(100);
  },
  `
    1001 > INVITE 2000 sdp
    2000a < INVITE 2000a sdp
    2000b < INVITE 2000b sdp
    2000a > 302
    2000b > 180
    2000a < ACK
    1001 < 180
    2000b > 486
    2000b < ACK
    1001 < 181
    1002 < INVITE 1002 sdp, from 1001 by 2000 deflection
    1002 > 180
    1001 < 180
    1002 > 200 sdp
    1002 < ACK
    1001 < 200 sdp
    1001 > ACK
    1001 > BYE
    1001 < 200 BYE
    1002 < BYE, Q.850;cause=16;text="Normal call clearing"
    1002 > 200 BYE
  `,
);

flow(
  'a phone that wants the call at an address of others does not take it, and that is all',
  ['1001', '1002'],
  ({ phone, wait }) => {
    const headers = 'Contact: <sip:1001@elsewhere.example>\r\n';
    phone('1002').onInvited = (call) => phone('1002').refuse(call, 302, headers);
    phone('1001').call('1002');
    wait(100);
  },
  `
    1001 > INVITE 1002 sdp
    1002 < INVITE 1002 sdp
    1002 > 302
    1002 < ACK
    1001 < 603, Q.850;cause=21;text="Call rejected"
    1001 > ACK
  `,
);

flow(
  'forwards in a circle end the call, with a code',
  ['1001', '1002', '2000a'],
  ({ phone, wait }) => {
    phone('1001').call('2000');
    wait(100);
  },
  `
    1001 > INVITE 2000 sdp
    1001 < 483, Q.850;cause=25;text="LW-3401 forwards go round in a circle"
    1001 > ACK
  `,
  {
    directory: directoryWith({
      '2000': { forward: { all: '1002' } },
      '1002': { forward: { all: '2000' } },
    }),
  },
);

flow(
  'a line that is not to be disturbed is busy, or sends on what finds it busy; whom it forwards all to gets through',
  ['1001', '1002', '2000a'],
  ({ phone, callOf, wait }) => {
    phone('1001').call('1002');
    wait(100);
    phone('1002').call('2000');
    wait(100);
    phone('1002').hangUp(callOf('1002'));
    wait(100);
  },
  `
    1001 > INVITE 1002 sdp
    1001 < 486, Q.850;cause=17;text="LW-3405 do not disturb"
    1001 > ACK
    1002 > INVITE 2000 sdp
    2000a < INVITE 2000a sdp
    2000a > 180
    1002 < 180
    1002 > CANCEL
    1002 < 200 CANCEL
    1002 < 487
    2000a < CANCEL
    1002 > ACK
    2000a > 200 CANCEL
    2000a > 487
    2000a < ACK
  `,
  {
    directory: directoryWith({
      '1002': { isDnd: true },
      '2000': { forward: { all: '1002' } },
    }),
  },
);

flow(
  'a member sets a forward by code, and it counts for the line: *72 and the number, *73; *78 and *79',
  ['1001', '2000a', '2000b', '1002'],
  ({ phone, callOf, wait }) => {
    phone('2000a').call('*721002');
    wait(100);
    phone('1001').call('2000');
    wait(100);
    phone('1001').hangUp(callOf('1001'));
    wait(100);
    phone('2000b').call('*73');
    wait(100);
    phone('2000b').call('*78');
    wait(100);
    phone('1001').call('2000');
    wait(100);
    phone('2000a').call('*79');
    wait(100);
    phone('1001').call('2000');
    wait(100);
    phone('1001').hangUp(callOf('1001'));
    wait(100);
  },
  `
    2000a > INVITE *721002 sdp
    2000a < 200 sdp inactive
    2000a > ACK
    2000a < BYE, Q.850;cause=16;text="Normal call clearing"
    2000a > 200 BYE
    1001 > INVITE 2000 sdp
    1001 < 181
    1002 < INVITE 1002 sdp, from 1001 by 2000 unconditional
    1002 > 180
    1001 < 180
    1001 > CANCEL
    1001 < 200 CANCEL
    1001 < 487
    1002 < CANCEL
    1001 > ACK
    1002 > 200 CANCEL
    1002 > 487
    1002 < ACK
    2000b > INVITE *73 sdp
    2000b < 200 sdp inactive
    2000b > ACK
    2000b < BYE, Q.850;cause=16;text="Normal call clearing"
    2000b > 200 BYE
    2000b > INVITE *78 sdp
    2000b < 200 sdp inactive
    2000b > ACK
    2000b < BYE, Q.850;cause=16;text="Normal call clearing"
    2000b > 200 BYE
    1001 > INVITE 2000 sdp
    1001 < 486, Q.850;cause=17;text="LW-3405 do not disturb"
    1001 > ACK
    2000a > INVITE *79 sdp
    2000a < 200 sdp inactive
    2000a > ACK
    2000a < BYE, Q.850;cause=16;text="Normal call clearing"
    2000a > 200 BYE
    1001 > INVITE 2000 sdp
    2000a < INVITE 2000a sdp
    2000b < INVITE 2000b sdp
    2000a > 180
    2000b > 180
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
  { settings: ['alone'] },
);

flow(
  'a code with a number that the line may not call, that is none, or without one',
  ['1001'],
  ({ phone, wait }) => {
    for (const dialled of ['*7299', '*722999', '*72', '*721001', '*90911', '*92*20', '*781']) {
      phone('1001').call(dialled);
      wait(100);
    }
  },
  `
    1001 > INVITE *7299 sdp
    1001 < 484, Q.850;cause=28;text="LW-3004 no route: digits are missing"
    1001 > ACK
    1001 > INVITE *722999 sdp
    1001 < 404, Q.850;cause=1;text="LW-3404 forwarded to a number that is none"
    1001 > ACK
    1001 > INVITE *72 sdp
    1001 < 484, Q.850;cause=28;text="LW-3004 no route: digits are missing"
    1001 > ACK
    1001 > INVITE *721001 sdp
    1001 < 483, Q.850;cause=25;text="LW-3401 forwards go round in a circle"
    1001 > ACK
    1001 > INVITE *90911 sdp
    1001 < 403, Q.850;cause=21;text="LW-3403 forwarded to a number that the line may not call"
    1001 > ACK
    1001 > INVITE *92*20 sdp
    1001 < 404, Q.850;cause=1;text="LW-3404 forwarded to a number that is none"
    1001 > ACK
    1001 > INVITE *781 sdp
    1001 < 404, Q.850;cause=1;text="LW-3001 unknown number"
    1001 > ACK
  `,
  { settings: ['alone'], directory: withGateway({}) },
);

flow(
  'what comes in from outside goes out again by a line that forwards, with its rights and its number',
  ['2000a', 'gw', '1001'],
  ({ phone, wait }) => {
    phone('gw').call('2000');
    wait(100);
  },
  `
    gw > INVITE 2000 sdp
    gw < 181
    gw < INVITE +44207946 sdp, from gw by 2000 unconditional
    gw > 180
    gw < 180
  `,
  { settings: ['alone'], directory: withGateway({ '2000': { forward: { all: '9207946' } } }) },
);

flow(
  'a line that may not call out forwards nothing there',
  ['1001', 'gw', '1002'],
  ({ phone, wait }) => {
    phone('1001').call('1002');
    wait(100);
  },
  `
    1001 > INVITE 1002 sdp
    1001 < 403, Q.850;cause=21;text="LW-3403 forwarded to a number that the line may not call"
    1001 > ACK
  `,
  {
    settings: ['alone'],
    directory: withGateway({ '1002': { forward: { all: '9207946' }, search: 'inside' } }),
  },
);

flow(
  'an emergency number that leads to a line rings it whatever it wants',
  ['1001', 'gw', '1002', '2000a'],
  ({ phone, callOf, wait }) => {
    phone('1001').call('112');
    wait(100);
    phone('1001').hangUp(callOf('1001'));
    wait(100);
  },
  `
    1001 > INVITE 112 sdp
    1002 < INVITE 1002 sdp
    1002 > 180
    1001 < 180
    1001 > CANCEL
    1001 < 200 CANCEL
    1001 < 487
    1002 < CANCEL
    1001 > ACK
    1002 > 200 CANCEL
    1002 > 487
    1002 < ACK
  `,
  {
    settings: ['alone'],
    directory: withGateway({ '1002': { isDnd: true, forward: { all: '2000' } } }),
  },
);

flow(
  'an emergency call that finds the line busy goes where the directory says, and rings there whatever that one wants',
  ['1001', 'gw', '1002', '2000a'],
  ({ phone, callOf, wait }) => {
    phone('1002').onInvited = (call) => phone('1002').refuse(call, 486);
    phone('1001').call('112');
    wait(100);
    phone('1001').hangUp(callOf('1001'));
    wait(100);
  },
  `
    1001 > INVITE 112 sdp
    1002 < INVITE 1002 sdp
    1002 > 486
    1002 < ACK
    1001 < 181
    2000a < INVITE 2000a sdp, from 1001 by 1002 user-busy
    2000a > 180
    1001 < 180
    1001 > CANCEL
    1001 < 200 CANCEL
    1001 < 487
    2000a < CANCEL
    1001 > ACK
    2000a > 200 CANCEL
    2000a > 487
    2000a < ACK
  `,
  {
    settings: ['alone'],
    directory: withGateway({
      '1002': { forward: { busy: '2000' } },
      '2000': { isDnd: true, forward: { all: '2100' } },
    }),
  },
);

flow(
  'where members and their phones want an emergency call is not where it goes',
  ['1001', 'gw', '1002', '2000a'],
  ({ phone, callOf, wait }) => {
    for (const code of ['*722000', '*902000', '*922000*1']) {
      phone('1002').call(code);
      wait(100);
    }
    phone('1001').call('112');
    wait(5000);
    phone('1002').refuse(callOf('1002'), 486);
    wait(100);
    const headers = 'Contact: <sip:2000@pbx.test>\r\n';
    phone('1002').onInvited = (call) => phone('1002').refuse(call, 302, headers);
    phone('1001').call('112');
    wait(100);
  },
  `
    1002 > INVITE *722000 sdp
    1002 < 200 sdp inactive
    1002 > ACK
    1002 < BYE, Q.850;cause=16;text="Normal call clearing"
    1002 > 200 BYE
    1002 > INVITE *902000 sdp
    1002 < 200 sdp inactive
    1002 > ACK
    1002 < BYE, Q.850;cause=16;text="Normal call clearing"
    1002 > 200 BYE
    1002 > INVITE *922000*1 sdp
    1002 < 200 sdp inactive
    1002 > ACK
    1002 < BYE, Q.850;cause=16;text="Normal call clearing"
    1002 > 200 BYE
    1001 > INVITE 112 sdp
    1002 < INVITE 1002 sdp
    1002 > 180
    1001 < 180
    1002 > 486
    1002 < ACK
    1001 < 486, Q.850;cause=17;text="User busy"
    1001 > ACK
    1001 > INVITE 112 sdp
    1002 < INVITE 1002 sdp
    1002 > 302
    1002 < ACK
    1001 < 603, Q.850;cause=21;text="Call rejected"
    1001 > ACK
  `,
  { settings: ['alone'], directory: withGateway({}) },
);

flow(
  'an emergency call is offered to the lines of a hunt that want no calls, too',
  ['1001', 'gw', '1002'],
  ({ phone, callOf, wait }) => {
    phone('1001').call('118');
    wait(100);
    phone('1001').hangUp(callOf('1001'));
    wait(100);
  },
  `
    1001 > INVITE 118 sdp
    1002 < INVITE 1002 sdp
    1002 > 180
    1001 < 180
    1001 > CANCEL
    1001 < 200 CANCEL
    1001 < 487
    1002 < CANCEL
    1001 > ACK
    1002 > 200 CANCEL
    1002 > 487
    1002 < ACK
  `,
  {
    settings: ['alone'],
    directory: withGateway({ '1002': { isDnd: true } }),
  },
);

flow(
  'an emergency call that nobody of a hunt takes leaves by the emergency number that the hunt leads to',
  ['1001', 'gw', '1002'],
  ({ phone, callOf, wait }) => {
    phone('1002').onInvited = (call) => phone('1002').refuse(call, 486);
    phone('1001').call('118');
    wait(100);
    phone('gw').answer(callOf('gw'));
    wait(100);
    phone('1001').hangUp(callOf('1001'));
    wait(100);
  },
  `
    1001 > INVITE 118 sdp
    1002 < INVITE 1002 sdp
    1002 > 486
    1002 < ACK
    gw < INVITE 911 sdp
    gw > 180
    1001 < 180
    gw > 200 sdp
    gw < ACK
    1001 < 200 sdp
    1001 > ACK
    1001 > BYE
    1001 < 200 BYE
    gw < BYE, Q.850;cause=16;text="Normal call clearing"
    gw > 200 BYE
  `,
  { settings: ['alone'], directory: huntingOutside() },
);

function huntingOutside(): Directory {
  const directory = withGateway({});
  const hunt = directory.hunts.get('2901');
  if (hunt === undefined) return directory;
  const { busyTo: _, ...rest } = hunt;
  return { ...directory, hunts: new Map([['2901', { ...rest, busyTo: '911' }]]) };
}

test('an emergency call to a line is said in the log, and that it has failed; forwarded out, it is one for gateways', () => {
  const written: string[] = [];
  const log: Log = {
    debugging: false,
    write: (level, event, { number, list, cause, gateway } = {}) => {
      const about = [number, list, gateway, cause].filter((each) => each !== undefined);
      if (level === 'warn' || level === 'error')
        written.push(`${level} ${event}: ${about.join(' ')}`);
    },
  };
  const site = new Site(1, withGateway({ '1002': { forward: { unreachable: '9207946' } } }), {
    log,
  });
  const phone = site.addPhone('1001');
  phone.register(3600);
  const gateway = site.addPhone('gw');
  gateway.onInvited = (invited) => gateway.refuse(invited, 503);
  site.run(100);
  const call = phone.call('112');
  site.run(5000);
  const there = site.addPhone('1002');
  there.onInvited = (invited) => there.refuse(invited, 486);
  there.register(3600);
  site.run(100);
  const second = phone.call('112');
  site.run(5000);
  assert.deepEqual(
    [call.status, second.status, written],
    [
      503,
      486,
      [
        'warn EMERGENCY CALL: +44207946 gw',
        'warn gateway asked: +44207946 gw gw',
        'error EMERGENCY CALL FAILED: +44207946 gw no gateway',
        'warn EMERGENCY CALL: 112',
        'error EMERGENCY CALL FAILED: 112 busy',
      ],
    ],
  );
});

/** `gw` is the second phone of each flow: at that port, and known by its address alone. */
function withGateway(lines: Readonly<Record<string, Partial<Line>>>): Directory {
  const directory = believedThere(directoryWith(lines));
  const gateway = {
    ...{ id: 'gw', uri: 'sip:10.0.1.1:6002', acceptFrom: ['10.0.1.0/24'], callsMax: 30 },
    ...{ diversion: 'diversion' as const, isTrusted: true },
  };
  const emergency = {
    pattern: '112',
    action: toLine('1002'),
    isEmergency: true,
  } as const;
  const help = { ...emergency, pattern: '118', action: toLine('2901') } as const;
  const police = { ...wayOut('911', 'gw'), isEmergency: true } as const;
  return {
    ...directory,
    gateways: new Map([['gw', gateway]]),
    routeLists: new Map([['gw', listOf('gw')]]),
    routePlan: {
      partitions: new Map([
        ['out', [wayOut('9XXXXX!', 'gw', 1, '+44')]],
        ['help', [emergency, help, police]],
      ]),
      spaces: new Map([
        ['default', ['lines', 'out', 'help']],
        ['inside', ['lines']],
      ]),
      countries: new Map(),
    },
  };
}

function toLine(number: string): DialRule<RouteTarget>['action'] {
  return { type: 'route', target: { type: 'line', number } };
}
