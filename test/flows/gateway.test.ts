/** Gateways are devices too: claims 3, 4, 19, 20, 38, 39, 52, 53, 66, 73. */
import type { Directory } from '../../src/call/directory.ts';
import { simulationDirectory } from '../../src/testkit/simulation-directory.ts';
import { DOMAIN } from '../../src/testkit/site.ts';
import { listOf, wayOut } from '../call/switchboard.ts';
import { believedThere, flow } from './flow.ts';

/** `gw` is the second phone of each flow: at that port, and known by its address alone. */
function withGateway(callsMax: number): Directory {
  const gateway = { id: 'gw', uri: 'sip:10.0.1.1:6002', acceptFrom: ['10.0.1.0/24'], callsMax };
  return {
    ...believedThere(simulationDirectory(DOMAIN)),
    gateways: new Map([['gw', gateway]]),
    routeLists: new Map([['gw', listOf('gw')]]),
    routePlan: {
      partitions: new Map([['out', [wayOut('9!', 'gw', 1, '+44')]]]),
      spaces: new Map([['default', ['lines', 'out']]]),
      countries: new Map(),
    },
  };
}

flow(
  'a call from outside rings the line',
  ['2000a', 'gw'],
  ({ phone, callOf, wait }) => {
    phone('gw').call('2000');
    wait(100);
    phone('2000a').answer(callOf('2000a'));
    wait(100);
    phone('2000a').hangUp(callOf('2000a'));
    wait(100);
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
    2000a > BYE
    2000a < 200 BYE
    gw < BYE, Q.850;cause=16;text="Normal call clearing"
    gw > 200 BYE
  `,
  { directory: withGateway(30) },
);

flow(
  'a dialled pattern leaves through the gateway, its digits changed',
  ['2000a', 'gw'],
  ({ phone, callOf, wait }) => {
    phone('2000a').call('9207946');
    wait(100);
    phone('gw').answer(callOf('gw'));
    wait(100);
    phone('2000a').hangUp(callOf('2000a'));
    wait(100);
  },
  `
    2000a > INVITE 9207946 sdp
    gw < INVITE +44207946 sdp
    gw > 180
    2000a < 180
    gw > 200 sdp
    gw < ACK
    2000a < 200 sdp
    2000a > ACK
    2000a > BYE
    2000a < 200 BYE
    gw < BYE, Q.850;cause=16;text="Normal call clearing"
    gw > 200 BYE
  `,
  { directory: withGateway(30) },
);

flow(
  'what came in from outside does not go out again',
  ['2000a', 'gw'],
  ({ phone, wait }) => {
    phone('gw').call('9207946');
    wait(100);
  },
  `
    gw > INVITE 9207946 sdp
    gw < 403, Q.850;cause=21;text="LW-3003 outside the search space"
    gw > ACK
  `,
  { directory: withGateway(30) },
);

flow(
  'a gateway takes no more calls than it has lines',
  ['2000a', 'gw', '1001'],
  ({ phone, wait }) => {
    phone('2000a').call('91');
    wait(100);
    phone('1001').call('92');
    wait(100);
  },
  `
    2000a > INVITE 91 sdp
    gw < INVITE +441 sdp
    gw > 180
    2000a < 180
    1001 > INVITE 92 sdp
    1001 < 503, Q.850;cause=42;text="LW-3202 all lines of the gateways are in use"
    1001 > ACK
  `,
  { directory: withGateway(1) },
);
