/**
 * Registrar: RFC 3261 §10.3 with RFC 5626 (flows) and RFC 3327 (Path).
 *
 * Keeps for each key (a device, whatever address of record it registers) the contacts that it can be
 * reached at. Who may register for what is decided before; what a new contact means for a line,
 * after. Time comes with `expire`, which the driver calls at the start of each turn.
 *
 * A contact whose connection is lost is removed (RFC 5626 §5.3), unless its URI names a port that
 * the phone listens on: then requests open a connection to there.
 */
import { TimerWheel } from '../../base/timer-wheel.ts';
import type { Hop } from '../hop.ts';
import { detach } from '../message/detach.ts';
import type { SipRequest } from '../message/message.ts';
import type { Binding, BindingChange } from './binding.ts';
import { contactLines } from './contact-lines.ts';
import { planUpdate, type RegistrarLimits, type Step } from './plan.ts';
import { type ContactTerms, StoredBinding } from './stored-binding.ts';

export type { BindingChange } from './binding.ts';

/** Option tags of REGISTER that are dealt with here: for Supported, and for Require to be taken. */
export const REGISTRAR_OPTIONS: readonly string[] = ['path', 'outbound'];

export type RegistrarOptions = RegistrarLimits & {
  readonly nowMs: number;
  /**
   * Seconds after which phones with a flow of their own send keep-alives at the latest (RFC 5626
   * §5.4, Flow-Timer); 0, not said: theirs to choose, which over UDP is half a minute.
   */
  readonly flowTimerS?: number;
};

export type RegisterResult = {
  /** 200, or 400, 403, 420, 423, 439, 500 with no change at all. */
  readonly status: number;
  /** Reason phrase where the usual one says too little; else ''. */
  readonly reason: string;
  /** Complete header lines. */
  readonly headers: string;
  readonly changes: readonly BindingChange[];
};

const NONE: readonly StoredBinding[] = [];
const UNCHANGED: readonly BindingChange[] = [];
const USER_AGENTS_MAX = 1_000;
const USER_AGENT_BYTES_MAX = 128;

export class Registrar {
  readonly #limits: RegistrarLimits;
  readonly #flowTimer: string;
  #nowMs: number;
  /** Arrays are replaced, never changed: who iterates over one may register meanwhile. */
  readonly #bindings = new Map<string, readonly StoredBinding[]>();
  readonly #flows = new Map<number, Set<StoredBinding>>();
  readonly #wheel: TimerWheel<StoredBinding>;
  /** One string per kind of phone, not one per phone. */
  readonly #userAgents = new Map<string, string>();
  #count = 0;

  constructor(options: RegistrarOptions) {
    const { nowMs, flowTimerS = 0, ...limits } = options;
    this.#limits = limits;
    this.#flowTimer = flowTimerS > 0 ? `Flow-Timer: ${flowTimerS}\r\n` : '';
    this.#nowMs = nowMs;
    this.#wheel = new TimerWheel(nowMs);
  }

  /** Bindings of all keys. */
  get count(): number {
    return this.#count;
  }

  /** When `expire` has something to do next; Infinity when nothing is registered. */
  nextDueMs(): number {
    return this.#wheel.nextDueMs();
  }

  bindings(key: string): readonly Binding[] {
    return this.#bindings.get(key) ?? NONE;
  }

  /** Every binding, key by key. */
  *all(): Iterable<Binding> {
    for (const bindings of this.#bindings.values()) yield* bindings;
  }

  /** Carries out a REGISTER whose sender may register for `key`. It came from `source`. */
  register(key: string, request: SipRequest, source: Hop): RegisterResult {
    const bindings = this.#bindings.get(key) ?? NONE;
    const refreshed = findRefreshed(bindings, request, source);
    if (refreshed !== undefined) return this.#refresh(bindings, refreshed, request);
    const plan = planUpdate(bindings, request, source, this.#limits);
    if (plan.type === 'refusal') {
      const { status, reason, headers } = plan;
      return { status, reason, headers, changes: UNCHANGED };
    }
    const userAgent = this.#userAgent(request.headers.first('User-Agent') ?? '');
    const changes = plan.steps.map((step) => this.#perform(key, step, request, source, userAgent));
    const path = plan.routes.length > 0 ? `Path: ${plan.routes.join(', ')}\r\n` : '';
    const outbound = plan.steps.some(({ terms }) => terms?.outbound) ? this.#outbound() : '';
    const headers = contactLines(this.#bindings.get(key) ?? NONE, this.#nowMs) + path + outbound;
    return { status: 200, reason: '', headers, changes };
  }

  /** Moves time on and removes what has expired. */
  expire(nowMs: number): readonly BindingChange[] {
    this.#nowMs = nowMs;
    let changes: BindingChange[] | undefined;
    this.#wheel.advance(nowMs, (binding, timer) => {
      if (binding.expiresAtMs > nowMs) {
        binding.wakesAtMs = binding.expiresAtMs;
        this.#wheel.restart(timer, binding.expiresAtMs - nowMs);
        return;
      }
      changes ??= [];
      changes.push(this.#remove(binding));
    });
    return changes ?? UNCHANGED;
  }

  /** A connection is down: what was reached by it alone is gone. */
  removeFlow(flow: number): readonly BindingChange[] {
    const bindings = this.#flows.get(flow);
    if (bindings === undefined) return UNCHANGED;
    const changes: BindingChange[] = [];
    for (const binding of [...bindings]) {
      const { fallback } = binding;
      if (fallback === undefined) changes.push(this.#remove(binding));
      else {
        this.#unlink(binding);
        binding.hop = fallback;
        changes.push({ type: 'moved', binding });
      }
    }
    return changes;
  }

  /** Ends every registration of `key`: it left the directory, or an operator says so. */
  removeAll(key: string): readonly BindingChange[] {
    return (this.#bindings.get(key) ?? NONE).map((binding) => this.#remove(binding));
  }

  /** A refresh with nothing new: no parsing and no timer. */
  #refresh(
    bindings: readonly StoredBinding[],
    binding: StoredBinding,
    request: SipRequest,
  ): RegisterResult {
    if (binding.callId !== request.callId)
      binding.userAgent = this.#userAgent(request.headers.first('User-Agent') ?? '');
    const isAnew = binding.begins(request);
    binding.cseq = request.cseq;
    binding.expiresAtMs = this.#nowMs + binding.grantedS * 1_000;
    let headers = contactLines(bindings, this.#nowMs);
    if (binding.outbound) headers += this.#outbound();
    return { status: 200, reason: '', headers, changes: [changed('refreshed', binding, isAnew)] };
  }

  #perform(
    key: string,
    step: Step,
    request: SipRequest,
    source: Hop,
    userAgent: string,
  ): BindingChange {
    if (step.terms === undefined) return this.#remove(step.binding);
    if (step.binding === undefined) return this.#add(key, step.terms, request, source, userAgent);
    const { binding, terms } = step;
    this.#unlink(binding);
    const isAnew = binding.begins(request);
    const moved = binding.take(terms, request, source, this.#nowMs);
    this.#link(binding);
    binding.userAgent = userAgent;
    if (binding.expiresAtMs < binding.wakesAtMs) this.#wake(binding);
    return changed(moved ? 'moved' : 'refreshed', binding, isAnew);
  }

  #add(
    key: string,
    terms: ContactTerms,
    request: SipRequest,
    source: Hop,
    userAgent: string,
  ): BindingChange {
    const binding = new StoredBinding(key, terms, source);
    binding.begins(request);
    binding.take(terms, request, source, this.#nowMs);
    binding.userAgent = userAgent;
    this.#bindings.set(key, [...(this.#bindings.get(key) ?? NONE), binding]);
    this.#count++;
    this.#link(binding);
    this.#wake(binding);
    return { type: 'added', binding };
  }

  #remove(binding: StoredBinding): BindingChange {
    const left = (this.#bindings.get(binding.key) ?? NONE).filter((other) => other !== binding);
    if (left.length === 0) this.#bindings.delete(binding.key);
    else this.#bindings.set(binding.key, left);
    this.#count--;
    this.#unlink(binding);
    if (binding.timer !== undefined) this.#wheel.stop(binding.timer);
    return { type: 'removed', binding };
  }

  #wake(binding: StoredBinding): void {
    const afterMs = binding.expiresAtMs - this.#nowMs;
    binding.wakesAtMs = binding.expiresAtMs;
    if (binding.timer === undefined) binding.timer = this.#wheel.start(binding, afterMs);
    else this.#wheel.restart(binding.timer, afterMs);
  }

  #link(binding: StoredBinding): void {
    const { flow } = binding.hop;
    if (flow === 0) return;
    const bindings = this.#flows.get(flow);
    if (bindings === undefined) this.#flows.set(flow, new Set([binding]));
    else bindings.add(binding);
  }

  #unlink(binding: StoredBinding): void {
    const { flow } = binding.hop;
    const bindings = this.#flows.get(flow);
    if (bindings?.delete(binding) && bindings.size === 0) this.#flows.delete(flow);
  }

  /** What a 200 says to a phone that keeps its flow (RFC 5626 §6). */
  #outbound(): string {
    return `Require: outbound\r\n${this.#flowTimer}`;
  }

  #userAgent(text: string): string {
    const short = text.slice(0, USER_AGENT_BYTES_MAX);
    const known = this.#userAgents.get(short);
    if (known !== undefined) return known;
    const own = detach(short);
    if (this.#userAgents.size < USER_AGENTS_MAX) this.#userAgents.set(own, own);
    return own;
  }
}

function changed(
  type: 'refreshed' | 'moved',
  binding: StoredBinding,
  isAnew: boolean,
): BindingChange {
  return isAnew ? { type, binding, isAnew } : { type, binding };
}

/** The binding that a request does nothing but refresh, if there is one. */
function findRefreshed(
  bindings: readonly StoredBinding[],
  request: SipRequest,
  source: Hop,
): StoredBinding | undefined {
  if (bindings.length === 0) return undefined;
  const { names, values } = request.headers;
  const at = names.indexOf('Contact');
  const contactText = values[at];
  if (contactText === undefined || contactText === '' || names.indexOf('Contact', at + 1) >= 0)
    return undefined;
  // A Path is rare, and would have to be compared too.
  if (names.includes('Path')) return undefined;
  const expiresText = request.headers.first('Expires') ?? '';
  for (const binding of bindings) {
    if (binding.isRefreshedBy(request, contactText, expiresText, source))
      return binding.routes.length === 0 ? binding : undefined;
  }
  return undefined;
}
