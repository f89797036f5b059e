/**
 * From a SIP URI to the hops where it may be reached, best first: RFC 3263 §4.
 *
 * Transport by URI, NAPTR or SRV (§4.1), then port and address by SRV and A/AAAA (§4.2). What to do
 * when a hop fails is the caller's: take the next (§4.3).
 */
import { isIP } from 'node:net';
import type { Random } from '../base/random.ts';
import type { Hop, Transport } from '../sip/hop.ts';
import { LocateError } from './errors.ts';
import type { NaptrRecord, Resolver, SrvRecord } from './resolver.ts';
import { orderByWeight } from './srv-order.ts';

/** What of a URI matters here. */
export type Target = {
  /** sips: TLS on this hop, whatever the rest says. */
  readonly isSecure: boolean;
  /** maddr where there is one, else the host; without brackets. */
  readonly host: string;
  /** 0: none given. */
  readonly port: number;
  /** The URI's transport parameter; undefined: none given. */
  readonly transport: Transport | undefined;
};

export type LocatorOptions = {
  readonly resolver: Resolver;
  readonly random: Random;
  /** Transports that we can send by, the preferred first. Default: UDP, TCP, TLS. */
  readonly transports?: readonly Transport[];
  /** Address families that we can send by. Default: 4, 6. */
  readonly families?: readonly (4 | 6)[];
};

/** A transport and the SRV name to ask for it; '' when there is nothing to ask. */
type Way = { readonly transport: Transport; readonly service: string };

const HOPS_MAX = 16;
const NO_LISTENER = -1;
const PORT: Readonly<Record<Transport, number>> = {
  udp: 5060,
  tcp: 5060,
  tls: 5061,
  ws: 80,
  wss: 443,
};
/** RFC 3263 §4.1, §8.1; RFC 7118 §8.4. */
const NAPTR_SERVICES: Readonly<Record<string, Transport>> = {
  'SIP+D2U': 'udp',
  'SIP+D2T': 'tcp',
  'SIPS+D2T': 'tls',
  'SIP+D2W': 'ws',
  'SIPS+D2W': 'wss',
};
const SRV_PREFIX: Readonly<Record<Transport, string>> = {
  udp: '_sip._udp.',
  tcp: '_sip._tcp.',
  tls: '_sips._tcp.',
  ws: '_sip._ws.',
  wss: '_sips._ws.',
};

export class Locator {
  readonly #resolver: Resolver;
  readonly #random: Random;
  readonly #transports: readonly Transport[];
  readonly #families: readonly (4 | 6)[];

  constructor(options: LocatorOptions) {
    this.#resolver = options.resolver;
    this.#random = options.random;
    this.#transports = options.transports ?? ['udp', 'tcp', 'tls'];
    this.#families = options.families ?? [4, 6];
  }

  /**
   * Where `target` may be reached, best first, at least one hop. Hops over TLS carry the name that
   * the certificate must show. Rejects with `LocateError`.
   */
  async locate(target: Target): Promise<readonly Hop[]> {
    const { host, port } = target;
    const asked = askedTransport(target);
    if (asked !== undefined && !this.#transports.includes(asked))
      throw new LocateError('transport', host);
    // A number or a port leaves nothing to ask for but the address (§4.1, §4.2).
    if (isIP(host) !== 0 || port !== 0) {
      const transport = asked ?? (target.isSecure ? 'tls' : 'udp');
      return this.#addresses(host, port === 0 ? PORT[transport] : port, transport, host);
    }
    const ways = asked === undefined ? await this.#byNaptr(target) : [wayTo(host, asked)];
    const hops = await this.#byServices(host, ways);
    if (hops.length > 0) return hops;
    const transport = asked ?? (target.isSecure ? 'tls' : 'udp');
    return this.#addresses(host, PORT[transport], transport, host);
  }

  /** §4.1: the domain's own wishes, else every transport that we have. */
  async #byNaptr({ host, isSecure }: Target): Promise<readonly Way[]> {
    const ways: Way[] = [];
    for (const record of (await orNothing(this.#resolver.naptr(host))).toSorted(byPreference)) {
      const transport = NAPTR_SERVICES[record.service.toUpperCase()];
      const isUsable = transport !== undefined && record.flags.toLowerCase() === 's';
      if (!isUsable || !this.#transports.includes(transport)) continue;
      // What must be secure is not let down by what somebody put into a record.
      if (isSecure && !isTls(transport)) continue;
      ways.push({ transport, service: record.replacement });
    }
    if (ways.length > 0) return ways;
    return this.#transports
      .filter((transport) => !isSecure || isTls(transport))
      .map((transport) => wayTo(host, transport));
  }

  /** The hops of the first way that has any. */
  async #byServices(host: string, ways: readonly Way[]): Promise<readonly Hop[]> {
    let failure: LocateError | undefined;
    for (const { transport, service } of ways) {
      const records = await orNothing(this.#resolver.srv(service));
      const offered = records.filter(({ target }) => target !== '' && target !== '.');
      if (offered.length < records.length) failure = new LocateError('no service', host);
      try {
        const hops = await this.#byRecords(host, transport, offered);
        if (hops.length > 0) return hops;
      } catch (error) {
        if (!(error instanceof LocateError)) throw error;
        failure = error;
      }
    }
    if (failure !== undefined) throw failure;
    return [];
  }

  async #byRecords(
    host: string,
    transport: Transport,
    records: readonly SrvRecord[],
  ): Promise<readonly Hop[]> {
    const ordered = orderByWeight(records, this.#random).slice(0, HOPS_MAX);
    const found = await Promise.allSettled(
      ordered.map(({ target, port }) => this.#addresses(target, port, transport, host)),
    );
    const hops = found.flatMap((each) => (each.status === 'fulfilled' ? each.value : []));
    const failure = found.find((each) => each.status === 'rejected');
    if (hops.length === 0 && failure !== undefined) throw failure.reason;
    return hops.slice(0, HOPS_MAX);
  }

  async #addresses(
    name: string,
    port: number,
    transport: Transport,
    serverName: string,
  ): Promise<readonly Hop[]> {
    const family = isIP(name);
    if (family !== 0) {
      if (!this.#families.some((each) => each === family))
        throw new LocateError('no address', name);
      return [{ transport, address: name, port, flow: 0, listener: NO_LISTENER }];
    }
    const answers = await Promise.allSettled(
      this.#families.map((each) => this.#resolver.addresses(name, each)),
    );
    const addresses = answers.flatMap((answer) =>
      answer.status === 'fulfilled' ? answer.value.records : [],
    );
    if (addresses.length > 0) return addresses.slice(0, HOPS_MAX).map(toHop);
    const failed = answers.find((answer) => answer.status === 'rejected');
    if (failed === undefined) throw new LocateError('no address', name);
    throw new LocateError('dns', name, { cause: failed.reason });

    function toHop(address: string): Hop {
      const hop: Hop = { transport, address, port, flow: 0, listener: NO_LISTENER };
      return isTls(transport) ? { ...hop, serverName } : hop;
    }
  }
}

/** The transport that the URI itself demands. `transport=tcp` of a sips URI is TLS (RFC 3261 §26.2.2). */
function askedTransport({ isSecure, host, transport }: Target): Transport | undefined {
  if (!isSecure || transport === undefined) return transport;
  if (transport === 'udp') throw new LocateError('transport', host);
  return transport === 'ws' || transport === 'wss' ? 'wss' : 'tls';
}

function wayTo(host: string, transport: Transport): Way {
  return { transport, service: SRV_PREFIX[transport] + host };
}

function isTls(transport: Transport): boolean {
  return transport === 'tls' || transport === 'wss';
}

function byPreference(one: NaptrRecord, other: NaptrRecord): number {
  return one.order - other.order || one.preference - other.preference;
}

/**
 * Name servers that fail on record types which they do not know are met often; the plain addresses
 * are asked for next, and tell whether DNS as such is gone.
 */
async function orNothing<Record>(
  answer: Promise<{ readonly records: readonly Record[] }>,
): Promise<readonly Record[]> {
  try {
    return (await answer).records;
  } catch {
    return [];
  }
}
