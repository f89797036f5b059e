/**
 * Checks a value of a file against a zod schema and says what is wrong in the user's terms: with
 * the place, with all faults at once, and with the name that was probably meant.
 */
import { z } from 'zod';
import { keyPlaceAt, type Located, placeAt, plain } from './document.ts';
import { suggestion } from './nearest-name.ts';
import type { Problem } from './problem.ts';

type Issue = z.core.$ZodIssue;
type Schema = z.core.$ZodType;

/** The value as the schema makes it, or undefined with at least one problem more. */
export function checkShape<T>(
  schema: z.ZodType<T>,
  at: Located,
  problems: Problem[],
): T | undefined {
  const before = problems.length;
  const value = plain(at, problems);
  const result = schema.safeParse(value);
  if (result.success) return problems.length === before ? result.data : undefined;
  for (const issue of result.error.issues) report(issue, [], { schema, value, at, problems });
  return undefined;
}

type Report = {
  readonly schema: Schema;
  readonly value: unknown;
  readonly at: Located;
  readonly problems: Problem[];
};

function report(issue: Issue, base: readonly PropertyKey[], to: Report): void {
  const path = [...base, ...issue.path];
  const place = placeAt(to.at, path);
  const given = valueAt(to.value, path);
  if (given === undefined) {
    to.problems.push({ place, message: `missing key '${String(path.at(-1))}'` });
    return;
  }
  switch (issue.code) {
    case 'unrecognized_keys':
      for (const key of issue.keys) {
        const known = keysAt(to.schema, path);
        const hint = suggestion(key, known) || ` (known here: ${known.join(', ')})`;
        const message = `unknown key '${key}'${hint}`;
        to.problems.push({ place: keyPlaceAt(to.at, path, key), message });
      }
      return;
    case 'invalid_union': {
      // The alternative that fits in kind and only fails within is the one that was meant.
      const scalar = typeof given === 'string';
      const meant = issue.errors.find((branch) => branch.every((inner) => fits(inner, scalar)));
      const own = customMessage(issue);
      // One word of several forms was not met: all of them are to be named.
      if (own !== undefined && meant?.some((inner) => wordsOf(inner).length > 0)) {
        const all = issue.errors.flat().flatMap((inner) => wordsOf(inner));
        const hint = suggestion(String(given), all);
        to.problems.push({ place, message: `${own}, got ${described(given)}${hint}` });
      } else if (meant) for (const inner of meant) report(inner, path, to);
      else to.problems.push({ place, message: issue.message });
      return;
    }
    case 'invalid_type': {
      const message =
        customMessage(issue) ?? `expected ${kind(issue.expected)}, got ${described(given)}`;
      to.problems.push({ place, message });
      return;
    }
    case 'invalid_value': {
      const values = issue.values.map(String);
      const hint = suggestion(String(given), values);
      const message = `expected ${values.join(' or ')}, got '${String(given)}'${hint}`;
      to.problems.push({ place, message });
      return;
    }
    case 'invalid_key':
      for (const inner of issue.issues) to.problems.push({ place, message: inner.message });
      return;
    default:
      to.problems.push({ place, message: issue.message });
  }
}

/** Those of which the value had to be one. */
function wordsOf(issue: Issue): readonly string[] {
  return issue.code === 'invalid_value' && issue.path.length === 0 ? issue.values.map(String) : [];
}

function fits(inner: Issue, scalar: boolean): boolean {
  if (inner.path.length > 0) return true;
  return inner.code !== 'invalid_type' && (scalar || inner.code !== 'invalid_value');
}

/** zod's own words for a wrong kind begin with 'Invalid input'; ours come from the schema. */
function customMessage(issue: Issue): string | undefined {
  return issue.message.startsWith('Invalid input') ? undefined : issue.message;
}

function kind(expected: string): string {
  switch (expected) {
    case 'object':
    case 'record':
      return 'a map';
    case 'array':
      return 'a list';
    case 'string':
      return 'a single value';
    default:
      return `a ${expected}`;
  }
}

/** What stands there instead. */
function described(given: unknown): string {
  if (Array.isArray(given)) return 'a list';
  if (typeof given === 'object') return 'a map';
  const text = String(given);
  return text === '' ? 'nothing' : `'${text.length > 40 ? `${text.slice(0, 40)}…` : text}'`;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let found = value;
  for (const step of path) {
    if (typeof found !== 'object' || found === null) return undefined;
    found = Reflect.get(found, step);
  }
  return found;
}

/** The keys that a map at `path` below `schema` may have. */
function keysAt(schema: Schema, path: readonly PropertyKey[]): string[] {
  let reached: Schema[] = [schema];
  for (const step of path) reached = reached.flatMap((each) => childrenOf(each, step));
  return reached.flatMap((each) =>
    alternatives(each).flatMap((form) =>
      form instanceof z.ZodObject ? Object.keys(form.shape) : [],
    ),
  );
}

function childrenOf(schema: Schema, step: PropertyKey): Schema[] {
  return alternatives(schema).flatMap((form): Schema[] => {
    if (form instanceof z.ZodRecord) return [form.valueType];
    if (form instanceof z.ZodArray) return [form.element];
    if (!(form instanceof z.ZodObject)) return [];
    const child: unknown = form.shape[String(step)];
    return child instanceof z.core.$ZodType ? [child] : [];
  });
}

/** What is left when wrappers (optional, default, transformation) and unions are taken off. */
function alternatives(schema: Schema): Schema[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault)
    return alternatives(schema.unwrap());
  if (schema instanceof z.ZodPrefault) return alternatives(schema.unwrap());
  if (schema instanceof z.ZodPipe) return alternatives(schema.in);
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((each) => alternatives(each));
  return [schema];
}
