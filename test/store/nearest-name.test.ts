/** A slip of the pen finds the name that was meant; a stranger finds none. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { nearestName } from '../../src/store/nearest-name.ts';

const NAMES = ['members', 'mode', 'name', 'no_answer', 'offer'];

for (const [word, meant] of [
  ['memebrs', 'members'],
  ['Members', 'members'],
  ['mods', 'mode'],
  ['noanswer', 'no_answer'],
  ['ofer', 'offer'],
  ['offfer', 'offer'],
  ['colour', undefined],
  ['x', undefined],
] as const)
  test(`'${word}' is ${meant ?? 'nothing known'}`, () => {
    assert.equal(nearestName(word, NAMES), meant);
  });
