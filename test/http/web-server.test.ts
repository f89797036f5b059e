/** The HTTP face of a manager: who may read what, and what it says. */
import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { startMetrics, startWeb } from '../../src/http/web-server.ts';
import { type FakeView, fakeView, sipMessage } from './fake-view.ts';

const TOKEN = 'token-of-this-test';

async function serve(context: TestContext): Promise<{ view: FakeView; url: string }> {
  const view = fakeView();
  const web = await startWeb({ view, address: '127.0.0.1', port: 0, tls: undefined, token: TOKEN });
  context.after(() => web.close());
  return { view, url: web.url };
}

async function get(url: string, token = ''): Promise<{ status: number; body: string }> {
  const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
  const response = await fetch(url, { headers });
  return { status: response.status, body: await response.text() };
}

test('a supervisor asks whether it lives and whether it is ready, without a token', async (context) => {
  const { view, url } = await serve(context);
  const seen = [await get(`${url}/livez`), await get(`${url}/readyz`)];
  view.become('draining');
  seen.push(await get(`${url}/livez`), await get(`${url}/readyz`));
  for (const state of ['unsure', 'fenced'] as const) {
    view.become(state);
    seen.push(await get(`${url}/readyz`));
  }
  assert.deepEqual(seen, [
    { status: 200, body: 'alive\n' },
    { status: 200, body: 'ready\n' },
    { status: 200, body: 'alive\n' },
    { status: 503, body: 'draining\n' },
    { status: 503, body: 'unsure\n' },
    { status: 503, body: 'fenced\n' },
  ]);
});

test('the API is for whoever has the token', async (context) => {
  const { url } = await serve(context);
  const refusal =
    '{"error":{"code":"unauthorized","message":"this needs the token of this manager"}}';
  assert.deepEqual(
    [
      await get(`${url}/api/v1/status`),
      await get(`${url}/api/v1/trace`, 'guess'),
      await get(`${url}/api/v1/status`, TOKEN),
      await get(`${url}/api/v1/nothing`, TOKEN),
    ],
    [
      { status: 401, body: refusal },
      { status: 401, body: refusal },
      { status: 200, body: '{"id":"manager-a","state":"ready"}' },
      { status: 404, body: '{"error":{"code":"not_found","message":"no such page"}}' },
    ],
  );
});

test('lists are cut to the limit and say how many there are', async (context) => {
  const { url } = await serve(context);
  const all = JSON.parse((await get(`${url}/api/v1/calls`, TOKEN)).body);
  const one = JSON.parse((await get(`${url}/api/v1/lines?limit=1`, TOKEN)).body);
  const line = await get(`${url}/api/v1/lines/1001`, TOKEN);
  const none = await get(`${url}/api/v1/lines/999`, TOKEN);
  assert.deepEqual(
    [all.total, all.items.length, one.total, one.items.length, JSON.parse(line.body).name, none],
    [
      1,
      1,
      2,
      1,
      'Ana',
      { status: 404, body: '{"error":{"code":"not_found","message":"no line \'999\'"}}' },
    ],
  );
});

test('appearances are shown and freed for whoever has the token', async (context) => {
  const { view, url } = await serve(context);
  const path = `${url}/api/v1/lines/2000/appearances`;
  const post = async (at: string, token: string, said?: unknown) => {
    const response = await fetch(`${path}/${at}/release`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(said ?? {}),
    });
    return [response.status, await response.text()];
  };
  const shown = await get(`${path}/2`, TOKEN);
  assert.deepEqual(
    [
      [shown.status, JSON.parse(shown.body).state],
      (await get(`${path}/2`)).status,
      (await get(`${path}/x`, TOKEN)).status,
      await post('2', 'guess'),
      await post('2', TOKEN),
      await post('2', TOKEN, { by: 'ana', reason: 'stuck' }),
      await post('2', TOKEN, { by: 'ana', reason: ['stuck'] }),
      await post('3', TOKEN),
      view.released,
    ],
    [
      [200, 'held'],
      401,
      404,
      [401, '{"error":{"code":"unauthorized","message":"this needs the token of this manager"}}'],
      [200, '{"done":"2000/2 is free: it was held by a"}'],
      [200, '{"done":"2000/2 is free: it was held by a"}'],
      [
        400,
        '{"error":{"code":"bad_request","message":"\'by\' and \'reason\' are texts of 200 characters at most"}}',
      ],
      [
        404,
        '{"error":{"code":"not_found","message":"2000/3 is idle: there is nothing to release"}}',
      ],
      [
        ['127.0.0.1', ''],
        ['ana (127.0.0.1)', 'stuck'],
      ],
    ],
  );
});

test('what a line forwards is set by whoever has the token', async (context) => {
  const { url } = await serve(context);
  const set = async (number: string, said: object, token = TOKEN) => {
    const response = await fetch(`${url}/api/v1/lines/${number}/settings`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(said),
    });
    return [response.status, JSON.parse(await response.text())];
  };
  const on = { what: 'all', state: 'on', to: '2000', by: 'ana' };
  const failed = (code: string, message: string) => ({ error: { code, message } });
  const row = { what: 'all', isOn: true, to: '2000', afterS: 0, by: 'ana' };
  assert.deepEqual(
    [
      await set('1001', on),
      await set('999', on),
      await set('1001', { ...on, to: '9' }),
      await set('1001', { ...on, to: '8' }),
      (await set('1001', { ...on, what: 'never' }))[0],
      (await set('1001', on, 'guess'))[0],
    ],
    [
      [200, { items: [{ ...row, at: '2020-01-02T03:04:05.000Z' }] }],
      [404, failed('not_found', "no line '999'")],
      [422, failed('refused', 'LW-3403 forwarded to a number that the line may not call')],
      [503, failed('store', 'LW-3406 the setting could not be kept')],
      400,
      401,
    ],
  );
});

test('metrics are read at the scrape, in the form of Prometheus', async (context) => {
  const { url } = await serve(context);
  const { body } = await get(`${url}/metrics`);
  const ours = body.split('\n').filter((line) => /^linewright_(sip|call)/.test(line));
  assert.deepEqual(ours, [
    'linewright_sip_requests_received_total 7',
    'linewright_calls_total{result="answered"} 3',
    'linewright_calls_total{result="no answer"} 1',
    'linewright_call_setup_seconds_bucket{le="0.01"} 1',
    'linewright_call_setup_seconds_bucket{le="0.1"} 2',
    'linewright_call_setup_seconds_bucket{le="+Inf"} 3',
    'linewright_call_setup_seconds_sum 3.051',
    'linewright_call_setup_seconds_count 3',
  ]);
});

test('metrics may have an address of their own, with nothing else on it', async (context) => {
  const metrics = await startMetrics(fakeView(), '127.0.0.1', 0);
  context.after(() => metrics.close());
  const scrape = await get(`${metrics.url}/metrics`);
  const other = await get(`${metrics.url}/livez`);
  assert.deepEqual([scrape.status, other.status], [200, 404]);
});

test('a trace streams the calls of a number, and stops listening when the reader goes', async (context) => {
  const { view, url } = await serve(context);
  const abort = new AbortController();
  const response = await fetch(`${url}/api/v1/trace?number=2000`, {
    headers: { authorization: `Bearer ${TOKEN}` },
    signal: abort.signal,
  });
  assert(response.body);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  const event = {
    atMs: 1,
    direction: 'received',
    transport: 'udp',
    peer: '127.0.0.1:5061',
  } as const;
  const headers = (callId: string, from: string, to: string, cseq: string) => [
    `f: <sip:${from}@pbx.test>;tag=1`,
    `t: <sip:${to}@pbx.test>`,
    `i: ${callId}`,
    `CSeq: ${cseq}`,
  ];
  const others = sipMessage('INVITE sip:9@pbx.test SIP/2.0', headers('x', '8', '9', '1 INVITE'));
  const invite = sipMessage('INVITE sip:2000@pbx.test SIP/2.0', [
    ...headers('a', '1001', '2000', '1 INVITE'),
    'Authorization: Digest username="1001", response="0a1b2c", nc=00000001',
  ]);
  const later = sipMessage('SIP/2.0 180 Ringing', headers('a', '1001', 'Zo\xc3\xab', '1 INVITE'));
  view.pass({ ...event, text: others });
  view.pass({ ...event, text: invite });
  view.pass({ ...event, direction: 'sent', text: later });
  let received = '';
  while (received.split('\n').length < 3) received += (await reader.read()).value ?? '';
  abort.abort();
  await reader.read().catch(() => undefined);
  const rows = received
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual(rows, [
    {
      ...event,
      label: 'INVITE',
      method: 'INVITE',
      cseq: '1',
      callId: 'a',
      target: '2000',
      from: '1001',
      to: '2000',
      text: invite.replace('"0a1b2c"', '"…"'),
    },
    {
      ...event,
      direction: 'sent',
      label: '180 Ringing',
      method: 'INVITE',
      cseq: '1',
      callId: 'a',
      target: '',
      from: '1001',
      to: 'Zoë',
      text: later.replace('Zo\xc3\xab', 'Zoë'),
    },
  ]);
  while (view.listeners.size > 0) await new Promise((resolve) => setImmediate(resolve));
});
