/**
 * Whatever devices and callers do, in whatever order what they say is delivered, and whoever dies in
 * the middle of it: one device at most gets a call, every offer is decided once, nobody rings or
 * talks on his own, and nothing is left when all is over.
 *
 * Users act between any two deliveries. The invariants are checked whenever all has been delivered.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { Cause } from '../../../src/call/cause.ts';
import type { Pid } from '../../../src/process/pid.ts';
import { AWAIT_MS, type FakeCall, type FakeDevice } from '../fake-device.ts';
import { directoryOf, lineOf, Switchboard, wayOut } from '../switchboard.ts';

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
          { members: ['ana'], ms: 8000 },
        ],
      },
    }),
    lineOf('2200', MEMBERS, {
      callsPerMember: 2,
      members: parallel.members.map((member, at) => ({ ...member, ringAfterMs: at * 4000 })),
    }),
  ],
  ['dan'],
  [wayOut('9XX', 'gw')],
);
const USERS = ['ana', 'ana', 'ben', 'cas', 'dan'];
const NUMBERS = ['2000', '2000', '2100', '2200', 'ben', '912', '3000'];
const CAUSES: readonly Cause[] = ['busy', 'declined', 'unreachable'];

type Act =
  | { readonly type: 'deliver'; readonly turns: number }
  | { readonly type: 'wait'; readonly ms: number }
  | { readonly type: UserAct; readonly device: number; readonly pick: number }
  | { readonly type: 'crash'; readonly whom: number };

const USER_ACTS = ['dial', 'alert', 'answer', 'refuse', 'hang up', 'detach', 'register'] as const;
type UserAct = (typeof USER_ACTS)[number];

const small = fc.nat(8);
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant('deliver' as const), turns: small }) },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant('wait' as const), ms: fc.nat(10_000) }),
  },
  {
    weight: 12,
    arbitrary: fc.record({ type: fc.constantFrom(...USER_ACTS), device: small, pick: small }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('crash' as const), whom: fc.nat(40) }) },
);

test('any interleaving keeps the invariants, and ends with nothing left', () => {
  fc.assert(
    fc.property(fc.array(act, { maxLength: 100, size: 'max' }), (acts) => {
      const play = new Play();
      for (const each of acts) play.perform(each);
      play.end();
    }),
    { numRuns: 500 },
  );
});

class Play {
  /** One turn per drain, so that users can act between any two. */
  readonly #board = new Switchboard(DIRECTORY, 1);
  /** Those that live. */
  #devices: FakeDevice[];
  #broken = 0;

  constructor() {
    this.#devices = USERS.map((user) => this.#board.plug(user));
    this.#devices.push(this.#board.plug('gw', 'g'));
    this.#board.settle();
  }

  perform(each: Act): void {
    const { scheduler } = this.#board;
    switch (each.type) {
      case 'deliver':
        for (let turn = 0; turn < each.turns; turn++) this.#board.turn();
        break;
      case 'wait':
        this.#board.wait(each.ms);
        break;
      case 'crash':
        this.#crash(each.whom);
        break;
      default: {
        const device = this.#devices[each.device % this.#devices.length];
        if (device !== undefined)
          scheduler.run(device.host.pid, () => this.#use(device, each.type, each.pick));
      }
    }
    if (scheduler.waiting === 0) this.#check();
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
        if (offered === undefined) break;
        device.alert(offered);
        device.answer(offered);
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
    const { table, calls } = this.#board.processing;
    const others: Pid[] = [];
    for (const [, location] of table.entries())
      if (location.mode === 'single') others.push(location.lcp);
    for (const { control } of calls.values()) others.push(control);
    const device = this.#devices[whom];
    const pid = device === undefined ? others[whom % others.length] : device.host.pid;
    if (pid === undefined) return;
    if (this.#board.scheduler.has(pid)) this.#broken++;
    this.#board.crash(pid);
    if (device === undefined) return;
    const { device: id } = device.options;
    this.#devices = this.#devices.filter((other) => other !== device);
    this.#devices.push(
      id === 'gw' ? this.#board.plug('gw', 'g') : this.#board.plug(id.replace('-phone', '')),
    );
  }

  #check(): void {
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
      // A device whose line is gone rings on for a while, or believes that it talks.
      const isAwaiting = ({ phase, isConfirmed, reportTo }: FakeCall) =>
        reportTo === undefined && (phase === 'offered' || (phase === 'talking' && !isConfirmed));
      const ours = sides.filter(([, call]) => !isAwaiting(call));
      const talking = ours.filter(([, { phase }]) => phase === 'talking');
      const offered = ours.filter(([, { phase }]) => phase === 'offered');
      const pids = talking.map(([device]) => device.host.pid);
      switch (caller?.phase) {
        case 'talking':
          assert.deepEqual([pids, offered.length], [[caller.peer.pid], 0]);
          break;
        case 'offered':
          assert.deepEqual(
            [pids, offered.length > 0 || sides.some(([, call]) => isAwaiting(call))],
            [[], true],
          );
          break;
        default:
          assert.deepEqual([pids, offered.length], [[], 0]);
      }
    }
    for (const caller of callers.values())
      if (caller.phase !== 'over') assert(called.has(caller.call), 'waits for nobody');
    const open = [...callers.values()].filter(({ phase }) => phase !== 'over');
    const views = [...this.#board.processing.calls.values()];
    // A call whose control died while it was up, or ended before, is listed no more.
    assert.deepEqual(
      new Map(views.map(({ call, state }) => [call, state === 'answered'])),
      new Map(open.map(({ call, phase }) => [call, phase === 'talking'])),
    );
    this.#checkLines(new Set(views.map(({ call }) => call)));
  }

  #checkLines(listed: ReadonlySet<string>): void {
    for (const { calls, appearances } of this.#board.processing.lines.values()) {
      const taken = new Map<number, string | null>();
      for (const [at, call] of appearances.calls.entries()) if (call) taken.set(at + 1, call);
      const given = [...calls.values()].map(({ call, appearance }) => [appearance, call] as const);
      assert.deepEqual(taken, new Map(given));
      for (const call of calls.keys()) assert(listed.has(call), `${call} is a stuck lamp`);
    }
  }

  end(): void {
    const board = this.#board;
    board.settle();
    this.#check();
    for (const device of this.#devices)
      for (const phase of ['talking', 'offered'] as const)
        for (const call of device.open(phase, 'calling'))
          board.act(device, () => device.hangUp(call));
    this.#check();
    // Long enough for lines that nobody needs to go.
    board.wait(3 * AWAIT_MS);
    assert.deepEqual(
      {
        open: this.#devices.flatMap((d) => [...d.open('offered'), ...d.open('talking')]),
        views: board.processing.calls.size,
        controls: board.scheduler.population.c,
        lines: [...board.processing.lines.values()].flatMap(({ calls }) => [...calls.keys()]),
        nextDueMs: board.scheduler.nextDueMs(),
        // Only those that were broken on purpose.
        deaths: board.scheduler.counters.deaths - this.#broken,
      },
      {
        open: [],
        views: 0,
        controls: 0,
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
