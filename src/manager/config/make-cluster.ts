/** The section `cluster` of a manager file: where the bus and the store are, and how to be let in. */
import { readSecret } from '../../store/secret.ts';
import { type Make, readPem, readTls, say } from './make.ts';
import { type ClusterConfig, DEFAULTS, type PeersConfig } from './manager-config.ts';
import type { Sections } from './schema.ts';

type Given = NonNullable<Sections['cluster']>;

export function makeCluster(make: Make): ClusterConfig | undefined {
  const given = make.sections.given.cluster;
  if (given === undefined) return undefined;
  return {
    name: given.name ?? DEFAULTS.clusterName,
    bus: makePeers(make, 'bus', given.bus, 'tls://'),
    store: makePeers(make, 'store', given.store, 'https://'),
    storeOutage: given.store_outage ?? DEFAULTS.storeOutage,
    isolated: given.isolated ?? DEFAULTS.isolated,
  };
}

/** `secure`: how the address of a server begins to which the way is encrypted. */
function makePeers(
  make: Make,
  name: 'bus' | 'store',
  given: Given['bus'],
  secure: string,
): PeersConfig {
  const { servers, ...access } = Array.isArray(given) ? { servers: given } : given;
  const { user, password, ca, cert, key } = access as Partial<Exclude<Given['bus'], unknown[]>>;
  if (user !== undefined && password === undefined)
    say(make, 'cluster', [name, 'user'], "missing key 'password' beside 'user'");
  if (password !== undefined && user === undefined)
    say(make, 'cluster', [name, 'password'], "missing key 'user' beside 'password'");
  const isSecure = servers.some((server) => server.startsWith(secure));
  if ((ca ?? cert) !== undefined && !isSecure && name === 'store')
    say(make, 'cluster', [name], `'ca' and 'cert' are for servers at ${secure}`);
  return {
    servers,
    user,
    password: password === undefined ? undefined : readPassword(make, name, password),
    ca: ca === undefined ? undefined : readPem(make, 'cluster', [name, 'ca'], ca),
    certificate: readTls(make, 'cluster', cert, key, [name]),
  };
}

function readPassword(make: Make, name: 'bus' | 'store', text: string): string | undefined {
  const secret = readSecret(text, make.folder, make.env);
  if (secret.ok) return secret.value;
  say(make, 'cluster', [name, 'password'], secret.message);
  return undefined;
}
