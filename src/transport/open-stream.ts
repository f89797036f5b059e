/** Opens TCP and TLS connections of ours. */
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Hop } from '../sip/hop.ts';
import { type Bound, isLoopback, isWildcard } from './listen.ts';
import { KEEP_ALIVE_MS } from './stream-listener.ts';
import { TLS_VERSION_MIN, type TlsIdentity } from './tls-identity.ts';

export type Opening = { readonly socket: Socket; readonly opensWith: 'connect' | 'secureConnect' };

/**
 * Begins to connect to `hop`, an IP literal, from the address of `listener`: the far end may know us
 * by that. Without `tls`, servers are verified against what Node trusts, and we show no certificate.
 */
export function openStream(
  hop: Hop,
  listener: Bound | undefined,
  tls: TlsIdentity | undefined,
): Opening {
  const localAddress = localAddressFor(hop, listener);
  const options = {
    host: hop.address,
    port: hop.port,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: KEEP_ALIVE_MS,
    ...(localAddress === undefined ? {} : { localAddress }),
  };
  if (hop.transport === 'tcp') return { socket: connect(options), opensWith: 'connect' };
  const identity = tls === undefined ? {} : { cert: tls.cert, key: tls.key };
  const socket = connectTls({
    ...options,
    ...identity,
    ...(tls?.ca === undefined ? {} : { ca: tls.ca }),
    ...(hop.serverName === undefined ? {} : { servername: hop.serverName }),
    minVersion: TLS_VERSION_MIN,
    rejectUnauthorized: tls?.verify ?? true,
  });
  return { socket, opensWith: 'secureConnect' };
}

function localAddressFor(hop: Hop, listener: Bound | undefined): string | undefined {
  if (listener === undefined || isWildcard(listener.address)) return undefined;
  // From the loopback nothing leaves the machine.
  if (isLoopback(listener.address) && !isLoopback(hop.address)) return undefined;
  return listener.address.includes(':') === hop.address.includes(':')
    ? listener.address
    : undefined;
}
