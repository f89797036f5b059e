/** What a server is put through for one figure: calls, registrations, and the same with its memory looked at. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Capture } from './capture.ts';
import { clusterCounts, lockMedianMs } from './metrics.ts';
import { cpuMs, memoryKb } from './processes.ts';
import { ADDRESS, CALLER_PORT, PHONES_PORT, pidsOf, type Server } from './servers.ts';
import { type Load, Phones, send } from './sipp.ts';

const REGISTERING_PORT = 28_071;
const PHONES_REGISTER_PER_SECOND = 50;
const TALK_MS = 1000;
const RING_MS = 100;
/** Addresses of record that are refreshed again and again. */
const REFRESHED = 1000;
const NEW_CONTACTS_PER_SECOND = 2000;
/** For what was just handed over, and for the garbage collectors of both worlds. */
const SETTLE_MS = 1000;
const ROLES = ['managers', 'bus', 'store'] as const;

/**
 * What was measured; absent: there is none. `p99` goes with a `value` that is a median. Of spread calls:
 * CPU time in all, without what the same processes take in the same time when nothing goes on (`net`),
 * and in each role; `idle`: that in ms per second; post-dial delay and the line's lock in ms; packets
 * between managers. `notifies`: for each call, of phones that have lamps.
 */
export type FigureName =
  | 'value'
  | 'p99'
  | 'net'
  | 'managers'
  | 'bus'
  | 'store'
  | 'idle'
  | 'delay'
  | 'delay99'
  | 'lock'
  | 'packets'
  | 'notifies';
export type Figures = { readonly [Name in FigureName]?: number };

/** One measurement, and what went wrong. */
export type Sample = {
  readonly figures: Figures;
  readonly faults: readonly string[];
  readonly retransmissions: number;
};

/** A number that leaves. */
const OUTSIDE = '902079460018';

/** The phones of one line. They serve every server that they are registered with. */
export class CalledLine {
  readonly number: string;
  readonly #count: number;
  readonly #devices: boolean;
  readonly #folder: string;
  readonly #phones: Phones;

  /** `devices`: each phone is a device of its own (spread.yaml), or all are contacts of one. */
  constructor(number: string, count: number, folder: string, devices = false) {
    this.number = number;
    this.#count = count;
    this.#devices = devices;
    this.#folder = folder;
    this.#phones = new Phones(count, PHONES_PORT, RING_MS, folder);
  }

  /** Registers all phones; throws if the server will not have them. */
  async register(server: Server): Promise<void> {
    for (const [at, port] of server.registrars.entries()) {
      const contacts = Array.from({ length: this.#count }, (_, index) => [
        this.#devices ? `${this.number}-${String(index + 1).padStart(2, '0')}` : this.number,
        `${ADDRESS}:${PHONES_PORT + index}`,
      ]).filter((_, index) => index % server.registrars.length === at);
      if (contacts.length === 0) continue;
      const load = {
        scenario: 'register',
        port: REGISTERING_PORT,
        perSecond: PHONES_REGISTER_PER_SECOND,
        calls: contacts.length,
        fields: writeFields(contacts, this.#folder, 'phones.csv'),
      };
      const { faults } = await send(load, { ...server, port }, this.#folder);
      if (faults.length > 0) throw new Error(faults.join('\n'));
    }
    // Managers tell each other where the line is.
    if (server.registrars.length > 1) await wait(SETTLE_MS);
  }

  /** Calls of one second each: CPU time per call. */
  async call(server: Server, perSecond: number, seconds: number): Promise<Sample> {
    const calls = Math.round(perSecond * seconds);
    const load = { ...this.#load(perSecond, calls), pauseMs: TALK_MS };
    // The pattern for it leads to a route list.
    const number = server.name === 'outbound' ? OUTSIDE : this.number;
    return this.#measured(server, { ...load, number });
  }

  /** The same with a capture beside it: milliseconds until it rings, which half of the calls and 99 % keep to. */
  async dial(server: Server, perSecond: number, seconds: number): Promise<Sample> {
    const capture = await Capture.start(CALLER_PORT, this.#folder);
    if (typeof capture === 'string') return fault(capture);
    const { faults, retransmissions } = await this.call(server, perSecond, seconds);
    const delays = (await capture.stop()).sort((a, b) => a - b);
    if (delays.length === 0) return fault('no 180 was captured');
    const figures = { value: quantile(delays, 0.5), p99: quantile(delays, 0.99) };
    return { figures, faults, retransmissions };
  }

  /** Calls through one manager or several, and all that there is to know of them. `idleMs`: see `idleMsPerS`. */
  async spread(
    server: Server,
    options: { readonly perSecond: number; readonly seconds: number; readonly idle: number },
  ): Promise<Sample> {
    const { perSecond, seconds, idle } = options;
    const capture = await Capture.start(CALLER_PORT, this.#folder);
    if (typeof capture === 'string') return fault(capture);
    const before = await clusterCounts(server.metrics);
    const roles = { managers: 0, bus: 0, store: 0 };
    for (const role of ROLES) roles[role] = -cpuMs(pidsOf(server, role));
    const beganMs = performance.now();
    const calls = Math.round(perSecond * seconds);
    const load = { ...this.#load(perSecond, calls), pauseMs: TALK_MS };
    const sample = await this.#measured(server, load);
    const lastedMs = performance.now() - beganMs;
    for (const role of ROLES) roles[role] += cpuMs(pidsOf(server, role));
    const after = await clusterCounts(server.metrics);
    const delays = (await capture.stop()).sort((a, b) => a - b);
    const value = (roles.managers + roles.bus + roles.store) / calls;
    const figures = {
      value,
      net: value - (idle * lastedMs) / 1000 / calls,
      managers: roles.managers / calls,
      bus: roles.bus / calls,
      store: roles.store / calls,
      idle,
      delay: quantile(delays, 0.5),
      delay99: quantile(delays, 0.99),
      lock: lockMedianMs(before, after),
      packets: (after.packets - before.packets) / calls,
    };
    return { ...sample, figures };
  }

  /**
   * Holds `calls` at once and then half as many more: KB that the server grew by for each while the last
   * `calls` of them came up. The first take up the room that the warm-up has left.
   */
  async weigh(server: Server, calls: number, perSecond: number): Promise<Sample> {
    const earlierMs = (calls / 2 / perSecond) * 1000 + RING_MS;
    let [earlierKb, upKb] = [Number.NaN, Number.NaN];
    const earlier = async (): Promise<void> => {
      await wait(earlierMs);
      earlierKb = memoryKb(pidsOf(server));
    };
    const look = async (): Promise<void> => {
      upKb = memoryKb(pidsOf(server));
    };
    const held = this.hold(server, { calls: calls * 1.5, perSecond, look });
    const [sample] = await Promise.all([held, earlier()]);
    return { ...sample, figures: { value: (upKb - earlierKb) / calls } };
  }

  /** Holds `calls` at once; `look` is called when all are up, and they end after that. */
  async hold(
    server: Server,
    options: {
      readonly calls: number;
      readonly perSecond: number;
      readonly look: () => Promise<void>;
    },
  ): Promise<Sample> {
    const { calls, perSecond, look } = options;
    const rampMs = (calls / perSecond) * 1000;
    const load = { ...this.#load(perSecond, calls), pauseMs: rampMs + 4 * SETTLE_MS };
    return this.#measured(server, load, async () => {
      await wait(rampMs + RING_MS + 2 * SETTLE_MS);
      await look();
    });
  }

  async stop(): Promise<void> {
    await this.#phones.stop();
  }

  #load(perSecond: number, calls: number): Load {
    return { scenario: 'caller', port: CALLER_PORT, perSecond, calls, number: this.number };
  }

  async #measured(server: Server, load: Load, during?: () => Promise<void>): Promise<Sample> {
    const before = this.#phones.counts;
    const sample = await measured(server, load, this.#folder, during);
    const faults = [...sample.faults, ...(await this.#phones.settled(before, load.calls))];
    return { ...sample, faults };
  }
}

/** Refreshes of registrations: CPU time for each, with its challenge if `digest`. */
export function refresh(
  server: Server,
  options: { readonly perSecond: number; readonly seconds: number; readonly digest: boolean },
  folder: string,
): Promise<Sample> {
  const { perSecond, seconds, digest } = options;
  const calls = Math.round(perSecond * seconds);
  const load = registrations({ calls, perSecond, users: REFRESHED, digest }, folder);
  return measured(server, load, folder);
}

/** CPU time in ms that the server takes in a second in which nothing goes on. */
export async function idleMsPerS(server: Server, seconds: number): Promise<number> {
  await wait(2 * SETTLE_MS);
  const beforeMs = cpuMs(pidsOf(server));
  const beganMs = performance.now();
  await wait(seconds * 1000);
  return ((cpuMs(pidsOf(server)) - beforeMs) * 1000) / (performance.now() - beganMs);
}

/** Registers `contacts`: KB that the server grew by for each that it did not know from its warm-up. */
export async function remember(server: Server, contacts: number, folder: string): Promise<Sample> {
  const beforeKb = memoryKb(pidsOf(server));
  const perSecond = NEW_CONTACTS_PER_SECOND;
  const load = registrations(
    { calls: contacts, perSecond, users: contacts, digest: false },
    folder,
  );
  const sample = await measured(server, load, folder);
  await wait(2 * SETTLE_MS);
  const grownKb = memoryKb(pidsOf(server)) - beforeKb;
  return { ...sample, figures: { value: grownKb / (contacts - REFRESHED) } };
}

async function measured(
  server: Server,
  load: Load,
  folder: string,
  during?: () => Promise<void>,
): Promise<Sample> {
  const beforeMs = cpuMs(pidsOf(server));
  const { faults, retransmissions } = await send(load, server, folder, during);
  const figures = { value: (cpuMs(pidsOf(server)) - beforeMs) / load.calls };
  return { figures, faults, retransmissions };
}

function registrations(
  options: {
    readonly calls: number;
    readonly perSecond: number;
    readonly users: number;
    readonly digest: boolean;
  },
  folder: string,
): Load {
  const { calls, perSecond, users, digest } = options;
  // Letters as in examples/one-manager: `u…` have a password, `n…` are let in.
  const rows = Array.from({ length: users }, (_, index) => {
    const user = `${digest ? 'u' : 'n'}${String(index).padStart(5, '0')}`;
    const credentials = `[authentication username=${user} password=secret]`;
    return [user, digest ? credentials : `${ADDRESS}:${REGISTERING_PORT}`];
  });
  const fields = writeFields(rows, folder, 'users.csv');
  const scenario = digest ? 'register-digest' : 'register';
  return { scenario, port: REGISTERING_PORT, perSecond, calls, fields };
}

function writeFields(rows: readonly (readonly string[])[], folder: string, name: string): string {
  const path = join(folder, name);
  writeFileSync(path, `SEQUENTIAL\n${rows.map((row) => `${row.join(';')};\n`).join('')}`);
  return path;
}

function quantile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

function fault(why: string): Sample {
  return { figures: {}, faults: [why], retransmissions: 0 };
}
