/** Runs seeds of the simulation, on several threads when there are many; results come in order of seeds. */
import { availableParallelism } from 'node:os';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { simulate } from './simulation.ts';
import type { SimulationResult } from './simulation-result.ts';

export type SeedRun = {
  readonly first: number;
  readonly count: number;
  /** Unless told, each seed decides. */
  readonly managers: number | undefined;
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

function runHere({ first, count, managers, untilMs, done }: SeedRun): void {
  for (let seed = first; seed < first + count && performance.now() < untilMs; seed++)
    done(simulate(seed, optionsOf(managers)));
}

async function runThere(run: SeedRun, threads: number): Promise<void> {
  const { first, count, managers, untilMs, done } = run;
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
        worker.postMessage({ from, seeds, managers });
      });
      waiting.set(from, results);
      tell();
    }
    await worker.terminate();
  };
  await Promise.all(Array.from({ length: threads }, work));
}

function optionsOf(managers: number | undefined): { readonly managers?: number } {
  return managers === undefined ? {} : { managers };
}

type Order = {
  readonly from: number;
  readonly seeds: number;
  readonly managers: number | undefined;
};

if (!isMainThread && workerData === 'seeds')
  parentPort?.on('message', ({ from, seeds, managers }: Order) => {
    const results: SimulationResult[] = [];
    for (let seed = from; seed < from + seeds; seed++)
      results.push(simulate(seed, optionsOf(managers)));
    parentPort?.postMessage(results);
  });
