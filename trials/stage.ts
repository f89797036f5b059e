/**
 * Where trials are held: managers of a cluster as real processes with a bus and a store, on loopback, and
 * scripted phones of one shared line, each on a socket of its own, at one manager after the other.
 */
import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Server, startCluster, stopServer } from '../bench/servers.ts';
import { udp } from '../src/testkit/network.ts';
import { ScaPhone } from '../src/testkit/phones/sca-phone.ts';
import { UdpPlace } from '../src/testkit/phones/udp-place.ts';
import { freePortsInRow } from '../test/support/free-ports.ts';

/** How many managers there may be. */
export const SIZES = [2, 3, 5] as const;
export type Size = (typeof SIZES)[number];

/** A line for each mode, with a seat for each phone. */
export const MODES = ['single', 'replicated'] as const;
export type Mode = (typeof MODES)[number];

export type StageOptions = {
  readonly managers: Size;
  readonly mode: Mode;
  /** At most 16. */
  readonly phones: number;
};

const ADDRESS = '127.0.0.1';
const DOMAIN = 'pbx.test';
const SEATS = 16;
const APPEARANCES = 4;
/** What a cluster of five takes. */
const PORTS = 40;
const READY_MS = 10_000;
const ATTEMPTS_MAX = 3;
const LINES = { single: '2000', replicated: '2100' } as const;
const PREFIXES = { single: 's', replicated: 'r' } as const;

export class TrialStage {
  readonly phones: readonly ScaPhone[];
  readonly #places: readonly UdpPlace[];
  readonly #server: Server;
  readonly #folder: string;

  private constructor(
    phones: readonly ScaPhone[],
    places: readonly UdpPlace[],
    server: Server,
    folder: string,
  ) {
    this.phones = phones;
    this.#places = places;
    this.#server = server;
    this.#folder = folder;
  }

  /** Resolves when all phones see the line. Throws with what programs printed if they do not run. */
  static async open({ managers, mode, phones: count }: StageOptions): Promise<TrialStage> {
    const folder = mkdtempSync(join(tmpdir(), 'linewright-trials-'));
    const directory = join(folder, 'directory.yaml');
    writeFileSync(directory, directoryText());
    const server = await start(managers, folder, directory);
    const places: UdpPlace[] = [];
    const phones: ScaPhone[] = [];
    const [first = 0, ...others] = server.registrars;
    for (let at = 0; at < count; at++) {
      const place = await UdpPlace.open(ADDRESS);
      places.push(place);
      const port = [first, ...others][at % managers] ?? first;
      const phone = new ScaPhone({
        user: deviceOf(mode, at),
        aor: LINES[mode],
        domain: DOMAIN,
        address: place.address,
        server: udp(ADDRESS, port),
        agenda: place,
        network: place,
        random: { next32: () => randomInt(2 ** 32) },
      });
      phones.push(phone);
      phone.boot();
      await place.until(() => phone.line?.state === 'active', READY_MS);
    }
    return new TrialStage(phones, places, server, folder);
  }

  /** Until it is so of that phone, which is asked whenever it has heard of something. */
  async until(at: number, isSo: (phone: ScaPhone) => boolean, withinMs = READY_MS): Promise<void> {
    const [place, phone] = [this.#places[at], this.phones[at]];
    if (place === undefined || phone === undefined) throw new RangeError(`no phone ${at}`);
    await place.until(() => isSo(phone), withinMs);
  }

  async close(): Promise<void> {
    for (const phone of this.phones) phone.leave();
    await Promise.all(this.#places.map((place) => place.close()));
    await stopServer(this.#server);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** A manager that finds the store silent while all are starting ends, and wants to be started again. */
async function start(managers: Size, folder: string, directory: string): Promise<Server> {
  for (let attempt = 1; ; attempt++)
    try {
      const firstPort = await freePortsInRow(PORTS);
      return await startCluster(`managers-${managers}`, folder, { firstPort, directory });
    } catch (error) {
      if (attempt === ATTEMPTS_MAX) throw error;
    }
}

function deviceOf(mode: Mode, at: number): string {
  return `${PREFIXES[mode]}${String(at + 1).padStart(2, '0')}`;
}

/** JSON is YAML. */
function directoryText(): string {
  const devices: Record<string, unknown> = {};
  const lines: Record<string, unknown> = {};
  for (const mode of MODES) {
    const members: Record<string, unknown> = {};
    for (let at = 0; at < SEATS; at++) {
      const device = deviceOf(mode, at);
      devices[device] = { accept_from: '127.0.0.0/8' };
      members[device] = { device };
    }
    lines[LINES[mode]] = { mode, appearances: APPEARANCES, members };
  }
  return JSON.stringify({ devices, lines });
}

/** Of values in any order; 0 when there are none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
}
