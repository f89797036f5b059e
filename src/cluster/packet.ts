/**
 * What managers say to each other: all that was said to one of them within one turn, as one JSON text.
 *
 *     {"v":1,"cluster":"lw","from":"cm1.9k3","to":"cm2.9kf","n":7,"ack":4,"rv":812,"age":0,"m":[
 *       ["cm2.9kf.l4","cm1.9k3.d2a",{"type":"callRequest"}],  said by d2a to l4; in vain after 2 s
 *       ["cm2.9kf.l4","cm1.9k3.d2a",{"type":"detach"},1],     said by d2a to l4, and lasting
 *       ["cm2.9kf.c8","cm1.9k3.l3"],                          l3, to whom c8 said something, is no more
 *       ["cm1.9k3.d9"]                                        d9 has died
 *     ]}
 *
 * Whatever comes in is read or refused with the reason; nothing throws. Bodies pass unread: they are
 * the scheduler's to check. Written and read by hand, since every signal between managers comes by
 * here: writing costs what `JSON.stringify` of the whole does, reading half as much again as `JSON.parse`.
 */
import { assert } from '../base/assert.ts';
import { type ManagerId, MESSAGE_OCTETS_MAX } from '../process/message-plane.ts';
import { type Home, type Pid, readHome, readPid } from '../process/pid.ts';
import type { Revision } from '../process/state-plane.ts';

/** Raised when an older manager could not make sense of what a newer one says. */
export const PACKET_VERSION = 1;

/** To, from and what, lasting or not; or to whom and who is no more; or who has died. */
export type Message =
  | readonly [to: Pid, from: Pid, body: object, lasting: 1]
  | readonly [to: Pid, from: Pid, body: object]
  | readonly [to: Pid, from: Pid]
  | readonly [gone: Pid];

export type Packet = {
  readonly from: Home;
  readonly to: Home;
  /** From 1, one more for each packet of that sender to that receiver. 0: nothing but an acknowledgement. */
  readonly number: number;
  /** The sender has had every packet up to this one. */
  readonly ack: number;
  /** Revision of the sender's view. */
  readonly rv: Revision;
  /** Whole milliseconds, rounded down, between saying the first of its messages and sending it. */
  readonly ageMs: number;
  readonly messages: readonly Message[];
};

/**
 * Why a text is no packet for this manager. 'foreign': of another cluster on the same bus. 'version':
 * of a manager that speaks another version. 'forged': its sender is not whom the bus vouches for.
 * 'astray': for another manager, or another incarnation of this one.
 */
export type PacketFault = 'malformed' | 'foreign' | 'version' | 'forged' | 'astray';

/** A message as it stands in a packet. Throws when `body` is nothing that JSON can carry. */
export function formatMessage(message: Message): string {
  if (message.length === 1) return `["${message[0]}"]`;
  if (message.length === 2) return `["${message[0]}","${message[1]}"]`;
  const body: string | undefined = JSON.stringify(message[2]);
  // The receiver would refuse the packet, and all that comes after it would wait.
  assert(body?.charCodeAt(0) === BRACE, 'the body of a signal is no JSON object');
  return `["${message[0]}","${message[1]}",${body}${message.length === 4 ? ',1' : ''}]`;
}

const BRACE = 0x7b;

/** How every packet of `cluster` from `from` to `to` begins. */
export function formatHead(cluster: string, from: Home, to: Home): string {
  return `{"v":${PACKET_VERSION},"cluster":${JSON.stringify(cluster)},"from":"${from}","to":"${to}","n":`;
}

/** Octets of a packet beside its head and its messages, at most: four numbers and their names. */
const NUMBERS_OCTETS_MAX = 4 * 16 + '0,"ack":0,"rv":0,"age":0,"m":[]}'.length;

/** Octets that messages and the commas between them may have in a packet that begins with `head`. */
export function roomAfter(head: string): number {
  return MESSAGE_OCTETS_MAX - Buffer.byteLength(head) - NUMBERS_OCTETS_MAX;
}

/** `messages`: each by `formatMessage`, with commas between them. Numbers are whole and not negative. */
export function formatPacket(
  head: string,
  number: number,
  ack: number,
  rv: Revision,
  ageMs: number,
  messages: string,
): string {
  return `${head}${number},"ack":${ack},"rv":${rv},"age":${ageMs},"m":[${messages}]}`;
}

/** The packet that `text` is, for the manager `to` of `cluster`. Never throws. */
export function readPacket(
  text: string,
  vouchedFrom: ManagerId,
  cluster: string,
  to: Home,
): Packet | PacketFault {
  const given = parse(text);
  if (given === undefined) return 'malformed';
  if (given.v !== PACKET_VERSION) return typeof given.v === 'number' ? 'version' : 'malformed';
  if (given.cluster !== cluster) return typeof given.cluster === 'string' ? 'foreign' : 'malformed';
  const from = readHome(given.from);
  if (from === undefined || readHome(given.to) === undefined) return 'malformed';
  if (from.length <= vouchedFrom.length || !from.startsWith(vouchedFrom)) return 'forged';
  if (from.charCodeAt(vouchedFrom.length) !== DOT) return 'forged';
  if (given.to !== to) return 'astray';
  const { n, ack, rv, age, m } = given;
  if (!isCount(n) || !isCount(ack) || !isCount(rv) || !isCount(age)) return 'malformed';
  if (!Array.isArray(m) || (n === 0 && m.length > 0)) return 'malformed';
  const messages: readonly unknown[] = m;
  for (let i = 0; i < messages.length; i++) {
    const fault = faultOf(messages[i], from, to);
    if (fault !== undefined) return fault;
  }
  // Each has just been found to be one.
  return { from, to, number: n, ack, rv, ageMs: age, messages: messages as readonly Message[] };
}

const DOT = 0x2e;

type Given = Readonly<
  Record<'v' | 'cluster' | 'from' | 'to' | 'n' | 'ack' | 'rv' | 'age' | 'm', unknown>
>;

function parse(text: string): Given | undefined {
  // An octet is at least what a character takes.
  if (text.length > MESSAGE_OCTETS_MAX) return undefined;
  try {
    const given: unknown = JSON.parse(text);
    return typeof given === 'object' && given !== null ? (given as Given) : undefined;
  } catch {
    return undefined;
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** `from` has the shape of a home, so that a PID that begins with it and a dot is of that home. */
function faultOf(message: unknown, from: Home, to: Home): PacketFault | undefined {
  if (!Array.isArray(message)) return 'malformed';
  const parts: readonly unknown[] = message;
  const { length } = parts;
  if (length === 0 || length > 4 || (length === 4 && parts[3] !== 1)) return 'malformed';
  const speaker = readPid(length === 1 ? parts[0] : parts[1]);
  if (speaker === undefined) return 'malformed';
  if (!isOf(speaker, from)) return 'forged';
  if (length === 1) return undefined;
  const hearer = readPid(parts[0]);
  if (hearer === undefined) return 'malformed';
  if (!isOf(hearer, to)) return 'astray';
  if (length === 2) return undefined;
  const body = parts[2];
  return typeof body === 'object' && body !== null && !Array.isArray(body)
    ? undefined
    : 'malformed';
}

function isOf(pid: Pid, home: Home): boolean {
  return pid.startsWith(home) && pid.charCodeAt(home.length) === DOT;
}
