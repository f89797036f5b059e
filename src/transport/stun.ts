/**
 * STUN binding requests on a SIP port: RFC 5626 §3.5.2 and §8, RFC 5389. A phone behind a NAT sends
 * them to keep its mapping open and to see whether it has changed.
 *
 * Only what that use needs: no credentials, no fingerprint (RFC 5626 §8), no RFC 3489 clients.
 */

const HEADER_BYTES = 20;
const MAGIC_COOKIE = 0x2112a442;
const BINDING_REQUEST = 0x0001;
const BINDING_SUCCESS = 0x0101;
const BINDING_ERROR = 0x0111;
const ERROR_CODE = 0x0009;
const UNKNOWN_ATTRIBUTES = 0x000a;
const XOR_MAPPED_ADDRESS = 0x0020;
/** Attributes below it must be understood or refused (RFC 5389 §15). */
const COMPREHENSION_OPTIONAL = 0x8000;
/** USERNAME and MESSAGE-INTEGRITY say nothing that we would act on. */
const PASSED_OVER: readonly number[] = [0x0006, 0x0008];
const UNKNOWN_MAX = 4;
const FAMILY_4 = 0x01;
const FAMILY_6 = 0x02;

/** Whether a datagram is STUN rather than SIP: no SIP message begins with such an octet (RFC 5389 §6). */
export function isStun(datagram: Uint8Array): boolean {
  const [first] = datagram;
  return first !== undefined && first < 4 && datagram.length >= HEADER_BYTES;
}

/**
 * The answer to a datagram that `isStun`, or undefined when none is due: anything but a well-formed
 * binding request. `address` is an IP literal, `port` the port that the datagram came from.
 */
export function answerStun(
  request: Uint8Array,
  address: string,
  port: number,
): Uint8Array | undefined {
  const view = new DataView(request.buffer, request.byteOffset, request.byteLength);
  if (view.getUint16(0) !== BINDING_REQUEST || view.getUint32(4) !== MAGIC_COOKIE) return undefined;
  if (view.getUint16(2) !== request.length - HEADER_BYTES) return undefined;
  const unknown = readUnknownAttributes(view);
  if (unknown === undefined) return undefined;
  const transaction = request.subarray(8, HEADER_BYTES);
  return unknown.length > 0
    ? refusal(transaction, unknown)
    : success(transaction, readAddress(address), port);
}

/** Types of the attributes that must be understood and are not; undefined when they cannot be told apart. */
function readUnknownAttributes(view: DataView): number[] | undefined {
  const unknown: number[] = [];
  let at = HEADER_BYTES;
  while (at < view.byteLength) {
    if (at + 4 > view.byteLength) return undefined;
    const type = view.getUint16(at);
    if (type < COMPREHENSION_OPTIONAL && !PASSED_OVER.includes(type)) unknown.push(type);
    at += 4 + padded(view.getUint16(at + 2));
  }
  return at === view.byteLength ? unknown.slice(0, UNKNOWN_MAX) : undefined;
}

/** RFC 5389 §15.2: the address is masked, so that no NAT rewrites it where it finds it. */
function success(transaction: Uint8Array, address: Uint8Array, port: number): Uint8Array {
  const { answer, view } = begin(BINDING_SUCCESS, transaction, 8 + address.length);
  view.setUint16(HEADER_BYTES, XOR_MAPPED_ADDRESS);
  view.setUint16(HEADER_BYTES + 2, 4 + address.length);
  answer[HEADER_BYTES + 5] = address.length === 4 ? FAMILY_4 : FAMILY_6;
  view.setUint16(HEADER_BYTES + 6, port ^ (MAGIC_COOKIE >>> 16));
  // Cookie and transaction stand side by side in the header: together they mask an IPv6 address.
  address.forEach((octet, index) => {
    answer[HEADER_BYTES + 8 + index] = octet ^ (answer[4 + index] ?? 0);
  });
  return answer;
}

/** 420 Unknown Attribute, without a phrase: the answer stays as small as may be. */
function refusal(transaction: Uint8Array, unknown: readonly number[]): Uint8Array {
  const listBytes = 2 * unknown.length;
  const { answer, view } = begin(BINDING_ERROR, transaction, 8 + 4 + padded(listBytes));
  view.setUint16(HEADER_BYTES, ERROR_CODE);
  view.setUint16(HEADER_BYTES + 2, 4);
  answer.set([4, 20], HEADER_BYTES + 6);
  view.setUint16(HEADER_BYTES + 8, UNKNOWN_ATTRIBUTES);
  view.setUint16(HEADER_BYTES + 10, listBytes);
  unknown.forEach((type, index) => {
    view.setUint16(HEADER_BYTES + 12 + 2 * index, type);
  });
  return answer;
}

function begin(
  type: number,
  transaction: Uint8Array,
  bytes: number,
): { answer: Uint8Array; view: DataView } {
  const answer = new Uint8Array(HEADER_BYTES + bytes);
  const view = new DataView(answer.buffer);
  view.setUint16(0, type);
  view.setUint16(2, bytes);
  view.setUint32(4, MAGIC_COOKIE);
  answer.set(transaction, 8);
  return { answer, view };
}

/** Attributes end on a multiple of four (RFC 5389 §15). */
function padded(length: number): number {
  return (length + 3) & ~3;
}

/** The octets of an IP literal as the system writes them: 4 or 16. */
function readAddress(address: string): Uint8Array {
  if (!address.includes(':')) return Uint8Array.from(address.split('.'), Number);
  const [literal = ''] = address.split('%');
  const [head = '', tail] = literal.split('::');
  const octets = new Uint8Array(16);
  octets.set(readGroups(head));
  const back = tail === undefined ? [] : readGroups(tail);
  octets.set(back, octets.length - back.length);
  return octets;
}

function readGroups(text: string): number[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => {
    if (group.includes('.')) return group.split('.').map(Number);
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}
