/**
 * A line's process hears that the directory says something else of its line. Calls that are up are not
 * touched: those that ring go on by the plan that they began with, those that somebody has stay. A line
 * that is no more takes no new call, and its process goes when nobody needs it any longer.
 */
import { homeOf } from '../../process/pid.ts';
import type { Host } from '../../process/process.ts';
import type { Directory, Line } from '../directory.ts';
import type { DirectoryChange } from '../directory-change.ts';
import { isSame } from '../directory-change.ts';
import { lcpFor, type RegistrationTable } from '../registration-table.ts';
import type { CallSignal } from '../signals.ts';
import type { LineControl } from './line-control.ts';
import { lineOfNumber } from './line-of-number.ts';
import { type LineRecords, settleRecord } from './line-record.ts';
import { planOf } from './offering-plan.ts';

/**
 * `line` undefined: it is no more. True: it is of the other mode now, which is another line. This process ends for it at
 * once, and the devices attach to the next one, with the calls that they have.
 */
export function editLine(control: LineControl, line: Line | undefined): boolean {
  const plan = control.plan ?? planOf(control.line);
  for (const call of control.calls.values()) if (call.state === 'offered') call.plan ??= plan;
  control.plan = null;
  control.isClosed = line === undefined || line.mode !== control.line.mode;
  if (line !== undefined && !control.isClosed) control.line = line;
  else control.watchers.length = 0;
  control.changed = true;
  return line !== undefined && control.isClosed;
}

/** Tells this manager's line processes, and whoever watches a line that is no more, what has changed. */
export function spreadEdits(
  host: Host<CallSignal>,
  change: DirectoryChange,
  { records, table }: { readonly records: LineRecords; readonly table: RegistrationTable },
): void {
  for (const number of numbersOf(change)) {
    const record = records.get(number);
    const line = record && editOf(number, change);
    if (record === undefined || line === undefined) continue;
    const { own } = record;
    if (own !== undefined)
      host.tell(own.pid, { type: 'lineEdited', number, ...(line && { line }) });
    if (line !== false) continue;
    const lcp = lcpFor(table.find(number), homeOf(host.pid))?.lcp;
    for (const pid of record.watchers.splice(0)) {
      if (lcp !== undefined) host.tell(lcp, { type: 'lineUnwatch', number, pid });
      host.tell(pid, { type: 'lineRefused', number, cause: 'unknown number' });
    }
    settleRecord(records, number);
  }
}

/** All that may stand for something else: of hundreds of thousands that do not, nothing is looked up. */
function numbersOf({ before, after, lines, devices }: DirectoryChange): ReadonlySet<string> {
  const numbers = new Set(lines);
  for (const id of devices)
    for (const directory of [before, after]) {
      const user = directory.devices.get(id)?.user;
      if (user !== undefined) numbers.add(user);
    }
  return numbers;
}

/** What `number` is from now on; false: nothing any more. Undefined: what it was. */
function editOf(number: string, { before, after }: DirectoryChange): Line | false | undefined {
  const line = find(after, number);
  return isSame(find(before, number), line) ? undefined : (line ?? false);
}

function find(directory: Directory, number: string): Line | undefined {
  return lineOfNumber(directory, number);
}
