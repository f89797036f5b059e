/** What members set for their lines: kept by a store, the same at all managers, there again after them. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Setting } from '../../../src/call/forwarding/line-settings.ts';
import { EmbeddedStatePlane } from '../../../src/cluster/embedded-state-plane.ts';
import { EmbeddedStore } from '../../../src/cluster/embedded-store.ts';
import { KeptSettings } from '../../../src/manager/directory/kept-settings.ts';

const FORWARD: Setting = { isOn: true, to: '2009', by: 'ana', who: 'ana', atMs: 1000 };
const OFF: Setting = { isOn: false, to: '', by: '', who: 'ben@desk', atMs: 2000 };

/** Deliveries of a store, done when they are asked for. */
class Stage {
  readonly store = new EmbeddedStore();
  readonly #deliveries: (() => void)[] = [];

  /** A manager's way to the store, and what it is told. */
  manager(): { readonly settings: KeptSettings; readonly heard: string[] } {
    const plane = new EmbeddedStatePlane(this.store, {
      carry: (_what, deliver) => this.#deliveries.push(deliver),
    });
    const settings = new KeptSettings(plane);
    const heard: string[] = [];
    settings.connect(
      (number, kind, setting) =>
        heard.push(`${number} ${kind}: ${setting ? setting.to || 'off' : 'as the directory says'}`),
      (action) => action(),
    );
    return { settings, heard };
  }

  settle(): void {
    for (;;) {
      const deliver = this.#deliveries.shift();
      if (deliver === undefined) return;
      deliver();
    }
  }
}

test('what one manager is told counts at all of them, and at one that comes later', () => {
  const stage = new Stage();
  const [one, other] = [stage.manager(), stage.manager()];
  const done: boolean[] = [];
  one.settings.put('2001', 'all', FORWARD, (isKept) => done.push(isKept));
  one.settings.put('#9/x', 'no answer', OFF, (isKept) => done.push(isKept));
  stage.settle();
  other.settings.put('2001', 'all', undefined, (isKept) => done.push(isKept));
  stage.settle();
  const late = stage.manager();
  stage.settle();
  const both = ['2001 all: 2009', '#9/x no answer: off', '2001 all: as the directory says'];
  assert.deepEqual(
    { one: one.heard, other: other.heard, late: late.heard, done },
    { one: both, other: both, late: ['#9/x no answer: off'], done: [true, true, true] },
  );
});

test('what was set for lines that are no more is taken back, at all managers; the rest stays', async () => {
  const stage = new Stage();
  const [one, other] = [stage.manager(), stage.manager()];
  for (const number of ['2001', '2002'])
    for (const kind of ['all', 'dnd'] as const) one.settings.put(number, kind, FORWARD, () => {});
  stage.settle();
  one.heard.length = 0;
  other.heard.length = 0;
  other.settings.forget((number) => number === '2001');
  await other.settings.ready();
  stage.settle();
  const gone = ['2001 all: as the directory says', '2001 dnd: as the directory says'];
  assert.deepEqual({ one: one.heard, other: other.heard }, { one: gone, other: gone });
});

test('what is no setting, or one of a later release, is passed over', () => {
  const stage = new Stage();
  const plane = new EmbeddedStatePlane(stage.store, { carry: (_what, deliver) => deliver() });
  const then = [
    ['settings/2001/all', '{"isOn":"yes"}'],
    ['settings/2001/never', JSON.stringify(FORWARD)],
    ['settings/2001/busy', 'no JSON'],
    ['settings/2001/dnd', JSON.stringify(OFF)],
  ].map(([key = '', value = '']) => ({ type: 'put', key, value }) as const);
  plane.transact({ compare: [], then }, () => {});
  const { heard } = stage.manager();
  stage.settle();
  assert.deepEqual(heard, ['2001 dnd: off']);
});
