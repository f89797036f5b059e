/** Schedules: weekdays and hours in a time zone, holidays, and the days on which clocks are put forward or back. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { isZone, Schedule, type ScheduleTerms } from '../../../src/call/dial-plan/schedule.ts';

const WEEKDAYS = 0b011_1110;
const OFFICE: ScheduleTerms = {
  zone: 'Europe/London',
  open: [
    { days: WEEKDAYS, from: 540, to: 1050 },
    { days: 1 << 6, from: 600, to: 720 },
  ],
  closed: ['12-25', '2026-08-31'],
};
const NIGHT: ScheduleTerms = {
  zone: 'Europe/London',
  open: [{ days: 1 << 5, from: 1320, to: 360 }],
  closed: ['2026-01-02'],
};
const EARLY: ScheduleTerms = {
  zone: 'America/New_York',
  open: [{ days: 127, from: 90, to: 150 }],
  closed: [],
};

// schedule | instant | open
const ROWS = `
  office | 2026-07-01T07:59Z | no   | a Wednesday in summer, a minute before nine
  office | 2026-07-01T08:00Z | yes  | nine
  office | 2026-07-01T16:29Z | yes  | the last minute
  office | 2026-07-01T16:30Z | no   | half past five
  office | 2026-12-02T08:59Z | no   | in winter it is an hour later elsewhere
  office | 2026-12-02T09:00Z | yes  |
  office | 2026-07-04T09:30Z | yes  | a Saturday
  office | 2026-07-05T09:30Z | no   | a Sunday
  office | 2026-12-25T10:00Z | no   | each year
  office | 2026-08-31T10:00Z | no   | this year
  office | 2027-08-31T10:00Z | yes  | not the next
  night  | 2026-07-03T20:59Z | no   | a Friday
  night  | 2026-07-03T21:00Z | yes  |
  night  | 2026-07-03T23:30Z | yes  | past midnight: it began on Friday
  night  | 2026-07-04T04:59Z | yes  |
  night  | 2026-07-04T05:00Z | no   |
  night  | 2026-07-02T23:30Z | no   | past midnight on Friday: it would have begun on Thursday
  night  | 2026-01-03T03:00Z | no   | it would have begun on a holiday
  early  | 2026-03-08T06:30Z | yes  | half past one, and at two clocks are put forward
  early  | 2026-03-08T06:59Z | yes  |
  early  | 2026-03-08T07:00Z | no   | three
  early  | 2026-11-01T05:30Z | yes  | half past one for the first time
  early  | 2026-11-01T06:30Z | yes  | half past one for the second time
  early  | 2026-11-01T07:29Z | yes  | half past two
  early  | 2026-11-01T07:30Z | no   |
`;

const SCHEDULES = { office: OFFICE, night: NIGHT, early: EARLY };

for (const row of ROWS.trim().split('\n')) {
  const [name = '', at = '', isOpen, why = ''] = row.split('|').map((cell) => cell.trim());
  test(`${name} at ${at}: ${isOpen}${why === '' ? '' : `: ${why}`}`, () => {
    const terms = SCHEDULES[name as keyof typeof SCHEDULES];
    assert.equal(new Schedule(terms).isOpenAt(Date.parse(at)), isOpen === 'yes');
  });
}

const ZONES = [
  'Europe/London',
  'America/New_York',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'America/St_Johns',
  'Africa/Casablanca',
  'Pacific/Apia',
  'UTC',
] as const;

/** As a person would look it up: day and time of that zone, as text. */
function isOpenByText({ zone, open, closed }: ScheduleTerms, ms: number): boolean {
  const [date = '', time = ''] = new Date(ms)
    .toLocaleString('sv-SE', { timeZone: zone })
    .split(' ');
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  const now = hour * 60 + minute;
  const day = new Date(`${date}T12:00Z`);
  const before = new Date(day.getTime() - 86_400_000);
  const isIn = (days: number, on: Date): boolean => {
    const text = on.toISOString().slice(0, 10);
    return (days & (1 << on.getUTCDay())) !== 0 && !closed.some((each) => text.endsWith(each));
  };
  return open.some(({ days, from, to }) =>
    to > from
      ? isIn(days, day) && now >= from && now < to
      : (isIn(days, day) && now >= from) || (isIn(days, before) && now < to),
  );
}

test('at any time in any zone it is as the local date and time say, whatever was asked before', () => {
  const hours = fc.record({
    days: fc.integer({ min: 0, max: 127 }),
    from: fc.integer({ min: 0, max: 1439 }),
    to: fc.integer({ min: 0, max: 1440 }),
  });
  const terms = fc.record({
    zone: fc.constantFrom(...ZONES),
    open: fc.array(hours, { minLength: 1, maxLength: 4 }),
    closed: fc.constantFrom<readonly string[]>([], ['03-29', '10-25'], ['2026-11-01']),
  });
  // Years with all their changes of clocks; minutes around some of them, too.
  const spring = Date.parse('2026-03-29T01:00Z');
  const autumn = Date.parse('2026-11-01T06:00Z');
  const at = fc.oneof(
    fc.integer({ min: Date.parse('2025-01-01'), max: Date.parse('2028-01-01') }),
    fc.integer({ min: spring - 7_200_000, max: spring + 7_200_000 }),
    fc.integer({ min: autumn - 7_200_000, max: autumn + 7_200_000 }),
  );
  fc.assert(
    fc.property(terms, fc.array(at, { minLength: 1, maxLength: 20 }), (given, times) => {
      const schedule = new Schedule(given);
      assert.deepEqual(
        times.map((ms) => schedule.isOpenAt(ms)),
        times.map((ms) => isOpenByText(given, ms)),
      );
    }),
    { numRuns: 1000 },
  );
});

test('zones are names of the IANA data base', () => {
  const names = ['Europe/London', 'UTC', 'Mars/Olympus', 'London', ''];
  assert.deepEqual(
    names.map((name) => isZone(name)),
    [true, true, false, false, false],
  );
});
