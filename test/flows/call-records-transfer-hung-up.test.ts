/**
 * Who transfers hangs up by itself, at every millisecond from its REFER until all is done: one call, the other, or both.
 * The call that goes on is on record to its end, as it would be if it had waited.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Phone, PhoneCall } from '../../src/testkit/phone.ts';
import { simulationDirectory } from '../../src/testkit/simulation-directory.ts';
import { DOMAIN, Site } from '../../src/testkit/site.ts';
import { type Kept, tell } from './recorded.ts';

/** Milliseconds from the REFER to the BYE: within some ten of them all is done. */
const HANG_UPS = Array.from({ length: 16 }, (_, ms) => ms);

type Setting = 'alone' | 'single' | 'replicated';

/** Whom the transferor has called; who is not among them has called it. */
type Callers = 'both' | 'the first';

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

/**
 * 2000a connects 1001 with 1002, having `called` them, and hangs up `ms` later: of its two calls those of `way`, in that
 * order. 1002 hangs up half a minute later.
 */
function transfer(
  setting: Setting,
  called: Callers,
  way: readonly number[],
  ms: number,
): readonly string[] {
  const kept: Kept = [];
  const plain = simulationDirectory(DOMAIN);
  const mode = setting === 'alone' ? 'single' : setting;
  const lines = new Map([...plain.lines].map(([number, line]) => [number, { ...line, mode }]));
  const managers = setting === 'alone' ? 1 : 3;
  const site = new Site(1, { ...plain, lines }, { managers, records: kept });
  while (managers > 1 && !site.isWhole) site.run(10);
  const [one, two = one, three = one] = site.managers;
  assert(one !== undefined && two !== undefined && three !== undefined);
  const far = site.addPhone('1001', '1001', [one.address]);
  const last = site.addPhone('1002', '1002', [two.address]);
  const transferor = site.addPhone('2000a', '2000a', [three.address]);
  for (const phone of [far, last, transferor]) {
    phone.register(3600);
    phone.onInvited = (call) => phone.ring(call);
  }
  site.run(2000);
  const [first, theirs] = talk(site, transferor, '1001', far);
  const [second, other] =
    called === 'both'
      ? talk(site, transferor, '1002', last)
      : [...talk(site, last, '2000', transferor)].reverse();
  assert(second !== undefined && other !== undefined);
  transferor.referTo(first, second, '1002');
  site.run(ms);
  for (const at of way) {
    const call = at === 0 ? first : second;
    if (call.phase === 'talking') transferor.hangUp(call);
  }
  site.run(30_000 - ms);
  const isUp = theirs.phase === 'talking' && other.phase === 'talking';
  if (isUp) last.hangUp(other);
  site.run(5000);
  const left = site.managers.map(({ manager }) => manager?.scheduler.population.c ?? 0);
  const isLeft = left.some((count) => count > 0);
  // Only the whole seconds are alike whenever it hangs up.
  const told = tell(kept).map((line) => line.replace(/ring .* end (\d+)\.\d/, 'end $1'));
  return [isUp ? 'they talk' : 'all is over', ...(isLeft ? ['calls are left'] : []), ...told];
}

const FIRST =
  '2000a > 1001; taken by 1001 on 1001/1; end 34; transferred 1002; hung up; 200/16; ended by caller';
const SECOND: Readonly<Record<Callers, string>> = {
  both: '2000a > 1002; taken by 1002 on 1002/1; end 2; transferred; 200/16; ended by transfer',
  'the first':
    '1002 > 2000; taken by 2000a on 2000/2; end 32; transferred 1001; hung up; 200/16; ended by caller',
};

/** What becomes of it, whenever the transferor hangs up. */
function outcomes(setting: Setting, called: Callers, way: readonly number[]): readonly string[] {
  return [...new Set(HANG_UPS.map((ms) => transfer(setting, called, way, ms).join('\n')))];
}

for (const setting of ['alone', 'single', 'replicated'] as const) {
  for (const called of ['both', 'the first'] as const)
    test(`whenever who has called ${called} hangs up the call that it transfers, the two talk on, on record to the end [${setting}]`, () => {
      assert.deepEqual(outcomes(setting, called, [0]), [`they talk\n${FIRST}\n${SECOND[called]}`]);
    });

  test(`whenever who has called both hangs up both calls, the two talk on record, or not at all [${setting}]`, () => {
    const isOver = 'hung up; 200/16; ended by caller';
    const second = '2000a > 1002; taken by 1002 on 1002/1; end 2';
    const expected = new Set([
      // The second call was gone before the transfer could begin.
      `all is over\n2000a > 1001; taken by 1001 on 1001/1; end 4; ${isOver}\n${second}; ${isOver}`,
      `they talk\n${FIRST}\n${second}; ${isOver}`,
      `they talk\n${FIRST}\n${SECOND.both}`,
    ]);
    const seen = [
      ...new Set([...outcomes(setting, 'both', [0, 1]), ...outcomes(setting, 'both', [1, 0])]),
    ];
    // At one manager the transfer has always begun.
    const isAlone = setting === 'alone';
    assert.deepEqual(seen, isAlone ? [...expected].slice(1) : [...expected]);
  });
}
