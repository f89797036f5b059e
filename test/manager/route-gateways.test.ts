/** Which gateway a call would leave by, and why not by another. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { RouteGroup } from '../../src/call/routing/gateway.ts';
import type { GatewayRow } from '../../src/http/gateway-rows.ts';
import type { RouteGateway } from '../../src/http/route-rows.ts';
import { nobodys } from '../../src/manager/gateways.ts';
import { gatewaysOf, refusalOf } from '../../src/manager/route-gateways.ts';

function group(spread: RouteGroup['spread'], ...names: readonly string[]): RouteGroup {
  return { spread, gateways: names.map((gateway) => ({ gateway, weight: 1 })) };
}

const ROWS: readonly GatewayRow[] = [
  { ...nobodys('open', '', 30), breaker: 'open', lastFailure: '503 to INVITE' },
  { ...nobodys('full', '', 30), breaker: 'closed', calls: 30 },
  nobodys('lost', '', 30),
  ...['one', 'two', 'three'].map((name) => ({
    ...nobodys(name, '', 30),
    breaker: 'closed' as const,
  })),
];

function gatewaysIn(groups: readonly RouteGroup[], isEmergency: boolean): readonly RouteGateway[] {
  const rows = new Map(ROWS.map((row) => [row.gateway, row]));
  return gatewaysOf({ name: 'out', groups }, isEmergency, () => '', rows);
}

function taken(groups: readonly RouteGroup[], isEmergency = false): readonly string[] {
  const found = gatewaysIn(groups, isEmergency);
  return found.map(({ gateway, taken: said }) => `${gateway} ${said}`);
}

test('the first gateway that takes calls has it; for the others it is said why they have not', () => {
  assert.deepEqual(
    taken([group('top-down', 'open', 'full', 'lost', 'one', 'two'), group('circular', 'three')]),
    [
      'open no: left alone after 503 to INVITE',
      'full no: 30 of 30 calls are up',
      'lost no: its manager does not answer',
      'one first',
      'two if those before have no way',
      'three if the groups before have no way',
    ],
  );
});

test('whose turn it is nobody knows before; an emergency is tried everywhere', () => {
  assert.deepEqual(
    [
      taken([group('circular', 'one', 'two', 'open')]),
      taken([group('weight', 'one', 'two'), group('top-down', 'one', 'three')]),
      taken([group('top-down', 'open', 'full')], true),
    ],
    [
      ['one in turn', 'two in turn', 'open no: left alone after 503 to INVITE'],
      [
        'one by chance',
        'two by chance',
        'one asked above',
        'three if the groups before have no way',
      ],
      ['open first', 'full if those before have no way'],
    ],
  );
});

test('where none would have the call now it is said what the caller would hear', () => {
  const codeOf = (...names: readonly string[]) =>
    refusalOf(gatewaysIn([group('top-down', ...names)], false));
  const unasked = gatewaysOf(
    { name: 'out', groups: [group('top-down', 'one')] },
    false,
    undefined,
    undefined,
  );
  assert.deepEqual(
    [
      codeOf('open', 'one'),
      codeOf('open', 'lost', 'open'),
      codeOf('open', 'full'),
      refusalOf(unasked),
    ],
    [undefined, 'LW-3201', 'LW-3202', undefined],
  );
});
