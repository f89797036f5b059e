/**
 * What members have set for their lines: forwards, do not disturb. This manager's copy of what the cluster
 * keeps; call control reads it, nobody else changes it. Each setting is a whole one, the last one counts.
 */
import { FORWARD_KINDS, type ForwardKind } from './forwarding.ts';

export type SettingKind = ForwardKind | 'dnd';

export const SETTING_KINDS: readonly SettingKind[] = [...FORWARD_KINDS, 'dnd'];

/** Instead of what the directory says, for as long as it is there. */
export type Setting = {
  readonly isOn: boolean;
  /** Of a forward that is on: as dialled from the line. */
  readonly to: string;
  /** Of the forward of what is not answered: how long it rings before. */
  readonly afterMs?: number;
  /** The device that it was set from; '': an administrator has set it. */
  readonly by: string;
  /** Who that was, for people: a device, `ana@desk-7`. */
  readonly who: string;
  /** Milliseconds since 1970. */
  readonly atMs: number;
};

export type SettingsOfLine = { readonly [K in SettingKind]?: Setting };

/** Keeps settings, for all managers alike. */
export interface SettingsKeeper {
  /**
   * `setting` undefined: none. `done` is called in a turn, perhaps this one: true, it counts here and will
   * everywhere; false, it may or may not.
   */
  put(
    number: string,
    kind: SettingKind,
    setting: Setting | undefined,
    done: (isKept: boolean) => void,
  ): void;
}

export class LineSettings {
  readonly #lines = new Map<string, SettingsOfLine>();

  /** Undefined: nothing was set. */
  of(number: string): SettingsOfLine | undefined {
    return this.#lines.get(number);
  }

  /** `setting` undefined: as the directory says, from now on. */
  set(number: string, kind: SettingKind, setting: Setting | undefined): void {
    const { [kind]: _, ...others } = this.#lines.get(number) ?? {};
    const settings = setting === undefined ? others : { ...others, [kind]: setting };
    if (Object.keys(settings).length === 0) this.#lines.delete(number);
    else this.#lines.set(number, settings);
  }
}
