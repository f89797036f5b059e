/** Calls that lines send on: as the directory says, and as members say from their phones. */
import type { Directory, Line } from '../../src/call/directory.ts';
import { simulationDirectory } from '../../src/testkit/simulation-directory.ts';
import { DOMAIN } from '../../src/testkit/site.ts';
import { flow } from './flow.ts';

/** `lines`: what is other than usual, by number. */
function directoryWith(lines: Readonly<Record<string, Partial<Line>>>): Directory {
  const directory = simulationDirectory(DOMAIN);
  const all = new Map(directory.lines);
  for (const [number, line] of Object.entries(lines)) {
    const usual = all.get(number);
    if (usual !== undefined) all.set(number, { ...usual, ...line });
  }
  return { ...directory, lines: all };
}

flow(
  'a line that forwards all is not rung; the caller hears that its call is forwarded',
  ['1001', '2000a', '1002'],
  ({ phone, callOf, wait }) => {
    phone('1001').call('2000');
    wait(100);
    phone('1002').answer(callOf('1002'));
    wait(100);
    phone('1001').hangUp(callOf('1001'));
    wait(100);
  },
  `
    1001 > INVITE 2000 sdp
    1001 < 181
    1002 < INVITE 1002 sdp
    1002 > 180
    1001 < 180
    1002 > 200 sdp
    1002 < ACK
    1001 < 200 sdp
    1001 > ACK
    1001 > BYE
    1001 < 200 BYE
    1002 < BYE, Q.850;cause=16;text="Normal call clearing"
    1002 > 200 BYE
  `,
  { directory: directoryWith({ '2000': { forward: { all: '1002' } } }) },
);

flow(
  'a busy line sends the call on; whom it goes to answers',
  ['1001', '2000a', '2000b', '1002'],
  ({ phone, callOf, wait }) => {
    phone('2000a').onInvited = (call) => phone('2000a').refuse(call, 486);
    phone('2000b').onInvited = (call) => phone('2000b').refuse(call, 486);
    phone('1001').call('2000');
    wait(100);
    phone('1002').answer(callOf('1002'));
    wait(100);
    phone('1002').hangUp(callOf('1002'));
    wait(100);
  },
  `
    1001 > INVITE 2000 sdp
    2000a < INVITE 2000a sdp
    2000b < INVITE 2000b sdp
    2000a > 486
    2000b > 486
    2000a < ACK
    2000b < ACK
    1001 < 181
    1002 < INVITE 1002 sdp
    1002 > 180
    1001 < 180
    1002 > 200 sdp
    1002 < ACK
    1001 < 200 sdp
    1001 > ACK
    1002 > BYE
    1002 < 200 BYE
    1001 < BYE, Q.850;cause=16;text="Normal call clearing"
    1001 > 200 BYE
  `,
  { directory: directoryWith({ '2000': { forward: { busy: '1002' } } }) },
);

flow(
  'what nobody answers goes on after its time: those who rang are told to stop, the caller hears 181 and rings on',
  ['1001', '2000a', '2000b', '1002'],
  ({ phone, callOf, wait }) => {
    phone('1001').call('2000');
    wait(8200);
    phone('1002').answer(callOf('1002'));
    wait(100);
    phone('1002').hangUp(callOf('1002'));
    wait(100);
  },
  `
    1001 > INVITE 2000 sdp
    2000a < INVITE 2000a sdp
    2000b < INVITE 2000b sdp
    2000a > 180
    2000b > 180
    1001 < 180
    2000a < CANCEL
    2000b < CANCEL
    1001 < 181
    1002 < INVITE 1002 sdp
    2000a > 200 CANCEL
    2000a > 487
    2000b > 200 CANCEL
    2000b > 487
    1002 > 180
    2000a < ACK
    2000b < ACK
    1001 < 180
    1002 > 200 sdp
    1002 < ACK
    1001 < 200 sdp
    1001 > ACK
    1002 > BYE
    1002 < 200 BYE
    1001 < BYE, Q.850;cause=16;text="Normal call clearing"
    1001 > 200 BYE
  `,
  { directory: directoryWith({ '2000': { forward: { 'no answer': '1002' } } }) },
);

flow(
  'a line of serial members goes on when its last step is over',
  ['1001', '2100a', '2100b', '1002'],
  ({ phone, callOf, wait }) => {
    phone('1001').call('2100');
    wait(5300);
    phone('1001').hangUp(callOf('1001'));
    wait(100);
  },
  `
    1001 > INVITE 2100 sdp
    2100a < INVITE 2100a sdp
    2100a > 180
    1001 < 180
    2100a < CANCEL
    2100b < INVITE 2100b sdp
    2100a > 200 CANCEL
    2100a > 487
    2100b > 180
    2100a < ACK
    2100b < CANCEL
    1001 < 181
    1002 < INVITE 1002 sdp
    2100b > 200 CANCEL
    2100b > 487
    1002 > 180
    2100b < ACK
    1001 < 180
    1001 > CANCEL
    1001 < 200 CANCEL
    1001 < 487
    1002 < CANCEL
    1001 > ACK
    1002 > 200 CANCEL
    1002 > 487
    1002 < ACK
  `,
  { directory: directoryWith({ '2100': { forward: { 'no answer': '1002' } } }) },
);
