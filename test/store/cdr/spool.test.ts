/** The spool: whatever happens to it, each call that was answered has a record, and what was written is read once. */
import assert from 'node:assert/strict';
import {
  copyFileSync,
  mkdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import fc from 'fast-check';
import { Clerk } from '../../../src/store/cdr/clerk.ts';
import { type CallEntry, mergeAll, mergeEntries } from '../../../src/store/cdr/entry.ts';
import { listSegments, segmentPath, segmentsBytes } from '../../../src/store/cdr/segments.ts';
import { Spool, type SpoolOptions } from '../../../src/store/cdr/spool.ts';
import { readLine, writeLine } from '../../../src/store/cdr/spool-line.ts';
import { BEGINNING, type Position, readBatch } from '../../../src/store/cdr/spool-reader.ts';
import { doneEntry, folderFor, openEntry } from './samples.ts';

const ALIVE_MS = 1_700_000_500_000;

function open(folder: string, more: Partial<SpoolOptions> = {}): Spool {
  return new Spool({ folder, say: () => {}, epochMs: () => ALIVE_MS, ...more });
}

function readAll(
  folder: string,
  from: Position = BEGINNING,
): { entries: CallEntry[]; at: Position } {
  const entries: CallEntry[] = [];
  for (let at = from; ; ) {
    const batch = readBatch(folder, at);
    entries.push(...batch.entries);
    at = batch.next;
    if (batch.isLast) return { entries, at };
  }
}

/** Every byte of it is a test. */
function short(n: number): CallEntry {
  return { id: `ma.1.d1-${n}`, answered: ALIVE_MS, grade: -1 };
}

/** `id closing`, sorted. */
function known(entries: readonly CallEntry[]): readonly string[] {
  return mergeAll(entries)
    .map(({ id, closing }) => `${id} ${closing}`)
    .sort();
}

test('what is written is read, in order, and once', (context) => {
  const folder = folderFor(context);
  const spool = open(folder);
  spool.opened(openEntry(1));
  spool.done(doneEntry(1));
  spool.flush();
  const first = readAll(folder);
  spool.done(doneEntry(2));
  spool.flush();
  const second = readAll(folder, first.at);
  spool.close();
  assert.deepEqual(
    [first.entries, second.entries, second.at.done],
    [[doneEntry(1)], [doneEntry(2)], 2],
  );
});

test('a manager that died after the answer finishes the record when it comes back, and never again', (context) => {
  const folder = folderFor(context);
  const spool = open(folder);
  spool.opened(openEntry(1));
  spool.opened(openEntry(2));
  spool.done(doneEntry(1));
  spool.flush();
  const again = open(folder);
  const third = open(folder);
  const { entries } = readAll(folder);
  for (const each of [spool, again, third]) each.close();
  const restarted = entries.filter(({ closing }) => closing === 'restart');
  assert.deepEqual(
    [known(entries), restarted.map(({ ended, cause, grade }) => [ended, cause, grade])],
    [['ma.1.d1-1 end', 'ma.1.d1-2 restart'], [[ALIVE_MS, 'internal failure', 0]]],
  );
});

test('cut off at every byte: no answered call that was there is lost, and none comes that was not', (context) => {
  const folder = folderFor(context);
  const whole = join(folder, 'whole');
  const spool = open(whole);
  for (let n = 0; n < 2; n++) {
    spool.opened(short(n));
    if (n < 1) spool.done({ ...short(n), closing: 'end', grade: 2 });
    spool.flush();
  }
  const path = segmentPath(whole, 1);
  const text = readFileSync(path);
  const wrong: string[] = [];
  for (let cut = 0; cut <= text.length; cut++) {
    const copy = join(folder, `at-${cut}`);
    mkdirSync(copy);
    copyFileSync(path, segmentPath(copy, 1));
    truncateSync(segmentPath(copy, 1), cut);
    const lines = text.toString('utf8', 0, cut).split('\n').slice(0, -1);
    const read = lines.flatMap((each) => readLine(each) ?? []);
    const done = read.flatMap((line) => (line.type === 'done' ? line.entry.id : []));
    const opened = read.flatMap((line) => (line.type === 'open' ? line.entry.id : []));
    const expected = opened.map((id) => `${id} ${done.includes(id) ? 'end' : 'restart'}`).sort();
    const again = open(copy);
    const found = known(readAll(copy).entries);
    again.close();
    if (JSON.stringify(found) !== JSON.stringify(expected)) wrong.push(`${cut}: ${found}`);
  }
  spool.close();
  assert.deepEqual(wrong, []);
});

test('a crash at any byte of the restart itself: the open calls are found again', (context) => {
  const folder = folderFor(context);
  const whole = join(folder, 'whole');
  const spool = open(whole);
  spool.opened(short(1));
  spool.flush();
  const again = open(whole);
  const text = readFileSync(segmentPath(whole, 2));
  const wrong: number[] = [];
  for (let cut = 0; cut <= text.length; cut++) {
    const copy = join(folder, `at-${cut}`);
    mkdirSync(copy);
    copyFileSync(segmentPath(whole, 1), segmentPath(copy, 1));
    writeFileSync(segmentPath(copy, 2), text.subarray(0, cut));
    const third = open(copy);
    if (known(readAll(copy).entries).join() !== 'ma.1.d1-1 restart') wrong.push(cut);
    third.close();
  }
  spool.close();
  again.close();
  assert.deepEqual(wrong, []);
});

test('any text in place of a line is none, and the lines around it are read', () => {
  fc.assert(
    fc.property(fc.string(), fc.nat(), (text, at) => {
      const line = writeLine({ type: 'done', number: 1, entry: doneEntry(1) }).slice(0, -1);
      const changed = line.slice(0, at % line.length) + text + line.slice(at % line.length);
      const read = readLine(changed);
      return text === '' ? read !== undefined : read === undefined || changed === line;
    }),
  );
});

test('segments follow each other, each with the calls that are up, and the last one says all', (context) => {
  const folder = folderFor(context);
  const spool = open(folder, { segmentBytes: 2000 });
  spool.opened(openEntry(99));
  for (let n = 0; n < 20; n++) {
    spool.opened(openEntry(n));
    spool.done(doneEntry(n));
    spool.flush();
  }
  const segments = listSegments(folder);
  const again = open(folder);
  const { entries, at } = readAll(folder);
  spool.close();
  again.close();
  assert(segments.length > 5);
  assert.deepEqual(
    [known(entries).length, entries.length, at.done, again.counters.written],
    [21, 21, 21, 21],
  );
});

test('a disk that is full: said once, kept in memory, written when there is room, and nothing twice', (context) => {
  const folder = folderFor(context);
  const said: string[] = [];
  let room = 700;
  const spool = open(folder, {
    say: (level, event) => said.push(`${level} ${event}`),
    write: (fd, data) => {
      if (room <= 0) throw new Error('ENOSPC: no space left on device, write');
      const taken = data.subarray(0, room);
      room -= taken.length;
      return writeSync(fd, taken);
    },
  });
  context.mock.timers.enable({ apis: ['setTimeout'] });
  for (let n = 0; n < 5; n++) {
    spool.done(doneEntry(n));
    spool.flush();
  }
  context.mock.timers.tick(1000);
  room = 1_000_000;
  context.mock.timers.tick(1000);
  const { entries } = readAll(folder);
  spool.close();
  assert.deepEqual(
    [said, entries.map(({ id }) => id), spool.counters.lost],
    [
      ['error call records cannot be written, calls go on', 'warn call records are written again'],
      [0, 1, 2, 3, 4].map((n) => `ma.1.d1-${n}`),
      0,
    ],
  );
});

test('a spool that nobody empties is full at its bound: what comes then is lost, and counted', (context) => {
  const folder = folderFor(context);
  const said: string[] = [];
  const say = (_: string, event: string) => said.push(event);
  const spool = open(folder, { segmentBytes: 1000, bytesMax: 5000, say });
  for (let n = 0; n < 20; n++) {
    spool.done(doneEntry(n));
    spool.flush();
  }
  const { entries } = readAll(folder);
  spool.close();
  assert.deepEqual(
    [said, entries.length + spool.counters.lost, spool.counters.lost > 0],
    [['call records: the spool is full, new records are lost'], 20, true],
  );
});

test('more calls are up than a segment holds: each segment takes as much as it began with', (context) => {
  const folder = folderFor(context);
  const spool = open(folder, { segmentBytes: 2000 });
  for (let n = 0; n < 100; n++) {
    spool.opened(openEntry(n));
    spool.flush();
  }
  for (let n = 0; n < 100; n++) {
    spool.done(doneEntry(n));
    spool.flush();
  }
  spool.close();
  const { entries } = readAll(folder);
  assert.deepEqual([entries.length, listSegments(folder).length < 15], [100, true]);
});

test('a full spool takes no more calls, but the end of those that it has; a restart finds none without', (context) => {
  const folder = folderFor(context);
  const options = { segmentBytes: 1000, bytesMax: 5000 };
  const spool = open(folder, options);
  spool.opened(openEntry(999));
  for (let n = 0; n < 200; n++) {
    spool.opened(openEntry(n));
    spool.flush();
    if (n % 2 === 0) spool.done(doneEntry(n));
    spool.flush();
  }
  const bytes = segmentsBytes(folder);
  const noted = spool.openCalls;
  for (let n = 1; n < 200; n += 2) spool.done(doneEntry(n));
  spool.done(doneEntry(999));
  spool.flush();
  spool.close();
  const again = open(folder, options);
  again.close();
  const { entries } = readAll(folder);
  const { lost } = spool.counters;
  assert.deepEqual(
    [bytes < 20_000, noted < 20, entries.length + lost, new Set(entries.map((e) => e.closing))],
    [true, true, 201, new Set(['end'])],
  );
});

test('a spool that somebody has emptied goes on behind what its sinks have had', async (context) => {
  const folder = folderFor(context);
  const spool = open(folder, { segmentBytes: 1000 });
  for (let n = 0; n < 20; n++) {
    spool.done(doneEntry(n));
    spool.flush();
  }
  spool.close();
  const place = { folder, sqlite: join(folder, 'cdr.db'), say: () => {} };
  const deliver = async () => {
    const clerk = new Clerk(place);
    clerk.wake();
    await clerk.close();
    return clerk.counters()['sqlite']?.done;
  };
  const first = await deliver();
  for (const segment of listSegments(folder)) rmSync(segmentPath(folder, segment));
  const next = open(folder);
  next.done(doneEntry(20));
  next.flush();
  next.close();
  assert.deepEqual([first, next.counters.written, await deliver()], [20, 21, 21]);
});

test('two words on one call come to the same in either order: the better one, with what only the other knows', () => {
  const restart = doneEntry(1, {
    closing: 'restart',
    grade: 0,
    ended: 5,
    cause: 'internal failure',
  });
  const { id } = restart;
  const end: CallEntry = { id, closing: 'end', grade: 2, ended: 7, cause: 'hung up' };
  const both = { ...restart, ...end };
  assert.deepEqual(
    [mergeEntries(restart, end), mergeEntries(end, restart), mergeEntries(both, restart)],
    [both, both, both],
  );
});
