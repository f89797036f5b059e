/** The servers that are measured, each started as its user would, on 127.0.0.1. */
import { createSocket } from 'node:dgram';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { eventually, Program } from './processes.ts';

export const ADDRESS = '127.0.0.1';
export const CALLER_PORT = 28_070;
/** Of the first phone; the others follow. */
export const PHONES_PORT = 28_100;
export const BENCH_FOLDER = import.meta.dirname;
/** Debian puts it where only root's PATH leads. */
export const KAMAILIO = existsSync('/usr/sbin/kamailio') ? '/usr/sbin/kamailio' : 'kamailio';

const LINEWRIGHT = resolve(BENCH_FOLDER, '../bin/linewright.mjs');
const PORTS = { linewright: 28_060, kamailio: 28_061, 'kamailio-digest': 28_062, relay: 28_063 };
const READY_WITHIN_MS = 30_000;
const ANSWERS_WITHIN_MS = 200;

export type ServerName = keyof typeof PORTS;

export type Server = {
  readonly name: ServerName;
  readonly port: number;
  readonly program: Program;
};

/** Starts it and waits until it answers. Throws with what it printed if it does not. */
export async function startServer(name: ServerName, folder: string): Promise<Server> {
  const port = PORTS[name];
  const program = new Program(...commandOf(name, port, folder), folder);
  const ready = () =>
    program.exitCode !== undefined ||
    (name === 'relay' ? program.output.includes('ready') : answersOptions(port));
  if (!(await eventually(ready, READY_WITHIN_MS)) || program.exitCode !== undefined) {
    await program.stop();
    throw new Error(`${name} did not start on port ${port}:\n${program.output}`);
  }
  return { name, port, program };
}

function commandOf(name: ServerName, port: number, folder: string): [string, string[]] {
  switch (name) {
    case 'linewright': {
      const file = join(BENCH_FOLDER, 'manager.yaml');
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
