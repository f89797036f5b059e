/**
 * REFER inside a dialog: RFC 3515, RFC 4488. Accepting one makes a subscription to how it goes, which
 * lives in the dialog and may outlive the call that it was sent in.
 */
import type { Agent } from './agent.ts';
import { type ExchangeRecord, reply } from './exchange.ts';
import type { LegRecord } from './leg-record.ts';
import { SubscriptionRecord } from './subscription-record.ts';

/** A transfer that nobody has reported on for so long has failed. */
const REFERRAL_S = 180;

/** 202 to the REFER, and its implicit subscription. The first NOTIFY, due at once, is the owner's. */
export function acceptReferral<O>(
  agent: Agent<O>,
  leg: LegRecord<O>,
  exchange: ExchangeRecord<O>,
  owner: O,
): SubscriptionRecord<O> {
  const { request } = exchange;
  const { dialog } = leg;
  // The id tells two REFERs of one dialog apart; it may be left out for the first (RFC 3515 §2.4.6).
  const eventValue = leg.referralsMade++ === 0 ? 'refer' : `refer;id=${request.cseq}`;
  const subscription = new SubscriptionRecord<O>(
    dialog,
    'refer',
    eventValue,
    '',
    'message/sipfrag',
    leg.identity,
    leg.heardFrom,
    leg,
  );
  subscription.owner = owner;
  const isUnwanted = request.headers.first('Refer-Sub')?.trim().toLowerCase() === 'false';
  const { contact } = agent.lines(dialog.hop);
  const headers = isUnwanted ? `${contact}Refer-Sub: false\r\n` : contact;
  reply(agent, leg, exchange, 202, headers, undefined);
  if (isUnwanted || leg.phase === 'over') {
    // Without a subscriber, what is notified goes nowhere.
    subscription.state = 'terminated';
    return subscription;
  }
  subscription.state = 'active';
  subscription.expiresAtMs = agent.nowMs + 1000 * REFERRAL_S;
  agent.subscriptions++;
  leg.referrals ??= [];
  leg.referrals.push(subscription);
  agent.startTimer(subscription, 1000 * REFERRAL_S);
  return subscription;
}
