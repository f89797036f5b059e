/** A subscription of a scripted phone: RFC 6665, from SUBSCRIBE to the last NOTIFY. */
import type { SipRequest } from '../../sip/message/message.ts';
import type { PhoneDialog } from './phone-dialog.ts';
import type { Received, Station, Usage } from './station.ts';

export type SubscriptionOrder = {
  /** The whole Event value: `call-info`, `dialog;shared`. */
  readonly event: string;
  readonly expiresS: number;
  /** Further lines of each SUBSCRIBE. */
  readonly headers: string;
  /** Whether it is renewed before it ends. */
  readonly isKept: boolean;
  /** Another line than the phone's own. */
  readonly uri?: string;
  /** A NOTIFY that has come, answered already; called for the last one too. */
  readonly notified: (request: SipRequest) => void;
  /** Its state has changed. */
  readonly changed?: () => void;
};

/** It is renewed when that much of its time is over. */
const RENEW_AT = 0.8;

export class StationSubscription implements Usage {
  readonly dialog: PhoneDialog;
  /** 'asked' until the 2xx, whatever is notified meanwhile. */
  state: 'asked' | 'active' | 'refused' | 'terminated' = 'asked';
  /** Of the last answer to a SUBSCRIBE; 0: none came. */
  status = 0;
  /** Seconds that a refusal asked to wait for; 0: it said nothing. */
  retryAfterS = 0;
  /** Why it was ended by the other side: the reason of the last NOTIFY. */
  reason = '';
  readonly #station: Station;
  readonly #order: SubscriptionOrder;
  /** It is to end as soon as there is a dialog. */
  #isEnding = false;

  /** Sends the SUBSCRIBE. */
  constructor(station: Station, order: SubscriptionOrder) {
    this.#station = station;
    this.#order = order;
    this.dialog = station.openDialog(order.uri);
    station.enter(this);
    this.#subscribe(order.expiresS);
  }

  get isOver(): boolean {
    return this.state === 'refused' || this.state === 'terminated';
  }

  /** SUBSCRIBE inside the dialog. */
  renew(): void {
    if (!this.isOver && this.dialog.remoteTag !== '') this.#subscribe(this.#order.expiresS);
  }

  /** Expires: 0. It ends with the NOTIFY that comes then. */
  end(): void {
    if (this.isOver) return;
    if (this.dialog.remoteTag === '') this.#isEnding = true;
    else this.#subscribe(0);
  }

  received(received: Received): void {
    const { request, source } = received;
    const { faults } = this.#station;
    const { event, changed, notified } = this.#order;
    if (request.method !== 'NOTIFY') return void this.#station.answer(received, 405);
    this.#station.answer(received, 200);
    this.dialog.learn(request, request.fromTag);
    // The Contact of who goes on with it leads there.
    this.dialog.hop = source;
    if (request.headers.first('Event') !== event)
      faults.push(`NOTIFY has Event: ${request.headers.first('Event')}, not ${event}`);
    const text = request.headers.first('Subscription-State') ?? '';
    const state = /^(active|pending|terminated)(?:;.*)?$/.exec(text)?.[1];
    if (state === undefined) faults.push(`Subscription-State: ${text}`);
    if (state !== 'terminated' && !/;expires=\d+/.test(text))
      faults.push(`a subscription without expires: ${text}`);
    if (state === 'terminated') {
      this.reason = /;reason=([\w-]+)/.exec(text)?.[1] ?? '';
      this.#finish('terminated');
    }
    notified(request);
    if (state === 'terminated') changed?.();
  }

  acknowledged(): void {}

  cancelled(): void {}

  #subscribe(expiresS: number): void {
    const { event, headers } = this.#order;
    const station = this.#station;
    const lines = `${station.contact}Event: ${event}\r\nExpires: ${expiresS}\r\n${headers}`;
    const build = (auth: string) => this.dialog.request('SUBSCRIBE', `${lines}${auth}`);
    station.ask(build, this.dialog.hop, (response) => {
      const { status = 0 } = response ?? {};
      if (response !== undefined && status < 200) return;
      this.status = status;
      if (status < 200 || status >= 300) {
        this.retryAfterS = Number(response?.headers.first('Retry-After') ?? 0);
        // A refused renewal leaves the rest of its time, unless there is nothing to be renewed.
        if (this.state === 'asked') this.#finish('refused');
        else if (status === 481) this.#finish('terminated');
      } else if (response !== undefined) {
        const granted = Number(response.headers.first('Expires') ?? Number.NaN);
        if (!(granted <= expiresS)) station.faults.push(`${expiresS} s asked, ${granted} given`);
        if (response.headers.first('Contact') === undefined)
          station.faults.push('2xx to SUBSCRIBE without Contact');
        if (this.dialog.remoteTag === '') this.dialog.learn(response, response.toTag);
        if (this.dialog.remoteTag !== response.toTag) station.faults.push('2xx of another dialog');
        if (this.state === 'asked') this.state = 'active';
        if (this.#isEnding) {
          this.#isEnding = false;
          this.#subscribe(0);
        }
        if (this.#order.isKept && granted > 0)
          station.after(1000 * RENEW_AT * granted, () => this.renew());
      }
      this.#order.changed?.();
    });
  }

  #finish(state: 'refused' | 'terminated'): void {
    this.state = state;
    this.#station.remove(this);
  }
}
