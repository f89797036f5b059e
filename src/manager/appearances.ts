/** Appearances of the whole cluster's lines: why one is lit, and an administrator's word that frees it. */
import type { Log } from '../base/log.ts';
import { lineOfNumber } from '../call/line/line-of-number.ts';
import type { Absent, AppearanceRow, Released } from '../http/appearance-rows.ts';
import type { Home } from '../process/pid.ts';
import type { AppearancePart } from './appearance-part.ts';
import { appearanceRow, controllersOf, type Parts } from './appearance-view.ts';
import type { CallManager } from './call-manager.ts';
import type { Asked, Question, Respondent } from './cluster-questions.ts';
import { idOf } from './cluster-watch.ts';
import { controlRows } from './line-view.ts';

/** The way to other managers: asks each of `homes`, or all of them. */
export type Ask = <K extends 'appearance' | 'release'>(
  question: Extract<Question, { ask: K }>,
  homes?: readonly Home[],
) => Promise<Asked<K>>;

export class Appearances {
  readonly #manager: CallManager;
  readonly #own: Respondent;
  readonly #ask: Ask;
  readonly #turn: (action: () => void) => void;
  readonly #log: Log;

  /** `own`: what this manager answers itself; `turn`: runs something as a turn of its core. */
  constructor(
    manager: CallManager,
    own: Respondent,
    ask: Ask,
    turn: (action: () => void) => void,
    log: Log,
  ) {
    this.#manager = manager;
    this.#own = own;
    this.#ask = ask;
    this.#turn = turn;
    this.#log = log;
  }

  async show(number: string, appearance: number): Promise<AppearanceRow | Absent> {
    const line = lineOfNumber(this.#manager.directory, number);
    if (line === undefined) return { absent: `no line '${number}'` };
    const { parts, missing } = await this.#parts(number, appearance);
    return appearanceRow(line, appearance, parts, this.#control(number, parts), missing);
  }

  /** `by` and `reason`: for the log, and for the chain of events. */
  async release(number: string, appearance: number, by: string, reason: string): Promise<Released> {
    const line = lineOfNumber(this.#manager.directory, number);
    if (line === undefined) return { absent: `no line '${number}'` };
    const { parts, missing } = await this.#parts(number, appearance);
    const row = appearanceRow(line, appearance, parts, this.#control(number, parts), missing);
    if ('absent' in row) return row;
    const name = `${number}/${appearance}`;
    const { state, member, call } = row;
    const [controller] = controllersOf(parts, appearance, this.#manager.processing.table, number);
    if (controller === undefined) {
      const silent = row.control.filter(({ manager }) => !parts.has(manager));
      if (silent.length === 0) return { absent: `${name} is idle: there is nothing to release` };
      return { unreachable: `${name} is controlled elsewhere: ${missing.join('; ')}` };
    }
    const text = reason === '' ? by : `${by}: ${reason}`;
    const question = { ask: 'release', number, appearance, call, text } as const;
    if (!(await this.#free(controller, question)))
      return { unreachable: `${controller}, which controls ${number}, did not answer` };
    const owner = member === '' ? {} : { member };
    this.#log.write('warn', 'appearance released', {
      line: number,
      appearance,
      was: state,
      ...owner,
      call,
      by,
      reason,
    });
    const whose = member === '' ? '' : ` by ${member}`;
    return { released: `${name} is free: it was ${state}${whose}` };
  }

  async #free(manager: string, question: Extract<Question, { ask: 'release' }>): Promise<boolean> {
    const { cluster } = this.#manager;
    if (manager === idOf(cluster.home)) {
      let isDone = false;
      this.#turn(() => {
        isDone = this.#own.release(question).done;
      });
      return isDone;
    }
    const home = cluster.view.members.find((each) => idOf(each) === manager);
    if (home === undefined) return false;
    const { answers } = await this.#ask(question, [home]);
    return answers.get(home)?.done === true;
  }

  async #parts(
    number: string,
    appearance: number,
  ): Promise<{ parts: Parts; missing: readonly string[] }> {
    const { answers, missing } = await this.#ask({ ask: 'appearance', number, appearance });
    const own = this.#own.appearance(number, appearance);
    const parts = new Map<string, AppearancePart>([[idOf(this.#manager.cluster.home), own]]);
    for (const [home, part] of answers) parts.set(idOf(home), part);
    return { parts, missing };
  }

  #control(number: string, parts: Parts): AppearanceRow['control'] {
    const said = new Map([...parts].map(([manager, { control }]) => [manager, control] as const));
    return controlRows(number, said, this.#manager.processing.table);
  }
}
