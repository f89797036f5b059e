/**
 * What a running call manager shows of itself: to the API, to metrics and so to the command line.
 *
 * Rows are plain data, made when asked for; nothing is kept up to date for a reader who may never
 * come. Text that came off the wire (contacts, user agents) is handed on as it is, one octet per
 * character: whoever prints it makes it harmless.
 */
import type { Counters } from './metrics.ts';

export interface ManagerView {
  readonly id: string;
  /** 'draining' from the start of `drain` on: no new call is taken. */
  state(): ManagerState;
  /** At most `limit` rows of `total`. The same holds for lines and calls. */
  registrations(limit: number): Rows<RegistrationRow>;
  /** Lines in the directory's order. */
  lines(limit: number): Rows<LineRow>;
  line(number: string): LineRow | undefined;
  /** Calls that are being set up or stand, oldest first. */
  calls(limit: number): Rows<CallRow>;
  /** Every SIP message from now on, until the returned function is called. Costs nothing with no listener. */
  traffic(listener: (event: TrafficEvent) => void): () => void;
  /** Read at a scrape. */
  counters(): Counters;
  /** Takes no new call; resolves when the last one has ended or the configured time is over. */
  drain(): Promise<void>;
}

export type ManagerState = 'starting' | 'ready' | 'draining';

export type Rows<Row> = { readonly items: readonly Row[]; readonly total: number };

/** One contact. */
export type RegistrationRow = {
  /** Device id. */
  readonly device: string;
  /** User part of its own address of record. */
  readonly user: string;
  /** Contact URI as registered. */
  readonly contact: string;
  /** `udp`, `tcp`, `tls`, `ws`, `wss`. */
  readonly transport: string;
  /** Where requests to it go: `192.0.2.1:5060`, `[2001:db8::1]:5060`. */
  readonly address: string;
  /** Seconds until it runs out. */
  readonly expiresInS: number;
  /** '' if it did not say. */
  readonly userAgent: string;
  /** Numbers that the device answers for. */
  readonly lines: readonly string[];
};

export type LineRow = {
  readonly number: string;
  readonly name: string;
  readonly members: readonly MemberRow[];
  /** Calls offered to the line or held by it. */
  readonly calls: number;
};

export type MemberRow = {
  readonly name: string;
  readonly device: string;
  /** Whether its device has a contact now. */
  readonly registered: boolean;
  /** Whether a call of this line rings there. */
  readonly ringing: boolean;
  /** Whether it has taken a call of this line that still stands. */
  readonly talking: boolean;
};

export type CallRow = {
  readonly id: string;
  /** Calling number, '' if withheld. */
  readonly from: string;
  /** What was dialled. */
  readonly to: string;
  readonly state: 'offered' | 'ringing' | 'up' | 'held';
  /** Device id; '' before the answer. */
  readonly answeredBy: string;
  /** Seconds since the INVITE. */
  readonly sinceS: number;
  readonly legs: readonly LegRow[];
};

export type LegRow = {
  /** Device or gateway id. */
  readonly device: string;
  /** `calling`, `ringing`, `up`…: the leg's own word. */
  readonly state: string;
  /** SIP Call-ID. */
  readonly callId: string;
};

/** One SIP message as it went over the wire. */
export type TrafficEvent = {
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly direction: 'received' | 'sent';
  readonly transport: string;
  /** The far end: `192.0.2.1:5060`. */
  readonly peer: string;
  /** One octet per character. */
  readonly text: string;
  /** The call that it belongs to, where that is known: joins the legs of a call. */
  readonly call?: string | undefined;
};
