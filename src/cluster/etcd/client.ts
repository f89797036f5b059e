/**
 * Asks etcd's servers: which one, what if it does not answer, and with whose token.
 *
 * What may be asked twice is asked at the next server as soon as one lets it wait. A write is asked
 * once: only if it certainly did not leave is it tried elsewhere.
 */
import type { Log } from '../../base/log.ts';
import type { Revision } from '../../process/state-plane.ts';
import { Exchange, type Outcome, type Question, REQUESTS_MAX, type Server } from './exchange.ts';
import { fieldsOf, headerOf, textOf } from './json.ts';
import { Rotation } from './rotation.ts';

/** Of a request, over all servers that it is tried at. */
export const DEADLINE_MS = 900;
/** So long one server may take before the next is asked as well. */
const HEDGE_MS = 300;

/** gRPC's codes for "you may not", "whose token is that", and others that another server would say too. */
const UNAUTHENTICATED = 16;
const DEFINITE: ReadonlySet<number> = new Set([3, 5, 6, 7, 9, 11, 12, UNAUTHENTICATED]);
/** Said with another code. */
const OLD_TOKEN = 'revision of auth store is old';

/** What a server says that has none of the others' revisions. */
export const OTHER_CLUSTER = 'it belongs to another cluster of etcd';

export type Credentials = { readonly user: string; readonly password: string };

/** `grpc`: what etcd refused it with, when it did. */
export type Reply =
  | { readonly ok: true; readonly body: unknown; readonly server: Server }
  | { readonly ok: false; readonly error: string; readonly grpc?: number };

/** Plain integers. `failures`: of one server each; `timeouts` are among them. */
export type EtcdCounters = {
  requests: number;
  failures: number;
  timeouts: number;
  unknown: number;
  authentications: number;
  watchesOpened: number;
  resets: number;
};

export type ClientOptions = {
  readonly servers: readonly Server[];
  readonly credentials?: Credentials;
  readonly log: Log;
};

/** What a request needs to be done: it may be asked twice, or not. */
type Kind = 'safe' | 'write';

export class EtcdClient {
  readonly counters: EtcdCounters = {
    requests: 0,
    failures: 0,
    timeouts: 0,
    unknown: 0,
    authentications: 0,
    watchesOpened: 0,
    resets: 0,
  };
  readonly rotation: Rotation<Server>;
  readonly #credentials: Credentials | undefined;
  readonly #log: Log;
  #token: string | undefined;
  #authentication: Promise<Reply> | undefined;
  /** All revisions are of this cluster of etcd: a server of another one is no server of ours. */
  #cluster: string | undefined;
  #known: Revision = 0;
  #running = 0;
  #isClosed = false;

  constructor({ servers, credentials, log }: ClientOptions) {
    this.rotation = new Rotation(servers);
    this.#credentials = credentials;
    this.#log = log;
  }

  /** The highest revision that any server has told of. */
  get known(): Revision {
    return this.#known;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  close(): void {
    this.#isClosed = true;
    for (const { agent } of this.rotation.order()) agent.destroy();
  }

  /** Asks what may be asked twice. */
  safe(path: string, body: object): Promise<Reply> {
    return this.#ask('safe', path, body);
  }

  /** Asks what must not be done twice. An error without `grpc`: it may have been done. */
  write(path: string, body: object): Promise<Reply> {
    return this.#ask('write', path, body);
  }

  /** Asks one server and no other. */
  async askAt(server: Server, path: string, body: object, deadlineMs: number): Promise<Reply> {
    const token = await this.token();
    const exchange = this.#start(server, { path, body, ...token }, deadlineMs);
    return this.#judge(server, await exchange.outcome);
  }

  /** What a request says who it is from; {} when there is none, or it cannot be had now. */
  async token(): Promise<{ readonly token?: string }> {
    if (this.#credentials !== undefined && this.#token === undefined) await this.authenticate();
    return this.#token === undefined || this.#token === '' ? {} : { token: this.#token };
  }

  /** The token is of no use any more: the next request gets a new one. */
  forget(token: string | undefined): void {
    if (this.#token === token) this.#token = undefined;
  }

  /** Gets a token. A store without authentication gives an empty one. */
  authenticate(): Promise<Reply> {
    this.#authentication ??= this.#authenticate().finally(() => {
      this.#authentication = undefined;
    });
    return this.#authentication;
  }

  /** Takes note of what a server says of the store; false: it is another store's. */
  note(body: unknown): boolean {
    const header = headerOf(body);
    if (header === undefined) return true;
    this.#cluster ??= header.cluster;
    if (header.cluster !== this.#cluster) return false;
    this.#known = Math.max(this.#known, header.revision);
    return true;
  }

  /** It has done what takes a majority: that it says something does not mean that it can. */
  noteAnswer(server: Server): void {
    if (this.rotation.answered(server))
      this.#log.write('info', 'store server answers again', { server: server.name });
  }

  noteFailure(server: Server, error: string): void {
    this.counters.failures++;
    if (this.rotation.failed(server, performance.now()) && !this.#isClosed)
      this.#log.write('warn', 'store server failed', { server: server.name, error });
  }

  async #authenticate(): Promise<Reply> {
    if (this.#credentials === undefined) return { ok: false, error: 'no user is given' };
    this.counters.authentications++;
    const { user: name, password } = this.#credentials;
    const reply = await this.#try('safe', {
      path: '/v3/auth/authenticate',
      body: { name, password },
    });
    if (reply.ok) {
      this.#token = textOf(fieldsOf<'token'>(reply.body).token);
    } else if (reply.error.includes('authentication is not enabled')) {
      this.#token = '';
      this.#log.write('warn', 'store asks for no password', {});
    }
    return reply;
  }

  async #ask(kind: Kind, path: string, body: object): Promise<Reply> {
    if (this.#isClosed) return { ok: false, error: 'the connection to the store is closed' };
    if (this.#running >= REQUESTS_MAX) return { ok: false, error: 'too many requests at once' };
    this.#running++;
    try {
      const first = await this.token();
      const reply = await this.#try(kind, { path, body, ...first });
      const isStale =
        !reply.ok && (reply.grpc === UNAUTHENTICATED || reply.error.includes(OLD_TOKEN));
      if (this.#credentials === undefined || !isStale) return this.#counted(reply);
      this.forget(first.token);
      return this.#counted(await this.#try(kind, { path, body, ...(await this.token()) }));
    } finally {
      this.#running--;
    }
  }

  #counted(reply: Reply): Reply {
    if (!reply.ok) this.counters.unknown++;
    return reply;
  }

  #start(server: Server, question: Question, deadlineMs: number): Exchange {
    this.counters.requests++;
    return new Exchange(server, question, deadlineMs);
  }

  /** One question, at as many servers as it takes and as it may be asked at. */
  #try(kind: Kind, question: Question): Promise<Reply> {
    const endMs = performance.now() + DEADLINE_MS;
    const servers = this.rotation.order();
    const running = new Map<Server, { readonly exchange: Exchange; readonly sinceMs: number }>();
    let reply: Reply = { ok: false, error: 'no server answers' };
    return new Promise((resolve) => {
      let hedge: NodeJS.Timeout | undefined;
      let isOver = false;
      const finish = () => {
        isOver = true;
        clearTimeout(hedge);
        resolve(reply);
      };
      const next = () => {
        clearTimeout(hedge);
        const server = servers.shift();
        const sinceMs = performance.now();
        const leftMs = endMs - sinceMs;
        if (server === undefined || leftMs <= 0 || this.#isClosed) {
          if (running.size === 0) finish();
          return;
        }
        const exchange = this.#start(server, question, Math.ceil(leftMs));
        running.set(server, { exchange, sinceMs });
        if (kind === 'safe' && servers.length > 0) hedge = setTimeout(next, HEDGE_MS);
        void exchange.outcome.then((outcome) => settle(server, outcome));
      };
      const settle = (server: Server, outcome: Outcome) => {
        if (isOver) return;
        running.delete(server);
        reply = this.#judge(server, outcome);
        if (reply.ok) this.noteAnswer(server);
        if (reply.ok || reply.grpc !== undefined) {
          // Those that were asked before and have not answered keep everybody waiting.
          const nowMs = performance.now();
          for (const [other, { exchange, sinceMs }] of running) {
            if (nowMs - sinceMs >= HEDGE_MS) this.#timedOut(other);
            exchange.cancel();
          }
          finish();
        } else if (kind === 'safe' || outcome.type === 'unsent') next();
        else finish();
      };
      next();
    });
  }

  /** `ok: false` without `grpc`: this server does not answer as one should. */
  #judge(server: Server, outcome: Outcome): Reply {
    switch (outcome.type) {
      case 'answer':
        if (this.note(outcome.body)) return { ok: true, body: outcome.body, server };
        return this.#fault(server, OTHER_CLUSTER);
      case 'refused':
        if (!DEFINITE.has(outcome.grpc)) return this.#fault(server, outcome.message);
        return { ok: false, error: outcome.message, grpc: outcome.grpc };
      case 'alien':
        return this.#fault(server, `HTTP ${outcome.status} ${outcome.text}`);
      default:
        if (outcome.failure.code === 'ETIMEDOUT') this.counters.timeouts++;
        return this.#fault(server, outcome.failure.message);
    }
  }

  #timedOut(server: Server): void {
    this.counters.timeouts++;
    this.noteFailure(server, 'no answer in time');
  }

  #fault(server: Server, error: string): Reply {
    this.noteFailure(server, error);
    return { ok: false, error: `${server.name}: ${error}` };
  }
}
