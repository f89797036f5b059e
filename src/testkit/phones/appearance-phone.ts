/**
 * A phone of RFC 7463: it watches its line by `dialog;shared`, asks for a number by PUBLISH and waits for the
 * answer before it calls (§5.3). No desk phone documents it, but it is the only public norm.
 *
 * What it shows is what documents told it, read by its own reader (`dialog-document.ts`).
 */
import type { SeenDialog } from './dialog-document.ts';
import { DialogView, replacesOf } from './dialog-view.ts';
import { PhonePublication, type Published } from './publication.ts';
import { Station, type StationOptions } from './station.ts';
import { type CallEvents, StationCall } from './station-call.ts';
import { StationSubscription } from './station-subscription.ts';

export type AppearanceHabits = {
  /** Whether its calls are exclusive: nobody else may take them over (§5.2.2). */
  readonly isExclusive?: boolean;
};

/** A call to be, from the moment in which its number is asked for. */
export type Attempt = {
  readonly publication: PhonePublication;
  /** The number that it asks for; undefined: none. */
  readonly appearance: number | undefined;
  /** Undefined until it was dialled, and for ever when the number was refused. */
  call: StationCall | undefined;
};

const REGISTER_S = 3600;
const WATCH_S = 3600;

export class AppearancePhone {
  readonly station: Station;
  readonly view: DialogView;
  readonly calls = new Set<StationCall>();
  readonly #attempts = new Map<StationCall, Attempt>();
  /** A number that it has asked for, and not dialled on. */
  #seized: Attempt | undefined;
  line: StationSubscription | undefined;
  onInvited: (call: StationCall) => void = (call) => call.ring();
  onChanged: () => void = () => {};
  readonly #events: CallEvents;
  #isLeaving = false;
  readonly #habits: AppearanceHabits;

  constructor(options: StationOptions, habits: AppearanceHabits = {}) {
    this.#habits = habits;
    this.station = new Station(options);
    this.view = new DialogView(this.station.aorUri, true, this.station.faults);
    this.#events = {
      changed: (call) => {
        if (call.phase === 'over') this.#over(call);
        this.onChanged();
      },
      cancelled: () => 'gives in',
    };
    this.station.onInvite = (received, source) => {
      const call = StationCall.take(this.station, received, source, this.#events);
      call.index = this.#alerted(received.request.headers.all('Alert-Info'));
      this.calls.add(call);
      this.onInvited(call);
    };
  }

  get faults(): readonly string[] {
    return this.station.faults;
  }

  get call(): StationCall | undefined {
    return [...this.calls].at(-1);
  }

  get shown(): string {
    return this.view.shown;
  }

  boot(): void {
    this.station.listen();
    this.#isLeaving = false;
    this.refresh();
  }

  /** REGISTER again; the line's state is asked for again, or anew if that subscription is over. */
  refresh(): void {
    this.line?.renew();
    this.station.register(REGISTER_S, (status) => {
      if (status < 200 || status >= 300 || this.#isLeaving) return;
      if (this.line?.isOver === false) return;
      this.view.forget();
      this.line = new StationSubscription(this.station, {
        event: 'dialog;shared',
        expiresS: WATCH_S,
        headers: 'Accept: application/dialog-info+xml\r\n',
        isKept: true,
        notified: (request) => {
          this.view.take(request);
          this.onChanged();
        },
        changed: () => this.onChanged(),
      });
    });
  }

  /** Power lost: whatever it has stays behind at the manager. `boot` begins a new life with new Call-IDs. */
  crash(): void {
    this.station.crash();
    for (const call of this.calls) call.forget();
    this.calls.clear();
    this.view.forget();
    this.line = undefined;
    this.#seized = undefined;
  }

  leave(): void {
    this.#isLeaving = true;
    this.line?.end();
    this.station.register(0);
  }

  /** Off-hook: PUBLISH with that number, or the lowest that it sees to be free, and no dialog yet. */
  seize(appearance = this.#lowestFree()): Attempt {
    this.release();
    const attempt = this.#fresh(appearance);
    this.#seized = attempt;
    attempt.publication.say(this.#trying({ appearance }), () => this.onChanged());
    return attempt;
  }

  /** Off-hook: any number will do; the answer says which. */
  lift(): Attempt {
    const attempt = this.#fresh();
    this.#seized = attempt;
    attempt.publication.say(this.#trying({}), () => this.onChanged());
    return attempt;
  }

  /** On-hook before anything was dialled. */
  release(): void {
    this.#seized?.publication.remove();
    this.#seized = undefined;
  }

  /**
   * Dials on the number that it has seized, or seizes one: a PUBLISH with the dialog's Call-ID and tag binds
   * it, and the INVITE leaves with the 2xx to that. Refused, it does not leave.
   */
  dial(number: string): Attempt {
    const attempt = this.#seized ?? this.seize();
    this.#seized = undefined;
    const appearance = attempt.appearance ?? attempt.publication.given;
    return this.#invite(attempt, this.station.uriOf(number), '', { appearance });
  }

  /** A consultation: a call that is to have no number (§5.3), which is asked for as well. */
  consult(number: string): Attempt {
    return this.#invite(this.#fresh(), this.station.uriOf(number), '', {});
  }

  /** An emergency waits for nobody: the INVITE leaves at once (§5.3). */
  callEmergency(number: string): StationCall {
    return this.#place(this.station.uriOf(number), '');
  }

  /** Takes the place of who has that number: `replaced-dialog` first, against the race with its BYE (§5.3.2). */
  takeOver(appearance: number): Attempt | undefined {
    const dialog = this.view.at(appearance);
    const replaces = dialog && replacesOf(dialog);
    if (dialog === undefined || replaces === undefined) return undefined;
    const headers = `Require: replaces\r\n${replaces}`;
    return this.#invite(this.#fresh(), this.station.aorUri, headers, { replaced: dialog });
  }

  /** Wants to speak in the call that has that number: `joined-dialog` first, then INVITE with Join (RFC 3911). */
  join(appearance: number): Attempt | undefined {
    const dialog = this.view.at(appearance);
    if (dialog === undefined) return undefined;
    const wish = { joined: dialog };
    return this.#invite(this.#fresh(), this.station.aorUri, joinOf(dialog), wish);
  }

  /** The same without asking before. */
  barge(appearance: number): StationCall | undefined {
    const dialog = this.view.at(appearance);
    return dialog && this.#place(this.station.aorUri, joinOf(dialog));
  }

  answer(call: StationCall): void {
    call.answer();
  }

  /** re-INVITE, and the rendering of its own side in its publication (§8.2). */
  hold(call: StationCall, isHeld: boolean): void {
    if (call.phase !== 'talking') return;
    const direction = isHeld ? 'sendonly' : 'sendrecv';
    call.change({ direction, describedIn: 'INVITE', headers: '' });
    this.#publicationOf(call).say({
      state: 'confirmed',
      appearance: call.index,
      isHeld,
      dialog: call.dialog,
      ...this.#privacy(),
    });
  }

  /** It lets the parties of two of its calls hear each other, and says so (§5.2.3); undefined: not any more. */
  mix(call: StationCall, other: StationCall | undefined): void {
    this.#publicationOf(call).say({
      state: 'confirmed',
      isHeld: false,
      dialog: call.dialog,
      ...(other === undefined ? {} : { joined: other.dialog }),
      ...this.#privacy(),
    });
  }

  hangUp(call: StationCall): void {
    call.hangUp();
  }

  /** The number that Alert-Info names (§7): put there by the manager, at most once. */
  #alerted(fields: readonly string[]): number | undefined {
    const found = [...fields.join(',').matchAll(/;\s*appearance=([^;,\s]*)/g)];
    if (found.length > 1) this.station.faults.push('several appearances in Alert-Info');
    const text = found[0]?.[1] ?? '';
    if (text !== '' && !/^[1-9]\d*$/.test(text))
      this.station.faults.push(`appearance=${text} in Alert-Info`);
    return text === '' ? undefined : Number(text);
  }

  #invite(attempt: Attempt, uri: string, headers: string, wish: Partial<Published>): Attempt {
    const { publication } = attempt;
    // The dialog has its name before its INVITE leaves: the publication is bound to it by that.
    const dialog = this.station.openDialog(uri);
    publication.say(this.#trying({ ...wish, dialog }), (isDone) => {
      if (isDone) {
        const call = this.#place(uri, headers, dialog);
        call.index = wish.appearance;
        attempt.call = call;
        this.#attempts.set(call, attempt);
      } else publication.remove();
      this.onChanged();
    });
    return attempt;
  }

  #place(uri: string, headers: string, dialog = this.station.openDialog(uri)): StationCall {
    const call = StationCall.place(this.station, { uri, headers, dialog }, this.#events);
    this.calls.add(call);
    return call;
  }

  #over(call: StationCall): void {
    this.calls.delete(call);
    this.#attempts.get(call)?.publication.remove();
    this.#attempts.delete(call);
  }

  #publicationOf(call: StationCall): PhonePublication {
    const known = this.#attempts.get(call);
    if (known !== undefined) return known.publication;
    const attempt = this.#fresh();
    attempt.call = call;
    this.#attempts.set(call, attempt);
    return attempt.publication;
  }

  #fresh(appearance?: number): Attempt {
    return { publication: new PhonePublication(this.station), appearance, call: undefined };
  }

  #trying(wish: Partial<Published>): Published {
    return { state: 'trying', ...this.#privacy(), ...wish };
  }

  #privacy(): Partial<Published> {
    const { isExclusive } = this.#habits;
    return isExclusive === undefined ? {} : { isExclusive };
  }

  #lowestFree(): number {
    let appearance = 1;
    while (this.view.at(appearance) !== undefined) appearance++;
    return appearance;
  }
}

/** RFC 3911 §7.1. */
function joinOf({ callId, localTag, remoteTag }: SeenDialog): string {
  return `Join: ${callId};to-tag=${localTag};from-tag=${remoteTag}\r\n`;
}
