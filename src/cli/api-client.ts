/** Speaks to a running manager's API: finds it, proves that it may, and turns failure into exit codes. */
import http from 'node:http';
import https from 'node:https';
import { type Access, findAccess, findOwnAccess } from '../http/access-file.ts';
import { CommandError, EXIT } from './exit-code.ts';

/** Which manager is meant; the environment says the rest. */
export type Target = {
  /** Id or process number of the manager, when several run on this machine. */
  readonly manager?: string | undefined;
  /** A manager elsewhere; its token comes in LINEWRIGHT_TOKEN. */
  readonly url?: string | undefined;
  /** Folder of a manager with a data folder. */
  readonly accessFolder?: string | undefined;
};

const ANSWER_MS = 10_000;
/** A whole directory takes its time. */
const CHANGE_MS = 120_000;
const ANSWER_MAX_BYTES = 268_435_456;

/** What a command asks for: of one manager, or of its cluster, where any member will do. */
export type Scope = 'manager' | 'cluster';

/**
 * The manager that `target` means. Throws `CommandError` if there is none, or more than one; `scope`
 * 'cluster': more than one cluster.
 */
export function findManager(
  target: Target,
  env: Readonly<Record<string, string | undefined>>,
  scope: Scope = 'manager',
): Access {
  const { LINEWRIGHT_URL, LINEWRIGHT_TOKEN: token = '' } = env;
  const url = target.url ?? LINEWRIGHT_URL;
  if (url !== undefined) {
    if (!URL.canParse(url)) throw new CommandError(EXIT.usage, `'${url}' is no address`);
    return { id: url, pid: 0, url: url.replace(/\/$/, ''), token };
  }
  const all =
    target.accessFolder === undefined ? findOwnAccess(env) : findAccess(target.accessFolder);
  const { manager } = target;
  // Two of the same name are the same example, started twice: their processes tell them apart.
  const found = all.filter(
    ({ id, pid }) => manager === undefined || manager === id || manager === String(pid),
  );
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  const isOneCluster =
    only?.cluster !== undefined && found.every(({ cluster }) => cluster === only.cluster);
  if (only !== undefined && isOneCluster && scope === 'cluster') return only;
  const named = manager === undefined ? '' : ` '${manager}'`;
  if (only === undefined) {
    const message = `no manager${named} of this user runs on this machine: start one with 'linewright demo' or 'linewright start'`;
    throw new CommandError(EXIT.unreachable, message);
  }
  const ids = found.map(({ id, pid }) => `${id} (process ${pid})`).join(', ');
  const everybody = isOneCluster ? ', or all of them with --all where a command has it' : '';
  const message = `several managers run here: ${ids}: choose one with --manager and its name or process number${everybody}`;
  throw new CommandError(EXIT.usage, message);
}

/** The JSON answer at `path`, e.g. `/lines/2000`; `body`: what is posted. */
export async function fetchJson(
  access: Access,
  path: string,
  method: 'GET' | 'POST' = 'GET',
  body?: object,
): Promise<unknown> {
  const text = body && { type: 'application/json', text: JSON.stringify(body) };
  return readAnswer(access, await open(access, path, method, text));
}

/** The same with a line of JSON for each of `values`: a manager reads them a few at a time. */
export async function postLines(
  access: Access,
  path: string,
  values: readonly object[],
): Promise<unknown> {
  const text = values.map((value) => `${JSON.stringify(value)}\n`).join('');
  const body = { type: 'application/x-ndjson', text };
  return readAnswer(access, await open(access, path, 'POST', body));
}

async function readAnswer(access: Access, response: http.IncomingMessage): Promise<unknown> {
  let text = '';
  response.setEncoding('utf8');
  for await (const chunk of response) {
    text += chunk;
    if (text.length > ANSWER_MAX_BYTES) throw unreachable(access, 'its answer has no end');
  }
  return JSON.parse(text);
}

/** The lines at `path` as they come, without empty ones, until the manager ends the stream. */
export async function* fetchLines(access: Access, path: string): AsyncGenerator<string> {
  const response = await open(access, path);
  response.setEncoding('utf8');
  let rest = '';
  try {
    for await (const chunk of response) {
      const lines = (rest + String(chunk)).split('\n');
      rest = lines.pop() ?? '';
      yield* lines.filter((line) => line !== '');
    }
  } catch (error) {
    // The manager went away in the midst of it: the trace is over, whatever the reason.
    if (!(error instanceof Error && 'code' in error)) throw error;
  }
}

function open(
  access: Access,
  path: string,
  method: 'GET' | 'POST' = 'GET',
  body?: { readonly type: string; readonly text: string },
): Promise<http.IncomingMessage> {
  const url = new URL(`${access.url}/api/v1${path}`);
  const headers = {
    authorization: `Bearer ${access.token}`,
    ...(body === undefined
      ? {}
      : { 'content-type': body.type, 'content-length': Buffer.byteLength(body.text) }),
  };
  const answerMs = body === undefined ? ANSWER_MS : CHANGE_MS;
  const { certificate } = access;
  // The certificate in the access file is the one that will be shown, whatever name is in it.
  const trust =
    certificate === undefined
      ? {}
      : { ca: certificate, allowPartialTrustChain: true, checkServerIdentity: () => undefined };
  return new Promise((resolve, reject) => {
    const answered = (response: http.IncomingMessage) => {
      request.setTimeout(0);
      if (response.statusCode === 200) resolve(response);
      else readFailure(access, response).then(reject, reject);
    };
    const request =
      url.protocol === 'https:'
        ? https.request(url, { method, headers, ...trust }, answered)
        : http.request(url, { method, headers }, answered);
    request.setTimeout(answerMs, () =>
      request.destroy(unreachable(access, `it did not answer within ${answerMs / 1000} s`)),
    );
    request.on('error', (error) =>
      reject(error instanceof CommandError ? error : unreachable(access, error.message)),
    );
    request.end(body?.text);
  });
}

async function readFailure(access: Access, response: http.IncomingMessage): Promise<CommandError> {
  let text = '';
  response.setEncoding('utf8');
  for await (const chunk of response) {
    text += chunk;
    if (text.length > 65_536) break;
  }
  const message = failureMessage(text) ?? `${access.url} answered ${response.statusCode}`;
  if (response.statusCode === 404) return new CommandError(EXIT.notFound, message);
  if (response.statusCode === 504) return new CommandError(EXIT.unreachable, message);
  if (response.statusCode === 401)
    return new CommandError(EXIT.failed, `${message} (LINEWRIGHT_TOKEN)`);
  return new CommandError(EXIT.failed, message);
}

function failureMessage(text: string): string | undefined {
  try {
    const body: unknown = JSON.parse(text);
    const error =
      typeof body === 'object' && body !== null ? Reflect.get(body, 'error') : undefined;
    const message: unknown =
      typeof error === 'object' && error !== null ? error.message : undefined;
    return typeof message === 'string' ? message : undefined;
  } catch {
    // Whatever answered there, it is none of ours: its status has to do.
    return undefined;
  }
}

function unreachable(access: Access, why: string): CommandError {
  return new CommandError(EXIT.unreachable, `manager ${access.id} cannot be reached: ${why}`);
}
