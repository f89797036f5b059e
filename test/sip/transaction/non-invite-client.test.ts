/** The table is the specification: RFC 3261 Figure 6, arrow by arrow. */
import type { Hop } from '../../../src/sip/hop.ts';
import {
  type NonInviteClientEvent,
  startNonInviteClient,
  stepNonInviteClient,
} from '../../../src/sip/transaction/non-invite-client.ts';
import { type Figure, hop, outgoing, walk } from './figure.ts';

const OVER_UDP = `
  (new)             OPTIONS          trying      send OPTIONS, start F 32000, start E 500
  trying            timer E          trying      send OPTIONS, start E 1000
  trying (later)    timer E          trying      send OPTIONS, start E 4000
  trying (latest)   timer E          trying      send OPTIONS, start E 4000
  trying            timer F          terminated  fail timeout
  trying            transport error  terminated  fail transport
  trying            1xx              proceeding  deliver
  trying            200-699          completed   start K 5000, deliver
  trying            timer K          trying      -
  proceeding        timer E          proceeding  send OPTIONS, start E 4000
  proceeding        timer F          terminated  fail timeout
  proceeding        transport error  terminated  fail transport
  proceeding        1xx              proceeding  deliver
  proceeding        200-699          completed   start K 5000, deliver
  completed         1xx              completed   -
  completed         200-699          completed   -
  completed         transport error  completed   -
  completed         timer K          terminated  -
  terminated        200-699          terminated  -
`;

const OVER_TCP = `
  (new)             OPTIONS          trying      send OPTIONS, start F 32000
  trying            200-699          terminated  deliver
  proceeding        200-699          terminated  deliver
`;

walk(figure('over UDP', OVER_UDP, hop('udp')));
walk(figure('over TCP', OVER_TCP, hop('tcp')));

function figure(name: string, table: string, to: Hop): Figure {
  return {
    name,
    table,
    begin: (context) => {
      const tx = startNonInviteClient(
        outgoing('OPTIONS'),
        'OPTIONS',
        to,
        'z9hG4bK1',
        'user',
        context,
      );
      return {
        get state() {
          return tx.state;
        },
        step: (label, now) => stepNonInviteClient(tx, label as NonInviteClientEvent, now),
      };
    },
    paths: {
      trying: [],
      'trying (later)': ['timer E', 'timer E'],
      'trying (latest)': ['timer E', 'timer E', 'timer E', 'timer E'],
      proceeding: ['1xx'],
      completed: ['200-699'],
      terminated: ['timer F'],
    },
  };
}
