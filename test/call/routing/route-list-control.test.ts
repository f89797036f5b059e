/** Route list control, each flow a ladder: what came in, then what went out. `a.1.c1` is call control. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Effect } from '../../../src/call/effects.ts';
import {
  NEW_ROUTE,
  type RouteListControl,
  type RouteListing,
  stepRoute,
} from '../../../src/call/routing/route-list-control.ts';
import type { Pid } from '../../../src/process/pid.ts';
import { climb, signalOf } from '../ladder.ts';

type Setting = { readonly kept?: readonly string[]; readonly isEmergency?: boolean };

/** Three gateways, `one` kept at b, the others at c, unless told. */
function listing({ kept = ['one', 'two', 'three'], isEmergency = false }: Setting): RouteListing {
  const keepers: Readonly<Record<string, string>> = {
    one: 'b.1.g1',
    two: 'c.1.g2',
    three: 'c.1.g3',
  };
  return {
    name: 'out',
    gateways: ['one', 'two', 'three'],
    number: '+44',
    isEmergency,
    keeperOf: (gateway) => (kept.includes(gateway) ? (keepers[gateway] as Pid) : undefined),
    gatewayManager: 'a.1.m3' as Pid,
  };
}

function flow(name: string, ladder: string, setting: Setting = {}): void {
  test(name, () => {
    let route: RouteListControl = NEW_ROUTE;
    const way = listing(setting);
    climb(ladder, (rung) => {
      const out: Effect[] = [];
      const event =
        rung.type === 'signal'
          ? ({ type: 'signal', signal: signalOf(rung), from: rung.from } as const)
          : rung;
      route = stepRoute(route, event, way, out);
      return out;
    });
    assert.ok(route);
  });
}

flow(
  'claims 4, 20: a call leaves through the first gateway, which has it until its end',
  `
  a.1.c1 > callRequest
             b.1.g1 < callRequest +44
             start silence 181000
  b.1.g1 > callAlert of b.1.g1
             a.1.c1 < callAlert
             start silence 181000
  b.1.g1 > callProceed of b.1.g1
             a.1.c1 < callProceed
             stop silence
  a.1.c1 > callEnded hung up
             exit
  `,
);

for (const cause of ['unreachable', 'overload', 'internal failure'] as const)
  flow(
    `a gateway has no way for it: the next one is asked, until one refuses for good: ${cause}`,
    `
    a.1.c1 > callRequest
               b.1.g1 < callRequest +44
               start silence 181000
    b.1.g1 > callRefuse ${cause}
               stop silence
               c.1.g2 < callRequest +44
               start silence 181000
    c.1.g2 > callRefuse busy
               stop silence
               a.1.c1 < callRefuse busy
               exit
    `,
  );

flow(
  'no gateway has a way: all lines are in use, if one said so',
  `
  a.1.c1 > callRequest
             b.1.g1 < callRequest +44
             start silence 181000
  b.1.g1 > callRefuse overload
             stop silence
             c.1.g2 < callRequest +44
             start silence 181000
  c.1.g2 > callRefuse unreachable
             stop silence
             c.1.g3 < callRequest +44
             start silence 181000
  c.1.g3 > callRefuse unreachable
             stop silence
             a.1.c1 < callRefuse overload
             exit
  `,
);

flow(
  'once the far end rings, no other gateway is asked',
  `
  a.1.c1 > callRequest
             b.1.g1 < callRequest +44
             start silence 181000
  b.1.g1 > callAlert progress of b.1.g1
             a.1.c1 < callAlert progress
             start silence 181000
  c.1.g2 > callAlert of c.1.g2
  b.1.g1 > callRefuse unreachable
             a.1.c1 < callRefuse unreachable
             exit
  `,
);

flow(
  'a gateway whose manager is gone before it rang: the next one is asked',
  `
  a.1.c1 > callRequest
             b.1.g1 < callRequest +44
             start silence 181000
  ! b.1
             b.1.g1 < callWithdraw internal failure
             stop silence
             c.1.g2 < callRequest +44
             start silence 181000
  c.1.g2 > callProceed of c.1.g2
             a.1.c1 < callProceed
             stop silence
  `,
);

flow(
  'a gateway whose manager is gone while it rings: the call ends',
  `
  a.1.c1 > callRequest
             b.1.g1 < callRequest +44
             start silence 181000
  b.1.g1 > callAlert of b.1.g1
             a.1.c1 < callAlert
             start silence 181000
  ! b.1
             a.1.c1 < callRefuse internal failure
             exit
  `,
);

flow(
  'nobody keeps any of them: the first that is found is asked, and the time for the others runs on',
  `
  a.1.c1 > callRequest
             a.1.m3 < gatewayLocate one
             a.1.m3 < gatewayLocate two
             a.1.m3 < gatewayLocate three
             start locating 2000
  a.1.m3 > gatewayLocated two of c.1.g9
             c.1.g9 < callRequest +44
             start silence 181000
  @ locating
  c.1.g9 > callRefuse unreachable
             stop silence
             a.1.c1 < callRefuse no gateway
             exit
  `,
  { kept: [] },
);

flow(
  'the only one that is kept has no room: the others are awaited',
  `
  a.1.c1 > callRequest
             b.1.g1 < callRequest +44
             start silence 181000
  b.1.g1 > callRefuse overload
             stop silence
             a.1.m3 < gatewayLocate two
             a.1.m3 < gatewayLocate three
             start locating 2000
  @ locating
             a.1.c1 < callRefuse overload
             exit
  `,
  { kept: ['one'] },
);

flow(
  'the caller gives up while gateways are awaited',
  `
  a.1.c1 > callRequest
             a.1.m3 < gatewayLocate one
             a.1.m3 < gatewayLocate two
             a.1.m3 < gatewayLocate three
             start locating 2000
  a.1.c1 > callWithdraw caller gave up
             exit
  `,
  { kept: [] },
);

flow(
  'the caller gives up while a gateway is asked, and while it rings',
  `
  a.1.c1 > callRequest
             b.1.g1 < callRequest +44
             start silence 181000
  c.1.g2 > callWithdraw caller gave up
  a.1.c1 > callWithdraw caller gave up
             b.1.g1 < callWithdraw caller gave up
             exit
  a.1.c1 > callRequest
  `,
);

flow(
  'the caller gives up as the answer comes: the gateway is told, since nobody else can',
  `
  a.1.c1 > callRequest
             b.1.g1 < callRequest +44
             start silence 181000
  b.1.g1 > callProceed of b.1.g1
             a.1.c1 < callProceed
             stop silence
  a.1.c1 > callWithdraw caller gave up
             b.1.g1 < callWithdraw caller gave up
             exit
  `,
);

flow(
  'call control dies: the gateway is told',
  `
  a.1.c1 > callRequest
             b.1.g1 < callRequest +44
             start silence 181000
  ! a.1.c1
             b.1.g1 < callWithdraw internal failure
             exit
  `,
);

flow(
  'a gateway that says nothing for three minutes after it rang',
  `
  a.1.c1 > callRequest
             b.1.g1 < callRequest +44
             start silence 181000
  b.1.g1 > callAlert of b.1.g1
             a.1.c1 < callAlert
             start silence 181000
  @ silence
             b.1.g1 < callWithdraw no answer
             a.1.c1 < callRefuse no answer
             exit
  `,
);

flow(
  'an emergency goes on to the next gateway whatever the last one said',
  `
  a.1.c1 > callRequest
             b.1.g1 < callRequest +44 emergency
             start silence 181000
  b.1.g1 > callRefuse forbidden
             stop silence
             c.1.g2 < callRequest +44 emergency
             start silence 181000
  c.1.g2 > callRefuse unknown number
             stop silence
             c.1.g3 < callRequest +44 emergency
             start silence 181000
  c.1.g3 > callRefuse unreachable
             stop silence
             a.1.c1 < callRefuse unknown number
             exit
  `,
  { isEmergency: true },
);
