/** What a directory must not have that is to be kept for the whole cluster, whatever its files may have. */
import type { Directory } from '../../call/directory.ts';
import { type Item, pathOf } from '../../store/directory/document.ts';
import { whatOf } from '../../store/directory/document-diff.ts';
import { modeFault } from '../../store/directory/modes.ts';

/** Secrets in the clear, or by a reference that only one machine can follow; and a line's mode changed under its calls. */
export function faultsOf(item: Item, present: Directory | undefined): readonly string[] {
  const path = pathOf(item);
  const value: unknown = item.at(-1);
  if (typeof value !== 'object' || value === null) return [];
  const faults: string[] = [];
  const auth: unknown = 'auth' in value ? value.auth : undefined;
  const isOpen = typeof auth === 'object' && auth !== null && 'password' in auth;
  if ((path[0] === 'devices' && 'password' in value) || (path[0] === 'gateways' && isOpen))
    faults.push(`${whatOf(path)}: a password is not kept: give 'ha1', as 'linewright apply' does`);
  if (path[0] !== 'lines' || present === undefined) return faults;
  const mode = 'mode' in value ? String(value.mode) : 'single';
  const before = present.lines.get(path[1] ?? '')?.mode;
  if (before !== undefined && before !== mode)
    faults.push(`${whatOf(path)}: ${modeFault(before, mode)}`);
  return faults;
}
