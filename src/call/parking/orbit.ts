/** Orbits as the directory gives them: numbers at which calls are parked, for whoever dials them there. */

/** Numbers of orbits in one directory. */
export const ORBITS_MAX = 1000;
/** How long a call is parked before it rings back, unless the directory says. */
export const PARK_MS = 60_000;

export type Orbits = {
  /** In the order in which they are given out. */
  readonly numbers: ReadonlySet<string>;
  /** After that time a parked call rings at the line that has parked it. */
  readonly timeoutMs: number;
  /** Devices that may see which are taken (busy lamps). */
  readonly watchers: 'all' | readonly string[];
};

export const NO_ORBITS: Orbits = { numbers: new Set(), timeoutMs: PARK_MS, watchers: 'all' };
