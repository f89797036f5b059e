/** SIGINT and SIGTERM, one after the other. */

export type Signals = {
  /** Resolves with the next one. */
  next(): Promise<void>;
  stop(): void;
};

/** One Ctrl-C may arrive twice: by the terminal, and by the older Node that started us. */
const SAME_SIGNAL_MS = 300;

/** From now on they do not end the process. */
export function listenForSignals(): Signals {
  let wake: (() => void) | undefined;
  /** Came while nobody waited. */
  let missed = 0;
  let lastMs = Number.NEGATIVE_INFINITY;
  const heard = () => {
    const nowMs = performance.now();
    if (nowMs - lastMs < SAME_SIGNAL_MS) return;
    lastMs = nowMs;
    if (wake === undefined) missed++;
    else wake();
    wake = undefined;
  };
  const names = ['SIGINT', 'SIGTERM'] as const;
  for (const name of names) process.on(name, heard);
  return {
    next: () =>
      new Promise((resolve) => {
        if (missed === 0) wake = resolve;
        else {
          missed--;
          resolve();
        }
      }),
    stop: () => {
      for (const name of names) process.off(name, heard);
    },
  };
}
