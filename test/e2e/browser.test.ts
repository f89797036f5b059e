/**
 * Browsers share a line: two pages with JsSIP register at a line over WebSocket, a third calls it. Both
 * ring, one answers, the other is told that the call was answered elsewhere; DTLS is up and each hears
 * the tone of the other.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import test from 'node:test';
import { freePortsInRow } from '../support/free-ports.ts';
import { type BrowserPhone, startBrowser } from './support/browser.ts';
import { startLinewright, temporaryFolder } from './support/linewright-process.ts';
import { eventually, step } from './support/waiting.ts';

const DOMAIN = 'pbx.test';
const TONES = { caller: 450, ana: 700, ben: 1150 };

test('browsers share a line over WebSocket', { timeout: 120_000 }, async (t) => {
  const port = await freePortsInRow(3);
  await startLinewright(t, {
    folder: join(temporaryFolder(t), 'manager'),
    domain: DOMAIN,
    listen: [`udp://127.0.0.1:${port}`, `ws://127.0.0.1:${port + 1}`],
    web: `http://127.0.0.1:${port + 2}`,
    devices: ['1001', '2000a', '2000b'].map((user) => ({ user, password: `ring-${user}` })),
    lines: [
      { number: '2000', members: ['2000a', '2000b'] },
      { number: '1001', members: ['1001'] },
    ],
  });
  const browser = await startBrowser(t);
  const open = (name: keyof typeof TONES, user: string): Promise<BrowserPhone> =>
    browser.phone({
      name,
      socket: `ws://127.0.0.1:${port + 1}/`,
      uri: `sip:${user}@${DOMAIN}`,
      password: `ring-${user}`,
      toneHertz: TONES[name],
    });
  const [caller, ana, ben] = await Promise.all([
    open('caller', '1001'),
    open('ana', '2000a'),
    open('ben', '2000b'),
  ]);

  await step(t, 'each page registers', async () => {
    await Promise.all([caller, ana, ben].map((phone) => phone.waitFor('registered')));
  });

  await step(t, 'both members ring, the caller hears that they do', async () => {
    await caller.do(`call('sip:2000@${DOMAIN}')`);
    await Promise.all([ana.waitFor('incoming'), ben.waitFor('incoming')]);
    await caller.waitFor('progress');
  });

  await step(t, 'one answers, the other is told that the call was answered elsewhere', async () => {
    await ana.do('answer()');
    await Promise.all([ana.waitFor('confirmed'), caller.waitFor('confirmed')]);
    const { originator, cause, reason } = await ben.waitFor('failed');
    assert.deepEqual(
      { originator, cause, reason },
      {
        originator: 'remote',
        cause: 'Canceled',
        reason: 'SIP;cause=200;text="Call completed elsewhere"',
      },
    );
  });

  await step(t, 'each hears the tone of the other, encrypted', async () => {
    await hears(caller, TONES.ana);
    await hears(ana, TONES.caller);
  });

  await step(t, 'hold and resume cross the line', async () => {
    await ana.do('hold()');
    const { originator } = await caller.waitFor('hold');
    assert.equal(originator, 'remote');
    // Not while the exchange that holds is still under way at her end.
    await eventually('ana can resume', () => ana.do<boolean>('unhold()'), 3000);
    await caller.waitFor('unhold');
    await hears(caller, TONES.ana);
  });

  await step(t, 'when the caller hangs up, the call ends at both', async () => {
    await caller.do('hangUp()');
    const { cause } = await ana.waitFor('ended');
    assert.equal(cause, 'Terminated');
    const inCall = await Promise.all([caller, ana, ben].map((phone) => phone.do('inCall')));
    assert.deepEqual(inCall, [false, false, false]);
  });
});

/** The phone hears that tone as the loudest, energy grows, and the media came over DTLS. */
async function hears(phone: BrowserPhone, hertz: number): Promise<void> {
  const heard = () => phone.do<{ hertz: number; decibel: number }>('heard()');
  const before = await phone.media();
  let last = '';
  await eventually(
    `${phone.name} hears ${hertz} Hz`,
    async () => {
      const now = { ...(await heard()), ...(await phone.media()) };
      last = JSON.stringify(now);
      const right = Math.abs(now.hertz - hertz) < 15 && now.decibel > -60;
      return right && now.dtls === 'connected' && now.energy > before.energy;
    },
    10_000,
    () => last,
  );
}
