/** The table is the specification: RFC 3261 Figure 5 as replaced by RFC 6026, arrow by arrow; §9.1. */
import type { Hop } from '../../../src/sip/hop.ts';
import {
  cancelInviteClient,
  type InviteClientEvent,
  startInviteClient,
  stepInviteClient,
} from '../../../src/sip/transaction/invite-client.ts';
import { type Figure, hop, outgoing, response, walk } from './figure.ts';

const OVER_UDP = `
  (new)                 INVITE           calling     send INVITE, start B 32000, start A 500
  calling               timer A          calling     send INVITE, start A 1000
  calling (again)       timer A          calling     send INVITE, start A 2000
  calling               timer B          terminated  fail timeout
  calling               transport error  terminated  fail transport
  calling               1xx              proceeding  stop, deliver
  calling               2xx              accepted    start M 32000, deliver
  calling               300-699          completed   send ACK, start D 32000, deliver
  calling               timer D          calling     -
  proceeding            1xx              proceeding  deliver
  proceeding            2xx              accepted    start M 32000, deliver
  proceeding            300-699          completed   send ACK, start D 32000, deliver
  proceeding            transport error  terminated  fail transport
  proceeding            timer A          proceeding  -
  proceeding            timer B          proceeding  -
  completed             300-699          completed   send ACK
  completed             1xx              completed   -
  completed             2xx              completed   -
  completed             timer D          terminated  -
  completed             transport error  terminated  -
  accepted              2xx              accepted    deliver
  accepted              1xx              accepted    -
  accepted              300-699          accepted    -
  accepted              timer M          terminated  -
  accepted              transport error  accepted    -
  terminated            2xx              terminated  -
  terminated            timer B          terminated  -
`;

const CANCELLED = `
  calling               CANCEL           calling     -
  calling (unwanted)    CANCEL           calling     -
  calling (unwanted)    timer A          calling     send INVITE, start A 1000
  calling (unwanted)    timer B          terminated  fail timeout
  calling (unwanted)    1xx              cancelling  stop, cancel Reason, start 9.1 32000, deliver
  calling (unwanted)    2xx              accepted    start M 32000, deliver
  calling (unwanted)    300-699          completed   send ACK, start D 32000, deliver
  proceeding            CANCEL           cancelling  cancel Reason, start 9.1 32000
  cancelling            CANCEL           cancelling  -
  cancelling            1xx              cancelling  deliver
  cancelling            2xx              accepted    start M 32000, deliver
  cancelling            300-699          completed   send ACK, start D 32000, deliver
  cancelling            timer 9.1        terminated  fail timeout
  cancelling            transport error  terminated  fail transport
  completed             CANCEL           completed   -
  accepted              CANCEL           accepted    -
  terminated            CANCEL           terminated  -
`;

const OVER_TCP = `
  (new)                 INVITE           calling     send INVITE, start B 32000
  calling               1xx              proceeding  stop, deliver
  calling               2xx              accepted    start M 32000, deliver
  calling               300-699          terminated  send ACK, deliver
  proceeding            300-699          terminated  send ACK, deliver
  cancelling            300-699          terminated  send ACK, deliver
`;

walk(figure('over UDP', OVER_UDP, hop('udp')));
walk(figure('cancelled', CANCELLED, hop('udp')));
walk(figure('over TCP', OVER_TCP, hop('tcp')));

const STATUS: Record<string, number> = { '1xx': 180, '2xx': 200, '300-699': 486 };

function figure(name: string, table: string, to: Hop): Figure {
  return {
    name,
    table,
    begin: (context) => {
      const tx = startInviteClient(outgoing('INVITE'), 'INVITE', to, 'z9hG4bK1', 'user', context);
      return {
        get state() {
          return tx.state;
        },
        step: (label, now) => {
          if (label === 'CANCEL') {
            cancelInviteClient(tx, 'Reason', now);
            return undefined;
          }
          const status = STATUS[label];
          const answer = status === undefined ? undefined : response(status, 'INVITE');
          return stepInviteClient(tx, label as InviteClientEvent, now, answer);
        },
      };
    },
    paths: {
      calling: [],
      'calling (again)': ['timer A'],
      'calling (unwanted)': ['CANCEL'],
      proceeding: ['1xx'],
      cancelling: ['1xx', 'CANCEL'],
      completed: ['300-699'],
      accepted: ['2xx'],
      terminated: ['timer B'],
    },
  };
}
