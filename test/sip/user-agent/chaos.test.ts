/**
 * Far ends and owners that do anything at any time. Whatever they do, nothing throws, each leg ends
 * once and is never named again, and when everybody has hung up nothing is left.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { UserAgentEvent } from '../../../src/sip/user-agent/events.ts';
import type { Leg } from '../../../src/sip/user-agent/leg.ts';
import { Stage, seeded } from './ladder.ts';

const SEEDS = 150;
const STEPS = 120;

const PEERS = ['ana', 'bob'];
const SAYINGS = [
  'INVITE sip:2001@pbx.test new | Supported: 100rel, timer {offer}',
  'INVITE sip:2001@pbx.test new | Supported: timer | Session-Expires: 90;refresher=uas',
  'INVITE sip:2001@pbx.test new {offer}',
  'INVITE {change}',
  'INVITE',
  'UPDATE {change}',
  'UPDATE',
  'ACK',
  'ACK {answer}',
  'ACK failure',
  'CANCEL',
  'BYE',
  'PRACK | RAck: $r1 1 INVITE',
  'PRACK | RAck: $r2 1 INVITE {offer}',
  'INFO {x}',
  'REFER | Refer-To: <sip:3001@pbx.test>',
  'OPTIONS',
  'SUBSCRIBE sip:2001@pbx.test new | Event: dialog | Expires: 600',
  'SUBSCRIBE | Event: dialog | Expires: 0',
  'SUBSCRIBE | Event: refer',
  '100 INVITE',
  '180 INVITE',
  '180 INVITE other',
  '183 INVITE | Require: 100rel | RSeq: 1 {answer}',
  '183 INVITE other | Require: 100rel | RSeq: 1 {answer}',
  '200 INVITE {answer}',
  '200 INVITE other {answer}',
  '200 INVITE | Session-Expires: 90;refresher=uac {answer}',
  '422 INVITE | Min-SE: 200',
  '486 INVITE',
  '487 INVITE',
  '491 INVITE',
  '481 INVITE',
  '200 UPDATE {answer}',
  '491 UPDATE',
  '200 BYE',
  '481 BYE',
  '200 CANCEL',
  '200 PRACK',
  '200 INFO',
  '481 INFO',
  '200 NOTIFY',
  '481 NOTIFY',
];
const ACTS = [
  'progress 180',
  'progress 180 phone-2',
  'progress 183 reliable {answer}',
  'progress 183 reliable phone-2 {answer}',
  'answer {answer}',
  'answer phone-2 {answer}',
  'refuse 486',
  'acknowledge',
  'acknowledge {answer}',
  'confirmProgress {answer}',
  'hangUp SIP;cause=200',
  'withdrawModify',
  'acknowledgeModify',
  'answerModify {answer}',
  'refuseModify 488',
  'convey INFO 1 {x}',
  'reply 200',
  'acceptReferral',
  'notify {state}',
  'notify noresource {state}',
  'accept 300',
  'reject 403',
];
const WAITS = ['wait 10 ms', 'wait 600 ms', 'wait 3 s', 'wait 40 s', 'wait 120 s'];
/** What a script cannot say yet, as nothing has happened that it could answer. */
const TOO_EARLY = /was not asked|^no (?:leg|exchange|subscription)/;

/** Watches that no leg is named after its end. */
class Witness {
  readonly #over = new Set<Leg<string>>();
  readonly #named = new Set<Leg<string>>();

  see(events: readonly UserAgentEvent<string>[]): void {
    for (const event of events) {
      if (!('leg' in event)) continue;
      const { leg, type } = event;
      assert(!this.#over.has(leg) || type === 'conveyed', `${type} after the end`);
      this.#named.add(leg);
      const ends = type === 'refused' || type === 'cancelled' || type === 'ended';
      if (!ends) continue;
      this.#over.add(leg);
      assert.equal(leg.state, 'ended');
    }
  }

  /** Legs that the owner has ended by itself. */
  letGo(): void {
    for (const leg of this.#named) if (leg.state === 'ended') this.#over.add(leg);
  }
}

test(`${SEEDS} walks of ${STEPS} steps end with nothing left`, () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const random = seeded(seed);
    const pick = <T>(list: readonly T[]): T | undefined => list[random.next32() % list.length];
    const options = seed % 2 === 0 ? {} : { sessionTimer: { expiresS: 90, minSeS: 90 } };
    const stage = new Stage(options);
    const witness = new Witness();
    const play = (rung: string) => {
      try {
        stage.play(rung);
      } catch (error) {
        if (!(error instanceof Error && TOO_EARLY.test(error.message)))
          throw new Error(`seed ${seed}: ${rung}`, { cause: error });
      }
      witness.see(stage.told.splice(0));
      witness.letGo();
    };
    for (let step = 0; step < STEPS; step++) {
      const chance = random.next32() % 20;
      const leg = 1 + (random.next32() % Math.max(1, stage.legs.length));
      if (chance < 9) play(`${pick(PEERS)} -> ${pick(SAYINGS)}`);
      else if (chance < 16) play(`! ${leg} ${pick(ACTS)}`);
      else if (chance === 16) play(`! invite ${pick(PEERS)} reliable {offer}`);
      else if (chance === 17) play(`! invite ${pick(PEERS)} patience=5000`);
      else if (chance === 18) {
        const target = stage.legs[leg - 1];
        if (target !== undefined) stage.userAgent.modify(target, step % 2 ? 'INVITE' : 'UPDATE');
      } else play(pick(WAITS) ?? '');
    }
    for (let leg = 1; leg <= stage.legs.length; leg++) play(`! ${leg} hangUp`);
    play('wait 4000 s');
    assert.deepEqual(
      stage.rest(),
      { legs: 0, subscriptions: 0, publications: 0, dialogs: 0, timers: 0, clients: 0, servers: 0 },
      `seed ${seed}`,
    );
  }
});
