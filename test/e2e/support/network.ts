/**
 * Several hosts on one machine: network namespaces joined by a bridge, for peers that refuse loopback
 * (baresip) and for what crosses a network. Names are unique per run and removed with the test. No host
 * has a way out: all traffic stays between the namespaces. Needs root and iproute2.
 */
import { execFileSync, spawn } from 'node:child_process';
import { Duplex } from 'node:stream';
import type { TestContext } from 'node:test';

/** RFC 5737 TEST-NET-2: documentation addresses, met nowhere else. */
const PREFIX = '198.51.100';

/** One host of the network. */
export type Host = { readonly namespace: string; readonly address: string };

let networks = 0;

/** Why namespaces cannot be made here, or undefined if they can. */
export function networkTrouble(): string | undefined {
  if (process.platform !== 'linux') return 'network namespaces need Linux';
  if (process.getuid?.() !== 0) return 'network namespaces need root: run the tests as root';
  try {
    execFileSync('ip', ['netns', 'list'], { stdio: 'pipe' });
    return undefined;
  } catch (error) {
    return `ip netns does not work here: ${String(error)}`;
  }
}

/**
 * Makes a network with a host per name; the first one carries the bridge. Throws, saying why, where
 * namespaces are not possible: a test that cannot run has failed, it has not been skipped.
 */
export function createNetwork<Name extends string>(
  t: TestContext,
  names: readonly Name[],
): Record<Name, Host> {
  const trouble = networkTrouble();
  if (trouble) throw new Error(trouble);
  networks += 1;
  const tag = `lw${process.pid}n${networks}`;
  const made: string[] = [];
  t.after(() => {
    for (const namespace of made) {
      try {
        execFileSync('ip', ['netns', 'delete', namespace], { stdio: 'pipe' });
      } catch {
        // Already gone: the next run has names of its own, so nothing is lost.
      }
    }
  });

  const hosts = {} as Record<Name, Host>;
  const bridge = `${tag}-${names[0]}`;
  for (const [index, name] of names.entries()) {
    const namespace = `${tag}-${name}`;
    ip('netns', 'add', namespace);
    made.push(namespace);
    const address = `${PREFIX}.${index + 1}`;
    hosts[name] = { namespace, address };
    ip('-n', namespace, 'link', 'set', 'lo', 'up');
    if (index === 0) {
      ip('-n', namespace, 'link', 'add', 'eth0', 'type', 'bridge');
    } else {
      const port = `port${index}`;
      ip(
        '-n',
        namespace,
        'link',
        'add',
        'eth0',
        'type',
        'veth',
        'peer',
        'name',
        port,
        'netns',
        bridge,
      );
      ip('-n', bridge, 'link', 'set', port, 'master', 'eth0', 'up');
    }
    ip('-n', namespace, 'address', 'add', `${address}/24`, 'dev', 'eth0');
    ip('-n', namespace, 'link', 'set', 'eth0', 'up');
  }
  return hosts;
}

function ip(...args: string[]): void {
  execFileSync('ip', args, { stdio: 'pipe' });
}

/** Reaches a TCP port inside a namespace from outside it, through a small process that sits within. */
export function connectInside(t: TestContext, host: Host, port: number): Duplex {
  const pipe = `const s=require('node:net').connect(${port},'127.0.0.1');
    s.on('error',(e)=>{console.error(e.message);process.exit(1)});
    process.stdin.pipe(s);s.pipe(process.stdout);s.on('close',()=>process.exit(0))`;
  const child = spawn('ip', ['netns', 'exec', host.namespace, process.execPath, '-e', pipe], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  t.after(() => {
    child.kill('SIGKILL');
  });
  return Duplex.from({ writable: child.stdin, readable: child.stdout });
}
