/** `start`: runs the manager of a file. */
import type { Overrides } from '../manager/config/make.ts';
import { openLog } from '../manager/observe/log.ts';
import { loadChecked } from './check.ts';
import { isColourful } from './output.ts';
import { runManager } from './run-manager.ts';

/** Runs the manager of `file` until it is told to stop. Throws `CommandError`. */
export async function start(file: string, overrides: Overrides): Promise<void> {
  const { config, directory, file: own } = loadChecked(file, overrides);
  const log = openLog({
    ...config.log,
    manager: config.id,
    to: 1,
    colour: config.log.format === 'human' && isColourful(),
  });
  const { write } = log.log;
  await runManager({
    config,
    directory,
    ...(own && { own }),
    log,
    file,
    announce: {
      ready: (addresses, web) =>
        write('info', 'manager ready', { listening: addresses.join(' '), web: web ?? 'off' }),
      draining: (calls, atMostMs) =>
        write('info', 'manager draining', { calls, atMostS: Math.round(atMostMs / 1000) }),
      stopped: (waitedMs, calls, left) =>
        write('info', 'manager stopped', { waitedS: Math.round(waitedMs / 1000), calls, left }),
    },
    takenHint: `change 'sip: { listen: … }' in ${file}, or use --port`,
  });
}
