/** `line forward` and `line dnd`: what a line does with calls that it is not to have. */
import { hostname, userInfo } from 'node:os';
import type { SettingName, SettingRow } from '../http/setting-rows.ts';
import { readDuration } from '../store/values.ts';
import { fetchJson, findManager, type Target } from './api-client.ts';
import { CommandError, EXIT } from './exit-code.ts';
import { type Column, formatTable, formatTime } from './output.ts';

const NAMES: Readonly<Record<SettingName, string>> = {
  all: 'all calls',
  busy: 'when busy',
  'no answer': 'not answered',
  unreachable: 'not reachable',
  dnd: 'do not disturb',
};

export const SETTINGS: readonly Column<SettingRow>[] = [
  { head: 'forwards', cell: ({ what }) => NAMES[what] },
  { head: 'to', cell: ({ isOn, to, what }) => (isOn && what !== 'dnd' ? to : isOn ? 'on' : 'off') },
  { head: 'after', cell: ({ afterS }) => (afterS === 0 ? '' : `${afterS} s`) },
  { head: 'set by', cell: ({ by }) => by },
  { head: 'since', cell: ({ at }) => formatTime(at) },
];

/** As they are written on the command line. */
export const FORWARDS = ['all', 'busy', 'no-answer', 'unreachable'] as const;

const SECONDS_MAX = 600;

/** `to`: a number, `off`, or `directory`. Throws `CommandError`: usage, not found, failed with the refusal's code. */
export async function setForward(
  number: string,
  when: string,
  to: string,
  after: string | undefined,
  target: Target,
): Promise<string> {
  if (!FORWARDS.some((name) => name === when))
    throw new CommandError(EXIT.usage, `'${when}' is none of ${FORWARDS.join(', ')}`);
  const afterMs = after === undefined ? undefined : readDuration(after);
  const seconds = afterMs === undefined ? undefined : afterMs / 1000;
  const isTime = seconds !== undefined && Number.isInteger(seconds) && seconds >= 1;
  if (after !== undefined && !(isTime && seconds <= SECONDS_MAX && when === 'no-answer'))
    throw new CommandError(
      EXIT.usage,
      `'--after ${after}': expected a time such as 20s, of 1 s to ${SECONDS_MAX} s, with no-answer`,
    );
  const state = to === 'off' || to === 'directory' ? to : 'on';
  const what = when === 'no-answer' ? 'no answer' : (when as SettingName);
  const change = { what, state, ...(state === 'on' ? { to } : {}) };
  return set(number, seconds === undefined ? change : { ...change, after_s: seconds }, target);
}

/** `state`: `on`, `off` or `directory`. */
export function setDnd(number: string, state: string, target: Target): Promise<string> {
  if (state !== 'on' && state !== 'off' && state !== 'directory')
    throw new CommandError(EXIT.usage, `'${state}' is none of on, off, directory`);
  return set(number, { what: 'dnd', state }, target);
}

async function set(number: string, change: object, target: Target): Promise<string> {
  const access = findManager(target, process.env, 'cluster');
  const by = `${userInfo().username}@${hostname()}`;
  const path = `/lines/${encodeURIComponent(number)}/settings`;
  // Our own API of our own version: its row types are the contract.
  const answer = await fetchJson(access, path, 'POST', { ...change, by });
  const { items } = answer as { readonly items: readonly SettingRow[] };
  return items.length === 0 ? `line ${number} forwards nothing\n` : formatTable(items, SETTINGS);
}
