/** What the store keeps of a version besides its parts. */

/** Who made a version, when and why. */
export type VersionNote = {
  /** ISO 8601. */
  readonly at: string;
  /** As whoever made it says: `ana@desk-7`. */
  readonly by: string;
  readonly comment: string;
  /** 'file': from the file that a manager starts with; 'applied': by an administrator. */
  readonly origin: 'file' | 'applied';
  /** Number of the version whose content this one brings back. */
  readonly restores?: number;
};

/** `hash`: of its text; `octets`: of the same as UTF-8. */
export type Part = { readonly key: string; readonly hash: string; readonly octets: number };

export type Version = VersionNote & {
  /** From 1; none is left out. */
  readonly number: number;
  /** Tells two apart that were to have the same number. */
  readonly attempt: string;
  readonly parts: readonly Part[];
};

const FORMAT = 1;

export function formatVersion({ parts, ...version }: Version): string {
  const packed = parts.map(({ key, hash, octets }) => [key, hash, octets]);
  return JSON.stringify({ format: FORMAT, ...version, parts: packed });
}

/** Undefined: it is none, or one of a later release. */
export function readVersion(text: string): Version | undefined {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof given !== 'object' || given === null) return undefined;
  const fields = given as Partial<Record<keyof Version | 'format', unknown>>;
  const { format, number, at, by, comment, origin, restores, attempt } = fields;
  if (format !== FORMAT || !isCount(number) || typeof attempt !== 'string') return undefined;
  if (typeof at !== 'string' || typeof by !== 'string' || typeof comment !== 'string')
    return undefined;
  if (origin !== 'file' && origin !== 'applied') return undefined;
  const parts = Array.isArray(fields.parts) ? fields.parts.map(readPart) : [undefined];
  if (!parts.every((part) => part !== undefined)) return undefined;
  const back = isCount(restores) ? { restores } : {};
  return { number, at, by, comment, origin, ...back, attempt, parts };
}

function readPart(given: unknown): Part | undefined {
  if (!Array.isArray(given)) return undefined;
  const [key, hash, octets] = given as unknown[];
  if (typeof key !== 'string' || typeof hash !== 'string' || !isCount(octets)) return undefined;
  return { key, hash, octets };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
