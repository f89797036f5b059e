/**
 * Every socket that carries SIP: listens where it is told and nowhere else, finds or opens the way for
 * each message, and hands up what comes in, as batches of what one read brought.
 *
 * Whatever goes wrong below ends here: as `sendFailed`, `closed`, a counter or a log line, each from
 * the event loop and never from within a call of ours.
 */
import type { Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { Log } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import type { Hop } from '../sip/hop.ts';
import type { Fault } from '../sip/message/message.ts';
import type { Connection } from './connection.ts';
import { ConnectionTable } from './connection-table.ts';
import { newCounters, type TransportCounters } from './counters.ts';
import type { DatagramDriver } from './datagram-driver.ts';
import { DgramDriver } from './dgram-driver.ts';
import { TRANSPORT_LIMITS, type TransportLimits } from './limits.ts';
import { type Bound, findListener, isLiteral, type Listen, suits } from './listen.ts';
import { Listeners } from './listeners.ts';
import { Locator } from './locate.ts';
import { NamedTargets } from './named-targets.ts';
import { openStream } from './open-stream.ts';
import type { Edge, Outgoing, Received, Tap } from './received.ts';
import { DnsResolver } from './resolver.ts';
import { ResolverCache } from './resolver-cache.ts';
import { StreamConnection } from './stream-connection.ts';
import { TcpPreference, viaUdp } from './tcp-preference.ts';
import type { TlsIdentity } from './tls-identity.ts';
import type { AllowOrigin } from './web-socket-listener.ts';

export type { Received, Tap } from './received.ts';

export type TransportsOptions = {
  /** `Hop.listener` counts them in this order. */
  readonly listen: readonly Listen[];
  /** Needed by `tls` and `wss` listeners; shown to servers that we connect to. */
  readonly tls?: TlsIdentity;
  readonly log: Log;
  readonly random: Random;
  /** What one read brought: one datagram, the messages of one piece of a stream. */
  readonly receive: (batch: readonly Received[]) => void;
  /** A connection is gone, after all that came by it has been handed up. */
  readonly closed: (flow: number) => void;
  /** `text` did not leave for `hop`. Not everything that is lost is known to be. */
  readonly sendFailed: (hop: Hop, text: string) => void;
  /** A stream that cannot be framed; an answer sent at once still leaves before it closes. */
  readonly faulted?: (fault: Fault, hop: Hop) => void;
  /** Whether connections from an address are taken (bans). */
  readonly admit?: (address: string) => boolean;
  /** Whether a page of that origin may open a WebSocket. Default: any; credentials are asked for all the same. */
  readonly allowOrigin?: AllowOrigin;
  readonly limits?: Partial<TransportLimits>;
  /** Finds hosts by name. Default: the system's DNS. */
  readonly locator?: Locator;
  /** One per UDP listener. */
  readonly datagramDriver?: () => DatagramDriver;
};

const NO_ALTERNATIVES: readonly Hop[] = [];
/** How often connections are looked at, at most; with shorter limits, more often. */
const SWEEP_MS_MAX = 1_000;
/** How long connections may take to send their last words at `stop`. */
const STOP_MS = 1_000;

export class Transports {
  /** Sees every message in either direction; undefined: costs a comparison each. */
  onTraffic: Tap | undefined;
  readonly counters: TransportCounters = newCounters();
  readonly #options: TransportsOptions;
  readonly #limits: TransportLimits;
  readonly #edge: Edge;
  readonly #connections: ConnectionTable;
  readonly #listeners: Listeners;
  readonly #names: NamedTargets;
  readonly #preference: TcpPreference;
  #nowMs = performance.now();
  #sweep: NodeJS.Timeout | undefined;

  constructor(options: TransportsOptions) {
    this.#options = options;
    this.#limits = { ...TRANSPORT_LIMITS, ...options.limits };
    this.#edge = this.#makeEdge();
    this.#connections = new ConnectionTable(this.#edge, options.admit ?? (() => true));
    this.#listeners = new Listeners({
      edge: this.#edge,
      connections: this.#connections,
      tls: options.tls,
      allowOrigin: options.allowOrigin ?? (() => true),
      datagramDriver: options.datagramDriver ?? (() => new DgramDriver()),
      closed: (connection) => this.#closed(connection),
    });
    const nowMs = () => this.#nowMs;
    const locator =
      options.locator ??
      new Locator({
        resolver: new ResolverCache(new DnsResolver(), nowMs),
        random: options.random,
      });
    this.#names = new NamedTargets(this.#edge, locator, (outgoing, target) =>
      this.#route(outgoing, target),
    );
    this.#preference = new TcpPreference(this.listeners, this.#limits.withoutTcpMs, nowMs);
  }

  /** What is bound, in the order asked for, then what was attached. */
  get listeners(): readonly Bound[] {
    return this.#listeners.bound;
  }

  /** Binds every listener. Rejects with `ListenError`, and then nothing is bound. */
  async start(): Promise<void> {
    await this.#listeners.bind(this.#options.listen);
    const { messageMs, firstMessageMs, openMs, pingMs, idleMs } = this.#limits;
    const shortestMs = Math.min(messageMs, firstMessageMs, openMs, pingMs, idleMs);
    this.#sweep = setInterval(
      () => {
        this.#nowMs = performance.now();
        this.#connections.sweep(this.#nowMs);
      },
      Math.min(SWEEP_MS_MAX, shortestMs / 4),
    );
    this.#sweep.unref();
  }

  /** Closes everything, once what was sent has left or cannot. */
  async stop(): Promise<void> {
    clearInterval(this.#sweep);
    const closed = this.#listeners.close();
    await this.#connections.close(STOP_MS);
    await closed;
  }

  /**
   * Sends a message: by `hop.flow` and nothing else when that is set; else by UDP, or by an open or
   * new connection to that very address, port and transport. A host name is resolved first. WebSocket
   * peers are only reached by their flow or from an open connection: we do not open those.
   */
  send(text: string, hop: Hop): void {
    const { onTraffic } = this;
    if (onTraffic !== undefined) onTraffic('out', hop, text);
    if (hop.transport === 'udp' && isLiteral(hop.address)) {
      this.#sendDatagram(text, hop, undefined);
      return;
    }
    const udp = hop.transport === 'tcp' ? this.#preference.insteadOf(hop) : undefined;
    const alternatives = udp === undefined ? NO_ALTERNATIVES : [udp];
    const isRefused = udp !== undefined && this.#preference.isRefused(udp);
    const outgoing: Outgoing = { text, hop, alternatives };
    if (isRefused) this.#tryNext(outgoing);
    else this.#route(outgoing, hop);
  }

  /** What the drivers have kept leaves now. To be called at the end of a turn that `receive` did not begin. */
  flush(): void {
    this.#listeners.flush();
  }

  /** Closes a connection once what was sent by it has left. `closed` follows. */
  close(flow: number): void {
    this.#connections.byFlow(flow)?.close();
  }

  /**
   * The hop by which a request of `length` octets ought to leave (RFC 3261 §18.1.1): `hop`, or for
   * more than 1,300 octets the same target over TCP, if it is not known to refuse that. To be asked
   * before the Via is written, since that names the transport. A target that turns out to take no
   * TCP within half a second is sent the request by UDP, its Via put right.
   */
  preferred(hop: Hop, length: number): Hop {
    return this.#preference.preferred(hop, length);
  }

  /** `host:port` by which the far end of `hop` reaches us: for Via and Contact. */
  sentBy(hop: Hop): string {
    const listener = this.#listenerFor(hop) ?? this.listeners[hop.listener] ?? this.listeners[0];
    return listener?.sentBy ?? 'localhost.invalid';
  }

  /**
   * Takes WebSockets on `path` of an HTTP server that serves other things as well. Gives back how to
   * stop that; the connections made by then live on.
   */
  attachWebSocket(server: HttpServer | HttpsServer, path = '/'): () => void {
    return this.#listeners.attach(server, path);
  }

  #route(outgoing: Outgoing, target: Hop): void {
    if (target.flow !== 0) {
      this.#sendBy(this.#connections.byFlow(target.flow), outgoing);
    } else if (!isLiteral(target.address)) {
      if (!this.#names.send(outgoing, target)) this.#failLater(outgoing);
    } else if (target.transport === 'udp') {
      const text = outgoing.hop.transport === 'udp' ? outgoing.text : viaUdp(outgoing.text);
      this.#sendDatagram(text, target, outgoing);
    } else {
      this.#sendBy(this.#connections.byTarget(target) ?? this.#open(target), outgoing);
    }
  }

  /** `outgoing`: the message as it was given, where it has been elsewhere already. */
  #sendDatagram(text: string, target: Hop, outgoing: Outgoing | undefined): void {
    const listener = this.#listenerFor(target);
    const udp = listener === undefined ? undefined : this.#listeners.udp(listener.index);
    if (udp === undefined) {
      this.#failLater(outgoing ?? { text, hop: target, alternatives: NO_ALTERNATIVES });
      return;
    }
    udp.send(text, target, (error) => {
      if (error !== null)
        this.#tryNext(outgoing ?? { text, hop: target, alternatives: NO_ALTERNATIVES });
    });
  }

  #sendBy(connection: Connection | undefined, outgoing: Outgoing): void {
    if (connection === undefined || !connection.send(outgoing)) this.#failLater(outgoing);
    else if (connection.state === 'opening' && outgoing.alternatives.length > 0)
      this.#expectSoon(connection);
  }

  /** A large request is not to wait for a target whose firewall swallows what asks for TCP. */
  #expectSoon(connection: Connection): void {
    setTimeout(() => {
      if (connection.state !== 'opening') return;
      for (const outgoing of connection.reclaim()) this.#tryNext(outgoing);
    }, this.#limits.preferTcpMs).unref();
  }

  #open(target: Hop): Connection | undefined {
    if (target.transport !== 'tcp' && target.transport !== 'tls') return undefined;
    if (!this.#connections.hasRoom) return undefined;
    const listener = this.#listenerFor(target);
    const { socket, opensWith } = openStream(target, listener, this.#options.tls);
    const hop: Hop = {
      ...target,
      flow: this.#connections.nextFlow(),
      listener: listener?.index ?? target.listener,
    };
    const connection = new StreamConnection(this.#edge, socket, hop, opensWith, (closed) =>
      this.#closed(closed),
    );
    this.#connections.add(connection);
    return connection;
  }

  #listenerFor(hop: Hop): Bound | undefined {
    const listener = this.listeners[hop.listener];
    if (listener !== undefined && suits(listener, hop)) return listener;
    return findListener(this.listeners, hop.transport, hop.address);
  }

  #closed(connection: Connection): void {
    this.#connections.remove(connection);
    this.#options.closed(connection.hop.flow);
  }

  /** Failures are told from the event loop: whoever sends is not called back while it sends. */
  #failLater(outgoing: Outgoing): void {
    process.nextTick(() => this.#tryNext(outgoing));
  }

  #tryNext(outgoing: Outgoing): void {
    const { text, hop, alternatives } = outgoing;
    const [next, ...others] = alternatives;
    if (next === undefined) {
      this.counters.sendFailures++;
      this.#options.sendFailed(hop, text);
      return;
    }
    if (hop.transport === 'tcp' && next.transport === 'udp' && !this.#preference.isRefused(next))
      this.#preference.refused(next);
    this.#route({ text, hop, alternatives: others }, next);
  }

  #makeEdge(): Edge {
    const transports = this;
    const { log, receive, faulted } = this.#options;
    return {
      log,
      limits: this.#limits,
      counters: this.counters,
      get nowMs() {
        return transports.#nowMs;
      },
      deliver: (batch) => {
        const { onTraffic } = transports;
        if (onTraffic !== undefined) {
          for (const { hop, text } of batch) onTraffic('in', hop, text);
        }
        receive(batch);
      },
      faulted: (fault, hop) => faulted?.(fault, hop),
      undelivered: (outgoing) => transports.#tryNext(outgoing),
    };
  }
}
