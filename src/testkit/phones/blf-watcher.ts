/**
 * A phone with busy lamps: RFC 4235. It watches a line, which it need not be a member of, and picks up what it
 * sees by INVITE with Replaces, made of the document's call-id and tags.
 */
import { DialogView, replacesOf } from './dialog-view.ts';
import { Station, type StationOptions } from './station.ts';
import { type CallEvents, StationCall } from './station-call.ts';
import { StationSubscription } from './station-subscription.ts';

const REGISTER_S = 3600;
const WATCH_S = 3600;

export class BlfWatcher {
  /** Its `aor` is its own number, or that of a line that it is a member of. */
  readonly station: Station;
  readonly calls = new Set<StationCall>();
  readonly view: DialogView;
  subscription: StationSubscription | undefined;
  onInvited: (call: StationCall) => void = (call) => call.ring();
  onChanged: () => void = () => {};
  readonly #watched: string;
  readonly #events: CallEvents;
  #isLeaving = false;

  /** Watches the line `number`. */
  constructor(options: StationOptions, number: string) {
    this.station = new Station(options);
    this.#watched = this.station.uriOf(number);
    this.view = new DialogView(this.#watched, false, this.station.faults);
    this.#events = {
      changed: (call) => {
        if (call.phase === 'over') this.calls.delete(call);
        this.onChanged();
      },
      cancelled: () => 'gives in',
    };
    this.station.onInvite = (received, source) => {
      const call = StationCall.take(this.station, received, source, this.#events);
      this.calls.add(call);
      this.onInvited(call);
    };
  }

  get faults(): readonly string[] {
    return this.station.faults;
  }

  /** Its lamps: the states of what it may see. */
  get shown(): string {
    return this.view.shown;
  }

  /** REGISTER, and once that is taken SUBSCRIBE. */
  boot(): void {
    this.station.listen();
    this.#isLeaving = false;
    this.refresh();
  }

  /** REGISTER again; the line's state is asked for again, or anew if that subscription is over. */
  refresh(): void {
    this.subscription?.renew();
    this.station.register(REGISTER_S, (status) => {
      if (status < 200 || status >= 300 || this.#isLeaving) return;
      if (this.subscription?.isOver !== false) this.watch();
    });
  }

  /** SUBSCRIBE alone: a watcher need not be registered. */
  watch(): void {
    this.station.listen();
    this.view.forget();
    this.subscription = new StationSubscription(this.station, {
      event: 'dialog',
      expiresS: WATCH_S,
      headers: 'Accept: application/dialog-info+xml\r\n',
      isKept: true,
      uri: this.#watched,
      notified: (request) => {
        this.view.take(request);
        this.onChanged();
      },
      changed: () => this.onChanged(),
    });
  }

  /** Power lost; `boot` begins a new life. */
  crash(): void {
    this.station.crash();
    this.view.forget();
    this.subscription = undefined;
  }

  leave(): void {
    this.#isLeaving = true;
    this.subscription?.end();
    this.station.register(0);
  }

  /**
   * Takes over the first dialog that it sees in one of these states; undefined: it sees none that has all tags.
   * 'early-only': nothing but a call that rings will do (RFC 3891 §6.1).
   */
  pickUp(
    states: readonly string[] = ['early', 'confirmed'],
    only: 'early-only' | '' = '',
  ): StationCall | undefined {
    const dialogs = [...this.view.dialogs.values()];
    const headers = dialogs.filter(({ state }) => states.includes(state)).map(replacesOf);
    const replaces = headers.find((text) => text !== undefined);
    if (replaces === undefined) return undefined;
    const tail = only === '' ? '' : `;${only}`;
    return this.#place(replaces.replace('\r\n', `${tail}\r\n`));
  }

  /** Takes over a call of another phone, whose dialog it has the names of from elsewhere. */
  replace(other: StationCall): StationCall {
    return this.#place(`Replaces: ${other.dialog.replaces}\r\n`);
  }

  #place(replaces: string): StationCall {
    const order = { uri: this.#watched, headers: `Require: replaces\r\n${replaces}` };
    const call = StationCall.place(this.station, order, this.#events);
    this.calls.add(call);
    return call;
  }

  dial(number: string): StationCall {
    const order = { uri: this.station.uriOf(number), headers: '' };
    const call = StationCall.place(this.station, order, this.#events);
    this.calls.add(call);
    return call;
  }
}
