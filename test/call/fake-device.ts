/**
 * A device process without a phone: does with signals what a real one does, and remembers for each
 * call what became of it. Its user acts through `scheduler.run`.
 *
 * Who answers wants to hear `callAcknowledge` from the caller: its word may have gone to a line control
 * process that had just died, and then it is said again to the next one.
 */
import type { Cause } from '../../src/call/cause.ts';
import type { CallRequest, CallSignal, LegRef, MemberCall, Party } from '../../src/call/signals.ts';
import { type Home, isGone, kindOf, type Pid } from '../../src/process/pid.ts';
import type { Host, Process } from '../../src/process/process.ts';

export type FakeCall = {
  readonly call: string;
  readonly role: 'calling' | 'called';
  /** Line control process, gateway's call control, or for a caller its call control. */
  reportTo: Pid | undefined;
  phase: 'offered' | 'talking' | 'over';
  peer: LegRef;
  request: CallRequest;
  /** What was decided about an offer, in order; an offer is decided once. */
  readonly outcomes: string[];
  /** Offers of this call (a serial line may come round). */
  offers: number;
  hasAlerted: boolean;
  /** The caller has said that it has the answer, or is the one who said so. */
  isConfirmed: boolean;
};

/** How long a device goes on ringing without a line. */
export const AWAIT_MS = 2500;
const AWAIT = 'line awaited';

export type FakeOptions = {
  readonly device: string;
  readonly seats: readonly { readonly number: string; readonly member: string }[];
  readonly lineManager: Pid;
  readonly startCall: (host: Host<CallSignal>, request: CallRequest) => Pid;
};

export class FakeDevice implements Process<CallSignal> {
  readonly host: Host<CallSignal>;
  readonly options: FakeOptions;
  readonly calls = new Map<string, FakeCall>();
  readonly lines = new Map<string, { readonly lcp: Pid; readonly epoch: number }>();
  readonly heard: string[] = [];
  #count = 0;
  #hasLeft = false;

  constructor(host: Host<CallSignal>, options: FakeOptions) {
    this.host = host;
    this.options = options;
    this.register();
  }

  get #leg(): Omit<LegRef, 'call'> {
    return { pid: this.host.pid };
  }

  get party(): Party {
    return { number: this.options.device, name: '' };
  }

  register(): void {
    // A real one that leaves does not come back before its calls have ended: it is another one then.
    if (this.#hasLeft && [...this.calls.values()].some(isPending)) return;
    this.#hasLeft = false;
    const { device, seats, lineManager } = this.options;
    for (const { number, member } of seats)
      this.host.tell(lineManager, { type: 'lineRegister', number, device, member });
  }

  detach(): void {
    this.#hasLeft = true;
    for (const [number, { lcp }] of this.lines) this.host.tell(lcp, { type: 'detach', number });
    this.lines.clear();
    const { seats, lineManager } = this.options;
    for (const { number } of seats) this.host.tell(lineManager, { type: 'detach', number });
  }

  open(phase: FakeCall['phase'], role?: FakeCall['role']): FakeCall[] {
    return [...this.calls.values()].filter(
      (call) => call.phase === phase && (role === undefined || call.role === role),
    );
  }

  dial(dialled: string, hops = 69): FakeCall {
    const call = `${this.host.pid}-${this.#count++}`;
    const request: CallRequest = {
      type: 'callRequest',
      call,
      caller: { ...this.#leg, call },
      from: this.party,
      dialled,
      by: this.options.device,
      hops,
      reliable: false,
    };
    const reportTo = this.options.startCall(this.host, request);
    const record: FakeCall = {
      call,
      role: 'calling',
      reportTo,
      phase: 'offered',
      peer: { ...this.#leg, call: '' },
      request,
      outcomes: [],
      offers: 0,
      hasAlerted: false,
      isConfirmed: true,
    };
    this.calls.set(call, record);
    return record;
  }

  alert(record: FakeCall): void {
    const { call, reportTo } = record;
    record.hasAlerted = true;
    const from = { ...this.#leg, call };
    const alert = { type: 'callAlert', call, from, kind: 'ringing', reliable: false } as const;
    if (reportTo !== undefined) this.host.tell(reportTo, { ...alert, attempt: attemptOf(record) });
  }

  answer(record: FakeCall): void {
    record.phase = 'talking';
    record.outcomes.push('answered');
    if (record.reportTo !== undefined) this.#proceed(record, record.reportTo);
  }

  #proceed(record: FakeCall, to: Pid): void {
    const { call } = record;
    const from = { ...this.#leg, call };
    const proceed = { type: 'callProceed', call, from, party: this.party } as const;
    this.host.tell(to, { ...proceed, attempt: attemptOf(record) });
  }

  refuse(record: FakeCall, cause: Cause): void {
    const { call, reportTo } = record;
    record.phase = 'over';
    record.outcomes.push(cause);
    const attempt = attemptOf(record);
    if (reportTo !== undefined)
      this.host.tell(reportTo, { type: 'callRefuse', call, cause, attempt });
  }

  /** The user hangs up, whatever the call is doing. */
  hangUp(record: FakeCall): void {
    if (record.phase === 'offered' && record.role === 'called') this.refuse(record, 'declined');
    else this.#end(record, record.role === 'calling' ? 'caller gave up' : 'hung up', true);
  }

  receive(signal: CallSignal, from: Pid): void {
    const { heard } = this;
    switch (signal.type) {
      case 'callRequest':
        this.#offered(signal, from);
        return;
      case 'attached':
        if ((this.lines.get(signal.number)?.epoch ?? 0) <= signal.epoch)
          this.lines.set(signal.number, { lcp: from, epoch: signal.epoch });
        heard.push(`attached to ${signal.number} epoch ${signal.epoch}`);
        return;
      case 'lineRegistered':
        heard.push(`registered for ${signal.number}`);
        if (!signal.isIntroduced) this.#attach(signal.number, signal.lcp);
        return;
      case 'lineRefused':
        heard.push(`refused for ${signal.number}: ${signal.cause}`);
        return;
      case 'lineState':
        heard.push(`${signal.number}: ${signal.calls.map(({ state }) => state).join(', ')}`);
        return;
      default:
        if ('call' in signal) this.#hear(signal, from);
    }
  }

  timeout(timer: string): void {
    if (timer !== AWAIT) return;
    for (const record of this.calls.values())
      if (isPending(record) && record.reportTo === undefined)
        this.#end(record, 'internal failure', true);
  }

  down(gone: Pid | Home): void {
    for (const [number, { lcp }] of this.lines) if (isGone(lcp, gone)) this.lines.delete(number);
    for (const record of this.calls.values()) {
      if (record.phase === 'over') continue;
      const { reportTo } = record;
      const isReporterGone = reportTo !== undefined && isGone(reportTo, gone);
      const { control } = record.request;
      // A call outlives its line's process, not its call control: that one answers for it.
      const isLost =
        (isReporterGone && kindOf(reportTo) === 'c') ||
        (isPending(record) && control !== undefined && isGone(control, gone));
      if (isLost || isGone(record.peer.pid, gone)) this.#end(record, 'internal failure', isLost);
      else if (isReporterGone) {
        record.reportTo = undefined;
        if (isPending(record)) this.host.start(AWAIT, AWAIT_MS);
      }
    }
  }

  /** Goes to another process of a line, with the calls of the one before. */
  #attach(number: string, lcp: Pid): void {
    const { device, seats } = this.options;
    const member = seats.find((seat) => seat.number === number)?.member ?? '';
    const records = [...this.calls.values()].filter(
      ({ role, phase, request }) =>
        role === 'called' && phase !== 'over' && request.line === number,
    );
    for (const record of records) record.reportTo = lcp;
    const calls = records.map(reportOf);
    this.host.tell(lcp, { type: 'attach', number, pid: this.host.pid, device, member, calls });
    for (const record of records) {
      if (record.phase === 'offered' && record.hasAlerted) this.alert(record);
      if (record.phase === 'talking' && !record.isConfirmed) this.#proceed(record, lcp);
    }
  }

  #offered(request: CallRequest, from: Pid): void {
    const { call, line } = request;
    const known = this.calls.get(call);
    if (known !== undefined && known.phase !== 'over') return;
    if (line !== undefined && this.lines.get(line)?.lcp !== from) {
      this.host.tell(from, { type: 'callRefuse', call, cause: 'unreachable' });
      return;
    }
    const offers = (known?.offers ?? 0) + 1;
    this.calls.set(call, {
      call,
      role: 'called',
      reportTo: from,
      phase: 'offered',
      peer: request.caller,
      request,
      outcomes: [],
      offers,
      hasAlerted: false,
      isConfirmed: false,
    });
  }

  #hear(signal: Extract<CallSignal, { readonly call: string }>, from: Pid): void {
    const record = this.calls.get(signal.call);
    if (record === undefined || record.phase === 'over') {
      const { call } = signal;
      if (signal.type === 'callProceed') this.#release(signal.from, 'call gone');
      // It hung up before the caller heard of its answer.
      if (signal.type === 'callAcknowledge') this.#release({ pid: from, call }, 'call gone');
      return;
    }
    switch (signal.type) {
      case 'callAlert':
        record.outcomes.push('ringing');
        break;
      case 'callProceed':
        if (record.phase === 'offered') {
          record.phase = 'talking';
          record.peer = signal.from;
          record.outcomes.push('answered');
          const { pid, call } = signal.from;
          this.host.tell(pid, { type: 'callAcknowledge', call });
        } else if (record.peer.pid !== signal.from.pid)
          this.#release(signal.from, 'answered elsewhere');
        break;
      case 'callAcknowledge':
        record.isConfirmed = true;
        break;
      case 'callRefuse':
        if (record.phase !== 'offered' || record.role !== 'calling') break;
        record.phase = 'over';
        record.outcomes.push(signal.cause);
        break;
      case 'callWithdraw':
        if (from !== record.reportTo && from !== record.request.control) break;
        if (record.phase === 'talking')
          this.host.tell(from, { type: 'callEnded', call: record.call, cause: signal.cause });
        record.phase = 'over';
        record.outcomes.push(signal.cause);
        break;
      case 'callRelease':
        if (record.peer.pid !== (signal.from?.pid ?? from)) break;
        this.#end(record, signal.cause, false);
        break;
      default:
    }
  }

  #end(record: FakeCall, cause: Cause, tellPeer: boolean): void {
    const { call, phase, role, peer, reportTo } = record;
    record.phase = 'over';
    record.outcomes.push(cause);
    if (phase === 'talking' && tellPeer) this.#release(peer, 'hung up');
    if (reportTo === undefined) return;
    if (phase === 'talking') this.host.tell(reportTo, { type: 'callEnded', call, cause });
    else if (role === 'calling') this.host.tell(reportTo, { type: 'callWithdraw', call, cause });
    else {
      const attempt = attemptOf(record);
      this.host.tell(reportTo, { type: 'callRefuse', call, cause, attempt });
    }
  }

  #release(to: LegRef, cause: Cause): void {
    this.host.tell(to.pid, { type: 'callRelease', call: to.call, cause });
  }
}

/** Rings, or has answered and not been acknowledged. */
function isPending({ phase, role, isConfirmed }: FakeCall): boolean {
  return role === 'called' && (phase === 'offered' || (phase === 'talking' && !isConfirmed));
}

function reportOf({ call, request, phase, isConfirmed, peer }: FakeCall): MemberCall {
  const { appearance = 0, from, control } = request;
  const talking = isConfirmed ? 'active' : 'answered';
  return {
    call,
    appearance,
    from,
    ...(control === undefined ? {} : { control }),
    caller: peer,
    state: phase === 'offered' ? 'ringing' : talking,
  };
}

/** Which of its turns it is in the line's offer. */
function attemptOf({ request }: FakeCall): number {
  return request.attempt ?? 0;
}
