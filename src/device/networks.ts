/** Sets of networks in CIDR notation (RFC 4632, RFC 4291 §2.3), asked for an address at each request. */
import ipaddr from 'ipaddr.js';

type Network = ReturnType<typeof ipaddr.parseCIDR>;

/** Answers remembered per set; enough for the phones of a site, and bounded. */
const REMEMBERED_MAX = 10_000;

export class Networks {
  readonly #networks: readonly Network[];
  readonly #remembered = new Map<string, number>();

  /** `ranges` have been checked by whoever read them: a bad one throws. */
  constructor(ranges: readonly string[]) {
    this.#networks = ranges.map(parseRange);
  }

  get isEmpty(): boolean {
    return this.#networks.length === 0;
  }

  /** `address`: an IP literal as the socket gives it; IPv4-mapped IPv6 counts as IPv4. */
  includes(address: string): boolean {
    return this.narrowest(address) >= 0;
  }

  /** The prefix length of the narrowest network that holds `address`; -1: none does. */
  narrowest(address: string): number {
    const known = this.#remembered.get(address);
    if (known !== undefined) return known;
    const answer = this.#find(address);
    if (this.#remembered.size >= REMEMBERED_MAX) this.#remembered.clear();
    this.#remembered.set(address, answer);
    return answer;
  }

  #find(address: string): number {
    if (!ipaddr.isValid(address)) return -1;
    const parsed = ipaddr.process(address);
    let narrowest = -1;
    for (const [network, bits] of this.#networks)
      if (network.kind() === parsed.kind() && parsed.match(network, bits))
        narrowest = Math.max(narrowest, bits);
    return narrowest;
  }
}

/** Told by the colon which of the two it is: the library's own way tries one, and throws. */
function parseRange(range: string): Network {
  return range.includes(':') ? ipaddr.IPv6.parseCIDR(range) : ipaddr.IPv4.parseCIDR(range);
}
