/** SIP of several managers for one reader: in order, complete, and of those that answer. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { TrafficEvent } from '../../src/http/manager-view.ts';
import type { TraceLine } from '../../src/http/trace.ts';
import { traceCluster } from '../../src/manager/cluster-trace.ts';
import { TraceDesk, type Traffic } from '../../src/manager/trace-desk.ts';
import { sipMessage } from '../http/fake-view.ts';

/** One manager's messages. */
class Wire {
  readonly listeners = new Set<(event: TrafficEvent) => void>();
  readonly traffic: Traffic = (listener) => {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  };

  /** A message to or from that number. */
  pass(atMs: number, number: string, method = 'INVITE'): void {
    const text = sipMessage(`${method} sip:${number}@pbx.test SIP/2.0`, [
      `To: <sip:${number}@pbx.test>`,
      `Call-ID: ${number}@${atMs}`,
      `CSeq: 1 ${method}`,
    ]);
    const from = { transport: 'udp', peer: '127.0.0.1:5061' } as const;
    for (const hear of this.listeners) hear({ atMs, direction: 'received', ...from, text });
  }
}

/** Such as `b 12 INVITE 2000`. */
function shown(line: TraceLine): string {
  if ('missed' in line) return `missed ${line.missed}`;
  if ('missing' in line) return `missing ${line.missing.join()}`;
  const { manager, atMs, label, target } = line;
  return `${manager} ${atMs} ${label} ${target}`;
}

const FILTER = { number: '2000' };

test('a desk keeps what a trace asked for from its first question on, until it has arrived', () => {
  const wire = new Wire();
  const desk = new TraceDesk(wire.traffic, () => 0);
  const take = (after: number) => {
    const { first, items } = desk.take({ trace: 'a.1-1', after, ...FILTER });
    return [first, ...items.map(({ atMs }) => atMs)];
  };
  wire.pass(1, '2000');
  const before = take(0);
  wire.pass(2, '2000');
  wire.pass(3, '3000');
  wire.pass(4, '2000');
  const answers = [take(0), take(0), take(1), take(2)];
  wire.pass(5, '2000');
  assert.deepEqual([before, answers, take(2)], [[0], [[0, 2, 4], [0, 2, 4], [1, 4], [2]], [2, 5]]);
});

test('a desk forgets a trace that does not ask for ten seconds', () => {
  const wire = new Wire();
  let nowMs = 0;
  const desk = new TraceDesk(wire.traffic, () => nowMs);
  desk.take({ trace: 'a.1-1', after: 0 });
  const listening = wire.listeners.size;
  nowMs = 10_001;
  wire.pass(1, '2000');
  assert.deepEqual([listening, wire.listeners.size], [1, 0]);
});

test('what is more than a desk keeps is counted', () => {
  const wire = new Wire();
  const desk = new TraceDesk(wire.traffic, () => 0);
  desk.take({ trace: 'a.1-1', after: 0 });
  for (let atMs = 1; atMs <= 4010; atMs++) wire.pass(atMs, '2000');
  const { missed, items } = desk.take({ trace: 'a.1-1', after: 0 });
  const rest = desk.take({ trace: 'a.1-1', after: items.length });
  assert.deepEqual([missed, rest.first], [10, items.length]);
});

test("a trace of the cluster is in the order of time, whoever's message it is, and says who is missing", async () => {
  const [own, other] = [new Wire(), new Wire()];
  const desk = new TraceDesk(other.traffic, () => 0);
  let nowMs = 100;
  let homes = ['b.2', 'c.3'];
  const said: string[] = [];
  const seen = Promise.withResolvers<void>();
  const end = traceCluster(
    {
      ...{ home: 'a.1', traffic: own.traffic, others: () => homes, pollMs: 1 },
      epochMs: () => nowMs,
      ask: async (home, question) => {
        if (home === 'c.3') return undefined;
        const answer = desk.take(question);
        if (said.length === 1 && nowMs === 100) {
          // The first round has begun it.
          other.pass(101, '2000');
          own.pass(103, '2000');
          other.pass(102, '2000');
          other.pass(104, '2000', 'BYE');
          nowMs = 200;
          homes = ['b.2'];
        }
        return answer;
      },
    },
    FILTER,
    (line) => {
      said.push(shown(line));
      if (said.length === 6) seen.resolve();
    },
  );
  await seen.promise;
  end();
  assert.deepEqual(
    [said, own.listeners.size],
    [
      [
        'missing c',
        'missing ',
        'b 101 INVITE 2000',
        'b 102 INVITE 2000',
        'a 103 INVITE 2000',
        'b 104 BYE 2000',
      ],
      0,
    ],
  );
});
