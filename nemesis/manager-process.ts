/**
 * One manager as its supervisor runs it: `linewright start` with a file of its own, as a user of its
 * own; started again when it has ended. What its log says of the cluster and of appearances is kept.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, createWriteStream, mkdirSync, type WriteStream, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Logged } from './records.ts';
import { ADDRESS, DOMAIN, FIRST_UID, MANAGERS, SIP_PORT } from './site.ts';

const SCRIPT = resolve(import.meta.dirname, '../bin/linewright.mjs');
/** What the script gives to the Node that it starts: with it there is only one process. */
const NODE_FLAGS = ['--max-semi-space-size=32'];
const RESTART_MS = 500;
const COMPLAINTS_MAX = 40;

export type ManagerSetup = {
  readonly index: number;
  /** Of the whole run; the directory is in `directory` there. */
  readonly folder: string;
  readonly bus: {
    readonly servers: readonly string[];
    readonly user: string;
    readonly password: string;
  };
  readonly store: readonly string[];
  readonly ready: () => void;
  readonly logged: (logged: Logged) => void;
};

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

export class ManagerProcess {
  readonly id: string;
  /** Warnings and errors, the latest last. */
  readonly complaints: string[] = [];
  /** How often it was started. */
  starts = 0;
  readonly #setup: ManagerSetup;
  readonly #file: string;
  readonly #uid: number;
  readonly #home: string;
  readonly #log: WriteStream;
  #child: ChildProcess | undefined;
  #restart: NodeJS.Timeout | undefined;
  #isWanted = true;

  constructor(setup: ManagerSetup) {
    const { index, folder } = setup;
    this.#setup = setup;
    this.id = MANAGERS[index] ?? '';
    this.#uid = FIRST_UID + index;
    this.#home = join(folder, this.id);
    mkdirSync(this.#home);
    chownSync(this.#home, this.#uid, this.#uid);
    this.#file = join(folder, `${this.id}.yaml`);
    writeFileSync(this.#file, managerFile(setup, this.id));
    this.#log = createWriteStream(join(folder, `${this.id}.log`));
  }

  start(): void {
    this.starts++;
    const args = [...NODE_FLAGS, SCRIPT, 'start', '-c', this.#file];
    const { PATH } = process.env;
    const env = {
      PATH,
      HOME: this.#home,
      TMPDIR: this.#home,
      LINEWRIGHT_RUNTIME: join(this.#home, 'run'),
    };
    const child = spawn(process.execPath, args, {
      uid: this.#uid,
      gid: this.#uid,
      cwd: this.#home,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    running.add(child);
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) continue;
      createInterface(stream).on('line', (line) => this.#read(line));
    }
    child.once('exit', (code, signal) => {
      running.delete(child);
      this.#log.write(`--- ended: ${code ?? signal}\n`);
      if (this.#isWanted) this.#restart = setTimeout(() => this.start(), RESTART_MS);
    });
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  async stop(): Promise<void> {
    this.#isWanted = false;
    clearTimeout(this.#restart);
    const child = this.#child;
    if (child !== undefined && running.has(child)) {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    }
    this.#log.end();
  }

  #read(line: string): void {
    this.#log.write(`${line}\n`);
    // A line of JSON for each event; most are of no interest, and there are many.
    if (line.includes('"event":"call offered"')) {
      const entry = parse(line);
      const { leg, appearance } = entry;
      if (typeof appearance !== 'number') return;
      const atMs = timeOf(entry);
      const { index: manager, logged } = this.#setup;
      logged({ type: 'offered', atMs, manager, callId: String(leg), appearance });
    } else if (line.includes('"event":"manager ')) this.#noteMembership(parse(line));
    if (!line.startsWith('{"level":"debug"') && !line.startsWith('{"level":"info"')) {
      this.complaints.push(line);
      if (this.complaints.length > COMPLAINTS_MAX) this.complaints.shift();
    }
  }

  #noteMembership(entry: Entry): void {
    const { index, logged, ready } = this.#setup;
    const note = (type: 'joined' | 'left' | 'fenced', home: unknown): void =>
      logged({ type, atMs: timeOf(entry), manager: index, home: String(home) });
    switch (entry.event) {
      case 'manager ready':
        return ready();
      case 'manager joined':
        return note('joined', entry.home);
      case 'manager left':
        return note('left', entry.left);
      case 'manager fenced':
        return note('fenced', entry.home);
      default:
    }
  }
}

/** Of a line of the log what is of interest here. */
type Entry = {
  readonly [Name in 'time' | 'event' | 'home' | 'left' | 'leg' | 'appearance']?: unknown;
};

function parse(line: string): Entry {
  try {
    const entry: unknown = JSON.parse(line);
    return typeof entry === 'object' && entry !== null ? { ...entry } : {};
  } catch {
    // The last line of one that was killed.
    return {};
  }
}

/** On this process's own clock. */
function timeOf(entry: Entry): number {
  return Date.parse(String(entry.time)) - performance.timeOrigin;
}

/** JSON is YAML. */
function managerFile({ index, bus, store }: ManagerSetup, id: string): string {
  return JSON.stringify({
    manager: { id },
    cluster: { name: 'lw1', bus, store },
    sip: { domain: DOMAIN, listen: [`udp://${ADDRESS}:${SIP_PORT + index}`] },
    web: 'off',
    log: { level: 'debug', format: 'json' },
    security: { bans: 'off', loopback_only: 'on' },
    directory: 'directory/',
  });
}
