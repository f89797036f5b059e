/** What RFC 3263 asks of DNS, and `node:dns` answering it. */
import { lookup, Resolver as NodeResolver } from 'node:dns/promises';

/** RFC 3403 §4.1, as far as RFC 3263 §4.1 uses it: flag 's', no regular expression. */
export type NaptrRecord = {
  readonly order: number;
  readonly preference: number;
  readonly flags: string;
  readonly service: string;
  readonly replacement: string;
};

/** RFC 2782. `target` '' or '.': the service is decidedly not there. */
export type SrvRecord = {
  readonly priority: number;
  readonly weight: number;
  readonly port: number;
  readonly target: string;
};

/** No records: the name has none of that kind. */
export type Answer<Record> = { readonly records: readonly Record[]; readonly ttlMs: number };

/** Rejects only when nobody could answer. */
export interface Resolver {
  naptr(name: string): Promise<Answer<NaptrRecord>>;
  srv(name: string): Promise<Answer<SrvRecord>>;
  /** IP literals of the family. */
  addresses(name: string, family: 4 | 6): Promise<Answer<string>>;
}

/** `node:dns` does not say how long these records live. */
const SERVICE_TTL_MS = 60_000;
const HOSTS_TTL_MS = 60_000;
/** A name that is not there may be tomorrow, and a mistyped one is asked for again and again. */
const NOTHING_TTL_MS = 15_000;
const TIMEOUT_MS = 2_000;
const NOTHING: Answer<never> = { records: [], ttlMs: NOTHING_TTL_MS };

/**
 * DNS by `node:dns`. Names that DNS does not know are looked for as the system does it, so that
 * /etc/hosts and the like are heeded.
 */
export class DnsResolver implements Resolver {
  readonly #resolver = new NodeResolver({ timeout: TIMEOUT_MS, tries: 2 });

  async naptr(name: string): Promise<Answer<NaptrRecord>> {
    const records = await orNone(this.#resolver.resolveNaptr(name));
    return records.length === 0 ? NOTHING : { records, ttlMs: SERVICE_TTL_MS };
  }

  async srv(name: string): Promise<Answer<SrvRecord>> {
    const found = await orNone(this.#resolver.resolveSrv(name));
    if (found.length === 0) return NOTHING;
    const records = found.map(({ priority, weight, port, name: target }) => ({
      priority,
      weight,
      port,
      target,
    }));
    return { records, ttlMs: SERVICE_TTL_MS };
  }

  async addresses(name: string, family: 4 | 6): Promise<Answer<string>> {
    let failure: unknown;
    try {
      const found =
        family === 4
          ? await orNone(this.#resolver.resolve4(name, { ttl: true }))
          : await orNone(this.#resolver.resolve6(name, { ttl: true }));
      if (found.length > 0) {
        const ttlS = Math.min(...found.map(({ ttl }) => ttl));
        return { records: found.map(({ address }) => address), ttlMs: ttlS * 1000 };
      }
    } catch (error) {
      failure = error;
    }
    const hosts = await orNone(lookup(name, { all: true, family }));
    if (hosts.length > 0)
      return { records: hosts.map(({ address }) => address), ttlMs: HOSTS_TTL_MS };
    if (failure !== undefined) throw failure;
    return NOTHING;
  }
}

/** 'There is none' is an answer; anything else is a failure. */
async function orNone<Record>(records: Promise<Record[]>): Promise<Record[]> {
  try {
    return await records;
  } catch (error) {
    if (error instanceof Error && 'code' in error && NONE.includes(String(error.code))) return [];
    throw error;
  }
}

const NONE: readonly string[] = ['ENOTFOUND', 'ENODATA', 'ENONAME', 'EAI_NODATA'];
