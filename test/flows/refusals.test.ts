/** A refusal has one code, with one cause, wherever it is said: to the phone, in the log, and on record. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { LogFields } from '../../src/base/log.ts';
import type { Directory, Line } from '../../src/call/directory.ts';
import type { Hunt } from '../../src/call/hunting/hunt.ts';
import type { PickupGroup } from '../../src/call/pickup-group.ts';
import { REFUSALS, type RefusalCode } from '../../src/call/refusal-codes.ts';
import { q850Of, statusOf } from '../../src/device/cause-to-status.ts';
import { entryOf } from '../../src/manager/cdr/record-entry.ts';
import { Bench } from '../../src/testkit/phones/bench.ts';
import { GENERIC } from '../../src/testkit/phones/sca-habits.ts';
import { CALM_BUS } from '../../src/testkit/simulated-planes.ts';
import { simulationDirectory } from '../../src/testkit/simulation-directory.ts';
import { DOMAIN, SERVER, Site, type SiteOptions } from '../../src/testkit/site.ts';
import { listOf, wayOut } from '../call/switchboard.ts';
import { GOOD, ScriptedGateway } from './scripted-gateway.ts';
import { directoryWith } from './shared-stage.ts';

function huntOf(number: string, line: string, rest: Partial<Hunt> = {}): [string, Hunt] {
  const lines = [{ number: line, ms: 3000 }];
  return [number, { number, name: '', order: 'serial', lines, noAnswerMs: 3000, ...rest }];
}

/** Only 1001 may call out, where no gateway is; lines 21xx have no phone, or send their calls on. */
function directory(): Directory {
  const plain = simulationDirectory(DOMAIN);
  const lines = new Map(plain.lines);
  const change = (number: string, rest: Partial<Line>, like = number) => {
    const line = lines.get(like);
    assert(line !== undefined);
    lines.set(number, { ...line, number, ...rest });
  };
  change('1001', { search: 'staff', pickupGroup: 'office' });
  const [member] = lines.get('2000')?.members ?? [];
  assert(member !== undefined);
  const deaf = { ...member, name: '2000c', device: '2000c', rights: ['originate'] as const };
  change('2000', { pickupGroup: 'shop', members: [deaf] });
  // Further than a call is sent on.
  for (let at = 10; at < 18; at++) change(`21${at}`, { forward: { all: `21${at + 1}` } }, '2100');
  change('2101', { forward: { all: '2102' } }, '2100');
  change('2102', { forward: { all: '2101' } }, '2100');
  change('2103', { forward: { all: '91' } }, '2100');
  change('2104', { forward: { all: '7777' } }, '2100');
  change('2105', { isDnd: true }, '2100');
  const groupOf = (id: string, line: string): [string, PickupGroup] => [
    id,
    { id, name: '', number: line, lines: [line], others: [] },
  ];
  const gateway = { id: 'gw', uri: 'sip:10.0.9.9:5060', acceptFrom: [], callsMax: 9 };
  return {
    ...plain,
    lines,
    hunts: new Map([
      huntOf('2901', '1002'),
      huntOf('2902', '2105'),
      huntOf('2903', '2100'),
      huntOf('2904', '2100', { busyTo: '2905' }),
      huntOf('2905', '2100', { busyTo: '2904' }),
    ]),
    pickupGroups: new Map([groupOf('office', '1001'), groupOf('shop', '2000')]),
    gateways: new Map([
      ['gw', gateway],
      ['full', { ...gateway, id: 'full', uri: 'sip:10.0.9.10:5060', callsMax: 0 }],
    ]),
    routeLists: new Map([
      ['gw', listOf('gw')],
      ['full', listOf('full')],
    ]),
    routePlan: {
      partitions: new Map([
        [
          'out',
          [
            wayOut('9!', 'gw', 1, '+44'),
            wayOut('81X', 'gw'),
            wayOut('83', 'full'),
            wayOut('84', 'gw', 0, '4'.repeat(64)),
            {
              pattern: '51',
              action: { type: 'translate', space: 'staff', called: { mask: '52' } },
            },
            {
              pattern: '52',
              action: { type: 'translate', space: 'staff', called: { mask: '51' } },
            },
            { pattern: '98!', action: { type: 'refuse', cause: 'forbidden' } },
          ],
        ],
      ]),
      spaces: new Map([['staff', ['lines', 'out']]]),
      countries: new Map(),
    },
  };
}

/** Who dials what, and the code that is to be met. */
const ROWS: readonly (readonly [string, string, RefusalCode])[] = [
  ['1001', '7777', 'LW-3001'],
  ['1001', '98765', 'LW-3002'],
  ['1002', '91', 'LW-3003'],
  ['1001', '81', 'LW-3004'],
  ['1001', '51', 'LW-3005'],
  ['1001', '84', 'LW-3006'],
  ['1001', '2100', 'LW-3008'],
  ['1001', '91', 'LW-3201'],
  ['1001', '83', 'LW-3202'],
  ['1001', '2101', 'LW-3401'],
  ['1001', '2110', 'LW-3402'],
  ['1001', '2103', 'LW-3403'],
  ['1001', '2104', 'LW-3404'],
  ['1001', '2105', 'LW-3405'],
  ['1001', '2901', 'LW-3421'],
  ['1001', '2902', 'LW-3422'],
  ['1001', '2904', 'LW-3423'],
  ['1001', '2903', 'LW-3424'],
  ['1001', '700', 'LW-3441'],
  ['1001', '*68', 'LW-3445'],
  ['1001', '*781', 'LW-3001'],
  ['1001', '*11', 'LW-3481'],
  ['1001', '*8', 'LW-3481'],
  ['1001', '*82000', 'LW-3483'],
  ['1001', '*87777*1', 'LW-3001'],
  ['1001', '*80', 'LW-3001'],
  ['1001', '*98', 'LW-3461'],
  ['1002', '*98', 'LW-3463'],
  ['1001', '*98*', 'LW-3464'],
  ['1001', '*982000', 'LW-3464'],
  ['2000c', '*98', 'LW-3465'],
  ['1001', '*721001', 'LW-3401'],
  ['1001', '*722999', 'LW-3404'],
];

function said(code: unknown, status: unknown, q850: unknown): string {
  return [code, status, q850].join(' ');
}

/** What is on record, and what the log says that has a code. */
function hearing() {
  const records: NonNullable<SiteOptions['records']> = [];
  const logged: LogFields[] = [];
  const log = {
    debugging: false,
    write: (_level: string, _event: string, fields: LogFields = {}) => {
      if (fields['code'] !== undefined) logged.push(fields);
    },
  };
  return { records, logged, log };
}

/** Filled with the refusals that go over the network from now on, if Reason and Warning say the same. */
function answersAt(site: Site): string[] {
  const answers: string[] = [];
  const known = new Set<string>();
  site.network.tap = (_from, _to, text) => {
    // It is said again until it is acknowledged.
    if (known.has(text)) return;
    known.add(text);
    const [, status] = /^SIP\/2\.0 ([45]\d\d) .*\r\n(?:.*\r\n)*?CSeq: \d+ INVITE/i.exec(text) ?? [];
    const reason = /^Reason: Q\.850;cause=(\d+);text="(LW-\d+) /m.exec(text);
    const warning = /^Warning: 399 \S+ "(LW-\d+) /m.exec(text)?.[1];
    if (status !== undefined && reason !== null && warning === reason[2])
      answers.push(said(reason[2], status, reason[1]));
  };
  return answers;
}

for (const managers of [1, 3])
  test(`code and cause are the same in SIP, log and record${managers > 1 ? ' [three managers]' : ''}`, () => {
    const { records, logged, log } = hearing();
    const site = new Site(1, directory(), { managers, records, log });
    if (managers > 1) while (!site.isWhole) site.run(10);
    const phones = new Map(['1001', '1002', '2000c'].map((user) => [user, site.addPhone(user)]));
    for (const phone of phones.values()) phone.register(3600);
    const callee = phones.get('1002');
    if (callee !== undefined) callee.onInvited = (call) => callee.ring(call);
    site.run(2000);
    const answers = answersAt(site);
    const seen = ROWS.map(([from, dialled]) => {
      for (const list of [answers, logged, records]) list.length = 0;
      phones.get(from)?.call(dialled);
      site.run(40_000);
      const { code, cause, call } = logged[0] ?? {};
      const number = from.slice(0, 4);
      const kept = records.map(({ record }) => entryOf(record));
      return {
        dialled,
        sip: [...new Set(answers)],
        log: `${code} ${cause}`,
        records: kept.map((entry) => said(entry.code, entry.sip_status, entry.q850)),
        isOneCall: kept.every(({ id, from_number }) => id === call && from_number === number),
      };
    });
    assert.deepEqual(
      seen,
      ROWS.map(([, dialled, code]) => {
        const { cause } = REFUSALS[code];
        const all = [said(code, statusOf(cause), q850Of(cause))];
        return { dialled, sip: all, log: `${code} ${cause}`, records: all, isOneCall: true };
      }),
    );
  });

/** What comes in by a gateway with one line, whose codec is PCMU; the keeper of the three is another manager perhaps. */
const FROM_OUTSIDE: readonly (readonly [string, RefusalCode, string])[] = [
  ['1234;phone-context=elsewhere.test', 'LW-3007', '0'],
  ['1001', 'LW-3204', '8'],
  ['7777', 'LW-3001', '0'],
  ['91', 'LW-3003', '0'],
  ['700', 'LW-3446', '0'],
  ['1001', 'LW-3203', '0'],
];

for (const at of [0, 1, 2])
  test(`what comes in by a gateway is refused with one code everywhere, at manager ${at + 1} of three`, () => {
    const { records, logged, log } = hearing();
    const gateway = {
      ...{ id: 'gw', uri: 'sip:10.0.2.1:7001', acceptFrom: ['10.0.2.1/32'], callsMax: 1 },
      codecs: ['pcmu'],
    };
    const gateways = new Map([['gw', gateway]]);
    const site = new Site(1, { ...directory(), gateways }, { managers: 3, records, log });
    while (!site.isWhole) site.run(10);
    const server = site.managers[at]?.address ?? SERVER;
    const phone = site.addPhone('1001', '1001', [server]);
    phone.register(3600);
    phone.onInvited = (call) => phone.answer(call);
    const far = new ScriptedGateway(site, 7001, GOOD);
    site.run(2000);
    const answers = answersAt(site);
    const seen = FROM_OUTSIDE.map(([dialled, code, formats]) => {
      if (code === 'LW-3203') {
        far.formats = '0';
        far.call(server, '1001');
        site.run(1000);
      }
      for (const list of [answers, logged, records]) list.length = 0;
      far.formats = formats;
      far.call(server, dialled);
      site.run(3000);
      const kept = records.map(({ record }) => entryOf(record));
      return {
        dialled,
        sip: [...new Set(answers)],
        log: logged.map((fields) => fields['code']),
        records: kept.map((entry) => said(entry.code, entry.sip_status, entry.q850)),
        isOneCall: kept.every(({ id }) => id === logged[0]?.['call']),
      };
    });
    assert.deepEqual(
      seen,
      FROM_OUTSIDE.map(([dialled, code]) => {
        const { cause } = REFUSALS[code];
        const all = [said(code, statusOf(cause), q850Of(cause))];
        return { dialled, sip: all, log: [code], records: all, isOneCall: true };
      }),
    );
  });

for (const managers of [1, 3])
  test(`a phone that dials on an appearance of another hears so, as log and record say${managers > 1 ? ' [three managers]' : ''}`, () => {
    const { records, logged, log } = hearing();
    const site = new Site(1, directoryWith({ appearances: 4 }), { managers, records, log });
    if (managers > 1) while (!site.isWhole) site.run(10);
    const bench = new Bench(site);
    const [a, b] = ['2000a', '2000b'].map((user, at) =>
      bench.sca({ user, line: '2000', manager: at % managers }, GENERIC),
    );
    assert(a !== undefined && b !== undefined);
    for (const phone of [a, b]) phone.boot();
    site.run(1000);
    b.offHook(1);
    site.run(1000);
    const answers = answersAt(site);
    const seen = [1, 9].map((index) => {
      a.offHook(index);
      site.run(1000);
      for (const list of [answers, logged, records]) list.length = 0;
      const call = a.dial('1001');
      site.run(1000);
      const kept = records.map(({ record }) => entryOf(record));
      return {
        sip: [...new Set(answers)],
        log: logged.map(({ code, cause, call }) => [code, cause, call === kept[0]?.id]),
        records: kept.map((entry) => said(entry.code, entry.sip_status, entry.q850)),
        retryAfterS: call.retryAfterS,
      };
    });
    const told = (all: string, code: RefusalCode, retryAfterS: number) => ({
      ...{ sip: [all], log: [[code, REFUSALS[code].cause, true]], records: [all], retryAfterS },
    });
    assert.deepEqual(seen, [
      told('LW-3485 480 44', 'LW-3485', 1),
      told('LW-3486 403 21', 'LW-3486', 0),
    ]);
  });

for (const managers of [1, 3])
  test(`a phone whose line has all its calls hears so, as log and record say${managers > 1 ? ' [three managers]' : ''}`, () => {
    const { records, logged, log } = hearing();
    const plain = directory();
    const line = plain.lines.get('1002');
    assert(line !== undefined);
    const lines = new Map(plain.lines).set('1002', { ...line, callsMax: 1 });
    const site = new Site(1, { ...plain, lines }, { managers, records, log });
    if (managers > 1) while (!site.isWhole) site.run(10);
    const phones = site.managers.map(({ address }) => site.addPhone('1002', '1002', [address]));
    for (const phone of phones) phone.register(3600);
    const callee = site.addPhone('1001');
    callee.onInvited = (call) => callee.answer(call);
    callee.register(3600);
    site.run(1000);
    phones[0]?.call('1001');
    site.run(1000);
    const answers = answersAt(site);
    for (const list of [logged, records]) list.length = 0;
    phones.at(-1)?.call('1001');
    site.run(1000);
    const kept = records.map(({ record }) => entryOf(record));
    assert.deepEqual(
      {
        sip: [...new Set(answers)],
        log: logged.map(({ code, cause, call }) => [code, cause, call === kept[0]?.id]),
        records: kept.map((entry) => said(entry.code, entry.sip_status, entry.q850)),
      },
      {
        sip: ['LW-3013 503 42'],
        log: [['LW-3013', 'overload', true]],
        records: ['LW-3013 503 42'],
      },
    );
  });

test('a manager that drains says so to whoever calls', () => {
  const { records, logged, log } = hearing();
  const site = new Site(1, directory(), { records, log });
  const phone = site.addPhone('1001');
  phone.register(3600);
  site.run(1000);
  const answers = answersAt(site);
  site.managers[0]?.manager?.drain();
  phone.call('1002');
  site.run(1000);
  assert.deepEqual(
    { answers, logged, records },
    {
      answers: ['LW-3011 503 41'],
      logged: [{ from: phone.options.address.address, cause: 'draining', code: 'LW-3011' }],
      records: [],
    },
  );
});

for (const mode of ['single', 'replicated'] as const)
  test(`a phone that seizes anew what its INVITE waits for hears so, as log and record say [${mode}]`, () => {
    const { records, logged, log } = hearing();
    const directory = directoryWith({ appearances: 4, mode });
    const site = new Site(1, directory, { managers: 3, records, log });
    while (!site.isWhole) site.run(10);
    const bench = new Bench(site);
    const [b, a] = ['2000b', '2000a'].map((user, at) =>
      bench.sca({ user, line: '2000', manager: at }, GENERIC),
    );
    assert(a !== undefined && b !== undefined);
    for (const phone of [b, a]) {
      phone.boot();
      site.run(1000);
    }
    b.offHook(1);
    site.run(1000);
    a.offHook(1);
    site.run(1000);
    site.planes.busWeather = { ...CALM_BUS, delayMs: [50, 50] };
    const answers = answersAt(site);
    for (const list of [logged, records]) list.length = 0;
    a.dial('1001');
    site.run(20);
    a.offHook(1);
    site.run(1000);
    const kept = records.map(({ record }) => entryOf(record));
    assert.deepEqual(
      {
        sip: [...new Set(answers)],
        log: logged.map(({ code, cause, call }) => [code, cause, call === kept[0]?.id]),
        records: kept.map((entry) => said(entry.code, entry.sip_status, entry.q850)),
        by: kept.map(({ ended_by }) => ended_by),
      },
      {
        sip: ['LW-3488 480 31'],
        log: [['LW-3488', 'released', true]],
        records: ['LW-3488 480 31'],
        by: ['system'],
      },
    );
  });
