/**
 * What etcd's JSON gateway says and is told: 64-bit integers are strings, keys and values are base64,
 * and what is zero or empty is left out. The readers return undefined for what is no such thing.
 */
import type {
  Change,
  Compare,
  Entry,
  Operation,
  Revision,
  Transaction,
  TransactionResult,
} from '../../process/state-plane.ts';

type Fields<Name extends string> = Readonly<Partial<Record<Name, unknown>>>;

export function fieldsOf<Name extends string>(value: unknown): Fields<Name> {
  return (typeof value === 'object' && value !== null ? value : {}) as Fields<Name>;
}

/** Beyond what a number holds exactly there is undefined: revisions never get there. */
export function integerOf(value: unknown): number | undefined {
  if (value === undefined) return 0;
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) ? number : undefined;
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** `revision`: of the store as that server knew it; 0 when it does not say. */
export type Header = { readonly cluster: string; readonly revision: Revision };

/** Of an answer, or of what comes on a stream. */
export function headerOf(body: unknown): Header | undefined {
  const { header, result } = fieldsOf<'header' | 'result'>(body);
  const found = header ?? fieldsOf<'header'>(result).header;
  if (found === undefined) return undefined;
  const { cluster_id: cluster, revision } = fieldsOf<'cluster_id' | 'revision'>(found);
  const number = integerOf(revision);
  return number === undefined ? undefined : { cluster: textOf(cluster), revision: number };
}

export function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

/** Keys as they are in etcd: all of one cluster have its prefix. */
export class Keyspace {
  readonly #prefix: string;

  /** `prefix`: ends with a slash. */
  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  key(key: string): string {
    return base64(this.#prefix + key);
  }

  /** The first key after `key`. */
  after(key: string): string {
    return base64(`${this.#prefix}${key}\0`);
  }

  /** The end of a range of all that begin with `prefix`: its last octet, which is never 255, and one. */
  end(prefix: string): string {
    const octets = Buffer.from(this.#prefix + prefix);
    const last = octets.length - 1;
    octets[last] = (octets[last] ?? 0) + 1;
    return octets.toString('base64');
  }

  transaction({ compare, then, read = [] }: Transaction): object {
    return {
      compare: compare.map((condition) => this.#comparison(condition)),
      success: then.map((operation) => this.#operation(operation)),
      failure: read.map((key) => ({ request_range: { key: this.key(key) } })),
    };
  }

  readTransaction(body: unknown): TransactionResult | undefined {
    const { succeeded, responses } = fieldsOf<'succeeded' | 'responses'>(body);
    const revision = headerOf(body)?.revision;
    if (revision === undefined || revision === 0) return undefined;
    if (succeeded === true) return { type: 'done', revision };
    const found: Entry[] = [];
    for (const response of arrayOf(responses)) {
      const { response_range: range } = fieldsOf<'response_range'>(response);
      const entries = this.readEntries(fieldsOf<'kvs'>(range).kvs);
      if (entries === undefined) return undefined;
      found.push(...entries);
    }
    return { type: 'refused', revision, found };
  }

  readEntries(kvs: unknown): Entry[] | undefined {
    const entries: Entry[] = [];
    for (const kv of arrayOf(kvs)) {
      const entry = this.#entry(kv);
      if (entry === undefined) return undefined;
      entries.push(entry);
    }
    return entries;
  }

  readChange(event: unknown): { readonly revision: Revision; readonly change: Change } | undefined {
    const { type, kv } = fieldsOf<'type' | 'kv'>(event);
    const { key, mod_revision: modified } = fieldsOf<'key' | 'mod_revision'>(kv);
    const revision = integerOf(modified);
    if (revision === undefined || revision === 0) return undefined;
    if (type === 'DELETE') return { revision, change: { key: this.#text(key), entry: undefined } };
    const entry = this.#entry(kv);
    return entry && { revision, change: { key: entry.key, entry } };
  }

  #entry(kv: unknown): Entry | undefined {
    const fields = fieldsOf<'key' | 'value' | 'create_revision' | 'mod_revision'>(kv);
    const created = integerOf(fields.create_revision);
    const modified = integerOf(fields.mod_revision);
    if (created === undefined || modified === undefined) return undefined;
    const value = Buffer.from(textOf(fields.value), 'base64').toString();
    return { key: this.#text(fields.key), value, created, modified };
  }

  #text(key: unknown): string {
    return Buffer.from(textOf(key), 'base64').toString().slice(this.#prefix.length);
  }

  #comparison(condition: Compare): object {
    const key = this.key(condition.key);
    if (condition.is === 'modified')
      return { key, target: 'MOD', result: 'EQUAL', mod_revision: String(condition.revision) };
    const created = condition.is === 'absent' ? 0 : condition.revision;
    return { key, target: 'CREATE', result: 'EQUAL', create_revision: String(created) };
  }

  #operation(operation: Operation): object {
    const key = this.key(operation.key);
    if (operation.type === 'delete') return { request_delete_range: { key } };
    const { value, lease } = operation;
    return {
      request_put: { key, value: base64(value), ...(lease === undefined ? {} : { lease }) },
    };
  }
}

export function arrayOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
