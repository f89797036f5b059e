/**
 * Call-Info as shared call appearances use it: BroadSoft SIP Access Side Extensions, section 2.
 *
 * One value for each appearance: `<sip:domain>;appearance-index=1;appearance-state=active;appearance-uri="…"`.
 * What stands in several fields, in one list, or behind one URI with its parameters repeated (as some
 * servers write it) means the same. The URI in front says nothing that is used.
 */
import {
  formatInfoValue,
  type InfoParameter,
  readInfoValue,
} from '../../sip/message/info-values.ts';
import { parseNameAddr, splitValues } from '../../sip/message/name-addr.ts';
import { formatNameAddr } from '../../sip/message/safe.ts';
import {
  APPEARANCE_INDEX_MAX,
  type Appearance,
  busyAppearances,
  LAMP_STATES,
  type LampState,
  readAppearanceIndex,
  type ShownParty,
} from './appearance.ts';

/** Appearances in one message; no phone has lamps for more. Reading refuses more, writing shows the lowest. */
export const CALL_INFO_VALUES_MAX = 64;
/** Octets of one appearance-uri that are read or written; a longer one is left out, being for display only. */
const APPEARANCE_URI_BYTES_MAX = 512;
/** Octets of all appearance-uris of one message, so that the field stays below what others take. */
const ALL_URIS_BYTES_MAX = 4_096;
/** How much of a wrong value is repeated in a refusal. */
const REPEATED_MAX = 64;

const INDEX = 'appearance-index';
const STATE = 'appearance-state';
const URI = 'appearance-uri';

/** What is said of one appearance, or with '*' of all that are not named. */
export type CallInfo = {
  readonly index: number | '*';
  /** Undefined: not said, or a word that is none of the nine. */
  readonly state: LampState | undefined;
  /** Undefined: not said, or not readable. */
  readonly remote: ShownParty | undefined;
};

export type CallInfoFault = {
  readonly code: 'malformed' | 'no index' | 'bad index' | 'several indices' | 'too many';
  /** For a person: what was wrong, with the text that was; printable ASCII. */
  readonly text: string;
};

export type CallInfoRead =
  | { readonly ok: true; readonly values: readonly CallInfo[] }
  | { readonly ok: false; readonly fault: CallInfoFault };

export type IndexRead =
  | {
      readonly ok: true;
      readonly index: number;
      readonly state: LampState | undefined;
    }
  | { readonly ok: false; readonly fault: CallInfoFault };

/**
 * Reads the Call-Info fields of a message. Values that speak of something else (a caller's picture,
 * `purpose=icon`) are passed over, so a message without any gives an empty list.
 */
export function readCallInfo(fields: readonly string[]): CallInfoRead {
  const values: CallInfo[] = [];
  for (const text of fields.flatMap(splitValues)) {
    const parameters = readInfoValue(text)?.parameters;
    if (parameters === undefined) {
      if (!/appearance-/i.test(text)) continue;
      return fault('malformed', `Call-Info cannot be read: ${repeat(text)}`);
    }
    for (const group of groupsOf(parameters)) {
      if (values.length >= CALL_INFO_VALUES_MAX)
        return fault('too many', `Call-Info names more than ${CALL_INFO_VALUES_MAX} appearances`);
      const index = group.get(INDEX);
      if (index === undefined)
        return fault('no index', `Call-Info has no ${INDEX}: ${repeat(text)}`);
      const number = index === '*' ? '*' : readAppearanceIndex(index);
      if (number === undefined) {
        const wanted = `a whole number from 1 to ${APPEARANCE_INDEX_MAX}, or *`;
        return fault('bad index', `${INDEX} is not ${wanted}: ${repeat(index)}`);
      }
      values.push({ index: number, state: readState(group), remote: readRemote(group) });
    }
  }
  return { ok: true, values };
}

/**
 * The one appearance that a request speaks of: INVITE, SUBSCRIBE for line-seize. 'no index' when it
 * speaks of none, which is for an INVITE no fault: some phones leave the header out.
 */
export function readCallInfoIndex(fields: readonly string[]): IndexRead {
  const read = readCallInfo(fields);
  if (!read.ok) return read;
  const [value, ...others] = read.values;
  if (value === undefined) return fault('no index', `no Call-Info with ${INDEX}`);
  const { index, state } = value;
  if (index === '*') return fault('bad index', `${INDEX}=* names no appearance`);
  for (const other of others)
    if (other.index !== index)
      return fault('several indices', `Call-Info names appearances ${index} and ${other.index}`);
  return { ok: true, index, state: state ?? others.find((other) => other.state)?.state };
}

/**
 * The appearance parameters of a value, a group for each appearance: a name that the group has already
 * begins the next. Unknown names are passed over; a value with none that is known has no group.
 */
function groupsOf(parameters: readonly InfoParameter[]): Map<string, string>[] {
  const groups: Map<string, string>[] = [];
  let group: Map<string, string> | undefined;
  for (const [name, value] of parameters) {
    if (name !== INDEX && name !== STATE && name !== URI) continue;
    if (group === undefined || group.has(name)) {
      group = new Map();
      groups.push(group);
    }
    group.set(name, value);
  }
  return groups;
}

function readState(group: ReadonlyMap<string, string>): LampState | undefined {
  const text = group.get(STATE)?.trim().toLowerCase();
  return LAMP_STATES.find((state) => state === text);
}

function readRemote(group: ReadonlyMap<string, string>): ShownParty | undefined {
  const text = group.get(URI);
  if (text === undefined || text.length > APPEARANCE_URI_BYTES_MAX) return undefined;
  const address = parseNameAddr(text);
  return address && { uri: address.uri, displayName: address.displayName };
}

function fault(code: CallInfoFault['code'], text: string) {
  return { ok: false, fault: { code, text } } as const;
}

/** A piece of what was sent, fit for a header line and a log. */
function repeat(text: string): string {
  const piece = text.slice(0, REPEATED_MAX).replace(/[^\x20-\x7e]/g, '?');
  return text.length > REPEATED_MAX ? `${piece}...` : piece;
}

/** The value of a Call-Info field. `domain` is the line's. */
export function formatCallInfo(values: readonly CallInfo[], domain: string): string {
  let left = ALL_URIS_BYTES_MAX;
  const texts = values.map(({ index, state, remote }) => {
    const parameters: InfoParameter[] = [[INDEX, `${index}`]];
    if (state !== undefined) parameters.push([STATE, state]);
    const address = remote === undefined ? '' : formatNameAddr(remote.displayName, remote.uri);
    if (address !== '' && address.length <= Math.min(left, APPEARANCE_URI_BYTES_MAX)) {
      left -= address.length;
      parameters.push([URI, address]);
    }
    return formatInfoValue({ uri: `sip:${domain}`, parameters });
  });
  return texts.join(',');
}

/**
 * The state of a whole line, for NOTIFY of call-info: every appearance that is busy, lowest first,
 * then `*` for the others, which are idle.
 */
export function lineCallInfo(appearances: readonly Appearance[], domain: string): string {
  const busy = busyAppearances(appearances, CALL_INFO_VALUES_MAX - 1);
  return formatCallInfo([...busy, { index: '*', state: 'idle', remote: undefined }], domain);
}

/** The state of one appearance: for NOTIFY of line-seize, and for an INVITE that rings on it. */
export function appearanceCallInfo(
  index: number,
  state: LampState | undefined,
  domain: string,
): string {
  return formatCallInfo([{ index, state, remote: undefined }], domain);
}
