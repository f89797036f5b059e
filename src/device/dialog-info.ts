/** A line's calls as a dialog-info document: RFC 4235 §4. Always full state, as phones want it. */
import type { LineCallState, Party } from '../call/signals.ts';
import { escapeUser } from '../sip/message/uri.ts';

export const DIALOG_INFO = 'application/dialog-info+xml';

/**
 * `version` counts the documents of one subscription from 0 (§4.1). `number` is the line's; its
 * calls come in as recipient, whoever of its members takes them. `partyOf` is who has a member's seat:
 * its own address of record is something that a watcher can call, the seat's name is not.
 */
export function dialogInfo(
  version: number,
  number: string,
  domain: string,
  calls: readonly LineCallState[],
  partyOf: (member: string) => Party,
): string {
  const line = { number, name: '' };
  const dialogs = calls.map((call) => {
    const local = call.member === '' ? line : partyOf(call.member);
    return dialog(call, identity(local, domain), identity(call.from, domain));
  });
  return (
    `<?xml version="1.0" encoding="UTF-8"?>\r\n` +
    `<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="${version}" state="full" ` +
    `entity="${escapeXml(addressOf(line, domain))}">\r\n${dialogs.join('')}</dialog-info>\r\n`
  );
}

function dialog(call: LineCallState, local: string, remote: string): string {
  const state = call.state === 'ringing' ? 'early' : 'confirmed';
  return (
    `<dialog id="${escapeXml(call.call)}" direction="recipient">\r\n` +
    `<state>${state}</state>\r\n` +
    `<local>${local}</local>\r\n<remote>${remote}</remote>\r\n</dialog>\r\n`
  );
}

function identity(party: Party, domain: string): string {
  const display = party.name === '' ? '' : ` display="${escapeXml(party.name)}"`;
  return `<identity${display}>${escapeXml(addressOf(party, domain))}</identity>`;
}

function addressOf(party: Party, domain: string): string {
  return `sip:${escapeUser(party.number)}@${domain}`;
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
