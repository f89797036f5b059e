/**
 * The manager of who transfers is killed at every millisecond around the transfer, and long after it. Each call has a
 * record that says what became of it: also the one that goes on, whose call control would end with that manager.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Phone, PhoneCall } from '../../src/testkit/phone.ts';
import { simulationDirectory } from '../../src/testkit/simulation-directory.ts';
import { DOMAIN, Site } from '../../src/testkit/site.ts';
import { type Kept, tell } from './recorded.ts';

/** Milliseconds from the REFER to the kill: within some ten of them all is done. */
const KILLS = [...Array.from({ length: 20 }, (_, ms) => ms), 5000];

type Mode = 'single' | 'replicated';

function talk(site: Site, from: Phone, number: string, to: Phone): readonly [PhoneCall, PhoneCall] {
  const before = new Set(to.calls);
  const own = from.call(number);
  site.run(1000);
  const theirs = [...to.calls].find((call) => !before.has(call));
  assert(theirs !== undefined);
  to.answer(theirs);
  site.run(1000);
  return [own, theirs];
}

/** 1001 has called 2000a, who connects it with 1002, having `called` that one or not; 1001 hangs up half a minute later. */
function transfer(mode: Mode, called: boolean, killMs: number): string {
  const kept: Kept = [];
  const plain = simulationDirectory(DOMAIN);
  const lines = new Map([...plain.lines].map(([number, line]) => [number, { ...line, mode }]));
  const site = new Site(1, { ...plain, lines }, { managers: 3, records: kept });
  while (!site.isWhole) site.run(10);
  const [first, second, home] = site.managers;
  assert(first !== undefined && second !== undefined && home !== undefined);
  const far = site.addPhone('1001', '1001', [first.address]);
  const last = site.addPhone('1002', '1002', [second.address]);
  const transferor = site.addPhone('2000a', '2000a', [home.address]);
  for (const phone of [far, last, transferor]) {
    phone.register(3600);
    phone.onInvited = (call) => phone.ring(call);
  }
  site.run(2000);
  const [call, held] = talk(site, far, '2000', transferor);
  const [own, other] = called
    ? talk(site, transferor, '1002', last)
    : [...talk(site, last, '2000', transferor)].reverse();
  assert(own !== undefined && other !== undefined);
  transferor.referTo(held, own, '1002');
  site.run(killMs);
  home.kill('machine');
  site.run(30_000 - killMs);
  const isUp = call.phase === 'talking' && other.phase === 'talking';
  if (isUp) far.hangUp(call);
  site.run(5000);
  // Only the whole seconds are alike whenever it is killed.
  const told = tell(kept).map((line) => line.replace(/ring .* end (\d+)\.\d/, 'end $1'));
  return [isUp ? 'they talk' : 'all is over', ...told].join('\n');
}

const FIRST = '1001 > 2000; taken by 2000a on 2000/1';
const LOST = 'internal failure; 200/41; ended by system';

for (const mode of ['single', 'replicated'] as const) {
  test(`whenever a transferor's manager dies, the call that goes on is on record to its end, and the other until the transfer [${mode}]`, () => {
    const second = '2000a > 1002; taken by 1002 on 1002/1; end 2';
    assert.deepEqual(
      [...new Set(KILLS.map((ms) => transfer(mode, true, ms)))],
      [
        `all is over\n${FIRST}; end 4; ${LOST}; (loss)\n${second}; ${LOST}`,
        `they talk\n${FIRST}; end 34; transferred 1002; hung up; 200/16; ended by caller\n${second}; transferred; 200/16; ended by transfer`,
      ],
    );
  });

  test(`the same of two that have both called the transferor [${mode}]`, () => {
    const second = '1002 > 2000; taken by 2000a on 2000/2';
    assert.deepEqual(
      [...new Set(KILLS.map((ms) => transfer(mode, false, ms)))],
      [
        `all is over\n${FIRST}; end 4; ${LOST}; (loss)\n${second}; end 2; ${LOST}; (loss)`,
        `they talk\n${FIRST}; end 34; transferred 1002; hung up; 200/16; ended by caller\n${second}; end 32; transferred 1001; hung up; 200/16; ended by answerer`,
      ],
    );
  });
}
