/**
 * The gate at which a manager takes messages from others: what is no envelope for it is dropped and
 * counted, so that a broken or hostile peer harms nobody. The body is the scheduler's to check.
 *
 * Also makes "at most once, in order" true whatever carried the message: a sender numbers what it
 * sends, and what is not newer than the last one taken from it came twice or too late.
 */
import { type Home, homeOf, readPid } from '../process/pid.ts';
import type { Envelope } from '../process/planes.ts';

/** Octets of one message: `max_payload` of the bus. */
const MESSAGE_MAX = 1_048_576;

/** Plain integers. */
export type ReceiptCounters = {
  received: number;
  /** No envelope of a version that we know, or not for us. */
  malformed: number;
  /** Came twice, or after a later one. */
  repeated: number;
};

export class Receipt {
  readonly counters: ReceiptCounters = { received: 0, malformed: 0, repeated: 0 };
  readonly #home: Home;
  /** Number of the last message taken, by sender. Forgotten with the sender. */
  readonly #lastIds = new Map<Home, number>();

  /** `home`: whose messages pass. */
  constructor(home: Home) {
    this.#home = home;
  }

  /** The envelope that `text` is, if it is one, for us, and new. Never throws. */
  read(text: string): Envelope | undefined {
    const envelope = text.length > MESSAGE_MAX ? undefined : readEnvelope(text);
    if (envelope === undefined || homeOf(envelope.to) !== this.#home) {
      this.counters.malformed++;
      return undefined;
    }
    const sender = homeOf(envelope.from);
    if (envelope.id <= (this.#lastIds.get(sender) ?? 0)) {
      this.counters.repeated++;
      return undefined;
    }
    this.#lastIds.set(sender, envelope.id);
    this.counters.received++;
    return envelope;
  }

  /** That manager is gone for ever: its incarnation is not used again. */
  forget(home: Home): void {
    this.#lastIds.delete(home);
  }
}

function readEnvelope(text: string): Envelope | undefined {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof given !== 'object' || given === null) return undefined;
  const { v, to, from, id, body } = given as Partial<Record<keyof Envelope, unknown>>;
  const receiver = readPid(to);
  const sender = readPid(from);
  if (v !== 1 || receiver === undefined || sender === undefined) return undefined;
  if (typeof id !== 'number' || !Number.isSafeInteger(id) || id < 1) return undefined;
  if (typeof body !== 'object' || body === null) return undefined;
  return { v, to: receiver, from: sender, id, body };
}
