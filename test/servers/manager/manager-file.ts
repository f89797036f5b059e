/** Manager files for tests: of one manager on free ports, in the cluster that the test says. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { stringify } from 'yaml';

/** A folder with a directory of one extension, and whatever else is written to it. */
export class Folder {
  readonly path: string;

  constructor(context: TestContext) {
    this.path = mkdtempSync(join(tmpdir(), 'linewright-manager-'));
    context.after(() => rmSync(this.path, { recursive: true, force: true }));
    this.write(
      'directory.yaml',
      stringify({ devices: { 1001: { number: '1001', password: 'p' } } }),
    );
  }

  /** Its path. */
  write(name: string, text: string): string {
    const path = join(this.path, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  }

  /** The path of a manager file. `cluster`: the section. */
  manager(id: string, cluster: object): string {
    const file = {
      manager: { id },
      cluster,
      sip: { domain: 'pbx.test', listen: 'udp://127.0.0.1:0' },
      directory: 'directory.yaml',
    };
    return this.write(`${id}-${Math.random().toString(36).slice(2)}.yaml`, stringify(file));
  }
}
