/**
 * The cluster of a manager that is alone: the default, with nothing to install. The table is its own,
 * and there is nobody else to speak to.
 */
import type { Cluster, ClusterListener, Standing, TableEntry, View } from '../process/cluster.ts';
import type { Home } from '../process/pid.ts';

export class LoneManager implements Cluster {
  readonly home: Home;
  readonly view: View;
  readonly standing: Standing = 'member';
  readonly #entries = new Map<string, TableEntry>();
  #changes: { readonly key: string; readonly entry: TableEntry | undefined }[] = [];
  #listener: Pick<ClusterListener, 'tableChanged'> | undefined;
  #revision = 1;

  /** `home`: with an incarnation that this manager never had before. */
  constructor(home: Home) {
    this.home = home;
    this.view = { revision: 1, members: [home] };
  }

  /** Who hears of the table's changes. */
  connect(listener: Pick<ClusterListener, 'tableChanged'>): void {
    this.#listener = listener;
  }

  tell(): void {}

  announce(): void {}

  claim(key: string, value: string): void {
    if (this.#entries.has(key)) return;
    this.#change(key, { key, value, owner: this.home, revision: ++this.#revision });
  }

  release(key: string): void {
    if (this.#entries.delete(key)) this.#change(key, undefined);
  }

  flush(): void {
    while (this.#changes.length > 0) {
      const changes = this.#changes;
      this.#changes = [];
      for (const { key, entry } of changes) this.#listener?.tableChanged(key, entry);
    }
  }

  #change(key: string, entry: TableEntry | undefined): void {
    if (entry !== undefined) this.#entries.set(key, entry);
    this.#changes.push({ key, entry });
  }
}
