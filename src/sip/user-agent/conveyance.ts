/** Requests of ours inside a dialog beyond those that set up, change and end calls: INFO, MESSAGE … */
import type { Agent } from './agent.ts';
import { contentLines } from './body.ts';
import { terminate } from './ending.ts';
import type { Body } from './leg.ts';
import type { LegRecord } from './leg-record.ts';

/** Hangs on its transaction. */
export class Conveyance<O> {
  readonly kind = 'conveyance';
  readonly leg: LegRecord<O>;
  readonly token: number;

  constructor(leg: LegRecord<O>, token: number) {
    this.leg = leg;
    this.token = token;
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
  agent.layer.request(outgoing, dialog.hop, new Conveyance(leg, token));
}

/** Of what nobody asked for but this user agent: its owner does not hear of the answer. */
const OWN = -1;

/** Asks whether the far end is there still. */
export function probe<O>(agent: Agent<O>, leg: LegRecord<O>): void {
  const { dialog } = leg;
  agent.layer.request(dialog.request('OPTIONS', '', ''), dialog.hop, new Conveyance(leg, OWN));
}

/** The final answer to it. */
export function conveyed<O>(agent: Agent<O>, conveyance: Conveyance<O>, status: number): void {
  const { leg, token } = conveyance;
  if (leg.isOver) return;
  if (token !== OWN) agent.emit({ type: 'conveyed', leg, status, token });
  // RFC 3261 §12.2.1.2: who does not know the dialog, or does not answer, has none with us any more.
  if (status === 481 || status === 408) terminate(agent, leg, 'gone');
}
