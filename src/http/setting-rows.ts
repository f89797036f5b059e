/** What a line does with calls that it is not to have, as it is shown and changed. */

export const SETTING_NAMES = ['all', 'busy', 'no answer', 'unreachable', 'dnd'] as const;

export type SettingName = (typeof SETTING_NAMES)[number];

/** Of each that is on, and of each that a member or an administrator has switched off. */
export type SettingRow = {
  readonly what: SettingName;
  readonly isOn: boolean;
  /** Of a forward that is on: as dialled from the line. */
  readonly to: string;
  /** Of what is not answered: how long it rings before. Else 0. */
  readonly afterS: number;
  /** Who has said so, `directory` unless somebody else has; and when, ISO 8601, '' for the directory. */
  readonly by: string;
  readonly at: string;
};

/** `state`: 'directory' takes back what members and administrators have set. */
export type SettingChange = {
  readonly what: SettingName;
  readonly state: 'on' | 'off' | 'directory';
  readonly to: string;
  readonly afterMs?: number;
  /** Who it is, for people. */
  readonly by: string;
};

/** `absent`: there is no such line. `refused`: code and title. */
export type SettingChanged =
  | { readonly rows: readonly SettingRow[] }
  | { readonly absent: string }
  | { readonly refused: string }
  | { readonly unkept: string };
