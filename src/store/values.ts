/** Kinds of value that configuration files are made of, as zod schemas over text (`document.ts`: every scalar is text). */
import ipaddr from 'ipaddr.js';
import { z } from 'zod';

/** Id of a device, gateway, list, member: a word that is safe in a table, a file name and a log. */
export const identifier = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'expected a name of letters, digits and . _ -');

/** What is dialled: digits for the most part, yet any word that may stand before the @ of an address. */
export const dialNumber = z
  .string()
  .regex(
    /^[A-Za-z0-9*#+][A-Za-z0-9*#+._-]{0,63}$/,
    'expected a number (digits, letters, * # + . _ -)',
  );

/** User part of an address of record and digest user name: nothing that would need escaping in either. */
export const userName = z
  .string()
  .regex(
    /^[A-Za-z0-9+*#._-][A-Za-z0-9+*#._~-]{0,63}$/,
    'expected a user name (letters, digits, + * # . _ ~ -)',
  );

/** A name for displays: any text but control characters. */
export const displayName = z
  .string()
  .max(128, 'expected a name of at most 128 characters')
  .refine((text) => !/\p{Cc}/u.test(text), 'expected a name without control characters');

/** A whole number in [least, most]. */
export function wholeNumber(least: number, most: number) {
  const message = `expected a whole number from ${least} to ${most}`;
  return z
    .string()
    .regex(/^\d{1,10}$/, message)
    .transform(Number)
    .refine((value) => value >= least && value <= most, message);
}

const DURATION = /^(\d{1,9})\s*(ms|s|m|h)$/;
const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** `500ms`, `8s`, `2m` or `1h` in milliseconds, or undefined. */
export function readDuration(text: string): number | undefined {
  const [, digits, unit = ''] = DURATION.exec(text) ?? [];
  const unitMs = UNIT_MS[unit];
  return digits === undefined || unitMs === undefined ? undefined : Number(digits) * unitMs;
}

/** A duration in milliseconds, in [leastMs, mostMs]. */
export function duration(leastMs: number, mostMs: number) {
  const message = `expected a time such as 8s (ms, s, m or h) from ${shortest(leastMs)} to ${shortest(mostMs)}`;
  return z.string().transform((text, context) => {
    const ms = readDuration(text);
    if (ms !== undefined && ms >= leastMs && ms <= mostMs) return ms;
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  });
}

/** 8000 as `8s`. */
export function shortest(ms: number): string {
  if (ms >= 3_600_000 && ms % 3_600_000 === 0) return `${ms / 3_600_000}h`;
  if (ms >= 60_000 && ms % 60_000 === 0) return `${ms / 60_000}m`;
  return ms >= 1000 && ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`;
}

/** `on` or `off`. */
export const onOff = z.enum(['on', 'off']).transform((text) => text === 'on');

/** A network as CIDR; a bare address is a network of one. */
export const network = z.string().transform((text, context) => {
  const normal = readNetwork(text);
  if (normal !== undefined) return normal;
  const message = `expected an address or a network such as 192.0.2.0/24, got '${text}'`;
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
});

/** `192.0.2.7` as `192.0.2.7/32`; undefined when it is neither address nor network. */
export function readNetwork(text: string): string | undefined {
  if (ipaddr.isValidCIDR(text)) return text;
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return `${text}/32`;
  return ipaddr.IPv6.isValid(text) ? `${text}/128` : undefined;
}

/** Whether two networks (CIDR) have an address in common. */
export function networksOverlap(a: string, b: string): boolean {
  const [first, firstBits] = ipaddr.parseCIDR(a);
  const [second, secondBits] = ipaddr.parseCIDR(b);
  if (first.kind() !== second.kind()) return false;
  const bits = Math.min(firstBits, secondBits);
  if (first instanceof ipaddr.IPv4 && second instanceof ipaddr.IPv4)
    return first.match(second, bits);
  return first instanceof ipaddr.IPv6 && second instanceof ipaddr.IPv6 && first.match(second, bits);
}

/** One value or a list of them, always as a list. */
export function oneOrMore<T>(item: z.ZodType<T, string>, what: string) {
  const message = `expected ${what}, or a list of them`;
  return z.union([item.transform((one) => [one]), z.array(item).min(1, message)], message);
}
