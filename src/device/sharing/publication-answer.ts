/** What a phone is answered that publishes: RFC 7463 §5.4, RFC 3903 §6. */
import type { Cause } from '../../call/cause.ts';
import { DIALOG_INFO, type DialogEntry } from '../../sip/dialog-info/document.ts';
import { formatDialogInfo } from '../../sip/dialog-info/writer.ts';
import { headerLine, quoted } from '../../sip/message/safe.ts';
import type { DeviceProcess } from '../device-process.ts';
import { uriOf } from '../identity.ts';
import { CONFLICT, LEASE_S, type Published, type Refusal } from './published.ts';
import type { Seizure } from './seizures.ts';

/** Takes it, for as long as what is lent with it is lent. The answer says which numbers that are. */
export function accept(
  process: DeviceProcess,
  { publication, number, dialogs }: Published,
  asked: { readonly expiresS: number; readonly accept: string },
): void {
  const { userAgent, domain } = process.environment;
  const lent: DialogEntry[] = [];
  for (const { id, seizure } of dialogs.values())
    if (seizure?.state === 'had')
      lent.push({ id, state: 'trying', appearance: seizure.appearance });
  const expiresS = lent.length > 0 ? Math.min(asked.expiresS, LEASE_S) : asked.expiresS;
  const takes =
    asked.accept === '' || /application\/(dialog-info\+xml|\*)|\*\/\*/i.test(asked.accept);
  if (lent.length === 0 || !takes) return userAgent.acceptPublication(publication, expiresS);
  const document = {
    version: 0,
    state: 'partial',
    entity: uriOf(number, domain),
    dialogs: lent,
  } as const;
  const media = { type: DIALOG_INFO, body: formatDialogInfo(document) };
  userAgent.acceptPublication(publication, expiresS, media);
}

export function refuse(
  process: DeviceProcess,
  { publication }: Published,
  { status, text }: Refusal,
): void {
  const retry = status === 480 ? 'Retry-After: 1\r\n' : status === 503 ? 'Retry-After: 60\r\n' : '';
  const warning = headerLine('Warning', `399 linewright ${quoted(text)}`);
  process.environment.userAgent.refusePublication(publication, status, `${retry}${warning}`);
}

/** Why the line does not give a number, as the phone is told. */
export function refusalOf(
  { appearance }: Seizure,
  { cause, free }: { readonly cause: Cause; readonly free?: number },
): Refusal {
  const instead = free === undefined ? '' : `; ${free} is free`;
  switch (cause) {
    case 'busy':
      return { status: CONFLICT, text: `appearance ${appearance} is in use${instead}` };
    case 'no free appearance':
      return { status: CONFLICT, text: 'no appearance is free' };
    case 'forbidden':
      return { status: 403, text: 'no right to call from this line' };
    default:
      return { status: 480, text: `the line cannot be asked: ${cause}` };
  }
}
