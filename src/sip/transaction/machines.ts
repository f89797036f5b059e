/** One way into the four machines: what happens to a transaction, under the label that its figure gives it. */
import type { SipResponse } from '../message/message.ts';
import type { ClientTransaction } from './client.ts';
import type { Context, Tell } from './context.ts';
import { inviteClientTimer, stepInviteClient } from './invite-client.ts';
import { inviteServerTimer, stepInviteServer } from './invite-server.ts';
import { nonInviteClientTimer, stepNonInviteClient } from './non-invite-client.ts';
import { stepNonInviteServer } from './non-invite-server.ts';
import type { ServerTransaction } from './server.ts';
import type { Transaction } from './transaction.ts';

/** An answer has come. */
export function stepByResponse<U>(
  tx: ClientTransaction<U>,
  response: SipResponse,
  context: Context<U>,
): Tell {
  const { status } = response;
  return tx.kind === 'INVITE client'
    ? stepInviteClient(tx, inviteLabel(status), context, response)
    : stepNonInviteClient(tx, status < 200 ? '1xx' : '200-699', context);
}

/** The request has come again. */
export function stepByRequest<U>(tx: ServerTransaction<U>, context: Context<U>): Tell {
  return tx.kind === 'INVITE server'
    ? stepInviteServer(tx, 'INVITE', context)
    : stepNonInviteServer(tx, 'request', context);
}

/** The user answers with `text`. */
export function stepByAnswer<U>(
  tx: ServerTransaction<U>,
  status: number,
  text: string,
  context: Context<U>,
): Tell {
  return tx.kind === 'INVITE server'
    ? stepInviteServer(tx, inviteLabel(status), context, text)
    : stepNonInviteServer(tx, status < 200 ? '1xx' : '200-699', context, text);
}

/** The wheel has called. `ended`: for the end of the state, and not for a retransmission. */
export function stepByTimer<U>(tx: Transaction<U>, ended: boolean, context: Context<U>): Tell {
  switch (tx.kind) {
    case 'INVITE client':
      return stepInviteClient(tx, inviteClientTimer(tx, ended), context);
    case 'non-INVITE client':
      return stepNonInviteClient(tx, nonInviteClientTimer(tx, ended), context);
    case 'INVITE server':
      return stepInviteServer(tx, inviteServerTimer(tx, ended), context);
    case 'non-INVITE server':
      return stepNonInviteServer(tx, 'timer J', context);
  }
}

/** What was sent did not leave, or its connection has broken. */
export function stepByTransportError<U>(tx: Transaction<U>, context: Context<U>): Tell {
  switch (tx.kind) {
    case 'INVITE client':
      return stepInviteClient(tx, 'transport error', context);
    case 'non-INVITE client':
      return stepNonInviteClient(tx, 'transport error', context);
    case 'INVITE server':
      return stepInviteServer(tx, 'transport error', context);
    case 'non-INVITE server':
      return stepNonInviteServer(tx, 'transport error', context);
  }
}

function inviteLabel(status: number): '1xx' | '2xx' | '300-699' {
  if (status < 200) return '1xx';
  return status < 300 ? '2xx' : '300-699';
}
