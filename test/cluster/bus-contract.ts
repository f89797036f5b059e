/**
 * What every message plane does, whatever carries the messages. A driver's test calls `busContract`
 * with a way to open a bus, and adds what is its own.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  type Answer,
  type Attachment,
  type Incoming,
  MESSAGE_OCTETS_MAX,
  type MessagePlane,
} from '../../src/process/message-plane.ts';
import type { Home } from '../../src/process/pid.ts';

/** A bus under test. Its managers are called `a`, `b`, `c` and `d`. */
export type BusBench = {
  /** The bus as that manager reaches it; always the same for one home. */
  plane(home: Home): MessagePlane;
  /** Takes `home` down without a word. Comes back when the bus has noticed. */
  kill(home: Home): void | Promise<void>;
  /** Takes the bus away from everybody, and gives it back, where the bench can. */
  readonly outage?: { stop(): void | Promise<void>; resume(): void | Promise<void> };
  /** Comes back when everything sent so far has arrived, and what was sent upon that. */
  settle(): Promise<void>;
  close(): void | Promise<void>;
};

const A = 'a.1';
const B = 'b.1';
const C = 'c.1';

/** What is awaited comes within this time, or never. */
const PATIENCE_MS = 5000;
const SOON_MS = 60;
const LATER_MS = 3000;

export function busContract(name: string, open: () => BusBench | Promise<BusBench>): void {
  const claim = (sentence: string, prove: (station: Station) => Promise<void>): void => {
    test(`${name}: ${sentence}`, async () => {
      const bench = await open();
      try {
        await prove(new Station(bench));
      } finally {
        await bench.close();
      }
    });
  };

  claim('the first thing heard is that the way to the bus is there', async (station) => {
    await station.listen(A);
    await station.bench.settle();
    assert.deepEqual(station.ways, ['a.1 is connected']);
  });

  claim('a message arrives as it was sent, at its receiver only', async (station) => {
    const a = await station.listen(A);
    await station.listen(B, C);
    const texts = ['grüße 😀', '', 'two\r\nlines\0', '{"json":["\\u0000"]}'];
    for (const text of texts) a.send(B, text);
    await station.hear(texts.length);
    assert.deepEqual(
      station.heard,
      texts.map((text) => `b.1 got ${text} from a`),
    );
  });

  claim('nothing arrives within the turn of the sender', async (station) => {
    const a = await station.listen(A);
    await station.listen(B);
    a.send(B, 'message');
    a.send('d.1', 'message');
    a.publish('news', 'event');
    station.request(a, B, 'question');
    station.request(a, 'd.1', 'question');
    assert.deepEqual([station.heard, station.answers], [[], []]);
  });

  claim('messages of one manager to another arrive in order, each once', async (station) => {
    const a = await station.listen(A);
    const b = await station.listen(B);
    await station.listen(C);
    for (let word = 0; word < 500; word++) {
      a.send(C, `a${word}`);
      b.send(C, `b${word}`);
    }
    await station.hear(1000);
    const expected = (id: string) =>
      Array.from({ length: 500 }, (_, word) => `c.1 got ${id}${word} from ${id}`);
    assert.deepEqual(
      ['a', 'b'].map((id) => station.heard.filter((line) => line.endsWith(`from ${id}`))),
      [expected('a'), expected('b')],
    );
  });

  claim('messages that were sent together are handed over together', async (station) => {
    const a = await station.listen(A);
    await station.listen(B);
    for (let word = 0; word < 200; word++) a.send(B, `${word}`);
    await station.hear(200);
    assert(station.batches < 100, `200 messages came in ${station.batches} batches`);
  });

  claim('a receiver may send, and that arrives too', async (station) => {
    const a = await station.listen(A);
    const b = await station.listen(B);
    station.onMessage.set(B, ({ from, text }) => b.send(`${from}.1`, `${text} pong`));
    a.send(B, 'ping');
    await station.hear(2);
    assert.deepEqual(station.heard, ['b.1 got ping from a', 'a.1 got ping pong from b']);
  });

  claim('who sends to nobody is told so, and nobody else', async (station) => {
    const a = await station.listen(A);
    await station.listen(B);
    a.send('d.1', 'lost');
    await station.hear(1);
    a.send(B, 'found');
    await station.hear(2);
    assert.deepEqual(station.heard, ['a.1 finds nobody at d.1', 'b.1 got found from a']);
  });

  claim('a new incarnation gets nothing that was for the one before', async (station) => {
    const a = await station.listen(A);
    await station.listen('b.2');
    a.send(B, 'old');
    await station.hear(1);
    a.send('b.2', 'new');
    await station.hear(2);
    assert.deepEqual(station.heard, ['a.1 finds nobody at b.1', 'b.2 got new from a']);
  });

  claim('two incarnations of a manager hear what is for each', async (station) => {
    const a = await station.listen(A);
    await station.listen(B, 'b.2');
    a.send(B, 'old');
    a.send('b.2', 'new');
    await station.hear(2);
    assert.deepEqual(station.heard.sort(), ['b.1 got old from a', 'b.2 got new from a']);
  });

  claim('who has detached hears nothing more, not even what was on the way', async (station) => {
    const a = await station.listen(A);
    const b = await station.listen(B);
    a.send(B, 'on the way');
    a.publish('news', 'on the way');
    station.request(b, A, 'question', SOON_MS);
    b.detach();
    b.send(A, 'from the grave');
    b.publish('news', 'from the grave');
    await station.bench.settle();
    const heard = station.heard.filter((line) => line.startsWith(B) || line.includes('grave'));
    assert.deepEqual([heard, station.answers], [[], []]);
  });

  claim('nobody is found where somebody has detached', async (station) => {
    const a = await station.listen(A);
    const b = await station.listen(B);
    b.detach();
    await station.bench.settle();
    a.send(B, 'too late');
    station.request(a, B, 'too late');
    await station.until(() => station.heard.length >= 1 && station.answers.length >= 1);
    assert.deepEqual(
      [station.heard, station.answers],
      [['a.1 finds nobody at b.1'], ['too late: absent']],
    );
  });

  claim('nobody is found where a manager was killed', async (station) => {
    const a = await station.listen(A);
    await station.listen(B, C);
    await station.bench.kill(B);
    a.send(B, 'too late');
    await station.hear(1);
    a.send(C, 'alive');
    await station.hear(2);
    assert.deepEqual(station.heard, ['a.1 finds nobody at b.1', 'c.1 got alive from a']);
  });

  claim('what is published is heard by all others, and not by oneself', async (station) => {
    const a = await station.listen(A);
    await station.listen(B, C);
    a.publish('beat', 'grüße');
    await station.hear(2);
    await station.bench.settle();
    assert.deepEqual(station.heard.sort(), [
      'b.1 heard beat: grüße from a',
      'c.1 heard beat: grüße from a',
    ]);
  });

  claim('what one manager publishes is heard in order', async (station) => {
    const a = await station.listen(A);
    await station.listen(B);
    const words = Array.from({ length: 200 }, (_, word) => `${word}`);
    for (const word of words) a.publish('beat', word);
    await station.hear(200);
    assert.deepEqual(
      station.heard,
      words.map((word) => `b.1 heard beat: ${word} from a`),
    );
  });

  claim('another incarnation of oneself is another manager', async (station) => {
    const a = await station.listen(A);
    await station.listen('a.2');
    a.publish('beat', 'who is there');
    await station.hear(1);
    assert.deepEqual(station.heard, ['a.2 heard beat: who is there from a']);
  });

  claim('a request is answered by the one who was asked', async (station) => {
    const a = await station.listen(A);
    await station.listen(B, C);
    station.onQuestion.set(B, ({ text }, answer) => answer(`${text} ja, grüße`));
    station.request(a, B, 'bist du da?');
    await station.answered(1);
    assert.deepEqual(
      [station.heard, station.answers],
      [['b.1 was asked bist du da? by a'], ['bist du da?: bist du da? ja, grüße']],
    );
  });

  claim('every request gets its own answer, in whatever order they come', async (station) => {
    const a = await station.listen(A);
    const b = await station.listen(B);
    const held: (() => void)[] = [];
    const hold = ({ text }: Incoming, answer: (text: string) => void): void => {
      held.push(() => answer(`to ${text}`));
      if (held.length === 100) for (const give of held.reverse()) give();
    };
    station.onQuestion.set(A, hold);
    station.onQuestion.set(B, hold);
    for (let word = 0; word < 50; word++) {
      station.request(a, B, `a${word}`);
      station.request(b, A, `b${word}`);
    }
    await station.answered(100);
    const expected = Array.from({ length: 50 }, (_, n) => [`a${n}: to a${n}`, `b${n}: to b${n}`]);
    assert.deepEqual(station.answers.sort(), expected.flat().sort());
  });

  claim('who asks nobody learns it before the time is up', async (station) => {
    const a = await station.listen(A);
    station.request(a, 'd.1', 'question', LATER_MS);
    await station.answered(1);
    assert.deepEqual([station.answers, station.heard], [['question: absent'], []]);
  });

  claim('who is not answered learns it, once, though the answer comes later', async (station) => {
    const a = await station.listen(A);
    await station.listen(B);
    let late = (): void => {};
    station.onQuestion.set(B, (_question, answer) => {
      late = () => answer('too late');
    });
    station.request(a, B, 'question', SOON_MS);
    await station.answered(1);
    late();
    await station.bench.settle();
    assert.deepEqual(station.answers, ['question: timeout']);
  });

  claim('the first of two answers counts', async (station) => {
    const a = await station.listen(A);
    await station.listen(B);
    station.onQuestion.set(B, (_question, answer) => {
      answer('first');
      answer('second');
    });
    station.request(a, B, 'question');
    await station.answered(1);
    await station.bench.settle();
    assert.deepEqual(station.answers, ['question: first']);
  });

  claim('what is too long in octets is not sent, and what is not arrives', async (station) => {
    const a = await station.listen(A);
    await station.listen(B);
    const long = 'ü'.repeat(MESSAGE_OCTETS_MAX / 2);
    a.send(B, `${long}!`);
    a.publish('news', `${long}!`);
    a.send(B, long);
    a.send(B, 'after');
    await station.hear(2);
    assert.deepEqual(
      station.heard.map((line) => line.length),
      [long.length + 'b.1 got  from a'.length, 'b.1 got after from a'.length],
    );
  });

  claim('while the bus is down, all that is said is lost; then it goes on', async (station) => {
    const { outage } = station.bench;
    if (outage === undefined) return;
    const a = await station.listen(A);
    const b = await station.listen(B);
    station.onQuestion.set(B, (_question, answer) => answer('yes'));
    await outage.stop();
    await station.until(() => station.ways.length >= 4);
    a.send(B, 'lost');
    b.publish('news', 'lost');
    station.request(a, B, 'are you there', SOON_MS);
    await station.answered(1);
    await outage.resume();
    await station.until(() => station.ways.length >= 6);
    a.send(B, 'found');
    await station.hear(1);
    station.request(a, B, 'and now');
    await station.answered(2);
    assert.deepEqual(
      [station.ways.slice(2).sort(), station.heard, station.answers.length, station.answers[1]],
      [
        ['a.1 is connected', 'a.1 is cut off', 'b.1 is connected', 'b.1 is cut off'],
        ['b.1 got found from a', 'b.1 was asked and now by a'],
        2,
        'and now: yes',
      ],
    );
  });
}

/** Managers that write down what reaches them. */
class Station {
  readonly bench: BusBench;
  readonly heard: string[] = [];
  readonly answers: string[] = [];
  readonly ways: string[] = [];
  batches = 0;
  readonly onMessage = new Map<Home, (incoming: Incoming) => void>();
  readonly onQuestion = new Map<
    Home,
    (incoming: Incoming, answer: (text: string) => void) => void
  >();

  constructor(bench: BusBench) {
    this.bench = bench;
  }

  /** Attaches managers, and waits until they are connected; returns the last one's place. */
  async listen(...homes: readonly [Home, ...Home[]]): Promise<Attachment> {
    const before = this.ways.length;
    const places = homes.map((home) => this.#attach(home));
    await this.until(() => this.ways.length >= before + homes.length);
    // Connected is not yet known to all servers of a cluster.
    await this.bench.settle();
    const last = places.at(-1);
    assert(last !== undefined);
    return last;
  }

  request(place: Attachment, to: Home, text: string, timeoutMs = LATER_MS): void {
    place.request(to, text, timeoutMs, (answer: Answer) =>
      this.answers.push(`${text}: ${answer.ok ? answer.text : answer.why}`),
    );
  }

  hear(count: number): Promise<void> {
    return this.until(() => this.heard.length >= count);
  }

  answered(count: number): Promise<void> {
    return this.until(() => this.answers.length >= count);
  }

  /** Waits until it is so, or for so long that it never will be. */
  async until(isSo: () => boolean): Promise<void> {
    const deadlineMs = performance.now() + PATIENCE_MS;
    while (!isSo() && performance.now() < deadlineMs) await this.bench.settle();
  }

  #attach(home: Home): Attachment {
    return this.bench.plane(home).attach(home, {
      receive: (messages) => {
        this.batches++;
        for (const incoming of messages) {
          this.heard.push(`${home} got ${incoming.text} from ${incoming.from}`);
          this.onMessage.get(home)?.(incoming);
        }
      },
      absent: (gone) => this.heard.push(`${home} finds nobody at ${gone}`),
      event: (topic, { from, text }) =>
        this.heard.push(`${home} heard ${topic}: ${text} from ${from}`),
      asked: (incoming, answer) => {
        this.heard.push(`${home} was asked ${incoming.text} by ${incoming.from}`);
        this.onQuestion.get(home)?.(incoming, answer);
      },
      connected: (isUp) => this.ways.push(`${home} is ${isUp ? 'connected' : 'cut off'}`),
    });
  }
}
