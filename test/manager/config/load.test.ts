/** A manager file and its directory: what they mean, and all that is wrong in both at once. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { loadManager } from '../../../src/manager/config/load.ts';
import type { Overrides } from '../../../src/manager/config/make.ts';
import { formatProblem } from '../../../src/store/problem.ts';

type Files = Readonly<Record<string, string>>;

function folderWith(context: TestContext, files: Files): string {
  const folder = mkdtempSync(join(tmpdir(), 'linewright-config-'));
  context.after(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

const PEM = '-----BEGIN X-----\n';
const LEAST = `
manager: { id: manager-a }
sip: { domain: pbx.test, listen: "udp://127.0.0.1" }
directory: d.yaml
`;
const DIRECTORY = 'devices: { ana: { password: secret } }';

function refuses(name: string, files: Files, overrides: Overrides, messages: string): void {
  test(name, (context) => {
    const folder = folderWith(context, files);
    const read = loadManager(join(folder, 'm.yaml'), { SHORT: 'short' }, overrides);
    const said = read.ok
      ? []
      : read.problems.map((problem) => formatProblem(problem).replaceAll(`${folder}/`, ''));
    assert.deepEqual(
      said,
      messages
        .trim()
        .split('\n')
        .map((line) => line.trim()),
    );
  });
}

test('the least that a manager file can say', (context) => {
  const folder = folderWith(context, { 'm.yaml': LEAST, 'd.yaml': DIRECTORY });
  const read = loadManager(join(folder, 'm.yaml'), {}, {});
  assert(read.ok);
  assert.deepEqual(read.config, {
    id: 'manager-a',
    cluster: undefined,
    dataFolder: undefined,
    drainMs: 60_000,
    domains: ['pbx.test'],
    listeners: [{ transport: 'udp', address: '127.0.0.1', port: 5060 }],
    tls: undefined,
    web: { address: '127.0.0.1', port: 0, tls: undefined, token: undefined },
    metrics: undefined,
    records: { sqlite: undefined, postgres: undefined, jsonl: undefined },
    log: { level: 'info', format: 'json' },
    bans: true,
    timers: { t1Ms: 500, t2Ms: 4000, t4Ms: 5000 },
    register: { minExpiresS: 60, maxExpiresS: 3600, contactsMax: 10 },
    sessionTimer: { expiresS: 1800, minSeS: 90 },
    auditMs: 600_000,
  });
  assert.deepEqual([...read.directory.devices.keys()], ['ana']);
});

test('all that a manager file can say, and what the command line says instead', (context) => {
  const folder = folderWith(context, {
    'm.yaml': `
manager: { id: manager-a, data: data, drain: 5s }
sip:
  domain: [pbx.test, "127.0.0.1"]
  listen: ["udp://127.0.0.1:5060", "tcp://127.0.0.1:5060", "tls://[::1]", "ws://127.0.0.1:5066"]
  timers: { t1: 50ms, t2: 400ms, t4: 1s }
  register: { min_expires: 5s, max_expires: 10m, contacts_max: 32 }
  session_timer: off
  audit: 5m
tls: { cert: c.pem, key: k.pem }
web: { listen: "https://0.0.0.0:8443", cert: c.pem, key: k.pem, token: "env:TOKEN" }
observe: { metrics: "http://127.0.0.1:9464" }
cdr: { sqlite: calls.db, postgres: "env:CDR_URL", jsonl: /var/log/calls.jsonl }
log: { level: warn, format: human }
security: { bans: on }
directory: directory/
`,
    'c.pem': PEM,
    'k.pem': PEM,
    'directory/a.yaml': DIRECTORY,
  });
  const overrides: Overrides = { port: 5070, bans: false, logLevel: 'debug' };
  const env = {
    TOKEN: '0123456789abcdef',
    CDR_URL: 'postgres://lw:pw@db.example.org/calls',
  };
  const read = loadManager(join(folder, 'm.yaml'), env, overrides);
  assert.deepEqual(read.ok ? read.config : read.problems, {
    id: 'manager-a',
    cluster: undefined,
    dataFolder: join(folder, 'data'),
    drainMs: 5000,
    domains: ['pbx.test', '127.0.0.1'],
    listeners: [
      { transport: 'udp', address: '127.0.0.1', port: 5070 },
      { transport: 'tcp', address: '127.0.0.1', port: 5070 },
      { transport: 'tls', address: '::1', port: 5061 },
      { transport: 'ws', address: '127.0.0.1', port: 5066 },
    ],
    tls: { cert: PEM, key: PEM },
    web: {
      address: '0.0.0.0',
      port: 8443,
      tls: { cert: PEM, key: PEM },
      token: '0123456789abcdef',
    },
    metrics: { secure: false, address: '127.0.0.1', port: 9464 },
    records: {
      sqlite: join(folder, 'calls.db'),
      postgres: 'postgres://lw:pw@db.example.org/calls',
      jsonl: '/var/log/calls.jsonl',
    },
    log: { level: 'debug', format: 'human' },
    bans: false,
    timers: { t1Ms: 50, t2Ms: 400, t4Ms: 1000 },
    register: { minExpiresS: 5, maxExpiresS: 600, contactsMax: 32 },
    sessionTimer: undefined,
    auditMs: 300_000,
  });
});

refuses(
  'faults of where records go',
  {
    'm.yaml': `
manager: { id: a }
sip: { domain: pbx.test, listen: "udp://127.0.0.1" }
directory: d.yaml
cdr:
  postgress: x
  postgres: "env:NOT_SET"
`,
    'd.yaml': '',
  },
  {},
  `
  m.yaml:6:3: unknown key 'postgress' (did you mean 'postgres'?)
  `,
);

refuses(
  'a database that is none',
  {
    'm.yaml': `
manager: { id: a }
sip: { domain: pbx.test, listen: "udp://127.0.0.1" }
directory: d.yaml
cdr: { postgres: "mysql://host/db" }
`,
    'd.yaml': '',
  },
  {},
  `
  m.yaml:5:18: expected an address such as postgres://user:password@host/db
  `,
);

refuses(
  'faults of the manager file and of the directory are said together',
  {
    'm.yaml': `
manger: { id: manager-a }
sip:
  domian: pbx.test
  listen: [ "udp://localhost:5060", "sctp://127.0.0.1", "ws://127.0.0.1", "udp://127.0.0.1:70000", 5060 ]
directory: d.yaml
log: { level: verbose }
`,
    'd.yaml': 'devices:\n  ana: { pasword: x }\n  ben: { password: "env:NOT_SET" }\n',
  },
  {},
  `m.yaml:1:1: missing key 'manager'
   m.yaml:2:1: unknown key 'manger' (did you mean 'manager'?)
   m.yaml:4:3: missing key 'domain'
   m.yaml:4:3: unknown key 'domian' (did you mean 'domain'?)
   m.yaml:5:13: expected an IP address, got 'localhost'
   m.yaml:5:37: expected udp, tcp, tls, ws, wss before ://, got 'sctp'
   m.yaml:5:57: expected a port: ws:// has no usual one
   m.yaml:5:75: expected a port up to 65535, got 70000
   m.yaml:5:100: expected an address such as udp://127.0.0.1:5060, got '5060'
   m.yaml:7:15: expected debug or info or warn or error, got 'verbose'
   d.yaml:2:10: unknown key 'pasword' (did you mean 'password'?)
   d.yaml:3:20: environment variable 'NOT_SET' is not set`,
);

refuses(
  'sections that contradict one another or themselves',
  {
    'm.yaml': `
manager: { id: manager-a }
sip:
  domain: pbx.test
  listen: [ "udp://127.0.0.1:5060", "tcp://127.0.0.1:5060", "wss://127.0.0.1:5060", "udp://127.0.0.1" ]
  timers: { t1: 5s }
  register: { min_expires: 2h }
  session_timer: { min_se: 1h }
tls: { cert: no.pem, key: m.yaml }
web: { listen: "http://0.0.0.0:80", token: "env:SHORT" }
directory: d.yaml
`,
    'd.yaml': DIRECTORY,
  },
  {},
  `m.yaml:5:61: wss://127.0.0.1:5060 is listened on twice
   m.yaml:5:85: udp://127.0.0.1:5060 is listened on twice
   m.yaml:6:17: 't1' must not be longer than 't2'
   m.yaml:7:13: 'min_expires' must not be longer than 'max_expires'
   m.yaml:8:18: 'min_se' must not be longer than 'expires'
   m.yaml:9:14: no such file: 'no.pem'
   m.yaml:9:27: no PEM in 'm.yaml'
   m.yaml:10:16: http only on this machine (127.0.0.1): beyond it, https with 'cert' and 'key'
   m.yaml:10:44: expected at least 16 characters`,
);

refuses(
  'TLS without a certificate, and a directory that is not there',
  {
    'm.yaml': `
manager: { id: Manager A }
sip: { domain: "[::1", listen: "tls://127.0.0.1" }
web: on
directory: directory/
`,
  },
  {},
  `m.yaml:2:16: expected a name of a-z, 0-9 and -, at most 32 characters
   m.yaml:3:16: expected a domain such as pbx.example.org
   m.yaml:4:6: expected 'off' or a map with 'listen', got 'on'
   m.yaml:5:12: no such file or folder: 'directory/'`,
);

refuses(
  'one port for two listeners of a kind',
  {
    'm.yaml': LEAST.replace('"udp://127.0.0.1"', '["udp://127.0.0.1:1", "udp://127.0.0.1:2"]'),
    'd.yaml': DIRECTORY,
  },
  { port: 5070 },
  'm.yaml:3:56: udp://127.0.0.1:5070 is listened on twice',
);

refuses(
  'a manager that is for this machine only',
  { 'm.yaml': `${LEAST}security: { loopback_only: on }\n`, 'd.yaml': DIRECTORY },
  { listeners: [{ transport: 'tcp', address: '::', port: 5060 }] },
  "m.yaml:3:34: tcp://[::]:5060 is reached from beyond this machine, and 'loopback_only' is on",
);

refuses(
  'a manager file that is not there',
  { 'x.yaml': '' },
  {},
  "m.yaml:1:1: no such file: 'm.yaml'",
);

test('a manager of a cluster: where the bus and the store are', (context) => {
  const folder = folderWith(context, {
    'm.yaml': `${LEAST}
cluster:
  name: london
  bus:
    servers: [ "tls://bus1.test:4222", "tls://bus2.test:4222" ]
    user: manager-a
    password: env:BUS
    ca: ca.pem
    cert: a.pem
    key: a.key
  store: "http://127.0.0.1:2379"
  store_outage: fence
`,
    'd.yaml': DIRECTORY,
    'ca.pem': PEM,
    'a.pem': PEM,
    'a.key': PEM,
  });
  const read = loadManager(join(folder, 'm.yaml'), { BUS: 'sesame' }, {});
  assert.deepEqual(read.ok ? read.config.cluster : read.problems, {
    name: 'london',
    bus: {
      servers: ['tls://bus1.test:4222', 'tls://bus2.test:4222'],
      user: 'manager-a',
      password: 'sesame',
      ca: PEM,
      certificate: { cert: PEM, key: PEM },
    },
    store: {
      servers: ['http://127.0.0.1:2379'],
      user: undefined,
      password: undefined,
      ca: undefined,
      certificate: undefined,
    },
    storeOutage: 'fence',
    isolated: 'emergency',
  });
});

refuses(
  'a cluster whose servers, passwords or certificates are wrong',
  {
    'm.yaml': `${LEAST}
cluster:
  name: London
  bus: { servers: [ "nats://bus.test" ], user: a }
  store: { servers: "nats://s:1" }
`,
    'd.yaml': DIRECTORY,
  },
  {},
  `m.yaml:7:9: expected a name of a-z, 0-9 and -, at most 32 characters
   m.yaml:8:21: expected an address such as nats://192.0.2.1:4222
   m.yaml:9:10: expected an address such as http://192.0.2.1:2379, or a list of them`,
);

refuses(
  'a cluster with half of what it takes to be let in',
  {
    'm.yaml': `${LEAST}
cluster:
  bus: { servers: "tls://bus.test:4222", user: a, cert: a.pem }
  store: { servers: "http://s:1", user: b, password: "env:NONE", ca: none.pem }
`,
    'd.yaml': DIRECTORY,
  },
  {},
  `m.yaml:7:8: missing key 'key'
   m.yaml:7:48: missing key 'password' beside 'user'
   m.yaml:8:10: 'ca' and 'cert' are for servers at https://
   m.yaml:8:54: environment variable 'NONE' is not set
   m.yaml:8:70: no such file: 'none.pem'`,
);
