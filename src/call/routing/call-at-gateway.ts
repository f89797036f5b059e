/** By which id a gateway's process knows the leg that it is asked for. */
import type { Pid } from '../../process/pid.ts';
import type { CallId, CallRequest } from '../signals.ts';

/**
 * The id by which the gateway's process knows its leg of the call: another one, if the call has come in by that
 * very process, or a leg of its is being moved.
 */
export function callAt(keeper: Pid, { call, caller }: CallRequest): CallId {
  return caller.pid === keeper ? `${call}>` : call;
}

/** Call control has one id for the call. */
export function addressed<T extends { readonly call: CallId }>(signal: T, call: CallId): T {
  return signal.call === call ? signal : { ...signal, call };
}
