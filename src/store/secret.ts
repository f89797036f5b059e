/** Secrets by reference: `env:NAME` or `file:PATH`, so that configuration files can be shown and kept in version control. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

export type Environment = Readonly<Record<string, string | undefined>>;

export type Secret =
  | { readonly ok: true; readonly value: string }
  | { readonly ok: false; readonly message: string };

/** What `text` stands for; a relative path counts from `folder`. Text without a prefix is the secret itself. */
export function readSecret(text: string, folder: string, env: Environment): Secret {
  if (text.startsWith('env:')) {
    const name = text.slice('env:'.length);
    const value = env[name];
    if (value === undefined || value === '')
      return { ok: false, message: `environment variable '${name}' is not set` };
    return { ok: true, value };
  }
  if (text.startsWith('file:')) return readSecretFile(resolve(folder, text.slice('file:'.length)));
  if (text === '') return { ok: false, message: 'expected a secret, got nothing' };
  return { ok: true, value: text };
}

/** Editors and `echo` end a file with a line end that is not part of the secret. */
function readSecretFile(path: string): Secret {
  const file = readText(path);
  if (!file.ok) return file;
  const value = file.value.replace(/\r?\n$/, '');
  return value === '' ? { ok: false, message: `file '${path}' is empty` } : { ok: true, value };
}

/** A file's text as UTF-8, or why there is none. */
export function readText(path: string): Secret {
  try {
    return { ok: true, value: readFileSync(path, 'utf8') };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (typeof code !== 'string') throw error;
    return { ok: false, message: `${explain(code)}: '${path}'` };
  }
}

function explain(code: string): string {
  switch (code) {
    case 'ENOENT':
      return 'no such file';
    case 'EACCES':
      return 'no permission to read';
    case 'EISDIR':
      return 'expected a file, found a folder';
    default:
      return `cannot read (${code})`;
  }
}
