/**
 * Ladders of one device process: its phone sends text off the wire, and a line, call control and another
 * leg say signals that nobody but the test makes. What goes out either way is compared as a whole.
 *
 *     phone -> INVITE sip:1002@pbx.test new | Call-Info: … {sendonly}     see test/sip/user-agent/script.ts
 *     phone <- 200 INVITE | Call-Info: …                                  headers that matter here are shown
 *     line -> lineSeized call=#0 appearance=1                             #0: the process' first call id
 *     line <- lineUse call=#0 state=progressing party=1002 isExclusive=false
 *     wait 15 s
 *
 *     pub -> PUBLISH sip:2000@pbx.test new | … {d1 trying 2}              a document: see `documentOf`
 *     pub -> PUBLISH sip:2000@pbx.test new | SIP-If-Match: $e1            the first SIP-ETag that was given
 *
 * Every name of small letters that sends SIP is a conversation of the same phone. `{words}` stands for a
 * body: of a session description its direction.
 */

import assert from 'node:assert/strict';
import test from 'node:test';
import { SILENT } from '../../../src/base/log.ts';
import { CallRecords } from '../../../src/call/call-records.ts';
import type { Line } from '../../../src/call/directory.ts';
import { RegistrationTable } from '../../../src/call/registration-table.ts';
import type { CallSignal } from '../../../src/call/signals.ts';
import type { CallLeg } from '../../../src/device/call-leg.ts';
import { CallStatistics } from '../../../src/device/call-statistics.ts';
import * as calling from '../../../src/device/calling.ts';
import { DeviceProcess } from '../../../src/device/device-process.ts';
import type { Environment } from '../../../src/device/environment.ts';
import { partyOfDevice } from '../../../src/device/identity.ts';
import { LampText } from '../../../src/device/sharing/lamp-text.ts';
import * as publications from '../../../src/device/sharing/publications.ts';
import * as subscriptions from '../../../src/device/subscriptions.ts';
import type { Pid } from '../../../src/process/pid.ts';
import type { Effect } from '../../../src/sip/effects.ts';
import type { Hop } from '../../../src/sip/hop.ts';
import { parseMessage } from '../../../src/sip/message/parse.ts';
import { TransactionLayer } from '../../../src/sip/transaction/layer.ts';
import type { UserAgentEvent } from '../../../src/sip/user-agent/events.ts';
import { type TransactionUser, UserAgent } from '../../../src/sip/user-agent/user-agent.ts';
import { simulationDirectory } from '../../../src/testkit/simulation-directory.ts';
import { seeded } from '../../sip/user-agent/ladder.ts';
import { headerOf, Peer, readSaying, readWire } from '../../sip/user-agent/script.ts';

const HOP: Hop = { transport: 'udp', address: '10.0.1.1', port: 5060, flow: 0, listener: 0 };
const SELF = 'cm1.1.d1' as Pid;
const OTHERS: Readonly<Record<string, Pid>> = {
  line: 'cm1.1.l1' as Pid,
  manager: 'cm1.1.m1' as Pid,
  control: 'cm1.1.c1' as Pid,
  other: 'cm1.1.d9' as Pid,
};
/** Header fields that a rung shows. */
const SHOWN = [
  'Call-Info',
  'Alert-Info',
  'Retry-After',
  'Expires',
  'SIP-ETag',
  'Min-Expires',
  'Warning',
  'Event',
  'Subscription-State',
  'Reason',
];
/** Fields of signals that a rung does not show. */
const UNTOLD = new Set(['number', 'by', 'hops', 'reliable', 'caller', 'device', 'from', 'pid']);
/** Whose phone it is, and what line 2000 has besides. */
export type Setting = { readonly user?: string; readonly line?: Partial<Line> };

/** A ladder as this says, of a phone of `user` (2000a) whose line has attached it. */
export function ladder(name: string, text: string, setting: Setting = {}): void {
  test(name, () => {
    const rungs = text
      .split('\n')
      .map((rung) => rung.trim().replace(/\s+/g, ' '))
      .filter((rung) => rung !== '');
    const bench = new Bench(setting);
    const happened = rungs.filter(isInput).flatMap((rung) => [rung, ...bench.play(rung)]);
    assert.deepEqual(happened, rungs);
  });
}

function isInput(rung: string): boolean {
  return /^[a-z]+ ->|^wait /.test(rung);
}

export class Bench {
  readonly #process: DeviceProcess;
  readonly #userAgent: UserAgent<CallLeg>;
  readonly #layer: TransactionLayer<TransactionUser<CallLeg>>;
  readonly #out: Effect[] = [];
  readonly #peers = new Map<string, Peer>();
  readonly #peerOfCall = new Map<string, string>();
  readonly #timers = new Map<string, number>();
  readonly #seen: string[] = [];
  /** Entity-tags, in the order in which they were given. */
  readonly #tags: string[] = [];
  #nowMs = 0;

  constructor({ user = '2000a', line = {} }: Setting) {
    const random = seeded(1);
    this.#layer = new TransactionLayer({
      nowMs: 0,
      random,
      out: this.#out,
      sentBy: () => '192.0.2.1:5060',
    });
    this.#userAgent = new UserAgent<CallLeg>({
      layer: this.#layer,
      random,
      log: SILENT,
      nowMs: 0,
      contact: () => 'sip:192.0.2.1:5060',
      admit: () => ({ type: 'admitted', identity: { kind: 'device', id: user } }),
      register: () => ({ status: 405, headers: '' }),
      hasPeers: () => true,
      allowPublications: ['dialog'],
      allowEvents: ['dialog', 'call-info', 'line-seize', 'message-summary'],
    });
    const usual = simulationDirectory('pbx.test');
    const shared = usual.lines.get('2000');
    assert(shared);
    const lines = new Map(usual.lines).set('2000', { ...shared, ...line });
    const directory = { ...usual, lines };
    const device = directory.devices.get(user);
    assert(device);
    const environment: Environment = {
      directory,
      domain: 'pbx.test',
      domains: new Set(['pbx.test']),
      userAgent: this.#userAgent,
      contact: () => 'sip:10.0.0.1',
      gatewayManager: 'a.1.m9' as Pid,
      settingsDesk: 'a.1.m8' as Pid,
      parkManager: 'a.1.m9' as Pid,
      lineManager: pidOf('manager'),
      table: new RegistrationTable(),
      dialogFinder: 'cm1.1.m2' as Pid,
      depositary: 'cm1.1.m3' as Pid,
      subscribers: new WeakMap(),
      shown: new LampText(),
      peers: () => [],
      log: SILENT,
      statistics: new CallStatistics(),
      records: new CallRecords({ epochMs: () => 0 }, () => 0, new Map()),
      startCall: (host, request) => {
        host.tell(pidOf('control'), request);
        return pidOf('control');
      },
      isEmergency: (dialled) => dialled === '9112',
      beginsEmergency: () => false,
      callsPerDeviceMax: 8,
    };
    const binding = { ...NO_BINDING, key: user, contact: `sip:phone@10.0.1.1:5060`, hop: HOP };
    const bench = this;
    const host = {
      pid: SELF,
      get nowMs() {
        return bench.#nowMs;
      },
      tell: (to: Pid, signal: CallSignal) => this.#told(to, signal),
      start: (timer: string, afterMs: number) =>
        void this.#timers.set(timer, this.#nowMs + afterMs),
      stop: (timer: string) => void this.#timers.delete(timer),
      spawn: () => assert.fail('nothing is spawned'),
      exit: () => void this.#seen.push('exit'),
    };
    const party = partyOfDevice(directory, device);
    const place = { kind: 'phone', device: user, party, binding } as const;
    this.#process = new DeviceProcess(host, environment, place);
    this.#process.receive(
      { type: 'attached', number: device.lines[0] ?? '', epoch: 1 },
      pidOf('line'),
    );
    this.#seen.length = 0;
  }

  play(rung: string): readonly string[] {
    this.#seen.length = 0;
    const wait = /^wait ([\d.]+) s$/.exec(rung)?.[1];
    if (wait !== undefined) this.#wait(1000 * Number(wait));
    else {
      const [name = '', what = ''] = rung.split(' -> ');
      const pid = OTHERS[name];
      if (pid !== undefined) this.#process.receive(readSignal(what), pid);
      else this.#say(name, what);
    }
    this.#turn();
    return this.#seen.slice();
  }

  #wait(ms: number): void {
    const endMs = this.#nowMs + ms;
    for (;;) {
      const due = Math.min(
        this.#layer.nextDueMs(),
        this.#userAgent.nextDueMs(),
        ...this.#timers.values(),
      );
      this.#nowMs = Math.max(this.#nowMs, Math.min(due, endMs));
      if (due > endMs) return;
      this.#layer.advance(this.#nowMs, (event) => this.#userAgent.receive(event));
      this.#userAgent.advance(this.#nowMs);
      for (const [timer, atMs] of this.#timers)
        if (atMs <= this.#nowMs) {
          this.#timers.delete(timer);
          this.#process.timeout(timer);
        }
      this.#turn();
    }
  }

  #say(name: string, what: string): void {
    let peer = this.#peers.get(name);
    if (peer === undefined) {
      peer = new Peer(name, HOP);
      this.#peers.set(name, peer);
    }
    const said = readSaying(
      what.replace(/\$e(\d+)/g, (_, at: string) => this.#tags[Number(at) - 1] ?? at),
    );
    const text = peer.say({ ...said, body: bodyOfSaying(said.words[0], said.body) });
    this.#peerOfCall.set(headerOf(readWire(text), 'Call-ID'), name);
    this.#receive(text);
  }

  #receive(text: string): void {
    const parsed = parseMessage(text);
    assert(parsed.ok, text);
    const event = this.#layer.receive(parsed.message, HOP);
    if (event !== undefined) this.#userAgent.receive(event);
  }

  #turn(): void {
    const { events } = this.#userAgent;
    for (let at = 0; at < events.length; at++) {
      const event = events[at];
      if (event !== undefined) this.#handle(event);
    }
    events.length = 0;
    this.#send();
  }

  #handle(event: UserAgentEvent<CallLeg>): void {
    switch (event.type) {
      case 'invited':
        calling.invited(this.#process, event);
        break;
      case 'subscribe':
        subscriptions.subscribe(this.#process, event);
        break;
      case 'publish':
        publications.publish(this.#process, event);
        break;
      case 'unpublished':
        publications.unpublished(this.#process, event.publication);
        break;
      case 'unsubscribed':
        subscriptions.unsubscribed(this.#process, event.subscription);
        break;
      default:
        if (event.type !== 'asked') this.#process.handle(event.leg.owner, event);
    }
    this.#send();
  }

  #send(): void {
    for (const effect of this.#out.splice(0)) {
      if (effect.type !== 'send') continue;
      const wire = readWire(effect.text);
      const name = this.#peerOfCall.get(headerOf(wire, 'Call-ID')) ?? 'phone';
      let peer = this.#peers.get(name);
      if (peer === undefined) {
        peer = new Peer(name, HOP);
        this.#peers.set(name, peer);
      }
      peer.hear(wire);
      const isAnswer = wire.start.startsWith('SIP/2.0');
      const [, method = ''] = headerOf(wire, 'CSeq').split(' ');
      const words = wire.start.split(' ');
      if (words[1] === '100') continue;
      const what = isAnswer ? `${words[1]} ${method}` : method;
      const shown = SHOWN.map((header) => [header, headerOf(wire, header)] as const)
        .filter(([, value]) => value !== '')
        .map(
          ([header, value]) => ` | ${header}: ${header === 'SIP-ETag' ? this.#tag(value) : value}`,
        );
      this.#seen.push(withIds(`${name} <- ${what}${shown.join('')}${bodyOf(wire.body)}`));
      // A phone takes what it is told.
      if (method === 'NOTIFY') this.#receive(peer.say(readSaying('200 NOTIFY')));
    }
  }

  #tag(value: string): string {
    return `$e${this.#tags.push(value)}`;
  }

  #told(to: Pid, signal: CallSignal): void {
    this.#send();
    const name = Object.entries(OTHERS).find(([, pid]) => pid === to)?.[0] ?? to;
    const { type, ...fields } = signal as { readonly type: string };
    const said = Object.entries(fields)
      .filter(([key]) => !UNTOLD.has(key))
      .map(([key, value]) => ` ${key}=${textOf(key, value)}`);
    this.#seen.push(withIds(`${name} <- ${type}${said.join('')}`));
  }
}

/** `cm1.1.d1-0`, the process' first call id, is #0. */
function withIds(text: string): string {
  return text.replaceAll(`${SELF}-`, '#');
}

const NO_BINDING = {
  id: '',
  routes: [],
  instance: '',
  regId: 0,
  callId: '',
  cseq: 1,
  grantedS: 3600,
  expiresAtMs: Number.POSITIVE_INFINITY,
  q: 1,
  userAgent: '',
};

function pidOf(name: string): Pid {
  const pid = OTHERS[name];
  assert(pid, name);
  return pid;
}

function bodyOfSaying(method = '', words: string): string {
  if (words === '') return '';
  return method === 'PUBLISH' ? documentOf(words) : sessionOf(words);
}

/**
 * Dialogs of a partial document (a full one after `full: `), each with its id and its state: `d1 trying 2; d2
 * trying of=call-1/tag-1 exclusive`. `holds`, `talks`: the rendering; `replaces=`, `joins=`: call/tag/tag.
 */
function documentOf(words: string): string {
  if (words.startsWith('<')) return words;
  const isFull = words.startsWith('full: ');
  const dialogs = words.replace('full: ', '').split('; ').map(dialogOf).join('');
  const spaces =
    'xmlns="urn:ietf:params:xml:ns:dialog-info" xmlns:sa="urn:ietf:params:xml:ns:sa-dialog-info"';
  const state = isFull ? 'full' : 'partial';
  return `<dialog-info ${spaces} version="0" state="${state}" entity="sip:2000@pbx.test">${dialogs}</dialog-info>`;
}

function dialogOf(words: string): string {
  const [id = '', state = '', ...options] = words.split(' ');
  let names = '';
  let inside = '';
  for (const option of options) {
    const [key = '', value = ''] = option.split('=');
    const [call = '', local = '', remote = 'r1'] = value.split('/');
    const reference = `call-id="${call}" local-tag="${local}"`;
    if (key === 'of') names = ` ${reference}`;
    else if (key === 'holds' || key === 'talks')
      inside += `<local><target uri="sip:a@b"><param pname="+sip.rendering" pval="${key === 'talks' ? 'yes' : 'no'}"/></target></local>`;
    else if (key === 'exclusive') inside += '<sa:exclusive>true</sa:exclusive>';
    else if (key === 'replaces' || key === 'joins')
      inside += `<sa:${key === 'joins' ? 'joined' : 'replaced'}-dialog ${reference} remote-tag="${remote}"/>`;
    else inside += `<sa:appearance>${key}</sa:appearance>`;
  }
  return `<dialog id="${id}"${names}><state>${state}</state>${inside}</dialog>`;
}

function sessionOf(direction: string): string {
  return `v=0\r\no=- 1 1 IN IP4 10.0.1.1\r\ns=-\r\nc=IN IP4 10.0.1.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\na=${direction}\r\n`;
}

/** A description's direction; of a dialog-info document its dialogs, in short. */
function bodyOf(body: string): string {
  const direction = /^a=(sendrecv|sendonly|recvonly|inactive)/m.exec(body)?.[1];
  if (direction !== undefined) return ` {${direction}}`;
  if (body.startsWith('Messages-Waiting')) return ` {${body.trim()}}`;
  if (!body.includes('<dialog-info')) return body === '' ? '' : ' {?}';
  const dialogs = [...body.matchAll(/<dialog (.*?)>(.*?)<\/dialog>/gs)].map(
    ([, attributes = '', inside = '']) => `${attributes} ${inside}`.replace(/\s+/g, ' '),
  );
  return ` {${dialogs.join('+ ')}}`;
}

function textOf(key: string, value: unknown): string {
  if (key === 'party') return (value as { readonly number: string }).number;
  if (key === 'holder') return (value as { readonly call: string }).call;
  if (key === 'media' || key === 'offer')
    return bodyOf((value as { readonly body: string }).body).trim();
  return typeof value === 'object' ? JSON.stringify(value) : `${value}`;
}

/** `lineSeized call=#0 appearance=1`. A party is its number, a leg `other/x1`, media a direction. */
function readSignal(text: string): CallSignal {
  const [type = '', ...fields] = text.split(' ');
  const signal: Record<string, unknown> = { type, number: '2000' };
  for (const field of fields) {
    const [, key = '', value = ''] = /^(\w+)=(.*)$/.exec(field) ?? [];
    signal[key] = fieldOf(key, value.replaceAll('#', `${SELF}-`));
  }
  return signal as unknown as CallSignal;
}

function fieldOf(key: string, value: string): unknown {
  if (key === 'party' || (key === 'from' && !value.includes('/')))
    return { number: value, name: '' };
  if (key === 'media' || key === 'offer')
    return { type: 'application/sdp', body: sessionOf(value) };
  if (key === 'controls') return value === '' ? [] : value.split(',').map(legOf);
  if (value.includes('/')) return legOf(value);
  if (value.startsWith('[')) return JSON.parse(value);
  if (/^\d+$/.test(value) && !TEXTS.has(key)) return Number(value);
  return value === 'true' || value === 'false' ? value === 'true' : value.replaceAll('_', ' ');
}

const TEXTS = new Set(['number', 'dialled', 'line']);

function legOf(value: string): unknown {
  const [name = '', call = ''] = value.split('/');
  return { pid: pidOf(name), call };
}
