/**
 * Our 2xx to an INVITE, which we repeat until its ACK comes: RFC 3261 §13.3.1.4. T1 doubling to T2,
 * given up after 64*T1; over reliable transports too, since the hop beyond may not be one.
 */
import type { Timer } from '../../base/timer-wheel.ts';
import type { ServerTransaction } from '../transaction/server.ts';
import type { Agent, Timed, TransactionUser } from './agent.ts';
import type { LegRecord } from './leg-record.ts';

export class Acceptance<O> {
  readonly kind = 'acceptance';
  readonly leg: LegRecord<O>;
  readonly transaction: ServerTransaction<TransactionUser<O>>;
  /** Sequence number that the ACK will have. */
  readonly cseq: number;
  readonly text: string;
  readonly endAtMs: number;
  intervalMs: number;
  timer: Timer<Timed<O>> | undefined;

  constructor(
    leg: LegRecord<O>,
    transaction: ServerTransaction<TransactionUser<O>>,
    cseq: number,
    text: string,
    intervalMs: number,
    endAtMs: number,
  ) {
    this.leg = leg;
    this.transaction = transaction;
    this.cseq = cseq;
    this.text = text;
    this.intervalMs = intervalMs;
    this.endAtMs = endAtMs;
  }
}

/** Sends `text`, a whole 2xx, and goes on until `acknowledge`. */
export function accept<O>(
  agent: Agent<O>,
  leg: LegRecord<O>,
  transaction: ServerTransaction<TransactionUser<O>>,
  cseq: number,
  text: string,
): void {
  const endAtMs = agent.nowMs + 64 * agent.t1Ms;
  leg.acceptance = new Acceptance(leg, transaction, cseq, text, agent.t1Ms, endAtMs);
  agent.layer.respond(transaction, 200, text);
  agent.startTimer(leg.acceptance, agent.t1Ms);
}

/** The timer has run out: true when it is time to give up. */
export function repeat<O>(agent: Agent<O>, acceptance: Acceptance<O>): boolean {
  const leftMs = acceptance.endAtMs - agent.nowMs;
  if (leftMs <= 0) return true;
  agent.layer.respond(acceptance.transaction, 200, acceptance.text);
  acceptance.intervalMs = Math.min(2 * acceptance.intervalMs, agent.t2Ms);
  agent.startTimer(acceptance, Math.min(acceptance.intervalMs, leftMs));
  return false;
}

/** No more of it: the ACK is here, or the leg is over. */
export function stopRepeating<O>(agent: Agent<O>, leg: LegRecord<O>): void {
  agent.stopTimer(leg.acceptance);
  leg.acceptance = undefined;
}
