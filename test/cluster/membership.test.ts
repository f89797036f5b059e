/** Rules of membership, each as a ladder of what one member does, with times in ms. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { type BenchOptions, MembershipBench } from './membership-bench.ts';

/** A member among others that beat, after half a second. */
function joined(others: readonly string[], options: BenchOptions = {}): MembershipBench {
  const bench = new MembershipBench(options);
  bench.start();
  bench.run(5);
  for (const id of others) bench.add(id);
  bench.run(495);
  bench.clear();
  return bench;
}

test('the first manager takes a lease, makes its key and the secret, and is a member', () => {
  const bench = new MembershipBench();
  bench.start();
  bench.run(100);
  assert.deepEqual(bench.log, [
    '0 grant 5000',
    '2 put members/cm1',
    '4 put secret',
    '6 joined as cm1.2t: cm1.2t, made by cm1',
    '6 member',
  ]);
});

test('a manager that joins others has their secret, and is sure once it is on the bus', () => {
  const bench = new MembershipBench();
  const put = { type: 'put', key: 'secret', value: 'theirs' } as const;
  bench.store.transact({ compare: [], then: [put] });
  bench.add('cm2');
  bench.add('cm3');
  bench.start();
  bench.run(100);
  assert.deepEqual(bench.log, [
    '0 grant 5000',
    '2 put members/cm1',
    '4 joined as cm1.2w: cm2.2u cm3.2v cm1.2w, theirs',
    '4 member',
  ]);
});

test('a manager waits for its predecessor to go', () => {
  const bench = new MembershipBench();
  const old = bench.add('cm1', { isBeating: false });
  bench.start();
  bench.run(600);
  bench.store.revoke(old.lease);
  bench.run(100);
  assert.deepEqual(bench.log, [
    '0 grant 5000',
    '2 put members/cm1',
    '254 put members/cm1',
    '506 put members/cm1',
    '601 put members/cm1',
    '603 put secret',
    '605 joined as cm1.2v: cm1.2v, made by cm1',
    '605 member',
  ]);
});

test('a manager whose id another one has says who has it, after a lease and 2 s', () => {
  const bench = new MembershipBench({ timings: { takenAgainMs: 4000 } });
  bench.add('cm1', { isBeating: false });
  bench.start();
  bench.run(8000);
  assert.deepEqual(bench.log, [
    '0 grant 5000',
    '2 put members/cm1',
    '4004 put members/cm1',
    '7004 revoke lease of cm1',
    '7004 fenced',
    "7004 failed: id taken: The manager id 'cm1' is taken by a manager on host host-b (process 42, running since 2026-01-02T03:04:05Z) that is still a member. Give this manager another id, or stop that one.",
  ]);
});

test('a manager does not join members of another version', () => {
  const bench = new MembershipBench();
  bench.add('cm2', {}, 7);
  bench.add('cm3');
  bench.start();
  bench.run(100);
  assert.deepEqual(bench.log, [
    '0 grant 5000',
    '2 revoke lease of cm1',
    '2 fenced',
    "2 failed: version: This manager speaks version 1 of the cluster's protocol, but these members do not: cm2 (version 7). Run the same release on all of them.",
  ]);
});

test('a manager that does not reach the store says so after 10 s', () => {
  const bench = new MembershipBench({ timings: { takenAgainMs: 4000, joinAgainMs: 4000 } });
  bench.plane.stop();
  bench.start();
  bench.run(11_000);
  assert.deepEqual(bench.log, [
    '0 grant 5000',
    '4000 grant 5000',
    '8000 grant 5000',
    '10000 fenced',
    "10000 failed: store: The cluster's store did not let this manager join within 10 s: shows no changes (the store cannot be reached). Check its address, its credentials and whether it runs.",
  ]);
});

test('a key that was made without a word is known by its lease', () => {
  const bench = new MembershipBench();
  bench.start();
  bench.run(2);
  // The request has been sent, and arrives; its result does not.
  bench.agenda.at(3.5, () => bench.plane.stop());
  bench.agenda.at(100, () => bench.plane.resume());
  bench.run(1000);
  assert.deepEqual(bench.log.slice(1), [
    '2 put members/cm1',
    '254 put members/cm1',
    '256 put secret',
    '258 joined as cm1.2t: cm1.2t, made by cm1',
    '258 member',
  ]);
});

test('a manager that was expelled twice in a minute waits before it joins again', () => {
  const bench = new MembershipBench({ epochMs: 1_000_000 });
  const put = { type: 'put', key: 'evictions/cm1', value: '[980000,999500]' } as const;
  bench.store.transact({ compare: [], then: [put] });
  bench.start();
  bench.run(1600);
  assert.deepEqual(bench.log.slice(0, 2), ['0 grant 5000', '1500 put members/cm1']);
});

test('a member that cannot renew is fenced after 3 s, when the others are not there', () => {
  const bench = joined([]);
  bench.run(2000);
  bench.plane.stop();
  bench.membership.connected(false);
  bench.run(5000);
  assert.deepEqual(bench.log, ['5001 revoke lease of cm1', '5001 fenced']);
});

test('a member that was expelled learns it at the next renewal, though its watch and lease say nothing', () => {
  const bench = joined(['cm2']);
  bench.isBlind = true;
  bench.store.transact({ compare: [], then: [{ type: 'delete', key: 'members/cm1' }] });
  bench.run(2000);
  assert.deepEqual(bench.log, ['1002 revoke lease of cm1', '1002 fenced']);
});

test('a member that sees its key vanish is fenced at once, and for ever', () => {
  const bench = joined(['cm2']);
  bench.store.transact({ compare: [], then: [{ type: 'delete', key: 'members/cm1' }] });
  bench.run(20_000);
  assert.deepEqual(
    [bench.log, bench.membership.standing, bench.membership.nextDueMs()],
    [['501 revoke lease of cm1', '501 fenced'], 'fenced', Number.POSITIVE_INFINITY],
  );
});

test('without the store members that hear each other are frozen, and go on when it is back', () => {
  const bench = joined(['cm2', 'cm3']);
  bench.store.stop();
  bench.run(60_000);
  bench.store.resume();
  bench.run(2000);
  assert.deepEqual(bench.log, ['3001 frozen', '60702 member']);
});

test('frozen ends after a quarter of an hour', () => {
  const bench = joined(['cm2'], { timings: { frozenMs: 20_000 } });
  bench.store.stop();
  bench.run(60_000);
  assert.deepEqual(bench.log.slice(0, 3), [
    '3001 frozen',
    '23002 revoke lease of cm1',
    '23002 fenced',
  ]);
});

test('a site can have members fence themselves without the store', () => {
  const bench = joined(['cm2', 'cm3'], { storeOutage: 'fence' });
  bench.store.stop();
  bench.run(60_000);
  assert.deepEqual(bench.log, ['3001 revoke lease of cm1', '3001 fenced']);
});

test('a frozen member is unsure when another is out of reach, and fenced when it stays so', () => {
  const bench = joined(['cm2', 'cm3']);
  bench.store.stop();
  bench.run(5000);
  bench.clear();
  bench.script('cm3', { isBeating: false, answers: 'nothing' });
  bench.run(5000);
  assert.deepEqual(
    bench.log.filter((line) => !line.includes('ping')),
    ['6277 unsure', '8277 revoke lease of cm1', '8277 fenced'],
  );
});

test('a frozen member is fenced when another has seen a newer view', () => {
  const bench = joined(['cm2', 'cm3']);
  bench.plane.stop();
  bench.run(5000);
  bench.clear();
  bench.add('cm4', { isBeating: false });
  bench.run(200);
  assert.deepEqual(bench.log, ['5550 revoke lease of cm1', '5550 fenced']);
});

test('who sees that a member has left says so at once: a frozen one hears of it', () => {
  const bench = joined(['cm2', 'cm3']);
  bench.run(20);
  bench.store.transact({ compare: [], then: [{ type: 'delete', key: 'members/cm3' }] });
  bench.run(50);
  assert.deepEqual(bench.beats, ['521 heard [cm2.2v] suspects []']);
});

test('a silent member is pinged, suspected, and expelled when another suspects it too', () => {
  const bench = joined(['cm2', 'cm3'], { timings: { pingMs: 500 } });
  const silent = bench.others.get('cm3');
  const second = bench.others.get('cm2');
  bench.script('cm3', { isBeating: false, answers: 'nothing' });
  bench.agenda.at(1500, () => second?.suspects.push(silent?.home ?? ''));
  bench.run(1500);
  assert.deepEqual(
    [
      bench.log,
      bench.beats.filter((beat) => beat.includes('cm3') && !beat.endsWith('[]')).slice(0, 2),
    ],
    [
      [
        '700 ping cm3',
        '1200 ping cm3',
        '1500 ping cm3',
        '1500 delete members/cm3, put evictions/cm3',
        '1502 view cm1.2t cm2.2v, left: cm3.2w',
        '1502 revoke lease of cm3',
      ],
      ['1450 heard [cm2.2v] suspects [cm3.2w]', '1500 heard [cm2.2v] suspects [cm3.2w]'],
    ],
  );
});

test('a suspicion that another told before it had heard of this one is no second opinion', () => {
  const bench = joined(['cm2', 'cm3']);
  const silent = bench.others.get('cm3')?.home ?? '';
  bench.script('cm3', { isBeating: false, answers: 'nothing' });
  bench.run(900);
  bench.script('cm2', { suspects: [silent], isHearing: false });
  bench.run(900);
  assert.deepEqual(
    bench.log.filter((line) => line.includes('delete')),
    [],
  );
});

test('a second opinion is told at once to whoever waits for it', () => {
  const bench = joined(['cm2', 'cm3']);
  const silent = bench.others.get('cm3')?.home ?? '';
  bench.script('cm3', { isBeating: false, answers: 'nothing' });
  bench.run(1030);
  bench.clear();
  bench.script('cm2', { suspects: [silent] });
  bench.say('cm2');
  bench.run(15);
  assert.deepEqual(bench.beats, ['1530 heard [cm2.2v] suspects [cm3.2w]']);
});

test('a member that nobody finds is suspected after 200 ms of it', () => {
  const bench = joined(['cm2', 'cm3']);
  const dead = bench.others.get('cm3')?.home ?? '';
  bench.script('cm3', { isBeating: false, answers: 'absent' });
  bench.membership.absent(dead);
  bench.run(230);
  bench.script('cm2', { suspects: [dead] });
  bench.say('cm2');
  bench.run(10);
  assert.deepEqual(bench.log, [
    '500 ping cm3',
    '550 ping cm3',
    '600 ping cm3',
    '650 ping cm3',
    '700 ping cm3',
    '730 ping cm3',
    '730 delete members/cm3, put evictions/cm3',
    '732 view cm1.2t cm2.2v, left: cm3.2w',
    '732 revoke lease of cm3',
  ]);
});

test('a member that answers pings is not suspected, though its beats are lost', () => {
  const bench = joined(['cm2', 'cm3']);
  bench.script('cm3', { isBeating: false });
  bench.run(5000);
  assert.deepEqual(
    [
      bench.log.filter((line) => !line.includes('ping')),
      bench.beats.filter((beat) => !beat.endsWith('[]')),
    ],
    [[], []],
  );
});

test('of two members one expels the other after half a second of suspicion, unsure meanwhile', () => {
  const bench = joined(['cm2'], { timings: { pingMs: 5000 } });
  bench.script('cm2', { isBeating: false, answers: 'nothing' });
  bench.run(2000);
  assert.deepEqual(bench.log, [
    '700 ping cm2',
    '1027 unsure',
    '1950 delete members/cm2, put evictions/cm2',
    '1952 view cm1.2t, left: cm2.2v',
    '1952 member',
    '1952 revoke lease of cm2',
  ]);
});

/** All but cm2 fall silent, and cm2 misses them, too. */
function loseAllBut2(bench: MembershipBench): void {
  const silent = [...bench.others.keys()].filter((id) => id !== 'cm2');
  for (const id of silent) bench.script(id, { isBeating: false, answers: 'nothing' });
  bench.run(1000);
  bench.script('cm2', { suspects: silent.map((id) => bench.others.get(id)?.home ?? '') });
  bench.run(5000);
}

test('who reaches half of the members expels the other half at once, after half a second of suspicion', () => {
  const bench = joined(['cm2', 'cm3', 'cm4'], { timings: { pingMs: 10_000 } });
  loseAllBut2(bench);
  assert.deepEqual(bench.log, [
    '700 ping cm3',
    '700 ping cm4',
    '1027 unsure',
    '1650 ping cm3',
    '1650 ping cm4',
    '1950 delete members/cm3, put evictions/cm3, delete members/cm4, put evictions/cm4',
    '1952 view cm1.2t cm2.2v, left: cm3.2w cm4.2x',
    '1952 member',
    '1952 revoke lease of cm3',
    '1952 revoke lease of cm4',
  ]);
});

test('half of the members expel nobody whom only one of them misses', () => {
  const bench = joined(['cm2', 'cm3', 'cm4'], { timings: { pingMs: 10_000 } });
  for (const id of ['cm3', 'cm4']) bench.script(id, { isBeating: false, answers: 'nothing' });
  bench.run(6000);
  assert.deepEqual(bench.log, ['700 ping cm3', '700 ping cm4', '1027 unsure']);
});

test('who reaches fewer than half of the members expels nobody, and is unsure', () => {
  const bench = joined(['cm2', 'cm3', 'cm4', 'cm5'], { timings: { pingMs: 10_000 } });
  loseAllBut2(bench);
  assert.deepEqual(bench.log, [
    '700 ping cm3',
    '700 ping cm4',
    '700 ping cm5',
    '1027 unsure',
    '1650 ping cm3',
    '1650 ping cm4',
    '1650 ping cm5',
  ]);
});

test('a member that two others do not hear is unsure, and one that one does not hear is not', () => {
  const bench = joined(['cm2', 'cm3', 'cm4']);
  bench.script('cm2', { isHearing: false });
  bench.run(2000);
  bench.script('cm3', { isHearing: false });
  bench.run(2000);
  bench.script('cm2', { isHearing: true });
  bench.run(2000);
  assert.deepEqual(bench.log, ['2977 unsure', '4650 member']);
});

test('a member that slept is unsure until the store has confirmed it', () => {
  const bench = joined(['cm2', 'cm3']);
  bench.suspend(800);
  for (const id of ['cm2', 'cm3']) bench.say(id);
  bench.run(1000);
  assert.deepEqual(bench.log, ['1300 unsure', '1302 member']);
});

test('a member whose machine was suspended is unsure, though its monotonic clock stood still', () => {
  const bench = joined(['cm2', 'cm3']);
  bench.epochMs += 3_600_000;
  bench.run(100);
  assert.deepEqual(bench.log, ['501 unsure', '503 member']);
});

test('a member that was expelled while it slept is fenced when it wakes, before it acts', () => {
  const bench = joined(['cm2', 'cm3']);
  bench.isBlind = true;
  bench.agenda.at(900, () =>
    bench.store.transact({ compare: [], then: [{ type: 'delete', key: 'members/cm1' }] }),
  );
  bench.suspend(1200);
  for (let i = 0; i < 20; i++) {
    bench.say('cm2');
    bench.say('cm3');
  }
  bench.run(1000);
  assert.deepEqual(bench.log, ['1700 unsure', '1702 revoke lease of cm1', '1702 fenced']);
});

test('without a way to the bus a member is unsure, and suspects nobody until the others had time to return', () => {
  const bench = joined(['cm2', 'cm3']);
  for (const id of ['cm2', 'cm3']) bench.script(id, { isBeating: false, answers: 'absent' });
  bench.membership.connected(false);
  bench.run(3000);
  bench.membership.connected(true);
  bench.run(900);
  for (const id of ['cm2', 'cm3']) bench.script(id, { isBeating: true, answers: 'here' });
  bench.run(500);
  assert.deepEqual(
    [
      bench.log.filter((line) => !line.includes('ping')),
      bench.beats.filter((beat) => !beat.endsWith('[]')),
    ],
    [['500 unsure', '4500 member'], []],
  );
});

test('what is no beat of a member is dropped and counted', () => {
  const bench = joined(['cm2']);
  const before = { ...bench.membership.counters };
  const beat = { home: 'cm2.2v', no: 900, rv: 103, heard: [], suspects: [] };
  const hostile: unknown[] = [
    '',
    'null',
    '{"home":',
    `{"home":"cm2.2v","no":900,"rv":103,"heard":[],"suspects":[]${' '.repeat(20_000)}}`,
    { ...beat, home: 'cm3.2v' },
    { ...beat, home: 'cm2.2V' },
    { ...beat, no: 0 },
    { ...beat, no: 1e300 },
    { ...beat, rv: -1 },
    { ...beat, heard: {} },
    { ...beat, heard: [['cm1.2t']] },
    { ...beat, heard: [['cm1.2t', '5']] },
    { ...beat, heard: Array.from({ length: 65 }, (_, i) => [`cm${i}.1`, 1]) },
    { ...beat, suspects: [{}] },
    { ...beat, suspects: Array.from({ length: 65 }, (_, i) => `cm${i}.1`) },
  ];
  for (const text of hostile) bench.hear('cm2', text);
  bench.hear('cm2', { ...beat, home: 'cm2.1' });
  bench.hear('cm2', { ...beat, no: 1 });
  const { counters } = bench.membership;
  assert.deepEqual(
    {
      beats: counters.beats - before.beats,
      malformed: counters.malformed - before.malformed,
      foreign: counters.foreign - before.foreign,
      repeated: counters.repeated - before.repeated,
      log: bench.log,
    },
    { beats: 17, malformed: 15, foreign: 1, repeated: 1, log: [] },
  );
});

test('who leaves has nothing left in the store', () => {
  const bench = joined(['cm2']);
  bench.membership.leave(() => bench.log.push('left'));
  bench.run(2000);
  assert.deepEqual(
    [bench.log, bench.store.entries('members/cm1')],
    [['500 fenced', '500 revoke lease of cm1', 'left'], []],
  );
});

test('after a snapshot a member makes a revision at which all have its view', () => {
  const bench = joined(['cm2']);
  const put = { type: 'put', key: 'table/x', value: '' } as const;
  bench.plane.stop();
  bench.store.transact({ compare: [], then: [put] });
  bench.store.compact();
  bench.plane.resume();
  bench.run(200);
  assert.deepEqual(
    [bench.log, bench.membership.view],
    [
      [
        '501 view cm1.2t cm2.2v, left: none',
        '501 put members/cm1',
        '503 view cm1.2t cm2.2v, left: none',
      ],
      { revision: 105, members: ['cm1.2t', 'cm2.2v'] },
    ],
  );
});

test('of two versions that join at once the younger gives way', () => {
  const bench = new MembershipBench();
  bench.agenda.at(2.5, () => bench.add('cm2', {}, 7));
  bench.start();
  bench.run(50);
  assert.deepEqual(bench.log.slice(1), [
    '2 put members/cm1',
    '4 revoke lease of cm1',
    '4 fenced',
    "4 failed: version: This manager speaks version 1 of the cluster's protocol, but these members do not: cm2 (version 7). Run the same release on all of them.",
  ]);
});

test('a manager that was expelled while it slept in the middle of joining does not act', () => {
  const bench = new MembershipBench();
  const put = { type: 'put', key: 'secret', value: 'theirs' } as const;
  bench.store.transact({ compare: [], then: [put] });
  bench.start();
  bench.run(2);
  bench.agenda.at(500, () => {
    bench.isBlind = true;
  });
  bench.agenda.at(1000, () =>
    bench.store.transact({ compare: [], then: [{ type: 'delete', key: 'members/cm1' }] }),
  );
  bench.suspend(1300);
  bench.run(100);
  assert.deepEqual(bench.log.slice(2), [
    '1302 joined as cm1.2u: cm1.2u, theirs',
    '1304 revoke lease of cm1',
    '1304 fenced',
  ]);
});

test('a newcomer that has not said whom it hears is no part of a majority', () => {
  const bench = joined(['cm2', 'cm3', 'cm4'], { timings: { pingMs: 10_000 } });
  const silent = ['cm3', 'cm4'].map((id) => bench.others.get(id)?.home ?? '');
  for (const id of ['cm3', 'cm4']) bench.script(id, { isBeating: false, answers: 'nothing' });
  bench.run(900);
  bench.add('cm5', { isHearing: false });
  bench.script('cm2', { suspects: silent });
  bench.run(600);
  assert.deepEqual(
    bench.log.filter((line) => line.includes('delete')),
    [],
  );
});

test('an eviction whose outcome is unknown is tried again, and not for ever', () => {
  const bench = joined(['cm2', 'cm3'], { timings: { pingMs: 10_000 } });
  const silent = bench.others.get('cm3')?.home ?? '';
  bench.script('cm3', { isBeating: false, answers: 'nothing' });
  bench.run(900);
  bench.script('cm2', { suspects: [silent] });
  bench.plane.stop();
  bench.run(230);
  bench.script('cm3', { isBeating: true, answers: 'here' });
  bench.script('cm2', { suspects: [] });
  bench.run(3500);
  bench.plane.resume();
  bench.run(2000);
  assert.deepEqual(bench.log, [
    '700 ping cm3',
    '1500 ping cm3',
    '1500 delete members/cm3, put evictions/cm3',
    '1602 delete members/cm3, put evictions/cm3',
    '4001 frozen',
    '5302 member',
  ]);
});

test('a manager that slept just before it had joined waits for the store to confirm it', () => {
  const bench = new MembershipBench();
  bench.start();
  bench.run(4);
  bench.agenda.at(3500, () => bench.plane.stop());
  bench.agenda.at(4600, () => bench.plane.resume());
  bench.suspend(3500);
  bench.run(1400);
  assert.deepEqual(bench.log.slice(2), [
    '4 put secret',
    '3504 put secret',
    '4706 joined as cm1.2t: cm1.2t, made by cm1',
    '4706 member',
  ]);
});
