/** Records in an SQLite file, by Node's own module. A batch is one transaction, on the disk when it is over. */
import { mkdirSync, statSync } from 'node:fs';
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
  let { database, insert, inode } = openFile(path);
  return {
    name: 'sqlite',
    write: async (entries: readonly CallEntry[]) => {
      if (inodeOf(path) !== inode) {
        // Whoever has taken it away wants a new one; what is written to the old one nobody would find.
        database.close();
        ({ database, insert, inode } = openFile(path));
      }
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

function openFile(path: string) {
  mkdirSync(dirname(path), { recursive: true });
  const database = new DatabaseSync(path, { timeout: 5000 });
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
  database.exec(SCHEMA);
  return { database, insert: database.prepare(INSERT), inode: inodeOf(path) };
}

/** Undefined: there is no such file. */
function inodeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ino;
}
