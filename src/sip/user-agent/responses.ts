/** Answers to requests of ours, and that there is none: to whatever the request was of. */
import type { TransactionEvent } from '../transaction/events.ts';
import type { Agent, TransactionUser } from './agent.ts';
import * as caller from './caller-leg.ts';
import * as conveyance from './conveyance.ts';
import * as ending from './ending.ts';
import * as notifier from './notifier.ts';
import * as ours from './our-change.ts';
import * as provisional from './provisional.ts';
import { questionAnswered, questionFailed } from './question.ts';

type Happened<O, T extends TransactionEvent<TransactionUser<O>>['type']> = Extract<
  TransactionEvent<TransactionUser<O>>,
  { type: T }
>;

/** An answer to a request of ours, provisional or final. */
export function receiveResponse<O>(agent: Agent<O>, event: Happened<O, 'response'>): void {
  const { response, source, transaction } = event;
  const { user } = transaction;
  switch (user?.kind) {
    case 'leg':
      user.heardAtMs = agent.nowMs;
      return caller.receiveCallerResponse(agent, user, response, source);
    case 'change':
      user.leg.heardAtMs = agent.nowMs;
      return ours.receiveChangeResponse(agent, user, response, source);
    case 'conveyance':
      user.leg.heardAtMs = agent.nowMs;
      if (response.status >= 200) conveyance.answered(agent, user, response);
      return;
    case 'confirmation':
      return provisional.progressConfirmed(agent, user, response);
    case 'subscription':
      return notifier.receiveNotified(agent, user, response);
    case 'question':
      return questionAnswered(agent, user, response);
    default:
  }
}

/** No final answer came, or the request could not be sent. */
export function receiveFailure<O>(agent: Agent<O>, event: Happened<O, 'failed'>): void {
  const { reason, transaction } = event;
  const { user } = transaction;
  switch (user?.kind) {
    case 'leg':
      if (transaction.method === 'BYE') ending.forget(agent, user);
      else caller.inviteFailed(agent, user, reason);
      return;
    case 'change':
      return ours.changeFailed(agent, user, reason);
    case 'conveyance':
      return conveyance.conveyed(agent, user, reason === 'timeout' ? 408 : 503);
    case 'subscription':
      return notifier.notifyFailed(agent, user);
    case 'question':
      return questionFailed(agent, user, reason);
    default:
    // A PRACK that nobody answers: the INVITE's own answer tells what becomes of the call.
  }
}
