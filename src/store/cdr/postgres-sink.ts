/**
 * Records in PostgreSQL, several managers' in one table. One connection, made when there is something to write; a
 * batch is one statement. Whoever it fails for asks again (`delivery.ts`), on a connection of its own.
 */
import pg from 'pg';
import { type CallEntry, COLUMN_NAMES, COLUMNS, type Kind, mergeAll } from './entry.ts';
import type { Found, Query, Sink } from './sink.ts';
import { foundOf, INDEXED, selectOf, TABLE, UPSERT } from './table.ts';

const TYPES: Readonly<Record<Kind, string>> = {
  text: 'text',
  time: 'bigint',
  integer: 'integer',
  json: 'jsonb',
};

const CREATE = [
  `CREATE TABLE IF NOT EXISTS ${TABLE} (seq bigserial PRIMARY KEY, ${COLUMN_NAMES.map(
    (name) => `${name} ${TYPES[COLUMNS[name]]}${name === 'id' ? ' NOT NULL UNIQUE' : ''}`,
  ).join(', ')})`,
  ...INDEXED.map((name) => `CREATE INDEX IF NOT EXISTS ${TABLE}_${name} ON ${TABLE} (${name})`),
];

const NAMES = COLUMN_NAMES.join(', ');
const INSERT = `INSERT INTO ${TABLE} (${NAMES}) SELECT ${NAMES} FROM jsonb_to_recordset($1::jsonb) AS given (${COLUMN_NAMES.map(
  (name) => `${name} ${TYPES[COLUMNS[name]]}`,
).join(', ')}) ${UPSERT}`;

/** Of managers that make the table at the same time one does, and the others wait. */
const LOCK = 5_060_017;
const CONNECT_MS = 5000;
const STATEMENT_MS = 30_000;
/** SQLSTATE classes of what is wrong with the data itself: asking again does not help. */
const DATA_FAULTS = ['22', '23'];

/** `url`: as PostgreSQL's own tools take it (`postgres://user:password@host/database`). */
export class PostgresSink implements Sink {
  readonly name = 'postgres';
  readonly #url: string;
  #client: pg.Client | undefined;

  constructor(url: string) {
    this.#url = url;
  }

  async write(given: readonly CallEntry[]): Promise<{ readonly refused: number }> {
    // A statement must not meet one row twice.
    const entries = mergeAll(given);
    const client = await this.#connect();
    try {
      await client.query(INSERT, [JSON.stringify(entries)]);
      return { refused: 0 };
    } catch (error) {
      if (!isDataFault(error)) return this.#fail(error);
    }
    let refused = 0;
    for (const entry of entries) {
      try {
        await client.query(INSERT, [JSON.stringify([entry])]);
      } catch (error) {
        if (!isDataFault(error)) return this.#fail(error);
        refused++;
      }
    }
    return { refused };
  }

  readonly query = async (query: Query): Promise<readonly Found[]> => {
    const { sql, values } = selectOf(query, (n) => `$${n}`);
    const client = await this.#connect();
    try {
      const { rows } = await client.query<Record<string, unknown>>(sql, [...values]);
      const found = rows.flatMap((row) => foundOf(row) ?? []);
      return query.after === undefined ? found.reverse() : found;
    } catch (error) {
      return this.#fail(error);
    }
  };

  async close(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    await client?.end().catch(() => {});
  }

  /** The connection is not used again, whatever was wrong. */
  async #fail(error: unknown): Promise<never> {
    const client = this.#client;
    this.#client = undefined;
    void client?.end().catch(() => {});
    throw error;
  }

  #connecting: Promise<pg.Client> | undefined;

  async #connect(): Promise<pg.Client> {
    if (this.#client !== undefined) return this.#client;
    this.#connecting ??= this.#open().finally(() => {
      this.#connecting = undefined;
    });
    return this.#connecting;
  }

  async #open(): Promise<pg.Client> {
    const client = new pg.Client({
      connectionString: this.#url,
      connectionTimeoutMillis: CONNECT_MS,
      query_timeout: STATEMENT_MS,
      keepAlive: true,
      application_name: 'linewright',
    });
    // Also one that nobody is waiting on: the next to write connects anew.
    client.on('error', () => {
      if (this.#client === client) this.#client = undefined;
    });
    try {
      await client.connect();
      await prepare(client);
    } catch (error) {
      void client.end().catch(() => {});
      throw error;
    }
    this.#client = client;
    return client;
  }
}

/** The table is there, made by us or by somebody who may. */
async function prepare(client: pg.Client): Promise<void> {
  const isThere = async (): Promise<boolean> => {
    const { rows } = await client.query<{ readonly name: string | null }>(
      'SELECT to_regclass($1)::text AS name',
      [TABLE],
    );
    return rows[0]?.name != null;
  };
  if (await isThere()) return;
  await client.query('SELECT pg_advisory_lock($1)', [LOCK]);
  try {
    for (const statement of CREATE) await client.query(statement);
  } finally {
    await client.query('SELECT pg_advisory_unlock($1)', [LOCK]);
  }
}

function isDataFault(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return code.length === 5 && DATA_FAULTS.includes(code.slice(0, 2));
}
