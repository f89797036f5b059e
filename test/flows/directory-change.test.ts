/** The directory changes while phones ring and talk: what is up goes on, what comes next is by the new one. */
import assert from 'node:assert/strict';
import { type Directory, type Line, type Member, NO_ROUTE_PLAN } from '../../src/call/directory.ts';
import type { Site } from '../../src/testkit/site.ts';
import { listOf, wayOut } from '../call/switchboard.ts';
import { flow, talk } from './flow.ts';

/** Managers that hear of a change one after the other: longer than it takes to enter a number in the table. */
const APART_MS = 20;

const member = (name: string): Member => ({
  name,
  device: name,
  ringAfterMs: 0,
  rights: ['answer', 'originate', 'retrieve'],
});

/** As it is, but for that line; undefined: without it. Devices are in the lines that name them. */
function withLine(
  directory: Directory,
  number: string,
  change: ((line: Line) => Line) | undefined,
): Directory {
  const lines = new Map(directory.lines);
  const before = lines.get(number);
  if (change === undefined) lines.delete(number);
  else if (before !== undefined) lines.set(number, change(before));
  return seated({ ...directory, lines });
}

function seated(directory: Directory): Directory {
  const devices = new Map(
    [...directory.devices].map(([id, device]) => {
      const numbers = [...directory.lines.values()].flatMap(({ number, members }) =>
        members.some((each) => each.device === id) ? [number] : [],
      );
      const isSame = numbers.join() === device.lines.join();
      return [id, isSame ? device : { ...device, lines: numbers }] as const;
    }),
  );
  const users = new Map([...devices.values()].map((device) => [device.user, device]));
  return { ...directory, devices, users };
}

/** Every manager has it, as soon as the store says so. */
function change(site: Site, make: (directory: Directory) => Directory): void {
  for (const { run } of site.managers)
    run?.turn(() => run.manager?.changeDirectory(make({ ...run.manager.directory })));
  site.run(50);
}

/** As `change`, but each manager has it some time after the one before: the first of all first, or the last. */
function changeApart(first: 1 | -1): typeof change {
  return (site, make) => {
    const managers = first > 0 ? site.managers : site.managers.toReversed();
    for (const { run } of managers) {
      run?.turn(() => run.manager?.changeDirectory(make({ ...run.manager.directory })));
      site.run(APART_MS);
    }
  };
}

/** Without that device, and without its seats. */
function withoutDevice(directory: Directory, id: string): Directory {
  const devices = new Map([...directory.devices].filter(([key]) => key !== id));
  const lines = new Map(
    [...directory.lines].map(([number, line]) => [number, without(id)(line)] as const),
  );
  return seated({ ...directory, lines, devices });
}

const without = (name: string) => (line: Line) => ({
  ...line,
  members: line.members.filter((each) => each.name !== name),
});
const withMembers = (names: readonly string[]) => (line: Line) => ({
  ...line,
  members: names.map(member),
});

flow(
  'a new member rings with the next call, and a removed one rings no more',
  ['1001', '2000a', '1002'],
  (cast) => {
    change(cast.site, (now) => withLine(now, '2000', withMembers(['2000a', '1002'])));
    cast.phone('1001').call('2000');
    cast.wait(100);
    change(cast.site, (now) => withLine(now, '2000', without('1002')));
    cast.phone('2000a').answer(cast.callOf('2000a'));
    cast.wait(100);
    cast.phone('1001').hangUp(cast.callOf('1001'));
    cast.wait(100);
    cast.phone('1001').call('2000');
    cast.wait(100);
    cast.phone('1001').hangUp(cast.callOf('1001'));
    cast.wait(100);
  },
  `
    1001 > INVITE 2000 sdp
    2000a < INVITE 2000a sdp
    1002 < INVITE 1002 sdp
    2000a > 180
    1002 > 180
    1001 < 180
    1002 < CANCEL, Q.850;cause=18;text="No user responding"
    1002 > 200 CANCEL
    1002 > 487
    1002 < ACK
    2000a > 200 sdp
    2000a < ACK
    1001 < 200 sdp
    1001 > ACK
    1001 > BYE
    1001 < 200 BYE
    2000a < BYE, Q.850;cause=16;text="Normal call clearing"
    2000a > 200 BYE
    1001 > INVITE 2000 sdp
    2000a < INVITE 2000a sdp
    2000a > 180
    1001 < 180
    1001 > CANCEL
    1001 < 200 CANCEL
    1001 < 487
    2000a < CANCEL
    1001 > ACK
    2000a > 200 CANCEL
    2000a > 487
    2000a < ACK
  `,
);

flow(
  'a line that is removed keeps its calls, and takes no new ones',
  ['1001', '2000a', '1002'],
  (cast) => {
    talk(cast);
    change(cast.site, (now) => withLine(now, '2000', undefined));
    cast.phone('1002').call('2000');
    cast.wait(100);
    cast.phone('2000a').hangUp(cast.callOf('2000a'));
    cast.wait(100);
  },
  `
    1001 > INVITE 2000 sdp
    2000a < INVITE 2000a sdp
    2000a > 180
    1001 < 180
    2000a > 200 sdp
    2000a < ACK
    1001 < 200 sdp
    1001 > ACK
    1002 > INVITE 2000 sdp
    1002 < 404, Q.850;cause=1;text="LW-3001 unknown number"
    1002 > ACK
    2000a > BYE
    2000a < 200 BYE
    1001 < BYE, Q.850;cause=16;text="Normal call clearing"
    1001 > 200 BYE
  `,
);

flow(
  'a device that is removed keeps its call, and is neither rung nor let in',
  ['1001', '2000a', '2000b'],
  (cast) => {
    talk(cast);
    change(cast.site, (now) => withoutDevice(now, '2000a'));
    cast.phone('2000a').call('1001');
    cast.wait(100);
    cast.phone('1001').hangUp(cast.callOf('1001'));
    cast.wait(100);
    cast.phone('1001').call('2000');
    cast.wait(100);
    cast.phone('1001').hangUp(cast.callOf('1001'));
    cast.wait(100);
  },
  `
    1001 > INVITE 2000 sdp
    2000a < INVITE 2000a sdp
    2000b < INVITE 2000b sdp
    2000a > 180
    2000b > 180
    1001 < 180
    2000a > 200 sdp
    2000a < ACK
    2000b < CANCEL, SIP;cause=200;text="Call completed elsewhere"
    1001 < 200 sdp
    2000b > 200 CANCEL
    2000b > 487
    1001 > ACK
    2000b < ACK
    2000a > INVITE 1001 sdp
    2000a < 401
    2000a > ACK
    1001 > BYE
    1001 < 200 BYE
    2000a < BYE, Q.850;cause=16;text="Normal call clearing"
    2000a > 200 BYE
    1001 > INVITE 2000 sdp
    2000b < INVITE 2000b sdp
    2000b > 180
    1001 < 180
    1001 > CANCEL
    1001 < 200 CANCEL
    1001 < 487
    2000b < CANCEL
    1001 > ACK
    2000b > 200 CANCEL
    2000b > 487
    2000b < ACK
  `,
);

flow(
  'who rings goes on to ring when the line offers its calls in another way',
  ['1001', '2000a', '2000b'],
  (cast) => {
    const steps = [
      { members: ['2000b'], ms: 1000 },
      { members: ['2000a'], ms: 1000 },
    ];
    cast.phone('1001').call('2000');
    cast.wait(100);
    change(cast.site, (now) =>
      withLine(now, '2000', (line) => ({
        ...line,
        appearances: 1,
        offering: { type: 'serial', steps },
        members: [member('2000a'), member('2000b')],
      })),
    );
    cast.wait(500);
    cast.phone('1001').hangUp(cast.callOf('1001'));
    cast.wait(100);
    cast.phone('1001').call('2000');
    cast.wait(1500);
    cast.phone('1001').hangUp(cast.callOf('1001'));
    cast.wait(100);
  },
  `
    1001 > INVITE 2000 sdp
    2000a < INVITE 2000a sdp
    2000b < INVITE 2000b sdp
    2000a > 180
    2000b > 180
    1001 < 180
    1001 > CANCEL
    1001 < 200 CANCEL
    1001 < 487
    2000a < CANCEL
    2000b < CANCEL
    1001 > ACK
    2000a > 200 CANCEL
    2000a > 487
    2000b > 200 CANCEL
    2000b > 487
    2000a < ACK
    2000b < ACK
    1001 > INVITE 2000 sdp
    2000b < INVITE 2000b sdp
    2000b > 180
    1001 < 180
    2000b < CANCEL
    2000a < INVITE 2000a sdp
    2000b > 200 CANCEL
    2000b > 487
    2000a > 180
    2000b < ACK
    1001 > CANCEL
    1001 < 200 CANCEL
    1001 < 487
    2000a < CANCEL
    1001 > ACK
    2000a > 200 CANCEL
    2000a > 487
    2000a < ACK
  `,
);

const gateway = (id: string, port: number) => ({
  id,
  uri: `sip:10.0.1.1:${port}`,
  acceptFrom: [],
  callsMax: 10,
});

flow(
  'a gateway and a way out that come are used at once; one that goes keeps its calls',
  ['1001', '2000a', '1002'],
  (cast) => {
    const routePlan = {
      partitions: new Map([['out', [wayOut('9!', 'gw', 1)]]]),
      spaces: new Map([['default', ['lines', 'out']]]),
      countries: new Map(),
    };
    change(cast.site, (now) => ({
      ...now,
      gateways: new Map([['gw', gateway('gw', 6003)]]),
      routeLists: new Map([['gw', listOf('gw')]]),
      routePlan,
    }));
    cast.phone('1001').call('95');
    cast.wait(100);
    cast.phone('1002').answer(cast.callOf('1002'));
    cast.wait(100);
    change(cast.site, (now) => ({ ...now, gateways: new Map(), routePlan: NO_ROUTE_PLAN }));
    cast.phone('2000a').call('95');
    cast.wait(100);
    cast.phone('1001').hangUp(cast.callOf('1001'));
    cast.wait(100);
  },
  `
    1001 > INVITE 95 sdp
    1002 < INVITE 5 sdp
    1002 > 180
    1001 < 180
    1002 > 200 sdp
    1002 < ACK
    1001 < 200 sdp
    1001 > ACK
    2000a > INVITE 95 sdp
    2000a < 404, Q.850;cause=1;text="LW-3001 unknown number"
    2000a > ACK
    1001 > BYE
    1001 < 200 BYE
    1002 < BYE, Q.850;cause=16;text="Normal call clearing"
    1002 > 200 BYE
  `,
  { settings: ['alone'] },
);

flow(
  'a lamp for an orbit whose number is given to a line is the lamp of that line from then on',
  ['1001', '1002', '2000a'],
  ({ site, phone, callOf, wait }) => {
    phone('2000a').watch('701');
    wait(100);
    change(site, (directory) => {
      const line = directory.lines.get('1002');
      const lines = new Map(directory.lines);
      if (line !== undefined) lines.set('701', { ...line, number: '701', watchers: 'all' });
      return seated({ ...directory, lines, orbits: { ...directory.orbits, numbers: new Set() } });
    });
    phone('1001').call('701');
    wait(100);
    phone('1001').hangUp(callOf('1001'));
    wait(100);
  },
  `
    2000a > SUBSCRIBE
    2000a < 200 SUBSCRIBE
    2000a < NOTIFY idle
    2000a > 200 NOTIFY
    2000a < NOTIFY idle
    2000a > 200 NOTIFY
    1001 > INVITE 701 sdp
    1002 < INVITE 1002 sdp
    2000a < NOTIFY early
    1002 > 180
    2000a > 200 NOTIFY
    1001 < 180
    1001 > CANCEL
    1001 < 200 CANCEL
    1001 < 487
    1002 < CANCEL
    2000a < NOTIFY idle
    1001 > ACK
    1002 > 200 CANCEL
    1002 > 487
    2000a > 200 NOTIFY
    1002 < ACK
  `,
  { inAnyOrder: true },
);

for (const [when, changeAll] of [
  ['', change],
  [', the first manager first', changeApart(1)],
  [', the last manager first', changeApart(-1)],
] as const)
  flow(
    `a line that goes and comes back in the other mode keeps its call, and has new ones in that mode${when}`,
    ['1001', '2000a', '1002', '2000b'],
    (cast) => {
      const { site, phone, callOf, wait } = cast;
      talk(cast);
      const line = site.managers[0]?.manager?.directory.lines.get('2000');
      assert(line);
      for (const isOther of [true, false, true]) {
        changeAll(site, (now) => withLine(now, '2000', undefined));
        changeAll(site, (now) => {
          const lines = new Map(now.lines);
          const other = line.mode === 'single' ? 'replicated' : 'single';
          lines.set('2000', { ...line, mode: isOther ? other : line.mode });
          return seated({ ...now, lines });
        });
        // The process of a line that others may have had before waits for what they know.
        wait(3000);
      }
      phone('1001').hold(callOf('1001'), true);
      wait(100);
      phone('1002').call('2000');
      wait(500);
      phone('2000b').answer(callOf('2000b'));
      wait(500);
      phone('2000a').hangUp(callOf('2000a'));
      wait(100);
      phone('2000b').hangUp(callOf('2000b'));
      wait(100);
      assert(site.managers.every(({ deaths }) => deaths === 0));
    },
    `
      1001 > INVITE 2000 sdp
      2000a < INVITE 2000a sdp
      2000b < INVITE 2000b sdp
      2000a > 180
      2000b > 180
      1001 < 180
      2000a > 200 sdp
      2000a < ACK
      2000b < CANCEL, SIP;cause=200;text="Call completed elsewhere"
      1001 < 200 sdp
      2000b > 200 CANCEL
      2000b > 487
      1001 > ACK
      2000b < ACK
      1001 > INVITE again sdp sendonly
      2000a < INVITE again sdp sendonly
      2000a > 200 sdp
      2000a < ACK
      1001 < 200 sdp
      1001 > ACK
      1002 > INVITE 2000 sdp
      2000a < INVITE 2000a sdp
      2000b < INVITE 2000b sdp
      2000a > 180
      2000b > 180
      1002 < 180
      2000b > 200 sdp
      2000b < ACK
      1002 < 200 sdp
      2000a < CANCEL, SIP;cause=200;text="Call completed elsewhere"
      1002 > ACK
      2000a > 200 CANCEL
      2000a > 487
      2000a < ACK
      2000a > BYE
      2000a < 200 BYE
      1001 < BYE, Q.850;cause=16;text="Normal call clearing"
      1001 > 200 BYE
      2000b > BYE
      2000b < 200 BYE
      1002 < BYE, Q.850;cause=16;text="Normal call clearing"
      1002 > 200 BYE
    `,
  );

flow(
  'who has another password goes on with the call that is up, and proves who it is with the next',
  ['1001', '2000a'],
  (cast) => {
    const { site, phone, callOf, wait } = cast;
    talk(cast);
    const before = site.managers[0]?.manager?.directory.devices;
    assert(before);
    change(site, (now) => {
      const ha1 = { md5: '0'.repeat(32), sha256: '0'.repeat(64) };
      const devices = new Map(
        [...now.devices].map(([id, device]) => [id, { ...device, acceptFrom: [], ha1 }] as const),
      );
      return seated({ ...now, devices });
    });
    phone('1001').hold(callOf('1001'), true);
    wait(100);
    phone('2000a').call('1001');
    wait(100);
    phone('2000a').hangUp(callOf('2000a'));
    wait(100);
    change(site, (now) => seated({ ...now, devices: before }));
  },
  `
    1001 > INVITE 2000 sdp
    2000a < INVITE 2000a sdp
    2000a > 180
    1001 < 180
    2000a > 200 sdp
    2000a < ACK
    1001 < 200 sdp
    1001 > ACK
    1001 > INVITE again sdp sendonly
    2000a < INVITE again sdp sendonly
    2000a > 200 sdp
    2000a < ACK
    1001 < 200 sdp
    1001 > ACK
    2000a > INVITE 1001 sdp
    2000a < 401
    2000a > ACK
    2000a > BYE
    2000a < 200 BYE
    1001 < BYE, Q.850;cause=16;text="Normal call clearing"
    1001 > 200 BYE
  `,
);

flow(
  'a call that has left by a pattern stays when that is another; the next one goes by the new one',
  ['1001', '2000a', '1002'],
  (cast) => {
    const { site, phone, callOf, wait } = cast;
    const planOf = (digit: string) => ({
      partitions: new Map([['out', [wayOut(`${digit}!`, 'gw', 1)]]]),
      spaces: new Map([['default', ['lines', 'out']]]),
      countries: new Map(),
    });
    change(site, (now) => ({
      ...now,
      gateways: new Map([['gw', gateway('gw', 6003)]]),
      routeLists: new Map([['gw', listOf('gw')]]),
      routePlan: planOf('9'),
    }));
    phone('1001').call('95');
    wait(100);
    phone('1002').answer(callOf('1002'));
    wait(100);
    change(site, (now) => ({ ...now, routePlan: planOf('8') }));
    phone('1001').hold(callOf('1001'), true);
    wait(100);
    phone('2000a').call('95');
    wait(100);
    phone('2000a').call('86');
    wait(100);
    phone('2000a').hangUp(callOf('2000a'));
    wait(100);
    phone('1001').hangUp(callOf('1001'));
    wait(100);
  },
  `
    1001 > INVITE 95 sdp
    1002 < INVITE 5 sdp
    1002 > 180
    1001 < 180
    1002 > 200 sdp
    1002 < ACK
    1001 < 200 sdp
    1001 > ACK
    1001 > INVITE again sdp sendonly
    1002 < INVITE again sdp sendonly
    1002 > 200 sdp
    1002 < ACK
    1001 < 200 sdp
    1001 > ACK
    2000a > INVITE 95 sdp
    2000a < 404, Q.850;cause=1;text="LW-3001 unknown number"
    2000a > ACK
    2000a > INVITE 86 sdp
    1002 < INVITE 6 sdp
    1002 > 180
    2000a < 180
    2000a > CANCEL
    2000a < 200 CANCEL
    2000a < 487
    1002 < CANCEL
    2000a > ACK
    1002 > 200 CANCEL
    1002 > 487
    1002 < ACK
    1001 > BYE
    1001 < 200 BYE
    1002 < BYE, Q.850;cause=16;text="Normal call clearing"
    1002 > 200 BYE
  `,
  { settings: ['alone'] },
);
