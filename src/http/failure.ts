/** How the API says that it could not do something. */
import type { FastifyReply } from 'fastify';

/** `code`: for programs; `message`: for people; `more`: what else a program may want to know. */
export function fail(
  reply: FastifyReply,
  status: number,
  code: string,
  message: string,
  more: object = {},
): FastifyReply {
  return reply.code(status).send({ error: { code, message, ...more } });
}
