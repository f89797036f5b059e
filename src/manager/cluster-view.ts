/**
 * The whole cluster as one of its managers shows it: its own rows, and what the other members answer
 * when they are asked. Of a member that does not answer it shows what the store has of it.
 */
import type { Log } from '../base/log.ts';
import type { Line } from '../call/directory.ts';
import type { Member } from '../cluster/members.ts';
import type { GatewayRow } from '../http/gateway-rows.ts';
import type {
  CallRow,
  ClusterRows,
  LineRow,
  ManagerRow,
  OnManager,
  RegistrationRow,
  Rows,
} from '../http/manager-view.ts';
import type { TraceFilter, TraceLine } from '../http/trace.ts';
import { type Home, homeOf } from '../process/pid.ts';
import type { Found, Query } from '../store/cdr/sink.ts';
import { appearancePart } from './appearance-part.ts';
import { Appearances, type Ask } from './appearances.ts';
import type { CallManager } from './call-manager.ts';
import {
  type Answers,
  type Asked,
  type Asker,
  answerTo,
  askAll,
  type Question,
  type Respondent,
  type StatusAnswer,
} from './cluster-questions.ts';
import { traceCluster } from './cluster-trace.ts';
import { idOf } from './cluster-watch.ts';
import { gatewayRows, nobodys, pingGateway } from './gateways.ts';
import { type LinePart, lineRow, partsOf } from './line-view.ts';
import { RECORDS_MAX } from './record-answers.ts';
import { settingRows } from './setting-view.ts';
import { TraceDesk, type Traffic } from './trace-desk.ts';
import { answeredAt, callRows, type GuestRow, guestRows, registrationRows } from './view.ts';

/** What this needs of a cluster: `ClusterMember` has it. */
export type Neighbours = Asker & {
  readonly members: readonly Member[];
  answerWith(answer: (text: string, done: (answer: string) => void) => void): void;
};

/** What a manager that is alone says of itself. */
export type Self = Pick<ManagerRow, 'host' | 'process' | 'started' | 'sip'>;

/** So often others are asked for their messages while somebody traces all. */
const TRACE_POLL_MS = 300;
/** Who left is shown for that long. */
const GONE_MS = 600_000;

export class ClusterView {
  readonly appearances: Appearances;
  readonly #turn: (action: () => void) => void;
  readonly #traffic: Traffic;
  readonly #manager: CallManager;
  readonly #neighbours: Neighbours | undefined;
  readonly #self: Self;
  readonly #log: Log;
  readonly #own: Respondent;

  /** `neighbours` undefined: it is alone. `turn`: runs something as a turn of the manager's core; `records`: its own. */
  constructor(
    manager: CallManager,
    neighbours: Neighbours | undefined,
    self: Self,
    log: Log,
    turn: (action: () => void) => void,
    records: Respondent['records'],
    traffic: Traffic,
  ) {
    this.#manager = manager;
    this.#neighbours = neighbours;
    this.#self = self;
    this.#log = log;
    this.#turn = turn;
    this.#traffic = traffic;
    const desk = new TraceDesk(traffic, () => performance.now());
    this.#own = {
      status: () => statusOf(manager),
      registrations: (limit) => registrationRows(manager, performance.now(), limit),
      calls: (limit) => ({
        ...callRows(manager, performance.now(), limit),
        guests: guestRows(manager, limit),
      }),
      lines: (limit) => {
        const parts = partsOf(manager);
        return { items: parts.slice(0, limit), total: parts.length };
      },
      line: (number) => {
        const items = manager.directory.lines.has(number) ? partsOf(manager, number) : [];
        return { items, total: items.length };
      },
      appearance: (number, appearance) => {
        const moment = { nowMs: performance.now(), epochMs: Date.now() };
        return appearancePart(manager, number, appearance, moment);
      },
      gateways: (limit) => {
        const rows = gatewayRows(manager);
        return { items: rows.slice(0, limit), total: rows.length };
      },
      ping: (gateway) => ({ done: pingGateway(manager, gateway) }),
      records,
      trace: (asked) => desk.take(asked),
      release: ({ number, appearance, call, text }) => ({
        done: manager.processing.freeAppearance(number, appearance, call, text),
      }),
    };
    const ask: Ask = (question, homes) => this.#ask(question, homes);
    this.appearances = new Appearances(manager, this.#own, ask, turn, log);
    neighbours?.answerWith((text, done) => answerTo(text, this.#own, done));
  }

  /** SIP of all managers; see `ManagerView.allTraffic`. */
  trace(filter: TraceFilter, listener: (line: TraceLine) => void): () => void {
    const { cluster } = this.#manager;
    const { home } = cluster;
    return traceCluster(
      {
        ...{ home, traffic: this.#traffic, epochMs: () => Date.now(), pollMs: TRACE_POLL_MS },
        others: () => cluster.view.members.filter((other) => other !== home),
        ask: async (other, question) => {
          const { answers } = await this.#ask({ ask: 'trace', ...question }, [other]);
          return answers.get(other);
        },
      },
      filter,
      listener,
    );
  }

  async gateways(): Promise<ClusterRows<GatewayRow>> {
    const { directory } = this.#manager;
    const limit = directory.gateways.size;
    const { answers, missing } = await this.#ask({ ask: 'gateways', limit });
    const rows = new Map<string, GatewayRow>();
    for (const { items } of [this.#own.gateways(limit), ...answers.values()])
      for (const row of items) rows.set(row.gateway, row);
    const items = [...directory.gateways.values()].map(
      ({ id, uri, callsMax }) => rows.get(id) ?? nobodys(id, uri, callsMax),
    );
    return { items, total: items.length, missing };
  }

  async pingGateway(gateway: string): Promise<boolean> {
    const { processing, cluster } = this.#manager;
    const keeper = processing.gateways.keeper(gateway);
    if (keeper === undefined) return false;
    const home = homeOf(keeper);
    if (home === cluster.home) {
      let isDone = false;
      this.#turn(() => {
        isDone = this.#own.ping(gateway).done;
      });
      return isDone;
    }
    const { answers } = await this.#ask({ ask: 'ping', gateway }, [home]);
    return answers.get(home)?.done ?? false;
  }

  /** Rejects with a sentence. `manager` absent: this one. */
  async records(query: Query, manager?: string): Promise<readonly Found[]> {
    const { cluster } = this.#manager;
    if (manager === undefined || manager === idOf(cluster.home)) return this.#own.records(query);
    const home = cluster.view.members.find((each) => idOf(each) === manager);
    if (home === undefined) throw new Error(`${manager} is no member of the cluster now`);
    const limit = Math.min(query.limit, RECORDS_MAX);
    const { answers, missing } = await this.#ask({ ask: 'records', ...query, limit }, [home]);
    const { items, why } = answers.get(home) ?? { items: [], why: missing.join('; ') };
    if (why !== '') throw new Error(why);
    return items;
  }

  async managers(): Promise<ClusterRows<ManagerRow>> {
    const { watch, cluster } = this.#manager;
    const { answers, missing } = await this.#ask({ ask: 'status' });
    const records = new Map(this.#neighbours?.members.map(({ home, record }) => [home, record]));
    const members = cluster.view.members.map((home): ManagerRow => {
      const isOwn = home === cluster.home;
      const record = records.get(home);
      const { host, process, started, sip } =
        record === undefined || isOwn
          ? isOwn
            ? this.#self
            : NOBODY
          : { ...record, process: record.pid };
      const self = { id: idOf(home), home, host, process, started, sip };
      const status = isOwn ? this.#own.status() : answers.get(home);
      if (status === undefined) return { ...self, state: 'no answer', since: '', counts: null };
      const { state, since, ...counts } = status;
      return { ...self, state, since, counts };
    });
    const oldestMs = Date.now() - GONE_MS;
    const gone = watch.departures
      .filter(({ atMs }) => atMs >= oldestMs)
      .map(({ home, atMs }): ManagerRow => {
        const since = new Date(atMs).toISOString();
        return { id: idOf(home), home, state: 'gone', since, ...NOBODY, counts: null };
      });
    const items = [...members, ...gone];
    // Who left while it was asked is missed by nobody.
    const silent = members.filter(({ state }) => state === 'no answer');
    const left = missing.filter((said) => silent.some(({ id }) => said.startsWith(`${id} `)));
    return { items, total: items.length, missing: left };
  }

  async registrations(limit: number): Promise<ClusterRows<OnManager<RegistrationRow>>> {
    return this.#join(await this.#ask({ ask: 'registrations', limit }), limit, (own) =>
      own.registrations(limit),
    );
  }

  /** With their legs at all managers. */
  async calls(limit: number): Promise<ClusterRows<OnManager<CallRow>>> {
    const asked = await this.#ask({ ask: 'calls', limit });
    const { items, ...rest } = this.#join(asked, limit, (own) => own.calls(limit));
    const guests = [this.#own.calls(limit), ...asked.answers.values()].flatMap(
      (answer) => answer.guests,
    );
    const byCall = Map.groupBy(guests, ({ call }) => call);
    return { items: items.map((row) => withGuests(row, byCall.get(row.id) ?? [])), ...rest };
  }

  async lines(limit: number): Promise<ClusterRows<LineRow>> {
    const { directory } = this.#manager;
    const asked = await this.#ask({ ask: 'lines', limit });
    const { parts, missing } = this.#parts(asked, this.#own.lines(limit));
    const items: LineRow[] = [];
    for (const line of directory.lines.values()) {
      if (items.length >= limit) break;
      items.push(this.#row(line, parts.get(line.number), missing));
    }
    return { items, total: directory.lines.size, missing };
  }

  async line(number: string): Promise<LineRow | undefined> {
    const line = this.#manager.directory.lines.get(number);
    if (line === undefined) return undefined;
    const asked = await this.#ask({ ask: 'line', number });
    const { parts, missing } = this.#parts(asked, this.#own.line(number));
    return this.#row(line, parts.get(number), missing);
  }

  #row(
    line: Line,
    parts: ReadonlyMap<string, LinePart> | undefined,
    missing: readonly string[],
  ): LineRow {
    const { table } = this.#manager.processing;
    const settings = settingRows(this.#manager, line.number);
    return lineRow(line, parts ?? new Map(), table, settings, missing);
  }

  /** Asks all others, or those of `homes`. */
  #ask<K extends keyof Answers>(
    question: Extract<Question, { ask: K }>,
    homes: readonly Home[] = this.#manager.cluster.view.members,
  ): Promise<Asked<K>> {
    const others = homes.filter((home) => home !== this.#manager.cluster.home);
    if (this.#neighbours === undefined) return Promise.resolve({ answers: new Map(), missing: [] });
    return askAll(this.#neighbours, others, question, this.#log);
  }

  /** Rows of all managers, oldest manager first, with the manager on each. */
  #join<Row extends object>(
    { answers, missing }: { answers: ReadonlyMap<Home, Rows<Row>>; missing: readonly string[] },
    limit: number,
    own: (respondent: Respondent) => Rows<Row>,
  ): ClusterRows<OnManager<Row>> {
    const { cluster } = this.#manager;
    const items: OnManager<Row>[] = [];
    let total = 0;
    const cut: string[] = [];
    for (const home of cluster.view.members) {
      const rows = home === cluster.home ? own(this.#own) : answers.get(home);
      if (rows === undefined) continue;
      total += rows.total;
      const manager = idOf(home);
      if (rows.items.length < Math.min(rows.total, limit)) cut.push(tooMuch(manager));
      for (const row of rows.items) if (items.length < limit) items.push({ manager, ...row });
    }
    return { items, total, missing: [...missing, ...cut] };
  }

  /** By number, then by manager id. */
  #parts(
    { answers, missing }: Asked<'line' | 'lines'>,
    own: Rows<LinePart>,
  ): { parts: Map<string, Map<string, LinePart>>; missing: readonly string[] } {
    const { cluster } = this.#manager;
    const parts = new Map<string, Map<string, LinePart>>();
    const cut: string[] = [];
    for (const [home, rows] of [[cluster.home, own] as const, ...answers]) {
      const manager = idOf(home);
      if (rows.items.length < rows.total && home !== cluster.home) cut.push(tooMuch(manager));
      for (const part of rows.items) {
        const known = parts.get(part.number);
        if (known === undefined) parts.set(part.number, new Map([[manager, part]]));
        else known.set(manager, part);
      }
    }
    return { parts, missing: [...missing, ...cut] };
  }
}

function withGuests<Row extends CallRow>(row: Row, guests: readonly GuestRow[]): Row {
  const legs = guests.map(({ call: _, ...leg }) => leg);
  const answerer = legs.find(
    ({ manager, state }) => state === 'up' && row.answeredBy === answeredAt(manager),
  );
  const answeredBy = answerer?.device ?? row.answeredBy;
  return { ...row, answeredBy, legs: [...row.legs, ...legs] };
}

const NOBODY = { host: '', process: 0, started: '', sip: [] };

function tooMuch(manager: string): string {
  return `${manager} has more to show than fits into one answer`;
}

function statusOf(manager: CallManager): StatusAnswer {
  const { cluster, watch, isDraining, registrar, processing, directory } = manager;
  const isLeaving = isDraining && cluster.standing !== 'fenced';
  return {
    state: isLeaving ? 'draining' : directory.isIsolated ? 'isolated' : cluster.standing,
    since: new Date(watch.standingSinceMs).toISOString(),
    phones: registrar.count,
    lines: [...processing.lines.keys()].filter((number) => directory.lines.has(number)).length,
    calls: processing.calls.size,
  };
}
