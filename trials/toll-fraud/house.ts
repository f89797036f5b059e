/**
 * Where the table of toll fraud is held: a manager just installed, as a process of its own, with the directory that
 * a small office would write; its phones, its gateways, and strangers. All on loopback, each at an address.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { eventually, Program } from '../../bench/processes.ts';
import { freePortsInRow } from '../../test/support/free-ports.ts';
import { Actor, type Dialog, DOMAIN, type Order, type Reply } from './actor.ts';

const READY_MS = 20_000;
const MANAGER = resolve(import.meta.dirname, '../../bin/linewright.mjs');
const PASSWORD = 'open sesame';

/** Who is there, by name: phones have an account and a number, gateways an entry of their own. */
const PHONES = {
  /** May call out. */
  ana: '127.0.0.11',
  /** May call in the house only. */
  ben: '127.0.0.12',
  /** May call nobody. */
  cas: '127.0.0.13',
  /** Everything is blocked for it. */
  dan: '127.0.0.14',
  /** Has no number, and is in no search space. */
  eve: '127.0.0.15',
  /** Has no password: it is believed by its address. */
  fay: '127.0.0.16',
  /** Two on one line. */
  gus: '127.0.0.17',
  hal: '127.0.0.18',
} as const;
const GATEWAYS = {
  /** Calls go out there. */
  out: '127.0.0.51',
  /** Its identities are believed. */
  trusted: '127.0.0.52',
  /** What comes in there may go out. */
  transit: '127.0.0.53',
  /** Has one line. */
  narrow: '127.0.0.54',
} as const;
/** Somebody who has nothing to do with us, and is not to be drawn in. */
const ELSEWHERE = '127.0.0.66';

export type PhoneName = keyof typeof PHONES;
export type GatewayName = keyof typeof GATEWAYS;
export type Name = PhoneName | GatewayName;

export class House {
  readonly actors: Readonly<Record<Name, Actor>>;
  readonly elsewhere: Actor;
  readonly port: number;
  readonly #manager: Program;
  readonly #folder: string;
  readonly #strangers: Promise<Actor>[] = [];

  private constructor(
    actors: House['actors'],
    elsewhere: Actor,
    port: number,
    manager: Program,
    folder: string,
  ) {
    this.actors = actors;
    this.elsewhere = elsewhere;
    this.port = port;
    this.#manager = manager;
    this.#folder = folder;
  }

  /** Throws with what the manager printed if it does not run. */
  static async open(): Promise<House> {
    const folder = mkdtempSync(join(tmpdir(), 'linewright-fraud-'));
    const server = await freePortsInRow(2);
    const port = server + 1;
    writeFileSync(join(folder, 'directory.yaml'), JSON.stringify(directory(port)));
    const file = join(folder, 'manager.yaml');
    const listen = `udp://127.0.0.1:${server}`;
    writeFileSync(
      file,
      JSON.stringify({
        manager: { id: 'fresh' },
        sip: { domain: DOMAIN, listen },
        web: 'off',
        directory: 'directory.yaml',
      }),
      { mode: 0o600 },
    );
    const manager = new Program(process.execPath, [MANAGER, 'start', '-c', file], folder);
    const isReady = () => manager.exitCode !== undefined || /\bready\b/.test(manager.output);
    if (!(await eventually(isReady, READY_MS)) || manager.exitCode !== undefined) {
      await manager.stop();
      rmSync(folder, { recursive: true, force: true });
      throw new Error(`the manager does not run:\n${manager.output}`);
    }
    const actors: Record<string, Actor> = {};
    for (const [user, address] of Object.entries(PHONES))
      actors[user] = await Actor.open({ address, user, password: PASSWORD, server });
    for (const [user, address] of Object.entries(GATEWAYS))
      actors[user] = await Actor.open({ address, port, user, server });
    const elsewhere = await Actor.open({ address: ELSEWHERE, port, user: 'nobody', server });
    const all = actors as Record<Name, Actor>;
    const house = new House(all, elsewhere, server, manager, folder);
    // One that has not registered may call, and cannot be called.
    for (const name of Object.keys(PHONES))
      if (name !== 'eve') await house.register(all[name as PhoneName]);
    return house;
  }

  async register(actor: Actor, contact?: string): Promise<Reply> {
    const { user } = actor.options;
    return actor.ask({
      method: 'REGISTER',
      uri: `sip:${DOMAIN}`,
      to: `<sip:${user}@${DOMAIN}>`,
      headers: 'Expires: 600\r\n',
      ...(contact === undefined ? {} : { contact }),
    });
  }

  /** One at an address that has not been seen before; without an account unless told. */
  async stranger(user = 'mallory', password?: string, port = 0): Promise<Actor> {
    const count = this.#strangers.length;
    const address = `127.0.${1 + Math.floor(count / 200)}.${1 + (count % 200)}`;
    const known = password === undefined ? {} : { password };
    const opening = Actor.open({ address, port, user, ...known, server: this.port });
    this.#strangers.push(opening);
    return opening;
  }

  /** The URI of a number at an address, of a gateway for instance. */
  at(number: string, name: Name | 'elsewhere'): string {
    const actor = name === 'elsewhere' ? this.elsewhere : this.actors[name];
    return `sip:${number}@${actor.at}`;
  }

  /** Two who talk, as the caller and as the called see it. */
  async talk(caller: Actor, called: PhoneName, uri?: string): Promise<readonly [Dialog, Dialog]> {
    const own = await caller.call({ uri: uri ?? uriOf(NUMBERS[called]) });
    const phone = this.actors[called];
    await phone.until(() => phone.taken.length > 0);
    const [other] = phone.taken;
    if (other === undefined) throw new Error(`${called} has no call`);
    return [own, other];
  }

  /** What has come to gateways, and elsewhere, since the last time. */
  async takeOut(): Promise<string[]> {
    // Whatever the manager has sent before this answer is at its socket by then.
    const probe = await this.stranger();
    await probe.ask({ method: 'OPTIONS', uri: `sip:${DOMAIN}` });
    probe.close();
    for (let turn = 0; turn < 3; turn++) await setImmediate();
    const gateways = Object.keys(GATEWAYS).flatMap((name) =>
      this.actors[name as GatewayName].came.splice(0).map((what) => `${name} ${what}`),
    );
    return [...gateways, ...this.elsewhere.came.splice(0).map((what) => `elsewhere ${what}`)];
  }

  /** All phones and gateways do as they did at the beginning. */
  reset(): void {
    for (const actor of Object.values(this.actors)) {
      actor.habit = { does: 'take' };
      actor.taken.length = 0;
      actor.notified.length = 0;
      actor.came.length = 0;
    }
  }

  /** As a phone of the house calls a number. */
  dial(name: Name, number: string, more: Partial<Order> = {}): Promise<Reply> {
    return this.actors[name].ask({ method: 'INVITE', uri: uriOf(number), ...more });
  }

  async close(): Promise<void> {
    for (const actor of Object.values(this.actors)) actor.close();
    this.elsewhere.close();
    for (const opened of await Promise.allSettled(this.#strangers))
      if (opened.status === 'fulfilled') opened.value.close();
    await this.#manager.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

export const NUMBERS: Readonly<Record<PhoneName, string>> = {
  ana: '2001',
  ben: '2002',
  cas: '2003',
  dan: '2004',
  eve: 'eve',
  fay: '2006',
  gus: '2010',
  hal: '2010',
};

export function uriOf(number: string): string {
  return `sip:${number}@${DOMAIN}`;
}

/** What a small office writes. `port`: of its gateways. */
function directory(port: number): object {
  const phone = (number: string, search?: string, group?: string) => ({
    password: PASSWORD,
    ...(number === '' ? {} : { number }),
    ...(search === undefined ? {} : { search }),
    ...(group === undefined ? {} : { pickup_group: group }),
  });
  const gateway = (name: GatewayName) => ({
    uri: `sip:${GATEWAYS[name]}:${port}`,
    ping: 'off',
  });
  const hunt = (to: string, search: string) => ({ lines: ['2003'], busy: { to }, search });
  const alone = (line: string) => ({ lines: [line] });
  return {
    devices: {
      ana: phone('2001', 'staff', 'house'),
      ben: phone('2002', 'visitors', 'house'),
      cas: phone('2003', 'nobody'),
      dan: phone('2004', 'barred', 'cellar'),
      eve: phone(''),
      // A network that gateways are in, too.
      fay: {
        ...{ accept_from: '127.0.0.0/26', number: '2006' },
        ...{ search: 'staff', pickup_group: 'house' },
      },
      gus: phone(''),
      hal: phone(''),
    },
    lines: {
      '2010': {
        search: 'visitors',
        appearances: 1,
        members: { gus: { device: 'gus' }, hal: { device: 'hal' } },
      },
    },
    pickup_groups: { house: { number: '1' }, cellar: {} },
    hunts: {
      '2901': hunt('902079460018', 'visitors'),
      '2902': hunt('909012345678', 'staff'),
      '2903': hunt('902079460018', 'staff'),
      '2904': hunt('701', 'staff'),
      '2905': hunt('999', 'visitors'),
      '2906': alone('2003'),
      '2907': alone('2001'),
    },
    park: { orbits: '701-703', timeout: '5s', watchers: ['ana'] },
    gateways: {
      out: gateway('out'),
      trusted: { ...gateway('trusted'), trusted: 'on', search: 'inbound' },
      transit: { ...gateway('transit'), search: 'transit' },
      narrow: { ...gateway('narrow'), max_calls: 1 },
    },
    route_plan: {
      partitions: {
        internal: { '2XXX': 'line' },
        orbits: { '70X': 'line' },
        emergency: { '999': { list: 'world', emergency: true } },
        outside: {
          '9.0[12]XXXXXXXXX': { list: 'world', digits: 'strip 9, 0 -> +44' },
          '9.00!': { list: 'world', digits: 'strip 9, 00 -> +' },
          '+!': { list: 'world' },
          '9.09!': 'block',
          '9.0044909!': 'block',
          '+44909!': 'block',
          '8.!': { list: 'thin', digits: 'strip 8' },
        },
        speed: {
          '71': { translate: 'staff', digits: '71 -> 909012345678' },
          '72': { translate: 'circle', digits: '72 -> 73' },
          '73': { translate: 'circle', digits: '73 -> 72' },
          '75': { translate: 'help', digits: '75 -> 999' },
          '74': { translate: 'abroad', digits: '74 -> 902079460018' },
        },
        none: { '0000': 'block' },
        all: { '!': 'block', '+!': 'block' },
        numbers: {
          '+442079460002': { line: '2002' },
          '+442079460010': { line: '2010' },
          '+4420794607XX': { line: 'dialled', digits: 'mask 7XX' },
        },
        through: { '77.!': { list: 'world', digits: '77 -> +' } },
      },
      search: {
        staff: ['internal', 'orbits', 'outside', 'speed'],
        visitors: ['internal', 'orbits'],
        help: ['emergency'],
        circle: ['speed'],
        abroad: ['internal'],
        nobody: ['none'],
        barred: ['all'],
        inbound: ['numbers'],
        transit: ['numbers', 'through', 'orbits'],
      },
      lists: { world: ['out'], thin: ['narrow'] },
    },
  };
}
