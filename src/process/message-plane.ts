/**
 * The port to a cluster's bus: text from one manager to another, addressed by manager and incarnation.
 *
 * At most once: what is sent may be lost, doubled or overtaken, and nobody is told. What the text
 * means, and that nothing that matters gets lost, is the business of `cluster/`. Everything that a
 * plane has to say comes by callback, in a turn of its own, never within the caller's.
 */
import type { Home } from './pid.ts';

/** A manager's configured name, without its incarnation: `[a-z0-9-]{1,32}`. */
export type ManagerId = string;

/** One message as it arrived. `from`: the manager that the plane vouches for, whatever the text says. */
export type Incoming = { readonly from: ManagerId; readonly text: string };

/** What one manager hears. */
export interface Inbox {
  /** Messages that arrived together, oldest first. */
  receive(messages: readonly Incoming[]): void;
  /** Nobody takes what is sent to `home`: it was never there, is gone, or is changing its server just now. */
  absent(home: Home): void;
  /** Published by any manager, this one not included. */
  event(topic: string, incoming: Incoming): void;
  /** A question of another manager; `answer` once, or not at all. */
  asked(incoming: Incoming, answer: (text: string) => void): void;
  /** The way to the bus is there, or not, from now on. */
  connected(isUp: boolean): void;
}

export type Answer =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly why: 'absent' | 'timeout' };

/** A manager's place on the bus. */
export interface Attachment {
  /** Dropped while the bus is down. */
  send(to: Home, text: string): void;
  /** `topic`: `[a-z0-9-]{1,32}`. */
  publish(topic: string, text: string): void;
  request(to: Home, text: string, timeoutMs: number, done: (answer: Answer) => void): void;
  /** Hears nothing more, not even what was on the way. */
  detach(): void;
}

export interface MessagePlane {
  attach(home: Home, inbox: Inbox): Attachment;
}

/** Octets of one message: more is not sent (and a fault of the sender). */
export const MESSAGE_OCTETS_MAX = 1_000_000;
