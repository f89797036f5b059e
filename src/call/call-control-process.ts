/** Call control in its place: a process of a manager, with an entry among the manager's calls. */
import type { Histogram } from '../base/histogram.ts';
import type { Home, Pid } from '../process/pid.ts';
import type { Host, Process } from '../process/process.ts';
import { type CallEvent, NEW, step } from './call-control.ts';
import type { CallControl } from './call-control-state.ts';
import { type CallState, type CallView, newCallView } from './call-registry.ts';
import { type Destination, destinationOf, huntLookup, type Routing } from './destination.ts';
import { INTER_DIGIT } from './dialling.ts';
import type { EffectBuffer } from './effects.ts';
import { type HuntLookup, presentCall, stepCall } from './hunting/hunt-control.ts';
import type { CallId, CallRequest, CallSignal, LegRef, Party } from './signals.ts';

/** `callsMax`: calls of this manager at a time; more are refused with 'overload'. */
export type CallControlOptions = Routing & {
  readonly calls: Map<CallId, CallView>;
  readonly callsMax: number;
  /** Seconds from asking for a replicated line's lock until it was had. */
  readonly locks: Histogram;
  /** Used by one step at a time. */
  readonly out: EffectBuffer;
};

export class CallControlProcess implements Process<CallSignal> {
  readonly #host: Host<CallSignal>;
  readonly #options: CallControlOptions;
  #call: CallControl = NEW;
  #view: CallView | undefined;
  #hunts: HuntLookup | undefined;
  /** When a lock was asked for. */
  #lockingMs = 0;

  constructor(host: Host<CallSignal>, options: CallControlOptions) {
    this.#host = host;
    this.#options = options;
  }

  receive(signal: CallSignal, from: Pid): void {
    if (signal.type !== 'callRequest') {
      this.#step({ type: 'signal', signal, from });
      if (signal.type === 'callProceed') this.#showAnswer(signal.from, signal.party);
      if (signal.type === 'callHeld') this.#showAnswer(signal.holder, signal.party);
      return;
    }
    // Said twice: the call is under way.
    if (this.#call.state !== 'new') return;
    const { calls } = this.#options;
    const destination = this.#destinationOf(signal);
    if (destination.type !== 'refused') {
      this.#view = newCallView(signal, this.#host.pid, this.#host.nowMs);
      calls.set(signal.call, this.#view);
    }
    this.#request(signal, destination);
  }

  timeout(timer: string): void {
    const call = this.#call;
    if (timer !== INTER_DIGIT || call.state !== 'dialling')
      return this.#step({ type: 'timer', timer });
    this.#request(call.request, destinationOf(call.request, this.#options, this.#host, true));
  }

  down(gone: Pid | Home): void {
    this.#step({ type: 'down', gone });
  }

  #destinationOf(request: CallRequest): Destination {
    const { calls, callsMax } = this.#options;
    if (calls.size >= callsMax) return { type: 'refused', cause: 'overload' };
    // An id that is in use already is no call's own.
    if (calls.has(request.call)) return { type: 'refused', cause: 'internal failure' };
    return destinationOf(request, this.#options, this.#host, false);
  }

  #request(request: CallRequest, destination: Destination): void {
    const callerId = 'callerId' in destination ? destination.callerId : undefined;
    if (callerId === undefined) return this.#step({ type: 'request', request, destination });
    const from = { ...request.from, number: callerId };
    this.#step({ type: 'request', request: { ...request, from }, destination });
  }

  #step(event: CallEvent): void {
    const { out } = this.#options;
    const call = this.#call;
    out.clear();
    const isHunt =
      call.state === 'hunting' || (event.type === 'request' && event.destination.type === 'hunt');
    this.#call = isHunt ? stepCall(call, event, this.#lookup(), out) : step(call, event, out);
    if (this.#call.state !== call.state) this.#timeLock(call.state);
    this.#show();
    out.perform(this.#host);
  }

  /** Made for calls that hunt only. */
  #lookup(): HuntLookup {
    this.#hunts ??= huntLookup(this.#options, this.#host);
    return this.#hunts;
  }

  #timeLock(before: CallControl['state']): void {
    const { nowMs } = this.#host;
    const { state } = this.#call;
    if (state === 'locking') this.#lockingMs = nowMs;
    else if (before === 'locking' && state === 'distributing')
      this.#options.locks.observe((nowMs - this.#lockingMs) / 1000);
  }

  #showAnswer(leg: LegRef, party: Party): void {
    const call = presentCall(this.#call);
    const isTaken = call?.state === 'answered' || call?.state === 'distributed';
    const hasWon = isTaken && call.holder === leg;
    if (hasWon && this.#view !== undefined) this.#view.answeredBy = { leg, party };
  }

  #show(): void {
    const view = this.#view;
    if (view === undefined) return;
    if (this.#call.state === 'over') this.#options.calls.delete(view.call);
    const state = shownState(this.#call);
    if (state === undefined || state === view.state) return;
    view.state = state;
    view.sinceMs = this.#host.nowMs;
  }
}

/** Undefined: as it was. */
function shownState(call: CallControl): CallState | undefined {
  switch (call.state) {
    case 'new':
    case 'locating':
    case 'over':
      return undefined;
    case 'dialling':
    case 'locking':
      return 'trying';
    case 'distributing':
      return call.isRinging ? 'ringing' : 'trying';
    case 'distributed':
      return 'answered';
    case 'hunting': {
      const present = presentCall(call);
      if (present !== undefined) return shownState(present);
      return call.hasRung ? 'ringing' : 'trying';
    }
    default:
      return call.state;
  }
}
