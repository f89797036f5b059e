/** What every place of records has to do, whichever it is. */
import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import type { CallEntry } from '../../../src/store/cdr/entry.ts';
import type { Found, Sink } from '../../../src/store/cdr/sink.ts';
import { doneEntry } from './samples.ts';

export type Place = {
  /** Opens it, again perhaps. */
  open(): Promise<Sink>;
  /** All that is in it, in the order in which it came. */
  rows(): Promise<readonly CallEntry[]>;
};

export function sinkContract(name: string, place: (context: TestContext) => Promise<Place>): void {
  test(`${name}: records are kept once, whatever comes twice`, async (context) => {
    const { open, rows } = await place(context);
    const sink = await open();
    await sink.write([doneEntry(1), doneEntry(2)]);
    await sink.write([doneEntry(2), doneEntry(3)]);
    await sink.close();
    const again = await open();
    await again.write([doneEntry(3), doneEntry(4), doneEntry(4)]);
    await again.close();
    assert.deepEqual(
      (await rows()).map(({ id }) => id),
      [1, 2, 3, 4].map((n) => `ma.1.d1-${n}`),
    );
  });

  test(`${name}: all of a record comes back as it was given`, async (context) => {
    const { open, rows } = await place(context);
    const sink = await open();
    const hostile = doneEntry(1, {
      from_name: `'; DROP TABLE linewright_calls; -- "\\\n\t=cmd()`,
      answered_appearance: 3,
      gateway_out: 'gw',
      code: 'LW-3201',
    });
    await sink.write([hostile]);
    await sink.close();
    assert.deepEqual(await rows(), [hostile]);
  });
}

/** Of those that can be asked. */
export function queryContract(name: string, place: (context: TestContext) => Promise<Place>): void {
  test(`${name}: of two words on one call the better one counts, and gaps are filled`, async (context) => {
    const { open, rows } = await place(context);
    const sink = await open();
    const restart = doneEntry(1, { closing: 'restart', grade: 0, cause: 'internal failure' });
    const end: CallEntry = {
      id: 'ma.1.d1-1',
      closing: 'end',
      grade: 2,
      ended: 1_700_000_009_000,
      cause: 'hung up',
    };
    await sink.write([restart]);
    await sink.write([end]);
    await sink.write([restart]);
    await sink.close();
    assert.deepEqual(await rows(), [{ ...restart, ...end }]);
  });

  test(`${name}: who came to a call later is filled in by who answered, though both are as sure`, async (context) => {
    const { open, rows } = await place(context);
    const sink = await open();
    const full = doneEntry(1);
    const late: CallEntry = { id: full.id, closing: 'end', grade: full.grade, cause: 'released' };
    await sink.write([late]);
    await sink.write([full]);
    await sink.write([late]);
    await sink.close();
    assert.deepEqual(await rows(), [{ ...full, ...late }]);
  });

  test(`${name}: is asked for the latest, by time, number and call, and page by page`, async (context) => {
    const { open } = await place(context);
    const sink = await open();
    const entries = Array.from({ length: 10 }, (_, n) =>
      doneEntry(n, n % 2 === 0 ? {} : { from_number: '1002', dialled: `9${n}` }),
    );
    await sink.write(entries);
    const ask = async (query: Parameters<Exclude<Sink['query'], undefined>>[0]) =>
      ((await sink.query?.(query)) ?? []).map(({ id }: Found) => Number(id.split('-')[1]));
    const began = (n: number) => doneEntry(n).started ?? 0;
    const first = (await sink.query?.({ after: 0, limit: 3 })) ?? [];
    const seen = [
      await ask({ limit: 3 }),
      await ask({ sinceMs: began(2), untilMs: began(5), limit: 100 }),
      await ask({ number: '1002', limit: 100 }),
      await ask({ number: '97', limit: 100 }),
      await ask({ number: "' OR 1=1 --", limit: 100 }),
      await ask({ call: doneEntry(4).id, limit: 100 }),
      await ask({ call: doneEntry(5).answered_call_id ?? '', limit: 100 }),
      await ask({ call: "' OR 1=1 --", limit: 100 }),
      first.map(({ id }) => Number(id.split('-')[1])),
      await ask({ after: first.at(-1)?.seq ?? 0, limit: 3 }),
    ];
    await sink.close();
    assert.deepEqual(seen, [
      ...[[7, 8, 9], [2, 3, 4], [1, 3, 5, 7, 9], [7], [], [4], [5], [], [0, 1, 2], [3, 4, 5]],
    ]);
  });
}
