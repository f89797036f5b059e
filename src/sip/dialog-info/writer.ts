/**
 * Writes documents of the dialog package: RFC 4235 §4, RFC 7463 §5.2 and §6.
 *
 * The elements stand in the order of RFC 4235's schema, extensions last. Their namespace is declared
 * only where it is used, so that watchers who know nothing of appearances get plain RFC 4235.
 */
import {
  DIALOG_INFO_NAMESPACE,
  type DialogEntry,
  type DialogInfo,
  type DialogReference,
  type Participant,
  SHARED_NAMESPACE,
  type Target,
} from './document.ts';
import { escapeXml } from './xml.ts';

/** The document's text, one octet per character (UTF-8). Whatever the values hold, it is well-formed. */
export function formatDialogInfo({ version, state, entity, dialogs }: DialogInfo): string {
  const shared = dialogs.some(isShared) ? ` xmlns:sa="${SHARED_NAMESPACE}"` : '';
  const head =
    `<dialog-info xmlns="${DIALOG_INFO_NAMESPACE}"${shared} version="${version}" ` +
    `state="${state}" entity="${escapeXml(entity)}">`;
  const elements = dialogs.map(formatDialog).join('');
  return `<?xml version="1.0" encoding="UTF-8"?>\r\n${head}\r\n${elements}</dialog-info>\r\n`;
}

function isShared({ appearance, exclusive, joined, replaced }: DialogEntry): boolean {
  return (appearance ?? exclusive ?? joined ?? replaced) !== undefined;
}

function formatDialog(entry: DialogEntry): string {
  const { appearance, exclusive } = entry;
  let text =
    `<dialog id="${escapeXml(entry.id)}"${attribute('call-id', entry.callId)}` +
    `${attribute('local-tag', entry.localTag)}${attribute('remote-tag', entry.remoteTag)}` +
    `${attribute('direction', entry.direction)}>\r\n`;
  const cause = `${attribute('event', entry.event)}${attribute('code', entry.code)}`;
  text += `<state${cause}>${entry.state}</state>\r\n`;
  text += reference('replaces', entry.replaces);
  text += participant('local', entry.local);
  text += participant('remote', entry.remote);
  if (exclusive !== undefined) text += `<sa:exclusive>${exclusive}</sa:exclusive>\r\n`;
  if (appearance !== undefined) text += `<sa:appearance>${appearance}</sa:appearance>\r\n`;
  text += reference('sa:joined-dialog', entry.joined);
  text += reference('sa:replaced-dialog', entry.replaced);
  return `${text}</dialog>\r\n`;
}

function attribute(name: string, value: string | number | undefined): string {
  return value === undefined ? '' : ` ${name}="${escapeXml(`${value}`)}"`;
}

function reference(name: string, dialog: DialogReference | undefined): string {
  if (dialog === undefined) return '';
  const { callId, localTag, remoteTag } = dialog;
  return `<${name}${attribute('call-id', callId)}${attribute('local-tag', localTag)}${attribute('remote-tag', remoteTag)}/>\r\n`;
}

function participant(side: 'local' | 'remote', value: Participant | undefined): string {
  if (value === undefined) return '';
  const { identity, target } = value;
  let text = '';
  if (identity !== undefined) {
    const display = identity.displayName === '' ? undefined : identity.displayName;
    text += `<identity${attribute('display', display)}>${escapeXml(identity.uri)}</identity>`;
  }
  if (target !== undefined) text += formatTarget(target);
  return `<${side}>${text}</${side}>\r\n`;
}

function formatTarget({ uri, parameters }: Target): string {
  if (parameters.length === 0) return `<target uri="${escapeXml(uri)}"/>`;
  const texts = parameters.map(
    ([name, value]) => `<param pname="${escapeXml(name)}" pval="${escapeXml(value)}"/>`,
  );
  return `<target uri="${escapeXml(uri)}">${texts.join('')}</target>`;
}
