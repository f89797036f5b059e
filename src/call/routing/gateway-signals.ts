/**
 * What gateway processes, gateway managers and route list control say to one another. Each manager has a
 * process for each gateway, for what comes in there; one of them in the cluster *keeps* the gateway: calls
 * go out through it, and it counts the calls of all.
 */
import type { Pid } from '../../process/pid.ts';
import type { Cause } from '../cause.ts';
import type { CallId } from '../signals.ts';

export type GatewaySignal =
  /** Gateway process to its manager's gateway manager: it is there. */
  | { readonly type: 'gatewayAttach'; readonly gateway: string }
  /** It takes no more calls. */
  | { readonly type: 'gatewayDetach'; readonly gateway: string }
  /** Gateway manager to its gateway process: who keeps the gateway; absent: nobody at the moment. */
  | { readonly type: 'gatewayKept'; readonly gateway: string; readonly keeper?: Pid }
  /** Route list control to gateway manager: tell me who keeps it, once that is not `gone`. */
  | { readonly type: 'gatewayLocate'; readonly gateway: string; readonly gone?: Pid }
  | { readonly type: 'gatewayLocated'; readonly gateway: string; readonly keeper: Pid }
  /** Gateway process to keeper: a call came in here. `isStanding`: it is there already, and only counts. */
  | { readonly type: 'gatewayEnter'; readonly call: CallId; readonly isStanding?: boolean }
  /** Keeper's answer to it: the call may come in; `cause`: it may not. */
  | { readonly type: 'gatewayEntered'; readonly call: CallId; readonly cause?: Cause }
  /** To a keeper, on an administrator's word: ask the gateway for a sign of life. */
  | { readonly type: 'gatewayPing'; readonly gateway: string }
  /** Gateway process to keeper: that call is over. */
  | { readonly type: 'gatewayLeft'; readonly call: CallId };
