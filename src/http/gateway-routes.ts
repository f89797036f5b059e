/** `/gateways`: how they do; and to have one asked for a sign of life. */
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { ManagerView } from './manager-view.ts';

type Where = { Params: { gateway: string } };
type Fail = (reply: FastifyReply, status: number, code: string, message: string) => FastifyReply;

export function addGateways(api: FastifyInstance, view: ManagerView, fail: Fail): void {
  api.get('/gateways', () => view.gateways());
  api.get<Where>('/gateways/:gateway', async ({ params }, reply) => {
    const { items, missing } = await view.gateways();
    const row = items.find(({ gateway }) => gateway === params.gateway);
    return row === undefined
      ? fail(reply, 404, 'not_found', `no gateway '${params.gateway}'`)
      : { ...row, missing };
  });
  api.post<Where>('/gateways/:gateway/ping', async ({ params: { gateway } }, reply) => {
    const { items } = await view.gateways();
    if (!items.some((row) => row.gateway === gateway))
      return fail(reply, 404, 'not_found', `no gateway '${gateway}'`);
    return (await view.pingGateway(gateway))
      ? { asked: gateway }
      : fail(reply, 409, 'refused', `no manager keeps gateway '${gateway}' at the moment`);
  });
}
