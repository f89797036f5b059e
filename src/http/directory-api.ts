/**
 * The directory over HTTP: what counts, its versions, and another one to count from now on.
 *
 *     GET  /directory                     which version counts
 *     GET  /directory/history             who made which, the latest first
 *     GET  /directory/items?version=7     its entries
 *     POST /directory/apply               { items, base, by, comment, dry }
 *     POST /directory/undo                { by, comment, to }
 *
 * What is applied may also come as lines (application/x-ndjson), the first with all but the items, then one for each:
 * a manager that has calls up need not stop for a large one.
 */
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import type {
  ApplyResult,
  DirectoryLines,
  DirectoryService,
  VersionRow,
} from './directory-service.ts';
import { fail } from './failure.ts';

/** Of a request: 200,000 devices and their lines. */
const BODY_MAX_BYTES = 128 * 1024 * 1024;
/** Problems that are said at once. */
const PROBLEMS_MAX = 100;

/** The first line of a request in lines. */
const ABOUT = "expected a map with 'base', the version that it was made from";

/** Characters of an answer that are sent together. */
const CHUNK = 65_536;

const COUNT = 'expected a whole number, 0 or more';
const TEXT = 'expected a text of 2000 characters at most';
const text = z.string(TEXT).max(2000, TEXT);
const number = z.int(COUNT).min(0, COUNT);
const applyBody = z.object(
  {
    items: z.array(z.unknown(), 'expected a list'),
    base: number,
    by: text.default(''),
    comment: text.default(''),
    dry: z.boolean('expected true or false').default(false),
  },
  "expected a map with 'base', the version that it was made from, and 'items'",
);
const undoBody = z.object(
  {
    by: text.default(''),
    comment: text.default(''),
    to: number.optional(),
  },
  "expected a map with 'to', the number of a version, or without",
);

/** `service` undefined: there is nothing to change, and `whyNone` says why. */
export function addDirectory(
  api: FastifyInstance,
  service: DirectoryService | undefined,
  whyNone: () => string,
): void {
  const guarded = async (
    reply: FastifyReply,
    serve: (directory: DirectoryService) => Promise<unknown>,
  ): Promise<unknown> => {
    if (service === undefined) return fail(reply, 409, 'fixed', whyNone());
    try {
      return await serve(service);
    } catch (error) {
      return fail(reply, 503, 'store', error instanceof Error ? error.message : String(error));
    }
  };
  api.addContentTypeParser('application/x-ndjson', { parseAs: 'string' }, (_request, body, done) =>
    done(null, body),
  );
  api.get('/directory', (_request, reply) => guarded(reply, (directory) => directory.state()));
  api.get('/directory/history', (_request, reply) =>
    guarded(reply, async (directory) => {
      const items = await directory.history();
      return { items, total: items.length };
    }),
  );
  api.get<{ Querystring: { version?: string } }>('/directory/items', ({ query }, reply) =>
    guarded(reply, async (directory) => {
      const { version } = query;
      if (version !== undefined && !/^\d{1,9}$/.test(version))
        return fail(reply, 400, 'bad_request', `'${version}' is no version`);
      const found = await directory.items(version === undefined ? undefined : Number(version));
      if (found === undefined)
        return fail(reply, 404, 'not_found', `version ${version} is not kept`);
      return reply.type('application/json; charset=utf-8').send(Readable.from(textOf(found)));
    }),
  );
  api.post('/directory/apply', { bodyLimit: BODY_MAX_BYTES }, ({ body }, reply) =>
    guarded(reply, async (directory) => {
      const read = typeof body === 'string' ? bodyOf(body) : { body, place: '' };
      if ('fault' in read) return fail(reply, 400, 'bad_request', read.fault);
      const given = applyBody.safeParse(read.body);
      if (!given.success) return fail(reply, 400, 'bad_request', faultsOf(given.error, read.place));
      const { dry: isDry, ...request } = given.data;
      return answer(reply, await directory.apply({ ...request, isDry }));
    }),
  );
  api.post('/directory/undo', ({ body }, reply) =>
    guarded(reply, async (directory) => {
      const given = undoBody.safeParse(body ?? {});
      if (!given.success) return fail(reply, 400, 'bad_request', faultsOf(given.error, ''));
      const { to, ...request } = given.data;
      return answer(reply, await directory.undo({ ...request, ...(to !== undefined && { to }) }));
    }),
  );
}

/** `{ version, items }`, some at a time. */
function* textOf({ version, lines }: DirectoryLines): Iterable<string> {
  let text = `{"version":${JSON.stringify(version)},"items":[`;
  for (const [at, line] of lines.entries()) {
    text += at === 0 ? line : `,${line}`;
    if (text.length < CHUNK) continue;
    yield text;
    text = '';
  }
  yield `${text}]}`;
}

type Body = { readonly body: unknown; readonly place: string };

/** Of a request in lines; what its items are is looked at one by one. `place`: the line with all but those. */
function bodyOf(text: string): Body | { readonly fault: string } {
  const all = text.split('\n');
  const at = all.findIndex((line) => line.trim() !== '');
  if (at < 0) return { fault: `line 1: ${ABOUT}, and there is nothing` };
  const [first = '', ...lines] = all.slice(at);
  const place = `line ${at + 1}: `;
  let about: unknown;
  try {
    about = JSON.parse(first);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { fault: `${place}${ABOUT} as JSON: ${error.message}` };
  }
  if (typeof about !== 'object' || about === null || Array.isArray(about))
    return { fault: `${place}${ABOUT}; items come in the lines after it` };
  return { body: { ...about, items: lines.filter((line) => line !== '') }, place };
}

/** A line for each field that is not as it should be. */
function faultsOf({ issues }: z.ZodError, place: string): string {
  return issues
    .map(({ path, message }) => {
      const field = path.length === 0 ? '' : `'${path.join('.')}': `;
      return `${place}${field}${message}`;
    })
    .join('\n');
}

function answer(reply: FastifyReply, result: ApplyResult): unknown {
  switch (result.type) {
    case 'done':
      return { version: result.version };
    case 'conflict':
      return fail(reply, 409, 'conflict', conflict(result.version), { version: result.version });
    case 'wrong': {
      const { problems } = result;
      const said = problems.slice(0, PROBLEMS_MAX);
      return fail(reply, 422, 'wrong', said.join('\n'), { problems: said });
    }
    case 'not found':
      return fail(reply, 404, 'not_found', result.message);
    case 'unknown':
      return fail(
        reply,
        503,
        'store',
        `the store does not answer (${result.message}): see with 'linewright history' whether it was done`,
      );
  }
}

function conflict(version: VersionRow | null): string {
  if (version === null) return 'there is no directory any more: apply it again';
  const { version: number_, by, at, comment } = version;
  const why = comment === '' ? '' : ` (${comment})`;
  return `version ${number_} counts by now, made by ${by} at ${at}${why}: see with 'linewright diff' what differs from yours, then apply again`;
}
