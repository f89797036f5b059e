/** Where we listen: what is asked for, and what came of it. */
import { isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Hop, Transport } from '../sip/hop.ts';

/** An address to bind. `address` is an IP literal without brackets; port 0: any free one. */
export type Listen = {
  readonly transport: Transport;
  readonly address: string;
  readonly port: number;
  /** `host` or `host:port` by which others reach us, when that is not what we bind (NAT, 0.0.0.0). */
  readonly advertise?: string;
};

/** A listener that is bound. Its `index` is what `Hop.listener` means. */
export type Bound = {
  readonly index: number;
  readonly transport: Transport;
  readonly address: string;
  readonly port: number;
  /** `host:port` for Via and Contact. */
  readonly sentBy: string;
};

/** `udp://127.0.0.1:5060`, `tls://[::1]:5061`. */
export function formatListen(listen: Listen): string {
  return `${listen.transport}://${hostPort(listen.address, listen.port)}`;
}

/** The listener that `listen` became, at the address and port that the system gave. */
export function bound(index: number, listen: Listen, address: string, port: number): Bound {
  const { transport, advertise } = listen;
  return { index, transport, address, port, sentBy: sentBy(address, port, advertise) };
}

/**
 * The listener by which `address` is best reached over `transport`: one of its family, on the
 * loopback exactly for targets on the loopback, the first such. Undefined when none will do.
 */
export function findListener(
  listeners: readonly Bound[],
  transport: Transport,
  address: string,
): Bound | undefined {
  let found: Bound | undefined;
  for (const listener of listeners) {
    if (listener.transport !== transport) continue;
    if (isIPv6(listener.address) !== isIPv6(address)) continue;
    const fits = isLoopback(listener.address) === isLoopback(address);
    if (fits || isWildcard(listener.address)) return listener;
    found ??= listener;
  }
  return found;
}

/** Whether `listener` may send what is for `hop`, whose address is a literal. */
export function suits(listener: Bound, hop: Hop): boolean {
  return (
    listener.transport === hop.transport &&
    listener.address.includes(':') === hop.address.includes(':')
  );
}

/** Whether a listener bound to it takes what comes by any address of its family. */
export function isWildcard(address: string): boolean {
  return address === '0.0.0.0' || address === '::';
}

/**
 * Whether `host` is an IP literal rather than a name. Cheaper than `isIP`, since each datagram asks: no
 * name has a colon, and none consists of digits and dots (RFC 3696 §2).
 */
export function isLiteral(host: string): boolean {
  for (let i = 0; i < host.length; i++) {
    const code = host.charCodeAt(i);
    if (code === COLON) return true;
    if (code !== DOT && (code < DIGIT_0 || code > DIGIT_9)) return false;
  }
  return true;
}

const COLON = 0x3a;
const DOT = 0x2e;
const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;

/** Whether only this machine reaches the address. */
export function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1';
}

function sentBy(address: string, port: number, advertise: string | undefined): string {
  if (advertise === undefined) {
    return hostPort(isWildcard(address) ? ownAddress(isIPv6(address)) : address, port);
  }
  if (isIPv6(advertise)) return hostPort(advertise, port);
  return /:\d+$/.test(advertise) ? advertise : `${advertise}:${port}`;
}

/** An address of ours that others can reach; the loopback when there is no other. */
function ownAddress(wantsIpv6: boolean): string {
  for (const addresses of Object.values(networkInterfaces())) {
    for (const { family, internal, address, scopeid } of addresses ?? []) {
      if (internal || (family === 'IPv6') !== wantsIpv6) continue;
      // Link-local addresses mean nothing without the interface.
      if (scopeid === undefined || scopeid === 0) return address;
    }
  }
  return wantsIpv6 ? '::1' : '127.0.0.1';
}

function hostPort(address: string, port: number): string {
  return `${address.includes(':') ? `[${address}]` : address}:${port}`;
}
