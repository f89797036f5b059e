/** What may stand in a manager file, section by section. */
import { z } from 'zod';
import { duration, oneOrMore, onOff, wholeNumber } from '../../store/values.ts';
import { isServerUrl, readListener, readWebAddress } from './address.ts';

const SECOND_MS = 1000;
const DAY_MS = 86_400_000;

/** Text that `read` turns into something, or says what is wrong with. */
function parsed<T extends object>(read: (text: string) => T | string) {
  return z.string().transform((text, context): T => {
    const value = read(text);
    if (typeof value !== 'string') return value;
    context.addIssue({ code: 'custom', message: value });
    return z.NEVER;
  });
}

/** A host name or an IP literal, as it stands behind the @ of an address. */
const domain = z
  .string()
  .regex(
    /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])$/,
    'expected a domain such as pbx.example.org',
  );

const webAddress = parsed(readWebAddress);
export const listener = parsed(readListener);
export const logLevel = z.enum(['debug', 'info', 'warn', 'error']);

const PEERS_EXPECTED = "expected servers' addresses, or a map with 'servers'";

/** Servers of the bus or of the store: their addresses alone, or with what it takes to be let in. */
function peers(schemes: readonly string[], example: string) {
  const address = z.string().refine((text) => isServerUrl(text, schemes), {
    error: `expected an address such as ${example}`,
  });
  return z.union(
    [
      oneOrMore(address, `an address such as ${example}`),
      z.strictObject({
        servers: oneOrMore(address, `an address such as ${example}`),
        user: z.string().optional(),
        password: z.string().optional(),
        ca: z.string().optional(),
        cert: z.string().optional(),
        key: z.string().optional(),
      }),
    ],
    PEERS_EXPECTED,
  );
}

export const SECTION_SCHEMAS = {
  manager: z.strictObject({
    id: z
      .string()
      .regex(/^[a-z0-9-]{1,32}$/, 'expected a name of a-z, 0-9 and -, at most 32 characters'),
    data: z.string().optional(),
    drain: duration(0, DAY_MS).optional(),
  }),
  sip: z.strictObject({
    domain: oneOrMore(domain, 'a domain'),
    listen: oneOrMore(listener, 'an address such as udp://127.0.0.1:5060'),
    timers: z
      .strictObject({
        t1: duration(1, 60 * SECOND_MS).optional(),
        t2: duration(1, 60 * SECOND_MS).optional(),
        t4: duration(1, 60 * SECOND_MS).optional(),
      })
      .optional(),
    register: z
      .strictObject({
        min_expires: duration(SECOND_MS, DAY_MS).optional(),
        max_expires: duration(SECOND_MS, DAY_MS).optional(),
        contacts_max: wholeNumber(1, 1000).optional(),
      })
      .optional(),
    audit: z
      .union(
        [z.literal('off'), duration(10 * SECOND_MS, DAY_MS)],
        "expected 'off' or a time such as 10m",
      )
      .optional(),
    session_timer: z
      .union(
        [
          z.literal('off'),
          z.strictObject({
            expires: duration(90 * SECOND_MS, DAY_MS).optional(),
            min_se: duration(90 * SECOND_MS, DAY_MS).optional(),
          }),
        ],
        "expected 'off' or a map with 'expires' and 'min_se'",
      )
      .optional(),
  }),
  cluster: z.strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9-]{1,32}$/, 'expected a name of a-z, 0-9 and -, at most 32 characters')
      .optional(),
    bus: peers(['nats', 'tls'], 'nats://192.0.2.1:4222'),
    store: peers(['http', 'https'], 'http://192.0.2.1:2379'),
    store_outage: z.enum(['freeze', 'fence']).optional(),
    isolated: z.enum(['emergency', 'end']).optional(),
  }),
  tls: z.strictObject({ cert: z.string(), key: z.string() }),
  directory: z.string(),
  web: z.union(
    [
      z.literal('off'),
      z.strictObject({
        listen: webAddress.optional(),
        cert: z.string().optional(),
        key: z.string().optional(),
        token: z.string().optional(),
      }),
    ],
    "expected 'off' or a map with 'listen'",
  ),
  cdr: z.union(
    [
      z.literal('off'),
      z.strictObject({
        sqlite: z.string().min(1).optional(),
        postgres: z.string().optional(),
        jsonl: z.string().min(1).optional(),
      }),
    ],
    "expected 'off' or a map with 'sqlite', 'postgres' and 'jsonl'",
  ),
  observe: z.strictObject({ metrics: webAddress.optional() }),
  log: z.strictObject({ level: logLevel.optional(), format: z.enum(['json', 'human']).optional() }),
  security: z.strictObject({ bans: onOff.optional(), loopback_only: onOff.optional() }),
} as const;

export type SectionName = keyof typeof SECTION_SCHEMAS;
export type Sections = { -readonly [K in SectionName]?: z.output<(typeof SECTION_SCHEMAS)[K]> };
