/**
 * What a server checks in a request before it looks at what is asked (RFC 3261 §8.2), as far as the
 * message alone tells: scheme, hops, required extensions, content. Methods, events, dialogs and
 * merged requests are other files' business; version and syntax are the parser's.
 */
import type { Headers } from './headers.ts';
import type { SipRequest } from './message.ts';
import { splitValues } from './name-addr.ts';
import { parseParameterised } from './parameters.ts';
import { maxForwards } from './scalars.ts';

export type Capabilities = {
  /** Option tags that may stand in Require, in lower case. */
  readonly extensions: ReadonlySet<string>;
  /** Content types that a body may have, in lower case; undefined: any. */
  readonly contentTypes?: ReadonlySet<string>;
};

/** The answer that a request deserves instead of being served. */
export type Refusal = {
  readonly status: number;
  /** Complete header lines that the status demands, each ending with CRLF; '' for none. */
  readonly headers: string;
};

/** What we take as the target of a request: RFC 3261 §8.2.2.1, RFC 3966. */
const SCHEMES: ReadonlySet<string> = new Set(['sip', 'sips', 'tel']);

/**
 * Methods that go on to another phone, and so may loop. The others end here: an endpoint serves them
 * whatever Max-Forwards says (RFC 4475 §3.3.11).
 */
const PASSED_ON: ReadonlySet<string> = new Set([
  'INFO',
  'INVITE',
  'MESSAGE',
  'NOTIFY',
  'REFER',
  'UPDATE',
]);

/** Why a request must not be served, or undefined. ACK and CANCEL always pass: nothing refuses them. */
export function validateRequest(
  request: SipRequest,
  capabilities: Capabilities,
): Refusal | undefined {
  if (request.method === 'ACK' || request.method === 'CANCEL') return undefined;
  const { uri } = request;
  const scheme = uri.slice(0, uri.indexOf(':')).toLowerCase();
  if (!SCHEMES.has(scheme)) return refusal(416, '');
  if (PASSED_ON.has(request.method) && maxForwards(request.headers) === 0) return refusal(483, '');
  return (
    checkExtensions(request.headers, capabilities) ??
    checkContent(request, capabilities) ??
    checkAccept(request)
  );
}

function refusal(status: number, headers: string): Refusal {
  return { status, headers };
}

/** RFC 3261 §8.2.2.3: every extension that we lack is named. */
function checkExtensions(headers: Headers, capabilities: Capabilities): Refusal | undefined {
  if (!headers.has('Require')) return undefined;
  const lacking = listValues(headers, 'Require').filter(
    (tag) => !capabilities.extensions.has(tag.toLowerCase()),
  );
  return lacking.length === 0 ? undefined : refusal(420, `Unsupported: ${lacking.join(', ')}\r\n`);
}

/** RFC 3261 §8.2.3. A body that its sender calls optional (Content-Disposition, §20.11) may be of any kind. */
function checkContent(request: SipRequest, capabilities: Capabilities): Refusal | undefined {
  const { headers, body } = request;
  if (body === '') return undefined;
  const disposition = parseParameterised(headers.first('Content-Disposition') ?? '');
  if (disposition?.parameters.get('handling')?.toLowerCase() === 'optional') return undefined;
  const encoding = headers.first('Content-Encoding')?.toLowerCase() ?? 'identity';
  if (encoding !== 'identity') return refusal(415, 'Accept-Encoding: identity\r\n');
  const { contentTypes } = capabilities;
  if (contentTypes === undefined) return undefined;
  const type = parseParameterised(headers.first('Content-Type') ?? '')?.value.toLowerCase() ?? '';
  if (contentTypes.has(type.replace(/\s/g, ''))) return undefined;
  return refusal(415, `Accept: ${[...contentTypes].join(', ')}\r\n`);
}

/** A call's answer is a session description; a caller that takes none has nothing to hope for (RFC 4475 §3.3.15). */
function checkAccept(request: SipRequest): Refusal | undefined {
  if (request.method !== 'INVITE' || !request.headers.has('Accept')) return undefined;
  const takesSdp = listValues(request.headers, 'Accept').some((range) => {
    const type = parseParameterised(range)?.value.toLowerCase().replace(/\s/g, '');
    return type === 'application/sdp' || type === 'application/*' || type === '*/*';
  });
  return takesSdp ? undefined : refusal(406, '');
}

/** All values of a field that is a list of tokens or the like, over all its lines, as sent. */
export function listValues(headers: Headers, name: string): string[] {
  return headers.all(name).flatMap(splitValues);
}
