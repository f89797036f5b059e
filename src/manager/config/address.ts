/** Addresses to listen on, as URLs: `udp://127.0.0.1:5060`, `http://[::1]:8080`. */
import { isIP } from 'node:net';
import type { Transport } from '../../sip/hop.ts';
import type { Listener } from './manager-config.ts';

const TRANSPORTS: readonly Transport[] = ['udp', 'tcp', 'tls', 'ws', 'wss'];
/** RFC 3261 §19.1.2; browsers have no port of their own for SIP (RFC 7118 §5). */
const PORT_DEFAULT: Readonly<Record<string, number>> = { udp: 5060, tcp: 5060, tls: 5061 };

const URL_FORM = /^([a-z]+):\/\/(\[[0-9A-Fa-f:.]+\]|[^:/[\]]+)(?::(\d{1,5}))?\/?$/;

/** A host by name or address. A user and a password have keys of their own, where logs do not show them. */
const SERVER_URL = /^([a-z]+):\/\/(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+):(\d{1,5})\/?$/;

type Address = {
  readonly scheme: string;
  readonly address: string;
  readonly port: number | undefined;
};

/** A SIP listener, or what is wrong with the text. */
export function readListener(text: string): Listener | string {
  const read = readAddress(text, 'udp://127.0.0.1:5060');
  if (typeof read === 'string') return read;
  const transport = TRANSPORTS.find((each) => each === read.scheme);
  if (!transport) return `expected ${TRANSPORTS.join(', ')} before ://, got '${read.scheme}'`;
  const port = read.port ?? PORT_DEFAULT[transport];
  if (port === undefined) return `expected a port: ${transport}:// has no usual one`;
  return { transport, address: read.address, port };
}

/** Where HTTP listens, or what is wrong with the text. */
export function readWebAddress(
  text: string,
): { readonly secure: boolean; readonly address: string; readonly port: number } | string {
  const read = readAddress(text, 'http://127.0.0.1:8080');
  if (typeof read === 'string') return read;
  if (read.scheme !== 'http' && read.scheme !== 'https')
    return `expected http or https before ://, got '${read.scheme}'`;
  const secure = read.scheme === 'https';
  return { secure, address: read.address, port: read.port ?? (secure ? 443 : 80) };
}

/** Whether only this machine reaches the address. */
export function isLoopback(address: string): boolean {
  return address === '::1' || /^127\./.test(address);
}

/** `udp://127.0.0.1:5060`. */
export function formatListener({ transport, address, port }: Listener): string {
  return `${transport}://${address.includes(':') ? `[${address}]` : address}:${port}`;
}

/** Whether `text` is the address of a server that we connect to: `scheme://host:port`, and nothing else. */
export function isServerUrl(text: string, schemes: readonly string[]): boolean {
  const [, scheme = '', host = '', port = ''] = SERVER_URL.exec(text) ?? [];
  return schemes.includes(scheme) && host !== '' && Number(port) >= 1 && Number(port) <= 65_535;
}

function readAddress(text: string, example: string): Address | string {
  const [, scheme, host = '', digits] = URL_FORM.exec(text) ?? [];
  if (scheme === undefined) return `expected an address such as ${example}, got '${text}'`;
  const address = host.replace(/^\[|\]$/g, '');
  if (isIP(address) === 0) return `expected an IP address, got '${address}'`;
  const port = digits === undefined ? undefined : Number(digits);
  if (port !== undefined && port > 65_535) return `expected a port up to 65535, got ${port}`;
  return { scheme, address, port };
}
