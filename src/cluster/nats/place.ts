/** One manager's place on the NATS bus: its subscriptions, its questions, and what it is about to hear. */
import type { Msg, NatsConnection, PublishOptions } from '@nats-io/transport-node';
import { assert } from '../../base/assert.ts';
import {
  type Answer,
  type Attachment,
  type Inbox,
  type Incoming,
  type ManagerId,
  MESSAGE_OCTETS_MAX,
} from '../../process/message-plane.ts';
import type { Home } from '../../process/pid.ts';
import {
  eventSubject,
  idOf,
  isHome,
  isName,
  isQuestion,
  messageSubject,
  PROBE_TOPIC,
  replyPrefix,
  senderOf,
} from './subjects.ts';

/**
 * Plain integers. `dropped`: not sent, the bus being down or the text too long. `malformed`: arrived, but
 * no manager says such a thing. `late`: answers that nobody waited for any more.
 */
export function makePlaceCounters() {
  return {
    sent: 0,
    received: 0,
    published: 0,
    events: 0,
    asked: 0,
    absent: 0,
    dropped: 0,
    malformed: 0,
    late: 0,
  };
}

export type PlaceCounters = ReturnType<typeof makePlaceCounters>;

/** Unanswered questions; further ones are answered 'timeout' at once. */
const QUESTIONS_MAX = 4096;
/** Subjects kept ready. Homes come and go. */
const ROUTES_MAX = 256;

type Route = { readonly subject: string; readonly options: PublishOptions };
type Question = { readonly done: (answer: Answer) => void; readonly timer: NodeJS.Timeout };

export class NatsPlace implements Attachment {
  readonly #cluster: string;
  readonly #home: Home;
  readonly #id: ManagerId;
  readonly #inbox: Inbox;
  readonly #counters: PlaceCounters;
  readonly #detached: () => void;
  readonly #routes = new Map<Home, Route>();
  readonly #questions = new Map<string, Question>();
  #lastQuestion = 0;
  #connection: NatsConnection | undefined;
  #subscriptions: { unsubscribe(): void }[] = [];
  #isAttached = true;
  /** What has been said by `connected`. */
  #saidUp: boolean | undefined;
  /** To be heard in the next turn, oldest first. */
  #turn: (() => void)[] = [];
  /** Where the messages of this turn go, until something else is heard between them. */
  #batch: Incoming[] | undefined;

  constructor(
    cluster: string,
    home: Home,
    inbox: Inbox,
    counters: PlaceCounters,
    detached: () => void,
  ) {
    this.#cluster = cluster;
    this.#home = home;
    this.#id = idOf(home);
    this.#inbox = inbox;
    this.#counters = counters;
    this.#detached = detached;
  }

  /** The way to the bus is this one from now on; undefined: there is none. */
  bind(connection: NatsConnection | undefined): void {
    this.#connection = connection;
    this.#subscriptions = [];
    // One that has just ended; its owner will say so.
    if (connection === undefined || connection.isClosed()) return this.#sayUp(false);
    const listen = (subject: string, hear: (message: Msg) => void): void => {
      // A refused subscription is heard of by the connection's owner.
      const callback = (error: Error | null, message: Msg): void => {
        if (error === null && connection === this.#connection) hear(message);
      };
      this.#subscriptions.push(connection.subscribe(subject, { callback }));
    };
    listen(messageSubject(this.#cluster, this.#home, '*'), (message) => this.#hearMessage(message));
    listen(eventSubject(this.#cluster, '*', '*'), (message) => this.#hearEvent(message));
    const prefix = replyPrefix(this.#cluster, this.#home);
    listen(`${prefix}>`, (message) =>
      this.#hearReply(message.subject.slice(prefix.length), message),
    );
    // Up means that the server knows our subscriptions.
    connection.flush().then(
      () => {
        if (connection === this.#connection) this.#sayUp(true);
      },
      () => {},
    );
  }

  send(to: Home, text: string): void {
    if (!this.#isAttached) return;
    if (to === this.#home) return this.#hear({ from: this.#id, text });
    const route = this.#routes.get(to) ?? this.#makeRoute(to);
    if (this.#publish(route.subject, text, route.options)) this.#counters.sent++;
  }

  publish(topic: string, text: string): void {
    assert(isName(topic), `'${topic}' is no topic`);
    if (!this.#isAttached) return;
    if (this.#publish(eventSubject(this.#cluster, this.#id, topic), text))
      this.#counters.published++;
  }

  request(to: Home, text: string, timeoutMs: number, done: (answer: Answer) => void): void {
    if (!this.#isAttached) return;
    if (this.#questions.size >= QUESTIONS_MAX)
      return this.#later(() => done({ ok: false, why: 'timeout' }));
    const number = String(++this.#lastQuestion);
    const timer = setTimeout(() => {
      this.#questions.delete(number);
      done({ ok: false, why: 'timeout' });
    }, timeoutMs);
    this.#questions.set(number, { done, timer });
    if (to === this.#home)
      return this.#beAsked(this.#id, text, (answer) => this.#answered(number, answer));
    const reply = `${replyPrefix(this.#cluster, this.#home)}ask.${number}`;
    assert(isHome(to), `'${to}' is no home`);
    if (this.#publish(messageSubject(this.#cluster, to, this.#id), text, { reply }))
      this.#counters.asked++;
  }

  detach(): void {
    if (!this.#isAttached) return;
    this.#isAttached = false;
    this.#turn = [];
    for (const { timer } of this.#questions.values()) clearTimeout(timer);
    this.#questions.clear();
    if (this.#connection?.isClosed() === false)
      for (const subscription of this.#subscriptions) subscription.unsubscribe();
    this.#connection = undefined;
    this.#detached();
  }

  /**
   * A message goes with a subject for replies, so that the server says there when nobody takes it. The
   * subject is the same for all messages to one home: the server remembers each one for a while.
   */
  #makeRoute(to: Home): Route {
    assert(isHome(to), `'${to}' is no home`);
    if (this.#routes.size >= ROUTES_MAX) this.#routes.clear();
    const route = {
      subject: messageSubject(this.#cluster, to, this.#id),
      options: { reply: `${replyPrefix(this.#cluster, this.#home)}gone.${to}` },
    };
    this.#routes.set(to, route);
    return route;
  }

  /** Whether it got onto the way. */
  #publish(subject: string, text: string, options?: PublishOptions): boolean {
    const connection = this.#connection;
    const isTooLong =
      text.length * 3 > MESSAGE_OCTETS_MAX && Buffer.byteLength(text) > MESSAGE_OCTETS_MAX;
    if (connection === undefined || connection.isClosed() || isTooLong) {
      this.#counters.dropped++;
      return false;
    }
    connection.publish(subject, text, options);
    return true;
  }

  #hearMessage(message: Msg): void {
    const from = senderOf(message.subject);
    if (from === undefined || message.data.length > MESSAGE_OCTETS_MAX) {
      this.#counters.malformed++;
      return;
    }
    const { reply } = message;
    const text = message.string();
    if (!isQuestion(this.#cluster, from, reply ?? '')) {
      this.#counters.received++;
      return this.#hear({ from, text });
    }
    let isAnswered = false;
    this.#beAsked(from, text, (answer) => {
      if (!isAnswered && reply !== undefined) this.#publish(reply, answer);
      isAnswered = true;
    });
  }

  #hearEvent(message: Msg): void {
    const [, , from = '', topic = ''] = message.subject.split('.');
    if (topic === PROBE_TOPIC) return;
    if (!isName(from) || !isName(topic) || message.data.length > MESSAGE_OCTETS_MAX) {
      this.#counters.malformed++;
      return;
    }
    this.#counters.events++;
    const incoming = { from, text: message.string() };
    this.#later(() => this.#inbox.event(topic, incoming));
  }

  /** `what` is the subject after our prefix. */
  #hearReply(what: string, message: Msg): void {
    const isNobody = message.data.length === 0 && message.headers?.code === 503;
    if (what.startsWith('ask.')) {
      const answer: Answer = isNobody
        ? { ok: false, why: 'absent' }
        : { ok: true, text: message.string() };
      return this.#finish(what.slice(4), answer);
    }
    const to = what.slice(5);
    if (!isNobody || !what.startsWith('gone.') || !isHome(to)) {
      this.#counters.malformed++;
      return;
    }
    this.#counters.absent++;
    this.#later(() => this.#inbox.absent(to));
  }

  #answered(number: string, text: string): void {
    this.#finish(number, { ok: true, text });
  }

  #finish(number: string, answer: Answer): void {
    const question = this.#questions.get(number);
    if (question === undefined) {
      this.#counters.late++;
      return;
    }
    this.#questions.delete(number);
    clearTimeout(question.timer);
    this.#later(() => question.done(answer));
  }

  #beAsked(from: ManagerId, text: string, answer: (text: string) => void): void {
    this.#later(() => this.#inbox.asked({ from, text }, answer));
  }

  #sayUp(isUp: boolean): void {
    if (this.#saidUp === isUp) return;
    this.#saidUp = isUp;
    this.#later(() => this.#inbox.connected(isUp));
  }

  #hear(incoming: Incoming): void {
    if (this.#batch === undefined) {
      const batch: Incoming[] = [];
      this.#later(() => this.#inbox.receive(batch));
      this.#batch = batch;
    }
    this.#batch.push(incoming);
  }

  /** All that one chunk from the server brought is heard in one turn after it. */
  #later(action: () => void): void {
    if (!this.#isAttached) return;
    // The server may deliver before it confirms the subscriptions.
    if (this.#connection !== undefined && this.#saidUp !== true) this.#sayUp(true);
    this.#batch = undefined;
    this.#turn.push(action);
    if (this.#turn.length === 1) queueMicrotask(() => this.#hearAll());
  }

  #hearAll(): void {
    const actions = this.#turn;
    this.#turn = [];
    this.#batch = undefined;
    for (const action of actions) {
      if (!this.#isAttached) return;
      action();
    }
  }
}
