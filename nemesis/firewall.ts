/**
 * Cuts a manager off from the bus or the store, by iptables in the network namespace of the run: its
 * connections are marked by whose user they are and where they go, and what belongs to a marked one is
 * dropped on arrival, both ways, without a word.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { FIRST_UID, MANAGERS } from './site.ts';

export type Plane = 'bus' | 'store';
const PLANES: readonly Plane[] = ['bus', 'store'];
const REACHED_MS = 500;

export class Firewall {
  readonly #ports: Readonly<Record<Plane, readonly number[]>>;

  /** `ports`: where the servers of each listen for managers. */
  constructor(ports: Readonly<Record<Plane, readonly number[]>>) {
    this.#ports = ports;
    for (const manager of MANAGERS.keys())
      for (const plane of PLANES) {
        const match = `-p tcp -m owner --uid-owner ${FIRST_UID + manager}`;
        const where = `-m multiport --dports ${ports[plane].join(',')}`;
        const mark = `-j CONNMARK --set-mark ${markOf(manager, plane)}`;
        iptables(`-t mangle -A OUTPUT ${match} ${where} ${mark}`);
      }
  }

  cut(manager: number, planes: readonly Plane[]): void {
    for (const plane of planes)
      iptables(`-A INPUT -m connmark --mark ${markOf(manager, plane)} -j DROP`);
  }

  heal(): void {
    iptables('-F INPUT');
  }

  /** Throws if a cut lets through what it must not, or takes what it must not. */
  async check(): Promise<void> {
    for (const manager of MANAGERS.keys())
      for (const plane of PLANES) {
        const other = (manager + 1) % MANAGERS.length;
        const elsewhere = plane === 'bus' ? 'store' : 'bus';
        this.cut(manager, [plane]);
        const during = await Promise.all([
          this.#reaches(manager, plane),
          this.#reaches(manager, elsewhere),
          this.#reaches(other, plane),
        ]);
        this.heal();
        const after = await this.#reaches(manager, plane);
        const found = [...during, after].join(' ');
        if (found !== 'false true true true')
          throw new Error(`the firewall does not cut ${MANAGERS[manager]} off ${plane}: ${found}`);
      }
  }

  async #reaches(manager: number, plane: Plane): Promise<boolean> {
    const [port = 0] = this.#ports[plane];
    const script = `
      const socket = require('node:net').connect(${port}, '127.0.0.1');
      socket.on('connect', () => process.exit(0)).on('error', () => process.exit(1));
      setTimeout(() => process.exit(1), ${REACHED_MS});`;
    const uid = FIRST_UID + manager;
    const child = spawn(process.execPath, ['-e', script], { uid, gid: uid, stdio: 'ignore' });
    const [code] = await once(child, 'exit');
    return code === 0;
  }
}

function markOf(manager: number, plane: Plane): number {
  return 1 + manager * PLANES.length + PLANES.indexOf(plane);
}

function iptables(words: string): void {
  execFileSync('iptables', ['-w', '5', ...words.split(' ')], { stdio: 'pipe' });
}
