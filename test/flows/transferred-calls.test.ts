/** A call that was transferred, and is again: it keeps one call control, so that `call ls` and its record have it. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Cast, castOf, type Setting, stage } from './flow.ts';

const USERS = ['1001', '1002', '2000a', '2100a'];
const SETTINGS: readonly Setting[] = ['alone', 'single', 'replicated'];

/** `who` consults `number` and connects its peer with whom that rings. */
function attend({ phone, callOf, wait }: Cast, who: string, number: string, rings: string): void {
  const first = callOf(who);
  const consultation = phone(who).call(number);
  wait(100);
  phone(rings).answer(callOf(rings));
  wait(100);
  phone(who).referTo(first, consultation, number);
  wait(300);
}

function refer({ phone, callOf, wait }: Cast, who: string, number: string, rings: string): void {
  phone(who).refer(callOf(who), number);
  wait(100);
  phone(rings).answer(callOf(rings));
  wait(300);
}

const PLAYS: Readonly<Record<string, readonly [(cast: Cast) => void, string]>> = {
  'blind, then attended by whom it was moved from the beginning on': [
    (cast) => {
      refer(cast, '1002', '2000', '2000a');
      attend(cast, '1001', '2100', '2100a');
    },
    '2000 with 2100',
  ],
  'blind, then attended by whom it was moved to': [
    (cast) => {
      refer(cast, '1002', '2000', '2000a');
      attend(cast, '2000a', '2100', '2100a');
    },
    '1001 with 2100',
  ],
  'attended by its caller, then by whom that has left behind': [
    (cast) => {
      attend(cast, '1001', '2000', '2000a');
      attend(cast, '1002', '2100', '2100a');
    },
    '2000 with 2100',
  ],
  'attended by its caller, then blind by whom that has left behind': [
    (cast) => {
      attend(cast, '1001', '2000', '2000a');
      refer(cast, '1002', '2100', '2100a');
    },
    '2000 with 2100',
  ],
};

for (const [name, [play, due]] of Object.entries(PLAYS))
  for (const setting of SETTINGS)
    test(`${name} [${setting}]`, () => {
      const site = stage(setting, USERS);
      const cast = castOf(site, USERS.length);
      const { phone, callOf, wait } = cast;
      const shown = (): string[] =>
        site.managers.flatMap(({ manager }) =>
          [...(manager?.processing.calls.values() ?? [])].map(
            ({ from, dialled }) => `${from.number} with ${dialled}`,
          ),
        );
      phone('1001').call('1002');
      wait(100);
      phone('1002').answer(callOf('1002'));
      wait(100);
      play(cast);
      const standing = shown();
      phone('2100a').hangUp(callOf('2100a'));
      wait(300);
      assert.deepEqual([standing, shown()], [[due], []]);
    });
