/**
 * Which appearance rings: the `appearance` parameter of Alert-Info. RFC 7463 §7.
 *
 * Only who numbers a line's appearances puts it in, and at most once; what comes from a phone or from
 * outside the line is not believed and goes no further.
 */
import { formatInfoValue, readInfoValue } from './info-values.ts';
import { splitValues } from './name-addr.ts';

/** The alert that says nothing but that it is one (RFC 7462 §5.1). */
const NORMAL = 'urn:alert:service:normal';
/** Values of all Alert-Info fields of a message that are looked at; the rest counts as absent. */
const VALUES_MAX = 32;
/** The highest number that is read; RFC 7463 §5 sets none. */
const APPEARANCE_MAX = 10_000;

/** An Alert-Info value for `appearance` (a whole number from 1); `uri` is what it should sound like. */
export function alertInfo(appearance: number, uri = NORMAL): string {
  return formatInfoValue({ uri, parameters: [['appearance', `${appearance}`]] });
}

/**
 * The number that the Alert-Info fields of a message give. Undefined when there is none, when it is no
 * whole number from 1 to 10 000, and when two contradict each other: then the line's state tells.
 */
export function readAppearance(fields: readonly string[]): number | undefined {
  let found: number | undefined;
  for (const value of valuesOf(fields)) {
    for (const [name, text] of readInfoValue(value)?.parameters ?? []) {
      if (name !== 'appearance') continue;
      const number = /^[0-9]{1,9}$/.test(text) ? Number(text) : 0;
      if (number < 1 || number > APPEARANCE_MAX) return undefined;
      if (found !== undefined && found !== number) return undefined;
      found = number;
    }
  }
  return found;
}

/**
 * The values of a message's Alert-Info fields without any appearance number, one per entry. A value
 * that cannot be read is left out: who reads it differently might find a number in it.
 */
export function withoutAppearance(fields: readonly string[]): string[] {
  const kept: string[] = [];
  for (const value of valuesOf(fields)) {
    const read = readInfoValue(value);
    if (read === undefined) continue;
    const parameters = read.parameters.filter(([name]) => name !== 'appearance');
    // As it stood, when there was nothing to take out.
    const isSame = parameters.length === read.parameters.length;
    kept.push(isSame ? value : formatInfoValue({ uri: read.uri, parameters }));
  }
  return kept;
}

function valuesOf(fields: readonly string[]): string[] {
  return fields.flatMap(splitValues).slice(0, VALUES_MAX);
}
