/** What phones say to a manager that does not know whether it is a member still waits, and keeps its order. */
import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { SILENT } from '../../src/base/log.ts';
import { type DrivenManager, type DrivenMember, Driver } from '../../src/manager/driver.ts';
import type { Standing } from '../../src/process/cluster.ts';
import { SourceGuard } from '../../src/sip/guard.ts';
import type { Hop } from '../../src/sip/hop.ts';

const HOP: Hop = { transport: 'udp', address: '192.0.2.1', port: 5060, flow: 0, listener: 0 };

/** A driver whose clock stands still unless it is told, and what its manager has heard. */
function makeDriver(context: TestContext) {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  let nowMs = 1000;
  context.mock.method(performance, 'now', () => nowMs);
  const heard: string[] = [];
  let standing: Standing = 'member';
  const member: DrivenMember = {
    advance: () => {},
    flush: () => {},
    nextDueMs: () => nowMs,
    get standing() {
      return standing;
    },
  };
  const manager: DrivenManager = {
    effects: [],
    guard: new SourceGuard({ enabled: false }),
    advance: () => {},
    flowFailed: () => {},
    nextDueMs: () => nowMs,
    receive: (text) => heard.push(text),
    refuse: () => {},
    sendFailed: () => {},
    settle: () => {},
  };
  const driver = new Driver({ send: () => {}, close: () => {}, flush: () => {} }, SILENT);
  context.after(() => driver.stop());
  driver.join(member);
  driver.drive(manager);
  return {
    driver,
    heard,
    say: (...texts: string[]) => driver.receive(texts.map((text) => ({ text, hop: HOP }))),
    stand: (now: Standing) => {
      standing = now;
    },
    pass: (ms: number) => {
      nowMs += ms;
    },
  };
}

test('a member hears its phones at once', (context) => {
  const { heard, say } = makeDriver(context);
  say('1', '2');
  assert.deepEqual(heard, ['1', '2']);
});

test('what came while it was unsure comes first when it is sure', (context) => {
  const { heard, say, stand } = makeDriver(context);
  stand('unsure');
  say('1', '2');
  const before = [...heard];
  stand('member');
  say('3');
  assert.deepEqual([before, heard], [[], ['1', '2', '3']]);
});

test('it needs no further word of a phone to hear what has waited', (context) => {
  const { driver, heard, say, stand } = makeDriver(context);
  stand('unsure');
  say('1');
  stand('frozen');
  driver.act(() => {});
  assert.deepEqual(heard, ['1']);
});

test('it does not wait for longer than half a second', (context) => {
  const { heard, say, stand, pass } = makeDriver(context);
  stand('unsure');
  say('1');
  pass(501);
  say('2');
  assert.deepEqual(heard, ['1', '2']);
});
