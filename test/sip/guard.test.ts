/** What sources do, second by second, and whom the guard still listens to. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { type GuardOptions, SourceGuard } from '../../src/sip/guard.ts';

// 'at' seconds, what is done from which address, and whether that address is listened to after it.
tell(
  'garbage beyond the allowance is a ban, which ends',
  `
  0    a garbage  yes
  0    a garbage  yes
  0    a garbage  yes
  0    a garbage  no
  0    b garbage  yes
  299  a -        no
  300  a -        yes
  300  a garbage  yes
  `,
);

tell(
  'the allowance grows back in the window',
  `
  0   a garbage  yes
  0   a garbage  yes
  0   a garbage  yes
  20  a garbage  yes
  39  a garbage  no
  `,
);

tell(
  'wrong passwords are counted apart from garbage, and each success takes one back',
  `
  0  a failed     yes
  0  a garbage    yes
  0  a failed     yes
  0  a succeeded  yes
  0  a failed     yes
  0  a garbage    yes
  0  a failed     no
  `,
);

tell(
  'a success does not end a ban',
  `
  0  a failed     yes
  0  a failed     yes
  0  a failed     no
  1  a succeeded  no
  `,
);

tell(
  'an address that is spared is never banned',
  `
  0  gateway failed  yes
  0  gateway failed  yes
  0  gateway failed  yes
  0  gateway failed  yes
  `,
);

tell(
  'when the table is full the least recently conspicuous address is forgotten',
  `
  0  a failed  yes
  0  a failed  yes
  0  b failed  yes
  0  c failed  yes
  0  a failed  yes
  `,
  { sourcesMax: 2 },
);

tell(
  'when the table of bans is full the oldest ban is lifted',
  `
  0  a failed  yes
  0  a failed  no
  1  b failed  yes
  1  b failed  no
  1  a -       yes
  `,
  { sourcesMax: 1, failuresMax: 1 },
);

tell(
  'a guard that is switched off bans nobody',
  `
  0  a failed  yes
  0  a failed  yes
  0  a failed  yes
  0  a failed  yes
  `,
  { enabled: false },
);

test('everything is counted', () => {
  const guard = new SourceGuard({ enabled: true, garbageMax: 1, failuresMax: 5 });
  const bans = [guard.garbage('a', 0), guard.garbage('a', 0), guard.failed('b', 0)];
  guard.allows('a', 1);
  guard.allows('b', 1);
  assert.deepEqual(
    { bans, counts: guard.counts, size: guard.size },
    {
      bans: [false, true, false],
      counts: { garbage: 2, failures: 1, bans: 1, refused: 1 },
      size: { suspects: 1, banned: 1 },
    },
  );
});

test('whatever happens, the tables keep their size', () => {
  const act = fc.record({
    address: fc.nat(40).map(String),
    what: fc.constantFrom('garbage' as const, 'failed' as const, 'succeeded' as const),
    afterMs: fc.nat(30_000),
  });
  fc.assert(
    fc.property(fc.array(act, { maxLength: 300 }), (acts) => {
      const guard = new SourceGuard({
        enabled: true,
        garbageMax: 2,
        failuresMax: 1,
        sourcesMax: 5,
      });
      let nowMs = 0;
      for (const { address, what, afterMs } of acts) {
        nowMs += afterMs;
        if (guard.allows(address, nowMs)) guard[what](address, nowMs);
        assert(guard.size.suspects <= 5 && guard.size.banned <= 5);
      }
    }),
  );
});

function tell(name: string, story: string, options: Partial<GuardOptions> = {}): void {
  test(name, () => {
    const guard = new SourceGuard({
      enabled: true,
      garbageMax: 3,
      failuresMax: 2,
      spares: (address) => address === 'gateway',
      ...options,
    });
    const lines = story
      .trim()
      .split('\n')
      .map((line) => line.trim().split(/\s+/));
    const happened = lines.map(([at = '', address = '', what = '']) => {
      const nowMs = Number(at) * 1_000;
      if (what === 'garbage') guard.garbage(address, nowMs);
      if (what === 'failed') guard.failed(address, nowMs);
      if (what === 'succeeded') guard.succeeded(address);
      return [at, address, what, guard.allows(address, nowMs) ? 'yes' : 'no'];
    });
    assert.deepEqual(happened, lines);
  });
}
