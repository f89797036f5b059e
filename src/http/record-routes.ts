/**
 * `/records`: what became of calls, as this manager's database has it (the cluster's, when that is PostgreSQL), or
 * that of another `manager` of the cluster.
 */
import type { FastifyInstance, FastifyReply } from 'fastify';
import { readableEntry } from '../store/cdr/readable.ts';
import type { Query } from '../store/cdr/sink.ts';
import type { ManagerView } from './manager-view.ts';

type Fail = (reply: FastifyReply, status: number, code: string, message: string) => FastifyReply;

type Asked = {
  Querystring: {
    from?: string;
    to?: string;
    number?: string;
    call?: string;
    after?: string;
    limit?: string;
    manager?: string;
  };
};

const LIMIT_DEFAULT = 1000;
const LIMIT_MAX = 10_000;
const NAME_MAX = 255;

export function addRecords(api: FastifyInstance, view: ManagerView, fail: Fail): void {
  api.get<Asked>('/records', async ({ query: asked }, reply) => {
    const query = readQuery(asked);
    if (typeof query === 'string') return fail(reply, 400, 'bad_request', query);
    try {
      const found = await view.records(query, asked.manager);
      return { items: found.map(readableEntry) };
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return fail(reply, 503, 'unavailable', `records cannot be had: ${why}`);
    }
  });
}

/** The query, or what is wrong with it. */
function readQuery(asked: Asked['Querystring']): Query | string {
  const { from, to, number, call, after, limit } = asked;
  const sinceMs = timeOf(from);
  const untilMs = timeOf(to);
  if (Number.isNaN(sinceMs)) return "'from' is no time: ISO 8601 or milliseconds since 1970";
  if (Number.isNaN(untilMs)) return "'to' is no time: ISO 8601 or milliseconds since 1970";
  if (after !== undefined && !/^\d{1,15}$/.test(after)) return "'after' is no 'seq' of a record";
  if (limit !== undefined && !/^[1-9]\d{0,8}$/.test(limit)) return "'limit' is no number";
  if (number !== undefined && number.length > NAME_MAX) return "'number' is too long";
  if (call !== undefined && call.length > NAME_MAX) return "'call' is too long";
  return {
    ...(sinceMs === undefined ? {} : { sinceMs }),
    ...(untilMs === undefined ? {} : { untilMs }),
    ...(number === undefined ? {} : { number }),
    ...(call === undefined ? {} : { call }),
    ...(after === undefined ? {} : { after: Number(after) }),
    limit: limit === undefined ? LIMIT_DEFAULT : Math.min(Number(limit), LIMIT_MAX),
  };
}

function timeOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  return /^\d{1,15}$/.test(text) ? Number(text) : Date.parse(text);
}
