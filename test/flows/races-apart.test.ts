/** Phones on three managers take a call at one time: one of them has it, and nobody hangs up on the caller. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { CALM_BUS } from '../../src/testkit/simulated-planes.ts';
import { simulationDirectory } from '../../src/testkit/simulation-directory.ts';
import { DOMAIN, Site, serverAt } from '../../src/testkit/site.ts';

const RACES = 100;
/** So that some answers cross the news that another one was first. */
const SPREAD_MS = 30;

for (const mode of ['single', 'replicated'] as const)
  test(`of three who answer at once one stays in the call [three managers, ${mode}]`, () => {
    const directory = simulationDirectory(DOMAIN, () => mode);
    const site = new Site(1, directory, { managers: 3 });
    const caller = site.addPhone('1001', '1001', [serverAt(0)]);
    const members = ['2000a', '2000b', '2000c'].map((user, at) =>
      site.addPhone(user, user, [serverAt(at)]),
    );
    for (const member of members)
      member.onInvited = (call) => {
        member.ring(call);
        site.agenda.after(site.random.below(SPREAD_MS), () => member.answer(call));
      };
    site.run(3000);
    for (const phone of site.phones) phone.register(600);
    site.run(3000);
    // Packets overtake one another: what was said to a manager at different times is heard there in one turn.
    site.planes.busWeather = { ...CALM_BUS, delayMs: [1, 40] };
    const outcomes = Array.from({ length: RACES }, () => {
      const call = caller.call('2000');
      site.run(2000);
      const { phase } = call;
      const inCall = members.map(({ calls }) => calls.size).filter((size) => size > 0);
      caller.hangUp(call);
      site.run(2000);
      return { phase, inCall, left: members.map(({ calls }) => calls.size) };
    });
    const expected = { phase: 'talking', inCall: [1], left: [0, 0, 0] };
    assert.deepEqual(
      outcomes,
      Array.from({ length: RACES }, () => expected),
    );
  });
