/**
 * `node bench/delivery.ts`: how many records of calls per second get from the spool to where they are kept, and what
 * each costs in CPU: SQLite and JSON lines in a temporary folder, and a PostgreSQL of its own on this machine, as
 * the tests start it. Writing to the spool, which is on the call path, is measured too.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Clerk, type SinkConfig } from '../src/store/cdr/clerk.ts';
import { type CallEntry, GRADES } from '../src/store/cdr/entry.ts';
import { Spool } from '../src/store/cdr/spool.ts';
import { startPostgres } from '../test/servers/postgres/postgres-server.ts';

const USAGE = `node bench/delivery.ts [options]

  --records N   how many, 50000 unless told
  --help
`;

/** That many calls end in one turn of the manager. */
const TOGETHER = 4;
const LOOK_MS = 5;
/** What delivers has not seen its own code before. */
const WARM_UP = 5000;

const { values: options } = parseArgs({
  options: {
    records: { type: 'string', default: '50000' },
    help: { type: 'boolean', default: false },
  },
});
if (options.help) process.stdout.write(USAGE);
else await main(Number(options.records));

async function main(count: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'linewright-bench-records-'));
  const ends: (() => unknown)[] = [];
  // A test's context, as far as the server needs one.
  const context = {
    after: (fn: unknown) => {
      if (typeof fn === 'function') ends.push(() => fn());
    },
  };
  try {
    const { url } = await startPostgres(context);
    say(`${count} records, load ${loadavg()[0]?.toFixed(2)}`);
    const places: readonly (readonly [string, SinkConfig])[] = [
      ['SQLite', { sqlite: join(folder, 'calls.db') }],
      ['PostgreSQL', { postgres: url }],
      ['JSON lines', { jsonl: join(folder, 'calls.jsonl') }],
    ];
    for (const [name, sinks] of places) {
      const spool = join(folder, name);
      fill(join(spool, 'warm'), 0, WARM_UP);
      await deliver(join(spool, 'warm'), sinks, WARM_UP);
      const written = fill(join(spool, 'cold'), WARM_UP, count);
      const delivered = await deliver(join(spool, 'cold'), sinks, count);
      say(`  ${name}: ${told(delivered, count)}; to the spool ${told(written, count)}`);
    }
  } finally {
    for (const end of ends.toReversed()) await end();
    rmSync(folder, { recursive: true, force: true });
  }
}

type Taken = { readonly ms: number; readonly cpuMs: number };

function fill(folder: string, first: number, count: number): Taken {
  const spool = new Spool({ folder, say: () => {}, epochMs: () => Date.now() });
  const taken = begin();
  for (let n = 0; n < count; n++) {
    spool.opened(entryOf(first + n, -1));
    spool.done(entryOf(first + n, GRADES.end));
    if (n % TOGETHER === 0) spool.flush();
  }
  spool.flush();
  const result = taken();
  spool.close();
  return result;
}

async function deliver(folder: string, sinks: SinkConfig, count: number): Promise<Taken> {
  const failures: string[] = [];
  const clerk = new Clerk({ folder, ...sinks, say: (_, event) => failures.push(event) });
  const taken = begin();
  clerk.wake();
  while (Object.values(clerk.counters()).some(({ done }) => done < count) && failures.length === 0)
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  const result = taken();
  await clerk.close();
  if (failures.length > 0) throw new Error(failures.join(', '));
  return result;
}

function begin(): () => Taken {
  const atMs = performance.now();
  const cpu = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(cpu);
    return { ms: performance.now() - atMs, cpuMs: (user + system) / 1000 };
  };
}

function told({ ms, cpuMs }: Taken, count: number): string {
  return `${Math.round((count * 1000) / ms)}/s, ${((cpuMs * 1000) / count).toFixed(1)} µs of CPU each`;
}

/** As much as an ordinary call's has in it. */
function entryOf(n: number, grade: number): CallEntry {
  const atMs = 1_700_000_000_000 + n * 10;
  const open: CallEntry = {
    id: `manager-a.9k3.d2a-${n.toString(36)}`,
    ...{ started: atMs, ringing: atMs + 20, answered: atMs + 5000 },
    ...{ from_number: '1001', from_name: 'Ana Example', from_device: 'ana-desk' },
    ...{ from_call_id: `${n}-4711@192.0.2.17`, dialled: '2001', to_number: '2001' },
    ...{ answered_number: '2001', answered_name: 'Reception', answered_device: 'ben-t46' },
    ...{ answered_line: '2001', answered_appearance: 1, answered_manager: 'manager-b' },
    ...{ answered_call_id: `${n}-0815@198.51.100.4`, managers: ['manager-a', 'manager-b'], grade },
  };
  if (grade < 0) return open;
  const how = { cause: 'hung up', sip_status: 200, q850: 16, ended_by: 'caller' };
  return { ...open, ended: atMs + 65_000, holds: 0, ...how, closing: 'end' };
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
