/** What a manager that cannot become a member of its cluster says, and how it ends: one line, exit code 1. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { SILENT } from '../../../src/base/log.ts';
import { connectEtcd } from '../../../src/cluster/etcd/connect.ts';
import { type Program, runProgram, runtimeOf, startProgram } from '../../cli/program.ts';
import { freePort } from '../../support/free-ports.ts';
import { makeAuthority, makeIdentity } from '../../transport/certificates.ts';
import { startEtcd } from '../etcd/etcd-server.ts';
import { startNats } from '../nats/nats-server.ts';
import { startNatsWithTls } from '../nats/nats-tls.ts';
import { Folder } from './manager-file.ts';

/** What it said at the end, with `FILE`, and `PORT` for each port. */
async function failure(runtime: string, file: string): Promise<readonly [number | null, string]> {
  const { code, err } = await runProgram(runtime, ['start', '-c', file]);
  return [code, err.replaceAll(file, 'FILE').replaceAll(/127\.0\.0\.1:\d+/g, 'ADDRESS')];
}

test('a bus or a store that is not there, or not to be had, is named, with what to do', async (context) => {
  const runtime = runtimeOf(context);
  const folder = new Folder(context);
  const store = await startEtcd();
  context.after(() => store.close());
  const [plain, guarded] = await Promise.all([
    startNats(),
    startNats('authorization { users: [ { user: cm1, password: right } ] }'),
  ]);
  for (const servers of [plain, guarded]) context.after(() => servers.remove());
  const authority = await makeAuthority();
  const other = await makeAuthority();
  const tls = await startNatsWithTls(context, authority, 'nats.test');
  const me = await makeIdentity(authority, 'cm1');
  const pem = (name: string, text: string) => folder.write(name, text);
  const mine = { cert: pem('cert.pem', me.cert), key: pem('key.pem', me.key) };
  const server = await makeIdentity(authority, 'etcd.test');
  const flags = [
    `--cert-file=${pem('etcd.pem', server.cert)}`,
    `--key-file=${pem('etcd.key', server.key)}`,
  ];
  const secure = await startEtcd({ scheme: 'https', waits: false, flags });
  context.after(() => secure.close());
  const nothing = await freePort();
  const said = await Promise.all(
    [
      { bus: `nats://127.0.0.1:${nothing}`, store: store.urls },
      { bus: plain.urls, store: `http://127.0.0.1:${nothing}` },
      { bus: { servers: guarded.urls, user: 'cm1', password: 'wrong' }, store: store.urls },
      {
        bus: {
          servers: `tls://127.0.0.1:${tls.port}`,
          ca: pem('ca.pem', other.cert),
          ...mine,
        },
        store: store.urls,
      },
      { bus: plain.urls, store: { servers: secure.urls, ca: pem('other.pem', other.cert) } },
      { bus: plain.urls, store: plain.urls.map((url) => url.replace('nats:', 'http:')) },
    ].map((cluster) => failure(runtime, folder.manager('cm1', cluster))),
  );
  const bus = "('cluster: { bus: … }' in FILE)\n";
  const where = "('cluster: { store: … }' in FILE)\n";
  assert.deepEqual(said, [
    [
      1,
      `NATS server ADDRESS: nobody listens there (ECONNREFUSED); see that the server runs, that address and port are right, and that no firewall is between ${bus}`,
    ],
    [
      1,
      `etcd at http://ADDRESS: nothing listens there: is etcd running, and is this its client port? ${where}`,
    ],
    [
      1,
      `NATS server ADDRESS: it refuses the credentials (Authorization Violation); compare user and password, token, or key with the server's 'authorization' block ${bus}`,
    ],
    [
      1,
      `NATS server ADDRESS: certificate signature failure (CERT_SIGNATURE_FAILURE); give the certificate of the authority that signed the server's as 'ca' ${bus}`,
    ],
    [
      1,
      `etcd at https://ADDRESS: its certificate is not trusted (certificate signature failure): give the CA that signed it ${where}`,
    ],
    [
      1,
      `etcd at http://ADDRESS: something answers there, but it speaks no HTTP: check the host and the port ${where}`,
    ],
  ]);
});

test('a password that the store does not know is said to be wrong', async (context) => {
  const runtime = runtimeOf(context);
  const folder = new Folder(context);
  const bus = await startNats();
  context.after(() => bus.remove());
  const store = await startEtcd();
  context.after(() => store.close());
  const post = (path: string, body: object) =>
    fetch(`${store.urls[0]}/v3/auth/${path}`, { method: 'POST', body: JSON.stringify(body) });
  await post('user/add', { name: 'root', password: 'root' });
  await post('role/add', { name: 'root' });
  await post('user/grant', { user: 'root', role: 'root' });
  await post('user/add', { name: 'cm1', password: 'right' });
  await post('enable', {});
  const attempt = (password: string) => ({
    bus: bus.urls,
    store: { servers: store.urls, user: 'cm1', password },
  });
  const said = await Promise.all(
    [attempt('wrong'), attempt('right'), { bus: bus.urls, store: store.urls }].map((cluster) =>
      failure(runtime, folder.manager('cm1', cluster)),
    ),
  );
  assert.deepEqual(
    said,
    [
      'user or password is wrong (etcdserver: authentication failed, invalid user ID or password)',
      "the user may not read and write the cluster's keys: grant its role readwrite on the prefix /linewright/",
      'it asks for a user and a password: set them',
    ].map((why) => [1, `etcd at http://ADDRESS: ${why} ('cluster: { store: … }' in FILE)\n`]),
  );
});

test('members that speak another version are named', async (context) => {
  const runtime = runtimeOf(context);
  const folder = new Folder(context);
  const bus = await startNats();
  context.after(() => bus.remove());
  const store = await startEtcd();
  context.after(() => store.close());
  const plane = await connectEtcd({ servers: store.urls, cluster: 'linewright', log: SILENT });
  context.after(() => plane.close());
  const record = { version: 99, lease: '1', host: 'h', pid: 1, started: '2020', sip: [] };
  const put = { type: 'put', key: 'members/cm9', value: JSON.stringify(record) } as const;
  await new Promise((resolve) => plane.transact({ compare: [], then: [put] }, resolve));
  const file = folder.manager('cm1', { bus: bus.urls, store: store.urls });
  assert.deepEqual(await failure(runtime, file), [
    1,
    "This manager speaks version 1 of the cluster's protocol, but these members do not: cm9 (version 99). Run the same release on all of them\n",
  ]);
});

test('an id that a living manager has is refused; that of a dead one is waited for', async (context) => {
  const runtime = runtimeOf(context);
  const folder = new Folder(context);
  const bus = await startNats();
  context.after(() => bus.remove());
  const store = await startEtcd();
  context.after(() => store.close());
  const file = folder.manager('cm1', { bus: bus.urls, store: store.urls });
  const start = (): Program => {
    const program = startProgram(runtime, ['start', '-c', file]);
    context.after(() => program.child.kill('SIGKILL'));
    return program;
  };
  const first = start();
  await first.said('manager ready');
  const second = await runProgram(runtime, ['start', '-c', file]);
  first.child.kill('SIGKILL');
  const third = start();
  const out = await third.said('manager ready');
  const lines = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .filter(({ event }) => event === 'manager id in use');
  third.child.kill('SIGTERM');
  const hide = (text: string) =>
    text
      .replace(file, 'FILE')
      .replace(/process \d+ on \S+, running since \S+$/, 'SOMEBODY')
      .replace(/on host \S+ \(process \d+, running since [^)]+\)/, 'SOMEWHERE');
  assert.deepEqual(
    {
      second: [second.code, hide(second.err)],
      third: lines.map(({ id, by, meaning }) => [id, hide(by), meaning]),
      code: (await third.ended).code,
    },
    {
      second: [
        1,
        "The manager id 'cm1' is taken by a manager SOMEWHERE that is still a member. Give this manager another id, or stop that one ('manager: { id: … }' in FILE)\n",
      ],
      third: [
        ['cm1', 'SOMEBODY', 'waiting for it to go, 7 s at most: one that died goes within 5 s'],
      ],
      code: 0,
    },
  );
});
