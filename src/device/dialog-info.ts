/** A line's calls as a dialog-info document: RFC 4235 §4. Always full state, as phones want it. */
import type { LineCallState } from '../call/signals.ts';

export const DIALOG_INFO = 'application/dialog-info+xml';

/**
 * `version` counts the documents of one subscription from 0 (§4.1). `number` is the line's; its
 * calls come in as recipient, whoever of its members takes them.
 */
export function dialogInfo(
  version: number,
  number: string,
  domain: string,
  calls: readonly LineCallState[],
): string {
  const entity = escapeXml(`sip:${number}@${domain}`);
  const dialogs = calls.map((call) => dialog(call, number, domain)).join('');
  return (
    `<?xml version="1.0" encoding="UTF-8"?>\r\n` +
    `<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="${version}" state="full" ` +
    `entity="${entity}">\r\n${dialogs}</dialog-info>\r\n`
  );
}

function dialog(call: LineCallState, number: string, domain: string): string {
  const state = call.state === 'ringing' ? 'early' : 'confirmed';
  const remote = identity(`sip:${call.from.number}@${domain}`, call.from.name);
  const local = identity(`sip:${call.member === '' ? number : call.member}@${domain}`, '');
  return (
    `<dialog id="${escapeXml(call.call)}" direction="recipient">\r\n` +
    `<state>${state}</state>\r\n` +
    `<local>${local}</local>\r\n<remote>${remote}</remote>\r\n</dialog>\r\n`
  );
}

function identity(uri: string, name: string): string {
  const display = name === '' ? '' : ` display="${escapeXml(name)}"`;
  return `<identity${display}>${escapeXml(uri)}</identity>`;
}

/** Text for XML content and attributes; characters that XML 1.0 §2.2 does not know become spaces. */
function escapeXml(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not pass
  const clean = text.replace(/[\x00-\x08\x0b\x0c\x0e-\x1f]/g, ' ');
  return clean
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
