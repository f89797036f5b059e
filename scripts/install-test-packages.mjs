/**
 * Sees to it that the programs which the tests and the benchmark run beside Linewright are there:
 * real phones, a browser, network tools. Installs Debian's packages when it may (root, or sudo without
 * a password), says what, and otherwise prints the one line to run and fails. Plain JavaScript: any
 * Node from 20 on.
 *
 *   node scripts/install-test-packages.mjs           for npm test
 *   node scripts/install-test-packages.mjs --bench   for npm run bench
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Package -> what it is wanted for. */
const TEST_PACKAGES = {
  'baresip-core': 'softphones',
  chromium: 'browser phones',
  'etcd-client': "etcd's users and permissions",
  'etcd-server': "the cluster's store",
  iproute2: 'network namespaces',
  iptables: 'partitions',
  'nats-server': "the cluster's bus",
  openssl: 'certificates',
  postgresql: 'a database for call records',
  'sip-tester': 'SIPp',
  tcpdump: 'captures',
};
const BENCH_PACKAGES = {
  'etcd-server': "the cluster's store",
  'nats-server': "the cluster's bus",
  kamailio: 'the server to compare with',
  'sip-tester': 'SIPp',
  tcpdump: 'captures',
};

const wanted = process.argv.includes('--bench') ? BENCH_PACKAGES : TEST_PACKAGES;
process.exit(main(Object.keys(wanted)));

/** Returns the exit code. */
function main(packages) {
  if (!existsSync('/usr/bin/dpkg-query')) {
    say(`This is no Debian: install what these Debian packages hold, by your system's means:`);
    for (const [name, use] of Object.entries(wanted)) say(`  ${name} (${use})`);
    say('Then run the steps of scripts/test.mjs but for this one: npm test -- --no-install');
    return 1;
  }
  const missing = packages.filter((name) => !installedOf(packages).has(name));
  if (missing.length === 0) return 0;

  const install = `apt-get install -y --no-install-recommends ${missing.join(' ')}`;
  const prefix = process.getuid?.() === 0 ? [] : canSudo() ? ['sudo', '-n'] : undefined;
  if (prefix === undefined) {
    say(`Missing for the tests: ${missing.join(', ')}. Run this once, then again what you ran:`);
    say(`  sudo apt-get update && sudo ${install}`);
    return 1;
  }
  say(`Installing what is missing (Debian packages): ${missing.join(', ')}`);
  const words = (step) => [...prefix, ...step.split(' ')];
  // An old list names versions that are gone: then the install fails, and the list is fetched anew.
  const installed = hasPackageLists(missing) && run(words(install));
  if (!installed && !(run(words('apt-get update')) && run(words(install)))) return 1;
  const still = missing.filter((name) => !installedOf(missing).has(name));
  if (still.length > 0) say(`Still missing after ${install}: ${still.join(', ')}`);
  return still.length > 0 ? 1 : 0;
}

function installedOf(names) {
  const format = ['-W', '-f', `$\{Package} $\{db:Status-Abbrev}\n`];
  const { stdout } = spawnSync('dpkg-query', [...format, ...names], { encoding: 'utf8' });
  const lines = (stdout ?? '').split('\n').map((line) => line.split(' '));
  return new Set(lines.filter(([, status]) => status === 'ii').map(([name]) => name));
}

/** Whether apt knows where to get each: if not, its lists are old or were never fetched. */
function hasPackageLists(names) {
  const { stdout } = spawnSync('apt-cache', ['policy', ...names], { encoding: 'utf8' });
  const candidates = (stdout ?? '').match(/Candidate: (?!\(none\))/g) ?? [];
  return candidates.length === names.length;
}

function canSudo() {
  return spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0;
}

function run(words) {
  // RUNLEVEL=1: a server that is installed for the tests is not started as this machine's own.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  const { status } = spawnSync(words[0], words.slice(1), { stdio: 'inherit', env });
  if (status !== 0) say(`${words.join(' ')} failed${status === null ? '' : ` (${status})`}`);
  return status === 0;
}

function say(line) {
  process.stdout.write(`${line}\n`);
}
