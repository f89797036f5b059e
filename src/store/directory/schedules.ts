/**
 * Schedules of the route plan, and which partitions they are for:
 * `schedules: { office: { zone: Europe/London, open: ["Mon-Fri 09:00-17:30"], closed: ["12-25"] } }` and
 * `valid: { night: not office }`.
 */
import {
  isZone,
  type OpenHours,
  type ScheduleTerms,
  type Validity,
} from '../../call/dial-plan/schedule.ts';
import { placeAt } from '../document.ts';
import { suggestion } from '../nearest-name.ts';
import type { Place, Problem } from '../problem.ts';
import { checkShape } from '../shape.ts';
import { identifier } from '../values.ts';
import type { Gathered } from './gather.ts';
import { scheduleSchema, validitySchema } from './schema.ts';

export type Schedules = {
  readonly schedules: ReadonlyMap<string, ScheduleTerms>;
  readonly valid: ReadonlyMap<string, Validity>;
};

const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const ALL_DAYS = 0b111_1111;
const HOURS = /^(?:([a-z,-]+) +)?([01]\d|2[0-4]):([0-5]\d) *- *([01]\d|2[0-4]):([0-5]\d)$/i;

export function readSchedules(
  plan: Pick<Gathered, 'schedules' | 'valid' | 'partitions'>,
  problems: Problem[],
): Schedules {
  const schedules = new Map<string, ScheduleTerms>();
  for (const { key, place, value } of plan.schedules.values()) {
    const fault = identifier.safeParse(key).error?.issues[0];
    if (fault) problems.push({ place, message: fault.message });
    const given = checkShape(scheduleSchema, value, problems);
    if (given === undefined) continue;
    const { zone, open, closed = [] } = given;
    if (!isZone(zone)) {
      const message = `unknown time zone '${zone}': expected one such as Europe/London`;
      problems.push({ place: placeAt(value, ['zone']), message });
      continue;
    }
    const hours: OpenHours[] = [];
    for (const [at, text] of open.entries()) {
      const read = readHours(text);
      const message = `expected days and hours such as 'Mon-Fri 09:00-17:30', got '${text}'`;
      if (read !== undefined) hours.push(read);
      else problems.push({ place: placeAt(value, ['open', at]), message });
    }
    schedules.set(key, { zone, open: hours, closed });
  }
  const valid = new Map<string, Validity>();
  const partitions = [...plan.partitions.keys()];
  for (const { key, value, place } of plan.valid.values()) {
    const given = checkShape(validitySchema, value, problems);
    if (!plan.partitions.has(key)) {
      const message = `unknown partition '${key}'${suggestion(key, partitions)}`;
      problems.push({ place, message });
    }
    if (given === undefined) continue;
    const validity = readValidity(given, placeAt(value, []), plan.schedules, problems);
    if (validity !== undefined) valid.set(key, validity);
  }
  return { schedules, valid };
}

/** `office`, `not office`. */
export function readValidity(
  text: string,
  place: Place,
  schedules: ReadonlyMap<string, unknown>,
  problems: Problem[],
): Validity | undefined {
  const isOpen = !text.startsWith('not ');
  const schedule = isOpen ? text : text.slice(4);
  if (schedules.has(schedule)) return { schedule, isOpen };
  const hint = suggestion(schedule, schedules.keys());
  problems.push({ place, message: `unknown schedule '${schedule}'${hint}` });
  return undefined;
}

/** `Mon-Fri 09:00-17:30`, `Sat,Sun 22:00-06:00`, `00:00-24:00`. */
function readHours(text: string): OpenHours | undefined {
  const [, days, fromHour, fromMinute, toHour, toMinute] = HOURS.exec(text) ?? [];
  if (fromHour === undefined) return undefined;
  const bits = days === undefined ? ALL_DAYS : readDays(days.toLowerCase());
  const from = Number(fromHour) * 60 + Number(fromMinute);
  const to = Number(toHour) * 60 + Number(toMinute);
  if (bits === undefined || from > 1439 || to > 1440) return undefined;
  return { days: bits, from, to };
}

function readDays(text: string): number | undefined {
  let bits = 0;
  for (const part of text.split(',')) {
    const [first = '', last = first, ...more] = part.split('-');
    const [from, to] = [DAYS.indexOf(first), DAYS.indexOf(last)];
    if (from < 0 || to < 0 || more.length > 0) return undefined;
    for (let day = from; ; day = (day + 1) % DAYS.length) {
      bits |= 1 << day;
      if (day === to) break;
    }
  }
  return bits;
}
