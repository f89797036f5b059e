/** What a line does with calls that it is not to have: shown, and changed by an administrator. */
import { FORWARD_KINDS, forwardsOf } from '../call/forwarding/forwarding.ts';
import type { Setting, SettingKind } from '../call/forwarding/line-settings.ts';
import { formatRefusal, type RefusalCode } from '../call/refusal-codes.ts';
import type { SettingChange, SettingChanged, SettingRow } from '../http/setting-rows.ts';
import { suggestion } from '../store/nearest-name.ts';
import type { CallManager } from './call-manager.ts';

type Manager = Pick<CallManager, 'directory' | 'processing'>;

const DIRECTORY = { by: 'directory', at: '' };

export function settingRows({ directory, processing }: Manager, number: string): SettingRow[] {
  const line = directory.lines.get(number);
  const forwards = forwardsOf(directory, processing.settings, number);
  const set = processing.settings.of(number) ?? {};
  const rows: SettingRow[] = [];
  for (const what of FORWARD_KINDS) {
    const forward = forwards?.[what];
    const afterMs = what === 'no answer' ? (forwards?.patienceMs ?? line?.noAnswerMs ?? 0) : 0;
    if (forward !== undefined)
      rows.push({ what, isOn: true, to: forward.to, afterS: afterMs / 1000, ...origin(set[what]) });
    else if (set[what] !== undefined) rows.push({ ...off(what), ...origin(set[what]) });
  }
  if (forwards?.isDnd || set.dnd !== undefined)
    rows.push({ ...off('dnd'), isOn: forwards?.isDnd === true, ...origin(set.dnd) });
  return rows;
}

function off(what: SettingKind) {
  return { what, isOn: false, to: '', afterS: 0 };
}

function origin(setting: Setting | undefined): { readonly by: string; readonly at: string } {
  if (setting === undefined) return DIRECTORY;
  return { by: setting.who, at: new Date(setting.atMs).toISOString() };
}

/** In a turn of the core; `done` in this one or in a later one. */
export function changeSetting(
  manager: Manager,
  number: string,
  { what, state, to, afterMs, by }: SettingChange,
  done: (result: SettingChanged) => void,
): void {
  const { directory, processing } = manager;
  if (!directory.lines.has(number))
    return done({ absent: `no line '${number}'${suggestion(number, directory.lines.keys())}` });
  const after = afterMs === undefined || what !== 'no answer' ? {} : { afterMs };
  const wish = { number, kind: what, isOn: state === 'on', to, ...after, by: '', who: by };
  const hear = (code: RefusalCode | undefined): void => {
    if (code === undefined) return done({ rows: settingRows(manager, number) });
    const said = formatRefusal(code);
    done(code === 'LW-3406' ? { unkept: said } : { refused: said });
  };
  if (state === 'directory') processing.resetSetting(number, what, hear);
  else processing.changeSetting(wish, hear);
}
