/** Why a manager does not get onto the bus: what it is told, word for word. */
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import test, { type TestContext } from 'node:test';
import { SILENT } from '../../../src/base/log.ts';
import { BusError, explainClosing, explainFailure } from '../../../src/cluster/nats/bus-error.ts';
import { connectNats } from '../../../src/cluster/nats/message-plane.ts';
import type { NatsOptions } from '../../../src/cluster/nats/options.ts';
import { freePort } from '../../support/free-ports.ts';
import { makeAuthority, makeIdentity } from '../../transport/certificates.ts';
import { startExampleCluster, startNats } from './nats-server.ts';
import { startNatsWithTls } from './nats-tls.ts';

async function start(context: TestContext, config?: string): Promise<string> {
  const servers = await startNats(config);
  context.after(() => servers.remove());
  return servers.at(0).url;
}

/** 'connected', or what the error says, with PORT for each port. */
async function attempt(options: Partial<NatsOptions> & Pick<NatsOptions, 'servers'>) {
  try {
    const plane = await connectNats({ cluster: 'lw1', manager: 'cm1', log: SILENT, ...options });
    await plane.close();
    return 'connected';
  } catch (error) {
    assert(error instanceof BusError, String(error));
    return {
      code: error.code,
      message: error.message
        .replace(/(?<=\.1|localhost):\d+/g, ':PORT')
        .replace('EAI_AGAIN', 'ENOTFOUND'),
    };
  }
}

/** What is said of the one server. */
function fault(code: string, text: string, server = '127.0.0.1:PORT') {
  return { code, message: `NATS server ${server}: ${text}` };
}

const REFUSED = fault(
  'credentials',
  "it refuses the credentials (Authorization Violation); compare user and password, token, or key with the server's 'authorization' block",
);
const REACH =
  'see that the server runs, that address and port are right, and that no firewall is between';
const WRITE_IT = "write it as 'nats://host:4222'";
const CORRECT = "correct the user's 'permissions' (examples/three-managers/nats.conf has them)";
const NOT_NATS = fault(
  'address',
  "what answers there is not a NATS server; give the port of 'listen' in the server's file, not that of routes or monitoring",
);

const USERS = 'authorization { users: [ { user: cm1, password: right } ] }';

test('the right password is let in', async (context) => {
  const servers = [await start(context, USERS)];
  assert.equal(
    await attempt({ servers, credentials: { user: 'cm1', password: 'right' } }),
    'connected',
  );
});

test('a wrong password is refused', async (context) => {
  const servers = [await start(context, USERS)];
  assert.deepEqual(
    await attempt({ servers, credentials: { user: 'cm1', password: 'wrong' } }),
    REFUSED,
  );
});

test('no credentials are refused', async (context) => {
  const servers = [await start(context, USERS)];
  assert.deepEqual(
    await attempt({ servers }),
    fault(
      'credentials',
      'it wants credentials, and none are given; give the user and password of this manager',
    ),
  );
});

test('a token is let in if it is right', async (context) => {
  const servers = [await start(context, 'authorization { token: right }')];
  assert.deepEqual(
    [
      await attempt({ servers, credentials: { token: 'right' } }),
      await attempt({ servers, credentials: { token: 'wrong' } }),
    ],
    ['connected', REFUSED],
  );
});

test('an nkey is let in if it is right', async (context) => {
  const servers = [
    await start(
      context,
      'authorization { users: [ { nkey: UAPVBMY3W6KBU2S5GZLNXU7L5UB6RJDVR67ML2J3YI2WFMDOXFXYYMPC } ] }',
    ),
  ];
  assert.equal(
    await attempt({
      servers,
      credentials: { nkey: 'SUADKOX7ID5RFZUVUCD4WLTKWN5KFCYO35RPKODZEFJ67VVWQWQ4TLL43I' },
    }),
    'connected',
  );
});

test('what is no key is not sent', async () => {
  const servers = ['127.0.0.1:4222'];
  assert.deepEqual(
    [
      await attempt({ servers, credentials: { nkey: 'hunter2' } }),
      await attempt({ servers, credentials: { creds: 'hunter2' } }),
    ],
    [
      fault(
        'credentials',
        "the nkey seed given for it cannot be read; give what 'nsc' or 'nk' made, whole",
      ),
      fault(
        'credentials',
        "the credentials given for it cannot be read; give what 'nsc' or 'nk' made, whole",
      ),
    ],
  );
});

test('nobody listens there', async () => {
  const port = await freePort();
  assert.deepEqual(
    await attempt({ servers: [`127.0.0.1:${port}`] }),
    fault('unreachable', `nobody listens there (ECONNREFUSED); ${REACH}`),
  );
});

test('who accepts and says nothing is not waited for beyond the deadline', async (context) => {
  const url = await pretend(context, '');
  const beganMs = performance.now();
  const outcome = await attempt({ servers: [url], deadlineMs: 300 });
  assert.deepEqual(
    [outcome, performance.now() - beganMs < 1000],
    [fault('unreachable', `no answer within 300 ms; ${REACH}`), true],
  );
});

test('something else listens there', async (context) => {
  assert.deepEqual(
    await attempt({ servers: [await pretend(context, 'SSH-2.0-OpenSSH_9\r\n')] }),
    NOT_NATS,
  );
});

test('who greets like a server, and then speaks nonsense, is not believed', async (context) => {
  const url = await pretend(
    context,
    'INFO {"server_id":"N","version":"2.9.10","client_id":1,"proto":1}\r\nHTTP/1.1 400\r\n\r\n',
  );
  assert.deepEqual(
    await attempt({ servers: [url], deadlineMs: 500 }),
    fault('unreachable', `no answer within 500 ms; ${REACH}`),
  );
});

test('a name that nobody knows', async () => {
  assert.deepEqual(
    await attempt({ servers: ['nats://no-such-host.invalid:4222'] }),
    fault(
      'address',
      'its name is unknown (ENOTFOUND); correct the name, or see to the DNS',
      'no-such-host.invalid:4222',
    ),
  );
});

test('addresses that cannot be', async () => {
  const outcomes = [];
  for (const server of [
    'http://nats:4222',
    'nats://cm1:hunter2@nats:4222',
    'nats:99999',
    '',
    'tls://nats',
    'nats://nats/x',
  ])
    outcomes.push(await attempt({ servers: [server] }));
  assert.deepEqual(
    [...outcomes, await attempt({ servers: [] })],
    [
      fault('address', `'http://' is not spoken here; ${WRITE_IT}`, 'http://nats:4222'),
      fault(
        'address',
        'it contains credentials; give user and password apart from the address',
        'nats://…@nats:4222',
      ),
      fault('address', `it is malformed; ${WRITE_IT}`, 'nats:99999'),
      fault('address', `it is malformed; ${WRITE_IT}`, "''"),
      fault(
        'address',
        "'tls://' without TLS options; give 'tls', if only with its 'ca'",
        'tls://nats',
      ),
      fault('address', `it is malformed; ${WRITE_IT}`, 'nats://nats/x'),
      fault('address', '0 are given; give 1 to 32', '(none)'),
    ],
  );
});

test('the port of the routes', async (context) => {
  const port = await freePort();
  await start(context, `cluster { name: x, listen: "127.0.0.1:${port}" }`);
  assert.deepEqual(await attempt({ servers: [`127.0.0.1:${port}`] }), NOT_NATS);
});

test('a user who may not say or hear what a manager must', async (context) => {
  const servers = [
    await start(
      context,
      'authorization { users: [ { user: cm1, password: p, permissions: { publish: "lw1.ev.>", subscribe: "lw1.rep.cm1.>" } } ] }',
    ),
  ];
  assert.deepEqual(
    await attempt({ servers, credentials: { user: 'cm1', password: 'p' } }),
    fault(
      'permissions',
      `it forbids manager cm1: subscription lw1.pid.cm1.0.*, subscription lw1.ev.*.*, publish lw1.pid.cm1.0.cm1; ${CORRECT}`,
    ),
  );
});

test('another manager with the password of this one', async (context) => {
  const cluster = await startExampleCluster();
  context.after(() => cluster.remove());
  const credentials = cluster.credentialsOf('cm1');
  assert.deepEqual(
    [
      await attempt({ servers: [cluster.at(0).url], credentials }),
      await attempt({ servers: [cluster.at(0).url], credentials, manager: 'cm2' }),
    ],
    [
      'connected',
      fault(
        'permissions',
        `it forbids manager cm2: subscription lw1.pid.cm2.0.*, subscription lw1.rep.cm2.0.>, publish lw1.pid.cm2.0.cm2, publish lw1.ev.cm2._probe; ${CORRECT}`,
      ),
    ],
  );
});

test('a server that takes only short messages', async (context) => {
  assert.deepEqual(
    await attempt({ servers: [await start(context, 'max_payload: 65536')] }),
    fault(
      'permissions',
      "it takes no more than 65536 octets at once; set its 'max_payload' to 1000000 or more",
    ),
  );
});

test('one of the servers is enough', async (context) => {
  const port = await freePort();
  const servers = [`127.0.0.1:${port}`, await start(context)];
  assert.equal(await attempt({ servers }), 'connected');
});

test('of several failures that is told first which somebody has to correct', async (context) => {
  const port = await freePort();
  const servers = [`127.0.0.1:${port}`, await start(context, USERS)];
  assert.deepEqual(await attempt({ servers, credentials: { user: 'cm1', password: 'wrong' } }), {
    code: 'credentials',
    message: `${REFUSED.message}. Also: NATS server 127.0.0.1:PORT: nobody listens there (ECONNREFUSED); ${REACH}`,
  });
});

test('TLS, with certificates on both sides', async (context) => {
  const authority = await makeAuthority();
  const other = await makeAuthority();
  const { port } = await startNatsWithTls(context, authority, 'localhost');
  const misnamed = await startNatsWithTls(context, authority, 'nats.example');
  const servers = [`tls://127.0.0.1:${port}`];
  const me = await makeIdentity(authority, 'cm1');
  const stranger = await makeIdentity(other, 'cm1');
  assert.deepEqual(
    {
      right: await attempt({ servers, tls: me }),
      byName: await attempt({ servers: [`tls://localhost:${port}`], tls: me }),
      none: await attempt({ servers: [`127.0.0.1:${port}`] }),
      plainServer: await attempt({ servers: [await start(context)], tls: me }),
      wrongAuthority: await attempt({ servers, tls: { ...me, ca: other.cert } }),
      noCertificate: await attempt({ servers, tls: { ca: authority.cert } }),
      foreignCertificate: await attempt({ servers, tls: { ...stranger, ca: authority.cert } }),
      wrongName: await attempt({ servers: [`localhost:${misnamed.port}`], tls: me }),
      noPem: await attempt({ servers, tls: { ...me, cert: 'hunter2' } }),
    },
    {
      right: 'connected',
      byName: 'connected',
      none: fault('tls', "it wants TLS; give 'tls', with the certificate of its authority as 'ca'"),
      plainServer: fault(
        'tls',
        "it does not speak TLS; give the server a 'tls' block, or take 'tls' out here",
      ),
      wrongAuthority: fault(
        'tls',
        "certificate signature failure (CERT_SIGNATURE_FAILURE); give the certificate of the authority that signed the server's as 'ca'",
      ),
      noCertificate: fault(
        'tls',
        "it wants a client certificate; give 'cert' and 'key', of an authority it trusts",
      ),
      foreignCertificate: fault(
        'tls',
        "it refuses our certificate; give a client certificate and key ('cert', 'key') of an authority that the server trusts",
      ),
      wrongName: fault(
        'tls',
        "Hostname/IP does not match certificate's altnames: Host: localhost. is not in the cert's altnames: DNS:nats.example, IP Address:127.0.0.1 (ERR_TLS_CERT_ALTNAME_INVALID); name the server as its certificate does, or give it a certificate with this name or address",
        'localhost:PORT',
      ),
      noPem: fault(
        'tls',
        "error:0480006C:PEM routines::no start line (ERR_OSSL_PEM_NO_START_LINE); compare 'ca', 'cert' and 'key' with the server's 'tls' block",
      ),
    },
  );
});

test('a refused certificate is told from a server that is gone, though its word for it was lost', () => {
  const reset = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
  const told = [explainClosing, explainFailure].map(
    (explain) => explain(reset, 'nats:4222', 500).code,
  );
  assert.deepEqual(told, ['tls', 'unreachable']);
});

/** A server that says `greeting` to everybody and nothing more. */
async function pretend(context: TestContext, greeting: string): Promise<string> {
  const port = await freePort();
  const server = createServer((socket) => {
    socket.on('error', () => {});
    context.after(() => socket.destroy());
    if (greeting !== '') socket.write(greeting);
  });
  context.after(() => server.close());
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return `127.0.0.1:${port}`;
}
