/**
 * Calls out by route lists, and in: gateways that work, fail, say nothing, are slow, full, or want to be
 * told who we are; one manager or three.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { DialRule } from '../../src/call/dial-plan/route-plan.ts';
import type { Directory, RouteTarget } from '../../src/call/directory.ts';
import type { Gateway, RouteGroup } from '../../src/call/routing/gateway.ts';
import { homeOf } from '../../src/process/pid.ts';
import { ha1 } from '../../src/sip/digest/algorithm.ts';
import { keyOf, udp } from '../../src/testkit/network.ts';
import type { PhoneCall } from '../../src/testkit/phone.ts';
import { NO_DISTANCE } from '../../src/testkit/simulated-planes.ts';
import { simulationDirectory } from '../../src/testkit/simulation-directory.ts';
import { DOMAIN, SERVER, Site } from '../../src/testkit/site.ts';
import { wayOut } from '../call/switchboard.ts';
import {
  BUSY,
  FAILING,
  GOOD,
  RINGS,
  type Script,
  ScriptedGateway,
  SILENT,
  taking,
} from './scripted-gateway.ts';

const NAMES = ['one', 'two', 'three'] as const;
type Name = (typeof NAMES)[number];

type Terms = Partial<Record<Name, Partial<Gateway>>>;

type Stage = {
  readonly site: Site;
  readonly gateways: Readonly<Record<Name, ScriptedGateway>>;
  call(number?: string): PhoneCall;
  wait(ms: number): void;
  /** What each gateway was asked. */
  asked(): string[];
};

type StageOptions = {
  readonly terms?: Terms;
  readonly groups?: readonly RouteGroup[];
  readonly managers?: number;
};

function directoryWith(terms: Terms, groups: readonly RouteGroup[]): Directory {
  const directory = simulationDirectory(DOMAIN);
  const gateways = NAMES.map((id, at): [string, Gateway] => [
    id,
    {
      id,
      uri: `sip:10.0.2.1:${7001 + at}`,
      acceptFrom: [],
      callsMax: 2,
      ...terms[id],
    },
  ]);
  return {
    ...directory,
    gateways: new Map(gateways),
    routeLists: new Map([['out', { name: 'out', groups }]]),
    routePlan: {
      partitions: new Map([
        [
          'out',
          [
            wayOut('9!', 'out', 1, ''),
            { ...wayOut('112', 'out'), isEmergency: true },
            shownAs('8!', '+442079460101'),
          ],
        ],
      ]),
      spaces: new Map([['default', ['lines', 'out']]]),
      countries: new Map(),
    },
  };
}

/** A way out by which the caller has another number. */
function shownAs(pattern: string, mask: string): DialRule<RouteTarget> {
  const target = { type: 'list', list: 'out' } as const;
  return { pattern, action: { type: 'route', target, called: { strip: 1 }, calling: { mask } } };
}

const ALL: readonly RouteGroup[] = [
  { spread: 'top-down', gateways: NAMES.map((gateway) => ({ gateway, weight: 1 })) },
];

/** Phone 1001 at the first manager; scripted gateways, each `SILENT` unless told. */
function stage(scripts: Partial<Record<Name, Script>>, options: StageOptions = {}): Stage {
  const { terms = {}, groups = ALL, managers = 1 } = options;
  const site = new Site(1, directoryWith(terms, groups), managers > 1 ? { managers } : {});
  const port = (name: Name) => 7001 + NAMES.indexOf(name);
  const make = (name: Name) => new ScriptedGateway(site, port(name), scripts[name] ?? SILENT);
  const gateways = { one: make('one'), two: make('two'), three: make('three') };
  if (managers > 1) {
    site.planes.busWeather = NO_DISTANCE;
    while (!site.isWhole) site.run(10);
  }
  const phone = site.addPhone('1001');
  phone.register(3600);
  site.run(1000);
  return {
    site,
    gateways,
    call: (number = '95') => phone.call(number),
    wait: (ms) => site.run(ms),
    asked: () => NAMES.map((name) => gateways[name].asked),
  };
}

function outcome({ phase, status }: PhoneCall): string {
  return phase === 'over' ? String(status) : phase;
}

test('the first gateway takes it, and the others hear nothing', () => {
  const { call, wait, asked } = stage({ one: GOOD, two: GOOD });
  const made = call();
  wait(1000);
  assert.deepEqual([outcome(made), asked()], ['talking', ['INVITE 5', '', '']]);
});

for (const [name, script, asks] of [
  ['503', FAILING, 'INVITE 5'],
  ['408', taking(() => [{ status: 100 }, { status: 408 }]), 'INVITE 5'],
  ['500', taking(() => [{ status: 500 }]), 'INVITE 5'],
  ['a challenge for a realm that is not ours', challenge('elsewhere'), 'INVITE 5'],
] as const)
  test(`the next gateway, before the caller hears anything: ${name}`, () => {
    const { call, wait, asked } = stage({ one: script, two: GOOD });
    const made = call();
    wait(1000);
    assert.deepEqual([outcome(made), asked()], ['talking', [asks, 'INVITE 5', '']]);
  });

for (const [name, script] of [
  ['says nothing at all', SILENT],
  [
    'says 100 after three seconds',
    taking(() => [
      { status: 100, afterMs: 3000 },
      { status: 200, afterMs: 5000 },
    ]),
  ],
] as const)
  test(`the next gateway within two seconds, and the first is not left with the call: it ${name}`, () => {
    const { call, wait, asked } = stage({ one: script, two: GOOD });
    const made = call();
    wait(1900);
    const before = asked();
    wait(1000);
    const after = [outcome(made), asked()[1]];
    wait(40_000);
    assert.deepEqual(
      [before, after],
      [
        ['INVITE 5', '', ''],
        ['talking', 'INVITE 5'],
      ],
    );
  });

test('a gateway that says 100 and then takes its time is waited for', () => {
  const slow = taking(() => [
    { status: 100 },
    { status: 180, afterMs: 8000 },
    { status: 200, afterMs: 9000 },
  ]);
  const { call, wait, asked } = stage({ one: slow, two: GOOD });
  const made = call();
  wait(10_000);
  assert.deepEqual([outcome(made), asked()], ['talking', ['INVITE 5', '', '']]);
});

for (const [name, script, status] of [
  ['busy', BUSY, '486'],
  ['no such number', taking(() => [{ status: 404 }]), '404'],
  ['declined', taking(() => [{ status: 603 }]), '603'],
  ['a 500 that says that the number is not allocated', q850(500, 1), '404'],
] as const)
  test(`what is the called party's is final: ${name}`, () => {
    const { call, wait, asked } = stage({ one: script, two: GOOD });
    const made = call();
    wait(1000);
    assert.deepEqual([outcome(made), asked()], [status, ['INVITE 5', '', '']]);
  });

test('once it rings, no other gateway is asked', () => {
  const { call, wait, asked } = stage({
    one: taking(() => [{ status: 180 }, { status: 503, afterMs: 500 }]),
    two: GOOD,
  });
  const made = call();
  wait(1000);
  assert.deepEqual([outcome(made), asked()], ['480', ['INVITE 5', '', '']]);
});

test('no gateway has a way', () => {
  const { call, wait, asked } = stage({ one: FAILING, two: FAILING, three: FAILING });
  const made = call();
  wait(1000);
  assert.deepEqual([outcome(made), asked()], ['503', ['INVITE 5', 'INVITE 5', 'INVITE 5']]);
});

test('a challenge for our realm is answered, once', () => {
  const secret = secretOf('trunk');
  const asks = (script: Script) => {
    const { call, wait, gateways } = stage(
      { one: script },
      { terms: { one: { secret } }, groups: onlyOne() },
    );
    const made = call();
    wait(1000);
    const given = gateways.one.header('Authorization').map((value) => value.slice(0, 42));
    return [outcome(made), given];
  };
  assert.deepEqual(
    [asks(challenge('trunk', GOOD)), asks(challenge('trunk'))],
    [
      ['talking', ['-', 'Digest username="lw", realm="trunk", nonce']],
      ['503', ['-', 'Digest username="lw", realm="trunk", nonce']],
    ],
  );
});

test('challenges inside a call are answered too, once each, and for our realm only', () => {
  const secret = secretOf('trunk');
  const asks = (realm: string, isContent: boolean) => {
    const asking = challenge(realm);
    const script: Script = (request) => {
      if (request.method === 'INVITE' && request.toTag === '') return GOOD(request);
      if (isContent && request.headers.has('Authorization')) return [{ status: 200 }];
      return asking({ ...request, method: 'INFO' });
    };
    const { call, wait, gateways } = stage(
      { one: script },
      { terms: { one: { secret, withoutSessionTimer: true } }, groups: onlyOne() },
    );
    const made = call();
    wait(1000);
    const { phone } = made;
    phone.hold(made, true);
    wait(1000);
    phone.info(made, '5');
    wait(1000);
    phone.hangUp(made);
    wait(1000);
    return gateways.one.requests
      .slice(1)
      .map(({ method, headers }) => `${method}${headers.has('Authorization') ? '*' : ''}`);
  };
  assert.deepEqual(
    [asks('trunk', true), asks('trunk', false), asks('elsewhere', true)],
    [
      ['INVITE', 'INVITE*', 'INFO', 'INFO*', 'BYE', 'BYE*'],
      ['INVITE', 'INVITE*', 'INFO', 'INFO*', 'BYE', 'BYE*'],
      ['INVITE', 'INFO', 'BYE'],
    ],
  );
});

test('whom we hang up on in a call that came in asks who we are, and is told', () => {
  const script: Script = (request) =>
    request.headers.has('Authorization')
      ? [{ status: 200 }]
      : challenge('trunk')({ ...request, method: 'INFO' });
  const { site, wait, gateways } = stage(
    { one: script },
    { terms: { one: { acceptFrom: ['10.0.2.1/32'], secret: secretOf('trunk') } } },
  );
  const [phone] = site.phones;
  assert(phone !== undefined);
  phone.onInvited = (call) => phone.answer(call);
  gateways.one.call(SERVER, '1001');
  wait(1000);
  for (const each of phone.calls) phone.hangUp(each);
  wait(1000);
  const asked = gateways.one.requests.map(
    ({ method, headers }) => `${method}${headers.has('Authorization') ? '*' : ''}`,
  );
  assert.deepEqual([gateways.one.statuses, asked], [[200], ['BYE', 'BYE*']]);
});

test('max_calls: the third call takes the next gateway, an emergency does not care', () => {
  const { site, call, wait, asked } = stage({ one: RINGS, two: RINGS, three: RINGS });
  const phone = site.addPhone('1002');
  phone.register(3600);
  wait(100);
  for (const each of [1, 2]) call(`9${each}`);
  phone.call('93');
  wait(100);
  phone.call('112');
  wait(100);
  assert.deepEqual(asked(), ['INVITE 1, INVITE 2, INVITE 112', 'INVITE 3', '']);
});

test('three failures in a row: the gateway is left alone, asked after a second, then after two; a success ends it', () => {
  const { call, wait, gateways, asked } = stage({ one: FAILING, two: BUSY });
  const counts: number[] = [];
  const dial = () => {
    call();
    wait(100);
    counts.push(gateways.one.requests.length);
  };
  for (let at = 0; at < 4; at++) dial();
  wait(1000);
  for (let at = 0; at < 2; at++) dial();
  wait(1000);
  dial();
  gateways.one.script = BUSY;
  wait(1000);
  for (let at = 0; at < 2; at++) dial();
  assert.deepEqual([counts, asked()[1]?.split(', ').length], [[1, 2, 3, 3, 4, 4, 4, 5, 6], 7]);
});

test('Retry-After is honoured at once', () => {
  const asksToWait = taking(() => [{ status: 503, headers: 'Retry-After: 30\r\n' }]);
  const { call, wait, gateways } = stage({ one: asksToWait, two: BUSY });
  const counts: number[] = [];
  for (const ms of [0, 1000, 25_000, 5000]) {
    wait(ms);
    call();
    wait(100);
    counts.push(gateways.one.requests.length);
  }
  assert.deepEqual(counts, [1, 1, 1, 2]);
});

test('OPTIONS find out that a gateway is dead, and that it is back', () => {
  const { call, wait, gateways } = stage(
    { one: SILENT, two: BUSY },
    { terms: { one: { pingMs: 5000 } } },
  );
  wait(20_000);
  call();
  wait(100);
  const dead = gateways.one.asked;
  gateways.one.script = BUSY;
  wait(10_000);
  call();
  wait(100);
  assert.deepEqual([dead, gateways.one.asked], ['', 'INVITE 5']);
});

test('an emergency tries every gateway, one that is left alone too, whatever they say', () => {
  const { call, wait, asked } = stage({
    one: FAILING,
    two: taking(() => [{ status: 403 }]),
    three: GOOD,
  });
  for (let at = 0; at < 4; at++) {
    call();
    wait(100);
  }
  const made = call('112');
  wait(1000);
  assert.deepEqual(
    [outcome(made), asked().map((each) => each.includes('INVITE 112'))],
    ['talking', [true, true, true]],
  );
});

test('a gateway that does not know 100rel is not offered it', () => {
  const { call, wait, gateways } = stage(
    { one: FAILING, two: BUSY },
    { terms: { one: { withoutReliable: true } } },
  );
  call();
  wait(1000);
  const offered = [gateways.one, gateways.two].map((gateway) =>
    gateway.header('Supported').map((value) => value.includes('100rel')),
  );
  assert.deepEqual(offered, [[false], [true]]);
});

test('a group goes round', () => {
  const { call, wait, asked } = stage(
    { one: BUSY, two: BUSY, three: BUSY },
    { groups: [{ spread: 'circular', gateways: ALL[0]?.gateways ?? [] }] },
  );
  for (const each of [1, 2, 3, 4]) {
    call(`9${each}`);
    wait(100);
  }
  assert.deepEqual(asked(), ['INVITE 1, INVITE 4', 'INVITE 2', 'INVITE 3']);
});

test('who calls: asserted to a gateway that is trusted only, with the number that the pattern or the gateway says', () => {
  const { call, wait, gateways } = stage(
    { one: FAILING, two: BUSY },
    { terms: { one: { isTrusted: true }, two: { callerId: '0207' } } },
  );
  for (const number of ['95', '85']) {
    call(number);
    wait(100);
  }
  const shown = [gateways.one, gateways.two].map((gateway) => [
    gateway.header('From').map((value) => /sip:([^@]*)/.exec(value)?.[1]),
    gateway.header('P-Asserted-Identity').map((value) => /sip:([^@]*)/.exec(value)?.[1]),
  ]);
  assert.deepEqual(shown, [
    [
      ['1001', '+442079460101'],
      ['1001', '+442079460101'],
    ],
    [
      ['0207', '+442079460101'],
      [undefined, undefined],
    ],
  ]);
});

test('who calls from outside: asserted by a gateway that is trusted, else as From says, or nobody', () => {
  const country = {
    code: '44',
    international: ['00'],
    trunk: '0',
    nationalDigits: { min: 6, max: 13 },
  };
  const numbers = { country, send: 'as dialled', isPlain: false, strip: 0, prefix: '' } as const;
  const asserted = 'P-Asserted-Identity: "Ada" <sip:02079460018@10.0.2.1>\r\n';
  const shown = (isTrusted: boolean, headers: string): string | undefined => {
    const { site, wait, gateways } = stage(
      {},
      { terms: { one: { acceptFrom: ['10.0.2.1/32'], isTrusted, numbers } } },
    );
    let from: string | undefined;
    site.network.tap = (_from, _to, text) => {
      if (text.startsWith('INVITE sip:1001@10.0.1.1')) from = /^From: (.*);tag/m.exec(text)?.[1];
    };
    gateways.one.call(SERVER, '1001', headers);
    wait(100);
    return from;
  };
  assert.deepEqual(
    [
      shown(true, asserted),
      shown(false, asserted),
      shown(true, `${asserted}Privacy: id\r\n`),
      shown(true, ''),
    ],
    [
      `"Ada" <sip:+442079460018@${DOMAIN}>`,
      `<sip:0201@${DOMAIN}>`,
      `"Anonymous" <sip:anonymous@${DOMAIN}>`,
      `<sip:0201@${DOMAIN}>`,
    ],
  );
});

for (const managers of [1, 3])
  test(`a call that comes in leaves by the same gateway, where its search space grants that: ${managers}`, () => {
    const { site, wait, gateways } = stage(
      { one: GOOD },
      {
        managers,
        groups: onlyOne(),
        terms: { one: { acceptFrom: ['10.0.2.1/32'], search: 'default' } },
      },
    );
    const heard: number[] = [];
    for (const { address } of site.managers) {
      gateways.one.call(address, '95');
      wait(1000);
      heard.push(...gateways.one.statuses.splice(0));
      // Whom it has called hangs up: so does the manager on who has called.
      gateways.one.hangUp();
      wait(1000);
    }
    const asked = gateways.one.asked.split(', ').sort();
    const size = site.managers.map(({ manager }) => manager?.size.legs);
    assert.deepEqual(
      [new Set(heard), asked, size],
      [
        new Set([200]),
        [...Array(managers).fill('BYE'), ...Array(managers).fill('INVITE 5')],
        Array(managers).fill(0),
      ],
    );
  });

test('a call that comes in and goes out by one gateway counts twice, and is refused as the gateway says', () => {
  const asks = (script: Script, callsMax: number) => {
    const { wait, gateways } = stage(
      { one: script },
      {
        groups: onlyOne(),
        terms: { one: { acceptFrom: ['10.0.2.1/32'], search: 'default', callsMax } },
      },
    );
    gateways.one.call(SERVER, '95');
    wait(1000);
    return [...new Set(gateways.one.statuses), gateways.one.asked];
  };
  assert.deepEqual(
    [asks(BUSY, 2), asks(FAILING, 2), asks(GOOD, 1)],
    [
      [486, 'INVITE 5'],
      [503, 'INVITE 5'],
      [503, ''],
    ],
  );
});

test('who has called and gives up: the call out by the same gateway is given up', () => {
  const { wait, gateways } = stage(
    { one: RINGS },
    { groups: onlyOne(), terms: { one: { acceptFrom: ['10.0.2.1/32'], search: 'default' } } },
  );
  gateways.one.call(SERVER, '95');
  wait(100);
  gateways.one.giveUp(SERVER, '95');
  wait(1000);
  assert.deepEqual(
    [new Set(gateways.one.statuses), gateways.one.asked],
    [new Set([200, 487]), 'INVITE 5, CANCEL'],
  );
});

test('a number from outside that leads nowhere, and one that leads out again', () => {
  const { wait, gateways } = stage({}, { terms: { one: { acceptFrom: ['10.0.2.1/32'] } } });
  gateways.one.call(SERVER, '5555');
  gateways.one.call(SERVER, '95');
  wait(100);
  assert.deepEqual(gateways.one.statuses, [404, 403]);
});

test('who calls from the address of a gateway is the gateway, though From is a phone that is believed there', () => {
  const { wait, gateways } = stage({}, { terms: { one: { acceptFrom: ['10.0.2.0/24'] } } });
  gateways.one.call(SERVER, '95', '', `<sip:1001@${DOMAIN}>`);
  wait(100);
  assert.deepEqual(gateways.one.statuses, [403]);
});

for (const [name, terms, contact] of [
  ['where it gets its calls', {}, 'sip:95@10.0.2.1:7001'],
  ['in its network', { acceptFrom: ['10.0.3.0/24'] }, 'sip:95@10.0.3.9'],
  ['there by maddr', { acceptFrom: ['10.0.3.0/24'] }, 'sip:95@10.0.1.1;maddr=10.0.3.9'],
] as const)
  test(`no phone registers a contact that is a gateway's: ${name}`, () => {
    const { site, wait, call, asked } = stage({ one: GOOD }, { terms: { one: terms } });
    const from = udp('10.0.1.1', 6999);
    const heard: string[] = [];
    site.network.attach(from, (text) => heard.push(text.slice(0, 11)));
    const text =
      `REGISTER sip:${DOMAIN} SIP/2.0\r\nVia: SIP/2.0/UDP ${keyOf(from)};branch=z9hG4bK1\r\n` +
      `Max-Forwards: 70\r\nFrom: <sip:1002@${DOMAIN}>;tag=1\r\nTo: <sip:1002@${DOMAIN}>\r\n` +
      `Call-ID: 1\r\nCSeq: 1 REGISTER\r\nContact: <${contact}>\r\nContent-Length: 0\r\n\r\n`;
    site.network.send(from, SERVER, text);
    wait(100);
    const made = call('1002');
    wait(1000);
    assert.deepEqual([heard, outcome(made), asked()], [['SIP/2.0 403'], '480', ['', '', '']]);
  });

test('registration: with our credentials, refreshed before it ends, given up for a while when it is refused', () => {
  const secret = secretOf('trunk');
  const { wait, gateways } = stage(
    { one: challenge('trunk', () => [{ status: 200, headers: 'Expires: 60\r\n' }]) },
    { terms: { one: { secret, registerS: 600 } } },
  );
  const registers = () =>
    gateways.one.requests.map(({ method, cseq, headers }) => {
      const has = headers.has('Authorization') ? ' with credentials' : '';
      return `${method} ${cseq}${has}`;
    });
  const first = registers();
  wait(50_000);
  assert.deepEqual(
    [first, registers().slice(2)],
    [
      ['REGISTER 3', 'REGISTER 4 with credentials'],
      ['REGISTER 5', 'REGISTER 6 with credentials'],
    ],
  );
});

test('three managers: whose gateway is kept elsewhere, the call goes out there, and max_calls is for all', () => {
  const { site, wait, asked } = stage({ one: RINGS, two: RINGS }, { managers: 3 });
  const phones = site.managers.map((manager, at) => {
    const phone = site.addPhone(['1002', '2000a', '2000b'][at] ?? '', undefined, [manager.address]);
    phone.register(3600);
    return phone;
  });
  wait(100);
  for (const [at, phone] of phones.entries()) {
    phone.call(`9${at}`);
    wait(100);
  }
  assert.deepEqual(asked(), ['INVITE 0, INVITE 1', 'INVITE 2', '']);
});

test('three managers: what comes in at any of them counts too, and is refused when that is too much', () => {
  const { site, wait, gateways } = stage(
    { one: GOOD },
    { managers: 3, terms: { one: { acceptFrom: ['10.0.2.1/32'] } } },
  );
  for (const { address } of site.managers) {
    gateways.one.call(address, '1001');
    wait(100);
  }
  assert.deepEqual(gateways.one.statuses, [503]);
});

for (const [name, script, first, status] of [
  [
    'before the gateway has said anything: the call takes the next one',
    SILENT,
    'ringing',
    'talking',
  ],
  ['while it rings: the call ends', RINGS, 'ringing', '500'],
  ['in the middle of a call: the call ends', GOOD, 'talking', '0'],
] as const)
  test(`three managers: that of the gateway dies ${name}; the gateway is back within a second`, () => {
    const { site, wait } = stage({ one: script, two: GOOD }, { managers: 3 });
    const keeper = () => {
      const [alive] = site.managers.filter(({ run }) => run?.isServing);
      const pid = alive?.manager?.processing.gateways.keeper('one');
      return pid && homeOf(pid);
    };
    // The caller is to be at another manager than the gateway.
    const before = keeper();
    const at = site.managers.findIndex(({ run }) => run?.home === before);
    const other = site.managers[(at + 1) % 3];
    assert(other !== undefined);
    const phone = site.addPhone('1002', undefined, [other.address]);
    phone.register(3600);
    wait(100);
    const made = phone.call('95');
    wait(first === 'talking' ? 1000 : 300);
    const earlier = outcome(made);
    site.managers[at]?.kill('machine');
    wait(2000);
    const isBack = keeper() !== undefined && keeper() !== before;
    wait(1500);
    assert.deepEqual([earlier, isBack, outcome(made)], [first, true, status]);
  });

function secretOf(realm: string): NonNullable<Gateway['secret']> {
  return {
    user: 'lw',
    realm,
    ha1: {
      MD5: ha1('lw', realm, 'secret', 'MD5'),
      'SHA-256': ha1('lw', realm, 'secret', 'SHA-256'),
      'SHA-512-256': ha1('lw', realm, 'secret', 'SHA-512-256'),
    },
  };
}

/** Wants credentials for `realm`; has none been given, or nothing follows, it asks again and again. */
function challenge(realm: string, after?: Script): Script {
  const headers = `WWW-Authenticate: Digest realm="${realm}", nonce="n", algorithm=MD5, qop="auth"\r\n`;
  return (request) => {
    const isAdmitted = request.headers.has('Authorization') && after !== undefined;
    if (isAdmitted || request.method === 'BYE') return after?.(request) ?? [{ status: 200 }];
    return [{ status: 401, headers }];
  };
}

function q850(status: number, cause: number): Script {
  return taking(() => [{ status, headers: `Reason: Q.850;cause=${cause}\r\n` }]);
}

function onlyOne(): readonly RouteGroup[] {
  return [{ spread: 'top-down', gateways: [{ gateway: 'one', weight: 1 }] }];
}
