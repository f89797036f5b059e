/** A line's calls as a dialog-info document: RFC 4235 §4. Always full state, as phones want it. */
import type { LineCallState, Party } from '../call/signals.ts';
import type { DialogEntry, Participant } from '../sip/dialog-info/document.ts';
import { formatDialogInfo } from '../sip/dialog-info/writer.ts';
import { escapeUser } from '../sip/message/uri.ts';

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
  const dialogs = calls.map((call): DialogEntry => {
    const local = call.member === '' ? line : partyOf(call.member);
    return {
      id: call.call,
      state: call.state === 'alerting' ? 'early' : 'confirmed',
      direction: 'recipient',
      local: participant(local, domain),
      remote: participant(call.from, domain),
    };
  });
  return formatDialogInfo({ version, state: 'full', entity: addressOf(line, domain), dialogs });
}

function participant(party: Party, domain: string): Participant {
  return { identity: { uri: addressOf(party, domain), displayName: party.name } };
}

function addressOf(party: Party, domain: string): string {
  return `sip:${escapeUser(party.number)}@${domain}`;
}
