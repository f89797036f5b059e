/** A running manager's directory: where it is kept, what counts now, and who hears when it is another. */
import { randomBytes } from 'node:crypto';
import type { Log } from '../../base/log.ts';
import type { Directory } from '../../call/directory.ts';
import type { Ready } from '../../call/directory-change.ts';
import { openKeptStore, openMemoryStore } from '../../cluster/kept-store.ts';
import type { VersionStore } from '../../cluster/versions.ts';
import { Versions } from '../../cluster/versions.ts';
import type { DirectoryService, DirectoryState } from '../../http/directory-service.ts';
import { DirectoryDesk } from './desk.ts';
import { DirectoryKeeper } from './keeper.ts';
import type { KeptCopy } from './kept-copy.ts';
import { KeptSettings } from './kept-settings.ts';
import { type OwnFile, openDirectory } from './open.ts';
import { inSlices } from './slices.ts';

export type HoldOptions = {
  readonly id: string;
  /** Of the cluster; undefined: this manager is alone. */
  readonly cluster: string | undefined;
  /** First SIP domain: what passwords are hashed with. */
  readonly realm: string;
  /** Where a manager that is alone keeps it; undefined: nowhere. */
  readonly dataFolder: string | undefined;
  /** The cluster's; undefined: this manager is alone. */
  readonly store: VersionStore | undefined;
  readonly isInMemory: boolean;
  readonly given: Directory;
  readonly file: OwnFile | undefined;
  readonly log: Log;
  /** Where a member keeps what counts, for when it is cut off; undefined: nowhere. */
  readonly copy: KeptCopy | undefined;
};

export type HeldDirectory = {
  /** What counts at the start. */
  readonly directory: Directory;
  readonly service: DirectoryService;
  /** What members have set for their lines, kept in the same place. */
  readonly settings: KeptSettings;
  /** From now on `change` is called with every directory that is to count, the latest at once. */
  connect(change: (directory: Directory, ready?: Ready) => void): void;
  close(): void;
};

/** Rejects with `DirectoryError` or `JournalError`. */
export async function holdDirectory(options: HoldOptions): Promise<HeldDirectory> {
  const { id: by, realm, dataFolder, store, given, file, log, isInMemory } = options;
  const onDisk =
    store === undefined && dataFolder !== undefined ? openKeptStore(dataFolder) : undefined;
  const kept: DirectoryState['kept'] =
    onDisk !== undefined ? 'disk' : store === undefined || isInMemory ? 'memory' : 'cluster';
  const place = store ?? onDisk?.plane ?? openMemoryStore();
  const versions = new Versions(place, newAttempt);
  const now = (): string => new Date().toISOString();
  const keeper = new DirectoryKeeper({ versions, realm, log, now, given, run: inSlices });
  const settings = new KeptSettings(place);
  // Not only of lines that this version has dropped: what the store did not take back then goes now.
  keeper.onMade = ({ lines }) => settings.forget((number) => !lines.has(number));
  const isAlone = store === undefined;
  const keepCopy = (): void => {
    if (keeper.head !== undefined) void options.copy?.keep(keeper.head, keeper.lines());
  };
  const open = () => openDirectory({ keeper, file, isAlone, by, log });
  try {
    // What is in memory only can be no other than the file's.
    const directory = kept === 'memory' ? given : await open();
    const prepare = (): Promise<unknown> =>
      kept === 'memory' && file !== undefined ? open() : Promise.resolve();
    const service = new DirectoryDesk({
      keeper,
      name: options.cluster ?? by,
      realm,
      kept,
      log,
      prepare,
    });
    await settings.ready();
    return {
      directory,
      service,
      settings,
      connect: (change) => {
        keeper.onChanged = (next, version, ready) => {
          change(next, ready);
          keepCopy();
          log.write('info', 'directory changed', {
            version: version.number,
            by: version.by,
            comment: version.comment,
          });
        };
        if (keeper.directory !== undefined && keeper.directory !== directory)
          change(keeper.directory);
        keepCopy();
        keeper.follow();
      },
      close: () => {
        settings.close();
        keeper.close();
        onDisk?.close();
      },
    };
  } catch (error) {
    settings.close();
    onDisk?.close();
    throw error;
  }
}

function newAttempt(): string {
  return randomBytes(5).toString('hex');
}
