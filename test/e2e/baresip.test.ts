/**
 * baresip phones share a line (README's main job): both ring, one answers, both ends hear each other's
 * tone (claims 11, 30, 45, 62), the other phone stops; then hold, resume, blind transfer and hang-up. In network namespaces,
 * since baresip refuses loopback: over UDP with plain RTP, and over TLS with SRTP.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { type Account, Phone } from './support/baresip.ts';
import { rtpOf, startCapture } from './support/capture.ts';
import { startLinewright, temporaryFolder } from './support/linewright-process.ts';
import { makeCertificate } from './support/manager-files.ts';
import { createNetwork } from './support/network.ts';
import { fromMuLaw, part, shareAt } from './support/sound.ts';
import { eventually, listenFor, step } from './support/waiting.ts';

const DOMAIN = 'pbx.test';
/** A tone per phone, apart from each other's harmonics, and on the 20 Hz grid that `shareAt` resolves. */
const TONES = { caller: 440, ana: 700, ben: 1160 };
const HEARD = 0.8;
const ACCOUNTS = {
  caller: { user: '1001', password: 'ring-1001' },
  ana: { user: '2000a', password: 'ring-2000a' },
  ben: { user: '2000b', password: 'ring-2000b' },
  benExtension: { user: '1002', password: 'ring-1002' },
} satisfies Record<string, Account>;

for (const wire of ['udp', 'tls'] as const) {
  const media = wire === 'tls' ? 'SRTP' : 'RTP';
  test(
    `baresip phones share a line over ${wire.toUpperCase()} with ${media}`,
    { timeout: 120_000 },
    (t) => shareLine(t, wire),
  );
}

async function shareLine(t: TestContext, wire: 'udp' | 'tls'): Promise<void> {
  const folder = temporaryFolder(t);
  const hosts = createNetwork(t, ['manager', 'caller', 'ana', 'ben']);
  const { address } = hosts.manager;
  const tls = makeCertificate(join(folder, 'tls'), [address, DOMAIN]);
  const manager = await startLinewright(
    t,
    {
      folder: join(folder, 'manager'),
      domain: DOMAIN,
      listen: [`udp://${address}:5060`, `tcp://${address}:5060`, `tls://${address}:5061`],
      web: 'http://127.0.0.1:8088',
      tls,
      devices: Object.values(ACCOUNTS),
      lines: [
        { number: '2000', members: ['2000a', '2000b'] },
        { number: '1001', members: ['1001'] },
        { number: '1002', members: ['1002'] },
      ],
    },
    hosts.manager,
  );
  const outbound = `sip:${address}:${wire === 'tls' ? 5061 : 5060};transport=${wire}`;
  const phone = (name: 'caller' | 'ana' | 'ben', accounts: readonly Account[]): Promise<Phone> =>
    Phone.start(t, {
      name,
      host: hosts[name],
      accounts,
      domain: DOMAIN,
      outbound,
      transport: wire,
      encrypted: wire === 'tls',
      toneHertz: TONES[name],
      directory: join(folder, name),
      ...(wire === 'tls' ? { authorityFile: tls.cert } : {}),
    });
  const [caller, ana, ben] = await Promise.all([
    phone('caller', [ACCOUNTS.caller]),
    phone('ana', [ACCOUNTS.ana]),
    phone('ben', [ACCOUNTS.ben, ACCOUNTS.benExtension]),
  ]);
  const wireTap = await startCapture({
    t,
    file: join(folder, 'caller.pcap'),
    filter: 'udp',
    namespace: hosts.caller.namespace,
  });

  await step(t, 'both members ring, the caller hears that they do', async () => {
    await caller.command('dial', `sip:2000@${DOMAIN}`);
    await Promise.all([ana.waitFor('CALL_INCOMING'), ben.waitFor('CALL_INCOMING')]);
    await caller.waitFor('CALL_RINGING');
  });

  await step(t, 'one answers, the other stops ringing', async () => {
    await ana.command('accept');
    await Promise.all([
      ana.waitFor('CALL_ESTABLISHED'),
      caller.waitFor('CALL_ESTABLISHED'),
      ben.waitFor('CALL_CLOSED'),
    ]);
    assert.equal(await calls(ben), 0);
  });

  await step(t, 'each hears the tone of the other', async () => {
    await hears(caller, TONES.ana, 0);
    await hears(ana, TONES.caller, 0);
  });

  await step(t, 'media goes from phone to phone, not through the manager', () => {
    const ends = new Set(rtpOf(wireTap.datagrams()).flatMap(({ from, to }) => [from, to]));
    assert.deepEqual([...ends].sort(), [hosts.caller.address, hosts.ana.address].sort());
  });

  await step(t, 'hold stops the media both ways, resume brings it back', async () => {
    await ana.command('hold');
    await eventually(
      'no media flows',
      async () => (await packetsIn(500)) === 0,
      5000,
      () => ana.log,
    );
    await ana.command('resume');
    await eventually(
      'media flows again',
      async () => (await packetsIn(500)) > 40,
      5000,
      () => ana.log,
    );
    const bothWays = new Set(
      rtpOf(wireTap.datagrams())
        .slice(-40)
        .map(({ from }) => from),
    );
    assert.deepEqual([...bothWays].sort(), [hosts.caller.address, hosts.ana.address].sort());
    const sound = heardOnWire(hosts.ana.address, 0.5);
    // What an encrypted stream sounds like to somebody who listens in: noise.
    if (wire === 'tls') assert.ok(shareAt(sound, TONES.ana) < 0.2);
    else assert.ok(shareAt(sound, TONES.ana) > HEARD);
  });

  await step(t, 'a blind transfer moves the caller to another phone', async () => {
    const before = ben.events.length;
    await ana.command('transfer', `sip:1002@${DOMAIN}`);
    await ben.waitFor('CALL_INCOMING', 5000, before);
    await ben.command('accept');
    await ben.waitFor('CALL_ESTABLISHED', 5000, before);
    await ana.waitFor('CALL_CLOSED');
    await hears(ben, TONES.caller, 0);
    const sound = async (): Promise<boolean> => {
      if (wire === 'tls')
        return rtpOf(wireTap.datagrams()).some(({ from }) => from === hosts.ben.address);
      return shareAt(heardOnWire(hosts.ben.address, 0.5), TONES.ben) > HEARD;
    };
    await eventually(
      'the caller gets the tone of the phone it was moved to',
      sound,
      5000,
      () => caller.log,
    );
    assert.deepEqual([await calls(caller), await calls(ana), await calls(ben)], [1, 0, 1]);
  });

  await step(t, 'when the caller hangs up, nobody has a call left', async () => {
    const before = ben.events.length;
    await caller.command('hangup');
    await ben.waitFor('CALL_CLOSED', 5000, before);
    assert.deepEqual([await calls(caller), await calls(ana), await calls(ben)], [0, 0, 0]);
  });

  assert.equal(manager.exitCode, undefined, 'the manager still runs');

  /** RTP packets seen at the caller's host within the next `ms`. */
  async function packetsIn(ms: number): Promise<number> {
    const before = rtpOf(wireTap.datagrams()).length;
    await listenFor(ms);
    return rtpOf(wireTap.datagrams()).length - before;
  }

  /** The last seconds of what a host sends to the caller, taken for mu-law. */
  function heardOnWire(from: string, seconds: number) {
    const packets = rtpOf(wireTap.datagrams()).filter((packet) => packet.from === from);
    return part(fromMuLaw(Buffer.concat(packets.map(({ payload }) => payload))), -seconds);
  }
}

async function hears(phone: Phone, hertz: number, call: number): Promise<void> {
  const share = (): number => shareAt(part(phone.heard(call), -0.5), hertz);
  await eventually(
    `${phone.name} hears ${hertz} Hz`,
    () => phone.heard(call).samples.length >= 4000 && share() > HEARD,
    6000,
    () =>
      `share of ${hertz} Hz: ${share()} in ${phone.heard(call).samples.length} samples\n${phone.log}`,
  );
}

/** How many calls the phone says it has. */
async function calls(phone: Phone): Promise<number> {
  const said = await phone.command('listcalls');
  return said.match(/\[line \d+\]/g)?.length ?? 0;
}
