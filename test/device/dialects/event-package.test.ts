/** Which Event value asks for what of a line. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { linePackage } from '../../../src/device/dialects/event-package.ts';

test('Event tells the dialect of a subscription', () => {
  const table: [string, unknown][] = [
    ['call-info', 'call-info'],
    ['line-seize', 'line-seize'],
    ['line-seize;id=2', 'line-seize'],
    ['dialog', 'dialog'],
    ['dialog;id=1', 'dialog'],
    ['dialog;shared', 'dialog;shared'],
    ['dialog ; id=1; Shared', 'dialog;shared'],
    ['dialog;sla', 'dialog'],
    ['presence', undefined],
    ['dialog.winfo', undefined],
    ['constructor', undefined],
    ['dialog;id=1;id=2', undefined],
    ['', undefined],
  ];
  assert.deepEqual(
    table.map(([text]) => linePackage(text)),
    table.map(([, name]) => name),
  );
});
