/** The table is the specification: RFC 3261 Figure 7 as replaced by RFC 6026, arrow by arrow. */
import type { Hop } from '../../../src/sip/hop.ts';
import {
  type InviteServerEvent,
  startInviteServer,
  stepInviteServer,
} from '../../../src/sip/transaction/invite-server.ts';
import { type Figure, hop, request, walk } from './figure.ts';

const OVER_UDP = `
  (new)               INVITE           proceeding  send 100
  proceeding          INVITE           proceeding  send 100
  proceeding          1xx              proceeding  send 180
  proceeding (rings)  INVITE           proceeding  send 180
  proceeding          2xx              accepted    send 200, start L 32000
  proceeding          300-699          completed   send 486, start H 32000, start G 500
  proceeding          transport error  proceeding  fail transport
  proceeding          ACK              proceeding  -
  completed           INVITE           completed   send 486
  completed           timer G          completed   send 486, start G 1000
  completed (later)   timer G          completed   send 486, start G 4000
  completed (latest)  timer G          completed   send 486, start G 4000
  completed           timer H          terminated  fail timeout
  completed           transport error  completed   fail transport
  completed           ACK              confirmed   start I 5000
  completed           1xx              completed   -
  completed           2xx              completed   -
  completed           300-699          completed   -
  confirmed           ACK              confirmed   -
  confirmed           INVITE           confirmed   -
  confirmed           300-699          confirmed   -
  confirmed           timer I          terminated  -
  accepted            INVITE           accepted    -
  accepted            ACK              accepted    deliver
  accepted            2xx              accepted    send 200
  accepted            1xx              accepted    -
  accepted            300-699          accepted    -
  accepted            transport error  accepted    fail transport
  accepted            timer L          terminated  -
  terminated          INVITE           terminated  -
  terminated          2xx              terminated  -
`;

const OVER_TCP = `
  (new)               INVITE           proceeding  send 100
  proceeding          2xx              accepted    send 200, start L 32000
  proceeding          300-699          completed   send 486, start H 32000
  completed           timer H          terminated  fail timeout
  completed           ACK              terminated  -
`;

walk(figure('over UDP', OVER_UDP, hop('udp')));
walk(figure('over TCP', OVER_TCP, hop('tcp')));

const ANSWERS: Record<string, string> = {
  '1xx': 'SIP/2.0 180 Ringing',
  '2xx': 'SIP/2.0 200 OK',
  '300-699': 'SIP/2.0 486 Busy Here',
};

function figure(name: string, table: string, from: Hop): Figure {
  return {
    name,
    table,
    begin: (context) => {
      const trying = 'SIP/2.0 100 Trying';
      const tx = startInviteServer(
        request('INVITE'),
        from,
        from,
        'key',
        'merge key',
        trying,
        context,
      );
      return {
        get state() {
          return tx.state;
        },
        step: (label, now) => stepInviteServer(tx, label as InviteServerEvent, now, ANSWERS[label]),
      };
    },
    paths: {
      proceeding: [],
      'proceeding (rings)': ['1xx'],
      completed: ['300-699'],
      'completed (later)': ['300-699', 'timer G', 'timer G'],
      'completed (latest)': ['300-699', 'timer G', 'timer G', 'timer G', 'timer G'],
      confirmed: ['300-699', 'ACK'],
      accepted: ['2xx'],
      terminated: ['300-699', 'timer H'],
    },
  };
}
