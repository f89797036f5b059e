/** Gateways that know some codecs only: what they are offered, what they may offer, and calls of which no codec is left. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Gateway } from '../../src/call/routing/gateway.ts';
import { simulationDirectory } from '../../src/testkit/simulation-directory.ts';
import { DOMAIN, SERVER, Site, type SiteOptions } from '../../src/testkit/site.ts';
import { wayOut } from '../call/switchboard.ts';
import { GOOD, ScriptedGateway } from './scripted-gateway.ts';

const NAMES = ['one', 'two'] as const;
const PHONE = '0 9 8 18';

/** Phone 1001, which has PCMU, G.722, PCMA and G.729; two gateways in a row with those codecs. */
function stage(one: readonly string[], two: readonly string[], habits: SiteOptions = {}) {
  const plain = simulationDirectory(DOMAIN);
  const gateways = new Map(
    NAMES.map((id, at): [string, Gateway] => [
      id,
      {
        ...{ id, uri: `sip:10.0.2.1:${7001 + at}`, callsMax: 9, codecs: [one, two][at] ?? [] },
        acceptFrom: at === 0 ? ['10.0.2.1/32'] : [],
      },
    ]),
  );
  const groups = [
    { spread: 'top-down', gateways: NAMES.map((gateway) => ({ gateway, weight: 1 })) },
  ] as const;
  const out = [wayOut('9!', 'out', 1), { ...wayOut('112', 'out'), isEmergency: true }];
  const directory = {
    ...plain,
    gateways,
    routeLists: new Map([['out', { name: 'out', groups }]]),
    routePlan: {
      partitions: new Map([['out', out]]),
      spaces: new Map([['default', ['lines', 'out']]]),
      countries: new Map(),
    },
  };
  const site = new Site(1, directory, { formats: PHONE, ...habits });
  const scripted = NAMES.map((_, at) => new ScriptedGateway(site, 7001 + at, GOOD));
  const phone = site.addPhone('1001');
  phone.register(3600);
  site.run(100);
  /** The media of what each gateway was offered last. */
  const offered = () =>
    scripted.map(({ requests }) => formatsOf(requests.findLast(({ body }) => body !== '')?.body));
  const [first, second] = scripted;
  assert(first !== undefined && second !== undefined);
  return { site, phone, first, second, offered };
}

function formatsOf(text: string | undefined): string {
  return /m=audio (.*)\r\n/.exec(text ?? '')?.[1] ?? '-';
}

test('a gateway is offered what it knows, in its order, and the call is as any other', () => {
  const { site, phone, first, offered } = stage(['pcma', 'g729', 'gsm', 'pcmu'], []);
  first.formats = '8';
  const heard: string[] = [];
  site.network.tap = (_from, to, text) => {
    if (to.address === '10.0.1.1' && text.includes('m=audio')) heard.push(formatsOf(text));
  };
  const call = phone.call('95');
  site.run(1000);
  const before = call.phase;
  phone.hold(call, true);
  site.run(1000);
  assert.deepEqual(
    [before, offered()[0], new Set(heard), call.held, first.asked],
    ['talking', '4000 RTP/AVP 8 18 0', new Set(['4 RTP/AVP 8']), true, 'INVITE 5, INVITE '],
  );
});

test('of nothing in common the next gateway is asked, and the first one hears nothing', () => {
  const { site, phone, first, second } = stage(['opus'], ['pcmu']);
  const call = phone.call('95');
  site.run(1000);
  assert.deepEqual([call.phase, first.asked, second.asked], ['talking', '', 'INVITE 5']);
});

test('of nothing in common with any gateway the call is refused, and the refusal says why', () => {
  const { site, phone, first, second } = stage(['opus'], ['gsm']);
  let reason = '';
  site.network.tap = (_from, _to, text) => {
    reason ||= (text.startsWith('SIP/2.0 488') && /^Warning: (.*)\r$/m.exec(text)?.[1]) || '';
  };
  const call = phone.call('95');
  site.run(1000);
  assert.deepEqual(
    [call.status, reason, first.asked, second.asked],
    [488, '399 linewright "LW-3204 no codec in common with the gateway"', '', ''],
  );
});

test('an emergency call passes as it is where nothing would be left of it', () => {
  const { site, phone, offered } = stage(['opus'], []);
  const call = phone.call('112');
  site.run(1000);
  assert.deepEqual([call.phase, offered()[0]], ['talking', `4000 RTP/AVP ${PHONE}`]);
});

test('a gateway that answers with what it was not offered has not taken the call', () => {
  const { site, phone, first, second } = stage(['pcma'], ['pcmu']);
  first.formats = '0';
  const call = phone.call('95');
  site.run(1000);
  assert.deepEqual([call.status, first.asked, second.asked], [488, 'INVITE 5, BYE', '']);
});

test('what a gateway offers comes to the phone without what it may not, and not at all when nothing is left', () => {
  const { site, phone, first } = stage(['pcma', 'g729'], []);
  const rung: string[] = [];
  site.network.tap = (_from, to, text) => {
    if (to.port === phone.options.address.port && text.startsWith('INVITE'))
      rung.push(formatsOf(text));
  };
  for (const formats of ['0 18 8', '0 9']) {
    first.formats = formats;
    first.call(SERVER, '1001');
    site.run(100);
  }
  assert.deepEqual([rung, first.statuses], [['4 RTP/AVP 8 18'], [488]]);
});

test('a change of the session of which nothing is left is refused, and the call stands', () => {
  const { site, phone, first } = stage(['pcmu'], []);
  const call = phone.call('95');
  site.run(1000);
  first.formats = '8';
  const [invite] = first.requests;
  assert(invite !== undefined);
  first.reoffer(invite);
  site.run(1000);
  assert.deepEqual([call.phase, new Set(first.statuses)], ['talking', new Set([488])]);
});

test('of a body of several parts the description has what the gateway knows, and the rest stays; also of a hold', () => {
  const { site, phone, first } = stage(['pcma', 'g729', 'gsm', 'pcmu'], [], { isPlaced: true });
  first.formats = '8';
  const call = phone.call('95');
  site.run(1000);
  const before = call.phase;
  phone.hold(call, true);
  site.run(1000);
  const bodies = first.requests.flatMap(({ method, body }) => (method === 'INVITE' ? [body] : []));
  assert.deepEqual(
    [
      before,
      call.held,
      bodies.map((body) => [formatsOf(body), body.replace(/^[\s\S]*\r\n--a b\r\n/, '')]),
    ],
    [
      'talking',
      true,
      Array.from({ length: 2 }, () => [
        '4000 RTP/AVP 8 18 0',
        'Content-Type: application/pidf+xml\r\nContent-ID: <here@pbx.test>\r\n\r\n<presence/>\r\n--a b--\r\n',
      ]),
    ],
  );
});

test('of a body of several parts with nothing in common the next gateway is asked, and the first one hears nothing', () => {
  const { site, phone, first, second } = stage(['opus'], ['pcmu'], { isPlaced: true });
  const call = phone.call('95');
  site.run(1000);
  assert.deepEqual([call.phase, first.asked, second.asked], ['talking', '', 'INVITE 5']);
});

for (const [name, type, body] of [
  ['without a boundary', 'multipart/mixed', '--x\r\n\r\n--x--\r\n'],
  [
    'without an end',
    'multipart/mixed;boundary=x',
    '--x\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n',
  ],
  [
    'whose description is encoded',
    'multipart/mixed;boundary=x',
    '--x\r\nContent-Type: application/sdp\r\nContent-Transfer-Encoding: base64\r\n\r\ndj0w\r\n--x--\r\n',
  ],
] as const)
  test(`a body of several parts ${name} passes no gateway that knows some codecs only`, () => {
    const { site, phone, first } = stage(['pcmu'], []);
    const rung: string[] = [];
    site.network.tap = (_from, to, text) => {
      if (to.port === phone.options.address.port && text.startsWith('INVITE')) rung.push(text);
    };
    first.body = { type, body };
    first.call(SERVER, '1001');
    site.run(100);
    assert.deepEqual([rung, first.statuses], [[], [488]]);
  });
