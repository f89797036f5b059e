/** What is measured, on whom, and what is to be reached: due and aim of each figure. */
import { Lamps } from './lamps.ts';
import { CalledLine, type FigureName, refresh, remember, type Sample } from './load.ts';
import { loopDelayMs } from './metrics.ts';
import type { Server, ServerName } from './servers.ts';

/** The greatest that will do, and the one that is wanted. `least`: the least instead. */
export type Goal = { readonly due: number; readonly aim: number; readonly least?: true };

/** What a figure is divided by before it is held against its goal: another server's, or nothing. */
export type Against = ServerName | undefined;

export type Unit = 'CPU ms' | 'ms' | 'KB' | 'calls/s' | 'messages';

/** A line of the table: a figure of a server, beside that of another, held against its goal if it has one. */
export type Row = {
  readonly title?: string;
  /** Absent: 'linewright'. */
  readonly of?: ServerName;
  readonly against: Against;
  /** Absent: `value`. */
  readonly figure?: FigureName;
  /** Absent: as that of the whole measurement. */
  readonly unit?: Unit;
  /** How it compares; absent: the ratio. */
  readonly by?: 'difference';
  readonly goal?: Goal;
};

export type Measurement = {
  /** The word for `--only`. */
  readonly name: string;
  readonly title: string;
  /** Calls or registrations per second; 0: that is what is looked for. */
  readonly rate: number;
  readonly unit: Unit;
  readonly servers: readonly ServerName[];
  readonly goals: readonly Row[];
  /** What the load is of: a server that has been warmed up for that is not warmed up again. */
  readonly warmth: string;
  /** Asked of servers that were just started, and once. */
  readonly fresh?: true;
  /** Not part of a run unless asked for. */
  readonly optional?: true;
  /** What the servers take when nothing goes on is measured first. */
  readonly idle?: true;
  /** Readies phones. The load is ended by `close`. */
  open(folder: string): Load;
};

/** A measurement under way. */
export type Load = {
  /** Once for each server. */
  prepare(server: Server): Promise<void>;
  /** Not counted: just-in-time compilers have seen the load after it. */
  warmUp(server: Server): Promise<Sample>;
  /** `idle`: CPU ms per second that the server takes anyway. */
  sample(server: Server, seconds: number, idle: number): Promise<Sample>;
  close(): Promise<void>;
};

const CALL: Goal = { due: 2, aim: 1 };
const REGISTER: Goal = { due: 3, aim: 1.2 };
/** What it may cost that phones are at several managers; and milliseconds more until it rings. */
const SPREAD: Goal = { due: 2, aim: 1.5 };
const LATER: Goal = { due: 2, aim: 1 };
const CONTACTS = 20_000;
const CALLS_UP = 5000;
const CALLS_UP_PER_SECOND = 1000;
const CALLS_UP_FOR_PAUSE = 10_000;
const WARM_UP_SECONDS = 5;
const WARM_UP_LEGS_PER_SECOND = 500;
/** Several managers that are new to it share the machine, and a line's lock is had by one call at a time. */
const SPREAD_WARM_UP_LEGS_PER_SECOND = 200;
const SPREAD_WARM_UP_PER_SECOND_MAX = 40;
/** A manager of three gets a third of the calls, and its code is as warm as that of one alone only later. */
const SPREAD_WARM_UP_SECONDS = 25;
/** Tried in turn until calls fail. */
const RATES = [1000, 1500, 2000, 2500, 3000, 4000];
const PAIR: readonly ServerName[] = ['linewright', 'kamailio'];

/** In the order in which they run. */
export const PLAN: readonly Measurement[] = [
  calls('call', 'basic call', { line: 'basic1', phones: 1, rate: 100 }),
  {
    ...calls('call', 'basic call', { line: 'basic1', phones: 1, rate: 1000 }),
    servers: [...PAIR, 'relay'],
    goals: [
      { against: 'kamailio', goal: CALL },
      { title: 'its datagrams through Node', against: 'relay', goal: { due: 5, aim: 2.5 } },
    ],
  },
  calls('fork4', '4 phones ring', { line: 'line4', phones: 4, rate: 30 }),
  outbound(),
  ...[100, 1000].map(recorded),
  // So few calls that ticks of 10 ms would show.
  calls('fork16', '16 phones ring', { line: 'line16', phones: 16, rate: 8, longer: 2 }),
  lamps(),
  registers('register', 'REGISTER', { rate: 300, digest: false }),
  registers('register', 'REGISTER', { rate: 3000, digest: false }),
  registers('digest', 'REGISTER with digest', { rate: 300, digest: true }),
  registers('digest', 'REGISTER with digest', { rate: 3000, digest: true }),
  delay(),
  contacts(),
  callsUp(),
  pause(),
  most(),
  ...spreadCalls('spread4', { phones: 4, rate: 30, against: 'managers-1', of: 'managers-3' }),
  ...spreadCalls('spread4', { phones: 4, rate: 100, against: 'managers-1', of: 'managers-3' }),
  // The very same processes, with calls that never leave one of them.
  ...spreadCalls('spread4', {
    phones: 4,
    rate: 100,
    against: 'managers-3-together',
    of: 'managers-3',
  }),
  // As much work for each manager as for the one that is alone.
  ...optionally(
    spreadCalls('third', {
      phones: 4,
      rate: 100,
      against: 'managers-1',
      of: 'managers-3',
      part: 3,
    }),
  ),
  ...optionally(
    spreadCalls('spread16', { phones: 16, rate: 8, against: 'managers-1', of: 'managers-3' }),
  ),
  ...lock(),
  // One after another: idle clusters beside the one that is measured take CPU time from it.
  ...optionally(
    (['managers-2', 'managers-3', 'managers-5'] as const).flatMap((of) =>
      spreadCalls('managers', { phones: 4, rate: 30, against: 'managers-1', of }),
    ),
  ),
  ...optionally(
    spreadCalls('redundant', {
      phones: 4,
      rate: 30,
      against: 'managers-1',
      of: 'managers-3+3+3',
    }),
  ),
];

function calls(
  name: string,
  title: string,
  options: { line: string; phones: number; rate: number; longer?: number },
): Measurement {
  const { line, phones, rate, longer = 1 } = options;
  return {
    name,
    title,
    rate,
    unit: 'CPU ms',
    servers: PAIR,
    goals: [{ against: 'kamailio', goal: CALL }],
    warmth: line,
    open: (folder) =>
      called(
        line,
        phones,
        folder,
        (calledLine) => (server, seconds) => calledLine.call(server, rate, seconds * longer),
      ),
  };
}

/** The same call, once to a phone and once out by a route list to a gateway, of two managers side by side. */
function outbound(): Measurement {
  const rate = 100;
  return {
    name: 'outbound',
    title: 'call out by a route list',
    rate,
    unit: 'CPU ms',
    servers: ['linewright', 'outbound'],
    goals: [{ of: 'outbound', against: 'linewright', goal: { due: 1.1, aim: 1 } }],
    warmth: 'basic1',
    open: (folder) =>
      called('basic1', 1, folder, (line) => (server, seconds) => line.call(server, rate, seconds)),
  };
}

/** What it costs that calls are on record, in SQLite as it comes, delivered while calls go on. */
function recorded(rate: number): Measurement {
  return {
    name: 'records',
    title: 'call on record',
    rate,
    unit: 'CPU ms',
    servers: ['linewright', 'unrecorded'],
    goals: [{ against: 'unrecorded' }],
    warmth: 'basic1',
    optional: true,
    open: (folder) =>
      called('basic1', 1, folder, (line) => (server, seconds) => line.call(server, rate, seconds)),
  };
}

/** A call of which the four phones of the line have lamps: each is told of each change. */
function lamps(): Measurement {
  const rate = 30;
  return {
    name: 'lamps4',
    title: '4 phones ring, and have lamps',
    rate,
    unit: 'CPU ms',
    servers: ['linewright', 'kamailio-sca'],
    goals: [
      { against: 'kamailio-sca', goal: CALL },
      {
        title: 'NOTIFYs for each',
        of: 'linewright',
        against: undefined,
        figure: 'notifies',
        unit: 'messages',
      },
      {
        title: 'NOTIFYs for each',
        of: 'kamailio-sca',
        against: undefined,
        figure: 'notifies',
        unit: 'messages',
      },
    ],
    warmth: 'lamps4',
    open: (folder) => lit('line4', 4, rate, folder),
  };
}

function lit(number: string, phones: number, rate: number, folder: string): Load {
  const line = new CalledLine(number, phones, folder);
  const lamps = new Lamps(number, phones);
  return {
    prepare: async (server) => {
      await line.register(server);
      await lamps.subscribe(server);
    },
    warmUp: (server) => line.call(server, WARM_UP_LEGS_PER_SECOND / phones, WARM_UP_SECONDS),
    sample: async (server, seconds) => {
      const before = lamps.notified;
      const sample = await line.call(server, rate, seconds);
      const notifies = (lamps.notified - before) / Math.round(rate * seconds);
      return { ...sample, figures: { ...sample.figures, notifies } };
    },
    close: async () => {
      await lamps.close();
      await line.stop();
    },
  };
}

function registers(
  name: string,
  title: string,
  options: { rate: number; digest: boolean },
): Measurement {
  const { rate, digest } = options;
  return {
    name,
    title,
    rate,
    unit: 'CPU ms',
    servers: ['linewright', digest ? 'kamailio-digest' : 'kamailio'],
    goals: [{ against: digest ? 'kamailio-digest' : 'kamailio', goal: REGISTER }],
    warmth: name,
    open: (folder) => ({
      prepare: async () => {},
      warmUp: (server) =>
        refresh(server, { perSecond: 1500, seconds: WARM_UP_SECONDS, digest }, folder),
      sample: (server, seconds) => refresh(server, { perSecond: rate, seconds, digest }, folder),
      close: async () => {},
    }),
  };
}

function delay(): Measurement {
  return {
    name: 'delay',
    title: 'post-dial delay',
    rate: 100,
    unit: 'ms',
    servers: PAIR,
    goals: [{ against: 'kamailio', goal: { due: 2, aim: 1 } }],
    warmth: 'basic1',
    open: (folder) =>
      called('basic1', 1, folder, (line) => (server, seconds) => line.dial(server, 100, seconds)),
  };
}

function contacts(): Measurement {
  return {
    name: 'contacts',
    title: `memory per contact, ${CONTACTS}`,
    rate: 2000,
    unit: 'KB',
    servers: PAIR,
    goals: [{ against: undefined, goal: { due: 4, aim: 1.5 } }],
    warmth: 'register',
    fresh: true,
    open: (folder) => ({
      prepare: async () => {},
      warmUp: (server) =>
        refresh(server, { perSecond: 2000, seconds: WARM_UP_SECONDS, digest: false }, folder),
      sample: (server) => remember(server, CONTACTS, folder),
      close: async () => {},
    }),
  };
}

function callsUp(): Measurement {
  return {
    name: 'calls',
    title: `memory per call, ${CALLS_UP} up`,
    rate: CALLS_UP_PER_SECOND,
    unit: 'KB',
    servers: PAIR,
    goals: [{ against: undefined, goal: { due: 12, aim: 6 } }],
    warmth: 'basic1',
    fresh: true,
    open: (folder) =>
      called(
        'basic1',
        1,
        folder,
        (line) => (server) => line.weigh(server, CALLS_UP, CALLS_UP_PER_SECOND),
      ),
  };
}

/**
 * Calls to phones that are at several managers, in both modes of lines, beside the same with `against`;
 * or beside one of so many parts of them.
 */
function spreadCalls(
  name: string,
  options: { phones: number; rate: number; against: ServerName; of: ServerName; part?: number },
): Measurement[] {
  const { phones, rate, against, of, part = 1 } = options;
  return (['single', 'replicated'] as const).map((mode) => {
    const share = part === 1 ? '' : `, against 1/${part} of it`;
    const title = `${phones} phones, ${mode}, ${of}${share}`;
    const about = { of, against };
    const rows: Row[] = [
      { ...about, title, goal: SPREAD },
      { ...about, title: `${title}: less idle`, figure: 'net', goal: SPREAD },
      {
        ...about,
        title: `${title}: until it rings`,
        figure: 'delay',
        unit: 'ms',
        by: 'difference',
        goal: LATER,
      },
    ];
    if (mode === 'replicated')
      rows.push({
        title: `${title}: lock`,
        of,
        against: undefined,
        figure: 'lock',
        unit: 'ms',
      });
    const number = `${mode.charAt(0)}${phones}`;
    return {
      name,
      title,
      rate,
      unit: 'CPU ms',
      servers: [against, of],
      goals: rows,
      warmth: number,
      idle: true,
      open: (folder) =>
        spread(number, phones, folder, ({ name: server }) =>
          server === against ? Math.round(rate / part) : rate,
        ),
    };
  });
}

/** How long it takes to lock a line with a phone, and a process, at each of so many managers. */
function lock(): Measurement[] {
  const sizes: [number, ServerName][] = [
    [2, 'managers-2'],
    [3, 'managers-3'],
    [5, 'managers-5'],
  ];
  return optionally(
    sizes.map(([count, of]) => ({
      name: 'lock',
      title: `line's lock, ${count} managers`,
      rate: 20,
      unit: 'CPU ms',
      servers: [of],
      goals: [{ of, against: undefined, figure: 'lock', unit: 'ms' }],
      warmth: 'r5',
      idle: true,
      open: (folder) => spread('r5', count, folder, () => 20),
    })),
  );
}

function optionally(measurements: readonly Measurement[]): Measurement[] {
  return measurements.map((measurement) => ({ ...measurement, optional: true }));
}

function spread(
  number: string,
  phones: number,
  folder: string,
  rateOf: (server: Server) => number,
): Load {
  const line = new CalledLine(number, phones, folder, true);
  const warmUpRate = Math.min(
    SPREAD_WARM_UP_LEGS_PER_SECOND / phones,
    SPREAD_WARM_UP_PER_SECOND_MAX,
  );
  return {
    prepare: (server) => line.register(server),
    warmUp: (server) => line.call(server, warmUpRate, SPREAD_WARM_UP_SECONDS),
    sample: (server, seconds, idle) =>
      line.spread(server, { perSecond: rateOf(server), seconds, idle }),
    close: () => line.stop(),
  };
}

function most(): Measurement {
  return {
    name: 'max',
    title: 'most basic calls without a failure',
    rate: 0,
    unit: 'calls/s',
    servers: PAIR,
    goals: [{ against: undefined, goal: { due: 1000, aim: 2000, least: true } }],
    warmth: 'basic1',
    // What failed at last goes on for half a minute and spoils whatever is measured next.
    fresh: true,
    optional: true,
    open: (folder) =>
      called('basic1', 1, folder, (line) => async (server, seconds) => {
        let value = 0;
        for (const rate of RATES) {
          const { faults } = await line.call(server, rate, seconds);
          if (faults.length > 0) break;
          value = rate;
        }
        return { figures: { value }, faults: [], retransmissions: 0 };
      }),
  };
}

function pause(): Measurement {
  return {
    name: 'pause',
    title: `event loop p99.9, ${CALLS_UP_FOR_PAUSE} calls up`,
    rate: 500,
    unit: 'ms',
    servers: ['linewright'],
    goals: [{ against: undefined, goal: { due: 50, aim: 10 } }],
    warmth: 'basic1',
    optional: true,
    open: (folder) =>
      called('basic1', 1, folder, (line) => async (server) => {
        let value = Number.NaN;
        // The first look starts the watch; the second tells of the time between.
        await loopDelayMs();
        const look = async (): Promise<void> => {
          value = await loopDelayMs();
        };
        const options = { calls: CALLS_UP_FOR_PAUSE, perSecond: 500, look };
        return { ...(await line.hold(server, options)), figures: { value } };
      }),
  };
}

function called(
  number: string,
  phones: number,
  folder: string,
  sampleOf: (line: CalledLine) => Load['sample'],
): Load {
  const line = new CalledLine(number, phones, folder);
  return {
    // The relay has no registrar: it knows its phone by the port. Nor does one whose phone is its gateway need it.
    prepare: (server) =>
      server.name === 'relay' || server.name === 'outbound'
        ? Promise.resolve()
        : line.register(server),
    warmUp: (server) => line.call(server, WARM_UP_LEGS_PER_SECOND / phones, WARM_UP_SECONDS),
    sample: sampleOf(line),
    close: () => line.stop(),
  };
}
