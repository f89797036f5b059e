/**
 * Three managers as real processes, one of which keeps a gateway that a call of another one's phone goes out by. It is
 * killed while that rings, or in the middle of the call.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { eventually } from '../../../bench/processes.ts';
import { startCluster, stopServer } from '../../../bench/servers.ts';
import { Actor } from '../../../trials/toll-fraud/actor.ts';
import { freePortsInRow } from '../../support/free-ports.ts';

const GATEWAY = '127.0.0.81';
const URI = 'sip:902079460018@pbx.test';
/** What a caller may wait for, at the most. */
const WITHIN_MS = 2000;

type Stage = {
  /** At a manager that does not keep the gateway. */
  readonly caller: Actor;
  readonly gateway: Actor;
  /** Kills the manager that keeps it. */
  kill(): void;
};

async function stage(t: TestContext): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'linewright-killed-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const firstPort = await freePortsInRow(40);
  const port = await freePortsInRow(1);
  const directory = join(folder, 'directory.yaml');
  writeFileSync(
    directory,
    JSON.stringify({
      devices: { caller: { accept_from: '127.0.0.1/32' } },
      gateways: { one: { uri: `sip:${GATEWAY}:${port}`, reliable: 'off' } },
      route_plan: {
        partitions: { out: { '9.!': { list: 'world', digits: 'strip 9' } } },
        search: { default: ['out'] },
        lists: { world: ['one'] },
      },
    }),
  );
  const gateway = await Actor.open({ address: GATEWAY, port, user: 'one', server: firstPort });
  t.after(() => gateway.close());
  const cluster = await startCluster('managers-3', folder, { firstPort, directory });
  t.after(() => stopServer(cluster));
  const managers = cluster.parts.filter(({ role }) => role === 'managers');
  // The keeper alone tells of it in its metrics.
  let at = -1;
  const isKept = async () => {
    const texts = await Promise.all(cluster.metrics.map(async (url) => (await fetch(url)).text()));
    at = texts.findIndex((text) => text.includes('linewright_gateway_up{gateway="one"'));
    return at >= 0;
  };
  assert(await eventually(isKept, 10_000), 'nobody keeps the gateway');
  const server = firstPort + ((at + 1) % managers.length);
  const caller = await Actor.open({ address: '127.0.0.1', user: 'caller', server });
  t.after(() => caller.close());
  const pid = managers[at]?.program.pid ?? 0;
  return { caller, gateway, kill: () => process.kill(pid, 'SIGKILL') };
}

/** The gateway is somebody else's: a call goes out by it again. */
async function callAgain({ caller, gateway }: Stage): Promise<number> {
  gateway.habit = { does: 'take' };
  const { status, dialog } = await caller.ask({ method: 'INVITE', uri: URI });
  if (dialog !== undefined) await caller.hangUp(dialog);
  return status;
}

test("the gateway's manager is killed while the call rings: the caller hears so, and the gateway has another", {
  timeout: 60_000,
}, async (t) => {
  const on = await stage(t);
  const { caller, gateway, kill } = on;
  gateway.habit = { does: 'ring' };
  const asked = caller.ask({ method: 'INVITE', uri: URI });
  await caller.until(() => caller.rung > 0);
  const killedMs = performance.now();
  kill();
  const { status } = await asked;
  const isSoon = performance.now() - killedMs < WITHIN_MS;
  assert.deepEqual([status, isSoon, await callAgain(on)], [500, true, 200]);
});

test("the gateway's manager is killed in the middle of a call: the caller is hung up on, and the gateway has another", {
  timeout: 60_000,
}, async (t) => {
  const on = await stage(t);
  const { caller, kill } = on;
  const { status } = await caller.ask({ method: 'INVITE', uri: URI });
  const killedMs = performance.now();
  kill();
  await caller.until(() => caller.ended > 0);
  const isSoon = performance.now() - killedMs < WITHIN_MS;
  assert.deepEqual([status, caller.ended, isSoon, await callAgain(on)], [200, 1, true, 200]);
});
