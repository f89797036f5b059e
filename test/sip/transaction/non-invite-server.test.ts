/** The table is the specification: RFC 3261 Figure 8, arrow by arrow. */
import type { Hop } from '../../../src/sip/hop.ts';
import {
  type NonInviteServerEvent,
  startNonInviteServer,
  stepNonInviteServer,
} from '../../../src/sip/transaction/non-invite-server.ts';
import { type Figure, hop, request, walk } from './figure.ts';

const OVER_UDP = `
  (new)       OPTIONS          trying      -
  trying      request          trying      -
  trying      1xx              proceeding  send 183
  trying      200-699          completed   send 200, start J 32000
  trying      transport error  terminated  fail transport
  trying      timer J          trying      -
  proceeding  request          proceeding  send 183
  proceeding  1xx              proceeding  send 183
  proceeding  200-699          completed   send 200, start J 32000
  proceeding  transport error  terminated  fail transport
  completed   request          completed   send 200
  completed   1xx              completed   -
  completed   200-699          completed   -
  completed   transport error  terminated  fail transport
  completed   timer J          terminated  -
  terminated  request          terminated  -
  terminated  200-699          terminated  -
`;

const OVER_TCP = `
  trying      200-699          terminated  send 200
  proceeding  200-699          terminated  send 200
`;

walk(figure('over UDP', OVER_UDP, hop('udp')));
walk(figure('over TCP', OVER_TCP, hop('tcp')));

const ANSWERS: Record<string, string> = {
  '1xx': 'SIP/2.0 183 Session Progress',
  '200-699': 'SIP/2.0 200 OK',
};

function figure(name: string, table: string, from: Hop): Figure {
  return {
    name,
    table,
    begin: () => {
      const tx = startNonInviteServer<string>(request('OPTIONS'), from, from, 'key', 'merge key');
      return {
        get state() {
          return tx.state;
        },
        step: (label, now) =>
          stepNonInviteServer(tx, label as NonInviteServerEvent, now, ANSWERS[label]),
      };
    },
    paths: {
      trying: [],
      proceeding: ['1xx'],
      completed: ['200-699'],
      terminated: ['200-699', 'timer J'],
    },
  };
}
