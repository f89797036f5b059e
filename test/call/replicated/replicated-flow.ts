/** Ladders of a replicated line's process. Between any two rungs its record goes through JSON. */
import test from 'node:test';
import type { Line } from '../../../src/call/directory.ts';
import type { Effect } from '../../../src/call/effects.ts';
import type { LineEvent } from '../../../src/call/line/line-process.ts';
import {
  newReplicatedLine,
  type ReplicatedLine,
} from '../../../src/call/replicated/replicated-calls.ts';
import { step } from '../../../src/call/replicated/replicated-line.ts';
import type { Pid } from '../../../src/process/pid.ts';
import { climb, type Rung } from '../ladder.ts';
import { replicatedSignalOf, showReplicated } from './replicated-ladder.ts';

const SELF = 'b.1.l2' as Pid;

/** Plays `ladder` with the process b.1.l2 of `directory`, a replicated line. */
export function replicatedFlow(name: string, directory: Line, ladder: string): void {
  test(name, () => {
    let line = newReplicatedLine(directory, SELF);
    climb(
      ladder,
      (rung) => {
        const effects: Effect[] = [];
        line = copyOf(line);
        step(line, eventOf(rung), effects);
        return effects;
      },
      showReplicated,
    );
  });
}

/** Through JSON; maps and sets as lists. */
function copyOf(line: ReplicatedLine): ReplicatedLine {
  const text = JSON.stringify(line, (_, value: unknown) => {
    if (value instanceof Map) return { mapOf: [...value] };
    return value instanceof Set ? { setOf: [...value] } : value;
  });
  return JSON.parse(text, (_, value: unknown) => {
    if (typeof value !== 'object' || value === null) return value;
    if ('mapOf' in value) return new Map(value.mapOf as [unknown, unknown][]);
    return 'setOf' in value ? new Set(value.setOf as unknown[]) : value;
  }) as ReplicatedLine;
}

function eventOf(rung: Rung): LineEvent {
  if (rung.type !== 'signal') return rung;
  return { type: 'signal', signal: replicatedSignalOf(rung), from: rung.from };
}
