/**
 * What a running call manager shows of itself: to the API, to metrics and so to the command line.
 *
 * Rows are plain data, made when asked for; nothing is kept up to date for a reader who may never
 * come. Text that came off the wire (contacts, user agents) is handed on as it is, one octet per
 * character: whoever prints it makes it harmless.
 */
import type { Found, Query } from '../store/cdr/sink.ts';
import type { Absent, AppearanceRow, Released } from './appearance-rows.ts';
import type { GatewayRow } from './gateway-rows.ts';
import type { Counters } from './metrics.ts';
import type { NoCaller, RouteRow, RouteTest } from './route-rows.ts';
import type { SettingChange, SettingChanged, SettingRow } from './setting-rows.ts';
import type { TraceFilter, TraceLine } from './trace.ts';

export interface ManagerView {
  readonly id: string;
  /** 'draining' from the start of `drain` on: no new call is taken. */
  state(): ManagerState;
  /** Of this manager, at most `limit` rows of `total`. The same holds for calls. */
  registrations(limit: number): Rows<RegistrationRow>;
  /** Calls that are being set up or stand, oldest first; of this manager: where they began. */
  calls(limit: number): Rows<CallRow>;
  /** Of every manager of the cluster. Takes a second when one does not answer. */
  allRegistrations(limit: number): Promise<ClusterRows<OnManager<RegistrationRow>>>;
  allCalls(limit: number): Promise<ClusterRows<OnManager<CallRow>>>;
  /** Lines in the directory's order, with what every manager knows of them. */
  lines(limit: number): Promise<ClusterRows<LineRow>>;
  line(number: string): Promise<LineRow | undefined>;
  /** Sets what a line does with calls that it is not to have; it counts everywhere in a moment. */
  changeLine(number: string, change: SettingChange): Promise<SettingChanged>;
  /** Why the lamp of an appearance is lit, or was. */
  appearance(number: string, appearance: number): Promise<AppearanceRow | Absent>;
  /** Frees it: `by` and `reason` go to the log. */
  release(number: string, appearance: number, by: string, reason: string): Promise<Released>;
  /** The route plan's patterns. */
  routes(limit: number): Rows<RouteRow>;
  /** What would become of a number that `from` (line, device, gateway) dials, and why. */
  testRoute(from: string, dialled: string, atMs?: number): Promise<RouteTest | NoCaller>;
  /** Gateways in the directory's order, as who keeps each says. */
  gateways(): Promise<ClusterRows<GatewayRow>>;
  /** Has whoever keeps that gateway send OPTIONS now; false: nobody does. */
  pingGateway(gateway: string): Promise<boolean>;
  /** Records of calls that have ended, oldest first, as this manager has them or another `manager` of the cluster. Rejects with a sentence when they cannot be had. */
  records(query: Query, manager?: string): Promise<readonly Found[]>;
  /** Members of the cluster, oldest first, then those that left lately. */
  managers(): Promise<ClusterRows<ManagerRow>>;
  /** Every SIP message from now on, until the returned function is called. Costs nothing with no listener. */
  traffic(listener: (event: TrafficEvent) => void): () => void;
  /** Of every manager of the cluster, in order of time, until the returned function is called. */
  allTraffic(filter: TraceFilter, listener: (line: TraceLine) => void): () => void;
  /** Read at a scrape. */
  counters(): Counters;
  /** Takes no new call; resolves when the last one has ended or the configured time is over. */
  drain(): Promise<void>;
}

/**
 * 'unsure': it may have been expelled from its cluster, and finds out. 'fenced': no member any more; it
 * ends when its own calls have. 'isolated': it started without reaching its cluster, and serves emergency calls and its own
 * lines alone.
 */
export type ManagerState = 'starting' | 'ready' | 'draining' | 'unsure' | 'fenced' | 'isolated';

export type Rows<Row> = { readonly items: readonly Row[]; readonly total: number };

/** `missing`: what is not in it, a sentence for each manager that said nothing or not everything. */
export type ClusterRows<Row> = Rows<Row> & { readonly missing: readonly string[] };

/** `manager`: id of the one where it is. */
export type OnManager<Row> = Row & { readonly manager: string };

/** How a manager says that it stands. */
export type OwnState = 'member' | 'frozen' | 'unsure' | 'fenced' | 'draining' | 'isolated';

/** One manager of the cluster. */
export type ManagerRow = {
  readonly id: string;
  /** Id and incarnation, the beginning of its processes' PIDs: `manager-a.9k3`. */
  readonly home: string;
  /**
   * Its own word: 'member', 'frozen' (the store is away, all members are there), 'unsure' (it may have
   * been expelled), 'draining', 'isolated' (cut off: no member); else what others see: 'no answer', or 'gone' (not a
   * member any more).
   */
  readonly state: OwnState | 'no answer' | 'gone';
  /** Since when, ISO 8601; '' where it is not known. */
  readonly since: string;
  /** When its process started, ISO 8601, its host and process number; '' and 0 where not known. */
  readonly started: string;
  readonly host: string;
  readonly process: number;
  /** Where phones reach it: `udp://127.0.0.1:5060`. */
  readonly sip: readonly string[];
  /** What only it can say; null when it does not. */
  readonly counts: ManagerCounts | null;
};

export type ManagerCounts = {
  /** Registered contacts. */
  readonly phones: number;
  /** Lines of the directory with a line control process there. */
  readonly lines: number;
  /** Calls that began there. */
  readonly calls: number;
};

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
  /** 'single': one line control process in the cluster; 'replicated': one on each manager with a phone of it. */
  readonly mode: 'single' | 'replicated';
  readonly members: readonly MemberRow[];
  /** Calls offered to the line or held by it. */
  readonly calls: number;
  /** Its line control processes, oldest first. Empty: nobody is registered. */
  readonly control: readonly ControlRow[];
  /** What it does with calls that it is not to have. */
  readonly settings: readonly SettingRow[];
  /** As of `ClusterRows`. */
  readonly missing: readonly string[];
};

/** A line control process: where it is, and why. */
export type ControlRow = {
  readonly manager: string;
  readonly pid: string;
  /** Of two processes that had the number, the later one has the higher epoch. */
  readonly epoch: number;
  /** ISO 8601; '' when the manager that knows does not say. */
  readonly since: string;
  /** In words: `first to register`, `took over from manager-a when it left`. */
  readonly why: string;
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
  /** Its device processes for this line. */
  readonly phones: readonly PhoneRow[];
};

/** A device process: it speaks for one registered contact. */
export type PhoneRow = {
  readonly manager: string;
  readonly pid: string;
  /** Contact URI as registered. */
  readonly contact: string;
  /** Where requests to it go: `udp 192.0.2.1:5060`. */
  readonly via: string;
  readonly state: 'idle' | 'ringing' | 'talking';
};

export type CallRow = {
  readonly id: string;
  /** Calling number, '' if withheld. */
  readonly from: string;
  /** What was dialled. */
  readonly to: string;
  readonly state: 'offered' | 'ringing' | 'parked' | 'up' | 'held';
  /** Device id, or `at manager-b` where this manager knows no more; '' before the answer. */
  readonly answeredBy: string;
  /** Seconds since the INVITE. */
  readonly sinceS: number;
  readonly legs: readonly LegRow[];
};

export type LegRow = {
  /** Id of the one where it is. */
  readonly manager: string;
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
