/**
 * Calls that are sent on, with real phones and gateways: by a phone of SIPp's that wants them elsewhere (302), by a line that
 * forwards all out by a gateway, by a baresip whose user dials a feature code; and past a gateway that has not the caller's codec.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { freePortsInRow } from '../support/free-ports.ts';
import { Phone } from './support/baresip.ts';
import { startLinewright, temporaryFolder } from './support/linewright-process.ts';
import { createNetwork } from './support/network.ts';
import { registerFrom } from './support/registration.ts';
import { Sipp } from './support/sipp.ts';
import { dialScenario, gatewayScenario } from './support/sipp-gateways.ts';
import { part, shareAt } from './support/sound.ts';
import { eventually, step } from './support/waiting.ts';

const DOMAIN = 'pbx.test';
const GATEWAY = '127.0.0.78';
const NARROW = '127.0.0.79';

/** A caller, a phone of line 2001 that answers 302, and line 2002, which forwards all; two gateways. */
async function stage(t: TestContext) {
  const folder = temporaryFolder(t);
  const server = await freePortsInRow(10);
  const [web, gatewayPort, phonePort] = [server + 1, server + 2, server + 3];
  let callerPort = server + 4;
  const password = 'ring-2001';
  await startLinewright(t, {
    folder,
    domain: DOMAIN,
    listen: [`udp://127.0.0.1:${server}`],
    web: `http://127.0.0.1:${web}`,
    devices: [
      { user: 'caller', acceptFrom: ['127.0.0.1/32'] },
      { user: '2001', password },
    ],
    lines: [],
    more: {
      lines: {
        2001: { members: { one: { device: '2001' } } },
        2002: { members: { one: { device: '2001' } }, forward: { all: '90' } },
      },
      gateways: {
        good: { uri: `sip:${GATEWAY}:${gatewayPort}`, ping: 'off', diversion: 'diversion' },
        narrow: { uri: `sip:${NARROW}:${gatewayPort}`, ping: 'off', codecs: ['PCMA', 'G729'] },
      },
      route_plan: {
        partitions: { out: { 90: { list: 'good' }, 91: { list: 'narrow' } } },
        search: { default: ['lines', 'out'] },
        lists: { good: ['good'], narrow: ['narrow', 'good'] },
      },
    },
  });
  const gateway = (name: string, localAddress: string) =>
    new Sipp(t, {
      ...{ name, folder, localAddress, localPort: gatewayPort, remotePort: server },
      scenario: gatewayScenario({ does: 'takes' }),
    });
  const [good, narrow] = [gateway('good', GATEWAY), gateway('narrow', NARROW)];
  const contact = `127.0.0.1:${phonePort}`;
  const account = { user: '2001', password, domain: DOMAIN, contact };
  await registerFrom(phonePort, { ...account, registrarPort: server });
  const phone = new Sipp(t, {
    ...{ name: 'phone', folder, localPort: phonePort, remotePort: server },
    scenario: gatewayScenario({
      does: 'refuses',
      status: '302 Moved Temporarily',
      headers: [`Contact: <sip:90@${DOMAIN}>`],
    }),
  });
  const call = async (number: string): Promise<string> => {
    const caller = new Sipp(t, {
      ...{ name: `caller-${callerPort}`, folder, localPort: callerPort++, remotePort: server },
      scenario: dialScenario(number, DOMAIN, 100),
      starts: { calls: 1, rate: 1 },
    });
    assert.equal(await caller.finished(20_000), 0, caller.trouble);
    return caller.events.map(({ what, detail }) => `${what} ${detail}`.trim()).join();
  };
  const said = (sipp: Sipp) => sipp.events.map(({ what, detail }) => `${what} ${detail}`.trim());
  /** What the gateway was asked, when it has said so of that many calls. */
  const taken = async (count: number) => {
    const isSo = () => said(good).filter((each) => each === 'released').length === count;
    await eventually(`the gateway has had ${count} calls`, isSo, 8000, () => said(good).join());
    return said(good).filter((each) => each.startsWith('invited'));
  };
  return { call, taken, phone: () => said(phone), narrow: () => said(narrow) };
}

test('SIPp: a 302, a line that forwards all, and a gateway without a codec', {
  timeout: 60_000,
}, async (t) => {
  const { call, taken, phone, narrow } = await stage(t);
  const heard = [await call('2001')];
  await taken(1);
  heard.push(await call('2002'));
  await taken(2);
  heard.push(await call('91'));
  assert.deepEqual(
    [heard, await taken(3), phone(), narrow()],
    [
      ['answered', 'answered', 'answered'],
      ['invited 2001 deflection', 'invited 2002 unconditional', 'invited'],
      ['invited', 'acknowledged'],
      [],
    ],
  );
});

const TONES = { caller: 440, ana: 700, ben: 1160 };

test('baresip: *72 sends calls to another phone, which hears the caller; *73 ends it', {
  timeout: 90_000,
}, async (t) => {
  const folder = temporaryFolder(t);
  const hosts = createNetwork(t, ['manager', 'caller', 'ana', 'ben']);
  const { address } = hosts.manager;
  const users = { caller: '1001', ana: '1002', ben: '1003' } as const;
  const accounts = Object.values(users).map((user) => ({ user, password: `ring-${user}` }));
  await startLinewright(
    t,
    {
      folder: join(folder, 'manager'),
      domain: DOMAIN,
      listen: [`udp://${address}:5060`],
      web: 'http://127.0.0.1:8088',
      devices: accounts,
      lines: Object.values(users).map((user) => ({ number: user, members: [user] })),
    },
    hosts.manager,
  );
  const phone = (name: keyof typeof users): Promise<Phone> =>
    Phone.start(t, {
      ...{ name, host: hosts[name], domain: DOMAIN, transport: 'udp', toneHertz: TONES[name] },
      accounts: accounts.filter(({ user }) => user === users[name]),
      outbound: `sip:${address}:5060;transport=udp`,
      directory: join(folder, name),
    });
  const [caller, ana, ben] = await Promise.all([phone('caller'), phone('ana'), phone('ben')]);
  const dial = (from: Phone, number: string) => from.command('dial', `sip:${number}@${DOMAIN}`);

  await step(t, 'ana forwards all to ben', async () => {
    await dial(ana, '*721003');
    await ana.waitFor('CALL_ESTABLISHED');
    await ana.waitFor('CALL_CLOSED');
  });

  await step(t, 'who calls ana speaks with ben', async () => {
    const before = ana.events.length;
    await dial(caller, '1002');
    await ben.waitFor('CALL_INCOMING');
    await ben.command('accept');
    await caller.waitFor('CALL_ESTABLISHED');
    const heard = () => part(ben.heard(0), -0.5);
    const hears = () => heard().samples.length >= 4000 && shareAt(heard(), TONES.caller) > 0.8;
    await eventually('ben hears the caller', hears, 6000, () => ben.log);
    assert.deepEqual(ana.events.slice(before), []);
    await caller.command('hangup');
    await ben.waitFor('CALL_CLOSED');
  });

  await step(t, 'ana takes her calls again', async () => {
    const before = ana.events.length;
    await dial(ana, '*73');
    await ana.waitFor('CALL_CLOSED', 5000, before);
    const [mine, theirs] = [ana.events.length, ben.events.length];
    await dial(caller, '1002');
    await ana.waitFor('CALL_INCOMING', 5000, mine);
    await caller.command('hangup');
    await ana.waitFor('CALL_CLOSED', 5000, mine);
    assert.deepEqual(ben.events.slice(theirs), []);
  });
});
