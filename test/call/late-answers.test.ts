/** An answer that a line's process heard just before it died, and that comes to call control after its successor. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { firstLcp } from '../../src/call/registration-table.ts';
import { homeOf } from '../../src/process/pid.ts';
import { Exchange } from './exchange.ts';
import type { FakeDevice } from './fake-device.ts';
import { directoryOf, lineOf } from './switchboard.ts';

const DIRECTORY = directoryOf([lineOf('2000', ['ana', 'ben', 'cas'])], ['dan']);
/** The first is the one whose device makes the line's process, the second is the first to make another. */
const FIRST = 'a.1';
const NEXT = 'c.1';
const ANSWERER = 'd.1';
const CALLER = 'b.1';

/** The line's process is where none of its phones is; ben, cas and dan, who calls, are elsewhere, each at another manager. */
function cast() {
  const exchange = new Exchange(DIRECTORY, [FIRST, NEXT, CALLER, ANSWERER]);
  const plug = (home: string, user: string): FakeDevice => {
    const device = exchange.board(home).plug(user);
    exchange.settle();
    return device;
  };
  const ana = plug(FIRST, 'ana');
  const [ben, cas, dan] = [plug(ANSWERER, 'ben'), plug(NEXT, 'cas'), plug(CALLER, 'dan')];
  exchange.act(ana, () => ana.detach());
  exchange.act(dan, () => dan.dial('2000'));
  return { exchange, ben, cas, dan };
}

type Cast = ReturnType<typeof cast>;

function lcpOf(exchange: Exchange) {
  const location = exchange.board(CALLER).processing.table.find('2000');
  const lcp = location && firstLcp(location);
  assert(lcp !== undefined);
  return lcp;
}

function answer({ exchange }: Cast, device: FakeDevice): void {
  const [ringing] = device.open('offered', 'called');
  assert(ringing !== undefined);
  exchange.act(device, () => device.answer(ringing));
}

function stall({ exchange }: Cast, from: string, to: string): void {
  exchange.memberOf(to).stalled.add(from);
}

function resume({ exchange }: Cast, from: string, to: string): void {
  exchange.memberOf(to).stalled.delete(from);
  exchange.settle();
}

/** The line's process dies; the next one is made, and waits for its devices. */
function rehome(play: Cast): void {
  const { exchange } = play;
  exchange.board(FIRST).crash(lcpOf(exchange));
  exchange.wait(300);
  assert.equal(homeOf(lcpOf(exchange)), NEXT);
}

function phases({ ben, cas, dan }: Cast): string[] {
  return [ben, cas, dan].map((device) =>
    [...device.calls.values()].map(({ phase, outcomes }) => `${phase} ${outcomes.at(-1)}`).join(),
  );
}

test('who has answered has the call, whoever of the two processes is heard first', () => {
  const play = cast();
  stall(play, FIRST, CALLER);
  stall(play, FIRST, NEXT);
  answer(play, play.ben);
  rehome(play);
  resume(play, FIRST, CALLER);
  resume(play, FIRST, NEXT);
  play.exchange.wait(3000);
  assert.deepEqual(phases(play), [
    'talking answered',
    'over answered elsewhere',
    'talking answered',
  ]);
});

test('a call that another phone has by then stands', () => {
  const play = cast();
  stall(play, FIRST, CALLER);
  stall(play, FIRST, NEXT);
  answer(play, play.ben);
  stall(play, ANSWERER, NEXT);
  rehome(play);
  answer(play, play.cas);
  stall(play, ANSWERER, CALLER);
  resume(play, FIRST, CALLER);
  play.exchange.wait(1000);
  for (const to of [CALLER, NEXT]) resume(play, ANSWERER, to);
  resume(play, FIRST, NEXT);
  play.exchange.wait(3000);
  assert.deepEqual(phases(play), [
    'over answered elsewhere',
    'talking answered',
    'talking answered',
  ]);
});
