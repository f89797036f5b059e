/** Turns the sections of a manager file into a manager's configuration, and checks what they say of one another. */
import { resolve } from 'node:path';
import type { Problem } from '../../store/problem.ts';
import { readSecret } from '../../store/secret.ts';
import { formatListener, isLoopback } from './address.ts';
import { type ConfigOptions, type Make, readTls, say } from './make.ts';
import { makeCluster } from './make-cluster.ts';
import { makeRecords } from './make-records.ts';
import { DEFAULTS, type Listener, type ManagerConfig, type WebConfig } from './manager-config.ts';
import type { SectionsRead } from './sections.ts';

/** A shorter token could be guessed. */
const TOKEN_LENGTH_MIN = 16;

/** The configuration, or undefined when what it needs most is missing; problems say why. */
export function makeConfig(
  sections: SectionsRead,
  options: ConfigOptions,
  problems: Problem[],
): ManagerConfig | undefined {
  const { given } = sections;
  const { overrides, folder } = options;
  const make = { ...options, sections, problems };
  const tls = readTls(make, 'tls', given.tls?.cert, given.tls?.key);
  const web = makeWeb(make);
  checkMetrics(make);
  if (given.sip === undefined || given.manager === undefined) return undefined;
  const listeners = makeListeners(make, given.sip.listen);
  if (given.tls === undefined && listeners.some(isSecure)) {
    const message = "'tls' and 'wss' addresses need a certificate: add 'tls: { cert: …, key: … }'";
    problems.push({ place: sections.placeAt('sip', ['listen']), message });
  }
  const timers = {
    t1Ms: given.sip.timers?.t1 ?? DEFAULTS.timers.t1Ms,
    t2Ms: given.sip.timers?.t2 ?? DEFAULTS.timers.t2Ms,
    t4Ms: given.sip.timers?.t4 ?? DEFAULTS.timers.t4Ms,
  };
  if (timers.t1Ms > timers.t2Ms)
    say(make, 'sip', ['timers', 't1'], "'t1' must not be longer than 't2'");
  return {
    id: given.manager.id,
    cluster: makeCluster(make),
    dataFolder: given.manager.data === undefined ? undefined : resolve(folder, given.manager.data),
    drainMs: given.manager.drain ?? DEFAULTS.drainMs,
    domains: given.sip.domain,
    listeners,
    tls,
    web,
    metrics: given.observe?.metrics,
    records: makeRecords(make),
    log: {
      level: overrides.logLevel ?? given.log?.level ?? DEFAULTS.log.level,
      format: given.log?.format ?? DEFAULTS.log.format,
    },
    bans: overrides.bans ?? given.security?.bans ?? DEFAULTS.bans,
    timers,
    register: makeRegister(make),
    sessionTimer: makeSessionTimer(make),
    auditMs: given.sip.audit === 'off' ? undefined : (given.sip.audit ?? DEFAULTS.auditMs),
  };
}

function isSecure({ transport }: Listener): boolean {
  return transport === 'tls' || transport === 'wss';
}

function makeListeners(make: Make, given: readonly Listener[]): readonly Listener[] {
  const { port, listeners } = make.overrides;
  const wanted = (listeners ?? given).map((listener) =>
    port !== undefined && (listener.transport === 'udp' || listener.transport === 'tcp')
      ? { ...listener, port }
      : listener,
  );
  const bound = new Set<string>();
  wanted.forEach((listener, index) => {
    const socket = `${listener.transport === 'udp' ? 'udp' : 'tcp'} ${listener.address} ${listener.port}`;
    if (listener.port !== 0 && bound.has(socket)) {
      const path = listeners ? ['listen'] : ['listen', index];
      say(make, 'sip', path, `${formatListener(listener)} is listened on twice`);
    }
    bound.add(socket);
    if (make.sections.given.security?.loopback_only && !isLoopback(listener.address)) {
      const path = listeners ? ['listen'] : ['listen', index];
      const message = `${formatListener(listener)} is reached from beyond this machine, and 'loopback_only' is on`;
      say(make, 'sip', path, message);
    }
  });
  return wanted;
}

function makeRegister(make: Make): ManagerConfig['register'] {
  const given = make.sections.given.sip?.register;
  const seconds = (ms: number | undefined, otherwise: number) =>
    ms === undefined ? otherwise : Math.ceil(ms / 1000);
  const minExpiresS = seconds(given?.min_expires, DEFAULTS.register.minExpiresS);
  const maxExpiresS = seconds(given?.max_expires, DEFAULTS.register.maxExpiresS);
  if (minExpiresS > maxExpiresS)
    say(make, 'sip', ['register'], "'min_expires' must not be longer than 'max_expires'");
  const contactsMax = given?.contacts_max ?? DEFAULTS.register.contactsMax;
  return { minExpiresS, maxExpiresS, contactsMax };
}

function makeSessionTimer(make: Make): ManagerConfig['sessionTimer'] {
  const given = make.sections.given.sip?.session_timer ?? {};
  if (given === 'off') return undefined;
  const expiresS =
    given.expires === undefined ? DEFAULTS.sessionTimer.expiresS : given.expires / 1000;
  const minSeS = given.min_se === undefined ? DEFAULTS.sessionTimer.minSeS : given.min_se / 1000;
  if (minSeS > expiresS)
    say(make, 'sip', ['session_timer'], "'min_se' must not be longer than 'expires'");
  return { expiresS: Math.ceil(expiresS), minSeS: Math.ceil(minSeS) };
}

function makeWeb(make: Make): WebConfig | undefined {
  const given = make.sections.given.web ?? {};
  const { overrides, env, folder } = make;
  if (overrides.web === 'off' || (given === 'off' && overrides.web === undefined)) return undefined;
  const section = given === 'off' ? {} : given;
  const tls = readTls(make, 'web', section.cert, section.key);
  let token: string | undefined;
  if (section.token !== undefined) {
    const secret = readSecret(section.token, folder, env);
    if (!secret.ok) say(make, 'web', ['token'], secret.message);
    else if (secret.value.length < TOKEN_LENGTH_MIN)
      say(make, 'web', ['token'], `expected at least ${TOKEN_LENGTH_MIN} characters`);
    else token = secret.value;
  }
  const listen = section.listen ?? { secure: false, ...DEFAULTS.web };
  const { address, port } = overrides.web ?? listen;
  if (listen.secure && section.cert === undefined)
    say(make, 'web', ['listen'], "https needs 'cert' and 'key' beside 'listen'");
  if (!listen.secure && section.cert !== undefined)
    say(make, 'web', ['listen'], "'cert' and 'key' are for https");
  if (!listen.secure && !isLoopback(address)) {
    const message = `http only on this machine (127.0.0.1): beyond it, https with 'cert' and 'key'`;
    say(make, 'web', ['listen'], message);
  }
  return { address, port, tls, token };
}

function checkMetrics(make: Make): void {
  if (make.sections.given.observe?.metrics?.secure)
    say(make, 'observe', ['metrics'], "expected http: for https, leave it to 'web'");
}
