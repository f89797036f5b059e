#!/usr/bin/env node
/**
 * Entry of the command line. Linewright needs Node 24; machines have older ones. The right Node
 * comes as a package (optionalDependencies), and this file starts it, with the flags that the
 * server wants. Has to run under any Node from 18 on: plain JavaScript, nothing from `src/`.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NODE_MAJOR = 24;

/** Flags for the commands that serve calls. The young generation is sized for call load: most objects die with their call. */
const SERVER_FLAGS = ['--max-semi-space-size=32'];
const SERVER_COMMANDS = ['start', 'demo'];

const self = fileURLToPath(import.meta.url);
const major = Number(process.versions.node.split('.')[0]);
const [command = ''] = process.argv.slice(2);
const flags = SERVER_COMMANDS.includes(command)
  ? SERVER_FLAGS.filter((flag) => !process.execArgv.includes(flag))
  : [];

if (major >= NODE_MAJOR && flags.length === 0) {
  await run();
} else {
  const node = major >= NODE_MAJOR ? process.execPath : packagedNode();
  if (node === undefined) {
    const need = `linewright needs Node ${NODE_MAJOR} or later, this is ${process.versions.node}`;
    process.stderr.write(
      `${need}: run 'npm ci' in ${dirname(dirname(self))}, which brings it along\n`,
    );
    process.exitCode = 1;
  } else {
    restart(node, [...process.execArgv, ...flags, self, ...process.argv.slice(2)]);
  }
}

async function run() {
  // Compiled code and stripped types are kept between runs: start-up takes half the time.
  module.enableCompileCache?.();
  // Started by an older Node (below): when that is gone, nobody is left to stop us.
  process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  process.channel?.unref();
  const { main } = await import('../src/cli/main.ts');
  process.exitCode = await main(process.argv.slice(2));
}

/** The Node that npm installed for this platform. */
function packagedNode() {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const name = `node-${platform}-${process.arch}`;
  const program = process.platform === 'win32' ? 'node.exe' : 'node';
  const require = module.createRequire(import.meta.url);
  for (const folder of require.resolve.paths(name) ?? []) {
    const path = join(folder, name, 'bin', program);
    if (existsSync(path)) return path;
  }
  return undefined;
}

/** Becomes that process where the system can do it; else starts it and stands in for it. */
function restart(node, args) {
  if (typeof process.execve === 'function' && process.platform !== 'win32') {
    process.execve(node, [node, ...args], process.env);
    return;
  }
  const child = spawn(node, args, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
  const signals = process.platform === 'win32' ? [] : ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR2'];
  for (const signal of signals) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    process.stderr.write(`${node} cannot be started: ${error.message}\n`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    if (signal !== null) {
      // As the child ended, so do we: the shell sees the signal.
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
      return;
    }
    process.exitCode = code ?? 1;
  });
}
