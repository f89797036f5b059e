/** `trace`: SIP as it goes over the wire, drawn as a ladder, or as JSON lines for programs. */
import { printable } from '../base/printable.ts';
import type { TraceLine, TraceRow } from '../http/trace.ts';
import { fetchLines, findManager, type Target } from './api-client.ts';
import { CommandError, EXIT } from './exit-code.ts';
import { Ladder, peersThatFit, type Rung } from './ladder.ts';
import type { Format } from './output.ts';

export type TraceOptions = Target & {
  readonly number?: string | undefined;
  readonly method?: string | undefined;
  /** Of every manager of the cluster. */
  readonly all: boolean;
  /** The whole message below its arrow. */
  readonly text: boolean;
  readonly output: Format;
};

/** Where the drawing goes. */
export type Screen = {
  readonly columns: number | undefined;
  readonly colour: boolean;
  write(text: string): void;
};

/** Draws until the program is ended. Throws `CommandError` when the manager goes away before. */
export async function trace(options: TraceOptions, screen: Screen): Promise<void> {
  const access = findManager(options, process.env, options.all ? 'cluster' : 'manager');
  const query = new URLSearchParams();
  if (options.number !== undefined) query.set('number', options.number);
  if (options.method !== undefined) query.set('method', options.method);
  if (options.all) query.set('all', 'true');
  const margin = options.all ? MANAGER_COLUMNS : 0;
  const ladder = new Ladder({
    here: options.all ? 'all managers' : access.id,
    time: clockTime,
    margin,
    peersMax: peersThatFit((screen.columns ?? 130 + margin) - margin),
    colour: screen.colour,
  });
  for await (const line of fetchLines(access, `/trace?${query}`)) {
    if (options.output === 'json') screen.write(`${line}\n`);
    else screen.write(draw(ladder, JSON.parse(line), options.text));
  }
  throw new CommandError(EXIT.unreachable, `manager ${access.id} is gone`);
}

/** Of the names of managers, where there are several. */
const MANAGER_COLUMNS = 12;

/** A line of the stream is a message, or says how many were left out, or who does not answer. */
type StreamLine = TraceRow | TraceLine;

function draw(ladder: Ladder, line: StreamLine, withText: boolean): string {
  if ('missed' in line) return `… ${line.missed} messages left out: this reader is too slow\n`;
  if ('missing' in line) {
    const { missing } = line;
    if (missing.length === 0) return '… all managers answer again\n';
    return `… without ${missing.join(', ')}: no answer\n`;
  }
  const rungs = ladder.add(rungOf(line)).join('\n');
  return withText ? `${rungs}\n${indented(line.text)}\n` : `${rungs}\n`;
}

/** What a row of the trace looks like on the ladder. */
export function rungOf(row: TraceRow & { readonly manager?: string }): Rung {
  const { atMs, direction, transport, peer, label, callId, call, target, to } = row;
  const isRequest = label === row.method;
  const whom = row.method === 'REGISTER' ? to : target;
  const request = whom === '' ? label : `${label} ${whom}`;
  // Nearly all answers are to an INVITE; of the others one wants to know.
  const answer = row.method === 'INVITE' ? label : `${label} (${row.method})`;
  return {
    atMs,
    direction,
    peer: `${transport} ${peer}`,
    label: isRequest ? request : answer,
    callId,
    call,
    ...(row.manager === undefined ? {} : { where: row.manager }),
  };
}

function indented(text: string): string {
  return text
    .trimEnd()
    .split(/\r?\n/)
    .map((line) => `      ${printable(line)}`)
    .join('\n');
}

/** `13:39:55.123`, local time. */
function clockTime(atMs: number): string {
  const at = new Date(atMs);
  const two = (value: number) => String(value).padStart(2, '0');
  const time = [at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(':');
  return `${time}.${String(at.getMilliseconds()).padStart(3, '0')}`;
}
