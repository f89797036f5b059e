/** Requests of ours inside a dialog beyond those that set up, change and end calls: INFO, MESSAGE … */
import type { SipResponse } from '../message/message.ts';
import type { OutgoingRequest } from '../message/outgoing.ts';
import type { Agent } from './agent.ts';
import { contentLines } from './body.ts';
import { lose, terminate } from './ending.ts';
import type { Body } from './leg.ts';
import type { LegRecord } from './leg-record.ts';
import { proofFor, provable } from './proof.ts';

/** Hangs on its transaction. */
export class Conveyance<O> {
  readonly kind = 'conveyance';
  readonly leg: LegRecord<O>;
  readonly token: number;
  /** What was sent, for another try with credentials. */
  readonly outgoing: OutgoingRequest | undefined;

  constructor(leg: LegRecord<O>, token: number, outgoing: OutgoingRequest | undefined) {
    this.leg = leg;
    this.token = token;
    this.outgoing = outgoing;
  }
}

/** A request of ours inside the leg's dialog. */
export function convey<O>(
  agent: Agent<O>,
  leg: LegRecord<O>,
  method: string,
  headers: string,
  media: Body | undefined,
  token: number,
): void {
  const { dialog } = leg;
  // Without a dialog there is nobody to say it to.
  if (leg.isOver || leg.phase === 'inviting') {
    agent.emit({ type: 'conveyed', leg, status: 481, token });
    return;
  }
  const lines = `${headers}${contentLines(media)}`;
  const outgoing = dialog.request(method, lines, media?.body ?? '');
  send(agent, leg, outgoing, token);
}

function send<O>(
  agent: Agent<O>,
  leg: LegRecord<O>,
  outgoing: OutgoingRequest,
  token: number,
): void {
  const conveyance = new Conveyance(leg, token, provable(leg, outgoing));
  agent.layer.request(outgoing, leg.dialog.hop, conveyance);
}

/** Of what nobody asked for but this user agent: its owner does not hear of the answer. */
const OWN = -1;

/** Asks whether the far end is there still. */
export function probe<O>(agent: Agent<O>, leg: LegRecord<O>): void {
  const { dialog } = leg;
  send(agent, leg, dialog.request('OPTIONS', '', ''), OWN);
}

/** A final answer, which may want to know who we are. */
export function answered<O>(
  agent: Agent<O>,
  conveyance: Conveyance<O>,
  response: SipResponse,
): void {
  const { leg, outgoing, token } = conveyance;
  const proof = leg.isOver ? undefined : proofFor(agent, leg, outgoing, response);
  if (proof === undefined || outgoing === undefined)
    return conveyed(agent, conveyance, response.status);
  const { dialog } = leg;
  const again = dialog.request(outgoing.method, outgoing.headers + proof, outgoing.body);
  // Once: nothing is kept of the second.
  agent.layer.request(again, dialog.hop, new Conveyance(leg, token, undefined));
}

/** The final answer to it. */
export function conveyed<O>(agent: Agent<O>, conveyance: Conveyance<O>, status: number): void {
  const { leg, token } = conveyance;
  if (leg.isOver) return;
  if (token !== OWN) agent.emit({ type: 'conveyed', leg, status, token });
  // RFC 3261 §12.2.1.2: who does not know the dialog, or does not answer, has none with us any more.
  if (status !== 481 && status !== 408) return;
  if (token === OWN) lose(agent, leg);
  else terminate(agent, leg, 'gone');
}
