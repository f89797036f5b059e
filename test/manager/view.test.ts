/** What is shown of a running manager's lines. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { lineRow, partsOf } from '../../src/manager/line-view.ts';
import { callRows } from '../../src/manager/view.ts';
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

test('a call is shown with who talks to whom, also after transfers of either kind and a take-over', () => {
  const site = new Site(1, simulationDirectory(DOMAIN));
  const [one, two, ana, ben] = ['1001', '1002', '2000a', '2000b'].map((user) => {
    const phone = site.addPhone(user, user.slice(0, 4));
    phone.onInvited = (call) => phone.ring(call);
    phone.register(3600);
    return phone;
  });
  assert(one && two && ana && ben);
  const shown = (ms: number): readonly string[] => {
    site.run(ms);
    return callRows(site.manager, site.agenda.nowMs, 10).items.map(
      ({ from, to, answeredBy, state, legs }) =>
        `${from} > ${to}, ${answeredBy} ${state}: ${legs.map(({ device }) => device).join(' ')}`,
    );
  };
  const callOf = (phone: typeof one) => {
    const [call] = phone.calls;
    assert(call);
    return call;
  };
  site.run(100);
  one.call('1002');
  site.run(100);
  two.answer(callOf(two));
  const begun = shown(100);
  const held = callOf(two);
  const consultation = two.call('2000');
  site.run(100);
  ana.answer(callOf(ana));
  const consults = shown(100);
  two.referTo(held, consultation, '2000');
  const attended = shown(1000);
  ana.hold(callOf(ana), true);
  site.run(100);
  ben.replace('2000', callOf(ana));
  const taken = shown(500);
  ben.refer(callOf(ben), '1002');
  site.run(100);
  two.answer(callOf(two));
  const blind = shown(1000);
  one.hangUp(callOf(one));
  site.run(100);
  const first = one.call('1002');
  site.run(100);
  two.answer(callOf(two));
  site.run(100);
  const second = one.call('2000');
  site.run(100);
  ana.answer(callOf(ana));
  site.run(100);
  one.referTo(first, second, '2000');
  const byCaller = shown(1000);
  two.hangUp(callOf(two));
  assert.deepEqual(
    { begun, consults, attended, taken, blind, byCaller, over: shown(1000) },
    {
      begun: ['1001 > 1002, 1002 up: 1001 1002'],
      consults: ['1001 > 1002, 1002 up: 1001 1002', '1002 > 2000, 2000a up: 1002 2000a'],
      attended: ['1001 > 2000, 2000a up: 1001 2000a'],
      taken: ['1001 > 2000, 2000b up: 1001 2000b'],
      blind: ['1001 > 1002, 1002 up: 1001 1002'],
      byCaller: ['1002 > 2000, 2000a up: 1002 2000a'],
      over: [],
    },
  );
});
