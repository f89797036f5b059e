/** What is sent to a gateway besides calls: its URI, and REGISTER. */
import { createHash } from 'node:crypto';
import type { Gateway } from '../../call/routing/gateway.ts';
import { headerLine } from '../../sip/message/safe.ts';
import { escapeUser } from '../../sip/message/uri.ts';
import type { QuestionOrder } from '../../sip/user-agent/question.ts';
import type { DeviceProcess } from '../device-process.ts';
import type { Place } from '../place.ts';

type GatewayPlace = Extract<Place, { kind: 'gateway' }>;

/** The gateway's own URI, or that of a number there. */
export function gatewayUri({ hostPart }: GatewayPlace, number: string): string {
  return number === '' ? `sip:${hostPart}` : `sip:${escapeUser(number)}@${hostPart}`;
}

/**
 * REGISTER of our user there. The instance (RFC 5626 §4.1) is the gateway's, not the manager's: a registrar
 * that knows it puts the next keeper's contact in the place of the last one's.
 */
export function registerOrder(
  { environment, pid }: DeviceProcess,
  place: GatewayPlace,
  { id, secret, registerS = 0 }: Gateway,
  cseq: number,
): QuestionOrder {
  const user = secret?.user ?? id;
  const host = place.hostPart.split(';')[0] ?? '';
  const address = `<sip:${escapeUser(user)}@${host.replace(/:\d+$/, '')}>`;
  const contact = environment.contact(place.hop).replace(/^sip:/, `sip:${escapeUser(user)}@`);
  const instance = instanceOf(`${environment.domain} ${id}`);
  return {
    method: 'REGISTER',
    uri: gatewayUri(place, ''),
    hop: place.hop,
    from: address,
    to: address,
    callId: `register-${id}-${pid}`,
    cseq,
    headers:
      headerLine('Contact', `<${contact}>;expires=${registerS};+sip.instance="<${instance}>"`) +
      headerLine('Expires', String(registerS)) +
      headerLine('Supported', 'path, outbound'),
    ...(secret === undefined ? {} : { secret }),
  };
}

/** A URN of RFC 4122 §4.3 (name-based). */
function instanceOf(name: string): string {
  const hex = createHash('sha1').update(name).digest('hex');
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `5${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ];
  return `urn:uuid:${parts.join('-')}`;
}
