/**
 * The lock of a replicated line over a long time and on a bad network: virtual time, delays with long
 * tails, loss, duplicates; managers that die, that are paused past their membership, that come again.
 * What the exhaustive search (`explore/lock-model.ts`) sees of short runs, this sees of long ones.
 */
import type { LockEffect, LockEvent } from '../call/replicated/lock-control.ts';
import { step } from '../call/replicated/lock-manager.ts';
import type { Pid } from '../process/pid.ts';
import { Agenda } from './agenda.ts';
import {
  actLocked,
  compareNodes,
  type LockNode,
  type LockStep,
  NUMBER,
  newLockNode,
} from './explore/lock-node.ts';
import { SeededRandom } from './seeded-random.ts';

export type LockSimulationOptions = {
  readonly managers: number;
  readonly operations: number;
  readonly loss: number;
  readonly duplicates: number;
  /** Deaths and pauses. */
  readonly faults: number;
  readonly step: LockStep;
};

export type LockSimulationResult = {
  readonly events: number;
  /** How operations ended, and how often. */
  readonly ends: Readonly<Record<string, number>>;
  /** What went wrong: an invariant that broke, an operation without end. */
  readonly violations: readonly string[];
};

/** Nothing is asked for, and nothing breaks, after that. */
const ACTIVE_MS = 20_000;
const END_MS = 90_000;
const EVENTS_MAX = 200_000;
/** A member that does not renew is expelled after that, and knows it by itself a good while before. */
const LEASE_MS = 5000;
const FENCE_MS = 3000;

export function simulateLock(
  seed: number,
  options: Partial<LockSimulationOptions> = {},
): LockSimulationResult {
  const simulation = new LockSimulation(seed, {
    managers: 3 + (seed % 3),
    operations: 12,
    loss: 0.05,
    duplicates: 0.03,
    faults: 5,
    step,
    ...options,
  });
  return simulation.run();
}

type Manager = {
  readonly pid: Pid;
  readonly slot: number;
  readonly node: LockNode;
  isDead: boolean;
  pausedUntilMs: number;
  /** When it last renewed its membership. */
  renewedMs: number;
  /** Name of a timer that runs -> its number: of a timer started anew the old one counts no more. */
  readonly timers: Map<string, number>;
};

class LockSimulation {
  readonly #options: LockSimulationOptions;
  readonly #random: SeededRandom;
  readonly #agenda = new Agenda();
  readonly #managers = new Map<Pid, Manager>();
  readonly #violations: string[] = [];
  /** Operation -> how it ended, '' as long as it has not, and where it was asked for. */
  readonly #operations = new Map<string, { end: string; readonly at: Pid }>();
  #members: readonly Pid[] = [];
  #revision = 0;
  #count = 0;
  #events = 0;

  constructor(seed: number, options: LockSimulationOptions) {
    this.#options = options;
    this.#random = new SeededRandom(seed);
  }

  run(): LockSimulationResult {
    const { managers, operations, faults } = this.#options;
    const agenda = this.#agenda;
    for (let slot = 0; slot < managers; slot++) this.#after(3000, () => this.#join(slot));
    for (let at = 0; at < operations; at++)
      agenda.at(4000 + this.#random.below(ACTIVE_MS), () => this.#ask(`o${at}`));
    for (let at = 0; at < faults; at++)
      agenda.at(4000 + this.#random.below(ACTIVE_MS), () => this.#break());
    while (agenda.nextMs <= END_MS && this.#violations.length === 0 && agenda.step())
      if (++this.#events > EVENTS_MAX) this.#violations.push('it does not come to an end');
    if (this.#violations.length === 0) this.#checkEnds();
    const ends: Record<string, number> = {};
    for (const { end } of this.#operations.values()) ends[end] = (ends[end] ?? 0) + 1;
    return { events: this.#events, ends, violations: this.#violations };
  }

  /** Some time up to `ms` from now. */
  #after(ms: number, action: () => void): void {
    this.#agenda.after(this.#random.below(ms), action);
  }

  #join(slot: number): void {
    const pid = `${'abcdefgh'.charAt(slot)}.${(++this.#count).toString(36)}.l1` as Pid;
    const manager: Manager = {
      pid,
      slot,
      node: newLockNode(pid),
      isDead: false,
      pausedUntilMs: 0,
      renewedMs: this.#agenda.nowMs,
      timers: new Map(),
    };
    this.#managers.set(pid, manager);
    this.#change([...this.#members, pid]);
    this.#agenda.after(500, () => this.#renew(manager));
  }

  /** The members are others: each sees it in its own time. */
  #change(members: readonly Pid[]): void {
    this.#members = members;
    const revision = ++this.#revision;
    const signal = { type: 'lineView', number: NUMBER, revision, lcps: members } as const;
    for (const manager of this.#managers.values()) {
      const delayMs =
        1 + this.#random.below(40) + (this.#random.chance(0.05) ? this.#random.below(1500) : 0);
      this.#agenda.after(delayMs, () =>
        this.#dispatch(manager, { type: 'signal', signal, from: manager.pid }),
      );
    }
  }

  #expel({ pid, slot }: Manager): void {
    if (!this.#members.includes(pid)) return;
    this.#change(this.#members.filter((member) => member !== pid));
    this.#agenda.after(500 + this.#random.below(2000), () => this.#join(slot));
  }

  #renew(manager: Manager): void {
    const { pid, isDead, pausedUntilMs, node } = manager;
    const { nowMs } = this.#agenda;
    if (isDead || node.lock.phase.state === 'fenced') return;
    if (pausedUntilMs > nowMs) {
      this.#agenda.at(pausedUntilMs, () => this.#renew(manager));
      return;
    }
    if (this.#members.includes(pid)) manager.renewedMs = nowMs;
    else if (nowMs - manager.renewedMs > FENCE_MS) this.#dispatch(manager, { type: 'fence' });
    this.#agenda.after(500, () => this.#renew(manager));
  }

  /** Somebody who is there dies, or is paused. */
  #break(): void {
    const manager = this.#pick();
    if (manager === undefined) return;
    const random = this.#random;
    if (random.chance(0.5)) {
      manager.isDead = true;
      this.#agenda.after(LEASE_MS * 0.7 + random.below(LEASE_MS * 0.4), () => this.#expel(manager));
      return;
    }
    const pauseMs = random.below(12_000);
    manager.pausedUntilMs = this.#agenda.nowMs + pauseMs;
    if (pauseMs > LEASE_MS * 0.7)
      this.#agenda.after(LEASE_MS * 0.7 + random.below(LEASE_MS * 0.3), () => this.#expel(manager));
  }

  #ask(operation: string): void {
    const manager = this.#pick();
    if (manager === undefined) return;
    this.#operations.set(operation, { end: '', at: manager.pid });
    const signal = {
      type: 'lineLock',
      number: NUMBER,
      call: operation,
      operation,
      kind: 'offer',
    } as const;
    this.#dispatch(manager, { type: 'signal', signal, from: manager.pid });
  }

  #pick(): Manager | undefined {
    const living = this.#members.filter((pid) => this.#managers.get(pid)?.isDead === false);
    const pid = this.#random.pick(living);
    return pid === undefined ? undefined : this.#managers.get(pid);
  }

  #dispatch(manager: Manager, event: LockEvent): void {
    if (manager.isDead) return;
    const { nowMs } = this.#agenda;
    if (manager.pausedUntilMs > nowMs) {
      const delayMs = manager.pausedUntilMs - nowMs + this.#random.below(2);
      this.#agenda.after(delayMs, () => this.#dispatch(manager, event));
      return;
    }
    const { node } = manager;
    let hasNews = false;
    const sent = actLocked(node, event, this.#options.step, undefined, (effect) => {
      hasNews ||= effect.type === 'accepted' || effect.type === 'learn' || effect.type === 'locked';
      this.#heed(manager, effect);
    });
    for (const { to, event: said } of sent) this.#send(to, said);
    this.#check(manager, hasNews);
  }

  #heed(manager: Manager, effect: LockEffect): void {
    const { timers } = manager;
    switch (effect.type) {
      case 'start': {
        const { timer, afterMs } = effect;
        const number = ++this.#count;
        timers.set(timer, number);
        this.#agenda.after(afterMs, () => {
          if (timers.get(timer) !== number) return;
          timers.delete(timer);
          this.#dispatch(manager, { type: 'timer', timer });
        });
        break;
      }
      case 'stop':
        timers.delete(effect.timer);
        break;
      case 'refused':
        this.#end(effect.operation.id, effect.reason);
        break;
      case 'released':
        if (effect.how === 'complete' || effect.how === 'partial')
          this.#end(effect.operation.id, effect.how);
        break;
      default:
    }
  }

  #end(operation: string, how: string): void {
    const known = this.#operations.get(operation);
    if (known !== undefined) known.end = how;
  }

  #send(to: Pid, event: LockEvent): void {
    const { loss, duplicates } = this.#options;
    const random = this.#random;
    const manager = this.#managers.get(to);
    if (manager === undefined || random.chance(loss)) return;
    const delayMs = random.below(4) + (random.chance(0.02) ? random.below(800) : 0);
    this.#agenda.after(delayMs, () => this.#dispatch(manager, event));
    if (random.chance(duplicates))
      this.#agenda.after(delayMs + random.below(50), () => this.#dispatch(manager, event));
  }

  #check({ node, pid }: Manager, hasNews: boolean): void {
    const isMember = (other: Manager): boolean =>
      !other.isDead &&
      other.node.lock.phase.state !== 'fenced' &&
      this.#members.includes(other.pid);
    if (node.fault !== '') this.#violations.push(node.fault);
    const others = [...this.#managers.values()].filter(
      (other) => other.pid !== pid && isMember(other),
    );
    if (!this.#members.includes(pid)) return;
    if (node.lock.phase.state === 'held')
      for (const other of others)
        if (other.node.lock.phase.state === 'held')
          this.#violations.push(`S1 ${pid} and ${other.pid} have the lock`);
    if (!hasNews || node.lock.phase.state === 'fenced') return;
    for (const other of others) {
      const what = compareNodes(node, other.node);
      if (what !== '') this.#violations.push(what);
    }
  }

  #checkEnds(): void {
    for (const { pid, isDead, node } of this.#managers.values()) {
      const { phase, queue } = node.lock;
      if (isDead || phase.state === 'fenced') continue;
      if (phase.state !== 'idle' || queue.length > 0)
        this.#violations.push(`L1 ${pid} waits for ever`);
    }
    for (const [operation, known] of this.#operations) {
      if (known.end !== '') continue;
      if (this.#managers.get(known.at)?.isDead === true) known.end = 'died';
      else this.#violations.push(`L2 ${operation} has no end`);
    }
  }
}
