/**
 * A watch as one server of etcd delivers it: one request whose answer does not end, an object of JSON
 * per line. What it says is handed on as it is; how it ended is told once.
 */
import type { ClientRequest } from 'node:http';
import { failed, failureOf, parse, type Question, read, type Server, send } from './exchange.ts';

/** One line holds at least all changes of one revision. */
const LINE_OCTETS_MAX = 64 * 1024 * 1024;
const OPEN_MS = 900;

export interface StreamReader {
  /** An object that the server sent. */
  said(body: object): void;
  /** Nothing comes after it. */
  ended(error: string): void;
}

export class WatchStream {
  readonly server: Server;
  readonly #request: ClientRequest;
  readonly #reader: StreamReader;
  readonly #timer: NodeJS.Timeout;
  #rest = '';
  #isOver = false;

  constructor(server: Server, question: Question, reader: StreamReader) {
    this.server = server;
    this.#reader = reader;
    const { request } = send(server, question);
    this.#request = request;
    this.#timer = setTimeout(
      () => request.destroy(failed('ETIMEDOUT', 'no watch in time')),
      OPEN_MS,
    );
    const fail = (error: Error) => this.#end(failureOf(error).message);
    request.on('error', fail);
    request.once('close', () => this.#end('the watch was closed'));
    request.once('response', (response) => {
      response.on('error', fail);
      response.on('end', () => this.#ended(response.statusCode ?? 0));
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => this.#read(chunk));
    });
  }

  /** The reader hears nothing more. */
  close(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#request.destroy();
  }

  #read(chunk: string): void {
    const lines = (this.#rest + chunk).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      if (this.#isOver) return;
      const body = parse(line);
      if (body === undefined) return this.#end('the watch says what is no JSON');
      clearTimeout(this.#timer);
      this.#reader.said(body);
    }
    if (this.#rest.length > LINE_OCTETS_MAX) this.#end('too much at once');
  }

  /** What is refused is said without a line's end. */
  #ended(status: number): void {
    const outcome = this.#rest === '' ? undefined : read(status, this.#rest);
    if (outcome?.type === 'refused') this.#end(outcome.message);
    else this.#end(status === 200 ? 'the watch has ended' : `HTTP ${status}`);
  }

  #end(error: string): void {
    if (this.#isOver) return;
    this.close();
    this.#reader.ended(error);
  }
}
