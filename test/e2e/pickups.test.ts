/**
 * Calls that are picked up from another phone by dialling a code, at three managers that are processes of their own, with
 * a real bus and a real store: the phone that rings is at the first, who calls at the second, who picks up at the third.
 * All of them are SIPp's.
 */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { startCluster, stopServer } from '../../bench/servers.ts';
import { freePortsInRow } from '../support/free-ports.ts';
import { temporaryFolder } from './support/linewright-process.ts';
import { registerFrom } from './support/registration.ts';
import { Sipp, type SippSetup } from './support/sipp.ts';
import { callerScenario, phoneScenario, pickerScenario } from './support/sipp-scenarios.ts';
import { eventually } from './support/waiting.ts';

const DOMAIN = 'pbx.test';
const LINGER_MS = 100;
const WITHIN_MS = 20_000;
const PICKER = { domain: DOMAIN, lingerMs: LINGER_MS };

/** Line 2001 has one process in the cluster, 2002 one at each manager; each has one phone. Only carl is in their group. */
const DIRECTORY = {
  devices: Object.fromEntries(
    ['caller', 'ana', 'ben', 'carl', 'dora'].map((user) => [
      user,
      {
        accept_from: '127.0.0.1/32',
        ...(user === 'carl' ? { number: '1003', pickup_group: 'sales' } : {}),
        ...(user === 'dora' ? { number: '1004', pickup_group: 'others' } : {}),
      },
    ]),
  ),
  lines: {
    2001: { mode: 'single', pickup_group: 'sales', members: { ana: { device: 'ana' } } },
    2002: { mode: 'replicated', pickup_group: 'sales', members: { ben: { device: 'ben' } } },
  },
  pickup_groups: { sales: { name: 'Sales', number: '1' }, others: { name: 'Others' } },
};

type User = 'caller' | 'ana' | 'ben' | 'carl' | 'dora';

class Stage {
  readonly #context: TestContext;
  readonly #folder: string;
  /** Ports of the managers, and the next one of a phone. */
  readonly #servers: readonly number[];
  #port: number;
  #count = 0;

  private constructor(
    context: TestContext,
    folder: string,
    servers: readonly number[],
    port: number,
  ) {
    this.#context = context;
    this.#folder = folder;
    this.#servers = servers;
    this.#port = port;
  }

  static async open(context: TestContext): Promise<Stage> {
    const folder = temporaryFolder(context);
    const directory = join(folder, 'directory.yaml');
    writeFileSync(directory, JSON.stringify(DIRECTORY));
    const firstPort = await freePortsInRow(40);
    const port = await freePortsInRow(30);
    const cluster = await startCluster('managers-3', folder, { firstPort, directory });
    context.after(() => stopServer(cluster));
    return new Stage(context, folder, [firstPort, firstPort + 1, firstPort + 2], port);
  }

  /** A phone of that user at the first manager, which rings until it is told that it need not. */
  async phone(user: User): Promise<Sipp> {
    const [registrarPort = 0] = this.#servers;
    const localPort = this.#port++;
    const contact = `127.0.0.1:${localPort}`;
    await registerFrom(localPort, { user, password: '', domain: DOMAIN, contact, registrarPort });
    return this.#sipp(user, phoneScenario({ name: user, contact, lingerMs: LINGER_MS }), {
      localPort,
      remotePort: registrarPort,
    });
  }

  /** Calls that number by way of the second manager, and talks for a moment when somebody has answered. */
  caller(number: string): Sipp {
    const [, remotePort = 0] = this.#servers;
    const localPort = this.#port++;
    const scenario = callerScenario({
      ...{ user: 'caller', domain: DOMAIN, number, contact: `127.0.0.1:${localPort}` },
      ...{ talkMs: 300, lingerMs: LINGER_MS },
    });
    const starts = { calls: 1, rate: 1 };
    return this.#sipp('caller', scenario, { localPort, remotePort, starts });
  }

  /** Dials that by way of the third manager: what it says in the end. */
  async dial(user: User, dialled: string): Promise<string> {
    const [, , remotePort = 0] = this.#servers;
    const localPort = this.#port++;
    const contact = `127.0.0.1:${localPort}`;
    const scenario = pickerScenario({ ...PICKER, user, dialled, contact });
    const starts = { calls: 1, rate: 1 };
    const sipp = this.#sipp(user, scenario, { localPort, remotePort, starts });
    assert.equal(await sipp.finished(WITHIN_MS), 0, sipp.trouble);
    return said(sipp);
  }

  #sipp(user: User, scenario: string, how: Pick<SippSetup, 'localPort' | 'remotePort' | 'starts'>) {
    const name = `${user}-${this.#count++}`;
    return new Sipp(this.#context, { name, folder: this.#folder, scenario, ...how });
  }
}

function said(sipp: Sipp): string {
  return sipp.events.map(({ what, detail }) => `${what} ${detail}`.trim()).join(', ');
}

const ELSEWHERE = 'SIP;cause=200;text="Call completed elsewhere"';

test('SIPp: what rings at one manager is picked up at another, of a call that came to a third', {
  timeout: 120_000,
}, async (t) => {
  const stage = await Stage.open(t);
  const phones = { 2001: await stage.phone('ana'), 2002: await stage.phone('ben') };
  for (const number of [2001, 2002] as const)
    for (const code of ['*98', '*981', `*8${number}`])
      await t.test(`${number} by ${code}`, async () => {
        const phone = phones[number];
        const before = said(phone).length;
        const since = () => said(phone).slice(before).replace(/^, /, '');
        const caller = stage.caller(String(number));
        const isRung = () => since() === 'invited';
        await eventually(`the phone of ${number} rings`, isRung, 8000, () => caller.trouble);
        // Who is in another group has none of it.
        const refused = [await stage.dial('dora', '*98'), await stage.dial('dora', `*8${number}`)];
        const picked = await stage.dial('carl', code);
        assert.equal(await caller.finished(WITHIN_MS), 0, caller.trouble);
        await eventually('its phone is told', () => since().includes('cancelled'), 8000, since);
        assert.deepEqual(
          { refused, picked, caller: said(caller), phone: since() },
          {
            refused: ['refused LW-3461', 'refused LW-3483'],
            picked: 'picked, released',
            caller: 'ended carl',
            phone: `invited, cancelled ${ELSEWHERE}`,
          },
        );
      });
});
