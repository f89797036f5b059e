/** Whether a manager's own file says what counts, for who checks a configuration without starting it. */

import { SILENT } from '../../base/log.ts';
import { connectEtcd, directoryKeyspace } from '../../cluster/etcd/connect.ts';
import { JournalError, readKeptStore } from '../../cluster/kept-store.ts';
import { type HeadRead, type VersionStore, Versions } from '../../cluster/versions.ts';
import type { ManagerConfig } from '../config/manager-config.ts';
import { accessOf } from '../planes.ts';
import { DirectoryKeeper, type Loaded } from './keeper.ts';
import { differenceOf, type OwnFile } from './open.ts';

/** A sentence; '' when there is nothing to say: they agree, or nothing counts yet. */
export async function compareWithKept(config: ManagerConfig, file: OwnFile): Promise<string> {
  const { cluster, dataFolder } = config;
  if (cluster === undefined)
    return dataFolder === undefined
      ? ''
      : compareQuietly(config, file, () => readKeptStore(dataFolder));
  try {
    const { servers } = cluster.store;
    const plane = await connectEtcd({ servers, cluster: cluster.name, ...accessOf(cluster.store) });
    try {
      return await compare(config, file, plane.beside(directoryKeyspace(cluster.name)));
    } finally {
      plane.close();
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return `not compared with the directory that counts: ${why}`;
  }
}

async function compareQuietly(
  config: ManagerConfig,
  file: OwnFile,
  open: () => VersionStore,
): Promise<string> {
  try {
    return await compare(config, file, open());
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
    return `not compared with the directory that counts: ${error.message}`;
  }
}

async function compare(
  { domains }: ManagerConfig,
  file: OwnFile,
  store: VersionStore,
): Promise<string> {
  const versions = new Versions(store, () => '');
  const [realm = ''] = domains;
  const keeper = new DirectoryKeeper({ versions, realm, log: SILENT, now: () => '' });
  const head = await new Promise<HeadRead>((done) => versions.head(done));
  if (head.type === 'unknown') return `not compared with the directory that counts: ${head.error}`;
  if (head.found === undefined) return '';
  const { number, by, at } = head.found.version;
  const { found } = head;
  const loaded = await new Promise<Loaded>((done) => keeper.load(found, done));
  if (!loaded.ok) return `not compared with the directory that counts: ${loaded.error}`;
  const difference = differenceOf(keeper, file);
  if (difference === '') return '';
  return `${file.path} differs from version ${number}, which counts (by ${by}, ${at}): ${difference}\n'linewright diff -f ${file.path}' shows it, 'linewright apply -f ${file.path}' makes the file count`;
}
