/** What a directory means: text in, the directory as call processing sees it out. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { type Directory, NO_ROUTE_PLAN } from '../../../src/call/directory.ts';
import { FEATURE_CODES } from '../../../src/call/feature-codes.ts';
import { NO_ORBITS } from '../../../src/call/parking/orbit.ts';
import { ha1 } from '../../../src/sip/digest/algorithm.ts';
import { loadDirectory, readDirectory } from '../../../src/store/directory/load.ts';
import { formatProblem } from '../../../src/store/problem.ts';

const RIGHTS = ['answer', 'originate', 'retrieve'];

function read(text: string, env: Record<string, string> = {}): Directory {
  const result = readDirectory([{ file: 'a.yaml', text }], { realm: 'pbx.test', env });
  assert.deepEqual(result.ok ? [] : result.problems.map(formatProblem), []);
  assert(result.ok);
  return result.directory;
}

test('a shared line, its devices and their own numbers', () => {
  const directory = read(
    `
lines:
  "2001":
    name: Reception
    mode: replicated
    appearances: 4
    offer: { serial: [{ members: [ana], seconds: 10 }, { members: [ana, robot], seconds: 20 }] }
    members:
      ana: { device: ana-browser, rights: [answer, barge], privacy: on }
      robot: { device: lobby, ring: after 8s }
    busy: { per_member: 2 }
    held_counts: off
    when_full: ring
    max_calls: 12
    no_answer: { after: 25s }
    watchers: [door]
    watcher_rights: [answer]
devices:
  ana-browser: { user: ana, name: Ana, max_calls: 4, number: 0101, watchers: all, watcher_rights: [answer, retrieve], password: "env:ANA" }
  lobby: { kind: grandstream, accept_from: [127.0.0.0/8, "::1"] }
  door: { accept_from: [127.0.0.0/8] }
`,
    { ANA: 'secret' },
  );
  const ana = {
    id: 'ana-browser',
    user: 'ana',
    name: 'Ana',
    ha1: {
      md5: 'b9b84c543fe7160e644dd90fdc5ef189',
      sha256: '570e5464f77971cf2f4885275bb36f9f0e2860b2f0932caac7b4542d99484ead',
    },
    acceptFrom: [],
    lines: ['0101', '2001'],
    callsMax: 4,
  };
  const lobby = {
    id: 'lobby',
    user: 'lobby',
    name: 'lobby',
    ha1: undefined,
    acceptFrom: ['127.0.0.0/8', '::1/128'],
    lines: ['2001'],
  };
  const reception = {
    number: '2001',
    name: 'Reception',
    mode: 'replicated',
    appearances: 4,
    offering: {
      type: 'serial',
      steps: [
        { members: ['ana'], ms: 10_000 },
        { members: ['ana', 'robot'], ms: 20_000 },
      ],
    },
    members: [
      {
        name: 'ana',
        device: 'ana-browser',
        ringAfterMs: 0,
        rights: ['answer', 'barge'],
        isPrivate: true,
      },
      { name: 'robot', device: 'lobby', ringAfterMs: 8000, rights: RIGHTS },
    ],
    noAnswerMs: 25_000,
    callsPerMember: 2,
    countsHeld: false,
    whenFull: 'ring',
    callsMax: 12,
    watchers: ['door'],
    watcherRights: ['answer'],
  };
  const door = {
    id: 'door',
    user: 'door',
    name: 'door',
    ha1: undefined,
    acceptFrom: ['127.0.0.0/8'],
    lines: [],
  };
  const own = {
    number: '0101',
    name: 'Ana',
    mode: 'single',
    appearances: 100,
    offering: { type: 'parallel' },
    members: [{ name: 'ana-browser', device: 'ana-browser', ringAfterMs: 0, rights: RIGHTS }],
    noAnswerMs: 120_000,
    whenFull: 'ring',
    watchers: 'all',
    watcherRights: ['answer', 'retrieve'],
  };
  assert.deepEqual(directory, {
    lines: new Map<string, unknown>([
      ['2001', reception],
      ['0101', own],
    ]),
    devices: new Map<string, unknown>([
      ['ana-browser', ana],
      ['lobby', lobby],
      ['door', door],
    ]),
    users: new Map<string, unknown>([
      ['ana', ana],
      ['lobby', lobby],
      ['door', door],
    ]),
    gateways: new Map(),
    hunts: new Map(),
    orbits: NO_ORBITS,
    pickupGroups: new Map(),
    routeLists: new Map(),
    routePlan: NO_ROUTE_PLAN,
    interDigitMs: 4000,
    features: FEATURE_CODES,
  });
});

test('a hunt rings lines for its own time or theirs, and leads on to other numbers', () => {
  const directory = read(`
hunts:
  "2900":
    name: Sales
    offer: serial
    lines: ["1001", { line: "1002", seconds: 20 }]
    no_answer: { after: 45s, to: "2901" }
    search: staff
  "2901": { lines: ["ben"], busy: { to: "1001" } }
devices:
  ana: { auth: none, accept_from: 127.0.0.1, number: "1001" }
  ben: { auth: none, accept_from: 127.0.0.1, number: "1002" }
route_plan: { search: { staff: [lines] }, partitions: { all: { "+442900": { line: "2900" } } } }
`);
  assert.deepEqual(
    [...directory.hunts.values()],
    [
      {
        number: '2900',
        name: 'Sales',
        order: 'serial',
        lines: [
          { number: '1001', ms: 15_000 },
          { number: '1002', ms: 20_000 },
        ],
        noAnswerMs: 45_000,
        noAnswerTo: '2901',
        search: 'staff',
      },
      {
        number: '2901',
        name: '',
        order: 'parallel',
        lines: [{ number: 'ben', ms: 15_000 }],
        noAnswerMs: 120_000,
        busyTo: '1001',
      },
    ],
  );
});

test('orbits are given as patterns, ranges and single numbers', () => {
  const { orbits } = read('park: { orbits: ["70X", 098-101, "*7"], timeout: 2m }');
  assert.deepEqual(
    { ...orbits, numbers: [...orbits.numbers].join(' ') },
    {
      numbers: '700 701 702 703 704 705 706 707 708 709 098 099 100 101 *7',
      timeoutMs: 120_000,
      watchers: 'all',
    },
  );
});

test('lines and devices are in the pickup group that they say', () => {
  const directory = read(`
pickup_groups:
  sales: { name: Sales, others: [support] }
  support: { number: "02" }
  nobody: {}
lines: { "2001": { pickup_group: sales, members: { ana: { device: desk-1 } } } }
devices:
  "desk-{1..2}": { auth: none, accept_from: 127.0.0.1, number: "100{1..2}", pickup_group: support }
  hall: { auth: none, accept_from: 127.0.0.1, number: "1003", pickup_group: sales }
`);
  const { lines, pickupGroups } = directory;
  assert.deepEqual(
    [[...pickupGroups.values()], ['2001', '1002'].map((number) => lines.get(number)?.pickupGroup)],
    [
      [
        { id: 'sales', name: 'Sales', lines: ['2001', '1003'], others: ['support'] },
        { id: 'support', name: '', number: '02', lines: ['1001', '1002'], others: [] },
        { id: 'nobody', name: '', lines: [], others: [] },
      ],
      ['sales', 'support'],
    ],
  );
});

test('the code for group pickup, if nobody has asked for it, gives way to another code', () => {
  const codes = ['retrieve: "*9"', 'dnd: "*98"', 'pickup: "*981"', 'dnd: "*99"'];
  assert.deepEqual(
    codes.map(
      (code) =>
        read(
          `features: { forward_busy: off, forward_busy_off: off, forward_no_answer: off, forward_no_answer_off: off, forward_unreachable: off, forward_unreachable_off: off, ${code} }`,
        ).features.group_pickup,
    ),
    ['', '', '', '*98'],
  );
});

test('feature codes are as they are given; off: none', () => {
  assert.deepEqual(read('features: { retrieve: "*97", pickup: off }').features, {
    ...FEATURE_CODES,
    retrieve: '*97',
    pickup: '',
  });
});

test('a code that nobody has asked for stands back where something else begins with it', () => {
  const { features } = read(`
route_plan: { partitions: { services: { "*7[0-8]": block } } }
lines:
  "*950": { members: { ana: { device: desk } } }
devices:
  desk: { accept_from: [127.0.0.1] }
`);
  assert.deepEqual(features, {
    ...FEATURE_CODES,
    forward_unreachable_off: '',
    forward_all: '',
    forward_all_off: '',
    dnd: '',
  });
});

test('what a line forwards, and a phone to its own number', () => {
  const { lines } = read(`
lines:
  "2001":
    no_answer: { after: 25s, to: "2009" }
    forward: { busy: "2009", unreachable: "2010" }
    members: { ana: { device: ana } }
  "2009": { dnd: on, members: { ben: { device: ben } } }
devices:
  ana: { accept_from: [127.0.0.1], number: "2010", no_answer: { to: "2009" } }
  ben: { accept_from: [127.0.0.1], number: "2011", forward: { all: "2001" } }
`);
  const seen = [...lines.values()].map(({ number, noAnswerMs, forward, isDnd }) => ({
    number,
    noAnswerMs,
    forward,
    isDnd,
  }));
  assert.deepEqual(seen, [
    {
      number: '2001',
      noAnswerMs: 25_000,
      forward: { busy: '2009', 'no answer': '2009', unreachable: '2010' },
      isDnd: undefined,
    },
    { number: '2009', noAnswerMs: 120_000, forward: undefined, isDnd: true },
    { number: '2010', noAnswerMs: 20_000, forward: { 'no answer': '2009' }, isDnd: undefined },
    { number: '2011', noAnswerMs: 120_000, forward: { all: '2001' }, isDnd: undefined },
  ]);
});

test('what happens to calls beyond the appearances is asked only of a line that says how many it has', () => {
  const { lines } = read(`
lines:
  "1": { members: { ana: { device: desk } } }
  "2": { appearances: 2, members: { ana: { device: desk } } }
  "3": { when_full: busy, members: { ana: { device: desk } } }
devices:
  desk: { accept_from: [127.0.0.1] }
`);
  const whenFull = [...lines.values()].map((line) => line.whenFull);
  assert.deepEqual(whenFull, ['ring', 'busy', 'busy']);
});

test('gateways and lists of them', () => {
  const { gateways, routeLists } = read(`
gateways:
  london: { uri: "sip:203.0.113.10;transport=tcp", max_calls: 30, accept_from: [203.0.113.8/29], search: trunk }
  paris: { uri: "sip:[2001:db8::1]:5080" }
  rome: { uri: "sip:gw.example.com" }
route_plan:
  lists:
    out: [london]
    mobile:
      - paris
      - london
      - { spread: circular, gateways: [london, rome] }
      - { spread: weight, gateways: { rome: 3, paris: 1 } }
  search: { trunk: [lines] }
`);
  const one = (gateway: string, weight = 1) => ({ gateway, weight });
  assert.deepEqual(
    { gateways: [...gateways.values()], lists: [...routeLists.values()] },
    {
      gateways: [
        {
          id: 'london',
          uri: 'sip:203.0.113.10;transport=tcp',
          acceptFrom: ['203.0.113.8/29'],
          callsMax: 30,
          pingMs: 30_000,
          search: 'trunk',
        },
        {
          id: 'paris',
          uri: 'sip:[2001:db8::1]:5080',
          acceptFrom: ['2001:db8::1/128'],
          callsMax: 1000,
          pingMs: 30_000,
        },
        {
          id: 'rome',
          uri: 'sip:gw.example.com',
          acceptFrom: [],
          callsMax: 1000,
          pingMs: 30_000,
        },
      ],
      lists: [
        { name: 'out', groups: [{ spread: 'top-down', gateways: [one('london')] }] },
        {
          name: 'mobile',
          groups: [
            { spread: 'top-down', gateways: [one('paris'), one('london')] },
            { spread: 'circular', gateways: [one('london'), one('rome')] },
            { spread: 'weight', gateways: [one('rome', 3), one('paris')] },
          ],
        },
      ],
    },
  );
});

test('what is said to a gateway and believed of it; its password is not kept', () => {
  const { gateways } = read(`
gateways:
  rome:
    uri: "sip:gw.example.com"
    auth: { user: lw, password: secret }
    register: on
    ping: 10s
    trusted: on
    caller_id: "+39"
    diversion: history-info
    codecs: [PCMA, L16/44100]
    reliable: off
    session_timer: off
    numbers: { country: 39, send: national, receive: plain, strip: 1, prefix: 9 }
  paris: { uri: "sip:paris.example.com", ping: off, register: off }
`);
  const hash = (algorithm: Parameters<typeof ha1>[3]) =>
    ha1('lw', 'gw.example.com', 'secret', algorithm);
  assert.deepEqual(
    [...gateways.values()],
    [
      {
        id: 'rome',
        uri: 'sip:gw.example.com',
        acceptFrom: [],
        callsMax: 1000,
        secret: {
          user: 'lw',
          realm: 'gw.example.com',
          ha1: {
            MD5: hash('MD5'),
            'SHA-256': hash('SHA-256'),
            'SHA-512-256': hash('SHA-512-256'),
          },
        },
        registerS: 600,
        pingMs: 10_000,
        isTrusted: true,
        callerId: '+39',
        diversion: 'history-info',
        codecs: ['pcma', 'l16/44100'],
        withoutReliable: true,
        withoutSessionTimer: true,
        numbers: {
          country: {
            code: '39',
            international: ['00'],
            trunk: '0',
            nationalDigits: { min: 6, max: 13 },
          },
          send: 'national',
          isPlain: true,
          strip: 1,
          prefix: '9',
        },
      },
      { id: 'paris', uri: 'sip:paris.example.com', acceptFrom: [], callsMax: 1000 },
    ],
  );
});

test('a route plan: partitions with patterns, search spaces, numbers to show', () => {
  const { routePlan, interDigitMs, lines, devices } = read(`
lines: { "2001": { members: { ana: { device: desk } }, search: staff } }
devices: { desk: { accept_from: [127.0.0.1], search: lines } }
gateways: { gw: { uri: "sip:203.0.113.10" } }
route_plan:
  lists: { out: [gw] }
  partitions:
    internal: { "2XXX": line, "8.2XXX": { line: dialled, digits: strip . } }
    emergency: { "999": { list: out, emergency: true } }
    office:
      "9.0[12]XXX!": { list: out, digits: "strip 9, 0 -> +44", caller_id: main }
      "9.00!": { list: out, digits: strip ., overlap: on, caller_id: "+331" }
      "9.090!": block
      "9.091!": { block: unknown number }
      "1XXXXX": { translate: staff, digits: "keep 4, prefix 2", caller_id: direct, urgent: true }
    inbound: { "+442079460018": { line: "2001" }, "+44207946XXXX": { line: dialled, digits: mask 2XXX } }
  search: { staff: [internal, emergency, lines, office], trunk: [inbound] }
  caller_ids: { main: "+442079460101", direct: "+44207946XXXX" }
  digit_timeout: 6s
`);
  const out = { type: 'list', list: 'out' };
  const calling = { mask: '+442079460101' };
  assert.deepEqual(
    {
      routePlan,
      interDigitMs,
      search: [lines.get('2001')?.search, devices.get('desk')?.search],
    },
    {
      interDigitMs: 6000,
      search: ['staff', 'lines'],
      routePlan: {
        countries: new Map(),
        spaces: new Map([
          ['staff', ['internal', 'emergency', 'lines', 'office']],
          ['trunk', ['inbound']],
        ]),
        partitions: new Map<string, unknown>([
          [
            'internal',
            [
              { pattern: '2XXX', action: { type: 'route', target: { type: 'line' } } },
              {
                pattern: '8.2XXX',
                action: { type: 'route', target: { type: 'line' }, called: { strip: 1 } },
              },
            ],
          ],
          [
            'emergency',
            [
              {
                pattern: '999',
                action: { type: 'route', target: out },
                isUrgent: true,
                isEmergency: true,
              },
            ],
          ],
          [
            'office',
            [
              {
                pattern: '9.0[12]XXX!',
                action: {
                  type: 'route',
                  target: out,
                  called: { strip: 2, prefix: '+44' },
                  calling,
                },
              },
              {
                pattern: '9.00!',
                action: {
                  type: 'route',
                  target: { ...out, waits: true },
                  called: { strip: 1 },
                  calling: { mask: '+331' },
                },
              },
              { pattern: '9.090!', action: { type: 'refuse', cause: 'forbidden' } },
              { pattern: '9.091!', action: { type: 'refuse', cause: 'unknown number' } },
              {
                pattern: '1XXXXX',
                action: {
                  type: 'translate',
                  space: 'staff',
                  called: { keepLast: 4, prefix: '2' },
                  calling: { mask: '+44207946XXXX' },
                },
                isUrgent: true,
              },
            ],
          ],
          [
            'inbound',
            [
              {
                pattern: '+442079460018',
                action: { type: 'route', target: { type: 'line', number: '2001' } },
              },
              {
                pattern: '+44207946XXXX',
                action: { type: 'route', target: { type: 'line' }, called: { mask: '2XXX' } },
              },
            ],
          ],
        ]),
      },
    },
  );
});

test('a key range is a family of devices, and its braces in values follow along', () => {
  const { devices, lines, users } = read(`
devices:
  "u{00000..19999}": { number: "u{00000..19999}", password: secret }
  "n{8..11}": { user: "2{8..11}", name: "Desk {8..11}", accept_from: 127.0.0.0/8 }
`);
  assert.deepEqual([devices.size, users.size, lines.size], [20_004, 20_004, 20_000]);
  assert.deepEqual(devices.get('u19999')?.lines, ['u19999']);
  assert.deepEqual(devices.get('u00042')?.ha1, {
    md5: '482bf7be58e1d766e3459f10f43eb143',
    sha256: '8b244d8803bd95996dd02dd0a2326ac41bdfb22583a65874f95533343c6d6075',
  });
  const desks = [...devices.values()].slice(-4).map(({ id, user, name }) => [id, user, name]);
  assert.deepEqual(desks, [
    ['n8', '28', 'Desk 8'],
    ['n9', '29', 'Desk 9'],
    ['n10', '210', 'Desk 10'],
    ['n11', '211', 'Desk 11'],
  ]);
});

test('a folder is the sum of its files, JSON and YAML; secrets may be files beside them', (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'linewright-directory-'));
  context.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'b.json'), '{"devices":{"ana":{"password":"file:ana.txt"}}}');
  writeFileSync(join(folder, 'a.yaml'), 'lines: {"2001": {members: {ana: {device: ana}}}}');
  writeFileSync(join(folder, 'ana.txt'), 'secret\n');
  writeFileSync(join(folder, 'README.md'), '# not a directory');
  const result = loadDirectory(folder, { realm: 'pbx.test', env: {} });
  assert(result.ok);
  assert.deepEqual(
    result.directory.devices.get('ana'),
    read(
      `{ lines: {"2001": {members: {ana: {device: ana}}}}, devices: {ana: {password: secret}} }`,
    ).devices.get('ana'),
  );
});

test('files that are not there are said by name', () => {
  const result = loadDirectory('/nonexistent/directory', { realm: 'pbx.test', env: {} });
  assert.deepEqual(result.ok ? [] : result.problems.map(formatProblem), [
    "/nonexistent/directory:1:1: no such file: '/nonexistent/directory'",
  ]);
});
