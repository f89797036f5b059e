/**
 * A leg: our side of one INVITE dialog usage, as caller or as called (RFC 3261 §12, §13).
 *
 * The user agent owns and mutates legs; the device process that owns a leg reads it and asks the
 * user agent to act on it.
 */
import type { ClientSecret } from '../digest/challenge.ts';
import type { Hop } from '../hop.ts';
import type { Identity } from './events.ts';

/** A body and its type, passed through untouched. One octet per character. */
export type Body = { readonly type: string; readonly body: string };

/**
 * `inviting`: our INVITE is out, no dialog yet. `early`: a dialog by a provisional response.
 * `invited`: their INVITE waits for our final answer. `answered`: our 2xx waits for its ACK, or their
 * 2xx for ours. `confirmed`: acknowledged. `ended`: nothing but retransmissions left.
 */
export type LegState = 'inviting' | 'early' | 'invited' | 'answered' | 'confirmed' | 'ended';

/** What the device layer may read of a leg. `O`: whatever the owner hung on it. */
export interface Leg<O> {
  owner: O;
  readonly role: 'caller' | 'called';
  readonly state: LegState;
  readonly callId: string;
  readonly localTag: string;
  /** '' until known. */
  readonly remoteTag: string;
  /** The far end's Contact URI, '' until known. */
  readonly remoteTarget: string;
  readonly hop: Hop;
  /** Methods the far end says it takes (Allow, or Contact's), upper case; undefined when it said nothing. */
  readonly allow: ReadonlySet<string> | undefined;
  /** Option tags the far end supports. */
  readonly supported: ReadonlySet<string>;
  readonly userAgent: string;
}

/** What is needed to call a phone or gateway. */
export type InviteOrder = {
  /** The Request-URI: the registered contact, or the gateway's URI with the number. */
  readonly uri: string;
  readonly hop: Hop;
  /** Route header values (a registration's Path, RFC 3327), topmost first. */
  readonly routes: readonly string[];
  /** From without tag and To, e.g. `"Ana" <sip:2001@pbx.example.org>`: whole values. */
  readonly from: string;
  readonly to: string;
  readonly media?: Body;
  readonly maxForwards: number;
  /** Further header lines, each ending with CRLF; '' for none. */
  readonly headers: string;
  /** Whether to offer reliable provisional responses to the far end (RFC 3262). */
  readonly reliable: boolean;
  /** Milliseconds until an unanswered INVITE is given up with 408; 0: the owner looks after it. */
  readonly patienceMs: number;
  /**
   * Milliseconds until an INVITE that drew no answer at all, not even 100, is given up with 408. Absent:
   * as long as its transaction lasts.
   */
  readonly silenceMs?: number;
  /** Answers a challenge for its realm, once. Absent: nobody's challenge is answered. */
  readonly secret?: ClientSecret;
  /** Whether no session timer is to be asked for, nor said to be known. */
  readonly withoutSessionTimer?: boolean;
  /** Who is called. What comes inside the dialog from another address must be admitted as the same. */
  readonly identity?: Identity;
};
