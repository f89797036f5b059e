/** Signals off the bus: each kind is taken as it was said, and none with any field spoilt. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { readSignal } from '../../src/call/read-signal.ts';
import type { CallSignal } from '../../src/call/signals.ts';
import type { Pid } from '../../src/process/pid.ts';

const call = 'cm1.9k3.d2a-1';
const pid = 'cm1.9k3.d2a' as Pid;
const leg = { pid, call };
const party = { number: '2001', name: 'Ana "Grüße" <x>' };
const media = { type: 'application/sdp', body: 'v=0\r\n' };
const number = '2000';
const cause = 'busy';

const lock = { seq: 4, by: pid, operation: 'offer-1', revision: 9 };
const report = {
  calls: [
    {
      call,
      appearance: 1,
      seq: 2,
      control: pid,
      from: party,
      version: 3,
      state: 'taken' as const,
      holder: leg,
      member: 'ana',
    },
  ],
};

const phone = { device: 'ana', contact: 'sip:ana@10.0.0.31', instance: '<urn:uuid:1>' };
const kept = {
  ...{ callId: 'x@y', localTag: 'a', remoteTag: 'b', local: '<sip:1@d>;tag=a' },
  ...{ remote: '<sip:2@d>;tag=b', target: 'sip:ana@10.0.0.31', routes: ['<sip:p;lr>'] },
  ...{ cseq: 4, remoteCseq: 2, event: 'dialog;shared', resource: '2001', accept: '' },
  ...{ version: 3, leftMs: 3_600_000 },
};

const SIGNALS: readonly CallSignal[] = [
  { type: 'lineLock', number, call, operation: 'offer-1', kind: 'offer' },
  { type: 'lineUnlock', number, call: 'c1', operation: 'offer-1' },
  { type: 'lineLocked', number, call, lock, lcps: [pid], appearance: 1 },
  { type: 'lineLockRefused', number, call, operation: 'offer-1', reason: 'timeout' },
  {
    type: 'lockRequest',
    number,
    operation: { id: 'offer-1', kind: 'offer', call, control: pid },
    round: 2,
    stamp: 5,
    revision: 9,
    seq: 3,
  },
  { type: 'lockResponse', number, round: 2, result: 'granted', seq: 3, report },
  { type: 'lockAccepted', number, seq: 4, operation: 'offer-1', ok: true },
  { type: 'lineView', number, revision: 9, lcps: [pid] },
  { type: 'lineReport', number, report },
  { type: 'lineRegister', number, device: 'ana-phone', member: 'ana' },
  { type: 'lineRegistered', number, lcp: pid, epoch: 7, isIntroduced: true },
  { type: 'lineRefused', number, cause },
  {
    type: 'attach',
    number,
    pid,
    device: 'ana-phone',
    member: 'ana',
    calls: [{ call, appearance: 1, from: party, control: pid, caller: leg, state: 'ringing' }],
  },
  { type: 'detach', number },
  { type: 'attached', number, epoch: 7 },
  { type: 'lineOwned', number, lcp: pid, epoch: 7, homes: ['cm1.9k3'] },
  { type: 'lineLost', number },
  { type: 'lineReleased', number },
  { type: 'lineChanged', number },
  { type: 'lineMembers', number, count: 2 },
  { type: 'lineLocate', number, gone: pid },
  { type: 'lineLocated', number, lcp: pid },
  { type: 'lineWatch', number, pid },
  { type: 'lineUnwatch', number },
  {
    type: 'lineBring',
    number,
    device: 'door',
    calls: [{ call, appearance: 1, from: party, control: pid, caller: leg, state: 'active' }],
  },
  {
    type: 'lineState',
    number,
    calls: [
      {
        ...{ call, appearance: 1, state: 'held', from: party, member: 'ana' },
        ...{ isOutgoing: true, isExclusive: true },
      },
    ],
  },
  { type: 'lineSeize', number, call, appearance: 1, leaseMs: 15_000 },
  { type: 'lineSeized', number, call, appearance: 1 },
  { type: 'lineSeize', number, call, isPlain: true, leaseMs: 15_000 },
  { type: 'lineSeizeRefused', number, call, cause, free: 2 },
  { type: 'lineSeizeRefused', number, call, cause, code: 'LW-3013' },
  { type: 'lineUse', number, call, state: 'active', party, isExclusive: false },
  { type: 'lineRetrieve', number, call, appearance: 1 },
  { type: 'lineRetrieved', number, call, appearance: 1, lineCall: call, holder: leg, party },
  { type: 'lineRetrieveRefused', number, call, cause },
  { type: 'lineKept', number, call, appearance: 1, member: '', state: 'held', leg, party },
  { type: 'lineFree', number, appearance: 1, call, text: 'ana: it is stuck' },
  { type: 'lineInquire', number, call, leg: call, isAgain: true },
  { type: 'lineForgotten', number, call, isAgain: false },
  { type: 'linePassed', call, holder: leg },
  {
    type: 'callRequest',
    call,
    caller: leg,
    from: party,
    dialled: number,
    offer: media,
    by: 'ana-phone',
    hops: 69,
    reliable: true,
    line: number,
    appearance: 1,
    control: pid,
    lock,
  },
  { type: 'callAlert', call, from: leg, kind: 'ringing', media, reliable: false },
  { type: 'callConfirmAlert', call, media },
  { type: 'callAlertConfirmed', call },
  { type: 'callProceed', call, from: leg, media, party },
  { type: 'callHeld', call, holder: leg, party, device: 'ana-phone', far: party, member: 'ana' },
  { type: 'callAcknowledge', call, media },
  { type: 'callTransferred', call, from: party, to: party },
  { type: 'callRefuse', call, cause },
  { type: 'callWithdraw', call, cause },
  { type: 'callRelease', call, cause, from: leg },
  { type: 'callModify', call, media, manner: 'immediate' },
  { type: 'callModifyWithdraw', call },
  { type: 'callModified', call },
  { type: 'callModifyRefused', call, cause },
  { type: 'callConvey', call, kind: 'info', media, package: '' },
  { type: 'callConveyed', call },
  { type: 'callTransfer', call, to: '2002', by: 'ana-phone', transferor: leg },
  { type: 'callJoin', call, to: leg, party, transferor: leg, giver: leg, control: leg },
  { type: 'callReplacePeer', call, from: leg, replaced: leg, isTransfer: true },
  { type: 'callTakeOver', call, from: leg, by: 'ana-phone', lineCall: call },
  { type: 'callTakenOver', call, peer: leg, party, controls: [leg] },
  { type: 'callGive', call, from: leg, by: 'ana-phone' },
  { type: 'callGiven', call, peer: leg, party, cause },
  {
    type: 'dialogSeek',
    callId: 'x@y',
    localTag: 'a',
    remoteTag: 'b',
    purpose: 'replace early',
    from: leg,
  },
  { type: 'dialogSought', call, leg, cause },
  { type: 'deposit', ...phone, kept },
  { type: 'depositEnded', device: 'ana', localTag: 'a' },
  { type: 'depositClaim', ...phone },
  { type: 'depositGiven', kept: [kept] },
  { type: 'callTransferProgress', call, state: 'failed', cause, keptControl: false },
  { type: 'callEnded', call, cause },
  { type: 'callRing', call, members: [], round: 2 },
  {
    type: 'callTaken',
    ...{ call, version: 2, appearance: 1, seq: 4, from: party, caller: leg, holder: leg },
    member: 'ana',
  },
  { type: 'callFollow', call, version: 1 },
];

for (const signal of SIGNALS)
  test(`${signal.type}: taken as it is, not with a field spoilt`, () => {
    const wired: unknown = JSON.parse(JSON.stringify(signal));
    assert.deepEqual(readSignal(wired), signal);
    for (const field of Object.keys(signal))
      for (const bad of [null, -1, [{}], {}, { pid: 'nobody', call }]) {
        const spoilt = { ...(wired as object), [field]: bad };
        assert.equal(readSignal(spoilt), undefined, `${field}: ${JSON.stringify(bad)}`);
      }
  });

for (const [name, body] of Object.entries({
  nothing: undefined,
  null: null,
  text: 'callEnded',
  'a list': [],
  'no type': {},
  'a type that every object has': { type: 'toString' },
  'an unknown type': { type: 'callBack', call },
  'a cause that every object has': { type: 'callEnded', call, cause: 'toString' },
  'a call id that every object has': { type: 'callEnded', call: '__proto__', cause },
  'a field missing': { type: 'callRefuse', call },
  'an endless name': { type: 'detach', number: '2'.repeat(1025) },
}))
  test(`${name} is no signal`, () => assert.equal(readSignal(body), undefined));
