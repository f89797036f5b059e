/** A manager that is cut off from its cluster, as its phones see it (ADR 0022). */
import { isolatedDirectory } from '../../src/call/isolation.ts';
import { simulationDirectory } from '../../src/testkit/simulation-directory.ts';
import { DOMAIN } from '../../src/testkit/site.ts';
import { flow } from './flow.ts';

const OPTIONS = {
  settings: ['alone'] as const,
  directory: isolatedDirectory({
    ...simulationDirectory(DOMAIN),
    orbits: { numbers: new Set(['700', '701']), timeoutMs: 60_000, watchers: 'all' as const },
  }),
};

flow(
  'a call between lines that nobody shares stands, and is transferred to no orbit, code or shared line',
  ['1001', '1002', '2000a'],
  ({ phone, callOf, wait }) => {
    phone('1001').call('1002');
    wait(100);
    phone('1002').answer(callOf('1002'));
    wait(100);
    for (const target of ['*68', '701', '2000']) {
      phone('1002').refer(callOf('1002'), target);
      wait(200);
    }
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
    1002 > 200 NOTIFY
    1002 < NOTIFY 503
    1002 > 200 NOTIFY
    1002 > REFER
    1002 < 202 REFER
    1002 < NOTIFY 100
    1002 > 200 NOTIFY
    1002 < NOTIFY 503
    1002 > 200 NOTIFY
    1002 > REFER
    1002 < 202 REFER
    1002 < NOTIFY 100
    1002 > 200 NOTIFY
    1002 < NOTIFY 503
    1002 > 200 NOTIFY
    1001 > BYE
    1001 < 200 BYE
    1002 < BYE, Q.850;cause=16;text="Normal call clearing"
    1002 > 200 BYE
  `,
  OPTIONS,
);
