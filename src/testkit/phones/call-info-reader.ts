/**
 * Call-Info of a NOTIFY as a phone with shared call appearances reads it (BroadSoft SIP Access Side
 * Extensions, section 2).
 *
 * Not the manager's own reader: a phone that read with that would not see what the manager writes wrongly.
 * It is strict where phones in the field are: one value for each appearance, each index once, the words of
 * the field, quotes around appearance-uri, and the rest of the line named last.
 */

export type Lamp = {
  readonly state: string;
  /** The remote party as written, without the outer quotes; '' when it is not told. */
  readonly uri: string;
};

export type LampsRead =
  | {
      readonly ok: true;
      readonly lamps: ReadonlyMap<number, Lamp>;
      /** `appearance-index=*`: whether the rest of the line is told of. */
      readonly hasRest: boolean;
    }
  | { readonly ok: false; readonly fault: string };

const STATES = new Set([
  'idle',
  'seized',
  'progressing',
  'alerting',
  'active',
  'held',
  'held-private',
  'bridge-active',
  'bridge-held',
]);

const VALUE =
  /\s*<(sips?:[^<>\s]+)>((?:\s*;\s*[\w-]+(?:\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^\s;,"]+))?)*)\s*/y;
const PARAMETER = /;\s*([\w-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]+)))?/g;

/** Reads the fields of one message, in order. */
export function readLamps(fields: readonly string[]): LampsRead {
  const lamps = new Map<number, Lamp>();
  let hasRest = false;
  for (const parameters of fields.flatMap(valuesOf)) {
    if (typeof parameters === 'string') return no(parameters);
    if (hasRest) return no('something follows appearance-index=*');
    const index = parameters.get('appearance-index')?.text;
    const state = parameters.get('appearance-state')?.text ?? '';
    const uri = parameters.get('appearance-uri');
    if (index === undefined) return no('a value without appearance-index');
    if (!STATES.has(state)) return no(`appearance ${index} has the state '${state}'`);
    if (uri !== undefined && !uri.isQuoted) return no('appearance-uri without quotes');
    if (uri !== undefined && !/<sips?:[^<>\s]+>$/.test(uri.text))
      return no(`appearance-uri is no address: ${uri.text}`);
    if (index === '*') {
      if (state !== 'idle') return no(`all others are '${state}'`);
      hasRest = true;
    } else {
      if (!/^[1-9]\d{0,3}$/.test(index)) return no(`no index: ${index}`);
      if (lamps.has(Number(index))) return no(`appearance ${index} is named twice`);
      lamps.set(Number(index), { state, uri: uri?.text ?? '' });
    }
  }
  return { ok: true, lamps, hasRest };
}

/** The one index that a message to this phone names: an INVITE's, a line-seize NOTIFY's. Undefined: none, or several. */
export function readIndex(fields: readonly string[]): number | undefined {
  const values = fields.flatMap(valuesOf);
  const [parameters] = values;
  if (values.length !== 1 || typeof parameters !== 'object') return undefined;
  const text = parameters.get('appearance-index')?.text ?? '';
  return /^[1-9]\d{0,3}$/.test(text) ? Number(text) : undefined;
}

type Value = { readonly text: string; readonly isQuoted: boolean };

/** The parameters of each value of a field; a text: what is wrong. */
function valuesOf(field: string): (ReadonlyMap<string, Value> | string)[] {
  const values: (ReadonlyMap<string, Value> | string)[] = [];
  VALUE.lastIndex = 0;
  for (;;) {
    const at = VALUE.lastIndex;
    const match = VALUE.exec(field);
    if (match === null) return [`cannot be read: ${field.slice(at)}`];
    const parameters = new Map<string, Value>();
    for (const [, name = '', quoted, plain] of (match[2] ?? '').matchAll(PARAMETER)) {
      if (parameters.has(name)) return [`${name} twice in one value`];
      const isQuoted = quoted !== undefined;
      parameters.set(name, { text: quoted?.replace(/\\(.)/g, '$1') ?? plain ?? '', isQuoted });
    }
    values.push(parameters);
    if (VALUE.lastIndex === field.length) return values;
    if (field[VALUE.lastIndex] !== ',') return [`cannot be read: ${field.slice(VALUE.lastIndex)}`];
    VALUE.lastIndex++;
  }
}

function no(fault: string): LampsRead {
  return { ok: false, fault: `Call-Info: ${fault}` };
}
