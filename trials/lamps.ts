/** From an event at one phone until the last of sixteen phones of the line, at several managers, shows it. */
import { quantile, type StageOptions, TrialStage } from './stage.ts';

export type LampFigures = {
  readonly mode: StageOptions['mode'];
  readonly managers: number;
  readonly phones: number;
  readonly events: number;
  /** From the phone's request until the last NOTIFY has come. */
  readonly lastMs: { readonly p50: number; readonly p99: number; readonly max: number };
  readonly faults: readonly string[];
};

export const GOAL_MS = 50;
const PHONES = 16;
const APPEARANCES = 4;

/** Phones in turn go off-hook and on-hook again: two events. */
export async function measureLamps(
  events: number,
  options: Omit<StageOptions, 'phones'>,
): Promise<LampFigures> {
  const { managers, mode } = options;
  const stage = await TrialStage.open({ ...options, phones: PHONES });
  const times: number[] = [];
  const faults: string[] = [];
  const { phones } = stage;
  const happens = async (act: () => void, shown: string): Promise<void> => {
    const startMs = performance.now();
    act();
    await Promise.all(phones.map((_, at) => stage.until(at, (phone) => phone.shown === shown)));
    times.push(performance.now() - startMs);
  };
  try {
    for (let nth = 0; nth < events; nth += 2) {
      const phone = phones[(nth / 2) % phones.length];
      const index = 1 + ((nth / 2) % APPEARANCES);
      await happens(() => phone?.offHook(index), `${index} seized`);
      await happens(() => phone?.onHook(), '');
    }
    for (const { station } of phones)
      faults.push(...station.faults.map((fault) => `${station.options.user}: ${fault}`));
  } finally {
    await stage.close();
  }
  const lastMs = { p50: quantile(times, 0.5), p99: quantile(times, 0.99), max: Math.max(...times) };
  return { mode, managers, phones: PHONES, events: times.length, lastMs, faults };
}

export function lampTable(rows: readonly LampFigures[]): string {
  const lines = rows.map(({ mode, managers, phones, events, lastMs: { p50, p99, max } }) => {
    const times = [p50, p99, max].map((ms) => ms.toFixed(1)).join(' / ');
    return `| ${mode} | ${managers} | ${phones} | ${events} | ${times} |`;
  });
  return [
    '| mode | managers | phones | events | to the last phone, p50 / p99 / max ms |',
    '|---|---|---|---|---|',
    ...lines,
  ].join('\n');
}
