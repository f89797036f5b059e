/** Busy lamps of phones that are no members of the line: what they may take of what they see is the line's to say. */
import { InvariantError } from '../../src/base/assert.ts';
import type { BlfWatcher } from '../../src/testkit/phones/blf-watcher.ts';
import {
  areTalking,
  callOf,
  directoryWith,
  plainCallOf,
  type Stage,
  shared,
  talkTo,
} from './shared-stage.ts';

function watch({ bench, wait }: Stage): BlfWatcher {
  const watcher = bench.watcher({ user: '1002', line: '1002', manager: 0 }, '2000');
  watcher.boot();
  wait();
  return watcher;
}

shared(
  'who watches the line and may answer its calls picks up what rings, holds it, and a member retrieves it',
  (stage) => {
    const { a, c, one, wait, lamps } = stage;
    const watcher = watch(stage);
    const far = one.call('2000');
    wait();
    const call = watcher.pickUp(['early']);
    wait(500);
    const talks = [call !== undefined && areTalking(call, far), a.calls.size, lamps()];
    call?.change({ direction: 'sendonly', describedIn: 'INVITE', headers: '' });
    wait();
    const held = lamps();
    const retrieved = c.retrieve(1);
    wait(500);
    return [talks, held, areTalking(retrieved, far), call?.phase, lamps()];
  },
  [[true, 0, '1 active'], '1 held', true, 'over', '1 active'],
  { directory: directoryWith({ watchers: ['1002'], watcherRights: ['answer'] }) },
);

shared(
  'it takes nothing that is held, and has no name for it; nor by a name that it has from elsewhere',
  (stage) => {
    const { a, one, wait, lamps } = stage;
    const watcher = watch(stage);
    const call = talkTo(one, a, stage);
    a.hold(call);
    wait();
    const named = watcher.pickUp(['confirmed']);
    const attempt = watcher.replace(call);
    wait(500);
    return [watcher.shown, named, attempt.status, lamps()];
  },
  ['held', undefined, 403, '1 held'],
  { directory: directoryWith({ watchers: ['1002'], watcherRights: ['answer'] }) },
);

shared(
  'who may retrieve takes what is held, but nothing that is held privately, nor what rings',
  (stage) => {
    const { a, b, one, two, wait, lamps } = stage;
    const watcher = watch(stage);
    const call = talkTo(one, a, stage);
    a.hold(call, 'private');
    wait();
    const hidden = watcher.pickUp(['confirmed']);
    a.resume(call);
    wait();
    a.hold(call);
    two.call('2000');
    wait();
    const early = watcher.pickUp(['early']);
    const taken = watcher.pickUp(['confirmed']);
    wait(500);
    const talks = taken !== undefined && areTalking(taken, plainCallOf(one));
    b.answer(callOf(b));
    wait();
    const both = lamps();
    taken?.hangUp();
    wait();
    return [hidden, early, talks, both, lamps()];
  },
  [undefined, undefined, true, '1 active, 2 active', '2 active'],
  { directory: directoryWith({ watchers: 'all', watcherRights: ['retrieve'] }) },
);

shared(
  'whom a private member speaks to is shown to no watcher, nor how to take the call',
  (stage) => {
    const { a, one, wait } = stage;
    const watcher = watch(stage);
    a.hold(talkTo(one, a, stage));
    wait();
    const [dialog] = watcher.view.dialogs.values();
    return [watcher.shown, dialog?.remote, watcher.pickUp(['confirmed'])];
  },
  ['held', '', undefined],
  {
    directory: directoryWith(
      { watchers: ['1002'], watcherRights: ['answer', 'retrieve'] },
      { '2000a': { isPrivate: true } },
    ),
  },
);

/** A process of the line goes with its manager: of a line that has one, that one; else one of the three. */
function loseLine({ site, bench, wait }: Stage): void {
  const lost = site.managers[site.managers.length === 4 ? 3 : 1];
  lost?.kill('machine');
  for (const phone of [...bench.phones])
    if (phone.station.server === lost?.address) {
      phone.crash();
      bench.phones.splice(bench.phones.indexOf(phone), 1);
    }
  wait(4000);
}

const WATCHED = {
  settings: ['single', 'replicated'],
  timings: {},
  directory: directoryWith({ watchers: ['1002'], watcherRights: ['answer', 'retrieve'] }),
} as const;

shared(
  "what it has picked up is known to the line's next process, and held there, and retrieved",
  (stage) => {
    const { a, c, one, wait } = stage;
    const watcher = watch(stage);
    const far = one.call('2000');
    wait();
    const call = watcher.pickUp(['early']);
    wait(500);
    loseLine(stage);
    const active = [a.shown, watcher.shown];
    call?.change({ direction: 'sendonly', describedIn: 'INVITE', headers: '' });
    wait();
    const held = a.shown;
    const retrieved = c.retrieve(1);
    wait(500);
    return [active, held, areTalking(retrieved, far), call?.phase, a.shown];
  },
  [['1 active', 'confirmed'], '1 held', true, 'over', '1 active'],
  WATCHED,
);

shared(
  'what it has retrieved is too, holds its appearance, and is over when it hangs up',
  (stage) => {
    const { a, c, one, wait } = stage;
    const watcher = watch(stage);
    a.hold(talkTo(one, a, stage));
    wait();
    const call = watcher.pickUp(['confirmed']);
    wait(500);
    loseLine(stage);
    const active = a.shown;
    c.offHook();
    wait();
    const both = a.shown;
    c.onHook();
    call?.hangUp();
    wait();
    return [active, both, a.shown];
  },
  ['1 active', '1 active, 2 seized', ''],
  WATCHED,
);

/** The line's process breaks at the manager of the phone that watches. */
function breakLine({ site, wait }: Stage): void {
  for (const { run } of site.managers) {
    const own = run?.manager?.processing.records.get('2000')?.own;
    if (own === undefined) continue;
    run?.turn(() =>
      run.manager?.scheduler.run(own.pid, () => {
        throw new InvariantError('broken by a test');
      }),
    );
    break;
  }
  wait(3000);
}

shared(
  "what it has picked up outlives the line's process alone",
  (stage) => {
    const { a, one, wait } = stage;
    const watcher = watch(stage);
    one.call('2000');
    wait();
    const call = watcher.pickUp(['early']);
    wait(500);
    breakLine(stage);
    const active = a.shown;
    call?.change({ direction: 'sendonly', describedIn: 'INVITE', headers: '' });
    wait();
    const held = a.shown;
    call?.hangUp();
    wait();
    return [active, held, a.shown];
  },
  ['1 active', '1 held', ''],
  { directory: WATCHED.directory },
);

shared(
  'so does what it has retrieved',
  (stage) => {
    const { a, b, one, wait } = stage;
    const watcher = watch(stage);
    b.hold(talkTo(one, b, stage));
    wait();
    const call = watcher.pickUp(['confirmed']);
    wait(500);
    breakLine(stage);
    const active = a.shown;
    call?.hangUp();
    wait();
    return [active, a.shown];
  },
  ['1 active', ''],
  { directory: WATCHED.directory },
);
