/** A NATS server that wants TLS and a client certificate. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type Authority, makeIdentity } from '../../transport/certificates.ts';
import { startNats } from './nats-server.ts';

/** Its certificate is for 127.0.0.1 and `name`. */
export async function startNatsWithTls(
  context: TestContext,
  authority: Authority,
  name: string,
): Promise<{ readonly port: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'linewright-nats-tls-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const { cert, key } = await makeIdentity(authority, name);
  const write = (file: string, text: string): string => {
    writeFileSync(join(folder, file), text, { mode: 0o600 });
    return JSON.stringify(join(folder, file));
  };
  const tls = [
    `cert_file: ${write('cert.pem', cert)}`,
    `key_file: ${write('key.pem', key)}`,
    `ca_file: ${write('ca.pem', authority.cert)}`,
    'verify: true',
  ];
  const servers = await startNats(`tls { ${tls.join(', ')} }`);
  context.after(() => servers.remove());
  return { port: servers.at(0).port };
}
