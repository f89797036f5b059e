/**
 * What a line does with calls that it is not to have: forwards for all of them, for when it is busy, does not
 * answer or cannot be reached, and do not disturb. The directory says so, and members say otherwise from
 * their phones (`line-settings.ts`); this puts the two together.
 */
import type { Cause } from '../cause.ts';
import type { Directory } from '../directory.ts';
import type { LineSettings } from './line-settings.ts';

export const FORWARD_KINDS = ['all', 'busy', 'no answer', 'unreachable'] as const;

export type ForwardKind = (typeof FORWARD_KINDS)[number];

/** As the directory has them: numbers, as one would dial them from the line. */
export type GivenForwards = { readonly [K in ForwardKind]?: string };

/** `to`: as dialled from the line. `by`: the member's device that has set it, with whose rights it is dialled. */
export type Forward = { readonly to: string; readonly by?: string };

/** What a line forwards now. */
export type Forwards = { readonly [K in ForwardKind]?: Forward } & {
  readonly number: string;
  readonly isDnd: boolean;
  /** How long it rings before it counts as not answered; absent: as long as ever. */
  readonly patienceMs?: number;
};

/** How long a line rings that forwards what is not answered and says nothing of the time. */
export const FORWARD_AFTER_MS = 20_000;
/** How long a line rings that says nothing at all: longer than a caller's patience (RFC 3261's timer C is three minutes). */
export const LINE_PATIENCE_MS = 120_000;

/** Undefined: none, and no do not disturb. That of most lines costs two look-ups. */
export function forwardsOf(
  directory: Directory,
  settings: LineSettings,
  number: string,
): Forwards | undefined {
  const own = numberOf(directory, number);
  const set = settings.of(own);
  const line = directory.lines.get(own);
  if (line === undefined) return undefined;
  if (set === undefined && line.forward === undefined && line.isDnd !== true) return undefined;
  const forwards: { -readonly [K in keyof Forwards]: Forwards[K] } = {
    number: own,
    isDnd: set?.dnd === undefined ? line.isDnd === true : set.dnd.isOn,
  };
  for (const kind of FORWARD_KINDS) {
    const said = set?.[kind];
    const given = line.forward?.[kind];
    if (said?.isOn)
      forwards[kind] = said.by === '' ? { to: said.to } : { to: said.to, by: said.by };
    else if (said === undefined && given !== undefined) forwards[kind] = { to: given };
  }
  const after = set?.['no answer'];
  if (after?.isOn) {
    const usual = line.noAnswerMs < LINE_PATIENCE_MS ? line.noAnswerMs : FORWARD_AFTER_MS;
    forwards.patienceMs = after.afterMs ?? usual;
  }
  return forwards;
}

/** A user's name stands for the device's own number, where it has one of its own: what that forwards counts. */
function numberOf({ lines, users }: Directory, number: string): string {
  const [only, ...others] = lines.has(number) ? [] : (users.get(number)?.lines ?? []);
  if (only === undefined || others.length > 0) return number;
  return lines.get(only)?.members.length === 1 ? only : number;
}

/** What a line's refusal is for its forwards; undefined: nothing that they are for. */
export function kindOfRefusal(cause: Cause): Exclude<ForwardKind, 'all'> | undefined {
  switch (cause) {
    case 'busy':
    case 'no free appearance':
    case 'declined':
      return 'busy';
    case 'no answer':
      return 'no answer';
    case 'no device':
    case 'unreachable':
      return 'unreachable';
    default:
      return undefined;
  }
}

/** Where such a call goes: who is not there does not answer either. */
export function forwardFor(
  forwards: Forwards,
  kind: Exclude<ForwardKind, 'all'>,
): Forward | undefined {
  return kind === 'unreachable' ? (forwards.unreachable ?? forwards['no answer']) : forwards[kind];
}
