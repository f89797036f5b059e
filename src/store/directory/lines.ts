/** Lines of the directory: those that are given, and one for each device that has a number of its own. */
import { STEP, type Work } from '../../base/work.ts';
import type { Device, Line, Member, Offering, Rights } from '../../call/directory.ts';
import {
  FORWARD_AFTER_MS,
  type GivenForwards,
  LINE_PATIENCE_MS,
} from '../../call/forwarding/forwarding.ts';
import { type Entry, keyPlaceAt, placeAt, plain } from '../document.ts';
import { suggestion } from '../nearest-name.ts';
import { formatPlace, type Problem } from '../problem.ts';
import { checkShape } from '../shape.ts';
import { dialNumber } from '../values.ts';
import type { DeviceDraft, DeviceDrafts } from './devices.ts';
import type { Entries } from './gather.ts';
import { type LineEntry, type LineNames, lineNamesSchema, lineSchema } from './schema.ts';

/** Barging into a call that others have is given on purpose only. */
const RIGHTS_DEFAULT: readonly Rights[] = ['answer', 'originate', 'retrieve'];
/** Lamps of a line that says nothing: more than a phone has keys. Calls beyond them ring without one. */
const APPEARANCES_DEFAULT = 100;
/** Lines that are read at a time: each is checked against its schema. */
const READ_STEP = 256;
const PARALLEL: Offering = { type: 'parallel' };

/** All lines by number: those of `entries` first, then the devices' own numbers. */
export function* readLines(
  entries: Entries,
  devices: DeviceDrafts,
  problems: Problem[],
): Work<Map<string, Line>> {
  const lines = new Map<string, Line>();
  let left = 0;
  for (const entry of entries.values()) {
    if (++left % READ_STEP === 0) yield;
    const fault = dialNumber.safeParse(entry.key).error?.issues[0];
    if (fault) problems.push({ place: entry.place, message: fault.message });
    const given = checkShape(lineSchema, entry.value, problems);
    const names = lineNamesSchema.safeParse(plain(entry.value, []));
    if (names.success) checkNames(entry, names.data, devices, problems);
    if (given === undefined) continue;
    checkMembers(entry, given, problems);
    lines.set(entry.key, makeLine(entry.key, given));
  }
  const ownNumbers = new Map<string, DeviceDraft>();
  const checked = new Set<Entry>();
  for (const draft of devices.drafts.values()) {
    const { watchers = [], entry } = draft;
    if (++left % STEP === 0) yield;
    // Once for a range of devices.
    if (watchers !== 'all' && !checked.has(entry))
      checkWatchers(entry, watchers, devices, problems);
    checked.add(entry);
    if (draft.number === '') continue;
    const line = entries.get(draft.number);
    const twin = ownNumbers.get(draft.number);
    if (line) {
      const message = `number '${draft.number}' is line '${draft.number}' in ${formatPlace(line.place)}: make the device a member there`;
      problems.push({ place: numberPlace(draft), message });
    } else if (twin) {
      const message = `number '${draft.number}' is already that of device '${twin.id}' in ${formatPlace(twin.entry.place)}`;
      problems.push({ place: numberPlace(draft), message });
    } else {
      ownNumbers.set(draft.number, draft);
      lines.set(draft.number, extension(draft));
    }
  }
  return lines;
}

/** Devices with the numbers that they answer for: their own first, then as the lines come. */
export function* joinLines(
  devices: DeviceDrafts,
  lines: ReadonlyMap<string, Line>,
): Work<Map<string, Device>> {
  let left = 0;
  const shared = new Map<string, string[]>();
  for (const line of lines.values()) {
    if (++left % STEP === 0) yield;
    for (const member of line.members) {
      if (devices.drafts.get(member.device)?.number === line.number) continue;
      const numbers = shared.get(member.device);
      if (numbers) numbers.push(line.number);
      else shared.set(member.device, [line.number]);
    }
  }
  const joined = new Map<string, Device>();
  for (const draft of devices.drafts.values()) {
    if (++left % STEP === 0) yield;
    const others = shared.get(draft.id) ?? [];
    const numbers = draft.number === '' ? others : [draft.number, ...others];
    joined.set(draft.id, joinedDevice(draft, numbers));
  }
  return joined;
}

/** What was made of a draft: one that is in the next directory too is the same device and line there. */
const DEVICES = new WeakMap<DeviceDraft, Device>();
const EXTENSIONS = new WeakMap<DeviceDraft, Line>();

function joinedDevice(draft: DeviceDraft, lines: readonly string[]): Device {
  const known = DEVICES.get(draft);
  if (known?.lines.length === lines.length && lines.every((line, at) => known.lines[at] === line))
    return known;
  const { id, user, name, ha1, acceptFrom, search, callsMax } = draft;
  const space = search === undefined ? {} : { search };
  const most = callsMax === undefined ? {} : { callsMax };
  const device = { id, user, name, ha1, acceptFrom, lines, ...space, ...most };
  DEVICES.set(draft, device);
  return device;
}

/** A user name that is also a line's number means two things unless that line is the device's own. */
export function* checkUsers(
  devices: DeviceDrafts,
  lines: ReadonlyMap<string, Line>,
  problems: Problem[],
): Work<void> {
  let left = 0;
  for (const { id, user, entry } of devices.drafts.values()) {
    if (++left % STEP === 0) yield;
    const line = lines.get(user);
    if (!line || line.members.some((member) => member.device === id)) continue;
    const message = `user '${user}' is also number '${user}', of which device '${id}' is no member`;
    problems.push({ place: keyPlaceAt(entry.value, [], 'user'), message });
  }
}

function makeLine(number: string, given: LineEntry): Line {
  const members = Object.entries(given.members).map(
    ([name, { device, ring, rights, privacy }]): Member => ({
      name,
      device,
      ringAfterMs: ring ?? 0,
      rights: rights ?? RIGHTS_DEFAULT,
      ...(privacy === 'on' && { isPrivate: true }),
    }),
  );
  return {
    number,
    name: given.name ?? '',
    mode: given.mode ?? 'single',
    appearances: given.appearances ?? APPEARANCES_DEFAULT,
    offering: makeOffering(given.offer),
    members,
    ...answeringOf(given),
    ...(given.busy && { callsPerMember: given.busy.per_member }),
    ...(given.watchers && { watchers: given.watchers }),
    ...(given.watcher_rights && { watcherRights: given.watcher_rights }),
    ...(given.held_counts && { countsHeld: given.held_counts === 'on' }),
    whenFull: given.when_full ?? (given.appearances === undefined ? 'ring' : 'busy'),
    ...(given.max_calls !== undefined && { callsMax: given.max_calls }),
    ...(given.search !== undefined && { search: given.search }),
  };
}

/** How long it rings, where calls go that it is not to have, and who else may answer them. */
function answeringOf({
  no_answer,
  forward,
  dnd,
  pickup_group: pickupGroup,
}: DeviceDraft['answering']): Pick<Line, 'noAnswerMs' | 'forward' | 'isDnd' | 'pickupGroup'> {
  const to = no_answer?.to;
  const usual = to === undefined ? LINE_PATIENCE_MS : FORWARD_AFTER_MS;
  const forwards: GivenForwards = {
    ...(forward?.all !== undefined && { all: forward.all }),
    ...(forward?.busy !== undefined && { busy: forward.busy }),
    ...(to !== undefined && { 'no answer': to }),
    ...(forward?.unreachable !== undefined && { unreachable: forward.unreachable }),
  };
  return {
    noAnswerMs: no_answer?.after ?? usual,
    ...(Object.keys(forwards).length > 0 && { forward: forwards }),
    ...(dnd === 'on' && { isDnd: true }),
    ...(pickupGroup !== undefined && { pickupGroup }),
  };
}

function makeOffering(offer: LineEntry['offer']): Offering {
  if (offer === undefined || offer === 'parallel') return PARALLEL;
  const steps = offer.serial.map(({ members, seconds }) => ({ members, ms: seconds * 1000 }));
  return { type: 'serial', steps };
}

function extension(draft: DeviceDraft): Line {
  const known = EXTENSIONS.get(draft);
  if (known !== undefined) return known;
  const member = { name: draft.id, device: draft.id, ringAfterMs: 0, rights: RIGHTS_DEFAULT };
  const line: Line = {
    number: draft.number,
    name: draft.name,
    mode: 'single',
    appearances: APPEARANCES_DEFAULT,
    offering: PARALLEL,
    members: [member],
    ...answeringOf(draft.answering),
    whenFull: 'ring',
    ...(draft.watchers && { watchers: draft.watchers }),
    ...(draft.watcherRights && { watcherRights: draft.watcherRights }),
  };
  EXTENSIONS.set(draft, line);
  return line;
}

/** Devices and members that a line names. A name that is none ('') was complained of already. */
function checkNames(
  entry: Entry,
  { members, offer, watchers }: LineNames,
  devices: DeviceDrafts,
  problems: Problem[],
): void {
  const { drafts, broken } = devices;
  const seats = new Map<string, string>();
  for (const [name, { device }] of Object.entries(members)) {
    if (device === '') continue;
    const place = placeAt(entry.value, ['members', name, 'device']);
    const seat = seats.get(device);
    if (seat !== undefined)
      problems.push({ place, message: `device '${device}' is already member '${seat}'` });
    seats.set(device, name);
    if (drafts.has(device) || broken.has(device)) continue;
    const message = `unknown device '${device}'${suggestion(device, drafts.keys())}`;
    problems.push({ place, message });
  }
  checkWatchers(entry, watchers, devices, problems);
  watchers.forEach((device, index) => {
    const seat = seats.get(device);
    if (device === '' || seat === undefined) return;
    const place = placeAt(entry.value, ['watchers', index]);
    problems.push({
      place,
      message: `device '${device}' is member '${seat}', which sees the line`,
    });
  });
  const names = Object.keys(members);
  offer.serial.forEach((step, index) => {
    step.members.forEach((name, position) => {
      if (name === '' || names.includes(name)) return;
      const place = placeAt(entry.value, ['offer', 'serial', index, 'members', position]);
      problems.push({ place, message: `unknown member '${name}'${suggestion(name, names)}` });
    });
  });
}

/** Devices that may see a line. A name that is none ('') was complained of already. */
function checkWatchers(
  { value }: Entry,
  watchers: readonly string[],
  { drafts, broken }: DeviceDrafts,
  problems: Problem[],
): void {
  watchers.forEach((device, index) => {
    if (device === '' || drafts.has(device) || broken.has(device)) return;
    const message = `unknown device '${device}'${suggestion(device, drafts.keys())}`;
    problems.push({ place: placeAt(value, ['watchers', index]), message });
  });
}

/** Whether there are members, and all of them are offered the line's calls. */
function checkMembers(entry: Entry, given: LineEntry, problems: Problem[]): void {
  const names = Object.keys(given.members);
  if (names.length === 0)
    problems.push({ place: entry.place, message: `line '${entry.key}' has no members` });
  if (given.offer === undefined || given.offer === 'parallel') return;
  const served = new Set(given.offer.serial.flatMap((step) => step.members));
  for (const name of names) {
    if (served.has(name)) continue;
    const place = keyPlaceAt(entry.value, ['members'], name);
    problems.push({ place, message: `member '${name}' is in no step of 'offer'` });
  }
}

function numberPlace(draft: DeviceDraft) {
  return placeAt(draft.entry.value, ['number']);
}
