/** `POST /lines/:number/settings`: { what, state, to, after_s, by }; what counts then is the answer. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { fail } from './failure.ts';
import type { ManagerView } from './manager-view.ts';
import { SETTING_NAMES } from './setting-rows.ts';

const changeBody = z.strictObject({
  what: z.enum(SETTING_NAMES),
  state: z.enum(['on', 'off', 'directory']),
  to: z.string().max(64).default(''),
  after_s: z.number().int().min(1).max(600).optional(),
  by: z.string().max(200).default(''),
});

export function addSettings(api: FastifyInstance, view: ManagerView): void {
  api.post<{ Params: { number: string } }>(
    '/lines/:number/settings',
    async ({ params, body, ip }, reply) => {
      const given = changeBody.safeParse(body);
      if (!given.success) return fail(reply, 400, 'bad_request', z.prettifyError(given.error));
      const { after_s: afterS, by, ...change } = given.data;
      const who = by === '' ? ip : by;
      const after = afterS === undefined ? {} : { afterMs: afterS * 1000 };
      const result = await view.changeLine(params.number, { ...change, ...after, by: who });
      if ('rows' in result) return { items: result.rows };
      if ('absent' in result) return fail(reply, 404, 'not_found', result.absent);
      if ('refused' in result) return fail(reply, 422, 'refused', result.refused);
      return fail(reply, 503, 'store', result.unkept);
    },
  );
}
