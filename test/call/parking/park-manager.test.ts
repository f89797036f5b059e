/** Who has which orbit, among the managers of a cluster: as device processes hear it. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { NO_ORBITS } from '../../../src/call/parking/orbit.ts';
import { ParkManager, type ParkRecord } from '../../../src/call/parking/park-manager.ts';
import { ParkTable } from '../../../src/call/parking/park-table.ts';
import type { CallSignal } from '../../../src/call/signals.ts';
import type { Home, Pid } from '../../../src/process/pid.ts';
import type { Host } from '../../../src/process/process.ts';
import { FakeCluster, type FakeMember } from '../fake-cluster.ts';
import { directoryOf } from '../switchboard.ts';

const PARTY = { number: '1001', name: 'Ada' };

/** A manager's park manager, which notes what it says. */
class Desk {
  readonly said: string[] = [];
  readonly table = new ParkTable();
  readonly manager: ParkManager;
  readonly #member: FakeMember;

  constructor(member: FakeMember, numbers: readonly string[]) {
    this.#member = member;
    const host: Host<CallSignal> = {
      pid: `${member.home}.m1` as Pid,
      nowMs: 0,
      tell: (to, signal) => void this.said.push(`${to} < ${show(signal)}`),
      start: (timer) => void this.said.push(`start ${timer}`),
      stop: () => {},
      spawn: () => assert.fail('it makes no processes'),
      exit: () => assert.fail('it stays'),
    };
    const directory = {
      ...directoryOf([]),
      orbits: { ...NO_ORBITS, numbers: new Set(numbers) },
    };
    const records = new Map<string, ParkRecord>();
    this.manager = new ParkManager(host, {
      directory,
      table: this.table,
      cluster: member,
      records,
    });
    member.connect({
      received: () => {},
      died: () => {},
      viewChanged: () => {},
      tableChanged: (key, entry) => {
        const orbit = this.table.set(key, entry);
        if (orbit !== undefined) this.manager.changed(orbit);
      },
    });
  }

  park(call: string, orbit?: string): void {
    const wanted = orbit === undefined ? {} : { orbit };
    this.#hear({ type: 'orbitPark', call, party: PARTY, ...wanted });
  }

  leave(call: string): void {
    this.#hear({ type: 'orbitLeave', call });
  }

  watch(number: string): void {
    this.#hear({ type: 'lineWatch', number });
  }

  #hear(signal: CallSignal): void {
    this.manager.receive(signal, `${this.#member.home}.d1` as Pid);
  }
}

function show(signal: CallSignal): string {
  switch (signal.type) {
    case 'orbitParked':
      return `${signal.call} parked at ${signal.orbit}`;
    case 'orbitParkRefused':
      return `${signal.call} refused ${signal.code}`;
    case 'lineState':
      return `${signal.number}: ${signal.calls.map(({ call, state }) => `${call} ${state}`).join()}`;
    default:
      return signal.type;
  }
}

function site(...numbers: readonly string[]): { a: Desk; b: Desk; settle(): void; lose(): void } {
  const homes: Home[] = ['a.1' as Home, 'b.1' as Home];
  const cluster = new FakeCluster(homes);
  const [a, b] = [...cluster.members.values()].map((member) => new Desk(member, numbers));
  assert(a !== undefined && b !== undefined);
  const settle = (): void => {
    for (;;) {
      const steps = [...cluster.members.values()].flatMap((member) => member.steps());
      if (steps.length === 0) return;
      steps[0]?.();
    }
  };
  return { a, b, settle, lose: () => cluster.evict('b.1' as Home) };
}

test('of two managers that want the same orbit one has it, and all know where the call is', () => {
  const { a, b, settle } = site('701');
  a.park('c1', '701');
  b.park('c2', '701');
  settle();
  const found = [a.table.find('701')?.leg.call, b.table.find('701')?.leg.call];
  const said = [...a.said, ...b.said].filter((each) => !each.startsWith('start'));
  const isFirst = found[0] === 'c1';
  assert.deepEqual(
    { found, said },
    isFirst
      ? {
          found: ['c1', 'c1'],
          said: ['a.1.d1 < c1 parked at 701', 'b.1.d1 < c2 refused LW-3442'],
        }
      : {
          found: ['c2', 'c2'],
          said: ['a.1.d1 < c1 refused LW-3442', 'b.1.d1 < c2 parked at 701'],
        },
  );
});

test('calls that want any orbit get one each, the lowest that is free; beyond that they are refused', () => {
  const { a, b, settle } = site('701', '702');
  a.park('c1');
  b.park('c2');
  settle();
  b.park('c3');
  settle();
  const taken = ['701', '702'].map((orbit) => a.table.find(orbit)?.leg.call);
  assert.deepEqual(
    { taken: new Set(taken), refused: b.said.filter((each) => each.includes('refused')) },
    { taken: new Set(['c1', 'c2']), refused: ['b.1.d1 < c3 refused LW-3443'] },
  );
});

test('an orbit is free when its call leaves, and when the manager of the call is gone; lamps show it', () => {
  const { a, b, settle, lose } = site('701');
  a.watch('701');
  b.park('c1', '701');
  settle();
  b.leave('c1');
  settle();
  b.park('c2', '701');
  settle();
  lose();
  settle();
  a.park('c3', '701');
  settle();
  assert.deepEqual(a.said, [
    'a.1.d1 < 701: ',
    'a.1.d1 < 701: c1 held',
    'a.1.d1 < 701: ',
    'a.1.d1 < 701: c2 held',
    'a.1.d1 < 701: ',
    'start 701',
    'a.1.d1 < c3 parked at 701',
    'a.1.d1 < 701: c3 held',
  ]);
});

test('a store that says nothing is not waited for; what it says later frees the orbit', () => {
  const { a, b, settle } = site('701');
  a.park('c1', '701');
  a.manager.timeout('701');
  settle();
  assert.deepEqual(
    [a.said, b.table.find('701')],
    [['start 701', 'a.1.d1 < c1 refused LW-3444'], undefined],
  );
});
