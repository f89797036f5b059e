/** What a manager keeps of other managers' phones: who is given it, when, and how much of it there may be. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { KeptSubscription } from '../../src/call/deposit-signals.ts';
import type { CallSignal } from '../../src/call/signals.ts';
import { Depositary } from '../../src/device/depositary.ts';
import type { Pid } from '../../src/process/pid.ts';

const HERS = 'a.1.d1' as Pid;
const NEXT = 'c.1.d7' as Pid;
const PHONE = { device: 'ana', contact: 'sip:ana@10.0.0.31', instance: '' };

function keptAs(localTag: string, leftMs = 60_000): KeptSubscription {
  return {
    ...{ callId: 'x', localTag, remoteTag: 'r', local: '<sip:1@d>', remote: '<sip:2@d>' },
    ...{ target: PHONE.contact, routes: [], cseq: 4, remoteCseq: 1 },
    ...{ event: 'dialog', resource: '2000', accept: '', version: 3, leftMs },
  };
}

/** What was given to whom: `c.1.d7: a b`. */
class Keeping {
  readonly depositary: Depositary;
  readonly given: string[] = [];
  nowMs = 0;
  timer = Number.POSITIVE_INFINITY;

  constructor() {
    const keeping = this;
    this.depositary = new Depositary({
      pid: 'b.1.m4' as Pid,
      get nowMs() {
        return keeping.nowMs;
      },
      tell: (to: Pid, signal: CallSignal) => {
        assert(signal.type === 'depositGiven');
        const tags = signal.kept.map(({ localTag, leftMs }) => `${localTag} ${leftMs}`);
        this.given.push(`${to}: ${tags.join(', ')}`);
      },
      start: (_, afterMs) => {
        this.timer = this.nowMs + afterMs;
      },
      stop: () => {},
      spawn: () => assert.fail('nothing is spawned'),
      exit: () => {},
    });
  }

  deposit(localTag: string, phone = PHONE, leftMs = 60_000): void {
    const signal = { type: 'deposit', ...phone, kept: keptAs(localTag, leftMs) } as const;
    this.depositary.receive(signal, HERS);
  }

  claim(by = NEXT, phone = PHONE): void {
    this.depositary.receive({ type: 'depositClaim', ...phone }, by);
  }

  wait(ms: number): void {
    this.nowMs += ms;
    if (this.timer > this.nowMs) return;
    this.timer = Number.POSITIVE_INFINITY;
    this.depositary.timeout();
  }
}

test('what a manager has left is given to who claims it, once, with the rest of its time', () => {
  const keeping = new Keeping();
  keeping.deposit('one');
  keeping.deposit('two');
  keeping.depositary.down('a.1');
  keeping.wait(1000);
  keeping.claim();
  keeping.claim();
  assert.deepEqual(keeping.given, ['c.1.d7: one 59000, two 59000']);
});

test('who claims before the manager is gone has it as soon as that is seen, within a minute', () => {
  const keeping = new Keeping();
  keeping.deposit('one');
  keeping.claim();
  const early = keeping.given.length;
  keeping.depositary.down('a.1');
  const late = new Keeping();
  late.deposit('one', PHONE, 600_000);
  late.claim();
  late.wait(61_000);
  late.depositary.down('a.1');
  assert.deepEqual([early, keeping.given, late.given], [0, ['c.1.d7: one 60000'], []]);
});

test('nothing is given of what is over, has run out, or is of another phone or of a manager that is there', () => {
  const keeping = new Keeping();
  keeping.deposit('over');
  keeping.depositary.receive({ type: 'depositEnded', device: 'ana', localTag: 'over' }, HERS);
  keeping.deposit('short', PHONE, 1000);
  keeping.deposit('other', { ...PHONE, contact: 'sip:ana@10.0.0.99' });
  keeping.depositary.down('a.1');
  keeping.deposit('there');
  keeping.wait(2000);
  keeping.claim();
  assert.deepEqual(keeping.given, []);
});

test('a phone that has moved is known by its instance', () => {
  const keeping = new Keeping();
  const instance = '<urn:uuid:1>';
  keeping.deposit('one', { ...PHONE, instance });
  keeping.depositary.down('a.1');
  keeping.claim(NEXT, { ...PHONE, contact: 'sip:ana@10.0.0.99:5099', instance });
  assert.deepEqual(keeping.given, ['c.1.d7: one 60000']);
});

test('who is gone itself is given nothing, and a renewal takes the place of what was kept', () => {
  const keeping = new Keeping();
  keeping.deposit('one');
  keeping.claim();
  keeping.depositary.down(NEXT);
  keeping.wait(10_000);
  keeping.deposit('one');
  keeping.depositary.down('a.1');
  keeping.claim('d.1.d1' as Pid);
  assert.deepEqual(keeping.given, ['d.1.d1: one 60000']);
});
