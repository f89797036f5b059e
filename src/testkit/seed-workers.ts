/** Runs seeds of the simulation, on several threads when there are many; results come in order of seeds. */
import { availableParallelism } from 'node:os';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { simulateSharing } from './sharing-simulation.ts';
import { simulate } from './simulation.ts';
import type { SimulationResult } from './simulation-result.ts';

/** 'plain': phones that know nothing of sharing. 'shared': phones of all dialects on one line. */
export const WORLDS = ['plain', 'shared'] as const;
export type World = (typeof WORLDS)[number];

/** Each seed of `managers`, unless the seed decides, in each of `worlds`. */
export type SeedShape = {
  readonly managers: number | undefined;
  readonly worlds: readonly World[];
};

export type SeedRun = SeedShape & {
  readonly first: number;
  readonly count: number;
  /** Of `performance.now()`: no seed is begun later. */
  readonly untilMs: number;
  readonly done: (result: SimulationResult) => void;
};

/** Fewer are done before a thread has started. */
const FEW = 100;
/** Handed to a thread at a time. */
const BATCH = 10;

export async function runSeeds(run: SeedRun): Promise<void> {
  const threads = availableParallelism();
  if (run.count < FEW || threads < 2) runHere(run);
  else await runThere(run, threads);
}

function runHere({ first, count, untilMs, done, ...shape }: SeedRun): void {
  for (let seed = first; seed < first + count && performance.now() < untilMs; seed++)
    for (const result of simulateSeed(seed, shape)) done(result);
}

async function runThere(run: SeedRun, threads: number): Promise<void> {
  const { first, count, managers, worlds, untilMs, done } = run;
  const waiting = new Map<number, readonly SimulationResult[]>();
  let next = first;
  let told = first;
  const tell = (): void => {
    for (let batch = waiting.get(told); batch !== undefined; batch = waiting.get(told)) {
      waiting.delete(told);
      told += BATCH;
      for (const result of batch) done(result);
    }
  };
  const work = async (): Promise<void> => {
    const worker = new Worker(new URL(import.meta.url), { workerData: 'seeds' });
    let answered: (results: readonly SimulationResult[]) => void = () => {};
    let failed: (error: Error) => void = () => {};
    worker.on('message', (results: readonly SimulationResult[]) => answered(results));
    worker.on('error', (error: Error) => failed(error));
    while (next < first + count && performance.now() < untilMs) {
      const from = next;
      next += BATCH;
      const seeds = Math.min(BATCH, first + count - from);
      const results = await new Promise<readonly SimulationResult[]>((resolve, reject) => {
        answered = resolve;
        failed = reject;
        worker.postMessage({ from, seeds, managers, worlds });
      });
      waiting.set(from, results);
      tell();
    }
    await worker.terminate();
  };
  await Promise.all(Array.from({ length: threads }, work));
}

function simulateSeed(seed: number, { managers, worlds }: SeedShape): SimulationResult[] {
  const options = managers === undefined ? {} : { managers };
  return worlds.map((world) =>
    world === 'plain' ? simulate(seed, options) : simulateSharing(seed, options),
  );
}

type Order = SeedShape & { readonly from: number; readonly seeds: number };

if (!isMainThread && workerData === 'seeds')
  parentPort?.on('message', ({ from, seeds, ...shape }: Order) => {
    const results: SimulationResult[] = [];
    for (let seed = from; seed < from + seeds; seed++) results.push(...simulateSeed(seed, shape));
    parentPort?.postMessage(results);
  });
