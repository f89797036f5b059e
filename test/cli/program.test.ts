/** The entry: whichever Node the machine has, the right one runs; signals and exit codes pass. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { olderNode, runProgram, runtimeOf } from './program.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const older = olderNode();
const skip = older === undefined ? 'no older Node here' : false;

test('an older Node hands over to the packaged one, exit code and all', {
  skip,
}, async (context) => {
  const runtime = runtimeOf(context);
  const options = older === undefined ? {} : { node: older };
  const version = await runProgram(runtime, ['--version'], options);
  const usage = await runProgram(runtime, ['nonsense'], options);
  assert.deepEqual([version.code, /^\d+\.\d+\.\d+\n$/.test(version.out), usage.code], [0, true, 2]);
});

test('an older Node with no packaged one beside it is told so in one line', { skip }, (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'linewright-bin-'));
  context.after(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'bin'));
  copyFileSync(join(ROOT, 'bin/linewright.mjs'), join(folder, 'bin/linewright.mjs'));
  const { status, stderr } = spawnSync(older ?? '', [join(folder, 'bin/linewright.mjs')], {
    encoding: 'utf8',
  });
  const line =
    /^linewright needs Node 24 or later, this is \S+: run 'npm ci' in \S+, which brings it along\n$/;
  assert.deepEqual([status, line.test(stderr)], [1, true]);
});

test('a slip in a command or an option is answered with what was meant', async (context) => {
  const runtime = runtimeOf(context);
  const slips = await Promise.all([
    runProgram(runtime, ['strat']),
    runProgram(runtime, ['trace', '--numbre', '2000']),
    runProgram(runtime, ['demo', '--port', '70000']),
    runProgram(runtime, ['start', '-c', 'x.yaml', '--listen', 'sctp://127.0.0.1:1']),
  ]);
  assert.deepEqual(
    slips.map(({ code, err }) => [code, err.replace('(--help says more)\n', '').trim()]),
    [
      [2, "error: unknown command 'strat'\n(Did you mean start?)"],
      [2, "error: unknown option '--numbre'\n(Did you mean --number?)"],
      [
        2,
        "error: option '--port <port>' argument '70000' is invalid. Expected a port, 1 to 65535.",
      ],
      [
        2,
        "error: option '--listen <url...>' argument 'sctp://127.0.0.1:1' is invalid. Expected udp, tcp, tls, ws, wss before ://, got 'sctp'.",
      ],
    ],
  );
});

function folderWith(context: TestContext, files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'linewright-check-'));
  context.after(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

test('check says all that is wrong, or that all is well', async (context) => {
  const folder = folderWith(context, {
    'bad.yaml': 'manager: { id: a }\nsip: { domian: x, listen: [] }\ndirectory: d.yaml\n',
    'good.yaml':
      'manager: { id: a }\nsip: { domain: x, listen: "udp://127.0.0.1" }\ndirectory: e.yaml\n',
    'd.yaml': 'devices: { ana: {} }\n',
    'e.yaml': 'devices: { ana: { password: secret, number: 1001 } }\n',
  });
  const runtime = runtimeOf(context);
  const bad = await runProgram(runtime, ['check', '-c', join(folder, 'bad.yaml')]);
  const good = await runProgram(runtime, ['check', '-c', join(folder, 'good.yaml')]);
  const short = (text: string) => text.replaceAll(`${folder}/`, '');
  assert.deepEqual(
    [bad.code, short(bad.err), good.code, short(good.out)],
    [
      1,
      `bad.yaml:2:6: missing key 'domain'
bad.yaml:2:8: unknown key 'domian' (did you mean 'domain'?)
bad.yaml:2:27: expected an address such as udp://127.0.0.1:5060, or a list of them
d.yaml:1:12: device 'ana' needs a 'password', or 'accept_from' to be let in without
4 problems in bad.yaml and its directory
`,
      0,
      'good.yaml is fine: manager a, 1 line, 1 device, 0 gateways, 0 patterns\n',
    ],
  );
});

test('the example is fine', async (context) => {
  const file = join(ROOT, 'examples/one-manager/manager.yaml');
  const { code, out } = await runProgram(runtimeOf(context), ['check', '-c', file]);
  assert.deepEqual(
    [code, out.replace(ROOT, '')],
    [
      0,
      'examples/one-manager/manager.yaml is fine: manager one, 40007 lines, 40010 devices, 0 gateways, 0 patterns\n',
    ],
  );
});
