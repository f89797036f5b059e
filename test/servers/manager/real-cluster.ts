/** Managers of one cluster as processes, with a real NATS server and a real etcd, and a command line that finds them. */
import type { TestContext } from 'node:test';
import {
  type Ended,
  type Program,
  runProgram,
  runtimeOf,
  startProgram,
} from '../../cli/program.ts';
import { startEtcd } from '../etcd/etcd-server.ts';
import { startNats } from '../nats/nats-server.ts';
import { Folder } from './manager-file.ts';

/** Managers of one cluster, all with the same file; and a command line that finds them. */
export class Cluster {
  readonly folder: Folder;
  readonly #runtime: string;
  readonly #context: TestContext;
  readonly #section: object;

  constructor(
    context: TestContext,
    directory: string,
    bus: readonly string[],
    store: readonly string[],
  ) {
    this.#context = context;
    this.folder = new Folder(context);
    this.folder.write('directory.yaml', directory);
    this.#runtime = runtimeOf(context);
    this.#section = { bus, store };
  }

  async start(id: string): Promise<Program> {
    const file = this.folder.manager(id, this.#section);
    const program = startProgram(this.#runtime, ['start', '-c', file], { env: { ANA: 'secret' } });
    this.#context.after(() => program.child.kill('SIGKILL'));
    await program.said('manager ready');
    return program;
  }

  run(...args: readonly string[]): Promise<Ended> {
    return runProgram(this.#runtime, args, { env: { ANA: 'secret' } });
  }

  /** Members of the line as each manager has it. */
  async membersAt(managers: readonly string[]): Promise<readonly unknown[]> {
    const shown = managers.map(async (id) => {
      const { out } = await this.run('line', 'show', '2000', '--manager', id, '-o', 'json');
      const row = JSON.parse(out) as { readonly members: readonly { readonly name: string }[] };
      return row.members.map(({ name }) => name).join(' ');
    });
    return Promise.all(shown);
  }
}

/** `directory`: the file of all of them. */
export async function newCluster(context: TestContext, directory: string): Promise<Cluster> {
  const bus = await startNats();
  context.after(() => bus.remove());
  const store = await startEtcd();
  context.after(() => store.close());
  return new Cluster(context, directory, bus.urls, store.urls);
}
