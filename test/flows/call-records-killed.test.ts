/**
 * The caller's manager is killed at every millisecond around the answer. Once the caller has heard of it, the call is
 * noted in the spool of its own manager, whose restart finishes the record (`spool.test.ts`), or on record already.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { simulationDirectory } from '../../src/testkit/simulation-directory.ts';
import { DOMAIN, Site, type SiteOptions } from '../../src/testkit/site.ts';

/** Milliseconds from the phone's answer to the kill: signals between managers take some of them. */
const LATEST_MS = 60;

function talk(mode: 'single' | 'replicated', killMs: number): string {
  const records: NonNullable<SiteOptions['records']> = [];
  const plain = simulationDirectory(DOMAIN);
  const lines = new Map([...plain.lines].map(([number, line]) => [number, { ...line, mode }]));
  const site = new Site(1, { ...plain, lines }, { managers: 3, records });
  while (!site.isWhole) site.run(10);
  const [home, other] = site.managers;
  assert(home !== undefined && other !== undefined);
  const caller = site.addPhone('1001', '1001', [home.address]);
  const called = site.addPhone('1002', '1002', [other.address]);
  for (const phone of [caller, called]) phone.register(3600);
  called.onInvited = (call) => called.ring(call);
  site.run(2000);
  const call = caller.call('1002');
  site.run(500);
  const [offered] = called.calls;
  assert(offered !== undefined);
  called.answer(offered);
  site.run(killMs);
  const hasHeard = call.phase === 'talking';
  const isNoted = records.some(({ record }) => record.answeredMs !== undefined);
  home.kill('machine');
  site.run(4000);
  const isDone = records.some(({ record }) => record.closing !== undefined);
  const places = [isNoted ? 'its own' : '', isDone ? "the far end's" : ''].filter(Boolean);
  return `${hasHeard ? 'heard' : 'not heard'}: ${places.join(' and ') || 'none'}`;
}

const EXPECTED = {
  single: [
    'not heard: none',
    'not heard: its own',
    'heard: its own',
    // The far end has heard by then that it is the one who has the call.
    "heard: its own and the far end's",
  ],
  // It hears so with the lock, before the caller hears anything.
  replicated: [
    'not heard: none',
    "not heard: its own and the far end's",
    "heard: its own and the far end's",
  ],
};

for (const mode of ['single', 'replicated'] as const)
  test(`whenever the caller's manager dies, an answer that the caller has heard is noted [${mode}]`, () => {
    const told = Array.from({ length: LATEST_MS }, (_, ms) => talk(mode, ms));
    const kinds = told.filter((each, at) => each !== told[at - 1]);
    assert.deepEqual(kinds, EXPECTED[mode]);
  });
