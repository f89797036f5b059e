/**
 * HTTP of one manager: health for supervisors, metrics for Prometheus, an API for the command line.
 *
 * Read only, but for the directory, and for a demo's managers, which can be killed. `/livez` and `/readyz` are open; `/metrics` to this machine and to whoever has the
 * token; everything under `/api/v1` to the token only.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import fastify from 'fastify';
import { addAppearances } from './appearance-routes.ts';
import { addDirectory } from './directory-api.ts';
import type { DirectoryService } from './directory-service.ts';
import { fail } from './failure.ts';
import { addGateways } from './gateway-routes.ts';
import type { LineRow, ManagerView, RegistrationRow, Rows } from './manager-view.ts';
import { Exposition } from './metrics.ts';
import { addRecords } from './record-routes.ts';
import { addRoutes } from './route-routes.ts';
import { addSettings } from './setting-routes.ts';
import { readableText } from './sip-summary.ts';
import { type TraceFilter, type TraceLine, TraceReader, type TraceRow } from './trace.ts';

export type WebOptions = {
  readonly view: ManagerView;
  readonly address: string;
  readonly port: number;
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  /** What `Authorization: Bearer` has to carry. */
  readonly token: string;
  /** Lets a manager of a demo die, or brings it back; absent: this is no demo. */
  readonly change?: ChangeManager;
  /** The cluster's directory, for administrators; absent: it is fixed. */
  readonly directory?: DirectoryService;
};

/** `said`: what has been done, or why it has not. */
export type ChangeManager = (
  what: 'kill' | 'start',
  id: string,
) => Promise<{ readonly ok: boolean; readonly said: string }>;

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
      addAppearances(api, view, fail);
      addSettings(api, view);
      if (options.change !== undefined) addChanges(api, options.change);
      addDirectory(api, options.directory, () =>
        view.state() === 'isolated'
          ? 'this manager is cut off from its cluster, whose directory it is'
          : 'the directory of this manager is fixed',
      );
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
  api.get('/managers', () => view.managers());
  api.get<Listed>('/registrations', async ({ query }) => {
    const limit = limitOf(query.limit);
    if (!isAll(query.all)) return readableRows(view.registrations(limit));
    return readableRows(await view.allRegistrations(limit));
  });
  api.get<Listed>('/lines', async ({ query }) => {
    const { items, ...rest } = await view.lines(limitOf(query.limit));
    return { items: items.map(readableLine), ...rest };
  });
  api.get<{ Params: { number: string } }>('/lines/:number', async ({ params }, reply) => {
    const row = await view.line(params.number);
    return row === undefined
      ? fail(reply, 404, 'not_found', `no line '${params.number}'`)
      : readableLine(row);
  });
  addRoutes(api, view, fail, limitOf);
  addGateways(api, view, fail);
  addRecords(api, view, fail);
  api.get<Listed>('/calls', ({ query }) => {
    const limit = limitOf(query.limit);
    return isAll(query.all) ? view.allCalls(limit) : view.calls(limit);
  });
  let traces = 0;
  type Traced = { Querystring: { number?: string; method?: string; all?: string } };
  api.get<Traced>('/trace', (request, reply) => {
    if (traces >= TRACES_MAX)
      return fail(reply, 503, 'too_many_traces', `${TRACES_MAX} traces run already`);
    traces++;
    reply.hijack();
    const { number, method, all } = request.query;
    const follow = isAll(all)
      ? (tell: Tell) => view.allTraffic({ number, method }, tell)
      : ownTrace(view, { number, method });
    streamTrace(follow, reply, () => traces--);
    return reply;
  });
}

function addChanges(api: FastifyInstance, change: ChangeManager): void {
  for (const what of ['kill', 'start'] as const)
    api.post<{ Params: { id: string } }>(
      `/demo/managers/:id/${what}`,
      async ({ params }, reply) => {
        const { ok, said } = await change(what, params.id);
        return ok ? { done: said } : fail(reply, 409, 'refused', said);
      },
    );
}

/** `all`: of every manager of the cluster. */
type Listed = { Querystring: { limit?: string; all?: string } };

function isAll(text: string | undefined): boolean {
  return text === 'true';
}

/** What phones said of themselves, as the UTF-8 that it most likely is. */
function readableRows<R extends RegistrationRow, Rest extends Rows<R>>(rows: Rest): Rest {
  const items = rows.items.map((row) => ({
    ...row,
    contact: readableText(row.contact),
    userAgent: readableText(row.userAgent),
  }));
  return { ...rows, items };
}

function readableLine(row: LineRow): LineRow {
  const members = row.members.map((member) => ({
    ...member,
    phones: member.phones.map((phone) => ({ ...phone, contact: readableText(phone.contact) })),
  }));
  return { ...row, members };
}

function limitOf(text: string | undefined): number {
  if (text === undefined || !/^\d{1,9}$/.test(text)) return ROWS_DEFAULT;
  return Math.min(Number(text), ROWS_MAX);
}

type Tell = (line: TraceLine | TraceRow) => void;

function ownTrace(view: ManagerView, filter: TraceFilter): (tell: Tell) => () => void {
  const reader = new TraceReader(filter);
  return (tell) =>
    view.traffic((event) => {
      const row = reader.read(event);
      if (row !== undefined) tell(row);
    });
}

/** One JSON object per line for as long as the reader stays. A reader who is too slow is told how much it missed. */
function streamTrace(
  follow: (tell: Tell) => () => void,
  { raw }: FastifyReply,
  ended: () => void,
): void {
  raw.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' });
  raw.flushHeaders();
  let missed = 0;
  const unsubscribe = follow((line) => {
    if (raw.writableLength > BACKLOG_MAX_BYTES) {
      missed++;
      return;
    }
    if (missed > 0) raw.write(`${JSON.stringify({ missed })}\n`);
    missed = 0;
    raw.write(`${JSON.stringify(line)}\n`);
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
