/** Gateways with and without session timers (RFC 4028): what they are asked, in calls out and in, and what they ask for. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Gateway } from '../../src/call/routing/gateway.ts';
import type { Headers } from '../../src/sip/message/headers.ts';
import { parseMessage } from '../../src/sip/message/parse.ts';
import { keyOf } from '../../src/testkit/network.ts';
import { simulationDirectory } from '../../src/testkit/simulation-directory.ts';
import { DOMAIN, SERVER, Site } from '../../src/testkit/site.ts';
import { listOf, wayOut } from '../call/switchboard.ts';
import { type Script, ScriptedGateway, taking } from './scripted-gateway.ts';

/** Rings and takes calls, with these header lines in its answers to INVITE and UPDATE. */
function saying(headers: string): Script {
  return (request) =>
    request.method === 'UPDATE'
      ? [{ status: 200, headers }]
      : taking(() => [{ status: 180 }, { status: 200, afterMs: 100, headers }])(request);
}

function stage(script: Script, terms: Partial<Gateway>) {
  const plain = simulationDirectory(DOMAIN);
  const gateway: Gateway = {
    ...{ id: 'gw', uri: 'sip:10.0.2.1:7001', acceptFrom: ['10.0.2.1/32'], callsMax: 9 },
    ...terms,
  };
  const directory = {
    ...plain,
    gateways: new Map([['gw', gateway]]),
    routeLists: new Map([['gw', listOf('gw')]]),
    routePlan: {
      partitions: new Map([['out', [wayOut('9!', 'gw')]]]),
      spaces: new Map([['default', ['lines', 'out']]]),
      countries: new Map(),
    },
  };
  const site = new Site(1, directory, { sessionTimer: { expiresS: 1800, minSeS: 90 } });
  const far = new ScriptedGateway(site, 7001, script);
  const phone = site.addPhone('1001');
  phone.onInvited = (call) => phone.answer(call);
  phone.register(3600);
  site.run(100);
  const heard: string[] = [];
  site.network.tap = (_from, to, text) => {
    const parsed = parseMessage(text);
    if (keyOf(to) !== keyOf(far.address) || !parsed.ok || parsed.message.cseqMethod === 'BYE')
      return;
    const { message } = parsed;
    const what = message.kind === 'request' ? message.method : String(message.status);
    if (what !== 'ACK' && what !== '100') heard.push(`${what} ${saidOf(message.headers)}`.trim());
  };
  return { site, far, phone, heard };
}

/** Of a request whether it says that session timers are known, and what both say of this session. */
function saidOf(headers: Headers): string {
  const isKnown = /\btimer\b/.test(headers.first('Supported') ?? '');
  return [isKnown ? 'timer' : '', headers.first('Session-Expires') ?? ''].join(' ').trim();
}

/** The phone calls out, holds, and sends UPDATE. */
function callOut({ site, phone, heard }: ReturnType<typeof stage>): readonly string[] {
  const call = phone.call('95');
  site.run(1000);
  phone.hold(call, true);
  site.run(1000);
  phone.update(call);
  site.run(1000);
  return heard;
}

const KNOWS = 'Supported: timer\r\nAllow: INVITE, UPDATE\r\n';

test('a gateway is asked for a session timer, in each request that could agree on one', () => {
  assert.deepEqual(callOut(stage(saying(KNOWS), {})), [
    'INVITE timer 1800',
    'INVITE timer 1800',
    'UPDATE timer 1800',
  ]);
});

test('one without is not, though it knows of them; nor is it told that we do', () => {
  assert.deepEqual(callOut(stage(saying(KNOWS), { withoutSessionTimer: true })), [
    'INVITE',
    'INVITE',
    'UPDATE',
  ]);
});

for (const withoutSessionTimer of [false, true])
  test(`a call that comes in by a gateway ${withoutSessionTimer ? 'without' : 'with'} session timers`, () => {
    const { site, far, heard } = stage(saying(''), { withoutSessionTimer });
    far.call(SERVER, '1001');
    site.run(1000);
    assert.deepEqual(heard, [withoutSessionTimer ? '200 timer' : '200 timer 1800;refresher=uas']);
  });

test('what a gateway without asks for by itself it has, and is refreshed', () => {
  const { site, far, phone, heard } = stage(
    saying(`${KNOWS}Session-Expires: 200;refresher=uac\r\n`),
    {
      withoutSessionTimer: true,
    },
  );
  const out = phone.call('95');
  site.run(101_000);
  phone.hangUp(out);
  site.run(1000);
  far.call(SERVER, '1001', 'Supported: timer\r\nSession-Expires: 300;refresher=uac\r\n');
  site.run(1000);
  assert.deepEqual(heard, [
    'INVITE',
    'UPDATE timer 200;refresher=uac',
    '200 timer 300;refresher=uac',
  ]);
});
