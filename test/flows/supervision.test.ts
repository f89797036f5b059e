/** A process that breaks an invariant dies alone: its calls end with a stated cause, the manager lives. */
import assert from 'node:assert/strict';
import { InvariantError } from '../../src/base/assert.ts';
import { firstLcp } from '../../src/call/registration-table.ts';
import { homeOf, type Pid } from '../../src/process/pid.ts';
import { type Cast, flow, talk } from './flow.ts';

/** Breaks an invariant in a turn of `pid`. */
function breakIn({ site, wait }: Cast, pid: Pid | undefined): void {
  assert(pid);
  for (const { run } of site.managers) {
    if (run?.home !== homeOf(pid)) continue;
    run.turn(() =>
      run.manager?.scheduler.run(pid, () => {
        throw new InvariantError('broken by a test');
      }),
    );
  }
  wait(100);
}

function lineOf({ site }: Cast): Pid | undefined {
  const location = site.manager.processing.table.find('2000');
  return location && firstLcp(location);
}

/** The device process that has a leg of `user`'s device. */
function processOf({ site }: Cast, user: string): Pid | undefined {
  for (const { manager } of site.managers)
    for (const { process } of manager?.devices.legs() ?? [])
      if (process.place.device === user) return process.pid;
  return undefined;
}

flow(
  'the line control process dies while phones ring: they ring on, and one of them takes the call',
  ['2000a', '2000b', '1001'],
  (cast) => {
    const { phone, callOf, wait } = cast;
    phone('1001').call('2000');
    wait(100);
    breakIn(cast, lineOf(cast));
    phone('2000a').answer(callOf('2000a'));
    wait(100);
  },
  `
    1001 > INVITE 2000 sdp
    2000a < INVITE 2000a sdp
    2000b < INVITE 2000b sdp
    2000a > 180
    2000b > 180
    1001 < 180
    2000a > 200 sdp
    2000a < ACK
    2000b < CANCEL, SIP;cause=200;text="Call completed elsewhere"
    1001 < 200 sdp
    2000b > 200 CANCEL
    2000b > 487
    1001 > ACK
    2000b < ACK
  `,
);

flow(
  'the line control process dies while people talk: they talk on',
  ['2000a', '1001'],
  (cast) => {
    talk(cast);
    breakIn(cast, lineOf(cast));
    cast.phone('1001').info(cast.callOf('1001'), '5');
    cast.wait(100);
    cast.phone('1001').hangUp(cast.callOf('1001'));
    cast.wait(100);
  },
  `
    1001 > INVITE 2000 sdp
    2000a < INVITE 2000a sdp
    2000a > 180
    1001 < 180
    2000a > 200 sdp
    2000a < ACK
    1001 < 200 sdp
    1001 > ACK
    1001 > INFO
    2000a < INFO
    2000a > 200 INFO
    1001 < 200 INFO
    1001 > BYE
    1001 < 200 BYE
    2000a < BYE, Q.850;cause=16;text="Normal call clearing"
    2000a > 200 BYE
  `,
);

flow(
  'the device process of the phone that answered dies: both phones are hung up, and it rings again later',
  ['2000a', '1001'],
  (cast) => {
    talk(cast);
    breakIn(cast, processOf(cast, '2000a'));
    cast.phone('1001').call('2000');
    cast.wait(100);
  },
  `
    1001 > INVITE 2000 sdp
    2000a < INVITE 2000a sdp
    2000a > 180
    1001 < 180
    2000a > 200 sdp
    2000a < ACK
    1001 < 200 sdp
    1001 > ACK
    2000a < BYE, Q.850;cause=41;text="Temporary failure"
    1001 < BYE, Q.850;cause=41;text="Temporary failure"
    2000a > 200 BYE
    1001 > 200 BYE
    1001 > INVITE 2000 sdp
    2000a < INVITE 2000a sdp
    2000a > 180
    1001 < 180
  `,
);

flow(
  'the device process of the caller dies while phones ring: they stop',
  ['2000a', '1001'],
  (cast) => {
    cast.phone('1001').call('2000');
    cast.wait(100);
    breakIn(cast, processOf(cast, '1001'));
  },
  `
    1001 > INVITE 2000 sdp
    2000a < INVITE 2000a sdp
    2000a > 180
    1001 < 180
    1001 < 500, Q.850;cause=41;text="Temporary failure"
    2000a < CANCEL, Q.850;cause=41;text="Temporary failure"
    1001 > ACK
    2000a > 200 CANCEL
    2000a > 487
    2000a < ACK
  `,
);
