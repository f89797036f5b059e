/**
 * Devices of the directory, key ranges spread out.
 *
 * Passwords do not outlive this file: each device gets H(user:realm:password) for SHA-256 and MD5
 * (RFC 7616 §3.4.2) here, at load. Computing them on first use would have to keep the passwords;
 * 20,000 devices take some 50 ms.
 */
import { hash } from 'node:crypto';
import type { Node } from 'yaml';
import type { Work } from '../../base/work.ts';
import type { Device, Line } from '../../call/directory.ts';
import type { Entry } from '../document.ts';
import { keyPlaceAt, placeAt } from '../document.ts';
import { type KeyRange, readKeyRange } from '../key-range.ts';
import type { Place, Problem } from '../problem.ts';
import { type Environment, readSecret } from '../secret.ts';
import { checkShape } from '../shape.ts';
import { dialNumber, displayName, identifier, userName } from '../values.ts';
import { alreadyGiven, type Entries } from './gather.ts';
import { type DeviceEntry, deviceSchema } from './schema.ts';

/** A device as far as its own entry tells; `lines` comes with the lines. */
export type DeviceDraft = Omit<Device, 'lines'> & {
  /** Its own number: an ordinary extension; '' if none. */
  readonly number: string;
  /** Of its own number: how long it rings, what it forwards, and who may pick it up. */
  readonly answering: Pick<DeviceEntry, 'no_answer' | 'forward' | 'dnd' | 'pickup_group'>;
  /** Of its own number. */
  readonly watchers: Line['watchers'] | undefined;
  readonly watcherRights: Line['watcherRights'] | undefined;
  readonly entry: Entry;
};

export type DeviceOptions = {
  /** First SIP domain: part of what passwords are hashed with. */
  readonly realm: string;
  readonly env: Environment;
  /** Folder from which `file:` secrets of that file count. */
  folderOf(file: string): string;
};

export type DeviceDrafts = {
  readonly drafts: ReadonlyMap<string, DeviceDraft>;
  /** Ids of entries with problems: known by name, so that nobody is told that they do not exist. */
  readonly broken: ReadonlySet<string>;
};

/** Entries that are read at a time: each is checked against its schema, and hashed. */
const READ_STEP = 256;
const EVERYWHERE: readonly string[] = ['0.0.0.0/0', '::/0'];
const NOWHERE: readonly string[] = [];

/** All devices by id. */
export function* readDevices(
  entries: Entries,
  options: DeviceOptions,
  problems: Problem[],
): Work<DeviceDrafts> {
  const drafts = new Map<string, DeviceDraft>();
  const broken = new Set<string>();
  const users = new Map<string, Place>();
  let count = 0;
  for (const entry of entries.values()) {
    if (++count % READ_STEP === 0) yield;
    const before = problems.length;
    const found = knownFamily(entry) ?? readFamily(entry, options, problems);
    if (found === undefined || problems.length > before) {
      for (const id of idsOf(entry.key)) broken.add(id);
      continue;
    }
    for (const draft of 'range' in found ? remembered(found) : found) {
      if (drafts.size % READ_STEP === 0) yield;
      const first = drafts.get(draft.id)?.entry.place;
      if (first) problems.push(alreadyGiven(`device '${draft.id}'`, entry.place, first));
      const twin = users.get(draft.user);
      if (twin && !first) {
        const place = keyPlaceAt(entry.value, [], 'user');
        problems.push(alreadyGiven(`user '${draft.user}'`, place, twin));
      }
      if (first || twin) {
        // One line about a range that overlaps, not thousands.
        for (const id of idsOf(entry.key)) if (!drafts.has(id)) broken.add(id);
        break;
      }
      drafts.set(draft.id, draft);
      users.set(draft.user, entry.place);
    }
  }
  return { drafts, broken };
}

/**
 * Devices by the node that they were read from: a directory that is read again in another version has
 * most of them unchanged, and the same nodes for those. What takes secrets to read is read each time.
 */
const KNOWN = new WeakMap<Node, readonly DeviceDraft[]>();

function knownFamily({ value }: Entry): readonly DeviceDraft[] | undefined {
  return value.node && KNOWN.get(value.node);
}

function remembered(family: Family): Iterable<DeviceDraft> {
  const { entry, range, password } = family;
  if (range.count > 1 || password !== undefined || entry.value.node === undefined)
    return members(family);
  const drafts = [...members(family)];
  KNOWN.set(entry.value.node, drafts);
  return drafts;
}

/** One entry: a device or a range of alike ones. */
type Family = {
  readonly entry: Entry;
  readonly range: KeyRange;
  readonly given: DeviceEntry;
  readonly acceptFrom: readonly string[];
  readonly password: string | undefined;
  readonly realm: string;
};

function readFamily(entry: Entry, options: DeviceOptions, problems: Problem[]): Family | undefined {
  const read = readKeyRange(entry.key);
  if (!read.ok) problems.push({ place: entry.place, message: read.message });
  const given = checkShape(deviceSchema, entry.value, problems);
  if (given === undefined || !read.ok) return undefined;
  const { range } = read;
  checkFilled(entry, range, given, problems);

  const place = (key: string) => placeAt(entry.value, [key]);
  let password: string | undefined;
  if (given.password !== undefined) {
    const folder = options.folderOf(entry.place.file);
    const secret = readSecret(given.password, folder, options.env);
    if (secret.ok) password = secret.value;
    else problems.push({ place: place('password'), message: secret.message });
  }
  const ways = [given.password, given.ha1, given.auth].filter((way) => way !== undefined);
  if (ways.length > 1)
    problems.push({ place: entry.place, message: "expected one of 'password', 'ha1' and 'auth'" });
  if (ways.length === 0 && given.accept_from === undefined) {
    const message = `device '${entry.key}' needs a 'password', or 'accept_from' to be let in without`;
    problems.push({ place: entry.place, message });
  }
  if (given.ha1 !== undefined && range.count > 1)
    problems.push({ place: place('ha1'), message: "a range of devices cannot share 'ha1'" });
  const acceptFrom = given.auth === 'none' ? EVERYWHERE : (given.accept_from ?? NOWHERE);
  return { entry, range, given, acceptFrom, password, realm: options.realm };
}

/** What the range's braces turn into has to be right at its end; before that it is alike or shorter. */
function checkFilled(entry: Entry, range: KeyRange, given: DeviceEntry, problems: Problem[]): void {
  const last = range.count - 1;
  const idFault = identifier.safeParse(range.keyAt(last)).error?.issues[0];
  if (idFault) problems.push({ place: entry.place, message: idFault.message });
  for (const [key, schema] of [
    ['user', userName],
    ['name', displayName],
    ['number', dialNumber],
  ] as const) {
    const text = given[key];
    if (text === undefined) continue;
    const place = placeAt(entry.value, [key]);
    const filled = range.fill(text, last);
    const fault = schema.safeParse(filled).error?.issues[0];
    if (/[{}]/.test(filled)) {
      const message = `expected the braces of the key '${entry.key}' or none in '${text}'`;
      problems.push({ place, message });
    } else if (fault) problems.push({ place, message: fault.message });
    else if (range.count > 1 && filled === text && key !== 'name')
      problems.push({ place, message: `all ${range.count} devices would have ${key} '${text}'` });
  }
}

function* members(family: Family): Generator<DeviceDraft> {
  const { entry, range, given, acceptFrom, password, realm } = family;
  for (let index = 0; index < range.count; index++) {
    const id = range.keyAt(index);
    const user = given.user === undefined ? id : range.fill(given.user, index);
    const number = given.number === undefined ? '' : range.fill(given.number, index);
    yield {
      id,
      user,
      name: given.name === undefined ? id : range.fill(given.name, index),
      ha1: password === undefined ? given.ha1 : hashed(user, realm, password),
      acceptFrom,
      // An extension named as its user is one string, not two: there may be many thousands.
      number: number === user ? user : number,
      answering: given,
      ...(given.search !== undefined && { search: given.search }),
      ...(given.max_calls !== undefined && { callsMax: given.max_calls }),
      watchers: given.watchers,
      watcherRights: given.watcher_rights,
      entry,
    };
  }
}

function hashed(user: string, realm: string, password: string): Device['ha1'] {
  const secret = `${user}:${realm}:${password}`;
  return { md5: hash('md5', secret), sha256: hash('sha256', secret) };
}

function* idsOf(key: string): Generator<string> {
  const read = readKeyRange(key);
  if (!read.ok) yield key;
  else for (let index = 0; index < read.range.count; index++) yield read.range.keyAt(index);
}
