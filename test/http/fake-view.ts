/** A manager view with fixed rows, for tests of what reads it. */

import { Histogram } from '../../src/base/histogram.ts';
import type { ManagerState, ManagerView, TrafficEvent } from '../../src/http/manager-view.ts';

export type FakeView = ManagerView & {
  become(state: ManagerState): void;
  /** Hands a message to every listener. */
  pass(event: TrafficEvent): void;
  readonly listeners: Set<(event: TrafficEvent) => void>;
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

const LINES = [
  {
    number: '2000',
    name: 'Office',
    members: [
      { name: 'a', device: '2000a', registered: true, ringing: true, talking: false },
      { name: 'b', device: '2000b', registered: false, ringing: false, talking: false },
    ],
    calls: 1,
  },
  {
    number: '1001',
    name: 'Ana',
    members: [{ name: '1001', device: '1001', registered: true, ringing: false, talking: true }],
    calls: 0,
  },
];

const CALLS = [
  {
    id: 'k3x',
    from: '1001',
    to: '2000',
    state: 'ringing' as const,
    answeredBy: '',
    sinceS: 75,
    legs: [
      { device: '1001', state: 'calling', callId: 'a@1' },
      { device: '2000a', state: 'ringing', callId: 'b@2' },
    ],
  },
];

export function fakeView(): FakeView {
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
    lines: (limit) => ({ items: LINES.slice(0, limit), total: 2 }),
    line: (number) => LINES.find((line) => line.number === number),
    calls: (limit) => ({ items: CALLS.slice(0, limit), total: 1 }),
    traffic: (listener) => {
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
