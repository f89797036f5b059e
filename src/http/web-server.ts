/**
 * HTTP of one manager: health for supervisors, metrics for Prometheus, an API for the command line.
 *
 * Read only. `/livez` and `/readyz` are open; `/metrics` to this machine and to whoever has the
 * token; everything under `/api/v1` to the token only.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import fastify from 'fastify';
import type { ManagerView } from './manager-view.ts';
import { Exposition } from './metrics.ts';
import { readableText } from './sip-summary.ts';
import { TraceReader } from './trace.ts';

export type WebOptions = {
  readonly view: ManagerView;
  readonly address: string;
  readonly port: number;
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  /** What `Authorization: Bearer` has to carry. */
  readonly token: string;
};

export type WebServer = {
  /** With the port that was free where 0 was asked for. */
  readonly url: string;
  close(): Promise<void>;
};

/** Rows of one answer unless asked for otherwise, and at most. */
const ROWS_DEFAULT = 1000;
const ROWS_MAX = 100_000;
/** Traces at a time, and unsent bytes of one before messages are left out. */
const TRACES_MAX = 8;
const BACKLOG_MAX_BYTES = 4_194_304;
/** An empty line that often tells both ends of a quiet trace that the other is there. */
const HEARTBEAT_MS = 15_000;

/** Serves `view` until closed. Rejects if the address is taken. */
export async function startWeb(options: WebOptions): Promise<WebServer> {
  const app = newApp(options.tls);
  const { view } = options;
  const mayRead = bearerCheck(options.token);
  app.get('/livez', (_request, reply) => reply.type('text/plain').send('alive\n'));
  app.get('/readyz', (_request, reply) => {
    const state = view.state();
    const status = state === 'ready' ? 200 : 503;
    return reply.code(status).type('text/plain').send(`${state}\n`);
  });
  const exposition = new Exposition(() => view.counters());
  app.get('/metrics', async (request, reply) => {
    if (!isLocal(request) && !mayRead(request)) return refuse(reply);
    return reply.type(exposition.contentType).send(await exposition.text());
  });
  await app.register(
    async (api) => {
      api.addHook('onRequest', async (request, reply) => {
        if (!mayRead(request)) await refuse(reply);
      });
      addApi(api, view);
    },
    { prefix: '/api/v1' },
  );
  return listen(app, options);
}

/** Serves `/metrics` alone, to anybody who reaches the address: it was configured for that. */
export async function startMetrics(
  view: ManagerView,
  address: string,
  port: number,
): Promise<WebServer> {
  const app = newApp(undefined);
  const exposition = new Exposition(() => view.counters());
  app.get('/metrics', async (_request, reply) =>
    reply.type(exposition.contentType).send(await exposition.text()),
  );
  return listen(app, { address, port, tls: undefined });
}

function newApp(tls: WebOptions['tls']): FastifyInstance {
  const common = { forceCloseConnections: true, bodyLimit: 65_536 };
  // The two calls differ in type only; the routes are the same.
  const app = (
    tls === undefined ? fastify(common) : fastify({ ...common, https: tls })
  ) as FastifyInstance;
  app.addHook('onSend', async (_request, reply) => {
    reply.header('cache-control', 'no-store').header('x-content-type-options', 'nosniff');
  });
  app.setNotFoundHandler((_request, reply) => fail(reply, 404, 'not_found', 'no such page'));
  return app;
}

async function listen(
  app: FastifyInstance,
  { address, port, tls }: Pick<WebOptions, 'address' | 'port' | 'tls'>,
): Promise<WebServer> {
  await app.listen({ host: address, port });
  const bound = app.server.address();
  const boundPort = typeof bound === 'object' && bound !== null ? bound.port : port;
  const host = address.includes(':') ? `[${address}]` : address;
  const url = `${tls === undefined ? 'http' : 'https'}://${host}:${boundPort}`;
  return { url, close: () => app.close() };
}

function addApi(api: FastifyInstance, view: ManagerView): void {
  api.get('/status', () => ({ id: view.id, state: view.state() }));
  api.get<Limited>('/registrations', ({ query }) => {
    const { items, total } = view.registrations(limitOf(query.limit));
    const shown = items.map((row) => ({
      ...row,
      contact: readableText(row.contact),
      userAgent: readableText(row.userAgent),
    }));
    return { items: shown, total };
  });
  api.get<Limited>('/lines', ({ query }) => view.lines(limitOf(query.limit)));
  api.get<{ Params: { number: string } }>('/lines/:number', ({ params }, reply) => {
    const row = view.line(params.number);
    return row ?? fail(reply, 404, 'not_found', `no line '${params.number}'`);
  });
  api.get<Limited>('/calls', ({ query }) => view.calls(limitOf(query.limit)));
  let traces = 0;
  api.get<{ Querystring: { number?: string; method?: string } }>('/trace', (request, reply) => {
    if (traces >= TRACES_MAX)
      return fail(reply, 503, 'too_many_traces', `${TRACES_MAX} traces run already`);
    traces++;
    reply.hijack();
    const { number, method } = request.query;
    streamTrace(view, new TraceReader({ number, method }), reply, () => traces--);
    return reply;
  });
}

type Limited = { Querystring: { limit?: string } };

function limitOf(text: string | undefined): number {
  if (text === undefined || !/^\d{1,9}$/.test(text)) return ROWS_DEFAULT;
  return Math.min(Number(text), ROWS_MAX);
}

/** One JSON object per line for as long as the reader stays. A reader who is too slow is told how much it missed. */
function streamTrace(
  view: ManagerView,
  reader: TraceReader,
  { raw }: FastifyReply,
  ended: () => void,
): void {
  raw.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' });
  raw.flushHeaders();
  let missed = 0;
  const unsubscribe = view.traffic((event) => {
    const row = reader.read(event);
    if (row === undefined) return;
    if (raw.writableLength > BACKLOG_MAX_BYTES) {
      missed++;
      return;
    }
    if (missed > 0) raw.write(`${JSON.stringify({ missed })}\n`);
    missed = 0;
    raw.write(`${JSON.stringify(row)}\n`);
  });
  const heartbeat = setInterval(() => raw.write('\n'), HEARTBEAT_MS);
  raw.on('close', () => {
    clearInterval(heartbeat);
    unsubscribe();
    ended();
  });
}

/** Compares digests, so that neither the length nor the beginning of the token can be felt out. */
function bearerCheck(token: string): (request: FastifyRequest) => boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  const wanted = digest(`Bearer ${token}`);
  return ({ headers }) => timingSafeEqual(digest(headers.authorization ?? ''), wanted);
}

function isLocal(request: FastifyRequest): boolean {
  const address = request.socket.remoteAddress ?? '';
  return address === '::1' || /^(?:::ffff:)?127\./.test(address);
}

function refuse(reply: FastifyReply): FastifyReply {
  reply.header('www-authenticate', 'Bearer realm="linewright"');
  return fail(reply, 401, 'unauthorized', 'this needs the token of this manager');
}

function fail(reply: FastifyReply, status: number, code: string, message: string): FastifyReply {
  return reply.code(status).send({ error: { code, message } });
}
