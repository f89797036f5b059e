/** Which calls are parked where: this manager's copy of what the cluster's table says. */
import type { TableEntry } from '../../process/cluster.ts';
import { homeOf, readPid } from '../../process/pid.ts';
import type { LegRef, Party } from '../signals.ts';

/** A leg that waits at an orbit. */
export type Parked = { readonly leg: LegRef; readonly party: Party };

const PREFIX = 'p/';
const TEXT_MAX = 256;

export class ParkTable {
  readonly #parked = new Map<string, Parked>();

  /** Orbits that are taken. */
  get size(): number {
    return this.#parked.size;
  }

  find(orbit: string): Parked | undefined {
    return this.#parked.get(orbit);
  }

  /** What is parked where, in the order of the orbits. */
  toString(): string {
    const parked = [...this.#parked].map(([orbit, { leg }]) => `${orbit}: ${leg.call}`);
    return parked.sort().join(', ');
  }

  /** What the table says of `key` now. Returns the orbit that is another with that. */
  set(key: string, entry: TableEntry | undefined): string | undefined {
    const orbit = orbitOf(key);
    if (orbit === undefined) return undefined;
    if (entry === undefined) {
      this.#parked.delete(orbit);
      return orbit;
    }
    const parked = readParked(entry.value);
    // Who enters another manager's leg is out of order.
    if (parked === undefined || homeOf(parked.leg.pid) !== entry.owner) return undefined;
    this.#parked.set(orbit, parked);
    return orbit;
  }
}

/** The key of an orbit in the cluster's table. */
export function orbitKey(orbit: string): string {
  return `${PREFIX}${encodeURIComponent(orbit)}`;
}

function orbitOf(key: string): string | undefined {
  if (!key.startsWith(PREFIX)) return undefined;
  try {
    return decodeURIComponent(key.slice(PREFIX.length));
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

export function formatParked({ leg, party }: Parked): string {
  return JSON.stringify([leg.pid, leg.call, party.number, party.name]);
}

/** Undefined: another manager has entered what is none. */
function readParked(text: string): Parked | undefined {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!Array.isArray(given)) return undefined;
  const [at, call, number, name] = given as readonly unknown[];
  const pid = readPid(at);
  if (pid === undefined || !isText(call) || !isText(number) || !isText(name)) return undefined;
  return { leg: { pid, call }, party: { number, name } };
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= TEXT_MAX;
}
