/** What one manager knows of an appearance of a line: its line's process, if it has one, and its phones. */
import { z } from 'zod';
import { eventsOf, HAPPENINGS } from '../call/line/line-chains.ts';
import { isUsed, type LineControl, lineStateOf } from '../call/line/line-control.ts';
import { isCause } from '../call/refusals.ts';
import type { DeviceProcess } from '../device/device-process.ts';
import { seatOf } from '../device/sharing/rights.ts';
import type { AppearanceLegRow, EventRow } from '../http/appearance-rows.ts';
import { homeOf } from '../process/pid.ts';
import type { CallManager } from './call-manager.ts';
import { idOf } from './cluster-watch.ts';
import { controlOf } from './line-view.ts';

const text = z.string().max(8192);
const count = z.int().min(0);
const STATES = ['seized', 'progressing', 'alerting', 'active', 'held', 'held-private'] as const;
const state = z.enum(STATES);
const party = z.strictObject({ number: text, name: text });
const ROWS_MAX = 4096;

export const CONTROL = z.strictObject({ pid: text, epoch: count, since: text, why: text });

const LIT = z.strictObject({
  appearance: count,
  state,
  call: text,
  member: text,
  /** The manager of who has it. */
  manager: text,
  from: party,
  isExclusive: z.boolean(),
});

const EVENT: z.ZodType<Omit<EventRow, 'manager'>> = z.strictObject({
  at: text,
  what: z.enum(HAPPENINGS),
  call: text,
  member: text,
  by: text,
  byManager: text,
  from: text,
  cause: z.custom<EventRow['cause']>((value) => value === '' || isCause(value)),
  leaseMs: count,
  text,
});

const WHOSE = { device: text, member: text, contact: text, callId: text };

const LEG = z.strictObject({
  ...WHOSE,
  /** As the phone's manager knows them: of a call that the line has numbered 0. */
  appearance: count,
  call: text,
  pid: text,
  role: z.enum(['calling', 'called', 'seizing', 'retrieving']),
  state: text,
  since: text,
});

const LAMP = z.strictObject({
  ...WHOSE,
  package: text,
  shows: z.enum([...STATES, 'idle']),
  at: text,
  isAnswered: z.boolean(),
});

export const APPEARANCE_PART = z.strictObject({
  /** The line's process there, if it has one. */
  control: CONTROL.nullable(),
  /** All that is lit there. */
  lit: z.array(LIT).max(ROWS_MAX),
  events: z.array(EVENT).max(ROWS_MAX),
  legs: z.array(LEG).max(ROWS_MAX),
  lamps: z.array(LAMP).max(ROWS_MAX),
});

export type AppearancePart = z.infer<typeof APPEARANCE_PART>;
export type Lit = z.infer<typeof LIT>;

/** The same moment by both clocks: monotonic, and since 1970. */
export type Moment = { readonly nowMs: number; readonly epochMs: number };

export function appearancePart(
  manager: CallManager,
  number: string,
  appearance: number,
  moment: Moment,
): AppearancePart {
  const { processing, devices } = manager;
  const at = (ms: number) => new Date(moment.epochMs - moment.nowMs + ms).toISOString();
  const control = processing.lines.get(number);
  const legs: AppearancePart['legs'] = [];
  const lamps: AppearancePart['lamps'] = [];
  for (const process of devices.processes()) {
    legs.push(...legsOf(process, number, appearance, at));
    lamps.push(...lampsOf(process, number, appearance, at));
  }
  return {
    control: controlOf(manager, number),
    lit: control === undefined ? [] : litOf(control),
    events: eventsOf(control?.chains, appearance).map((event) => {
      const { atMs, what, call, member, by = '', from, leaseMs, text: words } = event;
      const byManager = by === '' ? '' : idOf(homeOf(by));
      const cause: EventRow['cause'] = event.cause ?? '';
      const common = { what, call, member, by, byManager, cause, leaseMs, text: words };
      return { at: at(atMs), from: from.number, ...common };
    }),
    legs: legs.slice(0, ROWS_MAX),
    lamps: lamps.slice(0, ROWS_MAX),
  };
}

function litOf(control: LineControl): Lit[] {
  return lineStateOf(control).calls.map(
    ({ appearance, state: shown, call, member, from, isExclusive }) => {
      const used = control.calls.get(call);
      const manager = used !== undefined && isUsed(used) ? idOf(homeOf(used.holder.pid)) : '';
      return { appearance, state: shown, call, member, manager, from, isExclusive };
    },
  );
}

type When = (ms: number) => string;

/** Who the phone of a device process is. */
function ownerOf(process: DeviceProcess, number: string) {
  const { place } = process;
  const contact = place.kind === 'phone' ? (place.binding?.contact ?? '') : '';
  return { device: place.device, member: seatOf(process, number)?.name ?? '', contact };
}

function legsOf(
  process: DeviceProcess,
  number: string,
  wanted: number,
  at: When,
): AppearancePart['legs'] {
  const rows: AppearancePart['legs'] = [];
  const { pid } = process;
  const put = (
    appearance: number,
    call: string,
    role: AppearanceLegRow['role'],
    word: string,
    callId: string,
    since: string,
  ): void => {
    if (appearance !== wanted && appearance !== 0) return;
    const owner = ownerOf(process, number);
    rows.push({ ...owner, pid, appearance, call, role, state: word, callId, since });
  };
  for (const record of new Set(process.legs.values())) {
    const { use, line, retrieval, role, phase, leg, call, sinceMs } = record;
    if (phase === 'over') continue;
    const callId = leg?.callId ?? '';
    if (retrieval?.number === number)
      put(
        retrieval.appearance ?? 0,
        retrieval.lineCall ?? '',
        'retrieving',
        phase,
        callId,
        at(sinceMs),
      );
    else if (use?.number === number)
      put(use.appearance ?? 0, use.call, role, use.state, callId, at(sinceMs));
    else if (line?.number === number)
      put(
        line.appearance,
        call,
        role,
        phase === 'offered' ? 'ringing' : phase,
        callId,
        at(sinceMs),
      );
  }
  for (const seizure of process.seizures?.values() ?? []) {
    const { number: of, appearance, call, state: word, subscription } = seizure;
    if (of === number) put(appearance, call, 'seizing', word, subscription?.callId ?? '', '');
  }
  return rows;
}

function lampsOf(
  process: DeviceProcess,
  number: string,
  appearance: number,
  at: When,
): AppearancePart['lamps'] {
  if (process.watches === undefined) return [];
  const owner = ownerOf(process, number);
  return [...process.watches.values()]
    .filter((watch) => watch.number === number)
    .map(({ package: event, subscription, calls, shownMs }) => ({
      ...owner,
      package: event,
      callId: subscription.callId,
      shows: calls?.find((call) => call.appearance === appearance)?.state ?? 'idle',
      at: calls === undefined ? '' : at(shownMs),
      isAnswered: calls !== undefined && !subscription.notifying,
    }));
}
