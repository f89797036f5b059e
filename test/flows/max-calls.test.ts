/** How many calls a phone may have at a time: what it is told when it wants more, and who calls it then. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Directory } from '../../src/call/directory.ts';
import { simulationDirectory } from '../../src/testkit/simulation-directory.ts';
import { DOMAIN, Site, type SiteOptions } from '../../src/testkit/site.ts';
import { listOf, wayOut } from '../call/switchboard.ts';
import { GOOD, ScriptedGateway } from './scripted-gateway.ts';

/** 1001 may have two calls, and calls out by 9; 112 is an emergency. */
function directory(): Directory {
  const plain = simulationDirectory(DOMAIN);
  const device = plain.devices.get('1001');
  assert(device !== undefined);
  const limited = { ...device, callsMax: 2 };
  const gateway = { id: 'gw', uri: 'sip:10.0.2.1:7001', acceptFrom: [], callsMax: 9 };
  return {
    ...plain,
    devices: new Map(plain.devices).set('1001', limited),
    users: new Map(plain.users).set('1001', limited),
    gateways: new Map([['gw', gateway]]),
    routeLists: new Map([['gw', listOf('gw')]]),
    routePlan: {
      partitions: new Map([
        ['out', [wayOut('9!', 'gw'), { ...wayOut('112', 'gw'), isEmergency: true }]],
      ]),
      spaces: new Map([['default', ['lines', 'out']]]),
      countries: new Map(),
    },
  };
}

test('a third call is refused, and one to it finds it busy; an emergency is not, and an end makes room', () => {
  const records: NonNullable<SiteOptions['records']> = [];
  const site = new Site(1, directory(), { records });
  const gateway = new ScriptedGateway(site, 7001, GOOD);
  const [phone, other] = [site.addPhone('1001'), site.addPhone('1002')];
  for (const each of [phone, other]) each.register(3600);
  site.run(100);
  const dial = (number: string, from = phone) => {
    const call = from.call(number);
    site.run(1000);
    return call;
  };
  const first = dial('91');
  const calls = [first, ...['92', '93'].map((number) => dial(number))];
  const emergency = dial('112');
  calls.push(emergency, dial('1001', other));
  for (const call of [first, emergency]) phone.hangUp(call);
  site.run(100);
  calls.push(dial('94'));
  const codes = records.flatMap(({ record }) => record.code ?? []);
  assert.deepEqual(
    [calls.map(({ phase, status }) => status || phase), gateway.asked, codes],
    [
      ['over', 'talking', 503, 'over', 486, 'talking'],
      'INVITE 91, INVITE 92, INVITE 112, BYE, BYE, INVITE 94',
      ['LW-3010'],
    ],
  );
});

test('who dials an emergency number digit by digit is told of missing digits, not of too many calls', () => {
  const site = new Site(1, directory(), {});
  const gateway = new ScriptedGateway(site, 7001, GOOD);
  const phone = site.addPhone('1001');
  phone.register(3600);
  site.run(100);
  const told = ['91', '92', '1', '11', '112', '12'].map((number) => {
    const call = phone.call(number);
    site.run(1000);
    return call.status || call.phase;
  });
  assert.deepEqual(
    [told, gateway.asked],
    [['talking', 'talking', 484, 484, 'talking', 503], 'INVITE 91, INVITE 92, INVITE 112'],
  );
});
