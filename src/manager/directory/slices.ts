/** Long work of a manager that has calls up: some milliseconds of it, then whatever else there is to do, and so on. */
import { finish, type Work } from '../../base/work.ts';

/** Does the work, now or by and by. `done` is called once. */
export type Run = <Result>(work: Work<Result>, done: (result: Result) => void) => void;

/** A datagram that comes meanwhile waits that long, and for the step that is just being done. */
const SLICE_MS = 5;

export const inSlices: Run = (work, done) => {
  const go = (): void => {
    const untilMs = performance.now() + SLICE_MS;
    do {
      const step = work.next();
      if (step.done) return done(step.value);
    } while (performance.now() < untilMs);
    setImmediate(go);
  };
  setImmediate(go);
};

export const atOnce: Run = (work, done) => done(finish(work));
