/**
 * What members have set for their lines, as the cluster's store keeps it, beside the directory:
 *
 *     settings/2001/all         { "isOn": true, "to": "2009", … }
 *
 * A key for each setting: two members who set two of them at once do not undo each other's, and of two who set
 * the same the last one counts. Every manager follows all of them.
 */
import type { Setting, SettingKind, SettingsKeeper } from '../../call/forwarding/line-settings.ts';
import type { VersionStore } from '../../cluster/versions.ts';
import type { Entry, Operation, Revision } from '../../process/state-plane.ts';

const PREFIX = 'settings/';
/** Kinds as they stand in keys. */
const KINDS: Readonly<Record<string, SettingKind>> = {
  all: 'all',
  busy: 'busy',
  'no-answer': 'no answer',
  unreachable: 'unreachable',
  dnd: 'dnd',
};
/** Octets of a value that is read. */
const VALUE_MAX = 1024;
/** In one transaction: etcd takes 128 operations. */
const DELETIONS_MAX = 100;
/** How long a start waits for the store; the settings count as soon as it says them. */
const READY_MS = 5000;

/** Where settings count: a manager. */
export type SettingsListener = (
  number: string,
  kind: SettingKind,
  setting: Setting | undefined,
) => void;

type Known = { readonly revision: Revision; readonly setting: Setting };

export class KeptSettings implements SettingsKeeper {
  readonly #store: VersionStore;
  readonly #known = new Map<string, Known>();
  readonly #ready: Promise<void>;
  readonly #unfollow: () => void;
  #listener: SettingsListener = () => {};
  #turn: (action: () => void) => void = (action) => action();

  constructor(store: VersionStore) {
    this.#store = store;
    let isReady = (): void => {};
    this.#ready = new Promise((resolve) => {
      isReady = resolve;
    });
    this.#unfollow = store.follow(PREFIX, {
      reset: (_revision, entries) => {
        this.#turn(() => this.#reset(entries));
        isReady();
      },
      changed: (_revision, changes) =>
        this.#turn(() => {
          for (const { key, entry } of changes) this.#learn(key, entry);
        }),
    });
  }

  /** Resolves when the store has said all that is set; or does not say it for 5 s. */
  ready(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, READY_MS);
    });
    return Promise.race([this.#ready, late]).finally(() => clearTimeout(timer));
  }

  /** From now on `listener` hears of every setting, of those that are known at once. `turn`: as of the driver. */
  connect(listener: SettingsListener, turn: (action: () => void) => void): void {
    this.#listener = listener;
    this.#turn = turn;
    turn(() => {
      for (const [key, { setting }] of this.#known) this.#tell(key, setting);
    });
  }

  put(
    number: string,
    kind: SettingKind,
    setting: Setting | undefined,
    done: (isKept: boolean) => void,
  ): void {
    const key = keyOf(number, kind);
    const then: Operation =
      setting === undefined
        ? { type: 'delete', key }
        : { type: 'put', key, value: JSON.stringify(setting) };
    this.#store.transact({ compare: [], then: [then] }, (result) =>
      this.#turn(() => {
        // What was done counts here before whoever set it hears of it.
        if (result.type === 'done') this.#set(key, setting, result.revision);
        done(result.type === 'done');
      }),
    );
  }

  /**
   * Of lines that are no more: whoever has such a number next is not to find what others have set for it. What
   * the store does not take back now stays until it is asked again.
   */
  forget(isGone: (number: string) => boolean): void {
    void this.#ready.then(() => {
      const keys = [...this.#known.keys()].filter((key) => isGone(readKey(key)?.number ?? ''));
      for (let at = 0; at < keys.length; at += DELETIONS_MAX)
        this.#delete(keys.slice(at, at + DELETIONS_MAX));
    });
  }

  #delete(keys: readonly string[]): void {
    const then = keys.map((key) => ({ type: 'delete', key }) as const);
    this.#store.transact({ compare: [], then }, (result) => {
      if (result.type !== 'done') return;
      this.#turn(() => {
        for (const key of keys) this.#set(key, undefined, result.revision);
      });
    });
  }

  close(): void {
    this.#unfollow();
    this.#listener = () => {};
  }

  #reset(entries: readonly Entry[]): void {
    const gone = new Set(this.#known.keys());
    for (const entry of entries) {
      gone.delete(entry.key);
      this.#learn(entry.key, entry);
    }
    for (const key of gone) this.#learn(key, undefined);
  }

  #learn(key: string, entry: Entry | undefined): void {
    const setting = entry && readSetting(entry.value);
    this.#set(key, setting, entry?.modified ?? Number.POSITIVE_INFINITY);
  }

  /** `revision`: of the setting; what is known to be older than what is here does not count. */
  #set(key: string, setting: Setting | undefined, revision: Revision): void {
    const known = this.#known.get(key);
    if (known === undefined ? setting === undefined : known.revision > revision) return;
    if (setting === undefined) this.#known.delete(key);
    else this.#known.set(key, { revision, setting });
    if (known?.revision !== revision) this.#tell(key, setting);
  }

  #tell(key: string, setting: Setting | undefined): void {
    const read = readKey(key);
    if (read !== undefined) this.#listener(read.number, read.kind, setting);
  }
}

function keyOf(number: string, kind: SettingKind): string {
  return `${PREFIX}${encodeURIComponent(number)}/${kind.replace(' ', '-')}`;
}

function readKey(key: string): { readonly number: string; readonly kind: SettingKind } | undefined {
  const [, name = '', word = ''] = /^settings\/([^/]+)\/([a-z-]+)$/.exec(key) ?? [];
  const kind = Object.hasOwn(KINDS, word) ? KINDS[word] : undefined;
  if (kind === undefined) return undefined;
  try {
    return { number: decodeURIComponent(name), kind };
  } catch {
    return undefined;
  }
}

/** Undefined: it is none, or one of a later release. */
function readSetting(text: string): Setting | undefined {
  if (text.length > VALUE_MAX) return undefined;
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof given !== 'object' || given === null) return undefined;
  const { isOn, to, afterMs, by, who, atMs } = given as Partial<Record<keyof Setting, unknown>>;
  if (typeof isOn !== 'boolean' || typeof to !== 'string' || typeof by !== 'string')
    return undefined;
  if (typeof who !== 'string' || typeof atMs !== 'number') return undefined;
  if (afterMs === undefined) return { isOn, to, by, who, atMs };
  return typeof afterMs === 'number' ? { isOn, to, afterMs, by, who, atMs } : undefined;
}
