/**
 * Where members' settings for their lines are handed in: whether the line may forward there is looked at, and
 * the setting goes to where the cluster keeps it.
 */
import type { Clock } from '../../base/clock.ts';
import type { Pid } from '../../process/pid.ts';
import type { Host, Process } from '../../process/process.ts';
import type { DigitAnalysis } from '../digit-analysis.ts';
import type { Directory } from '../directory.ts';
import { REFUSALS, type RefusalCode } from '../refusal-codes.ts';
import type { CallSignal } from '../signals.ts';
import { whyNotForward } from './forward-target.ts';
import type { Setting, SettingKind, SettingsKeeper } from './line-settings.ts';

type Signal<T extends CallSignal['type']> = Extract<CallSignal, { type: T }>;

export type SettingsDeskOptions = {
  readonly directory: Directory;
  readonly digits: DigitAnalysis;
  readonly keeper: SettingsKeeper;
  readonly clock: Clock;
  /** Runs `action` as a turn of the desk's process. */
  readonly turn: (action: () => void) => void;
};

/** What is to be set; `by`: the device that sets it, '' for an administrator. */
export type Wish = Pick<Setting, 'isOn' | 'to' | 'afterMs' | 'by' | 'who'> & {
  readonly number: string;
  readonly kind: SettingKind;
};

export class SettingsDesk implements Process<CallSignal> {
  readonly #host: Host<CallSignal>;
  readonly #options: SettingsDeskOptions;

  constructor(host: Host<CallSignal>, options: SettingsDeskOptions) {
    this.#host = host;
    this.#options = options;
  }

  receive(signal: CallSignal, from: Pid): void {
    if (signal.type !== 'lineSet') return;
    const { device, ...wish } = signal;
    const { directory, turn } = this.#options;
    const members = directory.lines.get(signal.number)?.members ?? [];
    if (!members.some((member) => member.device === device))
      return this.#answer(signal, from, 'LW-3403');
    let isOver = false;
    this.set({ ...wish, by: device, who: device }, (code) => {
      if (isOver) turn(() => this.#answer(signal, from, code));
      else this.#answer(signal, from, code);
    });
    isOver = true;
  }

  timeout(): void {}

  down(): void {}

  /** `done`: undefined, it counts; in this turn or in one of its own. */
  set(wish: Wish, done: (code: RefusalCode | undefined) => void): void {
    const { number, kind, isOn, to, afterMs, by, who } = wish;
    const { keeper, clock } = this.#options;
    const isForward = isOn && kind !== 'dnd';
    if (isForward && to === '') return done('LW-3004');
    const code = isForward
      ? whyNotForward(this.#options, number, by === '' ? undefined : by, to)
      : undefined;
    if (code !== undefined) return done(code);
    const after = afterMs === undefined ? {} : { afterMs };
    const setting: Setting = {
      isOn,
      to: isForward ? to : '',
      ...after,
      by,
      who,
      atMs: clock.epochMs(),
    };
    keeper.put(number, kind, setting, (isKept) => done(isKept ? undefined : 'LW-3406'));
  }

  /** As the directory says, from now on. */
  reset(number: string, kind: SettingKind, done: (code: RefusalCode | undefined) => void): void {
    const { keeper } = this.#options;
    keeper.put(number, kind, undefined, (isKept) => done(isKept ? undefined : 'LW-3406'));
  }

  #answer({ call }: Signal<'lineSet'>, to: Pid, code: RefusalCode | undefined): void {
    const said = code === undefined ? {} : { code, cause: REFUSALS[code].cause };
    this.#host.tell(to, { type: 'lineSetDone', call, ...said });
  }
}
