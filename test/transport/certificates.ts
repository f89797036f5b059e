/** Certificates for the tests, made anew each time: an authority, and servers that it vouches for. */
import { generate } from 'selfsigned';
import type { TlsIdentity } from '../../src/transport/tls-identity.ts';

export type Authority = { readonly cert: string; readonly key: string };

export async function makeAuthority(): Promise<Authority> {
  const made = await generate([{ name: 'commonName', value: 'Test authority' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, digitalSignature: true },
    ],
  });
  return { cert: made.cert, key: made.private };
}

/** An identity for a DNS name and for 127.0.0.1, that believes in the same authority. */
export async function makeIdentity(authority: Authority, name: string): Promise<TlsIdentity> {
  const made = await generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    algorithm: 'sha256',
    ca: authority,
    extensions: [
      { name: 'basicConstraints', cA: false },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: name },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  });
  return { cert: made.cert, key: made.private, ca: authority.cert };
}
