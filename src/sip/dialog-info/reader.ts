/**
 * Reads documents of the dialog package, as phones publish them (RFC 7463 §5.3) or notify: RFC 4235 §4.
 *
 * Strict in what is acted upon (states, identifiers, numbers), lenient in what is met in the field:
 * `pvalue` for `pval`, 'receiver' for 'recipient' (RFC 4235 §6.2 itself writes so), elements in any
 * order, namespaces left out, version and state left out. Unknown elements are passed over.
 */
import { readInteger } from '../message/characters.ts';
import { parseUri } from '../message/uri.ts';
import {
  DIALOG_EVENTS,
  DIALOG_INFO_NAMESPACE,
  DIALOG_STATES,
  type DialogEntry,
  type DialogInfo,
  type DialogReference,
  type Participant,
  type ParticipantIdentity,
  SHARED_NAMESPACE,
  type Target,
} from './document.ts';
import { readXml, type XmlElement, type XmlFault } from './xml.ts';

export const DIALOG_INFO_LIMITS = {
  /** Octets of a document; more: 'size'. */
  bytes: 16_384,
  /** Elements inside each other; deeper: 'depth'. The package needs 5. */
  depth: 8,
  /** Dialogs of a document; more: 'dialogs'. */
  dialogs: 64,
  /** Octets of an id, Call-ID or tag; more: 'dialog'. */
  idBytes: 256,
  /** Octets of a URI; one that is longer counts as not readable. */
  uriBytes: 512,
  /** Octets of a display name or parameter; the rest is cut off. */
  nameBytes: 128,
  /** Parameters of a target; those beyond are passed over. */
  parameters: 16,
} as const;

export type DialogInfoFault = {
  readonly code: XmlFault['code'] | 'root' | 'document' | 'dialogs' | 'dialog';
  /** For a person: what was wrong, and in which dialog; printable ASCII. */
  readonly text: string;
};

export type DialogInfoRead =
  | { readonly ok: true; readonly document: DialogInfo }
  | { readonly ok: false; readonly fault: DialogInfoFault };

const LIMITS = DIALOG_INFO_LIMITS;
const VERSION_MAX = 0xffff_ffff;
const APPEARANCE_MAX = 0x7fff_ffff;

/** A part that was read, or what is wrong with it. */
type Part<T> = { readonly value: T } | { readonly wrong: string };
type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Reads a body of type application/dialog-info+xml. Every text is an answer, none throws. */
export function readDialogInfo(body: string): DialogInfoRead {
  const read = readXml(body, LIMITS);
  if (!read.ok) return read;
  const { root } = read;
  if (root.name !== 'dialog-info' || !isPlain(root))
    return refuse('root', 'the root element is not dialog-info');
  const { attributes } = root;
  const versionText = attributes.get('version') ?? '0';
  const version = readInteger(versionText, 0, versionText.length, VERSION_MAX);
  if (version < 0) return refuse('document', 'version is no number');
  const state = attributes.get('state') ?? 'full';
  if (state !== 'full' && state !== 'partial')
    return refuse('document', 'state is neither full nor partial');
  const entity = readUri(attributes.get('entity') ?? '') ?? '';
  const elements = root.children.filter((child) => child.name === 'dialog' && isPlain(child));
  if (elements.length > LIMITS.dialogs)
    return refuse('dialogs', `more than ${LIMITS.dialogs} dialogs`);
  const dialogs: DialogEntry[] = [];
  for (const element of elements) {
    const entry = readEntry(element);
    if ('wrong' in entry) return refuse('dialog', `dialog ${dialogs.length + 1}: ${entry.wrong}`);
    if (dialogs.some(({ id }) => id === entry.value.id))
      return refuse('dialog', `dialog ${dialogs.length + 1}: its id stands twice`);
    dialogs.push(entry.value);
  }
  return { ok: true, document: { version, state, entity, dialogs } };
}

function refuse(code: DialogInfoFault['code'], text: string): DialogInfoRead {
  return { ok: false, fault: { code, text } };
}

/** Of the package's own namespace, or of none because its writer forgot it. */
function isPlain({ namespace }: XmlElement): boolean {
  return namespace === '' || namespace === DIALOG_INFO_NAMESPACE;
}

function find(element: XmlElement, name: string): XmlElement | undefined {
  return element.children.find((child) => child.name === name && isPlain(child));
}

/** An element of RFC 7463; some writers put it into the package's namespace. */
function findShared(element: XmlElement, name: string): XmlElement | undefined {
  return element.children.find(
    (child) => child.name === name && (child.namespace === SHARED_NAMESPACE || isPlain(child)),
  );
}

function readEntry(element: XmlElement): Part<DialogEntry> {
  const { attributes } = element;
  const id = attributes.get('id') ?? '';
  if (!isIdentifier(id)) return { wrong: 'no usable id' };
  const stateElement = find(element, 'state');
  const state = DIALOG_STATES.find((each) => each === stateElement?.text.toLowerCase());
  if (state === undefined) return { wrong: 'no state, or not one of RFC 4235' };
  const entry: Mutable<DialogEntry> = { id, state };
  const event = DIALOG_EVENTS.find((each) => each === stateElement?.attributes.get('event'));
  if (event !== undefined) entry.event = event;
  const code = stateElement?.attributes.get('code') ?? '';
  if (/^[1-6][0-9]{2}$/.test(code)) entry.code = Number(code);
  return readNames(element, entry) ?? readShared(element, entry) ?? readSides(element, entry);
}

/** The identifiers and the direction into `entry`; what is wrong with them, if anything. */
function readNames(
  { attributes }: XmlElement,
  entry: Mutable<DialogEntry>,
): { wrong: string } | undefined {
  for (const [name, key] of [
    ['call-id', 'callId'],
    ['local-tag', 'localTag'],
    ['remote-tag', 'remoteTag'],
  ] as const) {
    const value = attributes.get(name) ?? '';
    // Empty, where its writer had nothing to write.
    if (value === '') continue;
    if (!isIdentifier(value)) return { wrong: `${name} is not usable` };
    entry[key] = value;
  }
  const direction = attributes.get('direction')?.toLowerCase();
  if (direction === 'initiator') entry.direction = direction;
  else if (direction === 'recipient' || direction === 'receiver') entry.direction = 'recipient';
  else if (direction !== undefined) return { wrong: 'direction is not one of RFC 4235' };
  return undefined;
}

/** RFC 7463's elements into `entry`. */
function readShared(
  element: XmlElement,
  entry: Mutable<DialogEntry>,
): { wrong: string } | undefined {
  const appearance = findShared(element, 'appearance')?.text;
  if (appearance !== undefined) {
    const number = /^[0-9]{1,9}$/.test(appearance) ? Number(appearance) : -1;
    if (number < 0 || number > APPEARANCE_MAX) return { wrong: 'appearance is no number' };
    entry.appearance = number;
  }
  const exclusive = findShared(element, 'exclusive')?.text.toLowerCase();
  if (exclusive === 'true' || exclusive === '1') entry.exclusive = true;
  else if (exclusive === 'false' || exclusive === '0') entry.exclusive = false;
  else if (exclusive !== undefined) return { wrong: 'exclusive is neither true nor false' };
  // Says where the dialog came from, and nobody acts upon it: not worth a refusal.
  const replaces = readReference(find(element, 'replaces'));
  if (replaces !== undefined) entry.replaces = replaces;
  for (const [name, key, found] of [
    ['joined-dialog', 'joined', findShared(element, 'joined-dialog')],
    ['replaced-dialog', 'replaced', findShared(element, 'replaced-dialog')],
  ] as const) {
    if (found === undefined) continue;
    const reference = readReference(found);
    if (reference === undefined) return { wrong: `${name} lacks usable identifiers` };
    entry[key] = reference;
  }
  return undefined;
}

function readReference(element: XmlElement | undefined): DialogReference | undefined {
  if (element === undefined) return undefined;
  const { attributes } = element;
  const callId = attributes.get('call-id') ?? '';
  const localTag = attributes.get('local-tag') ?? '';
  const remoteTag = attributes.get('remote-tag') ?? '';
  return [callId, localTag, remoteTag].every(isIdentifier)
    ? { callId, localTag, remoteTag }
    : undefined;
}

/** What is for display cannot be wrong: what cannot be read is left out. */
function readSides(element: XmlElement, entry: Mutable<DialogEntry>): Part<DialogEntry> {
  const local = readParticipant(find(element, 'local'));
  const remote = readParticipant(find(element, 'remote'));
  if (local !== undefined) entry.local = local;
  if (remote !== undefined) entry.remote = remote;
  return { value: entry };
}

function readParticipant(element: XmlElement | undefined): Participant | undefined {
  if (element === undefined) return undefined;
  const identity = readIdentity(find(element, 'identity'));
  const target = readTarget(find(element, 'target'));
  const participant: Mutable<Participant> = {};
  if (identity !== undefined) participant.identity = identity;
  if (target !== undefined) participant.target = target;
  return participant;
}

function readIdentity(element: XmlElement | undefined): ParticipantIdentity | undefined {
  const uri = readUri(element?.text ?? '');
  if (element === undefined || uri === undefined) return undefined;
  return { uri, displayName: readName(element.attributes.get('display')) };
}

function readTarget(element: XmlElement | undefined): Target | undefined {
  const uri = readUri(element?.attributes.get('uri') ?? '');
  if (element === undefined || uri === undefined) return undefined;
  const parameters: [string, string][] = [];
  for (const child of element.children) {
    if (child.name !== 'param' || !isPlain(child)) continue;
    const name = readName(child.attributes.get('pname'));
    const value = readName(child.attributes.get('pval') ?? child.attributes.get('pvalue'));
    if (name !== '' && parameters.length < LIMITS.parameters) parameters.push([name, value]);
  }
  return { uri, parameters };
}

/** A URI as it stood, without the angle brackets that some put round it; undefined: it is none. */
function readUri(text: string): string | undefined {
  const uri = text.startsWith('<') && text.endsWith('>') ? text.slice(1, -1) : text;
  return uri.length <= LIMITS.uriBytes && parseUri(uri) !== undefined ? uri : undefined;
}

/** What may stand as an id, Call-ID or tag: visible ASCII in one piece. */
function isIdentifier(text: string): boolean {
  return text.length <= LIMITS.idBytes && /^[\x21-\x7e]+$/.test(text);
}

/** Text for people, '' when absent, on one line and of a bearable length. */
function readName(text = ''): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not pass
  const name = text.replace(/[\x00-\x1f\x7f]/g, ' ');
  if (name.length <= LIMITS.nameBytes) return name;
  // Not in the middle of a character.
  return name.slice(0, LIMITS.nameBytes).replace(/[\xc2-\xf4][\x80-\xbf]{0,2}$/, '');
}
