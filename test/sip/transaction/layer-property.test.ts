/** Whatever comes in whatever order: nothing throws, nobody is told twice, and nothing is left behind. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { ClientTransaction } from '../../../src/sip/transaction/client.ts';
import { answerTo, Desk, PEER, PEER_ON_TCP, request } from './desk.ts';
import { outgoing } from './figure.ts';

const HOPS = [PEER, PEER_ON_TCP];
const STATUSES = [100, 180, 200, 302, 487];
const pick = fc.nat({ max: 5 });
const hop = fc.constantFrom(...HOPS);
const status = fc.constantFrom(...STATUSES);

const deed = fc.oneof(
  fc.record({
    type: fc.constant('receive' as const),
    method: fc.constantFrom('INVITE', 'ACK', 'CANCEL', 'BYE', 'OPTIONS'),
    pick,
    hop,
    inDialog: fc.boolean(),
    cookie: fc.boolean(),
  }),
  fc.record({ type: fc.constant('answer' as const), pick, status }),
  fc.record({
    type: fc.constant('request' as const),
    method: fc.constantFrom('INVITE', 'BYE'),
    hop,
  }),
  fc.record({ type: fc.constant('response' as const), pick, status }),
  fc.record({ type: fc.constant('cancel' as const), pick }),
  fc.record({ type: fc.constant('wait' as const), ms: fc.constantFrom(10, 500, 5000, 40_000) }),
  fc.record({ type: fc.constant('flow failed' as const) }),
  fc.record({ type: fc.constant('send failed' as const), pick }),
);

test('any mixture of messages, answers, failures and waiting leaves an empty table in the end', () => {
  fc.assert(
    fc.property(fc.array(deed, { maxLength: 40 }), (deeds) => {
      const desk = new Desk(12);
      const clients: ClientTransaction<string>[] = [];
      const texts: string[] = [];
      const events: string[] = [];
      const look = () => {
        for (const { text } of desk.sends()) texts.push(text);
        events.push(...desk.seen());
      };
      const finish = (code: number) => {
        for (const server of desk.servers) if (server.request) desk.answer(code, server);
      };
      for (const step of deeds) {
        switch (step.type) {
          case 'receive':
            desk.receive(
              request(step.method, {
                branch: `${step.cookie ? 'z9hG4bK' : ''}${step.pick}`,
                callId: `${step.pick >> 1}`,
                ...(step.inDialog ? { toTag: 'ours' } : {}),
              }),
              step.hop,
            );
            break;
          case 'answer': {
            const server = desk.servers[step.pick];
            if (server?.request) desk.answer(step.status, server);
            break;
          }
          case 'request':
            clients.push(
              desk.layer.request(outgoing(step.method), step.hop, `client ${clients.length}`),
            );
            break;
          case 'response': {
            const sent = texts.filter((text) => !text.startsWith('SIP') && !/^ACK/.test(text));
            const text = sent[step.pick % sent.length];
            if (text !== undefined) desk.receive(answerTo(text, step.status));
            break;
          }
          case 'cancel': {
            const client = clients[step.pick];
            if (client) desk.layer.cancel(client, '');
            break;
          }
          case 'wait':
            desk.wait(step.ms);
            break;
          case 'flow failed':
            desk.note(desk.layer.failed(PEER_ON_TCP.flow));
            break;
          case 'send failed':
            desk.note(desk.layer.sendFailed(PEER, texts[step.pick] ?? ''));
            break;
        }
        look();
        const { clients: ours, servers: theirs } = desk.layer.size;
        // Requests of ours are not refused; CANCELs are theirs.
        assert(theirs <= 13, `${theirs} servers, ${ours} clients`);
      }
      finish(200);
      for (const client of clients) desk.layer.cancel(client, '');
      desk.wait(100_000);
      look();
      const failures = events.filter((event) => event.startsWith('failed'));
      assert.deepEqual(
        [desk.layer.size, desk.layer.nextDueMs(), new Set(failures).size],
        [{ clients: 0, servers: 0 }, Infinity, failures.length],
      );
    }),
    { numRuns: 300 },
  );
});
