/** The clerk's thread: started by `clerk-link.ts`. */
import { parentPort, workerData } from 'node:worker_threads';
import { Clerk } from './clerk.ts';
import type { FromClerk, ThreadData, ToClerk } from './clerk-words.ts';

const COUNT_MS = 1000;

const port = parentPort;
if (port !== null) {
  const tell = (words: FromClerk) => port.postMessage(words);
  // Whoever started this thread is of this release.
  const data = workerData as ThreadData;
  const clerk = new Clerk({
    ...data,
    say: (level, event, fields) => tell({ type: 'say', level, event, fields }),
  });
  const count = () => tell({ type: 'counters', counters: clerk.counters() });
  const counting = setInterval(count, COUNT_MS);
  port.on('message', (words: ToClerk) => {
    switch (words.type) {
      case 'written':
        clerk.wake();
        break;
      case 'ask': {
        const { id, query } = words;
        clerk.query(query).then(
          (rows) => tell({ type: 'found', id, rows }),
          (error: unknown) =>
            tell({
              type: 'failed',
              id,
              message: error instanceof Error ? error.message : 'failed',
            }),
        );
        break;
      }
      case 'close':
        clearInterval(counting);
        void clerk.close().finally(() => {
          count();
          tell({ type: 'closed' });
          port.close();
        });
        break;
    }
  });
  clerk.wake();
}
