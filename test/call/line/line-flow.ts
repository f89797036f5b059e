/**
 * Ladders of a line control process. Between any two rungs its record goes through JSON, as it would on
 * its way to another manager: nothing may hide outside of it.
 */
import test from 'node:test';
import type { Line } from '../../../src/call/directory.ts';
import type { Effect } from '../../../src/call/effects.ts';
import {
  claimedLineControl,
  type LineControl,
  newLineControl,
  type PackedLine,
  packLine,
  unpackLine,
} from '../../../src/call/line/line-control.ts';
import { step } from '../../../src/call/line/line-control-process.ts';
import type { LineEvent } from '../../../src/call/line/line-process.ts';
import { climb, type Rung, signalOf } from '../ladder.ts';

export const PARALLEL: Line = {
  number: '2000',
  name: 'Reception',
  mode: 'single',
  appearances: 4,
  offering: { type: 'parallel' },
  members: [member('ana'), member('ben'), member('cas')],
  noAnswerMs: 25_000,
};

/** Timers that belong to no call. */
const OF_LINE = new Set(['recovery', 'idle', 'inquiry']);

export function member(name: string, ringAfterMs = 0): Line['members'][number] {
  return { name, device: `${name}-phone`, ringAfterMs, rights: ['answer'] };
}

export function flow(name: string, of: Line, ladder: string): void {
  walk(name, newLineControl(of, 7), ladder);
}

/** A process from the beginning, before it is known whether the number is its own. */
export function claimed(name: string, ladder: string, of = PARALLEL): void {
  walk(name, claimedLineControl(of), ladder);
}

function walk(name: string, from: LineControl, ladder: string): void {
  test(name, () => {
    let line = from;
    climb(ladder, (rung) => {
      const effects: Effect[] = [];
      step(line, eventOf(rung), effects);
      line = throughJson(line);
      return effects;
    });
  });
}

export function throughJson(line: LineControl): LineControl {
  return unpackLine(JSON.parse(JSON.stringify(packLine(line))) as PackedLine);
}

export function eventOf(rung: Rung): LineEvent {
  switch (rung.type) {
    case 'signal':
      return { type: 'signal', signal: signalOf(rung), from: rung.from };
    case 'timer':
      return {
        type: 'timer',
        timer:
          OF_LINE.has(rung.timer) || rung.timer.includes(':') ? rung.timer : `${rung.timer}:c1`,
      };
    case 'down':
      return rung.isUnreached
        ? { type: 'unreached', to: rung.gone }
        : { type: 'down', gone: rung.gone };
  }
}
