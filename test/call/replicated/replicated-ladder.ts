/** The words of a replicated line's signals in ladders; see `ladder.ts` for those that all lines have. */
import type { Effect } from '../../../src/call/effects.ts';
import type { ReportedCall } from '../../../src/call/line/line-report.ts';
import type { LineLock } from '../../../src/call/replicated/lock-signals.ts';
import type { CallSignal } from '../../../src/call/signals.ts';
import type { Pid } from '../../../src/process/pid.ts';
import { type Rung, showEffect, signalOf } from '../ladder.ts';

const NUMBER = '2000';

/** `c1.2 seq 7 by a.1.l1`: operation, its number, and whose lock it is. */
function lockOf(text: string, from: Pid): LineLock {
  const [, operation = 'c1.1'] = /(c\d\.\d|\S+\.l\d-\d)\b/.exec(text) ?? [];
  const [, seq = '1'] = /seq (\d+)/.exec(text) ?? [];
  const [, by = from] = /by (\S+)/.exec(text) ?? [];
  const [, revision = '1'] = /revision (\d+)/.exec(text) ?? [];
  return { seq: Number(seq), by: by as Pid, operation, revision: Number(revision) };
}

function pidsOf(text: string, before: string): Pid[] {
  const [, pids = ''] = new RegExp(`${before}((?: [a-z]\\.\\d\\.l\\d)+)`).exec(text) ?? [];
  return pids.split(' ').filter((pid) => pid !== '') as Pid[];
}

/** The signal of a rung. */
export function replicatedSignalOf(rung: Extract<Rung, { type: 'signal' }>): CallSignal {
  const { from, name, rest } = rung;
  const call = /\bc\d\b(?!\.)/.exec(rest)?.[0] ?? /\bc\d\b/.exec(rest)?.[0] ?? 'c1';
  const number = NUMBER;
  const [, operation = `${call}.1`] = /(c\d\.\d|\S+\.l\d-\d)\b/.exec(rest) ?? [];
  const round = Number(/round (\d+)/.exec(rest)?.[1] ?? 0);
  const members = (/members (\S+)/.exec(rest)?.[1] ?? 'ana,ben,cas').split(',');
  const appearance = Number(/appearance (\d+)/.exec(rest)?.[1] ?? 1);
  switch (name) {
    case 'lineLock':
      return { type: name, number, call, operation, kind: 'offer' };
    case 'lineUnlock':
      return { type: name, number, call, operation };
    case 'lineLocked': {
      const lcps = pidsOf(rest, 'to');
      return { type: name, number, call, lock: lockOf(rest, from), lcps, appearance };
    }
    case 'lineLockRefused': {
      const reason = /fenced|timeout|rejected/.exec(rest)?.[0] ?? 'overload';
      return { type: name, number, call, operation, reason } as CallSignal;
    }
    case 'lineView': {
      const revision = Number(/^\d+/.exec(rest)?.[0] ?? 1);
      return { type: name, number, revision, lcps: pidsOf(rest, ':') };
    }
    case 'lockRequest': {
      const control = (/for (\S+)/.exec(rest)?.[1] ?? 'a.1.c1') as Pid;
      const wanted = { id: operation, kind: 'offer', call, control } as const;
      return { type: name, number, operation: wanted, round: 1, stamp: 1, revision: 1, seq: 0 };
    }
    case 'lockResponse': {
      const granted = { type: name, number, round: Math.max(round, 1), result: 'granted' } as const;
      const knows = /knows (c\d)/.exec(rest)?.[1];
      if (knows === undefined) return { ...granted, seq: 0 };
      const told = replicatedSignalOf({ ...rung, name: 'lineReport', rest: knows });
      return told.type === 'lineReport' ? { ...granted, seq: 1, report: told.report } : told;
    }
    case 'lockAccepted':
      return {
        ...{ type: name, number, seq: lockOf(rest, from).seq, operation },
        ok: !rest.endsWith(' not'),
      };
    case 'lineReport': {
      const state = rest.includes('ended') ? 'ended' : 'offered';
      const control = (/by (\S+)/.exec(rest)?.[1] ?? 'a.1.c1') as Pid;
      const from = { number: '1001', name: 'Ada' };
      const known = {
        call,
        appearance,
        seq: 0,
        control,
        from,
        version: 1,
        state,
        member: '',
      } as const;
      return { type: name, number, report: { calls: [known] } };
    }
    case 'lineCall': {
      const state = reportedOf(rest, call, from);
      const shown = { type: name, number, state } as const;
      return rest.includes('locked') ? { ...shown, lock: lockOf(rest, from) } : shown;
    }
    case 'lineRetrieval': {
      const { seq } = lockOf(rest, from);
      const by = { pid: (/by (\S+)/.exec(rest)?.[1] ?? '') as Pid, call: 'c9' };
      if (!rest.includes('by')) return { type: name, number, call, seq };
      const lock = lockOf(rest.replace(/by \S+/, ''), from);
      return { type: name, number, call, seq, by, lock };
    }
    case 'callRing':
      return { type: name, call, members, round };
    case 'callFollow':
      return { type: name, call, version: Number(/version (\d+)/.exec(rest)?.[1] ?? 0) };
    case 'callTaken':
      return {
        ...{ type: name, call, version: 2, appearance, seq: 1 },
        from: { number: '1001', name: 'Ada' },
        caller: { pid: 'a.1.d1' as Pid, call },
        holder: { pid: (/of (\S+)/.exec(rest)?.[1] ?? '') as Pid, call },
        member: 'ben',
      };
    case 'callRequest': {
      const plain = signalOf({ ...rung, rest: call });
      if (plain.type !== 'callRequest') throw new Error('no call request');
      if (!rest.includes('round')) return plain;
      const told = { ...plain, line: number, appearance, members, round };
      return rest.includes('seq') ? { ...told, lock: lockOf(rest, from) } : told;
    }
    case 'callRefuse': {
      const refusal = signalOf({ ...rung, rest: rest.replace(/round \d+/, '').trim() });
      return rest.includes('round') ? ({ ...refusal, round } as CallSignal) : refusal;
    }
    case 'callProceed':
      return { ...signalOf(rung), member: 'ben' } as CallSignal;
    default:
      return signalOf(rung);
  }
}

/** `c1 own 2 held ana of a.1.d7 seq 1 version 2`. */
function reportedOf(text: string, call: string, control: Pid): ReportedCall {
  const [, state = '', appearance, use = '', member = '', pid = ''] =
    /(own|taken|ended) (\d+) (\S+) (\S+) of (\S+)/.exec(text) ?? [];
  return {
    ...{ call, appearance: Number(appearance), seq: lockOf(text, control).seq, control },
    ...{ from: { number: '1002', name: 'Bob' }, member, isExclusive: false },
    version: Number(/version (\d+)/.exec(text)?.[1] ?? 1),
    state: state as ReportedCall['state'],
    use: use as NonNullable<ReportedCall['use']>,
    holder: { pid: pid as Pid, call },
  };
}

/** What of a signal is of interest beside what all signals show. */
function wordsOf(signal: CallSignal): string {
  switch (signal.type) {
    case 'lineLock':
    case 'lineUnlock':
      return signal.operation;
    case 'lineLocked':
      return `${signal.lock.operation} seq ${signal.lock.seq} to ${signal.lcps.join(' ')} appearance ${signal.appearance}`;
    case 'lineLockRefused':
      return `${signal.operation} ${signal.reason}`;
    case 'lockRequest':
      return signal.operation.id;
    case 'lockResponse': {
      const calls = signal.report?.calls.map(({ call }) => call).join(' ');
      return `${signal.result}${calls === undefined ? '' : ` knows ${calls}`}`;
    }
    case 'lockAccepted':
      return `${signal.operation} seq ${signal.seq}${signal.ok ? '' : ' not'}`;
    case 'lineReport':
      return signal.report.calls.map(({ call, state }) => `${call} ${state}`).join(', ');
    case 'callRequest':
      if (signal.round === undefined) return '';
      return `${signal.lock === undefined ? '' : `seq ${signal.lock.seq} `}members ${signal.members} round ${signal.round}`;
    case 'callRing':
      return `members ${signal.members} round ${signal.round}`;
    case 'callRefuse':
      return signal.round === undefined ? '' : `round ${signal.round}`;
    case 'callFollow':
      return `version ${signal.version}`;
    case 'callTaken':
      return `of ${signal.holder.pid}${signal.use === undefined ? '' : ` ${signal.use}`}`;
    case 'lineCall': {
      const { call, state, appearance, use = '', member, holder, seq, version } = signal.state;
      const words = `${call} ${state} ${appearance} ${use} ${member} of ${holder?.pid}`;
      const lock = signal.lock === undefined ? '' : ' locked';
      return `${words.replace(/ +/g, ' ')} seq ${seq} version ${version}${lock}`;
    }
    case 'lineRetrieval':
      return `${signal.by === undefined ? 'over' : `by ${signal.by.pid}`} seq ${signal.seq}`;
    case 'lineUse':
      return signal.state;
    case 'lineRetrieveRefused':
      return signal.isOver ? 'over' : '';
    default:
      return '';
  }
}

export function showReplicated(effect: Effect): string {
  const words = effect.type === 'tell' ? wordsOf(effect.signal) : '';
  return `${showEffect(effect)} ${words}`.trim();
}
