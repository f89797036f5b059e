/** Gateways of the directory: peers that are known by their address alone, so that no two may share one. */
import ipaddr from 'ipaddr.js';
import type { Gateway } from '../../call/routing/gateway.ts';
import { placeAt } from '../document.ts';
import { formatPlace, type Problem } from '../problem.ts';
import { checkShape } from '../shape.ts';
import { identifier, networksOverlap, readNetwork } from '../values.ts';
import type { Entries } from './gather.ts';
import { gatewayHost, gatewaySchema } from './schema.ts';

/** Calls at a time through a gateway that says nothing. */
const CALLS_MAX_DEFAULT = 1000;

/** All gateways by id. Calls come in from `accept_from`; without it, from the address in the URI. */
export function readGateways(entries: Entries, problems: Problem[]): Map<string, Gateway> {
  const gateways = new Map<string, Gateway>();
  for (const entry of entries.values()) {
    const fault = identifier.safeParse(entry.key).error?.issues[0];
    if (fault) problems.push({ place: entry.place, message: fault.message });
    const given = checkShape(gatewaySchema, entry.value, problems);
    if (given === undefined) continue;
    const acceptFrom = given.accept_from ?? ownAddress(given.uri);
    for (const other of gateways.values()) {
      const shared = acceptFrom.find((network) =>
        other.acceptFrom.some((theirs) => networksOverlap(network, theirs)),
      );
      const theirs = entries.get(other.id);
      if (shared === undefined || theirs === undefined) continue;
      const place = placeAt(entry.value, ['accept_from']);
      const message = `'${shared}' is also an address of gateway '${other.id}' in ${formatPlace(theirs.place)}`;
      problems.push({ place, message });
    }
    const callsMax = given.max_calls ?? CALLS_MAX_DEFAULT;
    const search = given.search === undefined ? {} : { search: given.search };
    gateways.set(entry.key, { id: entry.key, uri: given.uri, acceptFrom, callsMax, ...search });
  }
  return gateways;
}

function ownAddress(uri: string): readonly string[] {
  const host = gatewayHost(uri);
  const network = host !== undefined && ipaddr.isValid(host) ? readNetwork(host) : undefined;
  return network === undefined ? [] : [network];
}
