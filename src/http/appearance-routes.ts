/** `/lines/:number/appearances/:appearance`: why its lamp is lit; and to free it. */
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Released } from './appearance-rows.ts';
import type { ManagerView } from './manager-view.ts';
import { readableText } from './sip-summary.ts';

type Where = { Params: { number: string; appearance: string } };
type Fail = (reply: FastifyReply, status: number, code: string, message: string) => FastifyReply;

/** What a caller may say of himself and his reason. */
const TEXT_MAX = 200;

export function addAppearances(api: FastifyInstance, view: ManagerView, fail: Fail): void {
  const path = '/lines/:number/appearances/:appearance';
  api.get<Where>(path, async ({ params }, reply) => {
    const row = await view.appearance(params.number, indexOf(params.appearance));
    if ('absent' in row) return fail(reply, 404, 'not_found', row.absent);
    const readable = <R extends { readonly contact: string }>(each: R): R => ({
      ...each,
      contact: readableText(each.contact),
    });
    return { ...row, legs: row.legs.map(readable), lamps: row.lamps.map(readable) };
  });
  api.post<Where>(`${path}/release`, async ({ params, body, ip }, reply) => {
    const by = textOf(body, 'by');
    const reason = textOf(body, 'reason');
    if (by === undefined || reason === undefined)
      return fail(
        reply,
        400,
        'bad_request',
        `'by' and 'reason' are texts of ${TEXT_MAX} characters at most`,
      );
    const who = by === '' ? ip : `${by} (${ip})`;
    const { number, appearance } = params;
    return answer(reply, await view.release(number, indexOf(appearance), who, reason), fail);
  });
}

function answer(reply: FastifyReply, result: Released, fail: Fail): object {
  if ('released' in result) return { done: result.released };
  if ('absent' in result) return fail(reply, 404, 'not_found', result.absent);
  return fail(reply, 504, 'unreachable', result.unreachable);
}

/** -1: none. */
function indexOf(text: string): number {
  return /^\d{1,5}$/.test(text) ? Number(text) : -1;
}

/** A field of a body of JSON: '' if it is not there, undefined if it is something else. */
function textOf(body: unknown, field: string): string | undefined {
  if (typeof body !== 'object' || body === null) return '';
  const value: unknown = Object.hasOwn(body, field) ? Reflect.get(body, field) : '';
  return typeof value === 'string' && value.length <= TEXT_MAX ? value : undefined;
}
