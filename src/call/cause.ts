/**
 * Why a call was not, or is no longer, wanted. `device/` maps each to a SIP status and a Q.850 cause.
 */
export type Cause =
  /** No such number. */
  | 'unknown number'
  /** The number exists, but no device is registered for it. */
  | 'no device'
  | 'busy'
  /** All appearances of the line are used. */
  | 'no free appearance'
  /** The one that was asked for is another's. */
  | 'appearance taken'
  | 'declined'
  /** Rang, and nobody took it in time. */
  | 'no answer'
  /** A device did not respond at all. */
  | 'unreachable'
  /** None of the gateways that lead there took the call. */
  | 'no gateway'
  /** This manager is cut off from its cluster, and the call is not among those that it serves alone. */
  | 'cut off'
  | 'not acceptable'
  | 'forbidden'
  | 'answered elsewhere'
  | 'caller gave up'
  /** Normal end by a user. */
  | 'hung up'
  | 'transferred'
  | 'request pending'
  | 'call gone'
  | 'loop'
  | 'overload'
  | 'address incomplete'
  /** A process broke an invariant; the call could not go on. */
  | 'internal failure'
  | 'session expired'
  /** An administrator has freed the appearance, or the phone that asked for it. */
  | 'released'
  | 'draining';
