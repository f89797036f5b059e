/** The servers that are measured, each started as its user would, on 127.0.0.1. */
import { createSocket } from 'node:dgram';
import { cpSync, existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type ClusterName, isCluster, prepareCluster, type Role, type Site } from './cluster.ts';
import { eventually, Program } from './processes.ts';

export const ADDRESS = '127.0.0.1';
export const CALLER_PORT = 28_070;
/** Of the first phone; the others follow. */
export const PHONES_PORT = 28_100;
export const BENCH_FOLDER = import.meta.dirname;
/** Debian puts it where only root's PATH leads. */
export const KAMAILIO = existsSync('/usr/sbin/kamailio') ? '/usr/sbin/kamailio' : 'kamailio';

const LINEWRIGHT = resolve(BENCH_FOLDER, '../bin/linewright.mjs');
const PORTS = {
  linewright: 28_060,
  kamailio: 28_061,
  'kamailio-digest': 28_062,
  relay: 28_063,
  'kamailio-sca': 28_064,
  /** Linewright, with a gateway where the phones are. */
  outbound: 28_065,
  /** Linewright without records of calls. */
  unrecorded: 28_066,
};
/** Debian's empty tables, as files. */
const KAMAILIO_TABLES = '/usr/share/kamailio/dbtext/kamailio';
const READY_WITHIN_MS = 30_000;
const ANSWERS_WITHIN_MS = 200;

type SingleName = keyof typeof PORTS;
export type ServerName = SingleName | ClusterName;

/** One server, or a cluster of several with all that they need. */
export type Server = {
  readonly name: ServerName;
  /** Where the caller calls. */
  readonly port: number;
  /** Where phones register, each at the next one. */
  readonly registrars: readonly number[];
  readonly parts: readonly { readonly role: Role; readonly program: Program }[];
  /** Where managers of a cluster tell their metrics, the caller's first. */
  readonly metrics: readonly string[];
};

/** Process numbers of all its programs, or of those in one role. */
export function pidsOf({ parts }: Server, wanted?: Role): number[] {
  return parts
    .filter(({ role }) => wanted === undefined || role === wanted)
    .map(({ program }) => program.pid);
}

/** Starts it and waits until it answers. Throws with what it printed if it does not. */
export async function startServer(name: ServerName, folder: string): Promise<Server> {
  if (isCluster(name)) return startCluster(name, folder);
  const port = PORTS[name];
  const program = new Program(...commandOf(name, port, folder), folder);
  await answering(name, port, program);
  const parts = [{ role: 'managers', program }] as const;
  return { name, port, registrars: [port], parts, metrics: [] };
}

/** Throws as `startServer` does. */
export async function startCluster(
  name: ClusterName,
  folder: string,
  site: Site = {},
): Promise<Server> {
  const { servers, files, ports, metrics } = await prepareCluster(name, folder, site);
  const managers = files.map((file) => {
    const words = [...nodeOptions(), LINEWRIGHT, 'start', '-c', file];
    return { role: 'managers', program: new Program(process.execPath, words, folder) } as const;
  });
  const parts = [...servers, ...managers];
  try {
    for (const [at, { program }] of managers.entries())
      await answering(name, ports[at] ?? 0, program);
  } catch (error) {
    await Promise.all(parts.map(({ program }) => program.stop()));
    throw error;
  }
  const [port = 0, ...others] = ports;
  // The phone that answers is at another manager than the caller, where there is one.
  const registrars = name === 'managers-3-together' ? [port] : [...others, port];
  return { name, port, registrars, parts, metrics };
}

/** Managers first: they say goodbye to the others by the bus and the store. */
export async function stopServer({ parts }: Server): Promise<void> {
  const stop = (isManager: boolean): Promise<unknown> =>
    Promise.all(
      parts
        .filter(({ role }) => (role === 'managers') === isManager)
        .map(({ program }) => program.stop('SIGTERM')),
    );
  await stop(true);
  await stop(false);
}

async function answering(name: ServerName, port: number, program: Program): Promise<void> {
  const ready = () =>
    program.exitCode !== undefined ||
    (name === 'relay' ? program.output.includes('ready') : answersOptions(port));
  if ((await eventually(ready, READY_WITHIN_MS)) && program.exitCode === undefined) return;
  await program.stop();
  throw new Error(`${name} did not start on port ${port}:\n${program.output}`);
}

function commandOf(name: SingleName, port: number, folder: string): [string, string[]] {
  switch (name) {
    case 'linewright':
    case 'outbound':
    case 'unrecorded': {
      const file = join(BENCH_FOLDER, name === 'linewright' ? 'manager.yaml' : `${name}.yaml`);
      const words = [LINEWRIGHT, 'start', '-c', file, '--port', String(port)];
      return [process.execPath, [...nodeOptions(), ...words]];
    }
    case 'relay': {
      const ports = [port, CALLER_PORT, PHONES_PORT].map(String);
      return [process.execPath, [join(BENCH_FOLDER, 'relay.ts'), ...ports]];
    }
    default: {
      const words = ['-f', join(BENCH_FOLDER, 'kamailio.cfg'), '-DD', '-E', '-m', '256'];
      // The receive buffer that Linewright asks for: with its own of 256 KB it loses datagrams at 1,000/s.
      words.push('-b', '4194304', '-M', '16', '-Y', folder, '-A', `PORT=${port}`);
      if (name === 'kamailio-digest') words.push('-A', 'WITH_DIGEST');
      if (name === 'kamailio-sca') {
        const tables = join(folder, 'sca');
        cpSync(KAMAILIO_TABLES, tables, { recursive: true });
        words.push('-A', 'WITH_SCA', '-A', `SCA_TABLES="text://${tables}"`);
      }
      return [KAMAILIO, words];
    }
  }
}

/** For the Node that runs Linewright, from LINEWRIGHT_NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=…`. */
function nodeOptions(): string[] {
  const { LINEWRIGHT_NODE_OPTIONS: options = '' } = process.env;
  return options.split(' ').filter((word) => word !== '');
}

/** Whether anything comes back from the port: a refusal will do. */
function answersOptions(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    const finish = (answered: boolean): void => {
      clearTimeout(timer);
      socket.close();
      resolve(answered);
    };
    const timer = setTimeout(() => finish(false), ANSWERS_WITHIN_MS);
    socket.on('message', () => finish(true));
    socket.bind(0, ADDRESS, () => {
      const id = `${process.pid}-${performance.now()}`;
      const lines = [
        `OPTIONS sip:${ADDRESS}:${port} SIP/2.0`,
        `Via: SIP/2.0/UDP ${ADDRESS}:${socket.address().port};branch=z9hG4bK${id};rport`,
        'Max-Forwards: 70',
        `From: <sip:bench@${ADDRESS}>;tag=${id}`,
        `To: <sip:${ADDRESS}:${port}>`,
        `Call-ID: ${id}`,
        'CSeq: 1 OPTIONS',
        'Content-Length: 0',
      ];
      socket.send(`${lines.join('\r\n')}\r\n\r\n`, port, ADDRESS);
    });
  });
}
