/** The members' time in a simulation. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { Agenda } from '../../src/testkit/agenda.ts';
import { SlowClock } from '../../src/testkit/slow-clock.ts';

test('what waits comes when this clock says so, also when it is slowed down or sped up meanwhile', () => {
  const agenda = new Agenda();
  const clock = new SlowClock(agenda);
  const seen: [string, number, number][] = [];
  const note = (name: string) => () => seen.push([name, clock.nowMs, agenda.nowMs]);
  clock.after(100, note('slowed down'));
  agenda.after(50, () => clock.slow(0.1));
  agenda.after(60, () => clock.after(200, note('sped up')));
  agenda.after(650, () => clock.slow(1));
  agenda.after(2000, () => {});
  while (agenda.nowMs < 2000) agenda.step();
  assert.deepEqual(
    seen.map(([name, shownMs, ms]) => [name, Math.round(shownMs), Math.round(ms)]),
    [
      ['slowed down', 100, 550],
      ['sped up', 251, 791],
    ],
  );
});
