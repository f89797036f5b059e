/** Walks a figure of the RFC that is written as a table: a row per arrow, and what it does. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Effect } from '../../../src/sip/effects.ts';
import type { Hop } from '../../../src/sip/hop.ts';
import type { SipRequest, SipResponse } from '../../../src/sip/message/message.ts';
import type { OutgoingRequest } from '../../../src/sip/message/outgoing.ts';
import { parseMessage } from '../../../src/sip/message/parse.ts';
import type { Context, Tell } from '../../../src/sip/transaction/context.ts';
import { TIMER_VALUES } from '../../../src/sip/transaction/timers.ts';

/** A machine under test. Rows that say `(new)` are its beginning. */
export type Subject = {
  readonly state: string;
  step(label: string, context: Context<string>): Tell;
};

export type Figure = {
  readonly name: string;
  readonly table: string;
  /** Label on the arrow into the figure, as in the table's `(new)` row. */
  readonly begin: (context: Context<string>) => Subject;
  /** The labels that lead to each state. */
  readonly paths: Readonly<Record<string, readonly string[]>>;
};

/** One test for each row: `state  label  next state  effects`, columns two or more spaces apart. */
export function walk({ name, table, begin, paths }: Figure): void {
  for (const row of table.trim().split('\n')) {
    const [state, label, next, effects] = row.trim().split(/\s{2,}/);
    test(`${name}: ${state} + ${label} -> ${next}: ${effects}`, () => {
      assert(state !== undefined && label !== undefined);
      const before = new Recorder();
      const subject = begin(before.context);
      if (state === '(new)') {
        assert.deepEqual([subject.state, before.show(undefined)], [next, effects]);
        return;
      }
      const path = paths[state];
      assert(path, `no path to ${state}`);
      for (const step of path) subject.step(step, before.context);
      assert.equal(subject.state, state.replace(/ \(.*/, ''));
      const recorder = new Recorder();
      const tell = subject.step(label, recorder.context);
      assert.deepEqual([subject.state, recorder.show(tell)], [next, effects]);
    });
  }
}

/** Notes what a machine does, in order. */
class Recorder {
  readonly #out: Effect[] = [];
  readonly #done: string[] = [];
  readonly context: Context<string> = {
    out: this.#out,
    timers: {
      ...TIMER_VALUES,
      start: (_, timer, afterMs) => this.#note(`start ${timer} ${afterMs}`),
      stop: () => this.#note('stop'),
    },
    failureAck: () => 'ACK sip:b@example.org SIP/2.0',
    sendCancel: (invite) => this.#note(`cancel ${invite.cancelHeaders}`),
  };

  /** What has been done since the start, as the tables write it. */
  show(tell: Tell): string {
    this.#drain();
    if (tell !== undefined) this.#done.push(tell === 'message' ? 'deliver' : `fail ${tell}`);
    return this.#done.join(', ') || '-';
  }

  #note(deed: string): void {
    this.#drain();
    this.#done.push(deed);
  }

  #drain(): void {
    for (const effect of this.#out.splice(0)) {
      assert(effect.type === 'send');
      this.#done.push(`send ${/^(?:SIP\/2\.0 )?(\S+)/.exec(effect.text)?.[1]}`);
    }
  }
}

export function hop(transport: Hop['transport']): Hop {
  const flow = transport === 'udp' ? 0 : 7;
  return { transport, address: '192.0.2.2', port: 5060, flow, listener: 0 };
}

export function outgoing(method: string): OutgoingRequest {
  return {
    method,
    uri: 'sip:b@example.org',
    callId: 'c1',
    cseq: 1,
    from: '<sip:a@example.org>;tag=a',
    to: '<sip:b@example.org>',
    maxForwards: 70,
    routes: '',
    headers: '',
    body: '',
  };
}

const FIELDS = `Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1
From: <sip:a@example.org>;tag=a
To: <sip:b@example.org>
Call-ID: c1`.replaceAll('\n', '\r\n');

export function request(method: string): SipRequest {
  const parsed = parseMessage(
    `${method} sip:b@example.org SIP/2.0\r\n${FIELDS}\r\nMax-Forwards: 70\r\nCSeq: 1 ${method}\r\n\r\n`,
  );
  assert(parsed.ok && parsed.message.kind === 'request');
  return parsed.message;
}

export function response(status: number, method: string): SipResponse {
  const parsed = parseMessage(`SIP/2.0 ${status} Any\r\n${FIELDS}\r\nCSeq: 1 ${method}\r\n\r\n`);
  assert(parsed.ok && parsed.message.kind === 'response');
  return parsed.message;
}
