// Puts a CommonJS package and all that it requires into one script for a page, so that no bundler, which all bring binaries, is needed.

import { readFileSync } from "node:fs";
import { createRequire, isBuiltin } from "node:module";

const REQUIRE = /\brequire\(\s*["']([^"']+)["']\s*\)/g;

/**
 * The script that puts the exports of `name` on `window[name]`. `from` is the file that requires it.
 * @param {string} name @param {string} from @param {string} global
 */
export function bundle(name, from, global) {
  /** @type {Map<string, number>} */
  const ids = new Map();
  /** @type {string[]} */
  const modules = [];

  /** @param {string} file @returns {number} */
  function add(file) {
    const known = ids.get(file);
    if (known !== undefined) return known;
    const id = modules.length;
    ids.set(file, id);
    modules.push("");
    const source = readFileSync(file, "utf8");
    const { resolve } = createRequire(file);
    /** @type {Record<string, number>} */
    const links = {};
    for (const [, wanted = ""] of source.matchAll(REQUIRE)) {
      // A package of that name comes first: `buffer` is one that pages need.
      const path = resolve(isBuiltin(wanted) ? `${wanted}/` : wanted);
      links[wanted] = add(path);
    }
    const body = file.endsWith(".json") ? `module.exports = ${source}` : source;
    modules[id] = `[${JSON.stringify(links)}, function (module, exports, require) {\n${body}\n}]`;
    return id;
  }

  const main = add(createRequire(from).resolve(name));
  return `(() => {
const modules = [${modules.join(",\n")}];
const loaded = [];
function load(id) {
  if (loaded[id]) return loaded[id].exports;
  const module = (loaded[id] = { exports: {} });
  const [links, body] = modules[id];
  body.call(module.exports, module, module.exports, (name) => load(links[name]));
  return module.exports;
}
window[${JSON.stringify(global)}] = load(${main});
})();`;
}
