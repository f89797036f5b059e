/** Who the processes of a replicated line are: all managers number that alike, also one that has not seen every change. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { Exchange } from '../exchange.ts';
import type { FakeDevice } from '../fake-device.ts';
import { directoryOf, lineOf } from '../switchboard.ts';

const MEMBERS = ['ana', 'ben', 'cas', 'dan', 'eve'];
const DIRECTORY = directoryOf([lineOf('2000', MEMBERS, { mode: 'replicated' })], ['zoe']);

/** ana is at a, ben and zoe are at b, and so on. */
class Cast {
  readonly exchange = new Exchange(DIRECTORY, ['a.1', 'b.1', 'c.1', 'd.1', 'e.1']);
  readonly phones = new Map<string, FakeDevice>();

  plug(...users: readonly string[]): void {
    for (const user of users) {
      const board = this.exchange.board(`${user === 'zoe' ? 'b' : user.charAt(0)}.1`);
      this.phones.set(user, board.plug(user));
      this.exchange.settle();
    }
  }

  /** Its process goes five seconds later. */
  unplug(user: string): void {
    const phone = this.phone(user);
    this.exchange.act(phone, () => phone.detach());
    this.exchange.wait(5100);
  }

  /** Who rings when `user` calls the line. */
  ringing(user: string): string[] {
    const phone = this.phone(user);
    this.exchange.act(phone, () => phone.dial('2000'));
    const rings = [...this.phones].filter(([, each]) => each.open('offered', 'called').length > 0);
    for (const call of phone.open('offered', 'calling'))
      this.exchange.act(phone, () => phone.hangUp(call));
    return rings.map(([name]) => name);
  }

  phone(user: string): FakeDevice {
    const phone = this.phones.get(user);
    assert(phone !== undefined);
    return phone;
  }
}

for (const [what, change] of Object.entries({
  'one that comes, and one that goes after it': (cast: Cast) => {
    cast.plug('dan');
    cast.unplug('cas');
  },
  'one that goes, and one that comes after it': (cast: Cast) => {
    cast.unplug('cas');
    cast.plug('dan');
  },
  'two that come': (cast: Cast) => cast.plug('eve', 'dan'),
  'two that come, and one that goes': (cast: Cast) => {
    cast.plug('eve');
    cast.unplug('cas');
    cast.plug('dan');
  },
  'the last one that goes': (cast: Cast) => cast.unplug('cas'),
}))
  test(`a manager that hears of ${what} all at once agrees with the others`, () => {
    const cast = new Cast();
    cast.plug('ana', 'ben', 'cas', 'zoe');
    const member = cast.exchange.memberOf('b.1');
    member.isBlind = true;
    change(cast);
    member.catchUp();
    cast.exchange.settle();
    const there = [...cast.phones.keys()].filter((name) => {
      const isGone = name === 'cas' && cast.phone(name).lines.size === 0;
      return name !== 'zoe' && !isGone;
    });
    assert.deepEqual(
      [cast.ringing('zoe'), cast.ringing('ana')],
      [there, there.filter((name) => name !== 'ana')],
    );
  });
