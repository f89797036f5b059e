/**
 * Reads a directory: one YAML or JSON file, or a folder whose files add up to one.
 *
 * All that is wrong is said at once. A large one is read in steps, for a manager that has calls up meanwhile. What an entry refers to is judged even where other entries
 * are broken, but nothing is called unknown when the file that may hold it could not be read.
 */
import { readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { finish, paced, type Work } from '../../base/work.ts';
import type { Device, Directory } from '../../call/directory.ts';
import { type Unified, unify } from '../../call/directory-change.ts';
import { type Numbering, numbering } from '../../call/numbering.ts';
import { readSource, type Source } from '../document.ts';
import { type Problem, sortProblems, topOf } from '../problem.ts';
import { type Environment, readText } from '../secret.ts';
import { readCountries } from './countries.ts';
import { type DeviceDraft, readDevices } from './devices.ts';
import { type Document, documentOf } from './document.ts';
import { readFeatures } from './features.ts';
import { checkForwards } from './forwards.ts';
import { checkNames, readGateways } from './gateways.ts';
import { gather } from './gather.ts';
import { readHunts } from './hunts.ts';
import { checkUsers, joinLines, readLines } from './lines.ts';
import { checkModes } from './modes.ts';
import { readPark } from './park.ts';
import { readPickupGroups } from './pickup-groups.ts';
import { readRouteLists } from './route-lists.ts';
import { checkSearch, readDigitTimeout, readRoutePlan } from './route-plan.ts';

/** A file as messages name it, and its content. */
export type DirectoryText = { readonly file: string; readonly text: string };

export type DirectoryOptions = {
  /** First SIP domain; passwords are hashed with it. */
  readonly realm: string;
  readonly env: Environment;
  /** Modes of the lines that there are: what is up on a line is of its mode. Absent: none is there. */
  readonly modes?: ReadonlyMap<string, string>;
  /** What is the same as there is the very object of that. */
  readonly previous?: { readonly directory: Directory; readonly numbering?: Numbering } | undefined;
};

export type DirectoryRead =
  /** `document`: as it is kept; made when it is asked for. `numbering`: of that, if it was needed. */
  | {
      readonly ok: true;
      readonly directory: Directory;
      readonly numbering: Numbering | undefined;
      /** With `previous`. */
      readonly unified: Unified | undefined;
      readonly document: () => Document;
    }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** More devices than that in one directory: a slip in a key range, or a matter for several clusters. */
const DEVICES_MAX = 200_000;
const FILE = /\.(?:ya?ml|json)$/i;

/** The directory at `path`, a file or a folder (its `.yaml`, `.yml` and `.json` files, not those of folders within). */
export function loadDirectory(path: string, options: DirectoryOptions): DirectoryRead {
  const files = filesOf(path);
  const problems: Problem[] = [];
  if (files.length === 0) {
    const message = 'no .yaml, .yml or .json file in this folder';
    problems.push({ place: topOf(path), message });
  }
  const texts: DirectoryText[] = [];
  for (const file of files) {
    const text = readText(file);
    if (text.ok) texts.push({ file, text: text.value });
    else problems.push({ place: topOf(file), message: text.message });
  }
  if (problems.length > 0) return { ok: false, problems };
  return readDirectory(texts, options);
}

/** The directory that `texts` add up to. */
export function readDirectory(
  texts: readonly DirectoryText[],
  options: DirectoryOptions,
): DirectoryRead {
  const problems: Problem[] = [];
  const sources = texts.map(({ file, text }) => readSource(file, text, problems));
  if (sources.every((source) => source.sound)) return readSources(sources, options, problems);
  const files = texts.map(({ file }) => file);
  return { ok: false, problems: sortProblems(problems, files) };
}

/** The directory that sources without syntax errors add up to. `problems`: what is known to be wrong already. */
export function readSources(
  sources: readonly Source[],
  options: DirectoryOptions,
  problems: Problem[] = [],
): DirectoryRead {
  return finish(reading(sources, options, problems));
}

/** The same in steps. */
export function* reading(
  sources: readonly Source[],
  options: DirectoryOptions,
  problems: Problem[] = [],
): Work<DirectoryRead> {
  const { directory, numbering, unified, drafts } = yield* build(sources, options, problems);
  const document = () => documentOf(sources, drafts, directory.gateways);
  if (problems.length === 0) return { ok: true, directory, numbering, unified, document };
  const files = sources.map(({ file }) => file);
  return { ok: false, problems: sortProblems(problems, files) };
}

type Build = {
  readonly directory: Directory;
  readonly numbering: Numbering | undefined;
  readonly unified: Unified | undefined;
  readonly drafts: ReadonlyMap<string, DeviceDraft>;
};

function* build(
  sources: readonly Source[],
  options: DirectoryOptions,
  problems: Problem[],
): Work<Build> {
  const entries = yield* gather(sources, problems);
  const drafts = yield* readDevices(entries.devices, { ...options, folderOf: dirname }, problems);
  if (drafts.drafts.size > DEVICES_MAX) {
    const [first] = entries.devices.values();
    const message = `${drafts.drafts.size} devices, at most ${DEVICES_MAX}`;
    problems.push({ place: first?.place ?? topOf(''), message });
  }
  const lines = yield* readLines(entries.lines, drafts, problems);
  checkModes(entries.lines, lines, options.modes, problems);
  yield* checkUsers(drafts, lines, problems);
  const devices = yield* joinLines(drafts, lines);
  const users = new Map<string, Device>();
  yield* paced([...devices.values()], (device) => users.set(device.user, device));
  const countries = readCountries(entries.countries, problems);
  const terms = { ...options, folderOf: dirname, countries };
  const gateways = readGateways(entries.gateways, terms, problems);
  checkNames(entries.gateways, drafts.drafts, problems);
  const routeLists = readRouteLists(entries, problems);
  const areAllRead = drafts.broken.size === 0;
  const hunts = readHunts(entries, { lines, users, areAllRead }, problems);
  const orbits = readPark(entries, { lines, users, drafts }, problems);
  const pickupGroups = yield* readPickupGroups(entries, { lines, drafts }, problems);
  const routePlan = yield* readRoutePlan(
    entries,
    { lines, users, areAllRead, countries },
    problems,
  );
  for (const section of [entries.lines, entries.devices, entries.gateways, entries.hunts])
    yield* checkSearch(section.values(), routePlan.spaces, problems);
  const interDigitMs = readDigitTimeout(entries, problems);
  const features = yield* readFeatures(entries, { lines, drafts, orbits }, problems);
  const read: Directory = {
    lines,
    devices,
    users,
    gateways,
    hunts,
    orbits,
    pickupGroups,
    routeLists,
    routePlan,
    interDigitMs,
    features,
  };
  const { previous } = options;
  const unified = previous && (yield* unify(previous.directory, read));
  const { directory } = unified ?? { directory: read };
  const isForwarding =
    [...lines.values()].some(({ forward }) => forward !== undefined) ||
    [...hunts.values()].some(({ busyTo, noAnswerTo }) => (busyTo ?? noAnswerTo) !== undefined);
  if (problems.length > 0 || !isForwarding)
    return { directory, numbering: undefined, unified, drafts: drafts.drafts };
  const compiled = yield* numbering(directory, previous?.numbering);
  yield* checkForwards(directory, compiled, entries, drafts, problems);
  return { directory, numbering: compiled, unified, drafts: drafts.drafts };
}

function filesOf(path: string): string[] {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return [path];
  return readdirSync(path)
    .filter((name) => FILE.test(name))
    .sort()
    .map((name) => join(path, name));
}
