/**
 * SIP messages as values: RFC 3261 §7.
 *
 * Text holds one octet per character (latin1): offsets are octet offsets and UTF-8 passes unharmed.
 * What every layer asks for is parsed once, by the parser; the rest stays text until asked for.
 */
import type { Headers } from './headers.ts';

/** One Via value (RFC 3261 §20.42; RFC 3581 for `rport`). */
export type Via = {
  /** As sent, upper case: 'UDP', 'TCP', 'TLS', 'WS', 'WSS', or what else stood there. */
  readonly transport: string;
  /** Host without brackets. */
  readonly host: string;
  /** 0 when absent. */
  readonly port: number;
  /** '' when absent (RFC 2543). */
  readonly branch: string;
  /** Whether a bare `rport` asks for the source port. */
  readonly rport: boolean;
  /** '' when absent. */
  readonly received: string;
  readonly maddr: string;
};

type Common = {
  readonly headers: Headers;
  /** '' when there is none; never longer than Content-Length said. */
  readonly body: string;
  /** The topmost Via. */
  readonly via: Via;
  readonly callId: string;
  readonly cseq: number;
  readonly cseqMethod: string;
  /** '' when absent. */
  readonly fromTag: string;
  /** '' when absent. */
  readonly toTag: string;
};

export type SipRequest = Common & {
  readonly kind: 'request';
  readonly method: string;
  /** The Request-URI as sent. */
  readonly uri: string;
};

export type SipResponse = Common & {
  readonly kind: 'response';
  /** 100-699. */
  readonly status: number;
  readonly reason: string;
};

export type SipMessage = SipRequest | SipResponse;

/** Why a message was refused, and where. `offset` counts octets from its first. */
export type Fault = {
  readonly code: FaultCode;
  readonly offset: number;
  readonly text: string;
  /** The final status a request with this fault deserves, when it can be answered: 400, 413, 416, 505 … */
  readonly status: number;
  /**
   * The message as far as it could be read, when it is a request that a server can still answer
   * (its Via, From, To, Call-ID and CSeq lines stand in `headers`); else absent: drop it.
   */
  readonly answerable?: SipRequest;
};

export type FaultCode =
  | 'start line'
  | 'version'
  | 'header'
  | 'missing header'
  | 'repeated header'
  | 'content length'
  | 'cseq'
  | 'via'
  | 'uri'
  | 'address'
  | 'limit';

export type Parsed =
  | { readonly ok: true; readonly message: SipMessage }
  | { readonly ok: false; readonly fault: Fault };
