/** What a manager is told that cannot use its store, against real etcds and what is none. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { connectEtcd, type EtcdOptions } from '../../../src/cluster/etcd/connect.ts';
import { StoreError } from '../../../src/cluster/etcd/store-error.ts';
import { type EtcdServer, pause, startEtcd } from './etcd-server.ts';
import { grant, keepAlive, Notebook, put, read, until } from './notebook.ts';

/** How often a verdict that may change is asked for. */
const TRIES_MAX = 5;

/** What it says, with `URL` for the first server's; 'connected' when it is. */
async function verdict(options: Omit<EtcdOptions, 'cluster'>, cluster = 'test'): Promise<string> {
  const startMs = performance.now();
  try {
    const plane = await connectEtcd({ ...options, cluster });
    plane.close();
    return 'connected';
  } catch (error) {
    assert(error instanceof StoreError, String(error));
    assert(performance.now() - startMs < 6000, 'too late');
    return `${error.code}: ${error.message.replaceAll(options.servers[0] ?? 'none', 'URL')}`;
  }
}

async function listening(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert(typeof address === 'object' && address !== null);
  return `http://127.0.0.1:${address.port}`;
}

test('what is no URL of a server is refused at once', async () => {
  const given = ['etcd1:2379', '127.0.0.1', 'nats://h:4222', 'http://h/v3', 'http://u:p@h', ''];
  const verdicts = await Promise.all(given.map((url) => verdict({ servers: [url] })));
  assert.deepEqual(
    [
      ...verdicts,
      await verdict({ servers: [] }),
      await verdict({ servers: ['http://h'] }, 'a/b'),
    ].map((text) => text.split(':')[0]),
    Array.from({ length: 8 }, () => 'address'),
  );
});

test('a password in a URL is not repeated', async () => {
  assert.equal(
    await verdict({ servers: ['http://user:secret@etcd1:2379'] }),
    'address: etcd at etcd1:2379: user and password have settings of their own',
  );
});

test('what is no certificate is refused before anything is asked', async () => {
  assert.match(
    await verdict({ servers: ['https://etcd.invalid'], tls: { cert: 'x', key: 'y' } }),
    /^tls: etcd at URL: the CA, certificate or key that is given is of no use \(.+\): /,
  );
});

test('nothing listens at the address', async () => {
  const holder = createServer();
  const url = await listening(holder);
  holder.close();
  await once(holder, 'close');
  assert.deepEqual(
    await verdict({ servers: [url] }),
    'unreachable: etcd at URL: nothing listens there: is etcd running, and is this its client port?',
  );
});

test('a name without an address', async () => {
  assert.match(
    await verdict({ servers: ['http://etcd.invalid:2379'] }),
    /^unreachable: etcd at URL: the name etcd\.invalid has no address: /,
  );
});

test('a server that takes the connection and says nothing', async () => {
  const silent = createServer(() => {});
  const url = await listening(silent);
  try {
    assert.match(
      await verdict({ servers: [url] }),
      /^unreachable: etcd at URL: no answer in time: /,
    );
  } finally {
    silent.close();
  }
});

test('something that is not etcd answers', async () => {
  const web = createHttpServer((_, response) => response.end('<html>'));
  const other = createHttpServer((_, response) => response.end('{"version":"1.2"}'));
  const chatty = createServer((socket) => {
    socket.on('error', () => {});
    socket.end('220 smtp.example.com ESMTP\r\n');
  });
  const servers = [web, other, chatty];
  try {
    const verdicts: string[] = [];
    for (const server of servers)
      verdicts.push(await verdict({ servers: [await listening(server)] }));
    assert.deepEqual(verdicts, [
      'address: etcd at URL: something answers there, but it is no etcd: check the host and the port',
      'address: etcd at URL: something answers there, but it is no etcd: check the host and the port',
      'address: etcd at URL: something answers there, but it speaks no HTTP: check the host and the port',
    ]);
  } finally {
    for (const server of servers) server.close();
  }
});

test('an etcd that is too old', async () => {
  const old = createHttpServer((_, response) => response.end('{"etcdserver":"3.3.25"}'));
  try {
    assert.deepEqual(
      await verdict({ servers: [await listening(old)] }),
      'version: etcd at URL: it is version 3.3.25: 3.4 or later is needed',
    );
  } finally {
    old.close();
  }
});

test('an etcd whose gateway is off', async () => {
  const etcd = await startEtcd({ flags: ['--enable-grpc-gateway=false'] });
  try {
    assert.deepEqual(
      await verdict({ servers: etcd.urls }),
      'version: etcd at URL: its JSON gateway is off: start it without --enable-grpc-gateway=false',
    );
  } finally {
    await etcd.close();
  }
});

test('an etcd without a quorum', async () => {
  const etcd = await startEtcd({ count: 3 });
  try {
    const [first, ...others] = etcd.servers;
    for (const server of others) await server.kill();
    assert.match(
      await verdict({ servers: [first?.url ?? ''] }),
      /^unreachable: etcd at URL: it answers, but cannot decide anything \(.*\): are most of the servers up/,
    );
  } finally {
    await etcd.close();
  }
});

test('one server that answers is enough', async () => {
  const etcd = await startEtcd();
  const silent = createServer(() => {});
  const url = await listening(silent);
  try {
    assert.equal(
      await verdict({ servers: [url, 'http://127.0.0.1:1', ...etcd.urls] }),
      'connected',
    );
  } finally {
    silent.close();
    await etcd.close();
  }
});

test('servers of two clusters', async () => {
  const etcds = [await startEtcd(), await startEtcd()];
  const urls = etcds.flatMap((etcd) => etcd.urls);
  try {
    const text = (await verdict({ servers: urls })).replaceAll(urls[1] ?? '', 'OTHER');
    assert.equal(
      text,
      'address: etcd at OTHER: it belongs to another cluster of etcd than the first of URL, OTHER: name servers of one cluster',
    );
  } finally {
    for (const etcd of etcds) await etcd.close();
  }
});

function etcdctl(server: EtcdServer, flags: readonly string[], ...args: readonly string[]): string {
  return execFileSync('etcdctl', [`--endpoints=${server.url}`, ...flags, ...args], {
    env: { ...process.env, ETCDCTL_API: '3' },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** As docs/cluster.md tells an operator to. */
function enableAuth(server: EtcdServer, flags: readonly string[] = []): void {
  const run = (...args: readonly string[]) => etcdctl(server, flags, ...args);
  run('user', 'add', 'root:rootpass');
  run('user', 'grant-role', 'root', 'root');
  run('role', 'add', 'linewright');
  run('role', 'grant-permission', 'linewright', 'readwrite', '--prefix=true', '/linewright/');
  run('user', 'add', 'linewright:secret');
  run('user', 'grant-role', 'linewright', 'linewright');
  run('user', 'add', 'other:secret');
  run('auth', 'enable');
}

test('user and password: right, wrong, missing, without the role', async () => {
  const etcd = await startEtcd();
  const [server] = etcd.servers;
  assert(server !== undefined);
  const user = (name: string, password: string) =>
    verdict({ servers: etcd.urls, credentials: { user: name, password } });
  try {
    const needless = await user('linewright', 'secret');
    enableAuth(server);
    assert.deepEqual(
      [
        needless,
        await user('linewright', 'secret'),
        await user('linewright', 'wrong'),
        await user('nobody', 'secret'),
        await user('other', 'secret'),
        await verdict({ servers: etcd.urls }),
      ],
      [
        'connected',
        'connected',
        'credentials: etcd at URL: user or password is wrong (etcdserver: authentication failed, invalid user ID or password)',
        'credentials: etcd at URL: user or password is wrong (etcdserver: authentication failed, invalid user ID or password)',
        "credentials: etcd at URL: the user may not read and write the cluster's keys: grant its role readwrite on the prefix /linewright/",
        'credentials: etcd at URL: it asks for a user and a password: set them',
      ],
    );
  } finally {
    await etcd.close();
  }
});

test('everything works with a user, and goes on when the servers have forgotten its token', async () => {
  const etcd = await startEtcd();
  const [server] = etcd.servers;
  assert(server !== undefined);
  try {
    enableAuth(server);
    const credentials = { user: 'linewright', password: 'secret' };
    const plane = await connectEtcd({ servers: etcd.urls, cluster: 'test', credentials });
    const book = new Notebook();
    plane.follow('', book);
    const lease = await grant(plane, 10_000);
    const results: string[] = [(await put(plane, 'a', '1', lease)).type];
    await until('the change', () => book.told.length === 1);
    const root = ['--user=root:rootpass'];
    etcdctl(server, root, 'auth', 'disable');
    etcdctl(server, root, 'auth', 'enable');
    await server.kill();
    server.start();
    await server.ready();
    results.push((await put(plane, 'b', '2')).type, await keepAlive(plane, lease));
    await until('the change afterwards', () => book.told.length === 2);
    results.push((await read(plane, '')).type);
    await new Promise<void>((resolve) => plane.revoke(lease, resolve));
    await until('the lease is gone', () => book.state.size === 1);
    const { authentications } = plane.counters;
    plane.close();
    assert.deepEqual(
      [results, book.told, book.faults, authentications > 1],
      [['done', 'done', 'alive', 'read'], ['a=1', 'b=2', 'a gone'], [], true],
    );
  } finally {
    await etcd.close();
  }
});

test('a token that runs out is renewed, and no request notices', async () => {
  const etcd = await startEtcd({ flags: ['--auth-token-ttl=1'] });
  const [server] = etcd.servers;
  assert(server !== undefined);
  try {
    enableAuth(server);
    const credentials = { user: 'linewright', password: 'secret' };
    const plane = await connectEtcd({ servers: etcd.urls, cluster: 'test', credentials });
    await put(plane, 'a', '1');
    const before = plane.counters.authentications;
    // etcd looks for tokens that have run out once in a while.
    await pause(3500);
    const { type } = await put(plane, 'a', '2');
    const after = plane.counters.authentications;
    plane.close();
    assert.deepEqual([type, before, after], ['done', 1, 2]);
  } finally {
    await etcd.close();
  }
});

/** An authority, a server's certificate that it signed, and a client's. */
function makeCertificates(folder: string) {
  const openssl = (...args: readonly string[]) =>
    execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  for (const name of ['ca', 'stranger'])
    openssl(
      'req',
      '-x509',
      ...curve,
      '-days',
      '2',
      '-subj',
      `/CN=${name}`,
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.pem`,
    );
  // The gateway is a client of its own server: its certificate must be good for both.
  writeFileSync(
    join(folder, 'ext-both'),
    'subjectAltName=IP:127.0.0.1,DNS:etcd.example.com\nextendedKeyUsage=serverAuth,clientAuth\n',
  );
  writeFileSync(
    join(folder, 'ext-server'),
    'subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth\n',
  );
  for (const name of ['both', 'client', 'server']) {
    openssl(
      'req',
      ...curve,
      '-subj',
      `/CN=${name}`,
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.csr`,
    );
    openssl(
      'x509',
      '-req',
      '-days',
      '2',
      '-in',
      `${name}.csr`,
      '-CA',
      'ca.pem',
      '-CAkey',
      'ca.key',
      '-CAcreateserial',
      '-extfile',
      name === 'server' ? 'ext-server' : 'ext-both',
      '-out',
      `${name}.pem`,
    );
  }
  const path = (name: string) => join(folder, name);
  return { path, pem: (name: string) => readFileSync(path(name), 'utf8') };
}

/** As `verdict`; a gateway that has not tried to get to its server for long enough cannot say yet that it does not. */
async function laterVerdict(options: Omit<EtcdOptions, 'cluster'>): Promise<string> {
  for (let tries = 1; ; tries++) {
    const text = await verdict(options);
    if (!text.startsWith('unreachable:') || tries === TRIES_MAX) return text;
  }
}

test('TLS: a right and a wrong authority, no certificate of ours, the wrong scheme', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'etcd-tls-'));
  const { path, pem } = makeCertificates(folder);
  const certificate = (name: string) => [
    `--cert-file=${path(`${name}.pem`)}`,
    `--key-file=${path(`${name}.key`)}`,
  ];
  const own = certificate('both');
  const mutual = ['--client-cert-auth', '--trusted-ca-file', path('ca.pem')];
  const clusters = [
    await startEtcd({ scheme: 'https', waits: false, flags: own }),
    await startEtcd({ scheme: 'https', waits: false, flags: [...own, ...mutual] }),
    await startEtcd(),
    await startEtcd({
      scheme: 'https',
      waits: false,
      flags: [...certificate('server'), ...mutual],
    }),
  ];
  try {
    const [oneWay = [], bothWays = [], plain = [], serverOnly = []] = clusters.map(
      ({ urls }) => urls,
    );
    const [ca, stranger] = [pem('ca.pem'), pem('stranger.pem')];
    const mine = { ca, cert: pem('client.pem'), key: pem('client.key') };
    const other = (urls: readonly string[], from: string, to: string) =>
      urls.map((url) => url.replace(from, to));
    const verdicts = [
      await verdict({ servers: oneWay, tls: { ca } }),
      await verdict({ servers: bothWays, tls: mine }),
      await verdict({ servers: oneWay, tls: { ca: stranger } }),
      await verdict({ servers: oneWay }),
      await verdict({ servers: bothWays, tls: { ca } }),
      await verdict({ servers: other(oneWay, '127.0.0.1', 'localhost'), tls: { ca } }),
      await verdict({ servers: other(oneWay, 'https', 'http') }),
      await verdict({ servers: other(plain, 'http', 'https'), tls: { ca } }),
      await laterVerdict({ servers: serverOnly, tls: mine }),
    ].map((text) => text.replace(/\(.*\)/, '(…)'));
    assert.deepEqual(verdicts, [
      'connected',
      'connected',
      'tls: etcd at URL: its certificate is not trusted (…): give the CA that signed it',
      'tls: etcd at URL: its certificate is not trusted (…): give the CA that signed it',
      'tls: etcd at URL: it wants a certificate of this manager that its --trusted-ca-file knows (…)',
      "tls: etcd at URL: its certificate is for another name: Host: localhost. is not in the cert's altnames: IP Address:127.0.0.1, DNS:etcd.example.com",
      'tls: etcd at URL: it speaks TLS: its URL begins with https',
      'tls: etcd at URL: it speaks no TLS: its URL begins with http, or etcd needs --cert-file and --key-file',
      'tls: etcd at URL: its gateway does not get to it: with --client-cert-auth its own certificate must do for clients, too (…)',
    ]);
  } finally {
    for (const cluster of clusters) await cluster.close();
    rmSync(folder, { recursive: true });
  }
});
