/** Call control in its place: a process of a manager, with an entry among the manager's calls. */
import type { Histogram } from '../base/histogram.ts';
import type { Log, LogFields } from '../base/log.ts';
import type { Home, Pid } from '../process/pid.ts';
import type { Host, Process } from '../process/process.ts';
import { managerOf, noteDestination, noteForward, noteStep } from './call-account.ts';
import { type CallEvent, NEW, step } from './call-control.ts';
import type { CallControl } from './call-control-state.ts';
import { newAccount } from './call-record.ts';
import type { CallRecords } from './call-records.ts';
import { type CallState, type CallView, newCallView } from './call-registry.ts';
import type { Destination, Routing } from './destination.ts';
import { INTER_DIGIT } from './dialling.ts';
import type { EffectBuffer } from './effects.ts';
import type { Diverting } from './forwarding/diverting.ts';
import { huntLookup, type Way, wayOf, wayOnward } from './forwarding/way-through.ts';
import { askedLines, type HuntLookup, presentCall, stepCall } from './hunting/hunt-control.ts';
import { type FormerLine, hearTooLate } from './line/former-lines.ts';
import type { CallId, CallRequest, CallSignal, LegRef, Party } from './signals.ts';

/** `callsMax`: calls of this manager at a time; more are refused with 'overload', but for emergencies. */
export type CallControlOptions = Routing & {
  readonly calls: Map<CallId, CallView>;
  readonly callsMax: number;
  /** Seconds from asking for a replicated line's lock until it was had. */
  readonly locks: Histogram;
  readonly records: CallRecords;
  readonly log: Log;
  /** Used by one step at a time. */
  readonly out: EffectBuffer;
};

export class CallControlProcess implements Process<CallSignal> {
  readonly #host: Host<CallSignal>;
  readonly #options: CallControlOptions;
  #call: CallControl = NEW;
  #view: CallView | undefined;
  #hunts: HuntLookup | undefined;
  /** Lines that have sent the call on, and what it was called there. */
  #former: readonly FormerLine[] = [];
  /** When a lock was asked for. */
  #lockingMs = 0;
  /** What the log says of an emergency call, as long as it is here that it is followed. */
  #emergency: LogFields | undefined;

  constructor(host: Host<CallSignal>, options: CallControlOptions) {
    this.#host = host;
    this.#options = options;
  }

  receive(signal: CallSignal, from: Pid): void {
    if (signal.type !== 'callRequest') {
      if (this.#former.length > 0 && hearTooLate(this.#former, signal, from, this.#host)) return;
      this.#step({ type: 'signal', signal, from, atMs: this.#host.nowMs });
      if (signal.type === 'callProceed') this.#showAnswer(signal.from, signal.party);
      if (signal.type === 'callHeld') this.#showAnswer(signal.holder, signal.party);
      if (signal.type === 'callMoved') this.#showMove(signal.caller, signal);
      if (signal.type === 'callTransferred') this.#showMove(this.#view?.caller, signal);
      return;
    }
    // Said twice: the call is under way.
    if (this.#call.state !== 'new') return;
    const { calls, directory, records } = this.#options;
    const way = this.#wayOf(signal);
    const isRefused = way.destination.type === 'refused';
    const isOutside = directory.gateways.has(signal.by);
    const account = records.isWanted
      ? newAccount(signal, managerOf(this.#host), isOutside, records.clockMs())
      : undefined;
    if (!isRefused || account !== undefined)
      this.#view = newCallView(signal, this.#host.pid, this.#host.nowMs, account);
    if (!isRefused && this.#view !== undefined) calls.set(signal.call, this.#view);
    this.#request(way, signal.diversions?.length);
  }

  #showMove(caller: LegRef | undefined, { from, to }: { from: Party; to: Party }): void {
    if (this.#view === undefined || caller === undefined) return;
    this.#view.caller = caller;
    this.#view.from = from;
    if (to.number !== '') this.#view.dialled = to.number;
  }

  timeout(timer: string): void {
    const call = this.#call;
    if (timer !== INTER_DIGIT || call.state !== 'dialling')
      return this.#step({ type: 'timer', timer });
    const { request } = call;
    this.#request(wayOf(request, this.#options, this.#host, true), request.diversions?.length);
  }

  down(gone: Pid | Home): void {
    this.#step({ type: 'down', gone });
  }

  #wayOf(request: CallRequest): Way {
    const { calls, callsMax, digits } = this.#options;
    if (calls.size >= callsMax && !digits.isEmergency(request.dialled))
      return { request, destination: { type: 'refused', cause: 'overload' } };
    // An id that is in use already is no call's own.
    if (calls.has(request.call))
      return { request, destination: { type: 'refused', cause: 'internal failure' } };
    return wayOf(request, this.#options, this.#host, false);
  }

  /** `before`: how often it had been sent on before it was looked where it goes. */
  #request({ request, destination }: Way, before = 0): void {
    const isForwarded = (request.diversions?.length ?? 0) > before;
    if (isForwarded && destination.type !== 'refused') this.#sayForwarded(request);
    const account = this.#view?.account;
    if (account !== undefined) {
      if (isForwarded) noteForward(account, request, this.#options.records.timeOf(account));
      noteDestination(account, destination);
    }
    const { nowMs: atMs } = this.#host;
    if (request.isEmergency === true) this.#follow(request, destination);
    const callerId = 'callerId' in destination ? destination.callerId : undefined;
    if (callerId === undefined) return this.#step({ type: 'request', request, destination, atMs });
    const from = { ...request.from, number: callerId };
    this.#step({ type: 'request', request: { ...request, from }, destination, atMs });
  }

  /** At a level that everybody reads. Of one that leaves, route list control says the rest. */
  #follow({ call, from, dialled }: CallRequest, { type }: Destination): void {
    this.#emergency = type === 'list' ? undefined : { call, from: from.number, number: dialled };
    if (this.#emergency !== undefined)
      this.#options.log.write('warn', 'EMERGENCY CALL', this.#emergency);
  }

  /** The caller's phone may show it; whom it speaks to, who takes the call says. */
  #sayForwarded({ call, caller }: CallRequest): void {
    const from = { pid: this.#host.pid, call };
    const alert = { type: 'callAlert', kind: 'forwarded', reliable: false } as const;
    this.#host.tell(caller.pid, { ...alert, call: caller.call, from });
  }

  #step(event: CallEvent): void {
    const { out } = this.#options;
    const call = this.#call;
    const account = this.#view?.account;
    const before = account && presentCall(call)?.state;
    out.clear();
    const isHunt =
      call.state === 'hunting' || (event.type === 'request' && event.destination.type === 'hunt');
    this.#call = isHunt ? stepCall(call, event, this.#lookup(), out) : step(call, event, out);
    if (this.#call.state !== call.state) this.#timeLock(call.state);
    if (account !== undefined)
      noteStep(account, before, this.#call, event, out, this.#options.records);
    const refusal = this.#emergency && out.refusal;
    if (refusal !== undefined) this.#sayFailed(refusal);
    this.#show();
    out.perform(this.#host);
    if (this.#call.state === 'diverting') this.#divert(this.#call, call);
  }

  #sayFailed({ cause, code }: Extract<CallSignal, { type: 'callRefuse' }>): void {
    const coded = code === undefined ? {} : { code };
    const fields = { ...this.#emergency, cause, ...coded };
    this.#options.log.write('error', 'EMERGENCY CALL FAILED', fields);
  }

  /** The line has done with it, and any that a hunt had asked before. */
  #divert({ request, line, onward }: Diverting, before: CallControl): void {
    const { call } = request;
    const asked = before.state === 'hunting' ? askedLines(before) : [];
    this.#former = [...this.#former, ...asked, { number: line, call }];
    const way = wayOnward(request, onward, this.#options, this.#host);
    this.#request(way, request.diversions?.length);
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
    const { calls } = this.#options;
    // One that was refused at once is not among them.
    if (this.#call.state === 'over' && calls.get(view.call) === view) calls.delete(view.call);
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
    case 'diverting':
    case 'over':
      return undefined;
    case 'dialling':
    case 'locking':
    case 'reaching':
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
