/**
 * baresip as a telephone: a real SIP phone without a screen. Its microphone is a WAV file with a tone,
 * what it hears is recorded by its `sndfile` module, and it is operated over its control port.
 * Written for baresip 1.0 (Debian 12).
 */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import type { TestContext } from 'node:test';
import { type Child, startChild } from './child.ts';
import { connectInside, type Host } from './network.ts';
import { readWav, type Sound, tone, writeWav } from './sound.ts';
import { eventually } from './waiting.ts';

const CONTROL_PORT = 4444;

/** A SIP account of a phone. */
export type Account = { readonly user: string; readonly password: string };

/** How a phone is set up. */
export type PhoneSetup = {
  readonly name: string;
  readonly host: Host;
  readonly accounts: readonly Account[];
  /** SIP domain of the accounts. */
  readonly domain: string;
  /** Where it sends everything, e.g. `sip:198.51.100.1:5060;transport=udp`; absent: no registration. */
  readonly outbound?: string;
  readonly transport: 'udp' | 'tcp' | 'tls';
  /** PEM file with the authority that signed the manager's certificate. */
  readonly authorityFile?: string;
  /** Media must be SRTP with keys in the SDP (RFC 4568). */
  readonly encrypted?: boolean;
  readonly toneHertz: number;
  readonly directory: string;
};

/** What baresip reports of itself, e.g. `CALL_INCOMING`, with the peer or the reason as `param`. */
export type PhoneEvent = {
  readonly type: string;
  readonly accountaor?: string;
  readonly peeruri?: string;
  readonly param?: string;
  readonly id?: string;
};

/** A running baresip. */
export class Phone {
  readonly name: string;
  readonly events: PhoneEvent[] = [];
  readonly #setup: PhoneSetup;
  readonly #child: Child;
  readonly #control: Duplex;
  readonly #answers = new Map<string, (answer: { ok: boolean; data: string }) => void>();
  #received = '';
  #commands = 0;

  private constructor(setup: PhoneSetup, child: Child, control: Duplex) {
    this.name = setup.name;
    this.#setup = setup;
    this.#child = child;
    this.#control = control;
    control.on('data', (chunk: Buffer) => this.#read(chunk.toString('utf8')));
    control.on('error', () => undefined);
  }

  /** Starts it and waits until it can be operated; with `outbound`, until every account is registered. */
  static async start(t: TestContext, setup: PhoneSetup): Promise<Phone> {
    writeSetup(setup);
    const child = startChild(t, `baresip ${setup.name}`, 'baresip', ['-f', setup.directory], {
      namespace: setup.host.namespace,
      cwd: setup.directory,
    });
    await child.waitForOutput(/baresip is ready/, 10_000);
    const phone = new Phone(setup, child, connectInside(t, setup.host, CONTROL_PORT));
    await phone.command('about');
    if (setup.outbound) {
      const registered = setup.accounts.map(({ user }) => new RegExp(`\\b${user}@.*200 OK`));
      for (const pattern of registered) await child.waitForOutput(pattern, 10_000);
    }
    return phone;
  }

  /** Gives it a command (`dial`, `accept`, `hangup`, `hold`, `resume`, `transfer`, …) and returns what it printed. */
  async command(command: string, params = ''): Promise<string> {
    this.#commands += 1;
    const token = `${this.#commands}`;
    const text = JSON.stringify({ command, params, token });
    const answered = new Promise<{ ok: boolean; data: string }>((resolve) => {
      this.#answers.set(token, resolve);
    });
    this.#control.write(`${Buffer.byteLength(text)}:${text},`);
    const timer = new Promise<void>((resolve) => {
      setTimeout(resolve, 5000).unref();
    });
    const answer = await Promise.race([answered, timer]);
    if (!answer?.ok)
      throw new Error(
        `${this.name}: ${command} ${params}: ${answer?.data ?? 'no answer'}\n${this.log}`,
      );
    return answer.data;
  }

  /** Waits for the event, counted from the `since`-th on (a mark from `events.length`). */
  async waitFor(type: string, ms = 5000, since = 0): Promise<PhoneEvent> {
    return eventually(
      `${this.name} reports ${type}`,
      () => this.events.slice(since).find((event) => event.type === type),
      ms,
      () => `${JSON.stringify(this.events.slice(since), null, 1)}\n${this.log}`,
    );
  }

  /** What it heard in its `n`-th call (from 0), so far. */
  heard(n = 0): Sound {
    const files = readdirSync(this.#setup.directory).filter((file) => file.endsWith('-dec.wav'));
    const file = files.sort()[n];
    return file
      ? readWav(join(this.#setup.directory, file))
      : { rateHz: 8000, samples: new Float32Array(0) };
  }

  /** What baresip printed, without its status line, for messages. */
  get log(): string {
    return this.#child.output.replaceAll(/\[\d+:\d\d:\d\d\][^\r\n[]*/g, '').replaceAll('\r', '');
  }

  #read(text: string): void {
    // Netstrings: `length:text,`. Lengths are octets, but all that is said here is ASCII.
    this.#received += text;
    for (;;) {
      const colon = this.#received.indexOf(':');
      const length = Number(this.#received.slice(0, colon));
      if (colon < 0 || this.#received.length < colon + length + 2) return;
      const message = JSON.parse(this.#received.slice(colon + 1, colon + 1 + length));
      this.#received = this.#received.slice(colon + length + 2);
      if (message.event) this.events.push(message as PhoneEvent);
      else this.#answers.get(message.token)?.(message as { ok: boolean; data: string });
    }
  }
}

function writeSetup(setup: PhoneSetup): void {
  const { directory, host } = setup;
  mkdirSync(directory, { recursive: true });
  const microphone = join(directory, 'microphone.wav');
  writeWav(microphone, tone(setup.toneHertz, 120));
  const lines = [
    'poll_method epoll',
    // baresip's TLS listens one port above what is said here; RTP is on even ports.
    `sip_listen ${host.address}:5060`,
    'net_interface eth0',
    'call_max_calls 4',
    'rtp_ports 16384-16484',
    `audio_source aufile,${microphone}`,
    // A player that nobody listens to: without a player baresip decodes nothing.
    'audio_player aubridge,nobody',
    'audio_alert aubridge,nobody',
    'ausrc_srate 8000',
    'auplay_srate 8000',
    'ausrc_channels 1',
    'auplay_channels 1',
    'ring_aufile none',
    'ringback_aufile none',
    `snd_path ${directory}`,
    `ctrl_tcp_listen 127.0.0.1:${CONTROL_PORT}`,
    ...(setup.authorityFile ? [`sip_cafile ${setup.authorityFile}`] : []),
    'module_path /usr/lib/baresip/modules',
    ...['g711', 'aufile', 'aubridge', 'sndfile', 'srtp'].map((name) => `module ${name}.so`),
    ...['uuid', 'account'].map((name) => `module_tmp ${name}.so`),
    ...['menu', 'ctrl_tcp'].map((name) => `module_app ${name}.so`),
  ];
  writeFileSync(join(directory, 'config'), `${lines.join('\n')}\n`);
  const accounts = setup.accounts.map(({ user, password }) =>
    [
      `<sip:${user}@${setup.domain};transport=${setup.transport}>`,
      `auth_user=${user}`,
      `auth_pass=${password}`,
      ...(setup.outbound ? [`outbound="${setup.outbound}"`, 'regint=300'] : ['regint=0']),
      ...(setup.encrypted ? ['mediaenc=srtp-mand'] : []),
      'audio_codecs=PCMU/8000/1',
    ].join(';'),
  );
  writeFileSync(join(directory, 'accounts'), `${accounts.join('\n')}\n`);
}
