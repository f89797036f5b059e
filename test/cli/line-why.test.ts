/** `line why` and `line release` of a real manager, with a phone that holds a call on real sockets. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { Phone } from '../../src/testkit/phone.ts';
import { ScaPhone } from '../../src/testkit/phones/sca-phone.ts';
import { UdpPlace } from '../../src/testkit/phones/udp-place.ts';
import { SeededRandom } from '../../src/testkit/seeded-random.ts';
import { runProgram, runtimeOf, startProgram } from './program.ts';

const MANAGER = `
manager: { id: one }
sip: { domain: pbx.test, listen: [ "udp://127.0.0.1:0" ] }
directory: directory.yaml
`;
const DIRECTORY = `
lines:
  "2000":
    name: Reception
    appearances: 4
    members: { ana: { device: ana }, ben: { device: ben } }
  "1001": { members: { far: { device: far } } }
devices:
  ana: { user: ana, accept_from: [127.0.0.1/32] }
  ben: { user: ben, accept_from: [127.0.0.1/32] }
  far: { user: far, accept_from: [127.0.0.1/32] }
`;

test('a held call is told, and released: both phones are let go, and the log says by whom', async (context) => {
  const runtime = runtimeOf(context);
  const folder = mkdtempSync(join(tmpdir(), 'linewright-why-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'manager.yaml'), MANAGER);
  writeFileSync(join(folder, 'directory.yaml'), DIRECTORY);
  const program = startProgram(runtime, ['start', '-c', join(folder, 'manager.yaml')]);
  context.after(() => program.child.kill('SIGKILL'));
  const said = await program.said('manager ready');
  const port = Number(/udp:\/\/127\.0\.0\.1:(\d+)/.exec(said)?.[1]);
  const places = [await UdpPlace.open(), await UdpPlace.open()] as const;
  context.after(() => places.map((place) => place.close()));
  const [near, away] = places;
  const server = { ...near.address, port };
  const random = new SeededRandom(1);
  const common = { domain: 'pbx.test', random };
  const far = new Phone({
    ...common,
    ...{ user: 'far', aor: '1001', address: away.address, servers: [server] },
    ...{ agenda: away, network: away },
  });
  far.onInvited = (call) => far.answer(call);
  far.register(3600);
  const ana = new ScaPhone({
    ...common,
    ...{ user: 'ana', aor: '2000', address: near.address, server, agenda: near, network: near },
  });
  ana.boot();
  await near.until(() => ana.line?.state === 'active');
  const seizure = ana.offHook(2);
  await near.until(() => seizure.state === 'seized');
  const call = ana.dial('1001');
  await near.until(() => call.phase === 'talking' && ana.shown === '2 active');
  ana.hold(call);
  await near.until(() => ana.shown === '2 held');
  const why = await runProgram(runtime, ['line', 'why', '2000/2', '-o', 'json']);
  const row = JSON.parse(why.out) as {
    readonly events: readonly { readonly what: string }[];
    readonly lamps: readonly { readonly shows: string; readonly isRight: boolean }[];
    readonly legs: readonly { readonly callId: string }[];
  };
  const args = ['line', 'release', '2000/2', '--reason', 'stuck'];
  const released = await runProgram(runtime, args);
  await near.until(() => call.phase === 'over' && ana.shown === '');
  await away.until(() => far.calls.size === 0);
  const again = await runProgram(runtime, args);
  const log = await program.said('appearance released');
  assert.deepEqual(
    {
      events: row.events.map(({ what }) => what),
      lamps: row.lamps.map(({ shows, isRight }) => [shows, isRight]),
      legs: row.legs.map(({ callId }) => callId === call.dialog.callId),
      released: [released.code, released.out, again.code, again.err],
      log: /appearance released.*2000.*stuck|stuck.*appearance released/.test(log),
      faults: ana.faults,
    },
    {
      events: ['seized', 'progressing', 'active', 'held'],
      lamps: [['held', true]],
      legs: [true],
      released: [
        0,
        '2000/2 is free: it was held by ana\n',
        3,
        '2000/2 is idle: there is nothing to release\n',
      ],
      log: true,
      faults: [],
    },
  );
});
