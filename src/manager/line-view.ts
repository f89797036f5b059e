/**
 * What is shown of lines: each manager says what it knows (`partsOf`), and whoever is asked puts the
 * parts of all managers together (`lineRow`).
 */
import type { Line } from '../call/directory.ts';
import { seatsOf } from '../call/line/line-of-number.ts';
import { keyOf, type RegistrationTable } from '../call/registration-table.ts';
import type { DeviceProcess } from '../device/device-process.ts';
import type { ControlRow, LineRow, MemberRow, PhoneRow } from '../http/manager-view.ts';
import type { SettingRow } from '../http/setting-rows.ts';
import { homeOf } from '../process/pid.ts';
import type { CallManager } from './call-manager.ts';
import { idOf, type Placement } from './cluster-watch.ts';

/** A phone of the answering manager, and the member of the line that it is. */
export type PartPhone = Omit<PhoneRow, 'manager'> & { readonly member: string };

/** What one manager knows of a line. */
export type LinePart = {
  readonly number: string;
  /** Its line control process, if it has one. */
  readonly control: Omit<ControlRow, 'manager'> | null;
  readonly calls: number;
  readonly phones: readonly PartPhone[];
};

/** Of the lines of which this manager has a process or a phone, in the directory's order. */
export function partsOf(manager: CallManager, wanted?: string): LinePart[] {
  const phones = phonesByNumber(manager, wanted);
  const parts: LinePart[] = [];
  const numbers = wanted === undefined ? manager.directory.lines.keys() : [wanted];
  for (const number of numbers) {
    const control = controlOf(manager, number);
    const own = phones.get(number) ?? [];
    if (control === null && own.length === 0) continue;
    const calls = manager.processing.lines.get(number)?.calls.size ?? 0;
    parts.push({ number, control, calls, phones: own });
  }
  return parts;
}

/** `parts`: by manager id. `table`: says where processes are of which nobody speaks. */
export function lineRow(
  line: Line,
  parts: ReadonlyMap<string, LinePart>,
  table: RegistrationTable,
  settings: readonly SettingRow[],
  missing: readonly string[],
): LineRow {
  const phones = [...parts].flatMap(([manager, part]) =>
    part.phones.map(({ member, ...phone }) => ({ member, phone: { manager, ...phone } })),
  );
  const controls = new Map([...parts].map(([manager, { control }]) => [manager, control] as const));
  return {
    number: line.number,
    name: line.name,
    mode: line.mode,
    members: line.members.map(({ name, device }): MemberRow => {
      const own = phones.filter(({ member }) => member === name).map(({ phone }) => phone);
      return {
        name,
        device,
        registered: own.length > 0,
        ringing: own.some(({ state }) => state === 'ringing'),
        talking: own.some(({ state }) => state === 'talking'),
        phones: own,
      };
    }),
    calls: Math.max(0, ...[...parts.values()].map(({ calls }) => calls)),
    control: controlRows(line.number, controls, table),
    settings,
    missing,
  };
}

/** The line's processes; `controls`: what managers say of theirs, by manager id. */
export function controlRows(
  number: string,
  controls: ReadonlyMap<string, LinePart['control']>,
  table: RegistrationTable,
): ControlRow[] {
  const location = table.find(number);
  if (location === undefined) return [];
  const known = location.mode === 'single' ? [location] : location.lcps;
  return known.map(({ lcp, revision }) => {
    const manager = idOf(homeOf(lcp));
    const said = controls.get(manager);
    if (said?.pid === lcp) return { manager, ...said };
    return { manager, pid: lcp, epoch: revision, since: '', why: '' };
  });
}

/** What a manager says of its line control process of that number. */
export function controlOf(manager: CallManager, number: string): LinePart['control'] {
  const { processing, cluster, watch, directory } = manager;
  if (!processing.lines.has(number)) return null;
  const mode = directory.lines.get(number)?.mode ?? 'single';
  const isSingle = mode === 'single';
  const placement = watch.placement(isSingle ? keyOf(number) : keyOf(number, cluster.home));
  if (placement === undefined) return null;
  const { pid, epoch, sinceMs } = placement;
  return { pid, epoch, since: new Date(sinceMs).toISOString(), why: inWords(placement, mode) };
}

function inWords({ why }: Placement, mode: Line['mode']): string {
  switch (why.type) {
    case 'first':
      return mode === 'single' ? 'first to register' : 'a phone of the line registered there';
    case 'took over':
      return `took over from ${idOf(why.from)} when it left`;
    case 'replaced':
      return `in place of ${why.gone}, which died`;
    case 'before':
      return 'was there before';
  }
}

function phonesByNumber(
  { devices, directory }: CallManager,
  wanted: string | undefined,
): Map<string, PartPhone[]> {
  const byNumber = new Map<string, PartPhone[]>();
  for (const process of devices.phones()) {
    const { place, pid } = process;
    const device = directory.devices.get(place.device);
    if (device === undefined || place.kind !== 'phone' || place.binding === undefined) continue;
    if (wanted !== undefined && !device.lines.includes(wanted)) continue;
    const { contact, hop } = place.binding;
    const host = hop.address.includes(':') ? `[${hop.address}]` : hop.address;
    const via = `${hop.transport} ${host}:${hop.port}`;
    for (const { number, member } of seatsOf(directory, device)) {
      const phone = { member, pid, contact, via, state: stateOf(process, number) };
      const known = byNumber.get(number);
      if (known === undefined) byNumber.set(number, [phone]);
      else known.push(phone);
    }
  }
  return byNumber;
}

function stateOf({ legs }: DeviceProcess, number: string): PhoneRow['state'] {
  let state: PhoneRow['state'] = 'idle';
  for (const { line, role, phase } of legs.values()) {
    if (line?.number !== number || role !== 'called' || phase === 'over') continue;
    if (phase === 'offered') return 'ringing';
    state = 'talking';
  }
  return state;
}
