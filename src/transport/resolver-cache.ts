/** Remembers what DNS said for as long as it said so; questions asked at once are asked once. */
import type { Answer, NaptrRecord, Resolver, SrvRecord } from './resolver.ts';

const NAMES_MAX = 2_048;
/** A TTL of zero must not make each message of a call a query; one of a week must not outlive a move. */
const TTL_MS_MIN = 5_000;
const TTL_MS_MAX = 3_600_000;

type Entry<Record> = { readonly answer: Promise<Answer<Record>>; untilMs: number };

export class ResolverCache implements Resolver {
  readonly #resolver: Resolver;
  readonly #nowMs: () => number;
  readonly #naptr = new Map<string, Entry<NaptrRecord>>();
  readonly #srv = new Map<string, Entry<SrvRecord>>();
  readonly #addresses = new Map<string, Entry<string>>();

  constructor(resolver: Resolver, nowMs: () => number) {
    this.#resolver = resolver;
    this.#nowMs = nowMs;
  }

  naptr(name: string): Promise<Answer<NaptrRecord>> {
    return this.#remember(this.#naptr, name, () => this.#resolver.naptr(name));
  }

  srv(name: string): Promise<Answer<SrvRecord>> {
    return this.#remember(this.#srv, name, () => this.#resolver.srv(name));
  }

  addresses(name: string, family: 4 | 6): Promise<Answer<string>> {
    return this.#remember(this.#addresses, `${family} ${name}`, () =>
      this.#resolver.addresses(name, family),
    );
  }

  #remember<Record>(
    entries: Map<string, Entry<Record>>,
    key: string,
    ask: () => Promise<Answer<Record>>,
  ): Promise<Answer<Record>> {
    const known = entries.get(key);
    if (known !== undefined && known.untilMs > this.#nowMs()) return known.answer;
    entries.delete(key);
    for (const oldest of entries.keys()) {
      if (entries.size < NAMES_MAX) break;
      entries.delete(oldest);
    }
    // While the question is open, whoever asks the same waits for the same answer.
    const entry: Entry<Record> = { answer: ask(), untilMs: Number.POSITIVE_INFINITY };
    entries.set(key, entry);
    entry.answer.then(
      ({ ttlMs }) => {
        entry.untilMs = this.#nowMs() + Math.min(Math.max(ttlMs, TTL_MS_MIN), TTL_MS_MAX);
      },
      () => {
        // Not remembered: the next one may be luckier.
        if (entries.get(key) === entry) entries.delete(key);
      },
    );
    return entry.answer;
  }
}
