/** `line why` and `line release`: what is behind an appearance of a line, on all managers; and to free it. */
import { hostname, userInfo } from 'node:os';
import type {
  AppearanceLegRow,
  AppearanceRow,
  EventRow,
  LampRow,
} from '../http/appearance-rows.ts';
import { fetchJson, findManager, type Target } from './api-client.ts';
import { CommandError, EXIT } from './exit-code.ts';
import { type Column, type Format, formatTable, formatTime, formatValue } from './output.ts';

export type WhyOptions = Target & { readonly output: Format };

const EVENTS: readonly Column<EventRow>[] = [
  { head: 'when', cell: ({ at }) => `${formatTime(at)}.${at.slice(20, 23)}` },
  { head: 'noted at', cell: ({ manager }) => manager },
  { head: 'what', cell: sentenceOf },
];

const LEGS: readonly Column<AppearanceLegRow>[] = [
  { head: 'member', cell: ({ member }) => member },
  { head: 'device', cell: ({ device }) => device },
  { head: 'at', cell: ({ manager }) => manager },
  { head: 'is', cell: ({ role, state }) => (state === role ? role : `${role}, ${state}`) },
  { head: 'since', cell: ({ since }) => formatTime(since) },
  { head: 'call-id', cell: ({ callId }) => callId },
  { head: 'contact', cell: ({ contact }) => contact },
];

const LAMPS: readonly Column<LampRow>[] = [
  { head: 'member', cell: ({ member }) => member },
  { head: 'device', cell: ({ device }) => device },
  { head: 'at', cell: ({ manager }) => manager },
  { head: 'package', cell: (row) => row.package },
  { head: 'last told', cell: ({ at }) => formatTime(at) || 'not yet' },
  { head: 'shows', cell: ({ shows, isRight }) => (isRight ? shows : `${shows}: WRONG`) },
  { head: 'answered', cell: ({ isAnswered }) => (isAnswered ? 'yes' : 'no') },
  { head: 'call-id', cell: ({ callId }) => callId },
];

/** Throws `CommandError` (not found) where there is no such line or appearance: it says what there is. */
export async function whyLit(name: string, options: WhyOptions): Promise<string> {
  const access = findManager(options, process.env, 'cluster');
  // Our own API of our own version: its row types are the contract.
  const row = (await fetchJson(access, pathOf(name))) as AppearanceRow;
  return formatValue(row, options.output, () => story(row));
}

/** Frees it. Throws `CommandError`: not found (it is idle too), or unreachable. */
export async function releaseAppearance(
  name: string,
  reason: string,
  target: Target,
): Promise<string> {
  const access = findManager(target, process.env, 'cluster');
  const said = { by: `${userInfo().username}@${hostname()}`, reason };
  const answer = await fetchJson(access, `${pathOf(name)}/release`, 'POST', said);
  return `${(answer as { readonly done: string }).done}\n`;
}

/** `2001/2`. A line alone means its appearance 0, which is none: the manager says which there are. */
function pathOf(name: string): string {
  const [, number = '', appearance = '0'] = /^([^/]+)(?:\/([1-9]\d{0,4}))?$/.exec(name) ?? [];
  if (number === '')
    throw new CommandError(EXIT.usage, `'${name}' is no appearance: say it as 2001/2`);
  return `/lines/${encodeURIComponent(number)}/appearances/${appearance}`;
}

function story(row: AppearanceRow): string {
  const { number, appearance, name, events, legs, lamps, missing } = row;
  const title = `line ${number}/${appearance}${name === '' ? '' : ` "${name}"`}: ${stateOf(row)}`;
  const control = row.control.map(({ manager, pid, epoch, since, why }) => {
    const more = since === '' ? '' : `, since ${formatTime(since)}${why === '' ? '' : ` (${why})`}`;
    return `controlled at ${manager}: ${pid}, epoch ${epoch}${more}\n`;
  });
  const happened =
    events.length === 0 ? 'nothing is remembered of it\n' : formatTable(events, EVENTS);
  const shown = lamps.length === 0 ? '' : `\n${formatTable(lamps, LAMPS)}`;
  const spoken = legs.length === 0 ? '' : `\n${formatTable(legs, LEGS)}`;
  const rest = missing.length === 0 ? '' : `not complete: ${missing.join('; ')}\n`;
  return `${title}\n${control.join('')}\n${happened}${spoken}${shown}${rest}`;
}

function stateOf({ state, member, manager, from, since, isExclusive }: AppearanceRow): string {
  const words: string[] = [state];
  if (member !== '') words.push(`by ${member}`);
  if (manager !== '') words.push(`at ${manager}`);
  if (since !== '') words.push(`since ${formatTime(since)}`);
  const far = from.number === '' ? '' : `, with ${from.number}${from.name && ` "${from.name}"`}`;
  return `${words.join(' ')}${far}${isExclusive ? ', exclusive' : ''}`;
}

/** What happened, as one would say it. */
function sentenceOf(event: EventRow): string {
  const { what, member, from, cause, leaseMs, text, byManager } = event;
  const who = byManager === '' ? member : `${member} at ${byManager}`;
  const far = from === '' ? '' : ` ${from}`;
  switch (what) {
    case 'offered':
      return `a call comes from${far || ' somebody'}`;
    case 'rang':
      return `rings at ${who}`;
    case 'picking up':
      return `${who} is about to pick it up`;
    case 'answered':
      return `answered by ${who}`;
    case 'seized':
      return `seized by ${who} for ${leaseMs / 1000} s`;
    case 'refused':
      return `refused to ${who}: ${cause}`;
    case 'progressing':
      return `${who} dials${far}`;
    case 'active':
      return `${who} talks`;
    case 'held':
      return `held by ${who}`;
    case 'held-private':
      return `held by ${who}, for nobody else`;
    case 'retrieving':
      return `${who} is about to retrieve it`;
    case 'retrieved':
      return `retrieved by ${who}`;
    case 'not retrieved':
      return `${who} has not retrieved it: ${cause}`;
    case 'left':
      return `${who} has let go of it: ${cause}`;
    case 'kept':
      return `${who} is gone; the far end stays for whoever retrieves it`;
    case 'rebuilt':
      return `the line's new process is told of it by ${who}`;
    case 'released':
      return `released by ${text}`;
    case 'freed':
      return `free: ${cause}${member === '' ? '' : ` (${who})`}`;
    default:
      // A manager of a later release.
      return `${what} ${who}`;
  }
}
