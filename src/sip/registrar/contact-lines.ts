/** What a 200 to REGISTER lists: RFC 3261 §10.3 step 8. */
import type { Binding } from './binding.ts';

/** A Contact line for each binding, with the whole seconds that it has left. */
export function contactLines(bindings: readonly Binding[], nowMs: number): string {
  let lines = '';
  for (const binding of bindings) {
    const leftS = Math.max(0, Math.ceil((binding.expiresAtMs - nowMs) / 1_000));
    lines += `Contact: <${binding.contact}>;expires=${leftS}${parameters(binding)}\r\n`;
  }
  return lines;
}

function parameters({ q, instance, regId }: Binding): string {
  let text = q === 1 ? '' : `;q=${q}`;
  if (instance !== '') text += `;+sip.instance="${instance}"`;
  if (regId !== 0) text += `;reg-id=${regId}`;
  return text;
}
