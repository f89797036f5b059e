/** What came of one seed of the simulation. */

/** A manager was killed, and somebody called a line that it had a part in. */
export type Recovery = {
  /** `machine`: nobody was told that it is not there. */
  readonly how: 'process' | 'machine';
  /** From its death until the first phone of the line rang. */
  readonly ms: number;
};

export type SimulationResult = {
  readonly seed: number;
  readonly world: 'plain' | 'shared';
  readonly managers: number;
  readonly calls: number;
  readonly answered: number;
  readonly datagrams: number;
  readonly recoveries: readonly Recovery[];
  /** What was broken, in words, with the virtual time; empty when all held. */
  readonly violations: readonly string[];
  /** What befell the cluster, with the virtual time. */
  readonly story: readonly string[];
};
