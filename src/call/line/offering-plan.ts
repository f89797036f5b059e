/**
 * In which order a line's members are rung: parallel, serial, delayed, and any mixture (US 7,145,899,
 * claims 8, 9, 42, 43).
 *
 * A plan is steps, and a step is stages. A step rings its members for some time and ends with their
 * being told to stop, except those whom the next step rings as well. Within a step, each stage adds
 * the members whose delay has passed. Parallel offering is one step without end.
 */
import type { Line, Member } from '../directory.ts';

/** Plain data: part of a line control process's state. */
export type Plan = readonly Step[];

export type Step = {
  /** How long the step lasts; null: until nobody is left to be rung, or the line's own time is up. */
  readonly ms: number | null;
  /** Never empty. */
  readonly stages: readonly Stage[];
};

export type Stage = {
  /** Who rings from here on: those of the stages before it, and some more. */
  readonly members: readonly string[];
  /** Time until the next stage; null: there is none in this step. */
  readonly nextMs: number | null;
};

export function planOf(line: Line): Plan {
  const answering = line.members.filter((member) => member.rights.includes('answer'));
  if (line.offering.type === 'parallel') return [{ ms: null, stages: stagesOf(answering) }];
  return line.offering.steps.map(({ members, ms }) => ({
    ms,
    stages: stagesOf(answering.filter((member) => members.includes(member.name))),
  }));
}

/** Everybody who rings at some time of the step. */
export function membersOf(step: Step | undefined): readonly string[] {
  return step?.stages.at(-1)?.members ?? [];
}

function stagesOf(members: readonly Member[]): readonly Stage[] {
  const delays = [...new Set(members.map((member) => member.ringAfterMs))].sort((a, b) => a - b);
  if (delays.length === 0) return [{ members: [], nextMs: null }];
  return delays.map((delay, at) => {
    const next = delays[at + 1];
    return {
      members: members.filter((member) => member.ringAfterMs <= delay).map(({ name }) => name),
      nextMs: next === undefined ? null : next - delay,
    };
  });
}
