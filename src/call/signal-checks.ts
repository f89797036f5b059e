/** Checks of what came off the bus: whether a value is what a field of a signal may hold. */

export type Check = (value: unknown) => boolean;

const TEXT_MAX = 1024;

export const bool: Check = (value) => typeof value === 'boolean';
export const count: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
export const text: Check = (value) => typeof value === 'string' && value.length <= TEXT_MAX;
/** What leaves in a header line again. */
export const line: Check = (value) => text(value) && !/[\r\n\0]/.test(value as string);

/** Every signal between managers is checked by this: names and checks are looked up once. */
export function record(fields: Readonly<Record<string, Check>>): Check {
  const names = Object.keys(fields);
  const checks = Object.values(fields);
  return (value) => {
    if (typeof value !== 'object' || value === null) return false;
    const given = value as Readonly<Record<string, unknown>>;
    for (let i = 0; i < names.length; i++) {
      const name = names[i];
      if (name === undefined || !checks[i]?.(given[name])) return false;
    }
    return true;
  };
}

export function optional(check: Check): Check {
  return (value) => value === undefined || check(value);
}

export function oneOf(...texts: readonly string[]): Check {
  return (value) => typeof value === 'string' && texts.includes(value);
}

export function listOf(check: Check, max: number): Check {
  return (value) =>
    Array.isArray(value) && value.length <= max && value.every((each) => check(each));
}
