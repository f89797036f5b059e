/** Writes a manager file and its directory for a test, and the certificate that a TLS listener wants. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A phone's account. Without `password` it is believed when its requests come from `acceptFrom`. */
export type DeviceEntry = {
  readonly user: string;
  readonly password?: string;
  readonly acceptFrom?: readonly string[];
};

/** A number and the devices (by user) that share it; one device: an ordinary extension. */
export type LineEntry = {
  readonly number: string;
  readonly members: readonly string[];
  readonly noAnswerS?: number;
};

/** What a manager is started with. */
export type ManagerSetup = {
  readonly folder: string;
  readonly domain: string;
  /** SIP listeners, e.g. `udp://127.0.0.1:5060`, `tls://…`. */
  readonly listen: readonly string[];
  /** Address for SIP over WebSocket, health and metrics, e.g. `http://127.0.0.1:8088`. */
  readonly web: string;
  readonly tls?: { readonly cert: string; readonly key: string };
  readonly devices: readonly DeviceEntry[];
  readonly lines: readonly LineEntry[];
  /** Further sections of the directory. */
  readonly more?: Readonly<Record<string, object>>;
};

/** Writes `manager.yaml` and `directory/directory.yaml`; returns the path of the first. */
export function writeManagerFiles(setup: ManagerSetup): string {
  const { folder } = setup;
  mkdirSync(join(folder, 'directory'), { recursive: true });
  const manager = {
    manager: { id: 'manager-a' },
    sip: { domain: setup.domain, listen: setup.listen },
    ...(setup.tls ? { tls: setup.tls } : {}),
    web: { listen: setup.web },
    directory: 'directory',
  };
  const devices = setup.devices.map(({ user, password, acceptFrom }) => [
    user,
    {
      kind: 'softphone',
      user,
      ...(password ? { password } : {}),
      ...(acceptFrom ? { accept_from: acceptFrom } : {}),
    },
  ]);
  const lines = setup.lines.map(({ number, members, noAnswerS }) => [
    number,
    {
      members: Object.fromEntries(members.map((user) => [user, { device: user }])),
      no_answer: { after: `${noAnswerS ?? 30}s` },
    },
  ]);
  // JSON is YAML: nothing to quote, nothing to indent.
  const file = join(folder, 'manager.yaml');
  writeFileSync(file, JSON.stringify(manager, null, 2));
  writeFileSync(
    join(folder, 'directory', 'directory.yaml'),
    JSON.stringify(
      { devices: Object.fromEntries(devices), lines: Object.fromEntries(lines), ...setup.more },
      null,
      2,
    ),
  );
  return file;
}

/** Makes a certificate of its own authority for `names` (DNS names or IP addresses) with openssl. */
export function makeCertificate(
  folder: string,
  names: readonly string[],
): { cert: string; key: string } {
  mkdirSync(folder, { recursive: true });
  const cert = join(folder, 'cert.pem');
  const key = join(folder, 'key.pem');
  const alternatives = names.map((name) => `${/^[\d.]+$/.test(name) ? 'IP' : 'DNS'}:${name}`);
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2']
      .concat('-subj', `/CN=${names[0]}`, '-addext', `subjectAltName=${alternatives.join(',')}`)
      .concat('-keyout', key, '-out', cert),
    { stdio: 'pipe' },
  );
  return { cert, key };
}
