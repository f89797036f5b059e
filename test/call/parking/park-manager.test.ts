/** Who has which orbit, among the managers of a cluster: as device processes hear it. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { DigitAnalysis } from '../../../src/call/digit-analysis.ts';
import { NO_ORBITS } from '../../../src/call/parking/orbit.ts';
import { ParkManager, type ParkRecord } from '../../../src/call/parking/park-manager.ts';
import { ParkTable } from '../../../src/call/parking/park-table.ts';
import type { CallSignal } from '../../../src/call/signals.ts';
import type { Home, Pid } from '../../../src/process/pid.ts';
import type { Host } from '../../../src/process/process.ts';
import { FakeCluster, type FakeMember } from '../fake-cluster.ts';
import { directoryOf, lineOf } from '../switchboard.ts';

const PARTY = { number: '1001', name: 'Ada' };

/** A manager's park manager, which notes what it says. */
class Desk {
  readonly said: string[] = [];
  readonly table = new ParkTable();
  manager: ParkManager;
  readonly #member: FakeMember;
  readonly #make: () => ParkManager;

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
      ...directoryOf([lineOf('1009', ['ira'])]),
      orbits: { ...NO_ORBITS, numbers: new Set(numbers) },
      routePlan: {
        partitions: new Map([['out', []]]),
        spaces: new Map([
          ['default', ['lines']],
          ['nobody', ['out']],
        ]),
        countries: new Map(),
      },
    };
    const [line] = directory.lines.values();
    if (line !== undefined) directory.lines = new Map([['1009', { ...line, search: 'nobody' }]]);
    const options = {
      ...{ directory, table: this.table, cluster: member },
      digits: new DigitAnalysis(directory, undefined, this.table),
      records: new Map<string, ParkRecord>(),
      watchers: new Map<string, Set<Pid>>(),
    };
    this.#make = () => new ParkManager(host, options);
    this.manager = this.#make();
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

  park(call: string, orbit?: string, byLine = '1001'): void {
    const wanted = orbit === undefined ? {} : { orbit };
    this.#hear({ type: 'orbitPark', call, party: PARTY, by: 'x-phone', byLine, ...wanted });
  }

  /** Its process has died, and there is another. */
  restart(): void {
    this.manager = this.#make();
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

test('whoever wants any orbit gets one of those that its line may dial, or none', () => {
  const { a, settle } = site('701');
  a.park('c1', undefined, '1009');
  settle();
  assert.deepEqual([a.said, a.table.find('701')], [['a.1.d1 < c1 refused LW-3003'], undefined]);
});

test('a process that is made anew waits for the store as long as the one before, and lights the same lamps', () => {
  const { a, settle } = site('701', '702');
  a.watch('702');
  a.park('c1', '701');
  a.restart();
  a.manager.timeout('701');
  a.park('c2', '702');
  settle();
  assert.deepEqual(a.said, [
    'a.1.d1 < 702: ',
    'start 701',
    'start 701',
    'a.1.d1 < 702: ',
    'a.1.d1 < c1 refused LW-3444',
    'start 702',
    'a.1.d1 < c2 parked at 702',
    'a.1.d1 < 702: c2 held',
  ]);
});
