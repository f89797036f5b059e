/** Who may dial what (US 7,359,368), and digits that come one by one (RFC 3578), as phones see it. */
import type { Directory, Line } from '../../src/call/directory.ts';
import { simulationDirectory } from '../../src/testkit/simulation-directory.ts';
import { DOMAIN } from '../../src/testkit/site.ts';
import { listOf, wayOut } from '../call/switchboard.ts';
import { believedThere, type Cast, flow } from './flow.ts';

/**
 * `gw` is the second phone of each flow, `gx` the third. Lines 2000 and 1001 may call out, others may not: 2000a may from
 * 2000, and not from its other line 2200.
 */
function directory(): Directory {
  const plain = believedThere(simulationDirectory(DOMAIN));
  const gateway = { id: 'gw', uri: 'sip:10.0.1.1:6002', acceptFrom: ['10.0.1.0/24'], callsMax: 9 };
  const staff = (number: string): readonly [string, Line][] => {
    const line = plain.lines.get(number);
    return line === undefined ? [] : [[number, { ...line, search: 'staff' }]];
  };
  const waiting = { type: 'list', list: 'gw', waits: true } as const;
  return {
    ...plain,
    lines: new Map([...plain.lines, ...staff('2000'), ...staff('1001')]),
    gateways: new Map([
      ['gw', gateway],
      ['gx', { ...gateway, id: 'gx', uri: 'sip:10.0.1.1:6003', acceptFrom: [] }],
    ]),
    routeLists: new Map(['gw', 'gx'].map((name) => [name, listOf(name)])),
    routePlan: {
      partitions: new Map([
        [
          'out',
          [
            wayOut('9!', 'gw', 1, '+44'),
            wayOut('6!', 'gx', 1, '+44'),
            wayOut('81X', 'gw'),
            wayOut('81XX', 'gw'),
            { pattern: '7!', action: { type: 'route', target: waiting } },
            { pattern: '98!', action: { type: 'refuse', cause: 'forbidden' } },
            { ...wayOut('999', 'gw'), isEmergency: true, isUrgent: true },
          ],
        ],
      ]),
      spaces: new Map([['staff', ['lines', 'out']]]),
      countries: new Map(),
    },
  };
}

const OPTIONS = { directory: directory() };

function talk({ phone, callOf, wait }: Cast, called: string, answerer: string): void {
  phone('gw').call(called);
  wait(100);
  phone(answerer).answer(callOf(answerer));
  wait(100);
}

flow(
  "a line without the right to call out does not; an emergency is everybody's",
  ['1002', 'gw'],
  ({ phone, callOf, wait }) => {
    phone('1002').call('9207');
    wait(100);
    phone('1002').call('999');
    wait(100);
    phone('gw').refuse(callOf('gw'), 486);
    wait(100);
  },
  `
    1002 > INVITE 9207 sdp
    1002 < 403, Q.850;cause=21;text="LW-3003 outside the search space"
    1002 > ACK
    1002 > INVITE 999 sdp
    gw < INVITE 999 sdp
    gw > 180
    1002 < 180
    gw > 486
    gw < ACK
    1002 < 486, Q.850;cause=17;text="User busy"
    1002 > ACK
  `,
  OPTIONS,
);

flow(
  'a caller from outside is not transferred out by a line that may not call out',
  ['1002', 'gw'],
  (cast) => {
    talk(cast, '1002', '1002');
    cast.phone('1002').refer(cast.callOf('1002'), '9207');
    cast.wait(100);
  },
  `
    gw > INVITE 1002 sdp
    1002 < INVITE 1002 sdp
    1002 > 180
    gw < 180
    1002 > 200 sdp
    1002 < ACK
    gw < 200 sdp
    gw > ACK
    1002 > REFER
    1002 < 202 REFER
    1002 < NOTIFY 100
    1002 > 200 NOTIFY
    1002 < NOTIFY 403
    1002 > 200 NOTIFY
  `,
  OPTIONS,
);

flow(
  'it is by a line that may: the rights are those of the line that causes the call',
  ['2000a', 'gw', 'gx'],
  (cast) => {
    talk(cast, '2000', '2000a');
    cast.phone('2000a').refer(cast.callOf('2000a'), '6207');
    cast.wait(100);
  },
  `
    gw > INVITE 2000 sdp
    2000a < INVITE 2000a sdp
    2000a > 180
    gw < 180
    2000a > 200 sdp
    2000a < ACK
    gw < 200 sdp
    gw > ACK
    2000a > REFER
    2000a < 202 REFER
    2000a < NOTIFY 100
    gx < INVITE +44207, from gw referred by 2000
    2000a > 200 NOTIFY
    gx > 180
    2000a < NOTIFY 180
    2000a > 200 NOTIFY
  `,
  OPTIONS,
);

flow(
  'and not from another line of the same phone',
  ['2000a', 'gw'],
  (cast) => {
    talk(cast, '2200', '2000a');
    cast.phone('2000a').refer(cast.callOf('2000a'), '9207');
    cast.wait(100);
  },
  `
    gw > INVITE 2200 sdp
    2000a < INVITE 2000a sdp
    2000a > 180
    gw < 180
    2000a > 200 sdp
    2000a < ACK
    gw < 200 sdp
    gw > ACK
    2000a > REFER
    2000a < 202 REFER
    2000a < NOTIFY 100
    2000a > 200 NOTIFY
    2000a < NOTIFY 403
    2000a > 200 NOTIFY
  `,
  OPTIONS,
);

flow(
  'en bloc nothing is waited for, though a longer number would match; # says that it is all',
  ['1001', 'gw'],
  ({ phone, callOf, wait }) => {
    phone('1001').call('815');
    wait(100);
    phone('gw').refuse(callOf('gw'), 486);
    wait(100);
    phone('1001').call('71%23');
    wait(100);
    phone('gw').refuse(callOf('gw'), 486);
    wait(100);
    phone('1001').call('98765');
    wait(100);
  },
  `
    1001 > INVITE 815 sdp
    gw < INVITE 815 sdp
    gw > 180
    1001 < 180
    gw > 486
    gw < ACK
    1001 < 486, Q.850;cause=17;text="User busy"
    1001 > ACK
    1001 > INVITE 71%23 sdp
    gw < INVITE 71 sdp
    gw > 180
    1001 < 180
    gw > 486
    gw < ACK
    1001 < 486, Q.850;cause=17;text="User busy"
    1001 > ACK
    1001 > INVITE 98765 sdp
    1001 < 403, Q.850;cause=21;text="LW-3002 blocked by the route plan"
    1001 > ACK
  `,
  OPTIONS,
);

flow(
  'digit by digit: 484 as long as digits are missing, then more are waited for',
  ['1001', 'gw'],
  ({ phone, callOf, wait }) => {
    for (const digits of ['8', '81', '815']) {
      phone('1001').dial(digits);
      wait(1000);
    }
    wait(2900);
    phone('1001').dial('8155');
    wait(100);
    phone('gw').refuse(callOf('gw'), 486);
    wait(100);
  },
  `
    1001 > INVITE 8
    1001 < 484, Q.850;cause=28;text="LW-3004 no route: digits are missing"
    1001 > ACK
    1001 > INVITE 81
    1001 < 484, Q.850;cause=28;text="LW-3004 no route: digits are missing"
    1001 > ACK
    1001 > INVITE 815
    1001 > INVITE 8155
    1001 < 484, Q.850;cause=28;text="Invalid number format"
    gw < INVITE 8155
    1001 > ACK
    gw > 180
    1001 < 180
    gw > 486
    gw < ACK
    1001 < 486, Q.850;cause=17;text="User busy"
    1001 > ACK
  `,
  OPTIONS,
);

flow(
  'digit by digit: the number counts when no more digits come in time',
  ['1001', 'gw'],
  ({ phone, callOf, wait }) => {
    for (const digits of ['81', '815']) {
      phone('1001').dial(digits);
      wait(3900);
    }
    wait(200);
    phone('gw').refuse(callOf('gw'), 486);
    wait(100);
  },
  `
    1001 > INVITE 81
    1001 < 484, Q.850;cause=28;text="LW-3004 no route: digits are missing"
    1001 > ACK
    1001 > INVITE 815
    gw < INVITE 815
    gw > 180
    1001 < 180
    gw > 486
    gw < ACK
    1001 < 486, Q.850;cause=17;text="User busy"
    1001 > ACK
  `,
  OPTIONS,
);

flow(
  'feature codes and orbits digit by digit: a code that is begun is not unknown, and its number is waited for, but for #',
  ['1001', '1002', '2000a', '2000b'],
  ({ phone, wait }) => {
    const dial = (user: string, ...all: readonly string[]) => {
      for (const digits of all) {
        phone(user).dial(digits);
        wait(500);
      }
    };
    dial('1001', '*', '*7', '*72', '*729', '*7299');
    wait(4000);
    dial('1002', '*1', '*11', '*112');
    wait(4000);
    dial('2000a', '*1', '*11#');
    dial('2000b', '7', '70', '700');
  },
  `
    1001 > INVITE *
    1001 < 484, Q.850;cause=28;text="LW-3004 no route: digits are missing"
    1001 > ACK
    1001 > INVITE *7
    1001 < 484, Q.850;cause=28;text="LW-3004 no route: digits are missing"
    1001 > ACK
    1001 > INVITE *72
    1001 < 484, Q.850;cause=28;text="LW-3004 no route: digits are missing"
    1001 > ACK
    1001 > INVITE *729
    1001 > INVITE *7299
    1001 < 484, Q.850;cause=28;text="Invalid number format"
    1001 > ACK
    1001 < 404, Q.850;cause=1;text="LW-3404 forwarded to a number that is none"
    1001 > ACK
    1002 > INVITE *1
    1002 < 484, Q.850;cause=28;text="LW-3004 no route: digits are missing"
    1002 > ACK
    1002 > INVITE *11
    1002 > INVITE *112
    1002 < 484, Q.850;cause=28;text="Invalid number format"
    1002 > ACK
    1002 < 480, Q.850;cause=20;text="LW-3481 no call waits there"
    1002 > ACK
    2000a > INVITE *1
    2000a < 484, Q.850;cause=28;text="LW-3004 no route: digits are missing"
    2000a > ACK
    2000a > INVITE *11#
    2000a < 480, Q.850;cause=20;text="LW-3481 no call waits there"
    2000a > ACK
    2000b > INVITE 7
    2000b < 484, Q.850;cause=28;text="LW-3004 no route: digits are missing"
    2000b > ACK
    2000b > INVITE 70
    2000b < 484, Q.850;cause=28;text="LW-3004 no route: digits are missing"
    2000b > ACK
    2000b > INVITE 700
    2000b < 480, Q.850;cause=20;text="LW-3441 nothing is parked there"
    2000b > ACK
  `,
  { settings: ['alone'] },
);

flow(
  'where the plan says so more digits are waited for from the first one on; a caller may give up meanwhile',
  ['1001', 'gw'],
  ({ phone, callOf, wait }) => {
    phone('1001').call('71');
    wait(1000);
    phone('1001').hangUp(callOf('1001'));
    wait(100);
    phone('1001').dial('7');
    wait(1000);
    phone('1001').dial('72');
    wait(4100);
    phone('gw').refuse(callOf('gw'), 486);
    wait(100);
  },
  `
    1001 > INVITE 71 sdp
    1001 > CANCEL
    1001 < 200 CANCEL
    1001 < 487
    1001 > ACK
    1001 > INVITE 7
    1001 < 484, Q.850;cause=28;text="LW-3004 no route: digits are missing"
    1001 > ACK
    1001 > INVITE 72
    gw < INVITE 72
    gw > 180
    1001 < 180
    gw > 486
    gw < ACK
    1001 < 486, Q.850;cause=17;text="User busy"
    1001 > ACK
  `,
  OPTIONS,
);
