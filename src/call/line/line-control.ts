/**
 * What a line control process remembers: data without behaviour, so that it can be shown, searched and
 * moved. `packLine` makes it fit for JSON.
 */
import type { Home, Pid } from '../../process/pid.ts';
import type { AppearanceState, UseState } from '../appearance-signals.ts';
import type { Cause } from '../cause.ts';
import type { Line } from '../directory.ts';
import type { Forward } from '../forwarding/forwarding.ts';
import type { CallId, CallRequest, CallSignal, LegRef, Party } from '../signals.ts';
import type { LineCallState } from '../watch-signals.ts';
import { type Appearances, countUsed, freeAppearance, noAppearances } from './appearances.ts';
import { type Chains, note } from './line-chains.ts';
import { findDevice, type LineControlDatabase } from './line-control-database.ts';
import type { Plan } from './offering-plan.ts';

type Common = {
  readonly call: CallId;
  /** Call control of the call: who asked, and who is told. */
  readonly control: Pid;
  readonly from: Party;
  /** The calling leg, for when call control is no more. */
  readonly caller: LegRef;
  readonly appearance: number;
};

/** 'no answer': the line's patience; 'step': of serial offering; 'delay': until delayed members ring. */
export type OfferTimer = 'no answer' | 'step' | 'delay';

/** `ringing` is never empty between two events: the last refusal goes on to the next stage, or ends the offer. */
export type Offered = Common & {
  readonly state: 'offered';
  /** As the devices get it. */
  readonly request: CallRequest;
  /** Where in the line's plan the offer is. */
  step: number;
  stage: number;
  /** Device processes that were asked and have not answered. */
  readonly ringing: Pid[];
  /** Those that have refused: not asked again. */
  readonly refused: Pid[];
  /** Those that were told to stop, once for each time. */
  readonly stopped: Pid[];
  /** When it was offered, by the line's time. */
  readonly sinceMs: number;
  /** Who was the last to begin to pick it up, and when. */
  picking?: { readonly by: Pid; readonly sinceMs: number };
  /** Call control has heard that it rings. */
  hasRung: boolean;
  /** The weightiest refusal so far; 'no device': there was none. */
  cause: Cause;
  /** Where the first phone that wanted that wants the call instead. */
  forward?: Forward;
  /** Names of the timers that run. */
  readonly armed: string[];
  /** That it began with, when the line has another one since. */
  plan?: Plan;
};

/** What is done with a call that somebody has. */
type Use = {
  holder: LegRef;
  /** Whose device holds it. */
  member: string;
  /** The far party. */
  from: Party;
  /** Absent: 'active'. */
  use?: 'seized' | UseState;
  /** Others are not shown whom it is with, nor do they retrieve it. */
  isExclusive?: boolean;
  /** Its phone mixes it with that other call of the line. */
  joined?: CallId | undefined;
  /** Of one that is held: after how many other holds at this process. */
  heldAs?: number;
  retrieval?: Retrieval | undefined;
  /** How often another leg had its holder's place, as far as is known here. Absent: never. */
  passed?: number;
  /** Its holder did not know it when it was asked. */
  isDoubted?: boolean;
};

/** `by`: the leg that is about to have the call. `isHolderGone`: who had it is no more, and nobody else has it. */
export type Retrieval = { readonly by: LegRef; isHolderGone: boolean };

export type Taken = Common &
  Use & {
    readonly state: 'taken';
    /** Call control has ended, and the holder has not: the call was transferred to another caller. */
    isOnItsOwn?: boolean;
    /** Its holder is its far end's leg, until a member retrieves it. */
    isKept?: boolean;
  };

/** A member's own, from the seizure of its appearance on: `holder` says what becomes of it. */
export type Own = Use & {
  readonly state: 'own';
  readonly call: CallId;
  readonly appearance: number;
};

/** A call that somebody has. */
export type Used = Taken | Own;

/**
 * Found with device processes that had it from the line's former process: rings on, until call
 * control has said what it is.
 */
export type Adopted = Common & {
  readonly state: 'adopted';
  readonly ringing: Pid[];
  /** Those that have refused, or have been here without the call. */
  readonly refused: Pid[];
  /** What devices have said of it since, oldest first. */
  readonly said: Said<DeviceWord>[];
};

export type DeviceWord = Extract<
  CallSignal,
  { type: 'callAlert' | 'callProceed' | 'callRefuse' | 'callEnded' | 'lineUse' }
>;

/** A signal that waits until it can be dealt with. */
export type Said<S = CallSignal> = { readonly signal: S; readonly from: Pid };

export type LineCall = Offered | Adopted | Used;

/** What a process that had one before it waits for. */
export type Recovery = {
  /** Managers whose devices may have calls, and how many those are; null: not heard yet. */
  readonly homes: { readonly home: Home; count: number | null }[];
  /** Device processes that have said which calls they have. */
  readonly reported: Pid[];
  /** The calls that the process before has shown to those who have attached, at index 0 that of appearance 1; null: none of them watched. */
  seen: (CallId | null)[] | null;
  /** Calls that were found, and whose numbers are not known. */
  readonly unnumbered: CallId[];
  /** Devices have had their time, and managers that have said nothing are waited for. */
  isOverdue: boolean;
};

export type LineControl = {
  line: Line;
  /** The line is no more: no new calls. */
  isClosed: boolean;
  /**
   * 'claiming': the number may turn out to be another's. 'recovering': it is ours, and devices tell
   * which calls they have from the process before.
   */
  state: 'claiming' | 'recovering' | 'active';
  /** Of two that control one number, the one with the higher epoch does: a fencing token. */
  epoch: number;
  /** This process and its line manager, when it has one. */
  own: { readonly lcp: Pid; readonly manager: Pid } | null;
  /** What cannot be dealt with before the state is another, oldest first. */
  waiting: Said[];
  recovery: Recovery | null;
  /** Calls found with devices that were told to stop since their call control said nothing: it is too late. */
  readonly abandoned: CallId[];
  /** Nobody needs this process, and a timer says so in a while. */
  isIdle: boolean;
  /** Made from `line` with the first call. */
  plan: Plan | null;
  readonly devices: LineControlDatabase;
  /** By call id. A plain object would be four times as slow to enter and leave. */
  readonly calls: Map<CallId, LineCall>;
  readonly appearances: Appearances;
  /** How often a call was held. */
  holds: number;
  /** Who is told what the line does, to light its lamps. */
  readonly watchers: Pid[];
  /** Within one event: the watchers have something to be told. */
  changed: boolean;
  /** What has happened at its appearances; absent: nobody wants to know. */
  chains?: Chains;
};

/** The line's first process, or one that needs not know what was before. */
export function newLineControl(line: Line, epoch: number): LineControl {
  return {
    line,
    isClosed: false,
    state: 'active',
    epoch,
    own: null,
    waiting: [],
    recovery: null,
    abandoned: [],
    isIdle: false,
    plan: null,
    devices: [],
    calls: new Map(),
    appearances: noAppearances(),
    holds: 0,
    watchers: [],
    changed: false,
  };
}

/** A process whose number is being claimed: `lineOwned` or `lineLost` says what came of it. */
export function claimedLineControl(line: Line): LineControl {
  return { ...newLineControl(line, 0), state: 'claiming' };
}

/** A line's control as JSON takes it. */
export type PackedLine = Omit<LineControl, 'calls' | 'chains'> & {
  readonly calls: readonly LineCall[];
};

export function packLine(control: LineControl): PackedLine {
  const { chains: _, ...record } = control;
  return { ...record, calls: [...control.calls.values()] };
}

/** Of what `packLine` made, after JSON: shares nothing with the line that was packed then. */
export function unpackLine(packed: PackedLine): LineControl {
  return { ...packed, calls: new Map(packed.calls.map((call) => [call.call, call])) };
}

/** The call is new at this line, or has another state. */
export function putCall(control: LineControl, call: LineCall): void {
  control.calls.set(call.call, call);
  control.changed = true;
}

/** The call is over: its appearance is free. `by`: who has said so, if anybody. */
export function removeCall(control: LineControl, call: LineCall, cause: Cause, by?: Pid): void {
  note(control, call, 'freed', by, cause);
  freeAppearance(control.appearances, call.appearance);
  control.calls.delete(call.call);
  control.changed = true;
}

/** Whether somebody has the call; else it rings. */
export function isUsed(call: LineCall): call is Used {
  return call.state === 'taken' || call.state === 'own';
}

/** How many calls of the line `member` has: those that ring its devices and those that they hold. */
export function callsOf(control: LineControl, member: string): number {
  const { countsHeld = true } = control.line;
  let count = 0;
  for (const call of control.calls.values()) {
    const isIts = isUsed(call)
      ? call.member === member && (countsHeld || !isHeld(call))
      : call.ringing.some((pid) => findDevice(control.devices, pid)?.member === member);
    if (isIts) count++;
  }
  return count;
}

/** Whether the line has as many calls as it may have at a time; what is seized is one. */
export function hasAll({ line: { callsMax }, appearances }: LineControl): boolean {
  return callsMax !== undefined && countUsed(appearances) >= callsMax;
}

export function isHeld({ use }: Pick<Used, 'use'>): boolean {
  return use === 'held' || use === 'held-private';
}

/** What the appearance of a call that somebody has shows. Who may not retrieve it sees no invitation to. */
function shown({ use = 'active', isExclusive = false }: Used): AppearanceState {
  return use === 'held' && isExclusive ? 'held-private' : use;
}

/** What watchers are told. */
export function lineStateOf(control: LineControl): Extract<CallSignal, { type: 'lineState' }> {
  const calls = [...control.calls.values()].map((record): LineCallState => {
    const { call, appearance, from } = record;
    const isOutgoing = record.state === 'own';
    const common = { call, appearance, from, isOutgoing };
    if (!isUsed(record)) return { ...common, state: 'alerting', member: '', isExclusive: false };
    const { member, isExclusive = false, passed, joined } = record;
    const replaced = passed === undefined ? {} : { passed };
    const mixed = joined === undefined ? {} : { joined };
    return { ...common, state: shown(record), member, isExclusive, ...replaced, ...mixed };
  });
  return { type: 'lineState', number: control.line.number, calls };
}

/** What `line ls` and the console show of a line. */
export type LineSnapshot = {
  readonly number: string;
  readonly name: string;
  readonly epoch: number;
  readonly devices: readonly {
    readonly pid: Pid;
    readonly device: string;
    readonly member: string;
  }[];
  readonly calls: readonly LineCallSnapshot[];
};

export type LineCallSnapshot = {
  readonly call: CallId;
  readonly appearance: number;
  readonly from: Party;
} & (
  | { readonly state: 'ringing'; readonly ringing: readonly Pid[] }
  | { readonly state: AppearanceState; readonly holder: LegRef; readonly member: string }
);

export function snapshotOf(control: LineControl): LineSnapshot {
  const { line, epoch, devices, calls } = control;
  return {
    number: line.number,
    name: line.name,
    epoch,
    devices: devices.map((device) => ({ ...device })),
    calls: [...calls.values()].map(callSnapshotOf),
  };
}

function callSnapshotOf(record: LineCall): LineCallSnapshot {
  const { call, appearance, from } = record;
  return isUsed(record)
    ? { call, appearance, from, state: shown(record), holder: record.holder, member: record.member }
    : { call, appearance, from, state: 'ringing', ringing: [...record.ringing] };
}
