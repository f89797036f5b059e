/**
 * `/routes`: the patterns of the route plan; `/routes/test?from=2001&dial=90…`: what becomes of a number, and why; with
 * `&at=2026-12-24T18:00:00Z` at that time.
 */
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { ManagerView } from './manager-view.ts';

type Fail = (reply: FastifyReply, status: number, code: string, message: string) => FastifyReply;

const TEXT_MAX = 256;

export function addRoutes(
  api: FastifyInstance,
  view: ManagerView,
  fail: Fail,
  limitOf: (text: string | undefined) => number,
): void {
  api.get<{ Querystring: { limit?: string } }>('/routes', ({ query }) =>
    view.routes(limitOf(query.limit)),
  );
  api.get<{ Querystring: { from?: unknown; dial?: unknown; at?: unknown } }>(
    '/routes/test',
    async ({ query }, reply) => {
      const { from, dial, at } = query;
      if (!isText(from) || !isText(dial))
        return fail(reply, 400, 'bad_request', "'from' and 'dial' say who dials what");
      const atMs = at === undefined ? undefined : Date.parse(String(at));
      if (Number.isNaN(atMs))
        return fail(reply, 400, 'bad_request', "'at' is a time such as 2026-12-24T18:00:00Z");
      const test = await view.testRoute(from, dial, atMs);
      return 'absent' in test ? fail(reply, 404, 'not_found', test.absent) : test;
    },
  );
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= TEXT_MAX;
}
