/** What is on record of calls that leave, come in, or never get that far; and of calls that are sent on. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Directory } from '../../src/call/directory.ts';
import type { Gateway } from '../../src/call/routing/gateway.ts';
import { entryOf } from '../../src/manager/cdr/record-entry.ts';
import { NO_DISTANCE } from '../../src/testkit/simulated-planes.ts';
import { simulationDirectory } from '../../src/testkit/simulation-directory.ts';
import { DOMAIN, Site, type SiteOptions } from '../../src/testkit/site.ts';
import { wayOut } from '../call/switchboard.ts';
import { BUSY, FAILING, GOOD, RINGS, type Script, ScriptedGateway } from './scripted-gateway.ts';

const NAMES = ['one', 'two'] as const;

function directory(): Directory {
  const plain = simulationDirectory(DOMAIN);
  const gateways = NAMES.map((id, at): [string, Gateway] => [
    id,
    { id, uri: `sip:10.0.2.1:${7001 + at}`, acceptFrom: [], callsMax: 2 },
  ]);
  const groups = [
    { spread: 'top-down', gateways: NAMES.map((gateway) => ({ gateway, weight: 1 })) },
  ] as const;
  return {
    ...plain,
    gateways: new Map(gateways),
    routeLists: new Map([['out', { name: 'out', groups }]]),
    routePlan: {
      partitions: new Map([['out', [wayOut('9!', 'out', 1, '0')]]]),
      spaces: new Map([['default', ['lines', 'out']]]),
      countries: new Map(),
    },
  };
}

/** 1001 dials 95 and hangs up after a while, if it is still there. */
function recordOf(scripts: readonly Script[], managers: number): readonly object[] {
  const records: NonNullable<SiteOptions['records']> = [];
  const site = new Site(1, directory(), managers > 1 ? { managers, records } : { records });
  for (const [at, script] of scripts.entries()) new ScriptedGateway(site, 7001 + at, script);
  if (managers > 1) {
    site.planes.busWeather = NO_DISTANCE;
    while (!site.isWhole) site.run(10);
  }
  const phone = site.addPhone('1001');
  phone.register(3600);
  site.run(1000);
  const call = phone.call('95');
  site.run(5000);
  if (call.phase !== 'over') phone.hangUp(call);
  site.run(1000);
  return records
    .filter(({ record }) => record.closing !== undefined)
    .map(({ record }) => {
      const {
        route_list,
        gateway_out,
        to_number,
        cause,
        code,
        sip_status,
        q850,
        ended_by,
        answered,
      } = entryOf(record);
      const isAnswered = answered !== undefined;
      const said = { route_list, gateway_out, to_number, cause, code, sip_status, q850, ended_by };
      return { ...said, answered: Number(isAnswered) };
    });
}

const LIST = { route_list: 'out', to_number: '05', code: undefined };

for (const managers of [1, 3]) {
  const where = managers === 1 ? '' : ' [three managers]';
  test(`the second gateway takes the call: it is the one on record${where}`, () => {
    assert.deepEqual(recordOf([FAILING, GOOD], managers), [
      {
        ...LIST,
        gateway_out: 'two',
        cause: 'hung up',
        sip_status: 200,
        q850: 16,
        ended_by: 'caller',
        answered: 1,
      },
    ]);
  });

  test(`busy beyond a gateway, and which one said so${where}`, () => {
    assert.deepEqual(recordOf([BUSY, GOOD], managers), [
      {
        ...LIST,
        gateway_out: 'one',
        cause: 'busy',
        sip_status: 486,
        q850: 17,
        ended_by: 'called',
        answered: 0,
      },
    ]);
  });

  test(`no gateway takes the call${where}`, () => {
    assert.deepEqual(recordOf([FAILING, FAILING], managers), [
      {
        ...LIST,
        gateway_out: 'two',
        cause: 'no gateway',
        code: 'LW-3201',
        sip_status: 503,
        q850: 38,
        ended_by: 'system',
        answered: 0,
      },
    ]);
  });

  test(`the caller gives up while it rings beyond a gateway${where}`, () => {
    assert.deepEqual(recordOf([RINGS], managers), [
      {
        ...LIST,
        gateway_out: undefined,
        cause: 'caller gave up',
        sip_status: 487,
        q850: 16,
        ended_by: 'caller',
        answered: 0,
      },
    ]);
  });
}
