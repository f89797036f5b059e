/**
 * The end of a call's offer at its line: it is sent on, where the line or one of its phones says so, else
 * refused. Where to, with the line's rights, is digit analysis' to say: call control's process asks it, and
 * goes on with a 'request' then.
 */
import type { Cause } from '../cause.ts';
import { EXIT, type Out, tell } from '../effects.ts';
import type { RefusalCode } from '../refusal-codes.ts';
import type { CallRequest } from '../signals.ts';
import { type Onward, onwardOf } from './diversion.ts';
import type { Forward, Forwards } from './forwarding.ts';

/** The line has done with the call, which is to go `onward`. Lasts no longer than the turn. */
export type Diverting = {
  readonly state: 'diverting';
  readonly request: CallRequest;
  /** The number that it was offered at. */
  readonly line: string;
  readonly onward: Onward;
};

/** A line that the call is offered to. */
export type ForwardingLine = { readonly number: string; readonly forwards?: Forwards };

export function forwardingLine(
  { number }: { readonly number: string },
  forwards: Forwards | undefined,
): ForwardingLine {
  return forwards === undefined ? { number } : { number, forwards };
}

/** Why it did not take it. */
export type LineRefusal = {
  readonly cause: Cause;
  readonly code?: RefusalCode;
  readonly forward?: Forward;
};

const OVER = { state: 'over' } as const;

/** Where the call goes on, if anywhere: what rings back stays where it is, and an emergency goes where no phone says. */
export function onwardFrom(
  { isDirect, isEmergency }: CallRequest,
  line: ForwardingLine,
  { cause, forward }: LineRefusal,
): Onward | undefined {
  if (isDirect) return undefined;
  return onwardOf(line.number, line.forwards, cause, isEmergency ? undefined : forward);
}

/** Whoever rang has been told to stop. */
export function endOffer(
  request: CallRequest,
  line: ForwardingLine,
  refusal: LineRefusal,
  out: Out,
): Diverting | typeof OVER {
  const onward = onwardFrom(request, line, refusal);
  if (onward !== undefined) return { state: 'diverting', request, line: line.number, onward };
  tellRefusal(request, refusal, out);
  out.push(EXIT);
  return OVER;
}

/** To the caller. */
export function tellRefusal({ caller }: CallRequest, { cause, code }: LineRefusal, out: Out): void {
  const { pid, call } = caller;
  const coded = code === undefined ? {} : { code };
  out.push(tell(pid, { type: 'callRefuse', call, cause, ...coded }));
}
