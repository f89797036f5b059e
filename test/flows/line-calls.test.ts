/** What a line's process and call control know of a call that moves from phone to phone. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { InvariantError } from '../../src/base/assert.ts';
import { snapshotOf } from '../../src/call/line/line-control.ts';
import { firstLcp } from '../../src/call/registration-table.ts';
import type { Phone, PhoneCall } from '../../src/testkit/phone.ts';
import { simulationDirectory } from '../../src/testkit/simulation-directory.ts';
import { DOMAIN, SERVER, Site } from '../../src/testkit/site.ts';

/** 1001 talks to 2000a by line 2000; 2000b and 1002 are there too. */
class Scene {
  readonly site = new Site(1, simulationDirectory(DOMAIN));

  constructor() {
    for (const user of ['2000a', '2000b', '1001', '1002']) {
      const phone = this.site.addPhone(user);
      phone.onInvited = (call) => phone.ring(call);
      phone.register(3600);
    }
    this.site.run(100);
    this.phone('1001').call('2000');
    this.site.run(100);
  }

  phone(user: string): Phone {
    const phone = this.site.phones.find(({ options }) => options.user === user);
    assert(phone !== undefined);
    return phone;
  }

  callOf(user: string): PhoneCall {
    const [call] = this.phone(user).calls;
    assert(call !== undefined, `${user} has no call`);
    return call;
  }

  answer(user: string): this {
    this.phone(user).answer(this.callOf(user));
    this.site.run(100);
    return this;
  }

  hangUp(user: string): void {
    this.phone(user).hangUp(this.callOf(user));
    this.site.run(100);
  }

  /** The line's process breaks. */
  breakLine(): void {
    const { manager, network, phones } = this.site;
    const location = manager.processing.table.find('2000');
    const lcp = location && firstLcp(location);
    assert(lcp !== undefined);
    manager.scheduler.run(lcp, () => {
      throw new InvariantError('broken by a test');
    });
    const [phone] = phones;
    assert(phone !== undefined);
    network.send(phone.options.address, SERVER, '\r\n');
    this.site.run(20);
  }

  /** Line 2000's calls, and who has them. */
  get lamps(): readonly string[] {
    const line = this.site.manager.processing.lines.get('2000');
    assert(line !== undefined);
    return snapshotOf(line).calls.map((call) =>
      `${call.appearance} ${call.state} ${call.state === 'active' ? call.member : ''}`.trim(),
    );
  }

  /** Who answered, as call control knows it. */
  get answerers(): readonly (string | undefined)[] {
    return [...this.site.manager.processing.calls.values()].map(
      ({ answeredBy }) => answeredBy?.party.name,
    );
  }

  /** Phones that have a call. */
  get busy(): readonly string[] {
    return this.site.phones
      .filter(({ calls }) => [...calls].length > 0)
      .map(({ options }) => options.user);
  }
}

test('a member that is transferred to another caller keeps its lamp until it hangs up', () => {
  const scene = new Scene().answer('2000a');
  scene.phone('1001').refer(scene.callOf('1001'), '1002');
  scene.site.run(100);
  scene.answer('1002');
  assert.deepEqual([scene.busy, scene.lamps], [['2000a', '1002'], ['1 active 2000a']]);
  scene.hangUp('2000a');
  assert.deepEqual([scene.busy, scene.lamps], [[], []]);
});

test('a member that transfers its caller away has no lamp any more', () => {
  const scene = new Scene().answer('2000a');
  scene.phone('2000a').refer(scene.callOf('2000a'), '1002');
  scene.site.run(100);
  scene.answer('1002');
  assert.deepEqual([scene.busy, scene.lamps], [['1001', '1002'], []]);
});

test('a member that takes a call over has the lamp, and is shown as who answered', () => {
  const scene = new Scene().answer('2000a');
  assert.deepEqual(scene.answerers, ['2000a at pbx.test']);
  scene.phone('2000a').hold(scene.callOf('2000a'), true);
  scene.site.run(100);
  scene.phone('2000b').replace('2000', scene.callOf('2000a'));
  scene.site.run(100);
  assert.deepEqual(
    [scene.busy, scene.lamps, scene.answerers],
    [['2000b', '1001'], ['1 active 2000b'], ['2000b at pbx.test']],
  );
  scene.hangUp('1001');
  assert.deepEqual([scene.busy, scene.lamps, scene.answerers], [[], [], []]);
});

test("a line's process dies again and again: its standing call goes on, and is shown again", () => {
  const scene = new Scene().answer('2000a');
  scene.breakLine();
  scene.breakLine();
  assert.deepEqual([scene.busy, scene.lamps], [['2000a', '1001'], ['1 active 2000a']]);
  scene.hangUp('1001');
  assert.deepEqual([scene.busy, scene.lamps], [[], []]);
});

test('a line whose process is not made anew: phones stop ringing, and the caller is refused', () => {
  const scene = new Scene();
  for (let death = 0; death < 5; death++) scene.breakLine();
  assert.deepEqual(scene.busy, ['2000a', '2000b', '1001']);
  scene.site.run(2600);
  assert.deepEqual(scene.busy, []);
});

test('a phone that answers while its line has no process: hung up when none comes in time', () => {
  const scene = new Scene();
  for (let death = 0; death < 5; death++) scene.breakLine();
  scene.answer('2000a');
  assert.deepEqual(scene.busy, ['2000a', '2000b', '1001']);
  scene.site.run(2600);
  assert.deepEqual(scene.busy, []);
});
