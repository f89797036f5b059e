/** Records in an SQLite file, by Node's own module. A batch is one transaction, on the disk when it is over. */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
// biome-ignore lint/correctness/noUnresolvedImports: Biome does not know this module of Node's yet.
import { DatabaseSync } from 'node:sqlite';
import { type CallEntry, COLUMN_NAMES, COLUMNS, type Kind } from './entry.ts';
import type { Found, Query, Sink } from './sink.ts';
import { cellOf, foundOf, INDEXED, selectOf, TABLE, UPSERT } from './table.ts';

const TYPES: Readonly<Record<Kind, string>> = {
  text: 'TEXT',
  time: 'INTEGER',
  integer: 'INTEGER',
  json: 'TEXT',
};

const SCHEMA = [
  `CREATE TABLE IF NOT EXISTS ${TABLE} (seq INTEGER PRIMARY KEY AUTOINCREMENT, ${COLUMN_NAMES.map(
    (name) => `${name} ${TYPES[COLUMNS[name]]}${name === 'id' ? ' NOT NULL UNIQUE' : ''}`,
  ).join(', ')})`,
  ...INDEXED.map((name) => `CREATE INDEX IF NOT EXISTS ${TABLE}_${name} ON ${TABLE} (${name})`),
].join(';');

const INSERT = `INSERT INTO ${TABLE} (${COLUMN_NAMES.join(', ')}) VALUES (${COLUMN_NAMES.map(() => '?').join(', ')}) ${UPSERT}`;

/** Rejects with what SQLite says of a file that is of no use. */
export async function openSqlite(path: string): Promise<Sink> {
  mkdirSync(dirname(path), { recursive: true });
  const database = new DatabaseSync(path, { timeout: 5000 });
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
  database.exec(SCHEMA);
  const insert = database.prepare(INSERT);
  return {
    name: 'sqlite',
    write: async (entries: readonly CallEntry[]) => {
      database.exec('BEGIN IMMEDIATE');
      try {
        for (const entry of entries) insert.run(...COLUMN_NAMES.map((name) => cellOf(entry, name)));
        database.exec('COMMIT');
      } catch (error) {
        if (database.isTransaction) database.exec('ROLLBACK');
        throw error;
      }
      return { refused: 0 };
    },
    query: async (query: Query): Promise<readonly Found[]> => {
      const { sql, values } = selectOf(query, () => '?');
      const rows = database.prepare(sql).all(...values);
      const found = rows.flatMap((row) => foundOf(row) ?? []);
      return query.after === undefined ? found.reverse() : found;
    },
    close: async () => database.close(),
  };
}
