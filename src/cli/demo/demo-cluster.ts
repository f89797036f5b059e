/** The demo's managers: three members of one embedded cluster in this process, any of which may die and come back. */
import type { Log } from '../../base/log.ts';
import type { ManagerConfig } from '../../manager/config/manager-config.ts';
import type { RunningManager } from '../../manager/config/running-manager.ts';
import { openEmbeddedPlanes } from '../../manager/planes.ts';
import { startManager } from '../../manager/start.ts';
import type { DirectoryRead } from '../../store/directory/load.ts';
import { type Closing, cannotStart, openWeb } from '../run-manager.ts';
import { DEMO } from './change-manager.ts';

type Seat = {
  readonly config: ManagerConfig;
  running: RunningManager | undefined;
  readonly closing: Closing[];
  /** What makes it unfindable for the command line. */
  readonly hiding: Closing[];
  /** It is on its way in or out. */
  isChanging: boolean;
};

type Given = Pick<DirectoryRead & { readonly ok: true }, 'directory' | 'document'>;

/** An answer to `manager kill` still goes out. */
const LAST_WORDS_MS = 300;

export class DemoCluster {
  readonly #seats: readonly Seat[];
  readonly #given: Given;
  readonly #log: Log;
  readonly #planes = openEmbeddedPlanes();
  #isClosing = false;
  /** Called when a manager has come back. */
  onStarted: () => void = () => {};

  constructor(configs: readonly ManagerConfig[], given: Given, log: Log) {
    this.#seats = configs.map((config) => ({
      config,
      running: undefined,
      closing: [],
      hiding: [],
      isChanging: false,
    }));
    this.#given = given;
    this.#log = log;
  }

  /** Managers that live. */
  get running(): readonly RunningManager[] {
    return this.#seats.flatMap(({ running }) => running ?? []);
  }

  /** Starts all. Throws `CommandError`, and then none runs. */
  async start(takenHint: string): Promise<void> {
    try {
      for (const seat of this.#seats) await this.#start(seat);
    } catch (error) {
      await this.close();
      cannotStart(error, takenHint);
    }
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    for (const seat of this.#seats) {
      await closeAll(seat.hiding);
      await closeAll(seat.closing);
      await seat.running?.stop();
      seat.running = undefined;
    }
    this.#planes.close();
  }

  /** For `manager kill` and `manager start`. */
  async change(
    what: 'kill' | 'start',
    id: string,
  ): Promise<{ readonly ok: boolean; readonly said: string }> {
    const seat = this.#seats.find(({ config }) => config.id === id);
    if (seat === undefined) {
      const ids = this.#seats.map(({ config }) => config.id).join(', ');
      return { ok: false, said: `there is no '${id}' in this demo: it has ${ids}` };
    }
    if (seat.isChanging) return { ok: false, said: `${id} is being killed or started just now` };
    seat.isChanging = true;
    try {
      return await (what === 'kill' ? this.#kill(seat) : this.#revive(seat));
    } finally {
      seat.isChanging = false;
    }
  }

  async #kill(seat: Seat): Promise<{ readonly ok: boolean; readonly said: string }> {
    const { id } = seat.config;
    const { running } = seat;
    if (running === undefined) return { ok: false, said: `${id} is dead already` };
    if (this.running.length === 1)
      return { ok: false, said: `${id} is the last one that lives: Ctrl-C ends the demo` };
    seat.running = undefined;
    await closeAll(seat.hiding);
    await running.kill();
    const closing = seat.closing.splice(0);
    setTimeout(() => void closeAll(closing), LAST_WORDS_MS);
    return {
      ok: true,
      said: `${id} is dead; nobody was told. 'manager ls' shows when the others have noticed, 'manager start ${id}' brings it back`,
    };
  }

  async #revive(seat: Seat): Promise<{ readonly ok: boolean; readonly said: string }> {
    const { id } = seat.config;
    if (seat.running !== undefined) return { ok: false, said: `${id} lives` };
    try {
      await this.#start(seat);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return { ok: false, said: `${id} did not start: ${why}` };
    }
    this.onStarted();
    return { ok: true, said: `${id} is a member again, as a new incarnation` };
  }

  async #start(seat: Seat): Promise<void> {
    const { config } = seat;
    const { id } = config;
    const log: Log = {
      debugging: this.#log.debugging,
      write: (level, event, fields) => {
        // Nobody wants to hear how each leaves the others at the end.
        if (!this.#isClosing) this.#log.write(level, event, { manager: id, ...fields });
      },
    };
    const planes = async () => this.#planes.open();
    const { directory, document } = this.#given;
    const file = { path: 'the demo', document };
    const running = await startManager({ config, directory, file, log, planes });
    seat.running = running;
    void running.over.then(async () => {
      // Only a process that was stopped for seconds gets here: all its managers then start anew.
      if (seat.running !== running) return;
      seat.running = undefined;
      await closeAll(seat.hiding);
      await closeAll(seat.closing);
      await running.stop();
      await this.change('start', id);
    });
    const cluster = `${DEMO}${process.pid}`;
    const change = (what: 'kill' | 'start', which: string) => this.change(what, which);
    const { closing, hiding } = seat;
    await openWeb(running, config, closing, { cluster, change, hiding });
  }
}

async function closeAll(closing: Closing[]): Promise<void> {
  for (const close of closing.splice(0).toReversed()) await close();
}
