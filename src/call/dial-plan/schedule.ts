/**
 * When a partition is valid: weekdays and hours in a time zone, without the days that are named (holidays). Local time is
 * what the zone's rules make of it (IANA), so that clocks that are put forward or back are right by themselves.
 *
 * It knows no time but what it is asked for. Nothing changes within a minute: the answer is kept for so long.
 */

/** Minutes since midnight; `to` up to 1440. `to` at or before `from`: it ends on the next day. */
export type OpenHours = {
  /** A bit for each day on which it begins, Sunday being 1, Monday 2. */
  readonly days: number;
  readonly from: number;
  readonly to: number;
};

export type ScheduleTerms = {
  /** `Europe/London`. */
  readonly zone: string;
  readonly open: readonly OpenHours[];
  /** `2026-12-25`, or `12-25` for each year: no hours begin on such a day. */
  readonly closed: readonly string[];
};

/** A partition is valid while the schedule is open, or while it is not. */
export type Validity = { readonly schedule: string; readonly isOpen: boolean };

/** `office`, `not office`; '' for always. */
export function formatValidity(validity: Validity | undefined): string {
  if (validity === undefined) return '';
  return `${validity.isOpen ? '' : 'not '}${validity.schedule}`;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const DAY_MINUTES = 1440;
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

export class Schedule {
  readonly #terms: ScheduleTerms;
  readonly #closed: ReadonlySet<string>;
  readonly #local: Intl.DateTimeFormat;
  /** Of that minute of the epoch is known whether it is open. */
  #minute = Number.NaN;
  #isOpen = false;

  /** `zone` has been checked (`isZone`). */
  constructor(terms: ScheduleTerms) {
    this.#terms = terms;
    this.#closed = new Set(terms.closed);
    this.#local = new Intl.DateTimeFormat('en-US', {
      timeZone: terms.zone,
      hourCycle: 'h23',
      ...{ weekday: 'short', year: 'numeric', month: '2-digit', day: '2-digit' },
      ...{ hour: '2-digit', minute: '2-digit' },
    });
  }

  /** `epochMs`: milliseconds since 1970-01-01T00:00:00Z. */
  isOpenAt(epochMs: number): boolean {
    const minute = Math.floor(epochMs / MINUTE_MS);
    if (minute === this.#minute) return this.#isOpen;
    this.#minute = minute;
    this.#isOpen = this.#find(epochMs);
    return this.#isOpen;
  }

  #find(epochMs: number): boolean {
    const {
      year = '',
      month = '',
      day = '',
      weekday = '',
      hour = '',
      minute = '',
    } = Object.fromEntries(
      this.#local.formatToParts(epochMs).map(({ type, value }) => [type, value]),
    );
    const now = Number(hour) * 60 + Number(minute);
    const today = DAYS.indexOf(weekday);
    const date = `${year}-${month}-${day}`;
    const yesterday = dayBefore(Number(year), Number(month), Number(day));
    return this.#terms.open.some(({ days, from, to }) => {
      const isLate = to <= from;
      const end = isLate ? DAY_MINUTES : to;
      if (begins(days, today) && !this.#isClosed(date) && now >= from && now < end) return true;
      if (!isLate || now >= to) return false;
      return begins(days, (today + 6) % 7) && !this.#isClosed(yesterday);
    });
  }

  /** `date`: `2026-12-25`. */
  #isClosed(date: string): boolean {
    return this.#closed.has(date) || this.#closed.has(date.slice(5));
  }
}

function begins(days: number, day: number): boolean {
  return (days & (1 << day)) !== 0;
}

/** Calendars are the same in all zones: that of UTC will do. */
const CALENDAR = new Intl.DateTimeFormat('en-CA', {
  timeZone: 'UTC',
  ...{ year: 'numeric', month: '2-digit', day: '2-digit' },
});

function dayBefore(year: number, month: number, day: number): string {
  return CALENDAR.format(Date.UTC(year, month - 1, day) - DAY_MS);
}

/** Whether there is such a time zone. */
export function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }).format(0) !== '';
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
