/** What is on record of each call: told as one line; times are seconds since the call began. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { entryOf } from '../../src/manager/cdr/record-entry.ts';
import { type CallEntry, mergeAll } from '../../src/store/cdr/entry.ts';
import type { KeptRecord } from '../../src/testkit/record-audit.ts';
import { type Cast, castOf, type FlowOptions, type Setting, stage } from './flow.ts';

export type Kept = KeptRecord[];

/** Of every call that is over, in the order in which they began. */
export function tell(kept: Kept): readonly string[] {
  const entries = kept.map(({ record }): CallEntry => JSON.parse(JSON.stringify(entryOf(record))));
  const over = mergeAll(entries.filter(({ closing }) => closing !== undefined));
  const ids = [...over].sort((a, b) => (a.started ?? 0) - (b.started ?? 0)).map(({ id }) => id);
  return [...over]
    .sort((a, b) => (a.started ?? 0) - (b.started ?? 0))
    .map((entry) => lineOf(entry, ids));
}

function lineOf(entry: CallEntry, ids: readonly string[]): string {
  const at = (ms: number | undefined) =>
    ms === undefined || entry.started === undefined
      ? '-'
      : ((ms - entry.started) / 1000).toFixed(1);
  const moves = (entry.moves ?? []).map((move) =>
    typeof move === 'string' ? move : `${move.kind} ${move.number}`,
  );
  const line =
    entry.answered_line === undefined
      ? ''
      : ` on ${entry.answered_line}/${entry.answered_appearance}`;
  const parts = [
    `${entry.from_device ?? '?'} > ${entry.dialled}`,
    entry.answered === undefined ? '' : `taken by ${entry.answered_device}${line}`,
    `ring ${at(entry.ringing)} answer ${at(entry.answered)} end ${at(entry.ended)}`,
    entry.holds ? `holds ${entry.holds}` : '',
    moves.join(', '),
    entry.previous === undefined ? '' : `after call ${ids.indexOf(entry.previous) + 1}`,
    entry.transferred_by === undefined ? '' : `by ${entry.transferred_by}`,
    [entry.gateway_in, entry.route_list, entry.gateway_out].filter(Boolean).join(' '),
    `${entry.cause}${entry.code === undefined ? '' : ` ${entry.code}`}`,
    `${entry.sip_status}/${entry.q850}`,
    `ended by ${entry.ended_by}`,
    entry.closing === 'end' ? '' : `(${entry.closing})`,
  ];
  return parts.filter((part) => part !== '').join('; ');
}

/** Ids that legs have, of both phones. */
function hasBothLegs({ record }: Kept[number]): boolean {
  return (record.callerDialog ?? '') !== '' && (record.answerer?.dialog ?? '') !== '';
}

const NAMES: Readonly<Record<Setting, string>> = {
  alone: '',
  single: ' [three managers]',
  replicated: ' [three managers, replicated]',
};

/** One record of each call at the end of the play, with nothing missing: `expected`, in the order in which they began. */
export function recorded(
  name: string,
  users: readonly string[],
  play: (cast: Cast) => void,
  expected: readonly string[],
  options: FlowOptions = {},
): void {
  for (const setting of options.settings ?? (['alone', 'single', 'replicated'] as const))
    test(`${name}${NAMES[setting]}`, () => {
      const kept: Kept = [];
      const site = stage(setting, users, { ...options, records: kept });
      play(castOf(site, users.length));
      site.run(2000);
      assert.deepEqual(
        {
          lines: tell(kept),
          twice: kept.filter(
            ({ record }, at) =>
              record.closing !== undefined &&
              kept.findIndex(
                (each) => each.record.closing !== undefined && each.record.call === record.call,
              ) !== at,
          ),
          halves: kept.filter((each) => each.record.answeredMs !== undefined && !hasBothLegs(each)),
        },
        { lines: expected, twice: [], halves: [] },
      );
    });
}
