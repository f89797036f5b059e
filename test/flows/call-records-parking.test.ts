/** What is on record of calls that are parked: each goes on from the call that was parked, to its own end. */
import type { Directory } from '../../src/call/directory.ts';
import type { SimulatedManager } from '../../src/testkit/simulated-manager.ts';
import { simulationDirectory } from '../../src/testkit/simulation-directory.ts';
import { DOMAIN } from '../../src/testkit/site.ts';
import type { Cast } from './flow.ts';
import { recorded } from './recorded.ts';

/** That many orbits, from 700 on; a call rings back after ten minutes. */
function orbits(count: number): { readonly directory: Directory } {
  const numbers = new Set(Array.from({ length: count }, (_, at) => String(700 + at)));
  const timeoutMs = 600_000;
  return {
    directory: {
      ...simulationDirectory(DOMAIN),
      orbits: { numbers, timeoutMs, watchers: 'all' as const },
    },
  };
}

/** 1001 calls 1002, which parks it. */
function park(orbit: string, { phone, callOf: of, wait }: Cast): void {
  phone('1001').call('1002');
  wait(1000);
  phone('1002').answer(of('1002'));
  wait(1000);
  phone('1002').refer(of('1002'), orbit);
  wait(1000);
}

const PARKED =
  '1001 > 1002; taken by 1002 on 1002/1; ring 0.0 answer 1.0 end 2.0; transferred; 200/16; ended by transfer';

recorded(
  'a parked call is a call of its own, which whoever retrieves it answers: to its end, and ended by whom',
  ['1001', '1002', '2000a'],
  (cast) => {
    const { phone, callOf: of, wait } = cast;
    park('700', cast);
    phone('2000a').call('700');
    wait(1000);
    phone('1001').hold(of('1001'), true);
    wait(1000);
    phone('2000a').hangUp(of('2000a'));
    wait(1000);
  },
  [
    PARKED,
    '1002 > 700; taken by 2000a; ring - answer 1.0 end 3.0; holds 1; parked 700, retrieved 2000; after call 1; by 1002; hung up; 200/16; ended by answerer',
  ],
  orbits(2),
);

recorded(
  'who is parked wherever there is room hangs up',
  ['1001', '1002'],
  (cast) => {
    const { phone, callOf: of, wait } = cast;
    park('*68', cast);
    phone('1001').hangUp(of('1001'));
    wait(1000);
  },
  [
    PARKED,
    '1002 > 700; ring - answer - end 1.0; parked 700; after call 1; by 1002; caller gave up; 487/16; ended by caller',
  ],
  orbits(2),
);

recorded(
  'what nobody retrieves rings back at who has parked it, and is answered there: a third call',
  ['1001', '1002'],
  (cast) => {
    const { phone, callOf: of, wait } = cast;
    park('700', cast);
    wait(600_000);
    phone('1002').answer(of('1002'));
    wait(1000);
    phone('1001').hangUp(of('1001'));
    wait(1000);
  },
  [
    PARKED,
    '1002 > 700; ring - answer - end 601.0; parked 700; after call 1; by 1002; transferred; 487/16; ended by transfer',
    '1001 > 1002; taken by 1002 on 1002/1; ring 0.0 answer 1.0 end 2.0; after call 2; hung up; 200/16; ended by caller',
  ],
  orbits(2),
);

recorded(
  'the caller parks whom it has called; who has retrieved it parks it again, and it is retrieved once more',
  ['1001', '1002', '2000a', '2100a'],
  ({ phone, callOf: of, wait }) => {
    phone('1001').call('1002');
    wait(1000);
    phone('1002').answer(of('1002'));
    wait(1000);
    phone('1001').refer(of('1001'), '700');
    wait(1000);
    phone('2000a').call('700');
    wait(1000);
    phone('2000a').refer(of('2000a'), '701');
    wait(1000);
    phone('2100a').call('701');
    wait(1000);
    phone('1002').hangUp(of('1002'));
    wait(1000);
  },
  [
    PARKED,
    '1001 > 700; taken by 2000a; ring - answer 1.0 end 2.0; parked 700, retrieved 2000; after call 1; by 1001; transferred; 200/16; ended by transfer',
    '2000a > 701; taken by 2100a; ring - answer 1.0 end 2.0; parked 701, retrieved 2100; after call 2; by 2000; hung up; 200/16; ended by caller',
  ],
  orbits(2),
);

recorded(
  'who has retrieved a call transfers it: the next call goes on from that',
  ['1001', '1002', '2000a', '2100a'],
  (cast) => {
    const { phone, callOf: of, wait } = cast;
    park('700', cast);
    phone('2000a').call('700');
    wait(1000);
    phone('2000a').refer(of('2000a'), '2100');
    wait(1000);
    phone('2100a').answer(of('2100a'));
    wait(1000);
    phone('1001').hangUp(of('1001'));
    wait(1000);
  },
  [
    PARKED,
    '1002 > 700; taken by 2000a; ring - answer 1.0 end 3.0; parked 700, retrieved 2000; after call 1; by 1002; transferred; 200/16; ended by transfer',
    '2000a > 2100; taken by 2100a on 2100/1; ring 0.0 answer 1.0 end 2.0; after call 2; by 2000; hung up; 200/16; ended by caller',
  ],
  orbits(2),
);

recorded(
  'who is parked is lost with its manager once it is retrieved: the other one finishes the record',
  ['2000a', '1002', '1001'],
  (cast) => {
    const { phone, wait, site } = cast;
    park('700', cast);
    phone('2000a').call('700');
    wait(1000);
    const manager = site.managers[2] as SimulatedManager;
    manager.restartMs = () => 60_000;
    manager.kill('machine');
    wait(3000);
  },
  ['? > 700; ring - answer - end -; internal failure; undefined/41; ended by system', PARKED],
  { ...orbits(2), settings: ['single', 'replicated'], timings: {} },
);

recorded(
  'nothing is parked there; a call is parked there already; all orbits are taken',
  ['1001', '1002', '2000a', '2100a'],
  (cast) => {
    const { phone, callOf: of, wait } = cast;
    phone('2000a').call('700');
    wait(1000);
    park('700', cast);
    for (const orbit of ['700', '*68']) {
      phone('2000a').call('2100');
      wait(1000);
      phone('2100a').answer(of('2100a'));
      wait(1000);
      phone('2100a').refer(of('2100a'), orbit);
      wait(1000);
      phone('2100a').hangUp(of('2100a'));
      wait(1000);
    }
    phone('1001').hangUp(of('1001'));
    wait(1000);
  },
  [
    '2000a > 700; ring - answer - end 0.0; no device LW-3441; 480/20; ended by system',
    PARKED,
    '1002 > 700; ring - answer - end 9.0; parked 700; after call 2; by 1002; caller gave up; 487/16; ended by caller',
    '2000a > 2100; taken by 2100a on 2100/1; ring 0.0 answer 1.0 end 3.0; hung up; 200/16; ended by answerer',
    '2100a > 700; ring - answer - end 0.0; after call 4; by 2100; busy LW-3442; 486/17; ended by system',
    '2000a > 2100; taken by 2100a on 2100/1; ring 0.0 answer 1.0 end 3.0; hung up; 200/16; ended by answerer',
    '2100a > *68; ring - answer - end 0.0; after call 6; by 2100; overload LW-3443; 503/42; ended by system',
  ],
  orbits(1),
);

/** Nobody takes a call of the hunt: whoever waits at the orbit has it then. */
function huntBeforeOrbit(): Directory {
  const directory = simulationDirectory(DOMAIN);
  const lines = [{ number: '1002', ms: 3000 }];
  const hunt = { number: '2901', name: '', order: 'serial', lines, noAnswerMs: 3000 } as const;
  return { ...directory, hunts: new Map([['2901', { ...hunt, noAnswerTo: '700' }]]) };
}

recorded(
  'a call is parked, and retrieved by a hunt that nobody answers, which leads to the orbit',
  ['1001', '1002', '2000a'],
  ({ phone, callOf: of, wait }) => {
    phone('1001').call('1002');
    wait(1000);
    phone('1002').answer(of('1002'));
    wait(1000);
    phone('1002').refer(of('1002'), '700');
    wait(1000);
    phone('2000a').call('2901');
    wait(4000);
    phone('2000a').hangUp(of('2000a'));
    wait(1000);
  },
  [
    '1001 > 1002; taken by 1002 on 1002/1; ring 0.0 answer 1.0 end 2.0; transferred; 200/16; ended by transfer',
    '1002 > 700; taken by 2000a; ring - answer 4.0 end 5.0; parked 700, retrieved 2000; after call 1; by 1002; hung up; 200/16; ended by answerer',
    '2000a > 2901; ring 0.0 answer - end 3.0; transferred; 487/16; ended by transfer',
  ],
  { directory: huntBeforeOrbit() },
);
