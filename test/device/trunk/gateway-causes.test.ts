/** What gateways' answers come to: the tables of docs/gateways.md are those of the code. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { q850Of, statusOf } from '../../../src/device/cause-to-status.ts';
import {
  CAUSES_OF_THE_CALLED,
  causeOfAnswer,
  isGatewayFailure,
} from '../../../src/device/trunk/gateway-causes.ts';

const PAGE = readFileSync(new URL('../../../docs/gateways.md', import.meta.url), 'utf8');

test('every status in the documentation is taken for what it says there', () => {
  const rows = PAGE.split('\n').filter((line) => /^\| [3-6]\d\d \|/.test(line));
  const due = rows.map((row) => {
    const status = Number(row.slice(2, 5));
    const cause = causeOfAnswer(status, undefined);
    const next = isGatewayFailure(status) ? 'yes' : 'no';
    return `| ${status} | ${cause} | ${next} | ${statusOf(cause)} | ${q850Of(cause)} |`;
  });
  assert.deepEqual([rows.length, rows], [21, due]);
});

test('the Q.850 causes of the called party are those of the documentation', () => {
  const rows = PAGE.split('\n').filter((line) => /^\| \d{1,2} \|/.test(line));
  const due = Object.entries(CAUSES_OF_THE_CALLED).map(([q850, cause]) => `| ${q850} | ${cause} |`);
  assert.deepEqual(rows, due);
});
