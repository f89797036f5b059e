/** What is shown of a running manager's lines. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { lineRow, partsOf } from '../../src/manager/line-view.ts';
import { simulationDirectory } from '../../src/testkit/simulation-directory.ts';
import { DOMAIN, Site } from '../../src/testkit/site.ts';

test('a line shows who is away, who rings and who talks', () => {
  const site = new Site(1, simulationDirectory(DOMAIN));
  const [ana, ben, caller] = ['2000a', '2000b', '1001'].map((user) => {
    const phone = site.addPhone(user);
    phone.onInvited = (call) => phone.ring(call);
    phone.register(3600);
    return phone;
  });
  assert(ana && ben && caller);
  const shown = (ms: number): readonly string[] => {
    site.run(ms);
    const line = site.manager.directory.lines.get('2000');
    assert(line);
    const parts = new Map(partsOf(site.manager, '2000').map((part) => ['sim', part]));
    return lineRow(line, parts, site.manager.processing.table, [], []).members.map(
      ({ name, registered, ringing, talking }) =>
        `${name}${registered ? ' registered' : ''}${ringing ? ' ringing' : ''}${talking ? ' talking' : ''}`,
    );
  };
  const idle = shown(100);
  const call = caller.call('2000');
  const offered = shown(100);
  for (const taken of ben.calls) ben.answer(taken);
  const up = shown(100);
  caller.hangUp(call);
  assert.deepEqual(
    { idle, offered, up, over: shown(100) },
    {
      idle: ['2000a registered', '2000b registered', '2000c'],
      offered: ['2000a registered ringing', '2000b registered ringing', '2000c'],
      up: ['2000a registered', '2000b registered talking', '2000c'],
      over: ['2000a registered', '2000b registered', '2000c'],
    },
  );
});
