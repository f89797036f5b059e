/**
 * A call of a scripted phone: one INVITE dialog, from either side. What lines a phone adds, and when it
 * does what it should not, is up to who orders it.
 */
import type { Hop } from '../../sip/hop.ts';
import type { SipRequest, SipResponse } from '../../sip/message/message.ts';
import { PhoneDialog } from './phone-dialog.ts';
import { answerTo, type Direction, describe, readSession, SDP, SDP_LINE } from './session.ts';
import type { Asked, Received, Station, Usage } from './station.ts';

export type CallOrder = {
  readonly uri: string;
  /** Further lines of the INVITE. */
  readonly headers: string;
  /** With this dialog, which nothing was sent in; a fresh one, unless told. */
  readonly dialog?: PhoneDialog;
};

export type Change = {
  readonly direction: 'sendrecv' | 'sendonly';
  /** Which message of the re-INVITE has our description: with 'ACK' the other side is made to offer. */
  readonly describedIn: 'INVITE' | 'ACK';
  readonly headers: string;
};

/** Whoever plays the phone hears of everything that changes. */
export type CallEvents = {
  readonly changed: (call: StationCall) => void;
  /** A CANCEL has come. 'answered': this phone has said 200 to the INVITE all the same. */
  readonly cancelled: (call: StationCall) => 'gives in' | 'answered';
};

const ALLOW = 'Allow: INVITE, ACK, CANCEL, BYE, NOTIFY, REFER, UPDATE, OPTIONS\r\n';

export class StationCall implements Usage {
  readonly station: Station;
  readonly role: 'calling' | 'called';
  readonly dialog: PhoneDialog;
  /** The INVITE of theirs; undefined when it was ours. */
  readonly request: SipRequest | undefined;
  /** The id in the descriptions that it sends. */
  readonly session: string;
  /** That of the last one received, and its direction; '' before. */
  remoteSession = '';
  remoteDirection: Direction | '' = '';
  phase: 'ringing' | 'talking' | 'over' = 'ringing';
  /** The last status of our INVITE, or of what ended it before it was answered; 0: none came. */
  status = 0;
  /** Seconds that a refusal of our INVITE asked to wait for; 0: it said nothing. */
  retryAfterS = 0;
  isHeld = false;
  /** Appearance that it has, as far as this phone knows. */
  index: number | undefined;
  /** The answer to the last re-INVITE of ours, and to the last REFER. 0: none yet. */
  changeStatus = 0;
  referStatus = 0;
  /** What the last NOTIFY said about the transfer. */
  referral = 0;
  readonly #events: CallEvents;
  readonly #received: Received | undefined;
  #asked: Asked | undefined;
  #version = 0;
  #isAcknowledged = false;

  private constructor(
    station: Station,
    dialog: PhoneDialog,
    received: Received | undefined,
    events: CallEvents,
  ) {
    this.station = station;
    this.dialog = dialog;
    this.role = received === undefined ? 'calling' : 'called';
    this.request = received?.request;
    this.session = station.newSession();
    this.#received = received;
    this.#events = events;
  }

  /** Sends an INVITE. */
  static place(station: Station, order: CallOrder, events: CallEvents): StationCall {
    const { uri, headers, dialog = station.openDialog(uri) } = order;
    const call = new StationCall(station, dialog, undefined, events);
    const body = call.#describe('sendrecv');
    const lines = `${station.contact}${ALLOW}Supported: replaces\r\n${headers}${SDP_LINE}`;
    station.enter(call);
    const build = (auth: string) => call.dialog.request('INVITE', `${lines}${auth}`, body);
    call.#asked = station.ask(build, call.dialog.hop, (response) => call.#answered(response));
    return call;
  }

  /** Takes the INVITE that has come. Nothing is said yet. */
  static take(station: Station, received: Received, source: Hop, events: CallEvents): StationCall {
    const dialog = PhoneDialog.begunBy(received.request, station.token(8), source);
    const call = new StationCall(station, dialog, received, events);
    call.#learn(received.request.body);
    station.enterInvited(received, call);
    return call;
  }

  /** 180, or another provisional status. */
  ring(headers = '', status = 180): void {
    if (this.#received === undefined || this.phase !== 'ringing') return;
    this.station.answer(this.#received, status, this.#options(headers));
  }

  /** 200 with a description, again and again until the ACK comes (RFC 3261 §13.3.1.4). */
  answer(headers = ''): void {
    if (this.#received === undefined || this.phase !== 'ringing') return;
    this.#accept(this.#received, headers, this.#describe(this.#answerDirection()));
    this.phase = 'talking';
    this.#events.changed(this);
  }

  refuse(status: number): void {
    if (this.#received === undefined || this.phase !== 'ringing') return;
    this.station.answer(this.#received, status, this.#options(''));
    this.#finish(status);
  }

  /** CANCEL of an INVITE of ours, refusal of theirs, BYE after the answer. */
  hangUp(headers = ''): void {
    if (this.phase === 'over') return;
    if (this.phase === 'talking') {
      const build = (auth: string) => this.dialog.request('BYE', `${headers}${auth}`);
      this.station.ask(build, this.dialog.hop, () => {});
      return this.#finish(0);
    }
    if (this.role === 'called') return this.refuse(603);
    if (this.#asked !== undefined) this.station.cancel(this.#asked, headers);
  }

  /** re-INVITE. `isHeld` changes with its 2xx. */
  change({ direction, describedIn, headers }: Change): void {
    if (this.phase !== 'talking') return;
    const isInInvite = describedIn === 'INVITE';
    const body = isInInvite ? this.#describe(direction) : '';
    const lines = `${this.station.contact}${headers}${isInInvite ? SDP_LINE : ''}`;
    const { dialog, station } = this;
    const build = (auth: string) => dialog.request('INVITE', `${lines}${auth}`, body);
    this.changeStatus = 0;
    station.ask(build, dialog.hop, (response) => {
      const { status = 408 } = response ?? {};
      if (status < 200) return;
      const isNew = this.changeStatus === 0;
      this.changeStatus = status;
      if (response === undefined || status >= 300) return this.#events.changed(this);
      if (isNew) {
        this.#learn(response.body);
        this.isHeld = direction === 'sendonly';
      }
      const answer = isInInvite ? '' : this.#describe(direction);
      this.#acknowledge(response, answer);
      this.#events.changed(this);
    });
  }

  /** REFER: the far party to `target` (what stands in Refer-To's brackets), or in place of the other call. */
  refer(target: string, other?: StationCall): void {
    const tail =
      other === undefined ? '' : `?Replaces=${encodeURIComponent(other.dialog.replaces)}`;
    const lines = `${this.station.contact}Refer-To: <${target}${tail}>\r\n`;
    const build = (auth: string) => this.dialog.request('REFER', `${lines}${auth}`);
    this.station.ask(build, this.dialog.hop, (response) => {
      this.referStatus = response?.status ?? 408;
      this.#events.changed(this);
    });
  }

  received(received: Received): void {
    const { request } = received;
    const { station } = this;
    switch (request.method) {
      case 'INVITE':
      case 'UPDATE': {
        this.#learn(request.body);
        this.dialog.learn(request, request.fromTag);
        const direction = request.body === '' ? this.#wanted() : this.#answerDirection();
        if (request.method === 'INVITE') this.#accept(received, '', this.#describe(direction));
        else
          station.answer(received, 200, {
            headers: station.contact,
            ...(request.body === '' ? {} : { contentType: SDP, body: this.#describe(direction) }),
          });
        return this.#events.changed(this);
      }
      case 'BYE':
        station.answer(received, 200);
        return this.#finish(0);
      case 'NOTIFY':
        station.answer(received, 200);
        this.referral = Number(/^SIP\/2\.0 (\d{3})/.exec(request.body)?.[1] ?? 0);
        return this.#events.changed(this);
      default:
        station.answer(received, request.method === 'INFO' ? 200 : 405);
    }
  }

  acknowledged(request: SipRequest): void {
    this.#isAcknowledged = true;
    this.#learn(request.body);
  }

  cancelled(): void {
    if (this.#received === undefined || this.phase !== 'ringing') return;
    // The CANCEL itself is answered already.
    if (this.#events.cancelled(this) === 'answered') return;
    this.station.answer(this.#received, 487, this.#options(''));
    this.#finish(487);
  }

  /** Its phone has crashed: nothing is said. */
  forget(): void {
    this.phase = 'over';
  }

  #answered(response: SipResponse | undefined): void {
    const { status = 408 } = response ?? {};
    this.status = status;
    this.retryAfterS = Number(response?.headers.first('Retry-After') ?? 0);
    if (response === undefined || status >= 300) return this.#finish(status);
    if (response.toTag !== '' && status > 100) this.dialog.learn(response, response.toTag);
    this.#learn(response.body);
    if (status >= 200) {
      // A 2xx that is repeated is acknowledged again.
      this.#acknowledge(response, '');
      if (this.phase === 'ringing') this.phase = 'talking';
    }
    this.#events.changed(this);
  }

  #acknowledge(response: SipResponse, body: string): void {
    const headers = body === '' ? '' : SDP_LINE;
    this.station.say(this.dialog.request('ACK', headers, body, response.cseq), this.dialog.hop);
  }

  #accept(received: Received, headers: string, body: string): void {
    const { station } = this;
    this.#isAcknowledged = false;
    const text = station.answer(received, 200, {
      ...this.#options(headers),
      contentType: SDP,
      body,
    });
    const again = (afterMs: number, leftMs: number): void => {
      station.after(afterMs, () => {
        if (this.#isAcknowledged || this.phase === 'over') return;
        if (leftMs <= 0) return this.hangUp();
        station.repeat(received, text);
        again(Math.min(2 * afterMs, 8 * station.t1Ms), leftMs - afterMs);
      });
    };
    again(station.t1Ms, 63 * station.t1Ms);
  }

  #options(headers: string) {
    const { contact } = this.station;
    return { toTag: this.dialog.localTag, headers: `${contact}${ALLOW}${headers}` };
  }

  #wanted(): 'sendrecv' | 'sendonly' {
    return this.isHeld ? 'sendonly' : 'sendrecv';
  }

  #answerDirection(): Direction {
    const { remoteDirection } = this;
    return remoteDirection === '' ? this.#wanted() : answerTo(remoteDirection, this.isHeld);
  }

  #describe(direction: Direction): string {
    const { address } = this.station.options.address;
    return describe(this.session, ++this.#version, address, direction);
  }

  #learn(body: string): void {
    const read = readSession(body);
    if (read === undefined) return;
    this.remoteSession = read.session;
    this.remoteDirection = read.direction;
  }

  #finish(status: number): void {
    if (this.phase === 'over') return;
    this.phase = 'over';
    this.status = status;
    this.station.remove(this);
    this.#events.changed(this);
  }
}
