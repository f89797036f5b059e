/** What the owner may read of a leg, and how a leg is found by its dialog. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Leg } from '../../../src/sip/user-agent/leg.ts';
import { Stage } from './ladder.ts';

function readable(leg: Leg<string>): object {
  const { owner, role, state, remoteTag, remoteTarget, hop, allow, supported, userAgent } = leg;
  return {
    owner,
    role,
    state,
    remoteTag,
    remoteTarget,
    address: hop.address,
    allow: allow && [...allow],
    supported: [...supported],
    userAgent,
  };
}

test('a leg that calls us says what its INVITE said', () => {
  const stage = new Stage({});
  stage.play(
    'ana -> INVITE sip:2001@pbx.test | Allow: INVITE,update | Allow: BYE | Supported: 100rel , Timer | User-Agent: Phone 1',
  );
  const [leg] = stage.legs;
  assert(leg);
  assert.deepEqual(readable(leg), {
    owner: undefined,
    role: 'called',
    state: 'invited',
    remoteTag: 'ana1',
    remoteTarget: 'sip:ana@192.0.2.1:5060',
    address: '192.0.2.1',
    allow: ['INVITE', 'UPDATE', 'BYE'],
    supported: ['100rel', 'timer'],
    userAgent: 'Phone 1',
  });
});

test('a leg that we call says what the last answer said', () => {
  const stage = new Stage({});
  const states: string[] = [];
  const steps = [
    '! invite bob {offer}',
    'bob -> 180 INVITE | Server: Gateway 7',
    'bob -> 200 INVITE | Contact: <sip:bob@192.0.2.7:5070> | Allow: INVITE {answer}',
    '! acknowledge',
    '! hangUp',
  ];
  for (const step of steps) {
    stage.play(step);
    states.push(stage.legs[0]?.state ?? '');
  }
  const [leg] = stage.legs;
  assert(leg);
  assert.deepEqual(
    [states, readable(leg)],
    [
      ['inviting', 'early', 'answered', 'confirmed', 'ended'],
      {
        owner: 'owner',
        role: 'caller',
        state: 'ended',
        remoteTag: 'bob1',
        remoteTarget: 'sip:bob@192.0.2.7:5070',
        address: '192.0.2.7',
        allow: ['INVITE'],
        supported: [],
        userAgent: 'Gateway 7',
      },
    ],
  );
});

test('legs are found by Call-ID and both tags, in each of their early dialogs, while they live', () => {
  const stage = new Stage({});
  const { userAgent } = stage;
  stage.play('! invite bob {offer}');
  stage.play('bob -> 180 INVITE one');
  stage.play('bob -> 180 INVITE two');
  const [leg] = stage.legs;
  assert(leg);
  const { callId, localTag } = leg;
  const seek = () => [
    userAgent.find(callId, localTag, 'one') === leg,
    userAgent.find(callId, localTag, 'two') === leg,
    userAgent.find(callId, localTag, 'three') === leg,
    userAgent.find('other', localTag, 'one') === leg,
    userAgent.find(callId, 'other', 'one') === leg,
  ];
  assert.deepEqual(seek(), [true, true, false, false, false]);
  stage.play('bob -> 200 INVITE two');
  assert.deepEqual(seek(), [false, true, false, false, false]);
  stage.play('! acknowledge');
  stage.play('! hangUp');
  assert.deepEqual(seek(), [false, false, false, false, false]);
});

test('what is said once by many telephones of a make is kept once', () => {
  const stage = new Stage({});
  for (const peer of ['ana', 'bob'])
    stage.play(`${peer} -> INVITE sip:2001@pbx.test | Allow: INVITE, ACK | Supported: timer`);
  const [one, other] = stage.legs;
  assert(one && other);
  assert.equal(one.allow, other.allow);
  assert.equal(one.supported, other.supported);
});
