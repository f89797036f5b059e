/** A manager of a simulated site: an id and an address for ever, and the process that runs there now. */
import type { CallManager } from '../manager/call-manager.ts';
import type { Hop } from '../sip/hop.ts';
import { ManagerRun, type Surroundings } from './manager-run.ts';

/** Its calls are given that long when it is a member no more (60 s with real phones), looked at so often. */
const FENCED_MS = 3000;
const LOOK_MS = 200;

export class SimulatedManager {
  readonly id: string;
  readonly address: Hop;
  /** The process that runs there now; undefined between two of them. */
  run: ManagerRun | undefined;
  /** How long it takes until a process that ended is started again; undefined: it is not. */
  restartMs: (() => number) | undefined;
  /** Processes of its former runs that broke an invariant. */
  #deaths = 0;
  readonly #surroundings: Surroundings;

  constructor(id: string, address: Hop, surroundings: Surroundings) {
    this.id = id;
    this.address = address;
    this.#surroundings = surroundings;
  }

  /** The core of the process that runs now, once it has joined. */
  get manager(): CallManager | undefined {
    return this.run?.manager;
  }

  /** Processes that broke an invariant, in all of its runs. */
  get deaths(): number {
    return this.#deaths + (this.manager?.deaths ?? 0);
  }

  start(): void {
    if (this.run !== undefined) return;
    const run: ManagerRun = new ManagerRun({
      id: this.id,
      address: this.address,
      surroundings: this.#surroundings,
      failed: (why) => this.#retire(run, why),
    });
    this.run = run;
  }

  /** kill -9, or the machine's power; see `ManagerRun.end`. */
  kill(how: 'process' | 'machine' = 'process'): void {
    if (this.run !== undefined) this.#end(this.run, how);
  }

  /** An orderly end: leaves the cluster, and takes no new calls. */
  leave(): void {
    const { run } = this;
    if (run?.manager === undefined || run.isPaused) return;
    run.turn(() => {
      run.manager?.drain();
      run.member?.leave(() => this.#end(run, 'process'));
    });
  }

  /** It is a member no more: ends soon after its last call. */
  #retire(run: ManagerRun, why: string): void {
    const { agenda } = this.#surroundings;
    const untilMs = agenda.nowMs + (why === 'fenced' ? FENCED_MS : 0);
    const look = (): void => {
      const { manager } = run;
      const isIdle = manager === undefined || manager.size.legs + manager.size.calls === 0;
      if (isIdle || agenda.nowMs >= untilMs) this.#end(run, 'process');
      else agenda.after(LOOK_MS, look);
    };
    agenda.after(LOOK_MS, look);
  }

  #end(run: ManagerRun, how: 'process' | 'machine'): void {
    if (this.run !== run) return;
    this.#deaths = this.deaths;
    run.end(how);
    this.run = undefined;
    if (this.restartMs !== undefined)
      this.#surroundings.agenda.after(this.restartMs(), () => this.start());
  }
}
