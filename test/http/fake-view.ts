/** A manager view with fixed rows, for tests of what reads it. */

import { Histogram } from '../../src/base/histogram.ts';
import type { AppearanceRow, EventRow } from '../../src/http/appearance-rows.ts';
import type {
  LineRow,
  ManagerRow,
  ManagerState,
  ManagerView,
  TrafficEvent,
} from '../../src/http/manager-view.ts';
import { TraceReader } from '../../src/http/trace.ts';
import { routeRows } from '../../src/manager/route-rows.ts';
import { testRoute } from '../../src/manager/route-test.ts';
import { ROUTE_DIGITS, ROUTE_DIRECTORY } from '../manager/route-directory.ts';

export type FakeView = ManagerView & {
  become(state: ManagerState): void;
  /** Hands a message to every listener. */
  pass(event: TrafficEvent): void;
  readonly listeners: Set<(event: TrafficEvent) => void>;
  /** By whom and why appearances were released. */
  readonly released: (readonly [by: string, reason: string])[];
};

const REGISTRATIONS = [
  {
    device: '2000a',
    user: '2000a',
    contact: 'sip:2000a@127.0.0.1:5061',
    transport: 'udp',
    address: '127.0.0.1:5061',
    expiresInS: 3599,
    userAgent: 'Z\u001b[31mphone, "v1"',
    lines: ['2000'],
  },
  {
    device: '1001',
    user: '1001',
    contact: 'sip:k@x.invalid;transport=ws',
    transport: 'ws',
    address: '127.0.0.1:40112',
    expiresInS: 58,
    userAgent: '=cmd()',
    lines: ['1001'],
  },
];

const LINES: readonly LineRow[] = [
  {
    number: '2000',
    name: 'Office',
    mode: 'single',
    members: [
      {
        name: 'a',
        device: '2000a',
        registered: true,
        ringing: true,
        talking: false,
        phones: [
          {
            manager: 'manager-a',
            pid: 'manager-a.1.d4',
            contact: 'sip:2000a@127.0.0.1:5061',
            via: 'udp 127.0.0.1:5061',
            state: 'ringing',
          },
        ],
      },
      {
        name: 'b',
        device: '2000b',
        registered: false,
        ringing: false,
        talking: false,
        phones: [],
      },
    ],
    calls: 1,
    control: [
      {
        manager: 'manager-b',
        pid: 'manager-b.2.l3',
        epoch: 17,
        since: '2020-01-02T03:04:05.000Z',
        why: 'took over from manager-c when it left',
      },
    ],
    settings: [],
    missing: [],
  },
  {
    number: '1001',
    name: 'Ana',
    mode: 'replicated',
    members: [
      { name: '1001', device: '1001', registered: true, ringing: false, talking: true, phones: [] },
    ],
    calls: 0,
    control: [{ manager: 'manager-c', pid: 'manager-c.3.l1', epoch: 9, since: '', why: '' }],
    settings: [{ what: 'all', isOn: true, to: '2000', afterS: 0, by: 'directory', at: '' }],
    missing: ['manager-c did not answer within 1 s'],
  },
];

const EVENT: Omit<EventRow, 'at' | 'what'> = {
  ...{ manager: 'manager-b', call: 'k3x', member: 'a', cause: '', leaseMs: 0, text: '' },
  ...{ by: 'manager-a.1.d4', byManager: 'manager-a', from: '' },
};

const APPEARANCE: AppearanceRow = {
  ...{ number: '2000', name: 'Office', mode: 'single', appearance: 2, state: 'held' },
  ...{ member: 'a', manager: 'manager-a', call: 'k3x', from: { number: '1001', name: 'Ana' } },
  ...{ isExclusive: false, since: '2020-01-02T03:04:09.000Z', missing: [] },
  events: [
    { ...EVENT, at: '2020-01-02T03:04:05.250Z', what: 'seized', leaseMs: 15_000 },
    {
      ...{ ...EVENT, at: '2020-01-02T03:04:05.500Z', what: 'refused', member: 'b', call: 'k4' },
      ...{ by: 'manager-b.2.d5', byManager: 'manager-b', cause: 'busy' },
    },
    { ...EVENT, at: '2020-01-02T03:04:07.000Z', what: 'progressing', from: '1001' },
    { ...EVENT, at: '2020-01-02T03:04:09.000Z', what: 'held', from: '1001' },
  ],
  legs: [
    {
      ...{ manager: 'manager-a', pid: 'manager-a.1.d4', device: '2000a', member: 'a' },
      ...{ contact: 'sip:2000a@127.0.0.1:5061', role: 'calling', state: 'held', callId: 'a@1' },
      since: '2020-01-02T03:04:07.000Z',
    },
  ],
  lamps: [
    {
      ...{
        manager: 'manager-b',
        device: '2000b',
        member: 'b',
        contact: 'sip:2000b@127.0.0.1:5062',
      },
      ...{
        package: 'call-info',
        callId: 's@1',
        shows: 'active',
        isAnswered: false,
        isRight: false,
      },
      at: '2020-01-02T03:04:09.000Z',
    },
  ],
  control: LINES[0]?.control ?? [],
};

const MANAGERS: readonly ManagerRow[] = [
  {
    id: 'manager-a',
    home: 'manager-a.1',
    state: 'member',
    since: '2020-01-02T03:04:05.000Z',
    started: '2020-01-02T03:04:00.000Z',
    host: 'here',
    process: 11,
    sip: ['udp://127.0.0.1:5060'],
    counts: { phones: 2, lines: 1, calls: 1 },
  },
  {
    id: 'manager-c',
    home: 'manager-c.3',
    state: 'no answer',
    since: '',
    started: '2020-01-02T03:04:00.000Z',
    host: 'there',
    process: 33,
    sip: ['udp://127.0.0.1:5064'],
    counts: null,
  },
  {
    id: 'manager-b',
    home: 'manager-b.2',
    state: 'gone',
    since: '2020-01-02T03:04:06.000Z',
    started: '',
    host: '',
    process: 0,
    sip: [],
    counts: null,
  },
];

const MISSING = ['manager-c did not answer within 1 s'];

const CALLS = [
  {
    id: 'k3x',
    from: '1001',
    to: '2000',
    state: 'ringing' as const,
    answeredBy: '',
    sinceS: 75,
    legs: [
      { manager: 'manager-a', device: '1001', state: 'calling', callId: 'a@1' },
      { manager: 'manager-a', device: '2000a', state: 'ringing', callId: 'b@2' },
    ],
  },
];

const RECORDS = [
  {
    seq: 7,
    id: 'cmanager-a.1.d1-0',
    started: 1_700_000_000_000,
    answered: 1_700_000_002_000,
    ended: 1_700_000_065_500,
    from_number: '1001',
    from_name: '=HYPERLINK("http://evil")',
    from_device: '1001',
    from_call_id: 'a@1',
    dialled: '2000',
    to_number: '2000',
    answered_number: '2000',
    answered_device: '2000a',
    answered_line: '2000',
    answered_appearance: 1,
    answered_call_id: 'b@2',
    holds: 1,
    moves: [
      {
        kind: 'retrieved',
        atMs: 1_700_000_030_000,
        number: '2000',
        name: '',
        manager: 'manager-b',
      },
    ],
    cause: 'hung up',
    sip_status: 200,
    q850: 16,
    ended_by: 'caller',
    managers: ['manager-a', 'manager-b'],
    closing: 'end',
    grade: 2,
  },
] as const;

export function fakeView(): FakeView {
  const released: (readonly [by: string, reason: string])[] = [];
  const listeners = new Set<(event: TrafficEvent) => void>();
  let state: ManagerState = 'ready';
  const setup = new Histogram([0.01, 0.1]);
  for (const seconds of [0.001, 0.05, 3]) setup.observe(seconds);
  return {
    id: 'manager-a',
    state: () => state,
    become: (next) => {
      state = next;
    },
    registrations: (limit) => ({ items: REGISTRATIONS.slice(0, limit), total: 2 }),
    lines: async (limit) => ({ items: LINES.slice(0, limit), total: 2, missing: [] }),
    line: async (number) => LINES.find((line) => line.number === number),
    calls: (limit) => ({ items: CALLS.slice(0, limit), total: 1 }),
    allRegistrations: async (limit) => ({
      items: REGISTRATIONS.slice(0, limit).map((row) => ({ manager: 'manager-a', ...row })),
      total: 2,
      missing: MISSING,
    }),
    records: async ({ limit, number, call, after = 0 }) => {
      if (number === 'none') throw new Error('no database can be asked');
      const isMeant = ({ id }: (typeof RECORDS)[number]) => call === undefined || call === id;
      return RECORDS.filter((record) => record.seq > after && isMeant(record)).slice(0, limit);
    },
    allCalls: async (limit) => ({
      items: CALLS.slice(0, limit).map((row) => ({ manager: 'manager-a', ...row })),
      total: 1,
      missing: [],
    }),
    routes: (limit) => routeRows(ROUTE_DIRECTORY, limit),
    testRoute: async (from, dialled) =>
      testRoute(
        { directory: ROUTE_DIRECTORY, digits: ROUTE_DIGITS, stateOf: () => 'kept by manager-b' },
        from,
        dialled,
      ),
    changeLine: async (number, { what, to, by }) => {
      if (number !== '1001') return { absent: `no line '${number}'` };
      if (to === '9')
        return { refused: 'LW-3403 forwarded to a number that the line may not call' };
      if (to === '8') return { unkept: 'LW-3406 the setting could not be kept' };
      return { rows: [{ what, isOn: true, to, afterS: 0, by, at: '2020-01-02T03:04:05.000Z' }] };
    },
    appearance: async (number, appearance) => {
      if (number === '2000' && appearance === 2) return APPEARANCE;
      const why = number === '2000' ? 'it has 1 to 4; lit: 2 (held, a)' : 'no such line';
      return { absent: `line ${number} has no appearance ${appearance}: ${why}` };
    },
    gateways: async () => ({
      items: [
        {
          gateway: 'london',
          uri: 'sip:203.0.113.10',
          manager: 'manager-b',
          breaker: 'open',
          calls: 3,
          callsMax: 30,
          registration: 'waiting after 403',
          pings: 7,
          lastPing: '200',
          lastFailure: '503 to INVITE',
          failedAgoS: 5,
          tries: 9,
          answers: 5,
          failures: 4,
          refused: 0,
        },
      ],
      total: 1,
      missing: [],
    }),
    pingGateway: async () => false,
    release: async (number, appearance, by, reason) => {
      if (number === '1001')
        return { unreachable: 'manager-c, which controls 1001, did not answer' };
      if (appearance !== 2)
        return { absent: `${number}/${appearance} is idle: there is nothing to release` };
      released.push([by, reason]);
      return { released: `${number}/${appearance} is free: it was held by a` };
    },
    released,
    managers: async () => ({ items: MANAGERS, total: 3, missing: MISSING }),
    traffic: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    allTraffic: (_filter, tell) => {
      tell({ missing: ['manager-c'] });
      const listener: Parameters<FakeView['traffic']>[0] = (event) => {
        const row = new TraceReader({}).read(event);
        if (row !== undefined) tell({ manager: 'manager-b', ...row });
      };
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    counters: () => ({
      sip_requests_received_total: 7,
      calls_total: { answered: 3, 'no answer': 1 },
      call_setup_seconds: setup,
    }),
    drain: async () => {
      state = 'draining';
    },
    listeners,
    pass: (event) => {
      for (const listener of listeners) listener(event);
    },
  };
}

/** A request as it stands on the wire. */
export function sipMessage(startLine: string, headers: readonly string[], body = ''): string {
  return `${[startLine, ...headers].join('\r\n')}\r\n\r\n${body}`;
}
