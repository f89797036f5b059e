/** What went over the simulated network, as the lines of a ladder. */
import type { Hop } from '../sip/hop.ts';
import type { SipMessage } from '../sip/message/message.ts';
import { parseMessage } from '../sip/message/parse.ts';
import { keyOf } from './network.ts';
import type { Site } from './site.ts';

/** Lines like `1001 > INVITE 2000 sdp` (to the manager) and `2000a < CANCEL, Reason: …` (from it). */
export class Recorder {
  readonly lines: string[] = [];
  readonly #site: Site;

  /** Records from now on. REGISTER and 100 are left out: they tell nothing of a flow. */
  constructor(site: Site) {
    this.#site = site;
    site.network.tap = (from, to, text) => this.#record(from, to, text);
  }

  #nameOf(key: string): string {
    const phone = this.#site.phones.find(({ options }) => keyOf(options.address) === key);
    return phone?.options.user ?? '?';
  }

  #record(from: Hop, to: Hop, text: string): void {
    const parsed = parseMessage(text);
    if (!parsed.ok) return;
    const { message } = parsed;
    const what = message.kind === 'request' ? message.method : String(message.status);
    if (message.cseqMethod === 'REGISTER' || what === '100') return;
    const isUp = this.#site.isServer(to);
    const name = this.#nameOf(keyOf(isUp ? from : to));
    this.lines.push(`${name} ${isUp ? '>' : '<'} ${what}${about(message)}`);
  }
}

/** What tells one message of a kind from another: the number called, media, reasons, and what a NOTIFY says. */
function about(message: SipMessage): string {
  const { headers, body, cseqMethod } = message;
  let text = '';
  if (message.kind === 'response' && cseqMethod !== 'INVITE') text += ` ${cseqMethod}`;
  if (message.kind === 'request' && message.method === 'INVITE' && message.toTag === '')
    text += ` ${message.uri.slice(4, message.uri.indexOf('@'))}`;
  if (message.kind === 'request' && message.method === 'INVITE' && message.toTag !== '')
    text += ' again';
  const direction = /^a=(sendrecv|sendonly|recvonly|inactive)/m.exec(body)?.[1];
  if (direction !== undefined) text += direction === 'sendrecv' ? ' sdp' : ` sdp ${direction}`;
  const fragment = /^SIP\/2\.0 (\d+)/.exec(body)?.[1];
  if (fragment !== undefined) text += ` ${fragment}`;
  const state = /<state>(\w+)<\/state>/.exec(body)?.[1];
  if (body.includes('<dialog-info')) text += ` ${state ?? 'idle'}`;
  const referrer = headers.first('Referred-By');
  if (referrer !== undefined)
    text += `, from ${userOf(headers.first('From'))} referred by ${userOf(referrer)}`;
  for (const value of headers.all('Diversion'))
    text += `, from ${userOf(headers.first('From'))} by ${userOf(value)} ${/reason=([a-z-]+)/.exec(value)?.[1]}`;
  const reason = headers.first('Reason');
  return reason === undefined ? text : `${text}, ${reason}`;
}

function userOf(value: string | undefined): string {
  return /sip:([^@]*)@/.exec(value ?? '')?.[1] ?? '';
}
