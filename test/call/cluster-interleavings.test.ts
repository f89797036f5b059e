/**
 * Several managers: whatever devices and callers do, in whatever order what is said and what the store
 * has changed gets to each of them, and whichever process or manager dies in the middle of it: one
 * device at most gets a call, every offer is decided once, a call on surviving phones goes on or ends
 * within five seconds, and nothing is left when all is over.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { Cause } from '../../src/call/cause.ts';
import type { Home, Pid } from '../../src/process/pid.ts';
import { Exchange } from './exchange.ts';
import type { FakeCall, FakeDevice } from './fake-device.ts';
import { directoryOf, lineOf } from './switchboard.ts';

const MEMBERS = ['ana', 'ben', 'cas'];
const parallel = lineOf('2000', MEMBERS);
const DIRECTORY = directoryOf(
  [
    parallel,
    lineOf('2100', MEMBERS, {
      offering: {
        type: 'serial',
        steps: [
          { members: ['ana'], ms: 8000 },
          { members: ['ana', 'ben'], ms: 8000 },
          { members: ['cas'], ms: 8000 },
        ],
      },
    }),
    lineOf('2200', MEMBERS, {
      callsPerMember: 2,
      members: parallel.members.map((member, at) => ({ ...member, ringAfterMs: at * 4000 })),
    }),
  ],
  ['dan', 'eve'],
);
/** Where each phone is, at first. */
const SEATS: readonly (readonly [Home, string])[] = [
  ['a.1', 'ana'],
  ['b.1', 'ana'],
  ['b.1', 'ben'],
  ['c.1', 'cas'],
  ['a.1', 'dan'],
  ['c.1', 'eve'],
];
const NUMBERS = ['2000', '2000', '2000', '2100', '2200', 'ben', 'dan'];
const CAUSES: readonly Cause[] = ['busy', 'declined', 'unreachable'];
/** How long after a death all must be settled. */
const SETTLED_MS = 5000;

const USER_ACTS = [
  'dial',
  'dial',
  'alert',
  'answer',
  'answer',
  'refuse',
  'hang up',
  'detach',
  'register',
] as const;
type UserAct = (typeof USER_ACTS)[number];

type Act =
  | { readonly type: 'deliver'; readonly picks: readonly number[] }
  | { readonly type: 'settle' }
  | { readonly type: 'wait'; readonly ms: number }
  | { readonly type: UserAct; readonly device: number; readonly pick: number }
  | { readonly type: 'crash'; readonly whom: number }
  | { readonly type: 'kill'; readonly home: number; readonly afterMs: number };

const small = fc.nat(8);
const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      type: fc.constant('deliver' as const),
      picks: fc.array(fc.nat(30), { maxLength: 12 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('settle' as const) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('wait' as const), ms: fc.nat(600) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('wait' as const), ms: fc.nat(10_000) }) },
  {
    weight: 14,
    arbitrary: fc.record({ type: fc.constantFrom(...USER_ACTS), device: small, pick: small }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('crash' as const), whom: fc.nat(40) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('kill' as const),
      home: fc.nat(2),
      afterMs: fc.constantFrom(0, 500, 1000),
    }),
  },
);

for (const homes of [
  ['a.1', 'b.1', 'c.1'],
  ['a.1', 'b.1'],
])
  test(`any interleaving of ${homes.length} managers keeps the invariants, and ends with nothing left`, () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 80, size: 'max' }), (acts) => {
        const play = new Play(homes);
        for (const each of acts) play.perform(each);
        play.end();
      }),
      { numRuns: 300 },
    );
  });

class Play {
  readonly #exchange: Exchange;
  /** Those that live. */
  #devices: FakeDevice[] = [];
  #broken = 0;
  #deaths = 0;
  /** Until then calls may be on their way from one process to another. */
  #settledMs = 0;

  constructor(homes: readonly Home[]) {
    this.#exchange = new Exchange(DIRECTORY, homes);
    for (const [home, user] of SEATS) this.#plug(homes.includes(home) ? home : 'a.1', user);
    this.#exchange.settle();
  }

  #plug(home: Home, user: string): void {
    this.#devices.push(this.#exchange.board(home).plug(user));
  }

  perform(each: Act): void {
    const exchange = this.#exchange;
    switch (each.type) {
      case 'deliver':
        for (const pick of each.picks) {
          const steps = exchange.steps();
          steps[pick % steps.length]?.();
        }
        break;
      case 'settle':
        exchange.settle();
        break;
      case 'wait':
        exchange.wait(each.ms);
        break;
      case 'crash':
        this.#crash(each.whom);
        break;
      case 'kill':
        this.#kill(each.home, each.afterMs);
        break;
      default: {
        const device = this.#devices[each.device % this.#devices.length];
        if (device !== undefined)
          exchange.run(device.host.pid, () => this.#use(device, each.type, each.pick));
      }
    }
    if (exchange.steps().length === 0) this.#check();
  }

  #use(device: FakeDevice, what: UserAct, pick: number): void {
    const offered = pickOf(device.open('offered', 'called'), pick);
    switch (what) {
      case 'dial':
        if (device.open('offered', 'calling').length < 3)
          device.dial(NUMBERS[pick % NUMBERS.length] ?? '');
        break;
      case 'alert':
        if (offered !== undefined) device.alert(offered);
        break;
      case 'answer':
        if (offered !== undefined) device.answer(offered);
        break;
      case 'refuse':
        if (offered !== undefined) device.refuse(offered, CAUSES[pick % 3] ?? 'busy');
        break;
      case 'hang up': {
        const call = pickOf([...device.open('offered'), ...device.open('talking')], pick);
        if (call !== undefined) device.hangUp(call);
        break;
      }
      case 'detach':
        device.detach();
        break;
      case 'register':
        device.register();
        break;
    }
  }

  /** A device, a line's process or a call control breaks; a device is plugged in anew. */
  #crash(whom: number): void {
    const others: Pid[] = [];
    for (const { processing } of this.#exchange.boards.values()) {
      for (const [, location] of processing.table.entries())
        if (location.mode === 'single') others.push(location.lcp);
      for (const { control } of processing.calls.values()) others.push(control);
    }
    const device = this.#devices[whom];
    const pid = device === undefined ? others[whom % others.length] : device.host.pid;
    if (pid === undefined) return;
    for (const [home, board] of this.#exchange.boards) {
      if (!board.scheduler.has(pid)) continue;
      this.#broken++;
      this.#settledMs = Math.max(this.#settledMs, this.#exchange.nowMs + SETTLED_MS);
      board.crash(pid);
      if (device === undefined) return;
      this.#devices = this.#devices.filter((other) => other !== device);
      this.#plug(home, device.options.device.replace('-phone', ''));
      return;
    }
  }

  /** A manager dies with all that is on it, unless it is the last one. */
  #kill(at: number, afterMs: number): void {
    const { boards, nowMs } = this.#exchange;
    const home = [...boards.keys()][at % boards.size];
    if (home === undefined || boards.size === 1) return;
    this.#deaths += boards.get(home)?.scheduler.counters.deaths ?? 0;
    this.#exchange.kill(home, afterMs);
    this.#devices = this.#devices.filter(({ host }) => !host.pid.startsWith(`${home}.`));
    this.#settledMs = Math.max(this.#settledMs, nowMs + afterMs + SETTLED_MS);
  }

  #check(): void {
    const isSettled = this.#exchange.nowMs >= this.#settledMs;
    const callers = new Map<string, FakeCall>();
    const called = new Map<string, [FakeDevice, FakeCall][]>();
    for (const device of this.#devices)
      for (const call of device.calls.values()) {
        assertDecidedOnce(call);
        if (call.role === 'calling') callers.set(call.call, call);
        else called.set(call.call, [...(called.get(call.call) ?? []), [device, call]]);
      }
    for (const [id, sides] of called) {
      const caller = callers.get(id);
      const talking = sides.filter(([, { phase }]) => phase === 'talking');
      const confirmed = talking.filter(([, { isConfirmed }]) => isConfirmed);
      assert(confirmed.length <= 1, `${id} has two answers`);
      if (caller?.phase === 'talking' && confirmed.length === 1)
        assert.equal(confirmed[0]?.[0].host.pid, caller.peer.pid);
      if (!isSettled) continue;
      const offered = sides.filter(([, { phase }]) => phase === 'offered').length;
      const pids = talking.map(([device]) => device.host.pid);
      const found = [id, pids, offered > 0];
      if (caller?.phase === 'talking') assert.deepEqual(found, [id, [caller.peer.pid], false]);
      else assert.deepEqual(found, [id, [], caller?.phase === 'offered']);
    }
    if (isSettled) this.#checkLists(callers, called);
  }

  #checkLists(callers: ReadonlyMap<string, FakeCall>, called: ReadonlyMap<string, unknown>): void {
    const boards = [...this.#exchange.boards.values()];
    const open = [...callers.values()].filter(({ phase }) => phase !== 'over');
    for (const { call, request } of open)
      if (boards.every(({ processing }) => processing.table.find(request.dialled)))
        assert(called.has(call), `${call} waits for nobody`);
    const views = boards.flatMap(({ processing }) => [...processing.calls.values()]);
    assert.deepEqual(
      new Map(views.map(({ call, state }) => [call, state === 'answered'])),
      new Map(open.map(({ call, phase }) => [call, phase === 'talking'])),
    );
    const listed = new Set(views.map(({ call }) => call));
    const numbers = new Set<string>();
    for (const { processing } of boards)
      for (const [number, { calls, appearances }] of processing.lines) {
        assert(!numbers.has(number), `${number} is controlled twice`);
        numbers.add(number);
        const taken = new Map<number, string | null>();
        for (const [at, call] of appearances.calls.entries()) if (call) taken.set(at + 1, call);
        const given = [...calls.values()].map((call) => [call.appearance, call.call] as const);
        assert.deepEqual(taken, new Map(given));
        for (const call of calls.keys()) assert(listed.has(call), `${call} is a stuck lamp`);
      }
  }

  end(): void {
    const exchange = this.#exchange;
    exchange.wait(SETTLED_MS + 1000);
    this.#check();
    for (const device of this.#devices)
      for (const phase of ['talking', 'offered'] as const)
        for (const call of device.open(phase, 'calling'))
          exchange.act(device, () => device.hangUp(call));
    exchange.wait(15_000);
    this.#check();
    const boards = [...exchange.boards.values()];
    const died = boards.map(({ scheduler }) => scheduler.counters.deaths);
    assert.deepEqual(
      {
        open: this.#devices.flatMap((d) => [...d.open('offered'), ...d.open('talking')]),
        views: boards.flatMap(({ processing }) => [...processing.calls.keys()]),
        controls: boards.map(({ scheduler }) => scheduler.population.c),
        lines: boards.flatMap(({ processing }) =>
          [...processing.lines.values()].flatMap(({ calls }) => [...calls.keys()]),
        ),
        nextDueMs: exchange.nextDueMs(),
        // Only those that were broken on purpose.
        deaths: died.reduce((one, other) => one + other, this.#deaths) - this.#broken,
      },
      {
        open: [],
        views: [],
        controls: boards.map(() => 0),
        lines: [],
        nextDueMs: Number.POSITIVE_INFINITY,
        deaths: 0,
      },
    );
  }
}

function pickOf<T>(from: readonly T[], pick: number): T | undefined {
  return from[pick % from.length];
}

/** An offer ends with one decision; an answer, with one end after it. */
function assertDecidedOnce({ phase, outcomes }: FakeCall): void {
  const decisions = outcomes.filter((outcome) => outcome !== 'ringing');
  const isAnswered = decisions[0] === 'answered';
  const expected = (isAnswered ? 1 : 0) + (phase === 'over' ? 1 : 0);
  assert.deepEqual([decisions.length, decisions.indexOf('answered', 1)], [expected, -1]);
}
