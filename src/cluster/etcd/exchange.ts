/**
 * One question to one server of etcd, and its answer, over HTTP. It tells apart what was certainly not
 * asked from what may have been done: a request leaves only when its connection is there.
 */
import * as http from 'node:http';
import * as https from 'node:https';
import { fieldsOf, textOf } from './json.ts';

/** PEM. `cert` and `key`: this manager's own, when the servers ask for one. */
export type StoreTls = { readonly ca?: string; readonly cert?: string; readonly key?: string };

/** A server and the connections to it. */
export type Server = {
  /** As it was given. */
  readonly name: string;
  readonly url: URL;
  readonly agent: http.Agent;
  readonly tls: StoreTls;
};

/** `code`: the system's, or that of Node. */
export type Failure = { readonly code: string; readonly message: string };

/**
 * 'answer': done. 'refused': etcd says no; `grpc` is its code. 'alien': no etcd says so. 'unsent': it
 * was not asked. 'lost': nobody knows.
 */
export type Outcome =
  | { readonly type: 'answer'; readonly body: unknown }
  | { readonly type: 'refused'; readonly grpc: number; readonly message: string }
  | { readonly type: 'alien'; readonly status: number; readonly text: string }
  | { readonly type: 'unsent'; readonly failure: Failure }
  | { readonly type: 'lost'; readonly failure: Failure };

export type Question = {
  readonly path: string;
  /** None: GET. */
  readonly body?: object;
  readonly token?: string;
};

/** Requests to one server at a time; the client admits no more. */
export const REQUESTS_MAX = 128;
/** Connections kept open between requests. */
const IDLE_MAX = 4;
/** A server that takes a connection does so at once: beyond this the next one is tried. */
const CONNECT_MS = 300;
const RESPONSE_OCTETS_MAX = 64 * 1024 * 1024;
const TCP_KEEP_ALIVE_MS = 1000;

/** `url`: http or https. */
export function makeServer(name: string, url: URL, tls: StoreTls): Server {
  const options = {
    keepAlive: true,
    keepAliveMsecs: TCP_KEEP_ALIVE_MS,
    // Room for streams that are being moved, beside the requests: nothing ever waits for a socket.
    maxSockets: 4 * REQUESTS_MAX,
    maxFreeSockets: IDLE_MAX,
  };
  const agent =
    url.protocol === 'https:'
      ? new https.Agent({ ...options, ...tls, minVersion: 'TLSv1.2' })
      : new http.Agent(options);
  return { name, url, agent, tls };
}

/** Starts a request; `isSent` tells whether it has left. */
export function send(server: Server, { path, body, token }: Question) {
  const text = body === undefined ? '' : JSON.stringify(body);
  const { protocol, hostname, port } = server.url;
  const isTls = protocol === 'https:';
  const request = (isTls ? https : http).request({
    // A URL writes an IPv6 address in brackets; the resolver wants none.
    hostname: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? (isTls ? 443 : 80) : Number(port),
    path,
    method: body === undefined ? 'GET' : 'POST',
    agent: server.agent,
    headers: {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
      ...(token === undefined ? {} : { authorization: token }),
    },
  });
  let isSent = false;
  const timer = setTimeout(() => {
    if (!isSent) request.destroy(failed('ETIMEDOUT', 'no connection in time'));
  }, CONNECT_MS);
  const sent = () => {
    isSent = true;
    clearTimeout(timer);
  };
  request.once('socket', (socket) => {
    if (request.reusedSocket) sent();
    else socket.once(isTls ? 'secureConnect' : 'connect', sent);
  });
  request.once('close', () => clearTimeout(timer));
  request.end(text);
  return { request, isSent: () => isSent };
}

export function failed(code: string, message: string): Error & Failure {
  return Object.assign(new Error(message), { code });
}

export function failureOf(error: Error): Failure {
  const { code, reason } = fieldsOf<'code' | 'reason'>(error);
  // OpenSSL's whole message names a source file; its reason does not.
  return { code: textOf(code), message: textOf(reason) || error.message };
}

/** One question, asked once. */
export class Exchange {
  readonly outcome: Promise<Outcome>;
  readonly #cancel: () => void;

  /** Over after `deadlineMs`, whatever happens. */
  constructor(server: Server, question: Question, deadlineMs: number) {
    const { request, isSent } = send(server, question);
    this.#cancel = () => request.destroy(failed('ECANCELED', 'not wanted any more'));
    this.outcome = new Promise((resolve) => {
      const timer = setTimeout(() => {
        request.destroy(failed('ETIMEDOUT', `no answer within ${deadlineMs} ms`));
      }, deadlineMs);
      const finish = (outcome: Outcome) => {
        clearTimeout(timer);
        resolve(outcome);
      };
      const fail = (error: Error) =>
        finish({ type: isSent() ? 'lost' : 'unsent', failure: failureOf(error) });
      request.on('error', fail);
      request.once('close', () => fail(failed('ECONNRESET', 'the connection was closed')));
      request.once('response', (response) => {
        response.on('error', fail);
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
          if (text.length > RESPONSE_OCTETS_MAX) request.destroy(failed('EMSGSIZE', 'too much'));
        });
        response.on('end', () => finish(read(response.statusCode ?? 0, text)));
      });
    });
  }

  cancel(): void {
    this.#cancel();
  }
}

/** What a whole answer says. */
export function read(status: number, text: string): Outcome {
  const body = parse(text);
  if (body === undefined) return { type: 'alien', status, text: text.slice(0, 100) };
  const { error, code, message } = fieldsOf<'error' | 'code' | 'message'>(body);
  if (error === undefined)
    return status === 200 ? { type: 'answer', body } : { type: 'alien', status, text: '' };
  const inner = fieldsOf<'grpc_code' | 'message'>(error);
  const grpc = code ?? inner.grpc_code;
  const said = textOf(message) || textOf(inner.message) || textOf(error);
  return { type: 'refused', grpc: typeof grpc === 'number' ? grpc : 2, message: said };
}

/** Undefined: no JSON object. */
export function parse(text: string): object | undefined {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null ? body : undefined;
  } catch {
    return undefined;
  }
}
