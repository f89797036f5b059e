/**
 * Signals from other managers: a body that came off the bus is a signal when it has the shape of one,
 * field by field; so a bad peer harms nobody. Fields that are not known here stay where they are: a
 * newer manager may say more.
 */
import { readHome, readPid } from '../process/pid.ts';
import { DIVERSION_REASONS } from './forwarding/diversion.ts';
import { isRefusalCode } from './refusal-codes.ts';
import { isCause } from './refusals.ts';
import { LCPS_MAX } from './registration-table.ts';
import {
  bool,
  type Check,
  count,
  line,
  listOf,
  oneOf,
  optional,
  record,
  text,
} from './signal-checks.ts';
import type { CallSignal } from './signals.ts';

/** The checks of every field of every signal: a signal added or changed without its row is a type error. */
type Shapes = {
  readonly [T in CallSignal['type']]: {
    readonly [F in Exclude<keyof Extract<CallSignal, { type: T }>, 'type'>]-?: Check;
  };
};

/** Made by device processes: `cm1.9k3.d2a-1`. */
const CALL_ID = /^[a-z0-9.-]{1,80}$/;
const MEDIA_MAX = 65_536;
const CALLS_MAX = 10_000;
/** Managers of one cluster. */
const HOMES_MAX = 256;
/** A leg gathers one with each transfer; it does not keep more. */
const CONTROLS_MAX = 16;
const MEMBERS_MAX = 1024;
/** Proxies on the way to a phone; subscriptions of one. */
const ROUTES_MAX = 20;
const KEPT_MAX = 1024;
/** Who has sent a call on: more than this release lets be. */
const DIVERSIONS_READ_MAX = 32;

const call: Check = (value) => typeof value === 'string' && CALL_ID.test(value);
const pid: Check = (value) => readPid(value) !== undefined;
const leg = record({ pid, call });
const party = record({ number: text, name: text });
const media = record({
  type: text,
  body: (value) => typeof value === 'string' && value.length <= MEDIA_MAX,
});
const home: Check = (value) => readHome(value) !== undefined;
const memberCall = record({
  call,
  leg: optional(call),
  appearance: count,
  from: party,
  control: optional(pid),
  caller: leg,
  state: oneOf('ringing', 'answered', 'active', 'own', 'retrieving'),
  use: optional(oneOf('seized', 'progressing', 'active', 'held', 'held-private')),
  isExclusive: optional(bool),
  joined: optional(call),
  leaseMs: optional(count),
});
const lineCall = record({
  call,
  appearance: count,
  state: oneOf('seized', 'progressing', 'alerting', 'active', 'held', 'held-private'),
  from: party,
  member: text,
  isOutgoing: bool,
  isExclusive: bool,
  passed: optional(count),
  joined: optional(call),
});

const kind = oneOf('offer', 'seize', 'retrieve');
const operation = record({ id: text, kind, call, control: pid });
const lock = record({ seq: count, by: pid, operation: text, revision: count });
const lcps = listOf(pid, LCPS_MAX);
const members = listOf(text, MEMBERS_MAX);
const use = oneOf('progressing', 'active', 'held', 'held-private');
const reportedCall = record({
  call,
  appearance: count,
  seq: count,
  control: pid,
  from: party,
  version: count,
  state: oneOf('offered', 'taken', 'own', 'ended'),
  holder: optional(leg),
  member: text,
  use: optional(oneOf('seized', 'progressing', 'active', 'held', 'held-private')),
  isExclusive: optional(bool),
  joined: optional(call),
  retrieval: optional(record({ by: leg, lcp: pid, seq: count })),
});
const report = record({ calls: listOf(reportedCall, CALLS_MAX) });

const diversion = record({
  number: text,
  reason: oneOf(...DIVERSION_REASONS),
  shown: optional(text),
  isPassedOn: optional(bool),
  isPrivate: optional(bool),
});

const heldCall = {
  number: text,
  call,
  appearance: optional(count),
  member: text,
  state: oneOf('held', 'held-private'),
  isOwn: optional(bool),
};

const ringingCall = record({ appearance: count, forMs: count });

const answerer = record({
  device: text,
  dialog: text,
  line: optional(text),
  appearance: optional(count),
  isPickup: optional(bool),
});

const phone = { device: text, contact: line, instance: line };
const kept = record({
  ...{ callId: line, localTag: line, remoteTag: line, local: line, remote: line, target: line },
  ...{ routes: listOf(line, ROUTES_MAX), cseq: count, remoteCseq: count },
  ...{ event: line, resource: line, accept: line, version: count, leftMs: count },
});

const SHAPES: Shapes = {
  lineRegister: { number: text, device: text, member: text },
  lineRegistered: { number: text, lcp: pid, epoch: count, isIntroduced: bool },
  lineRefused: { number: text, cause: isCause },
  attach: {
    ...{ number: text, pid, device: text, member: text },
    calls: optional(listOf(memberCall, CALLS_MAX)),
    seen: optional(listOf(record({ call, appearance: count }), CALLS_MAX)),
  },
  detach: { number: text },
  attached: { number: text, epoch: count },
  lineOwned: { number: text, lcp: pid, epoch: count, homes: listOf(home, HOMES_MAX) },
  lineLost: { number: text },
  // Each manager's lines hear of it from their own manager only.
  lineEdited: { number: text, line: () => false },
  lineReleased: { number: text },
  lineChanged: { number: text },
  lineMembers: { number: text, count },
  lineLocate: { number: text, gone: optional(pid) },
  lineLocated: { number: text, lcp: pid },
  lineSeize: {
    ...{ number: text, call, appearance: optional(count), isPlain: optional(bool) },
    leaseMs: count,
  },
  lineSeized: { number: text, call, appearance: count },
  lineSeizeRefused: {
    ...{ number: text, call, cause: isCause, free: optional(count) },
    code: optional(isRefusalCode),
  },
  lineUse: {
    ...{ number: text, call, appearance: optional(count), state: use, party },
    ...{ isExclusive: bool, joined: optional(call) },
  },
  lineRetrieve: {
    ...{ number: text, call, appearance: optional(count) },
    ...{ wants: optional(oneOf('held', 'ringing')), group: optional(text), device: optional(text) },
  },
  pickupSeek: { number: text, call, group: text, device: text },
  pickupSought: { number: text, call, ringing: listOf(ringingCall, CALLS_MAX) },
  lineRetrieved: {
    number: text,
    call,
    appearance: count,
    lineCall: call,
    holder: leg,
    party,
    isOwn: optional(bool),
  },
  lineRetrieveRefused: { number: text, call, cause: isCause, isOver: optional(bool) },
  lineFree: { number: text, appearance: count, call, text },
  lineInquire: { number: text, call, leg: call, isAgain: bool },
  lineForgotten: { number: text, call, isAgain: bool },
  linePassed: { call, holder: leg },
  lineKept: { ...heldCall, leg, party },
  lineWatch: { number: text, pid: optional(pid) },
  lineUnwatch: { number: text, pid: optional(pid) },
  lineBring: { number: text, device: text, calls: listOf(memberCall, CALLS_MAX) },
  lineState: { number: text, calls: listOf(lineCall, CALLS_MAX), isPartial: optional(bool) },
  lineLock: { number: text, call, operation: text, kind },
  lineUnlock: { number: text, call, operation: text },
  lineLocked: { number: text, call, lock, lcps, appearance: count },
  lineLockRefused: {
    number: text,
    call,
    operation: text,
    reason: oneOf('timeout', 'overload', 'fenced', 'rejected', 'full'),
  },
  lockRequest: { number: text, operation, round: count, stamp: count, revision: count, seq: count },
  lockResponse: {
    number: text,
    round: count,
    result: oneOf('granted', 'fenced', 'not member'),
    seq: count,
    report: optional(report),
  },
  lockAccepted: { number: text, seq: count, operation: text, ok: bool },
  lineView: { number: text, revision: count, lcps },
  lineReport: { number: text, report },
  callRequest: {
    call,
    caller: leg,
    from: party,
    dialled: text,
    offer: optional(media),
    by: text,
    byLine: optional(text),
    isOverlap: optional(bool),
    isDirect: optional(bool),
    hops: count,
    reliable: bool,
    referredBy: optional(party),
    line: optional(text),
    appearance: optional(count),
    control: optional(pid),
    lock: optional(lock),
    members: optional(members),
    round: optional(count),
    attempt: optional(count),
    isAccompanied: optional(bool),
    callerId: optional(text),
    isEmergency: optional(bool),
    pickup: optional(call),
    asserted: optional(party),
    diversions: optional(listOf(diversion, DIVERSIONS_READ_MAX)),
    patienceMs: optional(count),
    offeredMs: optional(count),
    origin: optional(record({ dialog: text, beganMs: count, previous: optional(call) })),
  },
  callAlert: {
    call,
    from: leg,
    kind: oneOf('ringing', 'progress', 'forwarded', 'queued'),
    media: optional(media),
    reliable: bool,
    attempt: optional(count),
    isFurther: optional(bool),
  },
  callConfirmAlert: { call, media: optional(media) },
  callAlertConfirmed: { call, media: optional(media) },
  callProceed: {
    call,
    from: leg,
    media: optional(media),
    party,
    member: optional(text),
    attempt: optional(count),
    answerer: optional(answerer),
  },
  callTransferred: { call, from: party, to: party },
  callMoved: {
    call,
    caller: leg,
    from: party,
    to: party,
    party: optional(party),
    how: optional(oneOf('retrieved', 'transferred')),
  },
  callHeld: {
    call,
    holder: leg,
    party,
    device: optional(text),
    far: optional(party),
    member: optional(text),
  },
  callAcknowledge: { call, media: optional(media) },
  callRefuse: {
    call,
    cause: isCause,
    code: optional(isRefusalCode),
    forward: optional(record({ to: text, by: optional(text) })),
    gateway: optional(text),
    round: optional(count),
    attempt: optional(count),
  },
  callWithdraw: { call, cause: isCause },
  callRelease: { call, cause: isCause, from: optional(leg), control: optional(leg) },
  callModify: {
    call,
    media: optional(media),
    manner: oneOf('negotiated', 'immediate'),
    held: optional(record(heldCall)),
  },
  callModifyWithdraw: { call },
  callModified: { call, media: optional(media) },
  callModifyRefused: { call, cause: isCause },
  callConvey: { call, kind: oneOf('info', 'message'), media: optional(media), package: text },
  callConveyed: { call, cause: optional(isCause) },
  callTransfer: { call, to: text, by: text, byLine: optional(text), transferor: leg },
  callJoin: {
    ...{ call, to: leg, party, transferor: leg },
    ...{ giver: optional(leg), control: optional(leg) },
  },
  callReplacePeer: {
    ...{ call, from: leg, replaced: optional(leg), isTransfer: optional(bool) },
    ...{ party: optional(party), media: optional(media) },
  },
  callPutBack: { call, from: leg },
  callTakeOver: {
    ...{ call, from: leg, by: text, lineCall: optional(text), orbit: optional(text) },
    answerer: optional(answerer),
  },
  callRings: { call, number: text, appearance: count },
  callTakenOver: {
    call,
    peer: leg,
    party,
    controls: listOf(leg, CONTROLS_MAX),
    line: optional(record({ number: text, call, isOwn: optional(bool) })),
    holds: optional(count),
  },
  callGive: { call, from: leg, by: text },
  callGiven: { call, peer: optional(leg), party, cause: optional(isCause) },
  dialogSeek: {
    ...{ callId: text, localTag: text, remoteTag: text, from: leg },
    purpose: oneOf('replace', 'replace early', 'give'),
  },
  dialogSought: { call, leg: optional(leg), cause: optional(isCause) },
  callTransferProgress: {
    call,
    state: oneOf('ringing', 'done', 'failed'),
    cause: optional(isCause),
    orbit: optional(text),
    keptControl: optional(bool),
  },
  callEnded: {
    ...{ call, cause: isCause, holds: optional(count) },
    by: optional(oneOf('phone', 'peer', 'system')),
  },
  // Each manager's phones say it to their own manager only.
  lineSet: {
    ...{ number: text, call, device: text, kind: () => false, isOn: bool, to: text },
    afterMs: optional(count),
  },
  lineSetDone: { call, cause: () => false, code: optional(isRefusalCode) },
  callRing: { call, members, round: count },
  callTaken: {
    call,
    version: count,
    appearance: count,
    seq: count,
    from: party,
    caller: leg,
    holder: leg,
    member: text,
    use: optional(use),
    isExclusive: optional(bool),
    joined: optional(call),
  },
  lineCall: { number: text, state: reportedCall, lock: optional(lock) },
  lineRetrieval: { number: text, call, seq: count, by: optional(leg), lock: optional(lock) },
  callFollow: { call, version: count },
  callOrbit: { call, orbit: text, parked: optional(leg), offer: optional(media) },
  orbitPark: { call, orbit: optional(text), party, by: text, byLine: optional(text) },
  orbitParked: { call, orbit: text },
  orbitParkRefused: { call, code: isRefusalCode },
  orbitLeave: { call },
  deposit: { ...phone, kept },
  depositEnded: { device: text, localTag: text },
  depositClaim: phone,
  depositGiven: { kept: listOf(kept, KEPT_MAX) },
  gatewayAttach: { gateway: text },
  gatewayDetach: { gateway: text },
  gatewayKept: { gateway: text, keeper: optional(pid) },
  gatewayLocate: { gateway: text, gone: optional(pid) },
  gatewayLocated: { gateway: text, keeper: pid },
  gatewayEnter: { call, isStanding: optional(bool) },
  gatewayEntered: { call, cause: optional(isCause) },
  gatewayPing: { gateway: text },
  gatewayLeft: { call },
};

/** The signal that `body` is, or undefined. For `SchedulerOptions.read`. */
export function readSignal(body: unknown): CallSignal | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const { type } = body as { readonly type?: unknown };
  const check = typeof type === 'string' ? CHECKS.get(type) : undefined;
  return check?.(body) ? (body as CallSignal) : undefined;
}

const CHECKS: ReadonlyMap<string, Check> = new Map(
  Object.entries(SHAPES).map(([type, fields]) => [type, record(fields)]),
);
