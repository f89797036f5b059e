/**
 * A replicated line on two to four managers, whatever its phones and callers do, in whatever order
 * signals, views and deaths come to each manager, and whoever dies in the middle of it: one phone
 * at most gets a call, none rings or talks on its own, when all has been heard every process of the line
 * knows the same of it, and nothing is left when all is over.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { Cause } from '../../../src/call/cause.ts';
import type { Line } from '../../../src/call/directory.ts';
import type { Pid } from '../../../src/process/pid.ts';
import { AWAIT_MS, type FakeCall, type FakeDevice } from '../fake-device.ts';
import { lineOf } from '../switchboard.ts';
import { ReplicatedSite, type TestManager } from './replicated-site.ts';

const MEMBERS = ['ana', 'ben', 'cas'];
const parallel = lineOf('2000', MEMBERS, { mode: 'replicated' });
const LINES: readonly Line[] = [
  parallel,
  {
    ...parallel,
    offering: {
      type: 'serial',
      steps: [
        { members: ['ana'], ms: 8000 },
        { members: ['ana', 'ben'], ms: 8000 },
        { members: ['cas'], ms: 8000 },
        { members: ['ana'], ms: 8000 },
      ],
    },
  },
  {
    ...parallel,
    callsPerMember: 2,
    members: parallel.members.map((member, at) => ({ ...member, ringAfterMs: at * 4000 })),
  },
];
const CAUSES: readonly Cause[] = ['busy', 'declined', 'unreachable'];

type Act =
  | { readonly type: 'turn' | 'see' | 'deliver'; readonly at: number; readonly times: number }
  | { readonly type: 'wait'; readonly ms: number; readonly isQuick: boolean }
  | {
      readonly type: UserAct;
      readonly at: number;
      readonly device: number;
      readonly pick: number;
    }
  | { readonly type: 'settle' }
  | { readonly type: 'crash'; readonly at: number; readonly whom: number }
  | { readonly type: 'kill'; readonly at: number; readonly kept: number }
  | { readonly type: 'join'; readonly device: number };

const USER_ACTS = ['dial', 'alert', 'answer', 'refuse', 'hang up', 'detach', 'register'] as const;
type UserAct = (typeof USER_ACTS)[number];

const small = fc.nat(8);
const at = fc.nat(11);
const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 14,
    arbitrary: fc.record({
      type: fc.constantFrom('turn' as const, 'turn' as const, 'deliver' as const, 'see' as const),
      at,
      times: small,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('wait' as const),
      ms: fc.nat(6000),
      isQuick: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('settle' as const) }) },
  {
    weight: 12,
    arbitrary: fc.record({
      type: fc.constantFrom(...USER_ACTS),
      at,
      device: small,
      pick: small,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('crash' as const), at, whom: fc.nat(40) }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('kill' as const), at, kept: small }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('join' as const), device: small }) },
);

const IDS = ['a', 'b', 'c', 'd'];
const USERS = [...MEMBERS, 'dan'];

test('claims 17, 23-26, 50, 55-58: any interleaving on two to four managers keeps the invariants, and ends with nothing left', () => {
  fc.assert(
    fc.property(
      fc.nat(2),
      fc.integer({ min: 2, max: 4 }),
      fc.array(act, { maxLength: 120, size: 'max' }),
      (line, managers, acts) => {
        const play = new Play(LINES[line] ?? parallel, managers);
        for (const each of acts) play.perform(each);
        play.end();
      },
    ),
    { numRuns: 300 },
  );
});

class Play {
  readonly #site: ReplicatedSite;
  #broken = 0;
  readonly #dead: FakeDevice[] = [];
  /** Operation by number, as each of the line's processes that live accepted them. */
  readonly #faults: string[] = [];
  readonly #operations = new Map<Pid, Map<number, string>>();

  constructor(line: Line, managers: number) {
    this.#site = new ReplicatedSite(line);
    this.#site.accepted = (...operation) => this.#accepted(...operation);
    for (const id of IDS.slice(0, managers)) this.#site.join(id);
    for (const [index, manager] of this.#site.managers.entries()) {
      const member = MEMBERS[index % MEMBERS.length];
      if (member !== undefined && index < 3) manager.plug(member);
      manager.plug('dan');
    }
    this.#site.settle();
  }

  perform(each: Act): void {
    const site = this.#site;
    switch (each.type) {
      case 'turn':
        for (let time = 0; time < each.times; time++) this.#managerAt(each.at).scheduler.drain();
        break;
      case 'see':
        this.#managerAt(each.at).see();
        break;
      case 'deliver': {
        const keys = [...site.links.keys()];
        const key = keys[each.at % keys.length];
        if (key !== undefined) for (let time = 0; time < each.times; time++) site.deliver(key);
        break;
      }
      case 'wait':
        site.wait(each.ms, each.isQuick);
        break;
      case 'settle':
        this.#rest();
        break;
      case 'crash':
        this.#crash(this.#managerAt(each.at), each.whom);
        break;
      case 'kill': {
        if (site.managers.length < 2) break;
        const manager = this.#managerAt(each.at);
        this.#dead.push(...manager.devices);
        site.kill(manager, each.kept);
        break;
      }
      case 'join': {
        if (site.managers.length >= 4) break;
        const used = site.managers.map(({ home }) => home.charAt(0));
        const manager = site.join(IDS.find((id) => !used.includes(id)) ?? 'e');
        manager.plug(USERS[each.device % USERS.length] ?? 'dan');
        break;
      }
      default: {
        const manager = this.#managerAt(each.at);
        const device = manager.devices[each.device % manager.devices.length];
        if (device !== undefined)
          manager.scheduler.run(device.host.pid, () => this.#use(device, each.type, each.pick));
      }
    }
  }

  #managerAt(index: number): TestManager {
    const { managers } = this.#site;
    const manager = managers[index % managers.length];
    assert(manager !== undefined);
    return manager;
  }

  #use(device: FakeDevice, what: UserAct, pick: number): void {
    const offered = pickOf(device.open('offered', 'called'), pick);
    switch (what) {
      case 'dial':
        if (device.open('offered', 'calling').length < 3) device.dial('2000');
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

  /** A device, the line's process or a call control of that manager breaks; a device is plugged in anew. */
  #crash(manager: TestManager, whom: number): void {
    const { scheduler, devices, control, processing } = manager;
    const device = devices[whom];
    const others = [...processing.calls.values()].map((view) => view.control);
    if (control?.own) others.unshift(control.own.lcp);
    const pid = device === undefined ? others[whom % others.length] : device.host.pid;
    if (pid === undefined) return;
    if (scheduler.has(pid)) this.#broken++;
    scheduler.run(pid, () => {
      throw new Error('broken on purpose');
    });
    if (device === undefined) return;
    devices.splice(devices.indexOf(device), 1);
    manager.plug(device.options.device.replace('-phone', ''));
  }

  /** Everything is heard, and every lock that somebody waited for is had or given up. */
  #rest(): void {
    this.#site.settle();
    this.#site.wait(AWAIT_MS + 100, true);
    this.#check();
  }

  /** Of the processes that live, all accept the same operation under a number. */
  #accepted(lcp: Pid, seq: number, operation: string): void {
    for (const [pid, operations] of this.#operations)
      if (!this.#site.managers.some(({ scheduler }) => scheduler.has(pid)))
        this.#operations.delete(pid);
      else if ((operations.get(seq) ?? operation) !== operation)
        this.#faults.push(`operation ${seq} is two`);
    const operations = this.#operations.get(lcp) ?? new Map<number, string>();
    this.#operations.set(lcp, operations.set(seq, operation));
  }

  #check(): void {
    assert.deepEqual(this.#faults, []);
    const devices = this.#site.managers.flatMap((manager) => manager.devices);
    const callers = new Map<string, FakeCall>();
    const called = new Map<string, [FakeDevice, FakeCall][]>();
    for (const device of devices)
      for (const call of device.calls.values()) {
        assertDecidedOnce(call);
        if (call.role === 'calling') callers.set(call.call, call);
        else called.set(call.call, [...(called.get(call.call) ?? []), [device, call]]);
      }
    const gone = new Set(this.#dead.map((device) => device.host.pid));
    for (const [id, sides] of called) {
      const caller = callers.get(id);
      const talking = sides.filter(
        ([, { phase, isConfirmed, reportTo }]) =>
          phase === 'talking' && (isConfirmed || reportTo !== undefined),
      );
      const offered = sides.filter(([, { phase }]) => phase === 'offered');
      const pids = talking.map(([device]) => device.host.pid);
      switch (caller?.phase) {
        case 'talking':
          assert.deepEqual([pids, offered.length], [[caller.peer.pid], 0], id);
          break;
        case 'offered':
          assert.deepEqual([pids, offered.length > 0], [[], true], id);
          break;
        default:
          assert.deepEqual([pids, offered.length], [[], 0], `${id}: ${[...gone].join()}`);
      }
    }
    for (const caller of callers.values())
      if (caller.phase !== 'over')
        assert(called.has(caller.call), `${caller.call} waits for nobody`);
    this.#checkLines(callers);
  }

  #checkLines(callers: ReadonlyMap<string, FakeCall>): void {
    const states = this.#site.managers.flatMap(({ control }) => {
      if (control === undefined) return [];
      const taken = new Map<string, number>();
      for (const [index, call] of control.appearances.calls.entries())
        if (call) taken.set(call, index + 1);
      const calls = [...control.calls.values()];
      // Each has a number of its own, and nobody else has one.
      assert.deepEqual(taken, new Map(calls.map(({ call, appearance }) => [call, appearance])));
      const shown = calls.map(({ call, appearance, state }) => ({ call, appearance, state }));
      return [shown.sort((a, b) => a.appearance - b.appearance)];
    });
    for (const state of states) assert.deepEqual(state, states[0]);
    for (const { call } of states[0] ?? []) {
      const phase = callers.get(call)?.phase;
      assert(phase !== undefined && phase !== 'over', `${call} is a stuck lamp`);
    }
  }

  end(): void {
    const site = this.#site;
    this.#rest();
    for (const { devices, scheduler } of site.managers)
      for (const device of devices)
        for (const phase of ['talking', 'offered'] as const)
          for (const call of device.open(phase, 'calling'))
            scheduler.run(device.host.pid, () => device.hangUp(call));
    this.#rest();
    site.wait(2 * AWAIT_MS, true);
    site.wait(10_000, true);
    this.#check();
    assert.deepEqual(
      site.managers.map(({ scheduler, control, processing }) => ({
        controls: scheduler.population.c,
        views: processing.calls.size,
        calls: [...(control?.calls.keys() ?? [])],
        numbers: control?.appearances.calls ?? [],
      })),
      site.managers.map(() => ({ controls: 0, views: 0, calls: [], numbers: [] })),
    );
    // Ended calls are forgotten in time: nothing is left to be done.
    site.wait(180_001, true);
    const deaths = site.managers.map(({ scheduler }) => scheduler.counters.deaths);
    assert.deepEqual(
      site.managers.map(({ scheduler }) => scheduler.nextDueMs()),
      site.managers.map(() => Number.POSITIVE_INFINITY),
    );
    assert(deaths.reduce((a, b) => a + b, 0) <= this.#broken, 'somebody broke');
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
