/** What may stand in a directory file, entry by entry. What entries say of one another is checked elsewhere. */
import { z } from 'zod';
import { HUNT_LINES_MAX } from '../../call/hunting/hunt.ts';
import { PICKUP_OTHERS_MAX } from '../../call/pickup-group.ts';
import {
  dialNumber,
  displayName,
  duration,
  identifier,
  network,
  oneOrMore,
  userName,
  wholeNumber,
} from '../values.ts';
import { areaCode, internationalPrefix, nationalPrefix } from './countries.ts';

/** The parts of a directory; each may be spread over any number of files. */
export const SECTIONS = [
  'lines',
  'devices',
  'gateways',
  'hunts',
  'park',
  'pickup_groups',
  'route_plan',
  'features',
] as const;
export type Section = (typeof SECTIONS)[number];

/** A minute of ringing is long; an hour is a slip. */
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
const ringTime = duration(1000, HOUR_MS);

const ring = z.string().transform((text, context) => {
  if (text === 'at once') return 0;
  const after = text.startsWith('after ')
    ? ringTime.safeParse(text.slice('after '.length))
    : undefined;
  if (after?.success) return after.data;
  context.addIssue({
    code: 'custom',
    message: `expected 'at once' or 'after' and a time such as 'after 8s', got '${text}'`,
  });
  return z.NEVER;
});

const rights = z.array(z.enum(['answer', 'originate', 'retrieve', 'barge']));

const onOff = z.enum(['on', 'off']);

const member = z.strictObject({
  device: identifier,
  ring: ring.optional(),
  rights: rights.optional(),
  privacy: onOff.optional(),
});

const serialStep = z.strictObject({
  members: z.array(identifier).min(1, 'expected at least one member'),
  seconds: wholeNumber(1, 3600),
});

const offer = z.union(
  [
    z.literal('parallel'),
    z.strictObject({ serial: z.array(serialStep).min(1, 'expected at least one step') }),
  ],
  "expected 'parallel' or a map with 'serial'",
);

/** Devices that may see something. */
export const watchersSchema = z.union(
  [z.literal('all'), z.array(identifier).min(1, 'expected at least one device')],
  "expected 'all' or a list of devices",
);

const noAnswer = z
  .strictObject({ after: ringTime.optional(), to: dialNumber.optional() })
  .refine(({ after, to }) => (after ?? to) !== undefined, "expected 'after', 'to' or both");

/** Where calls go that a line is not to have; those that it does not answer `no_answer` tells of. */
const forward = z.strictObject({
  all: dialNumber.optional(),
  busy: dialNumber.optional(),
  unreachable: dialNumber.optional(),
});

/** What watchers of a line may do with its calls; nothing but see them, unless told. */
const watcherRights = z.array(z.enum(['answer', 'retrieve']));

export const lineSchema = z.strictObject({
  name: displayName.optional(),
  mode: z.enum(['single', 'replicated']).optional(),
  appearances: wholeNumber(1, 1000).optional(),
  offer: offer.optional(),
  members: z.record(identifier, member),
  busy: z.strictObject({ per_member: wholeNumber(1, 1000) }).optional(),
  held_counts: onOff.optional(),
  when_full: z.enum(['busy', 'ring']).optional(),
  max_calls: wholeNumber(1, 1000).optional(),
  no_answer: noAnswer.optional(),
  forward: forward.optional(),
  dnd: onOff.optional(),
  search: identifier.optional(),
  watchers: watchersSchema.optional(),
  watcher_rights: watcherRights.optional(),
  pickup_group: identifier.optional(),
});
export type LineEntry = z.output<typeof lineSchema>;

const noStep = { members: [] };
const noSteps = { serial: [] };

/** The names in a line that stand for something else, as far as they can be made out where it is wrong elsewhere. */
export const lineNamesSchema = z.object({
  members: z
    .record(z.string(), z.object({ device: identifier.catch('') }).catch({ device: '' }))
    .catch({}),
  offer: z
    .object({
      serial: z
        .array(z.object({ members: z.array(identifier.catch('')).catch([]) }).catch(noStep))
        .catch([]),
    })
    .catch(noSteps),
  watchers: z.array(identifier.catch('')).catch([]),
});
export type LineNames = z.output<typeof lineNamesSchema>;

/** In a key range, `user`, `number` and `name` may hold the range's braces: these are checked after filling in. */
const fillable = <T>(schema: z.ZodType<T, string>) =>
  z.string().superRefine((text, context) => {
    if (/[{}]/.test(text)) return;
    for (const { message } of schema.safeParse(text).error?.issues ?? [])
      context.addIssue({ code: 'custom', message });
  });

const hex = (digits: number) =>
  z.string().regex(new RegExp(`^[0-9a-f]{${digits}}$`), `expected ${digits} lower-case hex digits`);

export const deviceSchema = z.strictObject({
  user: fillable(userName).optional(),
  password: z.string().optional(),
  ha1: z.strictObject({ md5: hex(32), sha256: hex(64) }).optional(),
  auth: z.literal('none').optional(),
  accept_from: oneOrMore(network, 'an address or network').optional(),
  name: fillable(displayName).optional(),
  number: fillable(dialNumber).optional(),
  no_answer: noAnswer.optional(),
  forward: forward.optional(),
  dnd: onOff.optional(),
  search: identifier.optional(),
  max_calls: wholeNumber(1, 1000).optional(),
  watchers: watchersSchema.optional(),
  watcher_rights: watcherRights.optional(),
  pickup_group: identifier.optional(),
  kind: z.string().optional(),
});
export type DeviceEntry = z.output<typeof deviceSchema>;

const huntRing = wholeNumber(1, 3600);

/** A number that leads to several lines. */
export const huntSchema = z.strictObject({
  name: displayName.optional(),
  offer: z.enum(['parallel', 'serial', 'circular']).optional(),
  lines: z
    .array(
      z.union(
        [dialNumber, z.strictObject({ line: dialNumber, seconds: huntRing })],
        "expected a line's number, or a map with 'line' and 'seconds'",
      ),
    )
    .min(1, 'expected at least one line')
    .max(HUNT_LINES_MAX, `expected at most ${HUNT_LINES_MAX} lines`),
  seconds: huntRing.optional(),
  no_answer: z.strictObject({ after: ringTime.optional(), to: dialNumber.optional() }).optional(),
  busy: z.strictObject({ to: dialNumber }).optional(),
  search: identifier.optional(),
});
export type HuntEntry = z.output<typeof huntSchema>;

const orbit = z.string().min(1, "expected numbers such as '70X', '701-712' or '701'");

/** `number`: what is dialled behind the code. */
export const pickupGroupSchema = z.strictObject({
  name: displayName.optional(),
  number: z
    .string()
    .regex(/^\d{1,8}$/, 'expected one to eight digits, which are dialled behind the code')
    .optional(),
  others: z
    .array(identifier)
    .max(PICKUP_OTHERS_MAX, `expected at most ${PICKUP_OTHERS_MAX} other groups`)
    .optional(),
});

/** Numbers of orbits: `70X`, `701-712`, or a list of such. */
export const orbitsSchema = z.union(
  [orbit, z.array(orbit).min(1, 'expected at least one orbit')],
  "expected numbers such as '70X', '701-712', or a list of such",
);

/** How long a call is parked before it rings back. */
export const parkTimeoutSchema = duration(5000, HOUR_MS);

const GATEWAY_URI =
  /^sips?:(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?)(?::([1-9]\d{0,4}))?(?:;transport=(udp|tcp|tls))?$/;

/** The host of a gateway's URI without brackets; undefined when the URI is none we can use. */
export function gatewayHost(uri: string): string | undefined {
  const [, host, port] = GATEWAY_URI.exec(uri) ?? [];
  if (host === undefined || Number(port ?? 0) > 65_535) return undefined;
  return host.startsWith('[') ? host.slice(1, -1) : host;
}

/** An encoding name, of any clock rate or of one; or a format of what is no RTP. */
const codec = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,31}(?:\/[1-9]\d{3,5})?$/,
    'expected a codec such as PCMA, opus or L16/44100',
  )
  .refine(
    (name) => !/^telephone-event/i.test(name),
    'telephone-event goes with every codec: it is not named',
  )
  .transform((name) => name.toLowerCase());

export const gatewaySchema = z.strictObject({
  uri: z
    .string()
    .refine(
      (uri) => gatewayHost(uri) !== undefined,
      'expected an address such as sip:203.0.113.10:5060;transport=tcp',
    ),
  accept_from: oneOrMore(network, 'an address or network').optional(),
  max_calls: wholeNumber(1, 100_000).optional(),
  search: identifier.optional(),
  auth: z
    .strictObject({
      user: userName,
      password: z.string().optional(),
      /** As the directory is kept: of the password, for `realm`. */
      ha1: z.strictObject({ md5: hex(32), sha256: hex(64), sha512_256: hex(64) }).optional(),
      realm: z.string().min(1).max(128).optional(),
    })
    .optional(),
  register: z.union([onOff, z.strictObject({ expires: duration(60_000, DAY_MS) })]).optional(),
  ping: z.union([z.literal('off'), duration(1000, HOUR_MS)]).optional(),
  trusted: onOff.optional(),
  caller_id: dialNumber.optional(),
  diversion: z.enum(['diversion', 'history-info', 'off']).optional(),
  codecs: oneOrMore(codec, 'a codec such as PCMA').optional(),
  reliable: onOff.optional(),
  session_timer: onOff.optional(),
  numbers: z
    .strictObject({
      /** Its code, or the name of one of `countries`. */
      country: z
        .string()
        .regex(
          /^(?:[1-9]\d{0,2}|[A-Za-z][A-Za-z0-9._-]{0,63})$/,
          'expected a country code such as 44, or one of the countries of the route plan',
        )
        .optional(),
      national: nationalPrefix.optional(),
      international: internationalPrefix.optional(),
      area: areaCode.optional(),
      receive: z.enum(['as dialled', 'plain']).optional(),
      send: z.enum(['E.164', 'plain', 'national', 'as dialled']).optional(),
      strip: wholeNumber(0, 30).optional(),
      prefix: z
        .string()
        .regex(/^[0-9*#+]{0,16}$/, 'expected digits')
        .optional(),
    })
    .optional(),
});
export type GatewayEntry = z.output<typeof gatewaySchema>;

const yes = z.enum(['true', 'false', 'on', 'off']).transform((text) => /^(?:true|on)$/.test(text));

/** While a schedule is open, or while it is not. */
export const validitySchema = z
  .string()
  .regex(/^(?:not )?[^\s]{1,64}$/, "expected a schedule, or 'not' and a schedule");

/** What a blocked call hears. */
const blocking = z.enum(['forbidden', 'unknown number', 'busy', 'declined', 'unreachable']);

const ENDS = ['line', 'list', 'block', 'translate'] as const;

const routeDetails = z
  .strictObject({
    line: dialNumber.optional(),
    list: identifier.optional(),
    block: blocking.optional(),
    translate: identifier.optional(),
    digits: z.string().optional(),
    caller_id: z.string().optional(),
    emergency: yes.optional(),
    urgent: yes.optional(),
    overlap: yes.optional(),
    when: validitySchema.optional(),
  })
  .superRefine((given, context) => {
    if (ENDS.filter((key) => given[key] !== undefined).length === 1) return;
    const message = "expected one of 'line', 'list', 'block' and 'translate'";
    context.addIssue({ code: 'custom', message });
  });

/** Where a pattern leads. */
export const routeSchema = z.union(
  [z.literal('line'), z.literal('block'), routeDetails],
  "expected 'line', 'block' or a map with 'line', 'list', 'block' or 'translate'",
);
export type RouteEntry = z.output<typeof routeSchema>;

/** Partitions in the order in which they win ties. */
export const searchSpaceSchema = z.array(identifier).min(1, 'expected at least one partition');

/** When partitions are valid. */
export const scheduleSchema = z.strictObject({
  zone: z.string().max(64),
  open: z.array(z.string().max(64)).min(1, 'expected days and hours').max(64),
  closed: z
    .array(
      z
        .string()
        .regex(
          /^(?:\d{4}-)?(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/,
          'expected a date such as 2026-12-25, or 12-25 for each year',
        ),
    )
    .max(1000)
    .optional(),
});

/** Shown instead of the caller's own number; `X` takes a digit of that. */
export const callerIdSchema = z
  .string()
  .regex(
    /^\+?[0-9X]{1,32}$/,
    "expected a number such as +442079460101; X takes a digit of the caller's own",
  );

export const digitTimeoutSchema = duration(500, 30_000);

const weights = z.record(identifier, wholeNumber(1, 1000));
const gatewayNames = z.array(identifier).min(1, 'expected at least one gateway');

/** Gateways and groups of them in the order in which they are tried. */
export const routeListSchema = z
  .array(
    z.union(
      [
        identifier,
        z.strictObject({
          spread: z.enum(['top-down', 'circular']),
          gateways: gatewayNames,
        }),
        z.strictObject({ spread: z.literal('weight'), gateways: weights }),
      ],
      'expected a gateway, or a group such as { spread: circular, gateways: [a, b] }',
    ),
  )
  .min(1, 'expected at least one gateway');
export type RouteListEntry = z.output<typeof routeListSchema>;

/** A code begins as no emergency number does, and is short enough to be dialled from memory. */
export const featureSchema = z
  .string()
  .regex(/^(?:off|[*#][0-9*#]{1,7})$/, "expected a code such as '*11', or off");
