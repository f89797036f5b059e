/**
 * What a manager just installed must refuse, so that nobody calls at its owner's expense, and what it must let
 * through all the same: each row is sent to a real process over real sockets, and what came of it is compared with
 * what is due, at whoever asked and at every gateway.
 */
import { ALLOWED } from './toll-fraud/allowed.ts';
import { DIALLING } from './toll-fraud/dialling.ts';
import { FORWARDING } from './toll-fraud/forwarding.ts';
import { House } from './toll-fraud/house.ts';
import { MOVING } from './toll-fraud/moving.ts';
import { ORBITS } from './toll-fraud/orbits.ts';
import type { Row } from './toll-fraud/row.ts';
import { STRANGERS } from './toll-fraud/strangers.ts';
import { TRUNKS } from './toll-fraud/trunks.ts';

export const ROWS: readonly Row[] = [
  ...STRANGERS,
  ...DIALLING,
  ...MOVING,
  ...FORWARDING,
  ...ORBITS,
  ...TRUNKS,
  ...ALLOWED,
];

export type RowResult = {
  readonly topic: string;
  readonly name: string;
  readonly due: string;
  readonly seen: string;
};

/** `heard`: after each row. Throws if the manager does not run. */
export async function holdTable(
  rows: readonly Row[],
  heard: (result: RowResult) => void,
): Promise<readonly RowResult[]> {
  const house = await House.open();
  const results: RowResult[] = [];
  try {
    for (const { topic, name, due, act } of rows) {
      house.reset();
      let seen: string;
      try {
        seen = await act(house);
      } catch (error) {
        seen = error instanceof Error ? error.message : String(error);
      }
      const out = await house.takeOut();
      if (out.length > 0) seen += `; ${out.join(', ')}`;
      const result = { topic, name, due, seen };
      results.push(result);
      heard(result);
    }
  } finally {
    await house.close();
  }
  return results;
}

/** As docs/security.md has it: each row with what is due. */
export function fraudTable(rows: readonly Row[]): string {
  const topics = [...new Set(rows.map(({ topic }) => topic))];
  return topics
    .map((topic) => {
      const own = rows.filter((row) => row.topic === topic);
      const lines = own.map(({ name, due }) => `| ${name} | ${due} |`);
      return [`### ${topic} (${own.length})`, '', '| sent | due |', '|---|---|', ...lines].join(
        '\n',
      );
    })
    .join('\n\n');
}
