/**
 * Two managers and the bus between them, as text. Rungs that are done:
 *
 *     a says one           a process of a says it to one of b
 *     a insists one        the same, and it is to last
 *     a waits one          the same, and it may wait for company
 *     a misses             a process of a that b's said something to is no more
 *     a dies               a process of a has died
 *     pass, lose, double   what has been on the bus longest arrives, is lost, arrives twice
 *     later                something sent later overtakes it
 *     @ 120                time passes until then, in ms
 *
 * and what comes of it: `a > b 1, ack 0: one` is sent, `b hears one`, `a learns that one is undelivered`
 * (as of b's processes: who said what is in the body only when it arrives).
 */
import assert from 'node:assert/strict';
import { Links } from '../../src/cluster/links.ts';
import { readPacket } from '../../src/cluster/packet.ts';
import { type Incoming, MESSAGE_OCTETS_MAX } from '../../src/process/message-plane.ts';
import { type Home, makePid, type Pid } from '../../src/process/pid.ts';

type Side = {
  readonly name: string;
  readonly links: Links;
  readonly pid: Pid;
  readonly peer: Pid;
};
type Sent = { readonly to: Home; readonly incoming: Incoming };

export class Ladder {
  readonly a: Side;
  readonly b: Side;
  readonly bus: Sent[] = [];
  nowMs = 0;
  #log: string[] = [];

  constructor() {
    this.a = this.#side('a', 'b');
    this.b = this.#side('b', 'a');
    for (const { links } of [this.a, this.b])
      links.setView({ revision: 7, members: ['a.1', 'b.1'] });
  }

  climb(ladder: string): void {
    const rungs = ladder
      .trim()
      .split('\n')
      .map((rung) => rung.trim());
    this.#log = [];
    for (const rung of rungs) if (!/ > | hears | learns /.test(rung)) this.#do(rung);
    assert.deepEqual(this.#log, rungs);
  }

  /** Passes all that is on the bus, and what that makes either say, until nothing is there. */
  settle(): void {
    for (;;) {
      const sent = this.bus.shift();
      if (sent === undefined) return;
      this.#arrive(sent);
      this.flush();
    }
  }

  flush(): void {
    this.a.links.flush();
    this.b.links.flush();
  }

  /** Time goes on, with a turn whenever somebody wants one. */
  waitUntil(untilMs: number): void {
    for (let turns = 0; ; turns++) {
      assert(turns < 10_000, 'somebody wants turns without end');
      const dueMs = Math.min(this.a.links.nextDueMs(), this.b.links.nextDueMs());
      this.nowMs = Math.min(dueMs, untilMs);
      this.a.links.advance(this.nowMs);
      this.b.links.advance(this.nowMs);
      this.flush();
      if (this.nowMs === untilMs) return;
    }
  }

  #do(rung: string): void {
    this.#log.push(rung);
    const [, name, deed] = /^([ab]) (says|insists|waits|misses|dies)/.exec(rung) ?? [];
    const { links, pid, peer } = name === 'b' ? this.b : this.a;
    if (deed === 'says') links.tell(pid, peer, { say: rung.slice('a says '.length) });
    else if (deed === 'insists')
      links.tell(pid, peer, { say: rung.slice('a insists '.length) }, 'lasting');
    else if (deed === 'waits')
      links.tell(pid, peer, { say: rung.slice('a waits '.length) }, 'patient');
    else if (deed === 'misses') links.tell(pid, peer, undefined);
    else if (deed === 'dies') links.announce(pid);
    else if (rung.startsWith('@ ')) this.waitUntil(Number(rung.slice(2)));
    else this.#carry(rung);
    this.flush();
  }

  #carry(rung: string): void {
    const sent = this.bus.shift();
    assert(sent !== undefined, `nothing to ${rung}`);
    if (rung === 'later') this.bus.push(sent);
    else if (rung !== 'lose') this.#arrive(sent);
    if (rung === 'double') this.#arrive(sent);
  }

  #arrive({ to, incoming }: Sent): void {
    (to === 'a.1' ? this.a : this.b).links.receive(incoming);
  }

  #side(name: string, other: string): Side {
    const home = `${name}.1`;
    const links = new Links({
      home,
      cluster: 'test',
      nowMs: 0,
      send: (to, text) => {
        assert(Buffer.byteLength(text) <= MESSAGE_OCTETS_MAX);
        this.bus.push({ to, incoming: { from: name, text } });
        this.#log.push(`${name} > ${other} ${shown(text, name, to)}`);
      },
      received: (_from, _to, body) => this.#log.push(`${name} hears ${wordOf(body)}`),
      died: () => this.#log.push(`${name} hears of a death`),
      undelivered: () => this.#log.push(`${name} learns that something is undelivered`),
      heard: () => {},
    });
    return { name, links, pid: makePid(home, 'd', 1), peer: makePid(`${other}.1`, 'd', 1) };
  }
}

/** Climbs with two managers that have nothing behind them. */
export function climb(ladder: string): void {
  new Ladder().climb(ladder);
}

function shown(text: string, from: string, to: Home): string {
  const packet = readPacket(text, from, 'test', to);
  assert(typeof packet !== 'string', `${packet}: ${text}`);
  const { number, ack, ageMs, messages } = packet;
  const words = messages.map((message) =>
    message.length === 1 ? 'a death' : message.length === 2 ? 'no more' : wordOf(message[2]),
  );
  const age = ageMs === 0 ? '' : `, age ${ageMs}`;
  return `${number}, ack ${ack}${age}${words.length === 0 ? '' : `: ${words.join(', ')}`}`;
}

function wordOf(body: object | undefined): string {
  return body === undefined ? 'no more' : (body as { say: string }).say.slice(0, 20);
}
