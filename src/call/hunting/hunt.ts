/** A hunt as the directory gives it: a number that leads to several lines. And whose turn it is in it. */

/** Lines that one hunt rings. */
export const HUNT_LINES_MAX = 64;

export type Hunt = {
  readonly number: string;
  readonly name: string;
  /** 'circular': in series, each call beginning with the line after the one that the call before began with. */
  readonly order: 'parallel' | 'serial' | 'circular';
  /** Never empty. `ms`: how long the line rings, in series. */
  readonly lines: readonly { readonly number: string; readonly ms: number }[];
  /** How long the call is offered in all. */
  readonly noAnswerMs: number;
  /** What is dialled next when it has rung, and nobody took it; absent: the caller hears that nobody has. */
  readonly noAnswerTo?: string;
  /** The same when it rang nowhere: all are busy, or cannot be reached. */
  readonly busyTo?: string;
  /** Name of the search space in which those two are dialled; absent: that of whoever has none. */
  readonly search?: string;
};

/** Numbers that ring at the same time: one group in parallel, one after the other in series. */
export type HuntStep = { readonly numbers: readonly string[]; readonly ms: number | null };

/** Turns are counted at each manager by itself, as with gateways: over many calls that is as even. */
export class HuntOrder {
  readonly #turns = new Map<string, number>();

  /** The steps of one call. */
  of({ number, order, lines }: Hunt): readonly HuntStep[] {
    if (order === 'parallel') return [{ numbers: lines.map((line) => line.number), ms: null }];
    const steps = lines.map((line) => ({ numbers: [line.number], ms: line.ms }));
    if (order === 'serial') return steps;
    const turn = (this.#turns.get(number) ?? 0) % steps.length;
    this.#turns.set(number, turn + 1);
    return [...steps.slice(turn), ...steps.slice(0, turn)];
  }
}
