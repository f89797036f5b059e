/** The Event header field: RFC 6665 §8.2.1. */
import { parseParameterised } from './parameters.ts';

export type EventValue = {
  /** The package with its templates, as sent: `dialog`, `presence.winfo`. Case counts. */
  readonly name: string;
  /** '' when absent. */
  readonly id: string;
  /** All parameters, `id` too: names in lower case, '' for a bare name such as `shared`. */
  readonly parameters: ReadonlyMap<string, string>;
};

/** Reads an Event value, or undefined when it is malformed. */
export function readEvent(text: string): EventValue | undefined {
  const event = parseParameterised(text);
  if (event === undefined || /[\s"<>,]/.test(event.value)) return undefined;
  const { value: name, parameters } = event;
  return { name, id: parameters.get('id') ?? '', parameters };
}
