/**
 * Who may ask for anything at all: gateways by address, devices by digest or by network.
 *
 * Nothing is remembered of a sender before it is known (a challenge is stateless), and unknown users
 * get the same answer as known ones with a wrong password. Who is at a gateway's address is the gateway, whatever
 * From says: a phone that is believed by a wide network is not believed there.
 */
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Device, Directory } from '../call/directory.ts';
import type { Authenticator } from '../sip/digest/authenticator.ts';
import type { SourceGuard } from '../sip/guard.ts';
import type { Hop } from '../sip/hop.ts';
import type { SipRequest } from '../sip/message/message.ts';
import { parseNameAddr } from '../sip/message/name-addr.ts';
import { parseUri, unescapeUser } from '../sip/message/uri.ts';
import type { Admission } from '../sip/user-agent/user-agent.ts';
import { refusalHeaders, statusOf } from './cause-to-status.ts';
import { gatewayPlace } from './gateway.ts';
import { Networks } from './networks.ts';

type GatewayThere = { readonly id: string; readonly bits: number };

/** Addresses of which it is known whose they are; enough for the phones of a site, and bounded. */
const REMEMBERED_MAX = 10_000;

export class Admissions {
  readonly #directory: Directory;
  readonly #authenticator: Authenticator;
  readonly #guard: SourceGuard;
  readonly #clock: Clock;
  /** In the directory's order. */
  #gateways: readonly (readonly [id: string, from: Networks])[] = [];
  /** Of addresses that have been asked for. */
  readonly #there = new Map<string, GatewayThere | 'none'>();
  /** `address:port` of gateways: where calls go out. */
  #ways: ReadonlySet<string> = new Set();
  /** One set per distinct list, since whole families of devices share one. */
  readonly #trusted = new Map<string, Networks>();
  /** Monotonic milliseconds of the running turn. */
  nowMs = 0;

  constructor(
    directory: Directory,
    authenticator: Authenticator,
    guard: SourceGuard,
    clock: Clock,
  ) {
    this.#directory = directory;
    this.#authenticator = authenticator;
    this.#guard = guard;
    this.#clock = clock;
    this.directoryChanged();
  }

  /** Gateways are others; all else is looked up when it is asked for. */
  directoryChanged(): void {
    this.#gateways = [...this.#directory.gateways.values()].map((gateway) => [
      gateway.id,
      new Networks(gateway.acceptFrom),
    ]);
    this.#there.clear();
    const hops = [...this.#directory.gateways.values()].map((gateway) => gatewayPlace(gateway).hop);
    this.#ways = new Set(hops.map(({ address, port }) => `${address}:${port}`));
  }

  admit(request: SipRequest, source: Hop): Admission {
    const credentials = request.headers.all('Authorization');
    if (credentials.length > 0) return this.#authenticate(request, source, credentials);
    const device = this.#directory.users.get(claimedUser(request));
    const gateway = this.#gatewayAt(source.address);
    if (device !== undefined && this.#isTrusted(device, source, gateway?.bits ?? -1))
      return admitted('device', device.id);
    if (request.method !== 'REGISTER' && gateway !== undefined)
      return admitted('gateway', gateway.id);
    return this.#challenge(request, false);
  }

  /**
   * Whether requests to `hop` would get to a gateway: nobody's phone is there, unless it has been heard from
   * there (`source`). What is sent to a gateway it takes for a call that we let out.
   */
  isGateway(hop: Hop, source: Hop): boolean {
    const { address, port } = hop;
    if (this.#ways.has(`${address}:${port}`)) return true;
    return address !== source.address && this.#gatewayAt(address) !== undefined;
  }

  /** The gateway whose networks hold the address, by the narrowest of those. */
  #gatewayAt(address: string): GatewayThere | undefined {
    if (this.#gateways.length === 0) return undefined;
    const known = this.#there.get(address);
    if (known !== undefined) return known === 'none' ? undefined : known;
    let there: GatewayThere | undefined;
    for (const [id, networks] of this.#gateways) {
      const bits = networks.narrowest(address);
      if (bits > (there?.bits ?? -1)) there = { id, bits };
    }
    if (this.#there.size >= REMEMBERED_MAX) this.#there.clear();
    this.#there.set(address, there ?? 'none');
    return there;
  }

  #authenticate(request: SipRequest, source: Hop, credentials: readonly string[]): Admission {
    const { method, uri, body } = request;
    const check = this.#authenticator.check(method, uri, credentials, body, this.#clock.epochMs());
    if (check.ok) {
      const device = this.#directory.users.get(check.user);
      if (device !== undefined) {
        this.#guard.succeeded(source.address);
        return admitted('device', device.id);
      }
    } else if (check.why === 'user' || check.why === 'response') {
      this.#guard.failed(source.address, this.nowMs);
    }
    return this.#challenge(request, !check.ok && check.stale);
  }

  /** `bits`: how narrow the network is by which a gateway is at that address. */
  #isTrusted(device: Device, source: Hop, bits: number): boolean {
    const { acceptFrom } = device;
    if (acceptFrom.length === 0) return false;
    const key = acceptFrom.join();
    let networks = this.#trusted.get(key);
    if (networks === undefined) {
      networks = new Networks(acceptFrom);
      this.#trusted.set(key, networks);
    }
    return networks.narrowest(source.address) > bits;
  }

  #challenge(request: SipRequest, stale: boolean): Admission {
    const userAgent = request.headers.first('User-Agent') ?? '';
    const headers = this.#authenticator.challenge(stale, this.#clock.epochMs(), { userAgent });
    return { type: 'answer', status: 401, headers };
  }
}

/** This manager takes nothing new: phones try the next server. */
export function turnAway({ method }: SipRequest, { address: from }: Hop, log: Log): Admission {
  const cause = 'draining';
  const code = method === 'INVITE' ? 'LW-3011' : undefined;
  if (code !== undefined) log.write('info', 'call refused', { from, cause, code });
  return { type: 'answer', status: statusOf(cause), headers: refusalHeaders(cause, code) };
}

/** The user that a request says it is from. A phone that registers a line's number names itself there. */
function claimedUser(request: SipRequest): string {
  const uri = parseUri(parseNameAddr(request.headers.first('From') ?? '')?.uri ?? '');
  return uri === undefined ? '' : unescapeUser(uri.user);
}

function admitted(kind: 'device' | 'gateway', id: string): Admission {
  return { type: 'admitted', identity: { kind, id } };
}
