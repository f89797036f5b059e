/**
 * One script for the browser out of a CommonJS package of node_modules: JsSIP is published without one,
 * and a test wants no bundler. Follows `require` calls with literal names, wraps each module in a function.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** The package and all it requires as one script that sets `globalThis[global]` to its exports. */
export function bundle(packageName: string, global: string): string {
  const entry = createRequire(import.meta.url).resolve(packageName);
  const modules = new Map<string, string>();
  const collect = (path: string): void => {
    if (modules.has(path)) return;
    modules.set(path, '');
    const text = readFileSync(path, 'utf8');
    if (path.endsWith('.json')) {
      modules.set(path, `module.exports = ${text};`);
      return;
    }
    const { resolve } = createRequire(path);
    const wired = text.replace(/\brequire\((['"])([^'"]+)\1\)/g, (_, __, name: string) => {
      // A trailing slash asks for the package of that name even where Node has a module called so.
      const target = browserFile(resolve(name.startsWith('.') ? name : `${name}/`));
      collect(target);
      return `require(${JSON.stringify(target)})`;
    });
    modules.set(path, wired);
  };
  collect(entry);
  const table = [...modules].map(
    ([path, text]) => `${JSON.stringify(path)}: function (module, exports, require) {\n${text}\n}`,
  );
  return `(() => {
const table = {\n${table.join(',\n')}\n};
const loaded = {};
const process = { env: {} };
function require(path) {
  if (!loaded[path]) {
    loaded[path] = { exports: {} };
    table[path].call(globalThis, loaded[path], loaded[path].exports, require);
  }
  return loaded[path].exports;
}
globalThis[${JSON.stringify(global)}] = require(${JSON.stringify(entry)});
})();`;
}

/** `debug` picks its file by environment at run time; the page needs the browser's. */
function browserFile(path: string): string {
  return path.replace(/\/debug\/src\/index\.js$/, '/debug/src/browser.js');
}
