/**
 * Ladders: what far ends send and the owner does, and what then goes out and is told. Text off the wire
 * passes through the parser, the transaction layer and the user agent, in virtual time; the whole
 * ladder is compared.
 *
 *     ana -> INVITE sip:2001@pbx.test | Supported: 100rel | {offer}   a far end sends (see script.ts)
 *     ana <- 180 us1                                                  it gets; our tags are us1, us2 …
 *     ana <- BYE sip:ana@192.0.2.1:5060 #2 | Reason: …                requests with target and CSeq
 *     * invited {offer}                                               the user agent tells; leg 1
 *     * 2 invited                                                     … leg 2
 *     ! answer {answer}                                               the owner acts on leg 1
 *     ! 2 answer {answer}                                             … on leg 2
 *     wait 32 s                                                       what happens then: (+500) …
 *     wait about 4 s                                                  … at times that chance decides
 *
 * In what is sent $us1 is our tag and $call the Call-ID of leg 1.
 *
 * Chance has no say in what is compared: our RSeq values are r1, r2 … ($r1 in what is sent), and a
 * Retry-After that is drawn by lot is shown as 0-10.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { SILENT } from '../../../src/base/log.ts';
import type { Random } from '../../../src/base/random.ts';
import type { Effect } from '../../../src/sip/effects.ts';
import type { Hop } from '../../../src/sip/hop.ts';
import { parseMessage } from '../../../src/sip/message/parse.ts';
import { TransactionLayer } from '../../../src/sip/transaction/layer.ts';
import type { Exchange, UserAgentEvent } from '../../../src/sip/user-agent/events.ts';
import type { Body, InviteOrder, Leg } from '../../../src/sip/user-agent/leg.ts';
import type { Publication } from '../../../src/sip/user-agent/publication.ts';
import type { Subscription } from '../../../src/sip/user-agent/subscription.ts';
import {
  type TransactionUser,
  UserAgent,
  type UserAgentOptions,
} from '../../../src/sip/user-agent/user-agent.ts';
import { headerOf, Peer, readSaying, readWire, tagOf, type Wire } from './script.ts';

type Options = Partial<UserAgentOptions<string>> & {
  /** The ladder leaves calls or subscriptions open. */
  readonly open?: boolean;
  readonly peers?: Readonly<Record<string, Hop>>;
};

/** Headers that a rung shows when a message has them. */
const SHOWN = [
  'Route',
  'Require',
  'RSeq',
  'RAck',
  'Session-Expires',
  'Min-SE',
  'Reason',
  'Retry-After',
  'Unsupported',
  'Allow-Events',
  'Accept-Encoding',
  'Expires',
  'Min-Expires',
  'Event',
  'Subscription-State',
  'SIP-ETag',
  'Refer-Sub',
  'WWW-Authenticate',
];
/** Shown where no Contact stands: there they are always the same. */
const SHOWN_WITHOUT_CONTACT = ['Allow', 'Accept'];

export function udp(address: string, port = 5060): Hop {
  return { transport: 'udp', address, port, flow: 0, listener: 0 };
}

/** The same numbers in each run. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return {
    next32() {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      // The low bits of such a generator are poor; mixed they will do for a test.
      return (state ^ (state >>> 15)) >>> 0;
    },
  };
}

/** A test: the ladder goes as it says, and after it nothing is left, unless `open`. */
export function ladder(name: string, text: string, options: Options = {}): void {
  test(name, () => {
    const rungs = text
      .split('\n')
      .map((rung) => rung.trim().replace(/\s+/g, ' '))
      .filter((rung) => rung !== '');
    const stage = new Stage(options);
    const happened = rungs.filter(isInput).flatMap((rung) => [rung, ...stage.play(rung)]);
    assert.deepEqual(happened, rungs);
    if (!options.open)
      assert.deepEqual(stage.rest(), {
        legs: 0,
        subscriptions: 0,
        publications: 0,
        dialogs: 0,
        timers: 0,
        clients: 0,
        servers: 0,
      });
  });
}

function isInput(rung: string): boolean {
  return /^\w+ ->|^!|^wait |^lost |^drain/.test(rung);
}

export class Stage {
  readonly out: Effect[] = [];
  readonly peers = new Map<string, Peer>();
  readonly layer: TransactionLayer<TransactionUser<string>>;
  readonly userAgent: UserAgent<string>;
  readonly legs: Leg<string>[] = [];
  /** Every event so far, for those who care about more than a line. */
  readonly told: UserAgentEvent<string>[] = [];
  readonly #subscriptions: Subscription<string>[] = [];
  #publication: Publication | undefined;
  readonly #tags: string[] = [];
  readonly #rseqs: number[] = [];
  #exchange: Exchange | undefined;
  #nowMs = 1_000_000;

  constructor(options: Options) {
    const random = seeded(7);
    const nowMs = this.#nowMs;
    this.layer = new TransactionLayer({
      nowMs,
      random,
      out: this.out,
      sentBy: () => '192.0.2.99:5060',
    });
    this.userAgent = new UserAgent<string>({
      layer: this.layer,
      random,
      log: SILENT,
      nowMs,
      contact: (hop) =>
        `sip:192.0.2.99:5060${hop.transport === 'udp' ? '' : `;transport=${hop.transport}`}`,
      admit: () => ({ type: 'admitted', identity: { kind: 'device', id: 'd1' } }),
      register: () => ({ status: 200, headers: 'Contact: <sip:x@y>;expires=60\r\n' }),
      allowEvents: ['dialog'],
      ...options,
    });
    const peers = {
      ana: udp('192.0.2.1'),
      bob: udp('192.0.2.2'),
      eve: udp('203.0.113.66'),
      ...options.peers,
    };
    for (const [name, hop] of Object.entries(peers)) this.peers.set(name, new Peer(name, hop));
  }

  /** Plays one rung and gives what came of it. */
  play(rung: string): string[] {
    const [, who = '', what = ''] = /^(\w+) -> (.*)$/.exec(rung) ?? [];
    if (who !== '') this.#hear(who, what);
    else if (rung.startsWith('!')) this.#act(rung.slice(1).trim());
    else if (rung.startsWith('wait')) return this.#wait(rung);
    else if (rung.startsWith('lost')) this.#lose(Number(rung.slice(5)));
    else if (rung === 'drain') this.userAgent.draining = true;
    return this.#happened();
  }

  /** Time passes, and nobody looks at what happens. */
  pass(ms: number): void {
    for (const endMs = this.#nowMs + ms; this.#nowMs < endMs; ) {
      this.#nowMs += 100;
      this.layer.advance(this.#nowMs, (event) => this.userAgent.receive(event));
      this.userAgent.advance(this.#nowMs);
      this.out.length = 0;
      this.userAgent.events.length = 0;
    }
  }

  /** What is still there when everything has had time to end. */
  rest(): object {
    this.#wait('wait 400 s');
    return { ...this.userAgent.size, ...this.userAgent.held, ...this.layer.size };
  }

  #hear(who: string, what: string): void {
    const peer = this.peers.get(who);
    assert(peer, `who is ${who}?`);
    const named = what
      .replace(/\$us(\d+)/g, (_, index: string) => this.#tags[Number(index) - 1] ?? '')
      .replace(/\$call/g, this.legs[0]?.callId ?? '')
      .replace(/\$r(\d+)/g, (_, index: string) => String(this.#rseqs[Number(index) - 1] ?? 1));
    this.receive(peer.say(readSaying(named)), peer.hop);
  }

  receive(text: string, source: Hop): void {
    const parsed = parseMessage(text);
    if (!parsed.ok) {
      const answer = this.userAgent.answerFault(parsed.fault, source);
      if (answer !== undefined) this.out.push(answer);
      return;
    }
    const event = this.layer.receive(parsed.message, source);
    if (event !== undefined) this.userAgent.receive(event);
  }

  #lose(flow: number): void {
    for (const event of this.layer.failed(flow)) this.userAgent.receive(event);
    this.userAgent.flowFailed(flow);
  }

  #wait(rung: string): string[] {
    const [, about, amount = '', unit = ''] = /^wait (about )?([\d.]+) ?(m?s)$/.exec(rung) ?? [];
    const beganMs = this.#nowMs;
    const endMs = beganMs + Number(amount) * (unit === 's' ? 1000 : 1);
    const happened: string[] = [];
    for (;;) {
      const dueMs = Math.min(this.layer.nextDueMs(), this.userAgent.nextDueMs());
      this.#nowMs = Math.min(endMs, Math.max(dueMs, this.#nowMs));
      this.layer.advance(this.#nowMs, (event) => this.userAgent.receive(event));
      this.userAgent.advance(this.#nowMs);
      const stamp = about === undefined ? `(+${this.#nowMs - beganMs}) ` : '';
      happened.push(...this.#happened().map((line) => stamp + line));
      if (this.#nowMs < endMs || dueMs <= endMs) continue;
      // How often something was repeated depends on when it was first said.
      return about === undefined ? happened : [...new Set(happened)];
    }
  }

  #happened(): string[] {
    const lines = this.out.splice(0).map((effect) => this.#showEffect(effect));
    lines.push(...this.userAgent.events.splice(0).map((event) => this.#showEvent(event)));
    return lines;
  }

  #showEffect(effect: Effect): string {
    if (effect.type !== 'send') return `close ${effect.flow}`;
    const { hop, text } = effect;
    const wire = readWire(text);
    const peer = [...this.peers.values()].find(
      (one) =>
        one.hop.address === hop.address &&
        one.hop.port === hop.port &&
        one.hop.transport === hop.transport,
    );
    peer?.hear(wire);
    const who = peer?.name ?? `${hop.transport}:${hop.address}:${hop.port}`;
    const shown = wire.headers
      .filter(([name]) => this.#isShown(wire, name))
      .map(([name, value]) => `| ${name}: ${this.#withoutChance(wire, name, value)}`);
    const body = wire.body === '' ? [] : [`{${wire.body}}`];
    return [`${who} <-`, this.#showStart(wire), ...shown, ...body].join(' ');
  }

  #withoutChance(wire: Wire, name: string, value: string): string {
    if (name === 'Retry-After' && wire.start.includes(' 500 ') && Number(value) <= 10)
      return '0-10';
    if (name === 'SIP-ETag') return this.#nameTag(value);
    if (name !== 'RSeq') return value;
    const rseq = Number(value);
    if (!this.#rseqs.includes(rseq)) this.#rseqs.push(rseq);
    return `r${this.#rseqs.indexOf(rseq) + 1}`;
  }

  #isShown(wire: Wire, name: string): boolean {
    if (SHOWN.includes(name)) return true;
    return SHOWN_WITHOUT_CONTACT.includes(name) && headerOf(wire, 'Contact') === '';
  }

  #showStart(wire: Wire): string {
    const cseq = headerOf(wire, 'CSeq');
    const [first = '', second = ''] = wire.start.split(' ');
    if (first !== 'SIP/2.0') {
      // From of a request of ours holds our tag.
      this.#nameTag(tagOf(headerOf(wire, 'From')));
      return `${first} ${second} #${cseq.split(' ')[0]}`;
    }
    const method = cseq.split(' ')[1];
    const tag = this.#nameTag(tagOf(headerOf(wire, 'To')));
    const label = method === 'INVITE' ? second : `${second} ${method}`;
    const isForked = Number(second) < 300 && Number(second) > 100 && method === 'INVITE';
    return isForked && tag !== '' ? `${label} ${tag}` : label;
  }

  /** Our tags by the order in which they are seen; others as they are. */
  #nameTag(tag: string): string {
    if (tag === '' || !/^[0-9a-z]{12}$/.test(tag)) return tag;
    if (!this.#tags.includes(tag)) this.#tags.push(tag);
    return `us${this.#tags.indexOf(tag) + 1}`;
  }

  #showEvent(event: UserAgentEvent<string>): string {
    this.told.push(event);
    const words: string[] = ['*'];
    if ('leg' in event) words.push(...this.#legName(event.leg));
    words.push(event.type);
    if ('subscription' in event) {
      if (!this.#subscriptions.includes(event.subscription)) {
        event.subscription.owner = 'o';
        this.#subscriptions.push(event.subscription);
      }
      if (event.type === 'subscribe')
        words.push(event.subscription.resource, event.fresh ? 'fresh' : 'again');
    }
    if ('publication' in event) this.#publication = event.publication;
    if (event.type === 'publish') words.push(event.publication.resource, `${event.expiresS} s`);
    if ('status' in event) words.push(String(event.status));
    if ('why' in event) words.push(event.why);
    if ('method' in event) words.push(event.method);
    if (event.type === 'request') words.push(event.exchange.request.method);
    if ('exchange' in event && event.exchange !== undefined) this.#exchange = event.exchange;
    if (event.type === 'progress' && event.confirm) words.push('confirm');
    if (event.type === 'invited' && event.replaces !== undefined)
      words.push('replaces', String(this.legs.indexOf(event.replaces) + 1));
    if (event.type === 'conveyed') words.push(`token ${event.token}`);
    if ('media' in event && event.media !== undefined) words.push(`{${event.media.body}}`);
    return words.join(' ');
  }

  #legName(leg: Leg<string>): string[] {
    if (!this.legs.includes(leg)) this.legs.push(leg);
    const index = this.legs.indexOf(leg) + 1;
    return index === 1 ? [] : [String(index)];
  }

  #act(text: string): void {
    const saying = readSaying(text);
    const [, index = '1', rest = ''] = /^(?:(\d+) )?(.*)$/.exec(saying.words.join(' ')) ?? [];
    const headers = saying.headers.map((line) => `${line}\r\n`).join('');
    const media: Body | undefined =
      saying.body === '' ? undefined : { type: 'application/sdp', body: saying.body };
    const [verb = '', ...words] = rest.split(' ');
    if (verb === 'invite') return this.#invite(words, headers, media);
    const leg = this.legs[Number(index) - 1];
    const withMedia = media === undefined ? {} : { media };
    const subscription = this.#subscriptions[0];
    const agent = this.userAgent;
    if (verb === 'accept' || verb === 'reject' || verb === 'notify') {
      assert(subscription, 'no subscription');
      if (verb === 'accept') return agent.acceptSubscription(subscription, Number(words[0]));
      if (verb === 'reject')
        return agent.refuseSubscription(subscription, Number(words[0]), headers);
      const terminated = words[0] === undefined ? {} : { terminated: words[0] };
      const state = media === undefined ? {} : { media: { ...media, type: 'application/x' } };
      return agent.notify(subscription, { ...state, ...terminated, headers });
    }
    if (verb === 'take' || verb === 'deny' || verb === 'end') {
      assert(this.#publication, 'no publication');
      if (verb === 'take')
        return agent.acceptPublication(this.#publication, Number(words[0]), media);
      if (verb === 'end') return agent.endPublication(this.#publication);
      return agent.refusePublication(this.#publication, Number(words[0]), headers);
    }
    assert(leg, `no leg ${index}`);
    switch (verb) {
      case 'progress': {
        const [status = '', ...how] = words;
        const fork = how.find((word) => word !== 'reliable');
        const reliable = how.includes('reliable');
        return agent.progress(leg, Number(status), {
          ...withMedia,
          headers,
          reliable,
          ...(fork === undefined ? {} : { fork }),
        });
      }
      case 'answer': {
        const [fork] = words;
        return agent.answer(leg, {
          ...withMedia,
          headers,
          ...(fork === undefined ? {} : { fork }),
        });
      }
      case 'refuse':
        return agent.refuse(leg, Number(words[0]), headers);
      case 'acknowledge':
        return agent.acknowledge(leg, media);
      case 'confirmProgress':
        return agent.confirmProgress(leg, media);
      case 'hangUp':
        return agent.hangUp(leg, words.join(' '));
      case 'modify':
        assert.equal(
          agent.modify(leg, words[0] === 'UPDATE' ? 'UPDATE' : 'INVITE', media, headers),
          words[1] ?? 'sent',
        );
        return;
      case 'audit':
        return agent.audit(leg);
      case 'auditSilent':
        return agent.auditSilent(60_000);
      case 'withdrawModify':
        return agent.withdrawModify(leg);
      case 'acknowledgeModify':
        return agent.acknowledgeModify(leg, media);
      case 'answerModify':
        return agent.answerModify(leg, media);
      case 'refuseModify':
        return agent.refuseModify(leg, Number(words[0]), headers);
      case 'convey':
        return agent.convey(leg, words[0] ?? '', {
          ...withMedia,
          headers,
          token: Number(words[1]),
        });
      case 'reply':
        assert(this.#exchange, 'no exchange');
        return agent.reply(leg, this.#exchange, Number(words[0]), { ...withMedia, headers });
      case 'acceptReferral':
        assert(this.#exchange, 'no exchange');
        this.#subscriptions.unshift(agent.acceptReferral(leg, this.#exchange, 'o'));
        return;
      default:
        assert.fail(`what is ${verb}?`);
    }
  }

  /** `invite bob [reliable] [patience=ms] [uri=sip:…] [<route>]`. */
  #invite(words: readonly string[], headers: string, media: Body | undefined): void {
    const [who = '', ...how] = words;
    const peer = this.peers.get(who);
    assert(peer, `who is ${who}?`);
    const { address, port } = peer.hop;
    const uri = how.find((word) => word.startsWith('uri='))?.slice(4);
    const patience = how.find((word) => word.startsWith('patience='));
    const order: InviteOrder = {
      uri: uri ?? `sip:${who}@${address}:${port}`,
      hop: peer.hop,
      routes: how.filter((word) => word.startsWith('<')),
      from: '"Ana" <sip:1001@pbx.test>',
      to: `<sip:${who}@pbx.test>`,
      maxForwards: 69,
      headers,
      reliable: how.includes('reliable'),
      patienceMs: Number(patience?.slice(9) ?? 0),
      ...(media === undefined ? {} : { media }),
    };
    this.legs.push(this.userAgent.invite(order, 'owner'));
  }
}
