/** Gateways of the directory: peers that are known by their address alone, so that no two may share one. */
import { hash } from 'node:crypto';
import ipaddr from 'ipaddr.js';
import type { Country } from '../../call/dial-plan/route-plan.ts';
import type { Gateway, GatewayNumbers, GatewaySecret } from '../../call/routing/gateway.ts';
import { type Entry, keyPlaceAt, placeAt } from '../document.ts';
import { suggestion } from '../nearest-name.ts';
import { formatPlace, type Problem } from '../problem.ts';
import { type Environment, readSecret } from '../secret.ts';
import { checkShape } from '../shape.ts';
import { identifier, networksOverlap, readNetwork } from '../values.ts';
import { type Countries, countryOf } from './countries.ts';
import type { Entries } from './gather.ts';
import { type GatewayEntry, gatewayHost, gatewaySchema } from './schema.ts';

export type GatewayOptions = {
  readonly env: Environment;
  /** Folder from which `file:` secrets of that file count. */
  folderOf(file: string): string;
  /** Of the route plan. */
  readonly countries: Countries;
};

/** Calls at a time through a gateway that says nothing. */
const CALLS_MAX_DEFAULT = 1000;
/** Of a gateway that says nothing. */
const PING_MS = 30_000;
const REGISTER_S = 600;

/** All gateways by id. Calls come in from `accept_from`; without it, from the address in the URI. */
export function readGateways(
  entries: Entries,
  options: GatewayOptions,
  problems: Problem[],
): Map<string, Gateway> {
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
    gateways.set(entry.key, {
      id: entry.key,
      uri: given.uri,
      acceptFrom,
      callsMax: given.max_calls ?? CALLS_MAX_DEFAULT,
      ...termsOf(given, readAuth(entry, given, options, problems)),
      ...readNumbers(entry, given, options, problems),
    });
  }
  return gateways;
}

/** Whoever causes a call is known by its name, and a gateway has other rights than a device. */
export function checkNames(
  entries: Entries,
  devices: ReadonlyMap<string, unknown>,
  problems: Problem[],
): void {
  for (const { key, place } of entries.values())
    if (devices.has(key)) problems.push({ place, message: `'${key}' is a device's name already` });
}

/** What may be left out; what is not said is not there. */
function termsOf(given: GatewayEntry, secret: GatewaySecret | undefined): Partial<Gateway> {
  const { register, ping = PING_MS, diversion = 'off' } = given;
  const registerS = typeof register === 'object' ? register.expires / 1000 : REGISTER_S;
  return {
    ...(secret === undefined ? {} : { secret }),
    ...(register === undefined || register === 'off' ? {} : { registerS }),
    ...(ping === 'off' ? {} : { pingMs: ping }),
    ...(given.trusted === 'on' ? { isTrusted: true } : {}),
    ...(given.search === undefined ? {} : { search: given.search }),
    ...(given.caller_id === undefined ? {} : { callerId: given.caller_id }),
    ...(diversion === 'off' ? {} : { diversion }),
    ...(given.codecs === undefined ? {} : { codecs: given.codecs }),
    ...(given.reliable === 'off' ? { withoutReliable: true } : {}),
    ...(given.session_timer === 'off' ? { withoutSessionTimer: true } : {}),
  };
}

/** The password does not outlive this: what is kept is good for its realm only. */
function readAuth(
  entry: Entry,
  { auth, uri, register }: GatewayEntry,
  { env, folderOf }: GatewayOptions,
  problems: Problem[],
): GatewaySecret | undefined {
  if (auth === undefined) {
    if (register !== undefined && register !== 'off')
      problems.push({
        place: placeAt(entry.value, ['register']),
        message: "'register' needs 'auth': whom to register",
      });
    return undefined;
  }
  const { user, ha1, realm = gatewayHost(uri) ?? '' } = auth;
  if ((auth.password === undefined) === (ha1 === undefined)) {
    const message = "expected one of 'password' and 'ha1'";
    problems.push({ place: placeAt(entry.value, ['auth']), message });
    return undefined;
  }
  if (ha1 !== undefined) {
    const { md5, sha256, sha512_256: sha512 } = ha1;
    return { user, realm, ha1: { MD5: md5, 'SHA-256': sha256, 'SHA-512-256': sha512 } };
  }
  const read = readSecret(auth.password ?? '', folderOf(entry.place.file), env);
  if (!read.ok) {
    problems.push({ place: placeAt(entry.value, ['auth', 'password']), message: read.message });
    return undefined;
  }
  // RFC 7616 §3.4.2.
  const secret = `${user}:${realm}:${read.value}`;
  const hashes = {
    MD5: hash('md5', secret),
    'SHA-256': hash('sha256', secret),
    'SHA-512-256': hash('sha512-256', secret),
  };
  return { user, realm, ha1: hashes };
}

function readNumbers(
  { value }: Entry,
  { numbers: given }: GatewayEntry,
  { countries }: GatewayOptions,
  problems: Problem[],
): { readonly numbers?: GatewayNumbers } {
  if (given === undefined) return {};
  const { country } = given;
  const isCode = country === undefined || /^\d/.test(country);
  const named = isCode ? undefined : countries.get(country);
  if (!isCode && named === undefined) {
    const message = `unknown country '${country}'${suggestion(country, countries.keys())}`;
    problems.push({ place: placeAt(value, ['numbers', 'country']), message });
  }
  for (const key of named === undefined ? [] : (['national', 'international', 'area'] as const))
    if (given[key] !== undefined) {
      const message = `'${key}' is for country '${country}' to say`;
      problems.push({ place: keyPlaceAt(value, ['numbers'], key), message });
    }
  const known = isCode && country !== undefined ? ownCountry(country, given) : named;
  const { send = 'as dialled', receive, strip = 0, prefix = '' } = given;
  const written = { send, isPlain: receive === 'plain', strip, prefix };
  return { numbers: known === undefined ? written : { country: known, ...written } };
}

/** One that only this gateway knows. */
function ownCountry(
  code: string,
  { national = '0', international = '00', area }: NonNullable<GatewayEntry['numbers']>,
): Country {
  const said = { national, international: [international] };
  return countryOf(code, area === undefined ? said : { ...said, area });
}

function ownAddress(uri: string): readonly string[] {
  const host = gatewayHost(uri);
  const network = host !== undefined && ipaddr.isValid(host) ? readNetwork(host) : undefined;
  return network === undefined ? [] : [network];
}
