/**
 * A phone with BroadSoft's shared call appearances: SIP Access Side Extensions, section 2. It watches its
 * line by `call-info`, goes off-hook by `line-seize`, and names an appearance by Call-Info.
 *
 * What it shows is what it was told, read by its own reader (`call-info-reader.ts`); what it should not have been
 * told stands in `faults`. It dials and retrieves whatever its lamps say: whether that is wise is for the test.
 */
import type { SipRequest } from '../../sip/message/message.ts';
import { type Lamp, readIndex, readLamps } from './call-info-reader.ts';
import { GENERIC, type ScaHabits } from './sca-habits.ts';
import { Station, type StationOptions } from './station.ts';
import { type CallEvents, StationCall } from './station-call.ts';
import { StationSubscription } from './station-subscription.ts';

/** What became of going off-hook. */
export type Seizure = {
  readonly index: number;
  /** 'seized': the 2xx and the NOTIFY with the index have both come. 'over': it was ended, by either side. */
  state: 'asked' | 'seized' | 'refused' | 'over';
  /** That of the refusal; 0 otherwise. */
  status: number;
  /** Seconds after which a refused phone may try again. */
  retryAfterS: number;
  /** The reason of the last NOTIFY. */
  reason: string;
  readonly subscription: StationSubscription;
};

const REGISTER_S = 3600;
const CALL_INFO_S = 3600;

export class ScaPhone {
  readonly station: Station;
  readonly habits: ScaHabits;
  readonly calls = new Set<StationCall>();
  /** Appearances that are not idle, as it shows them. */
  readonly lamps = new Map<number, Lamp>();
  /** The last time that it went off-hook. */
  seizure: Seizure | undefined;
  /** Its subscription to the line's state. */
  line: StationSubscription | undefined;
  /** Called when a call comes in; it rings, unless told. */
  onInvited: (call: StationCall) => void = (call) => this.ring(call);
  onChanged: () => void = () => {};
  readonly #events: CallEvents;
  #isLeaving = false;

  constructor(options: StationOptions, habits: ScaHabits = GENERIC) {
    this.habits = habits;
    this.station = new Station(options);
    this.#events = {
      changed: (call) => {
        if (call.phase === 'over') this.calls.delete(call);
        this.onChanged();
      },
      cancelled: (call) => {
        if (habits.cancelEndsLamp && call.index !== undefined) this.lamps.delete(call.index);
        if (!habits.answersCancelled) return 'gives in';
        this.answer(call);
        return 'answered';
      },
    };
    this.station.onInvite = (received, source) => {
      const call = StationCall.take(this.station, received, source, this.#events);
      call.index = readIndex(received.request.headers.all('Call-Info'));
      this.calls.add(call);
      this.onInvited(call);
    };
  }

  get faults(): readonly string[] {
    return this.station.faults;
  }

  /** The call that it has now: the newest. */
  get call(): StationCall | undefined {
    return [...this.calls].at(-1);
  }

  /** Its lamps in words: `1 active, 3 held`; '' when all are out. */
  get shown(): string {
    const lamps = [...this.lamps].sort(([one], [other]) => one - other);
    return lamps.map(([index, { state }]) => `${index} ${state}`).join(', ');
  }

  /** Power on: REGISTER, and once that is taken SUBSCRIBE to the line's state. */
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
      this.line = new StationSubscription(this.station, {
        event: 'call-info',
        expiresS: CALL_INFO_S,
        headers: this.#agent(),
        isKept: true,
        notified: (request) => this.#lit(request),
        changed: () => this.onChanged(),
      });
    });
  }

  /** Power lost: whatever it has stays behind at the manager. `boot` begins a new life with new Call-IDs. */
  crash(): void {
    this.station.crash();
    for (const call of this.calls) call.forget();
    this.calls.clear();
    this.lamps.clear();
    this.line = undefined;
    this.seizure = undefined;
  }

  /** Goes from the line: nothing that it has is ended first. */
  leave(): void {
    this.#isLeaving = true;
    this.line?.end();
    this.station.register(0);
  }

  /** Off-hook: asks for that appearance, or for the lowest that its lamps show to be free. */
  offHook(index = this.#lowestFree()): Seizure {
    let isTold = false;
    const subscription = new StationSubscription(this.station, {
      event: 'line-seize',
      expiresS: this.habits.seizeExpiresS,
      headers: `${this.#agent()}${this.#callInfo(index)}`,
      isKept: this.habits.renewsSeizure,
      notified: (request) => {
        if (this.#isGiven(request, index)) isTold = true;
        look();
      },
      changed: () => look(),
    });
    const seizure: Seizure = {
      index,
      state: 'asked',
      status: 0,
      retryAfterS: 0,
      reason: '',
      subscription,
    };
    const look = (): void => {
      const { state, status, retryAfterS, reason } = subscription;
      if (state === 'refused') Object.assign(seizure, { state, status, retryAfterS });
      else if (state === 'terminated') Object.assign(seizure, { state: 'over', reason });
      else if (isTold && state === 'active') seizure.state = 'seized';
      this.onChanged();
    };
    this.seizure = seizure;
    return seizure;
  }

  /** Calls on the appearance that it went off-hook for last. Whether it has it is not looked at: see `Seizure`. */
  dial(number: string): StationCall {
    const index = this.seizure?.index;
    const says = this.habits.callInfoIn.includes('INVITE') && index !== undefined;
    const call = this.#place(this.station.uriOf(number), says ? this.#callInfo(index) : '');
    call.index = index;
    return call;
  }

  /**
   * Presses the lamp of an appearance: an INVITE to the line itself, with the index. What is held is retrieved
   * by it, what is active is joined (barge).
   */
  retrieve(index: number): StationCall {
    const call = this.#place(this.station.aorUri, this.#callInfo(index));
    call.index = index;
    return call;
  }

  ring(call: StationCall): void {
    call.ring(call.index === undefined ? '' : this.#callInfo(call.index));
  }

  answer(call: StationCall): void {
    call.answer(call.index === undefined ? '' : this.#callInfo(call.index));
  }

  /** Held privately nobody else may retrieve it. */
  hold(call: StationCall, how: 'public' | 'private' = 'public'): void {
    const { callInfoIn, holdDescribedIn: describedIn } = this.habits;
    const says = how === 'private' || callInfoIn.includes('hold');
    const state = how === 'private' ? 'held-private' : undefined;
    const headers = says && call.index !== undefined ? this.#callInfo(call.index, state) : '';
    call.change({ direction: 'sendonly', describedIn, headers });
  }

  /** Takes its own call from hold. */
  resume(call: StationCall): void {
    const says = this.habits.callInfoIn.includes('hold') && call.index !== undefined;
    const headers = says ? this.#callInfo(call.index) : '';
    call.change({ direction: 'sendrecv', describedIn: 'INVITE', headers });
  }

  /** Gives up that call, and the appearance if nothing was dialled yet. */
  onHook(call = this.call): void {
    const says = this.habits.callInfoIn.includes('CANCEL') && call?.role === 'calling';
    const isEarly = call?.phase === 'ringing';
    call?.hangUp(says && isEarly && call.index !== undefined ? this.#callInfo(call.index) : '');
    const { seizure } = this;
    if (seizure === undefined || seizure.subscription.isOver) return;
    seizure.subscription.end();
  }

  /** Transfer of that call to a number, or to the far party of `other`. */
  transfer(call: StationCall, number: string, other?: StationCall): void {
    call.refer(this.station.uriOf(number), other);
  }

  #place(uri: string, headers: string): StationCall {
    const order = { uri, headers: `${this.#agent()}${headers}` };
    const call = StationCall.place(this.station, order, this.#events);
    this.calls.add(call);
    return call;
  }

  #lit(request: SipRequest): void {
    const { faults } = this.station;
    if (request.body !== '') faults.push('a NOTIFY of call-info with a body');
    const fields = request.headers.all('Call-Info');
    // The last NOTIFY of a subscription need not tell anything.
    if (fields.length === 0 && this.line?.isOver === true) return;
    const read = readLamps(fields);
    if (!read.ok) return void faults.push(read.fault);
    if (!read.hasRest) faults.push('Call-Info without appearance-index=*');
    this.lamps.clear();
    for (const [index, lamp] of read.lamps) if (lamp.state !== 'idle') this.lamps.set(index, lamp);
    this.onChanged();
  }

  /** Whether it is told to have what it asked for. */
  #isGiven(request: SipRequest, index: number): boolean {
    const { faults } = this.station;
    if (request.body !== '') faults.push('a NOTIFY of line-seize with a body');
    const fields = request.headers.all('Call-Info');
    const isLast = /^terminated/.test(request.headers.first('Subscription-State') ?? '');
    if (fields.length === 0 && isLast) return false;
    const told = readIndex(fields);
    if (told !== index) faults.push(`asked for appearance ${index}, was given ${told}`);
    return !isLast && told === index;
  }

  #lowestFree(): number {
    let index = 1;
    while (this.lamps.has(index)) index++;
    return index;
  }

  #callInfo(index: number | undefined, state?: string): string {
    const tail = state === undefined ? '' : `;appearance-state=${state}`;
    return `Call-Info: <sip:${this.station.options.domain}>;appearance-index=${index}${tail}\r\n`;
  }

  #agent(): string {
    return `User-Agent: ${this.habits.name}\r\n`;
  }
}
