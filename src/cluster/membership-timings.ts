/**
 * The times of membership, in ms. Two inequalities carry the guarantees: `heardMs` < `silentMs` (who
 * is expelled for silence has stopped deciding before), and `fenceMs` < `leaseMs` (who has lost the
 * store is fenced before its lease runs out).
 */
export const MEMBERSHIP_TIMINGS = {
  /** Whole seconds. */
  leaseMs: 5000,
  renewMs: 1000,
  /** A renewal that has not been answered by then is tried again. */
  renewTimeoutMs: 900,
  /** Since the last good renewal was sent. */
  fenceMs: 3000,
  frozenMs: 900_000,

  beatMs: 150,
  /** Between beats that bring urgent news. */
  urgentBeatMs: 20,
  /** A member that has not been heard, or has not heard this one, for longer is not counted on. */
  heardMs: 700,
  /** The same, when a majority is looked for to expel somebody. */
  reachMs: 700,
  /** Between two turns: longer was a pause. */
  pauseMs: 700,
  /** Without a way to the bus: longer counts as a pause. */
  outageMs: 150,

  /** Silence, until pings ask. */
  quietMs: 250,
  pingMs: 50,
  /** 'absent' answers for so long are a suspicion. */
  absentMs: 200,
  /** Silence for so long is one. */
  silentMs: 1000,
  /** Silence of one that has never said that it knows this manager. */
  strangerMs: 5000,
  /** A suspicion lasts so long before the other half of the members is expelled: also of two the other. */
  aloneMs: 500,
  /** And the view must be so old: the other may not have seen yet that there are only two. */
  settledMs: 1000,
  evictAgainMs: 100,

  /** What joining waits for the store. */
  joinMs: 10_000,
  joinAgainMs: 1000,
  /** How long joining waits for a predecessor to go: a lease and 2 s. */
  takenMs: 7000,
  takenAgainMs: 250,
  /** Two evictions within this are flapping. */
  flapMs: 60_000,
  /** Doubled with each eviction more. */
  flapWaitMs: 2000,
  flapWaitMaxMs: 30_000,
};

export type MembershipTimings = { readonly [Name in keyof typeof MEMBERSHIP_TIMINGS]: number };
