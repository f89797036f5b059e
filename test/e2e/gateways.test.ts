/**
 * Calls out through a route list, over gateways that SIPp plays: one that takes calls, and others that fail in all the
 * ways in which gateways do. What the caller hears, and what each gateway has been asked.
 */
import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { freePortsInRow } from '../support/free-ports.ts';
import { startLinewright, temporaryFolder } from './support/linewright-process.ts';
import { Sipp } from './support/sipp.ts';
import { dialScenario, type GatewayHabit, gatewayScenario } from './support/sipp-gateways.ts';
import { eventually } from './support/waiting.ts';

const DOMAIN = 'pbx.test';
const TIMER = '(Session-Expires: [0-9]+|Supported: [a-z0-9, ]*timer)';
const FOREIGN = 'WWW-Authenticate: Digest realm="elsewhere", nonce="x", algorithm=MD5, qop="auth"';

/** Each at an address of its own: that is how the manager knows them apart. */
const GATEWAYS = {
  good: { address: '127.0.0.70', habit: { does: 'takes' } },
  failing: { address: '127.0.0.71', habit: { does: 'refuses', status: '503 Service Unavailable' } },
  silent: { address: '127.0.0.72', habit: { does: 'is silent' } },
  late: { address: '127.0.0.73', habit: { does: 'hesitates', afterMs: 3000 } },
  slow: { address: '127.0.0.74', habit: { does: 'takes', afterMs: 3000 } },
  full: { address: '127.0.0.75', habit: { does: 'takes' } },
  busy: { address: '127.0.0.76', habit: { does: 'refuses', status: '486 Busy Here' } },
  foreign: {
    address: '127.0.0.77',
    habit: { does: 'refuses', status: '401 Unauthorized', headers: [FOREIGN] },
  },
  timed: { address: '127.0.0.80', habit: { does: 'takes', shows: TIMER } },
  untimed: { address: '127.0.0.82', habit: { does: 'takes', shows: TIMER } },
} as const satisfies Record<string, { address: string; habit: GatewayHabit }>;

type Name = keyof typeof GATEWAYS;
const NAMES = Object.keys(GATEWAYS) as Name[];

class Stage {
  readonly #context: TestContext;
  readonly #folder: string;
  readonly #server: number;
  readonly #gateways: Readonly<Record<Name, Sipp>>;
  #port: number;
  #calls = 0;

  private constructor(
    context: TestContext,
    folder: string,
    server: number,
    gateways: Readonly<Record<Name, Sipp>>,
  ) {
    this.#context = context;
    this.#folder = folder;
    this.#server = server;
    this.#gateways = gateways;
    this.#port = server + 3;
  }

  static async open(t: TestContext): Promise<Stage> {
    const folder = temporaryFolder(t);
    const server = await freePortsInRow(30);
    const [web, port] = [server + 1, server + 2];
    const gateways = {} as Record<Name, Sipp>;
    for (const name of NAMES) {
      const { address: localAddress, habit } = GATEWAYS[name];
      const setup = { name, folder, localAddress, localPort: port, remotePort: server };
      gateways[name] = new Sipp(t, { ...setup, scenario: gatewayScenario(habit) });
    }
    const entries = NAMES.map((name) => [
      name,
      {
        uri: `sip:${GATEWAYS[name].address}:${port}`,
        ping: 'off',
        reliable: 'off',
        ...(name === 'full' ? { max_calls: 1 } : {}),
        ...(name === 'untimed' ? { session_timer: 'off' } : {}),
        auth: { user: 'lw', password: 'secret' },
      },
    ]);
    // 90: the first gateway and the good one behind it; 91: the second; and so on.
    const out = NAMES.map((name, at) => [`9${at}`, { list: name }]);
    const lists = NAMES.map((name) => [name, name === 'good' ? [name] : [name, 'good']]);
    await startLinewright(t, {
      folder,
      domain: DOMAIN,
      listen: [`udp://127.0.0.1:${server}`],
      web: `http://127.0.0.1:${web}`,
      devices: [{ user: 'caller', acceptFrom: ['127.0.0.1/32'] }],
      lines: [],
      more: {
        gateways: Object.fromEntries(entries),
        route_plan: {
          partitions: { out: Object.fromEntries(out) },
          search: { default: ['lines', 'out'] },
          lists: Object.fromEntries(lists),
        },
      },
    });
    return new Stage(t, folder, server, gateways);
  }

  /** A call by the list of that gateway, until it is over, after `talkMs` of talk. */
  call(name: Name, talkMs = 200): { readonly over: Promise<string>; readonly heard: () => string } {
    const number = `9${NAMES.indexOf(name)}`;
    const caller = new Sipp(this.#context, {
      name: `caller-${this.#calls++}`,
      folder: this.#folder,
      scenario: dialScenario(number, DOMAIN, talkMs),
      localPort: this.#port++,
      remotePort: this.#server,
      starts: { calls: 1, rate: 1 },
    });
    const heard = () => caller.events.map(({ what, detail }) => `${what} ${detail}`.trim()).join();
    const finish = async () => {
      const code = await caller.finished(20_000);
      assert.equal(code, 0, caller.trouble);
      return heard();
    };
    return { over: finish(), heard };
  }

  /** What each has been asked for that number so far, and did: of those that were. */
  asked(name: Name): Partial<Record<Name, string>> {
    const number = NAMES.indexOf(name) + 90;
    return Object.fromEntries(
      NAMES.flatMap((each) => {
        const events = this.#gateways[each].events.filter(({ call }) => call === number);
        const text = events.map(({ what, detail }) => `${what} ${detail}`.trim()).join(', ');
        return text === '' ? [] : [[each, text]];
      }),
    );
  }

  /** Until the gateways have said the last of it: they log a little later than they act. */
  async until(name: Name, expected: object): Promise<object> {
    const text = JSON.stringify(expected);
    const isSo = () => JSON.stringify(this.asked(name)) === text;
    await eventually(`${name}: ${text}`, isSo, 8000, () => JSON.stringify(this.asked(name)));
    return this.asked(name);
  }
}

const TAKEN = 'invited, released';

test('a call out by a list whose gateways SIPp plays', { timeout: 120_000 }, async (t) => {
  const stage = await Stage.open(t);
  const rows: readonly (readonly [Name, string, object])[] = [
    ['good', 'answered', { good: TAKEN }],
    ['failing', 'answered', { good: TAKEN, failing: 'invited, acknowledged' }],
    ['silent', 'answered', { good: TAKEN, silent: 'invited' }],
    // It says something when nobody waits any more: it is not left with the call.
    ['late', 'answered', { good: TAKEN, late: 'invited, cancelled' }],
    ['slow', 'answered', { slow: TAKEN }],
    ['busy', 'refused 486', { busy: 'invited, acknowledged' }],
    // Asked for credentials by somebody else's name: none are given.
    ['foreign', 'answered', { good: TAKEN, foreign: 'invited, acknowledged' }],
    ['timed', 'answered', { timed: 'invited Session-Expires: 1800, released' }],
    ['untimed', 'answered', { untimed: TAKEN }],
  ];
  for (const [name, heard, asked] of rows)
    await t.test(name, async () => {
      const result = await stage.call(name).over;
      assert.deepEqual([result, await stage.until(name, asked)], [heard, asked]);
    });
  await t.test('full: the next call takes the next one', async () => {
    const first = stage.call('full', 3000);
    await eventually('the first call is up', () => first.heard() === 'answered', 8000);
    const second = await stage.call('full').over;
    const asked = { good: TAKEN, full: TAKEN };
    assert.deepEqual(
      [await first.over, second, await stage.until('full', asked)],
      ['answered', 'answered', asked],
    );
  });
});
