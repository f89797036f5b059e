/** Records and places for tests of what keeps them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type CallEntry, GRADES } from '../../../src/store/cdr/entry.ts';

export function folderFor(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'linewright-cdr-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const BEGAN_MS = 1_700_000_000_000;

/** The call that began in the nth second. */
export function openEntry(n: number): CallEntry {
  return {
    id: `ma.1.d1-${n}`,
    started: BEGAN_MS + n * 1000,
    answered: BEGAN_MS + n * 1000 + 500,
    from_number: '1001',
    from_name: 'Ünal "Ü" \u{1f600}',
    from_call_id: `caller-${n}@host`,
    dialled: '2000',
    to_number: '2000',
    answered_number: '2000',
    answered_device: '2000a',
    answered_call_id: `called-${n}@host`,
    managers: ['ma'],
    grade: -1,
  };
}

export function doneEntry(n: number, more: Partial<CallEntry> = {}): CallEntry {
  return {
    ...openEntry(n),
    ended: BEGAN_MS + n * 1000 + 900,
    holds: 0,
    moves: [{ kind: 'retrieved', atMs: BEGAN_MS, number: '2000', name: '', manager: 'mb' }],
    cause: 'hung up',
    sip_status: 200,
    q850: 16,
    ended_by: 'caller',
    closing: 'end',
    grade: GRADES.end,
    ...more,
  };
}
