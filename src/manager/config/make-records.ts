/** `cdr` in a manager file: where its calls' records go. */
import { resolve } from 'node:path';
import { readSecret } from '../../store/secret.ts';
import { type Make, say } from './make.ts';
import type { ManagerConfig } from './manager-config.ts';

const POSTGRES_URL = /^postgres(?:ql)?:\/\//;

export function makeRecords(make: Make): ManagerConfig['records'] {
  const given = make.sections.given.cdr ?? {};
  if (given === 'off') return undefined;
  const { folder, env } = make;
  const path = (text: string | undefined) =>
    text === undefined ? undefined : resolve(folder, text);
  const records = { sqlite: path(given.sqlite), jsonl: path(given.jsonl), postgres: undefined };
  if (given.postgres === undefined) return records;
  const secret = readSecret(given.postgres, folder, env);
  if (!secret.ok) say(make, 'cdr', ['postgres'], secret.message);
  else if (!POSTGRES_URL.test(secret.value))
    say(make, 'cdr', ['postgres'], 'expected an address such as postgres://user:password@host/db');
  else return { ...records, postgres: secret.value };
  return records;
}
