/** What call control remembers of its call, state by state: plain data. */
import type { Pid } from '../process/pid.ts';
import type { SoughtLine } from './destination.ts';
import type { Diverting } from './forwarding/diverting.ts';
import type { Hunting } from './hunting/hunt-control.ts';
import type { AtOrbit } from './parking/orbit-call.ts';
import type { Distributed, Distributing, Locking } from './replicated/distribution-state.ts';
import type { CallRequest, LegRef, Party } from './signals.ts';

export type New = { readonly state: 'new' };

/** More digits are waited for. */
export type Dialling = { readonly state: 'dialling'; readonly request: CallRequest };

/** The request is out, at `target`. */
export type Offering = {
  state: 'trying' | 'ringing';
  readonly request: CallRequest;
  readonly target: Target;
  /** When it went there first, to whichever process of the line; undefined: not known. */
  readonly askedMs: number | undefined;
  /** Legs that have said that they ring. */
  readonly alerting: LegRef[];
};

/** The line is to have another process in a moment; the request goes there then. */
export type Locating = {
  readonly state: 'locating';
  readonly request: CallRequest;
  readonly line: SoughtLine;
  /** As of `Offering`. */
  readonly askedMs: number | undefined;
  /** The process that had the request, if one had. It may be out of reach only. */
  readonly gone: Pid | undefined;
  readonly alerting: LegRef[];
  readonly hasRung: boolean;
};

export type Answered = {
  readonly state: 'answered';
  readonly request: Pick<CallRequest, 'call' | 'caller'>;
  readonly holder: LegRef;
  readonly party: Party;
  /** The holder has transferred the caller, and the call goes on without it. */
  readonly isTransferred?: boolean;
  /** Where the call is, unless a gateway took it. */
  readonly line: SoughtLine | undefined;
  /** The line control process that has the call, or route list control; undefined: there is none at the moment. */
  readonly lcp: Pid | undefined;
};

export type Over = { readonly state: 'over' };

/** Of one line, or one way out. */
export type PlainCall =
  | New
  | Dialling
  | Offering
  | Locating
  | Answered
  /** Of calls to replicated lines. */
  | Locking
  | Distributing
  | Distributed
  | Diverting
  | AtOrbit
  | Over;

export type CallControl = PlainCall | Hunting;

export type Target =
  | { readonly kind: 'line'; readonly pid: Pid; readonly line: SoughtLine }
  /** Route list control. */
  | { readonly kind: 'list'; readonly pid: Pid };
