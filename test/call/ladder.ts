/**
 * Call flows as text. A rung is something that happens to the process under test,
 *
 *     a.1.d7 > callRefuse busy      a signal
 *     @ delay                       a timer runs out
 *     ! a.1.d7                      a process died, or a manager is gone
 *     ? a.1.d7                      what was said to it did not get there
 *
 * or what the process then does: `a.1.c1 < callAlert`, `start delay 8000`, `exit`. A word `c2` after
 * the signal names another call than `c1`, `of b.1.d8` another leg than the sender's own, and `again 1`
 * a device's second turn in an offer. Of appearances: `lineSeize 2 for 5000`, `lineSeize plain`,
 * `lineUse held private at 2`.
 */
import assert from 'node:assert/strict';
import type { UseState } from '../../src/call/appearance-signals.ts';
import type { Cause } from '../../src/call/cause.ts';
import type { Effect } from '../../src/call/effects.ts';
import type { CallSignal, MemberCall } from '../../src/call/signals.ts';
import type { Pid } from '../../src/process/pid.ts';

const NOBODY = { number: '', name: '' };

export type Rung =
  | { readonly type: 'signal'; readonly from: Pid; readonly name: string; readonly rest: string }
  | { readonly type: 'timer'; readonly timer: string }
  | { readonly type: 'down'; readonly gone: Pid; readonly isUnreached?: true };

/** Walks `ladder`: `happen` performs a rung and returns what was done about it; `show` says that in words. */
export function climb(
  ladder: string,
  happen: (rung: Rung) => readonly Effect[],
  show: (effect: Effect) => string = showEffect,
): void {
  const rungs = ladder
    .trim()
    .split('\n')
    .map((rung) => rung.trim().replace(/\s+/g, ' '));
  const happened: string[] = [];
  for (const text of rungs) {
    const rung = readRung(text);
    if (rung !== undefined) happened.push(text, ...happen(rung).map(show));
  }
  assert.deepEqual(happened, rungs);
}

function readRung(text: string): Rung | undefined {
  const [, mark, name = ''] = /^([@!?]) (.*)$/.exec(text) ?? [];
  if (mark === '@') return { type: 'timer', timer: name };
  if (mark === '!') return { type: 'down', gone: name as Pid };
  if (mark === '?') return { type: 'down', gone: name as Pid, isUnreached: true };
  const [, from, type, rest] = /^(\S+) > (\S+) ?(.*)$/.exec(text) ?? [];
  if (from === undefined || type === undefined) return undefined;
  return { type: 'signal', from: from as Pid, name: type, rest: rest ?? '' };
}

/** The signal of a rung; `known` makes those that need more than a call and a cause. */
export function signalOf(rung: Extract<Rung, { type: 'signal' }>): CallSignal {
  const { from, name, rest } = rung;
  const call = /\bc\d\b/.exec(rest)?.[0] ?? 'c1';
  const [, of] = /\bof (\S+)/.exec(rest) ?? [];
  const words = rest.replace(/\bc\d\b(?!\.)|\bof \S+/g, '').trim();
  const leg = { pid: (of ?? from) as Pid, call };
  switch (name) {
    case 'callRequest':
      return {
        type: name,
        call,
        caller: { pid: 'a.1.d1' as Pid, call },
        from: { number: '1001', name: 'Ada' },
        dialled: '2000',
        offer: { type: 'application/sdp', body: 'offer' },
        by: /by (\S+)/.exec(words)?.[1] ?? 'ada-phone',
        hops: Number(/hops (\d+)/.exec(words)?.[1] ?? 69),
        reliable: false,
      };
    case 'callAlert':
      return {
        type: name,
        call,
        from: leg,
        kind: words === 'progress' ? words : 'ringing',
        reliable: false,
      };
    case 'callProceed':
      return { type: name, call, from: leg, party: { number: '2000', name: from } };
    case 'attach': {
      const [told = '', sees] = rest.split(/ ?sees ?/);
      const [who = '', has] = told.split(/ ?has ?/);
      const [member = '', device = `${member}-phone`] = who.split(' ');
      const attach = { type: name, number: '2000', pid: from, device, member } as const;
      const seen = sees === undefined ? {} : { seen: seenCalls(sees) };
      return has === undefined ? attach : { ...attach, calls: memberCalls(has), ...seen };
    }
    case 'lineWatch':
    case 'lineUnwatch':
    case 'lineLost':
    case 'detach':
      return { type: name, number: '2000' };
    case 'lineOwned': {
      const homes = rest.split(' ').filter((home) => home !== '');
      return { type: name, number: '2000', lcp: 'a.1.l5' as Pid, epoch: 9, homes };
    }
    case 'lineMembers':
      return { type: name, number: '2000', count: Number(words) };
    case 'lineLocated':
      return { type: name, number: '2000', lcp: words as Pid };
    case 'gatewayLocated':
      return { type: name, gateway: words, keeper: leg.pid };
    case 'lineRefused':
      return { type: name, number: '2000', cause: 'internal failure' };
    case 'lineSeize': {
      const [, wanted, leaseMs = '15000'] = /^(\d+)?(?: ?for (\d+))?$/.exec(words) ?? [];
      const seize = { type: name, number: '2000', call, leaseMs: Number(leaseMs) } as const;
      if (words === 'plain') return { ...seize, isPlain: true };
      return wanted === undefined ? seize : { ...seize, appearance: Number(wanted) };
    }
    case 'lineUse': {
      const [state, ...more] = words.replace(/ ?at \d+/, '').split(' ');
      const [, at] = /at (\d+)/.exec(words) ?? [];
      return {
        type: name,
        number: '2000',
        call,
        ...(at === undefined ? {} : { appearance: Number(at) }),
        state: state as UseState,
        party: { number: '1002', name: 'Bob' },
        isExclusive: more.includes('private'),
      };
    }
    case 'lineRetrieve':
      return { type: name, number: '2000', call, ...wanted(words) };
    case 'pickupSeek': {
      const [group = '', device = 'dan-phone'] = words.split(' ');
      return { type: name, number: '2000', call, group, device };
    }
    case 'lineFree':
      return { type: name, number: '2000', appearance: Number(words), call, text: 'me: stuck' };
    case 'lineForgotten':
      return { type: name, number: '2000', call, isAgain: words === 'again' };
    case 'linePassed':
      return { type: name, call, holder: leg };
    case 'callHeld':
      return { type: name, call, holder: leg, party: { number: '2000', name: from } };
    case 'callRefuse': {
      const [, cause, attempt] = /^(.*?)(?: again (\d+))?$/.exec(words) ?? [];
      const refusal = { type: name, call, cause: cause as Cause } as const;
      return attempt === undefined ? refusal : { ...refusal, attempt: Number(attempt) };
    }
    case 'callMoved':
      return { type: name, call, caller: leg, from: NOBODY, to: NOBODY };
    case 'callRelease':
      return { type: name, call, cause: 'internal failure', from: leg };
    default:
      return { type: name, call, cause: words } as CallSignal;
  }
}

/** `2`, `held`, `2 ringing`: an appearance, what its call is to be like, both or neither. */
/** `1 ringing as sales`: by the right of that pickup group. */
function wanted(words: string): {
  appearance?: number;
  wants?: 'held' | 'ringing';
  group?: string;
} {
  const [, appearance, wants, group] = /^(\d+)? ?(held|ringing)?(?: as (\w+))?$/.exec(words) ?? [];
  return {
    ...(appearance === undefined ? {} : { appearance: Number(appearance) }),
    ...(wants === undefined ? {} : { wants: wants as 'held' | 'ringing' }),
    ...(group === undefined ? {} : { group }),
  };
}

/** `c1 2 ringing, c2 1 active held`: calls of the line that a device has, each with its appearance. `as c9`: its own leg. */
function memberCalls(text: string): MemberCall[] {
  return text
    .split(', ')
    .filter((call) => call !== '')
    .map((each) => {
      const [call = '', appearance = '', state = '', use] = each.replace(/ as \S+/, '').split(' ');
      const [, leg] = / as (\S+)/.exec(each) ?? [];
      const isOwn = state === 'own' || state === 'retrieving' || state === 'alone';
      return {
        call,
        ...(leg === undefined ? {} : { leg }),
        ...(use === undefined ? {} : { use: use as UseState }),
        appearance: Number(appearance),
        from: { number: '1001', name: 'Ada' },
        ...(isOwn ? {} : { control: 'a.1.c1' as Pid }),
        caller: { pid: 'a.1.d1' as Pid, call },
        state: (state === 'alone' ? 'active' : state) as MemberCall['state'],
      };
    });
}

/** `c1 2, c9 1`: calls of the line that a device has been told of, each with its appearance. */
function seenCalls(text: string): { call: string; appearance: number }[] {
  return text.split(', ').map((each) => {
    const [call = '', appearance = ''] = each.split(' ');
    return { call, appearance: Number(appearance) };
  });
}

export function showEffect(effect: Effect): string {
  switch (effect.type) {
    case 'tell':
      return `${effect.to} < ${showSignal(effect.signal)}`;
    case 'start':
      return `start ${effect.timer.replace(':c1', '')} ${effect.afterMs}`;
    case 'stop':
      return `stop ${effect.timer.replace(':c1', '')}`;
    case 'exit':
      return 'exit';
  }
}

export function showSignal(signal: CallSignal): string {
  const words: string[] = [signal.type];
  if (signal.type === 'lineState')
    words.push(
      signal.calls
        .map(({ appearance, state, member, isExclusive }) =>
          `${appearance} ${state} ${member}${isExclusive ? ' exclusive' : ''}`.trim(),
        )
        .join(', '),
    );
  if (signal.type === 'lineState' && signal.isPartial) words.push('partial');
  if (signal.type === 'lineLocate' && signal.gone) words.push(signal.gone);
  if (signal.type === 'lineLocated') words.push(signal.lcp);
  if (signal.type === 'gatewayLocate') words.push(signal.gateway, signal.gone ?? '');
  if (signal.type === 'callHeld') words.push('of', signal.holder.pid);
  if (signal.type === 'lineSeized') words.push(`${signal.appearance}`);
  if (signal.type === 'lineRetrieved') {
    const { appearance, lineCall, holder } = signal;
    words.push(`${appearance}, ${lineCall} of ${holder.pid}`);
  }
  if (signal.type === 'pickupSought')
    words.push(signal.ringing.map(({ appearance }) => appearance).join(', '));
  if ('call' in signal && signal.call !== 'c1') words.push(signal.call);
  if (signal.type === 'callRequest' && signal.dialled !== '2000') words.push(signal.dialled);
  if (signal.type === 'lineInquire') words.push(signal.leg, signal.isAgain ? 'again' : '');
  if (signal.type === 'callRequest' && signal.isEmergency) words.push('emergency');
  if (signal.type === 'callRequest' && signal.attempt) words.push(`again ${signal.attempt}`);
  if (signal.type === 'callRequest' && signal.pickup) words.push(`for ${signal.pickup}`);
  if ('kind' in signal && signal.kind === 'progress') words.push(signal.kind);
  if (signal.type === 'callRelease' && signal.from !== undefined) words.push('of', signal.from.pid);
  if ('cause' in signal && signal.cause) words.push(signal.cause);
  if (signal.type === 'lineSeizeRefused' && signal.free) words.push(`free ${signal.free}`);
  if (signal.type === 'lineSeizeRefused' && signal.code) words.push(signal.code);
  return words.filter((word) => word !== '').join(' ');
}
