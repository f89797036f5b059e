/**
 * A manager whose cluster's store is gone, as a process, with a real NATS server and a real etcd: it ends, and started
 * again serves what needs nobody else, until the store is there again.
 */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { stringify } from 'yaml';
import { eventually } from '../../../bench/processes.ts';
import { Actor } from '../../../trials/toll-fraud/actor.ts';
import { type Program, runProgram, runtimeOf, startProgram } from '../../cli/program.ts';
import { freePortsInRow } from '../../support/free-ports.ts';
import { type EtcdCluster, startEtcd } from '../etcd/etcd-server.ts';
import { startNats } from '../nats/nats-server.ts';
import { Folder } from './manager-file.ts';

const GATEWAY = '127.0.0.83';
const WITHIN_MS = 10_000;

type Stage = {
  readonly store: EtcdCluster;
  readonly runtime: string;
  /** Phones at the manager, which cas does not register. */
  readonly ana: Actor;
  readonly ben: Actor;
  readonly gateway: Actor;
  readonly copy: string;
  readonly directory: string;
  start(): Program;
};

async function stage(context: TestContext, more: object): Promise<Stage> {
  const bus = await startNats();
  context.after(() => bus.remove());
  const store = await startEtcd();
  context.after(() => store.close());
  const folder = new Folder(context);
  const [server, gatewayPort] = [await freePortsInRow(1), await freePortsInRow(1)];
  const password = 'p';
  const directory = folder.write(
    'house.yaml',
    stringify({
      lines: {
        2000: { members: { ana: { device: 'ana' }, ben: { device: 'ben' } } },
        2001: { members: { ana: { device: 'ana' } } },
        2002: { members: { ben: { device: 'ben' } } },
        2003: { members: { cas: { device: 'cas' } } },
      },
      devices: { ana: { password }, ben: { password }, cas: { password } },
      gateways: { gw: { uri: `sip:${GATEWAY}:${gatewayPort}`, reliable: 'off' } },
      route_plan: {
        partitions: {
          internal: { '2XXX': 'line' },
          out: { '9.!': { list: 'world', digits: 'strip 9' } },
          help: { 999: { list: 'world', emergency: true } },
        },
        search: { default: ['internal', 'out'] },
        lists: { world: ['gw'] },
      },
    }),
  );
  const data = join(folder.path, 'data');
  const file = folder.write(
    'cm1.yaml',
    stringify({
      manager: { id: 'cm1', data },
      cluster: { bus: bus.urls, store: store.urls, store_outage: 'fence', ...more },
      sip: { domain: 'pbx.test', listen: `udp://127.0.0.1:${server}` },
      directory: 'house.yaml',
    }),
  );
  const runtime = runtimeOf(context);
  const actor = async (user: string, at: { address: string; port?: number }): Promise<Actor> => {
    const opened = await Actor.open({ ...at, user, password, server });
    context.after(() => opened.close());
    return opened;
  };
  return {
    store,
    runtime,
    ana: await actor('ana', { address: '127.0.0.1' }),
    ben: await actor('ben', { address: '127.0.0.1' }),
    gateway: await actor('gw', { address: GATEWAY, port: gatewayPort }),
    copy: join(data, 'cluster-directory.copy'),
    directory,
    start: () => {
      const program = startProgram(runtime, ['start', '-c', file]);
      context.after(() => program.child.kill('SIGKILL'));
      return program;
    },
  };
}

/** It has been a member, and the store is gone since. */
async function cutOff(on: Stage): Promise<void> {
  const program = on.start();
  await program.said('manager ready');
  assert(await eventually(async () => existsSync(on.copy), WITHIN_MS), 'nothing is kept');
  await on.store.servers[0]?.kill();
  assert.equal((await program.ended).code, 75);
}

/** Status and code of a call, which is hung up on if it was taken. */
async function tried(phone: Actor, number: string): Promise<string> {
  const uri = `sip:${number}@pbx.test`;
  const { status, code, dialog } = await phone.ask({ method: 'INVITE', uri });
  if (dialog !== undefined) await phone.hangUp(dialog);
  return `${number} ${status} ${code}`.trim();
}

function registered(phone: Actor): Promise<{ readonly status: number }> {
  const self = `<sip:${phone.options.user}@pbx.test>`;
  return phone.ask({ method: 'REGISTER', uri: 'sip:pbx.test', to: self });
}

/** How it says that it stands: health, metrics, the command line. */
async function standing({ runtime }: Stage, program: Program): Promise<unknown> {
  const [, web = ''] = /"web":"([^"]+)"/.exec(await program.said('manager ready')) ?? [];
  const ready = await fetch(`${web}/readyz`);
  const metrics = await (await fetch(`${web}/metrics`)).text();
  const { out } = await runProgram(runtime, ['manager', 'ls', '-o', 'json']);
  const rows = JSON.parse(out) as readonly { readonly id: string; readonly state: string }[];
  return {
    ready: [ready.status, await ready.text()],
    counted: metrics
      .split('\n')
      .filter((line) => /^linewright_cluster_(members \d|standing.* 1)/.test(line)),
    shown: rows.map(({ id, state }) => `${id} ${state}`),
  };
}

test('cut off it serves emergency calls and lines of its own, and joins anew when the store is back', {
  timeout: 120_000,
}, async (context) => {
  const on = await stage(context, {});
  const { ana, ben, gateway, store } = on;
  await cutOff(on);
  const alone = on.start();
  await alone.said('manager isolated');
  const shown = await standing(on, alone);
  const came = [(await registered(ana)).status, (await registered(ben)).status];
  const calls: string[] = [];
  for (const number of ['2002', '2000', '2003', '902079460018', '*72902079460018', '2009'])
    calls.push(await tried(ana, number));
  const applied = await runProgram(on.runtime, ['apply', '-f', on.directory]);
  const help = await ana.call({ uri: 'sip:999@pbx.test' });
  store.servers[0]?.start();
  const waiting = await alone.said('store is back');
  const during = await tried(ben, '999');
  await ana.hangUp(help);
  const { code, err } = await alone.ended;
  const again = on.start();
  await again.said('manager joined');
  // On a machine that stands still for a moment it does not know at once whether it still is a member.
  let after: unknown;
  await eventually(async () => {
    after = await standing(on, again);
    return JSON.stringify(after).includes('cm1 member');
  }, WITHIN_MS);
  assert.deepEqual(
    {
      shown,
      came,
      calls,
      applied: applied.err,
      during,
      gateway: gateway.came,
      loud: waiting.split('\n').filter((line) => line.includes('EMERGENCY CALL')).length > 0,
      ended: [code, err],
      after,
    },
    {
      shown: {
        ready: [503, 'isolated\n'],
        counted: [
          'linewright_cluster_members 0',
          'linewright_cluster_standing{standing="isolated"} 1',
        ],
        shown: ['cm1 isolated'],
      },
      came: [200, 200],
      calls: [
        '2002 200',
        '2000 503 LW-3012',
        '2003 503 LW-3012',
        '902079460018 503 LW-3012',
        '*72902079460018 503 LW-3012',
        '2009 404 LW-3001',
      ],
      applied: 'this manager is cut off from its cluster, whose directory it is\n',
      during: '999 200',
      gateway: ['INVITE 999', 'INVITE 999'],
      loud: true,
      ended: [
        75,
        'cm1 was cut off from its cluster, and may be a member of it again. Start it again: it joins anew\n',
      ],
      after: {
        ready: [200, 'ready\n'],
        counted: [
          'linewright_cluster_members 1',
          'linewright_cluster_standing{standing="member"} 1',
        ],
        shown: ['cm1 member'],
      },
    },
  );
});

test('one that is not to serve alone says what is wrong and ends', {
  timeout: 60_000,
}, async (context) => {
  const on = await stage(context, { isolated: 'end' });
  await cutOff(on);
  const { code, err } = await on.start().ended;
  assert.deepEqual([code, /nothing listens there/.test(err)], [1, true]);
});
