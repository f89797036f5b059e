/** Busy lamps of phones that are no members of the line: what they may take of what they see is the line's to say. */
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
