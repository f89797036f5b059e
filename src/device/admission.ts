/**
 * Who may ask for anything at all: gateways by address, devices by digest or by network.
 *
 * Nothing is remembered of a sender before it is known (a challenge is stateless), and unknown users
 * get the same answer as known ones with a wrong password.
 */
import type { Clock } from '../base/clock.ts';
import type { Device, Directory } from '../call/directory.ts';
import type { Authenticator } from '../sip/digest/authenticator.ts';
import type { SourceGuard } from '../sip/guard.ts';
import type { Hop } from '../sip/hop.ts';
import type { SipRequest } from '../sip/message/message.ts';
import { parseNameAddr } from '../sip/message/name-addr.ts';
import { parseUri, unescapeUser } from '../sip/message/uri.ts';
import type { Admission } from '../sip/user-agent/user-agent.ts';
import { Networks } from './networks.ts';

export class Admissions {
  readonly #directory: Directory;
  readonly #authenticator: Authenticator;
  readonly #guard: SourceGuard;
  readonly #clock: Clock;
  /** Gateways in the directory's order: the first whose networks hold the source is it. */
  #gateways: readonly (readonly [id: string, from: Networks])[] = [];
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
  }

  admit(request: SipRequest, source: Hop): Admission {
    const credentials = request.headers.all('Authorization');
    if (credentials.length > 0) return this.#authenticate(request, source, credentials);
    const device = this.#directory.users.get(claimedUser(request));
    if (device !== undefined && this.#isTrusted(device, source))
      return admitted('device', device.id);
    if (request.method !== 'REGISTER') {
      for (const [id, networks] of this.#gateways) {
        if (networks.includes(source.address)) return admitted('gateway', id);
      }
    }
    return this.#challenge(request, false);
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

  #isTrusted(device: Device, source: Hop): boolean {
    const { acceptFrom } = device;
    if (acceptFrom.length === 0) return false;
    const key = acceptFrom.join();
    let networks = this.#trusted.get(key);
    if (networks === undefined) {
      networks = new Networks(acceptFrom);
      this.#trusted.set(key, networks);
    }
    return networks.includes(source.address);
  }

  #challenge(request: SipRequest, stale: boolean): Admission {
    const userAgent = request.headers.first('User-Agent') ?? '';
    const headers = this.#authenticator.challenge(stale, this.#clock.epochMs(), { userAgent });
    return { type: 'answer', status: 401, headers };
  }
}

/** The user that a request says it is from. A phone that registers a line's number names itself there. */
function claimedUser(request: SipRequest): string {
  const uri = parseUri(parseNameAddr(request.headers.first('From') ?? '')?.uri ?? '');
  return uri === undefined ? '' : unescapeUser(uri.user);
}

function admitted(kind: 'device' | 'gateway', id: string): Admission {
  return { type: 'admitted', identity: { kind, id } };
}
