/**
 * Prints new secrets for nats.conf as lines of an environment file. Each manager's password belongs into
 * that manager's own file as well, and nowhere else.
 *
 *     umask 077; node nats-secrets.mjs [host:port of each server's routes, three of them] > nats.env
 */
import { randomBytes } from 'node:crypto';

const given = process.argv.slice(2);
const routes = given.length > 0 ? given : ['127.0.0.1:6222', '127.0.0.1:6223', '127.0.0.1:6224'];

// Begins with a letter: the server would take digits for a number.
const secret = () => `s${randomBytes(24).toString('hex')}`;
const routePassword = secret();

const lines = [
  ...['CM1', 'CM2', 'CM3'].map((name) => `NATS_${name}_PASSWORD=${secret()}`),
  `NATS_ROUTE_PASSWORD=${routePassword}`,
  ...routes.map((route, at) => `NATS_ROUTE_${at + 1}=nats://route:${routePassword}@${route}`),
];
process.stdout.write(`${lines.join('\n')}\n`);
