/**
 * What a member publishes several times a second (topic 'beat'): that it lives, whom it hears, whom it
 * suspects.
 *
 *     {"home":"cm1.9k3","no":17,"rv":812,"heard":[["cm2.9kf",44]],"suspects":[]}
 *
 * Beats are numbered, and `heard` says which one of each other member was heard last. So that member
 * learns, on its own clock and however slow the bus is, since when it may be missed: a lease that its
 * peers give it.
 */
import type { Incoming } from '../process/message-plane.ts';
import { type Home, readHome } from '../process/pid.ts';
import type { Revision } from '../process/state-plane.ts';

export type Beat = {
  readonly home: Home;
  /** From 1, of this home. */
  readonly no: number;
  /** The revision of the view that its sender has. */
  readonly rv: Revision;
  /** Members heard lately, each with the number of its last beat. */
  readonly heard: ReadonlyMap<Home, number>;
  readonly suspects: ReadonlySet<Home>;
};

/** Members that a beat speaks of; a cluster has no more. */
export const MEMBERS_MAX = 64;
const TEXT_MAX = 16_384;

export function writeBeat({ home, no, rv, heard, suspects }: Beat): string {
  // Homes hold nothing that JSON would escape.
  const pairs = Array.from(heard, ([peer, last]) => `["${peer}",${last}]`);
  const names = Array.from(suspects, (suspect) => `"${suspect}"`);
  return `{"home":"${home}","no":${no},"rv":${rv},"heard":[${pairs.join()}],"suspects":[${names.join()}]}`;
}

/** The beat that came in, or undefined: malformed, too long, or of a home that its sender has not. */
export function readBeat({ from, text }: Incoming): Beat | undefined {
  if (text.length > TEXT_MAX) return undefined;
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof given !== 'object' || given === null) return undefined;
  const { home: sender, no, rv, heard, suspects } = given as Partial<Record<keyof Beat, unknown>>;
  const home = readHome(sender);
  if (home === undefined || !home.startsWith(`${from}.`)) return undefined;
  if (!isCount(no) || no < 1 || !isCount(rv)) return undefined;
  const heardHomes = readHeard(heard);
  const suspected = readHomes(suspects);
  if (heardHomes === undefined || suspected === undefined) return undefined;
  return { home, no, rv, heard: heardHomes, suspects: suspected };
}

function readHeard(given: unknown): Map<Home, number> | undefined {
  if (!Array.isArray(given) || given.length > MEMBERS_MAX) return undefined;
  const heard = new Map<Home, number>();
  for (const pair of given as unknown[]) {
    if (!Array.isArray(pair) || pair.length !== 2) return undefined;
    const [name, no] = pair as unknown[];
    const home = readHome(name);
    if (home === undefined || !isCount(no)) return undefined;
    heard.set(home, no);
  }
  return heard;
}

function readHomes(given: unknown): Set<Home> | undefined {
  if (!Array.isArray(given) || given.length > MEMBERS_MAX) return undefined;
  const homes = new Set<Home>();
  for (const name of given as unknown[]) {
    const home = readHome(name);
    if (home === undefined) return undefined;
    homes.add(home);
  }
  return homes;
}

function isCount(given: unknown): given is number {
  return typeof given === 'number' && Number.isSafeInteger(given) && given >= 0;
}
