/** Everything under a prefix as of one revision, page by page. */
import type { Entry, Revision } from '../../process/state-plane.ts';
import type { EtcdClient } from './client.ts';
import { fieldsOf, headerOf, type Keyspace } from './json.ts';

const PAGE_ENTRIES = 1000;
/** Several times the largest table. */
const ENTRIES_MAX = 2_000_000;

export type Snapshot =
  | { readonly ok: true; readonly revision: Revision; readonly entries: readonly Entry[] }
  | { readonly ok: false; readonly error: string };

/** The first page is linearizable, and settles the revision of the others. */
export async function readSnapshot(
  client: EtcdClient,
  keyspace: Keyspace,
  prefix: string,
): Promise<Snapshot> {
  const entries: Entry[] = [];
  const range = { range_end: keyspace.end(prefix), limit: String(PAGE_ENTRIES) };
  let page: object = { ...range, key: keyspace.key(prefix) };
  let revision: Revision = 0;
  while (entries.length <= ENTRIES_MAX) {
    const reply = await client.safe('/v3/kv/range', page);
    if (!reply.ok) return reply;
    const { kvs, more } = fieldsOf<'kvs' | 'more'>(reply.body);
    const found = keyspace.readEntries(kvs);
    revision ||= headerOf(reply.body)?.revision ?? 0;
    if (found === undefined || revision === 0)
      return { ok: false, error: `${reply.server.name}: that is no range` };
    for (const entry of found) entries.push(entry);
    const last = found.at(-1);
    if (more !== true || last === undefined) return { ok: true, revision, entries };
    page = { ...range, key: keyspace.after(last.key), revision: String(revision) };
  }
  return { ok: false, error: `more than ${ENTRIES_MAX} entries` };
}
