// Rules about who imports whom: the layer table, cycles, files that nothing leads to. Pure: files in, violations out.

import { type Layer, findLayer, kernelName, layers, outsideForAll } from "./layers.js";
import { type Import, type SourceFile, computedSpecifier, isTestFile, isTestSupport } from "./source-file.js";
import type { Violation } from "./violation.js";

/** What the rules know of the tree besides the files. */
export interface ImportWorld {
  readonly files: readonly SourceFile[];
  /** From what is written in an import of one of our packages (`@subito/http2`) to the source file behind it. */
  readonly packageEntries: ReadonlyMap<string, string>;
}

/** Each import must be ticked in the table, and each row of the table must have a file. */
export function checkLayers(world: ImportWorld, table: readonly Layer[] = layers): Violation[] {
  const violations: Violation[] = [];
  const used = new Set<Layer>();
  for (const file of world.files) {
    const layer = findLayer(file.path, table);
    if (layer !== undefined) used.add(layer);
    if (isTestFile(file.path) || isTestSupport(file.path)) continue;
    if (layer === undefined) {
      violations.push({ path: file.path, message: "no row of tools/layers.ts covers this file; add one" });
      continue;
    }
    for (const entry of file.imports) {
      const message = checkImport(file, layer, entry, world, table);
      if (message !== undefined) violations.push({ path: file.path, line: entry.line, message });
    }
  }
  // The generated files of wire are not part of `files`.
  const dead = table.filter((layer) => !used.has(layer) && !layer.path.includes("/gen/"));
  for (const layer of dead)
    violations.push({
      path: "tools/layers.ts",
      message: `the row "${layer.name}" covers no file; remove it`,
    });
  return violations;
}

function checkImport(
  file: SourceFile,
  layer: Layer,
  entry: Import,
  world: ImportWorld,
  table: readonly Layer[],
): string | undefined {
  if (entry.specifier === computedSpecifier && layer.computedImports === true) return undefined;
  if (entry.specifier === computedSpecifier) return "a computed import() hides from the import table";
  const target = resolveImport(file.path, entry.specifier, world);
  if (target === undefined) {
    const allowed = [...outsideForAll, ...layer.outside].some((pattern) => matches(pattern, entry.specifier));
    return allowed ? undefined : `${layer.name} may not import "${entry.specifier}" (see tools/layers.ts)`;
  }
  if (isTestFile(target) || isTestSupport(target)) return `only tests may import ${target}`;
  const targetLayer = findLayer(target, table);
  if (targetLayer === undefined || targetLayer === layer) return undefined;
  if (layer.imports.includes(targetLayer.name)) return undefined;
  if (targetLayer.name === kernelName && file.path.startsWith("packages/server/")) return undefined;
  if (layer.typesFrom?.includes(targetLayer.name) === true) {
    if (entry.typeOnly) return undefined;
    return `${layer.name} may import only types from ${targetLayer.name} (${target})`;
  }
  return `${layer.name} may not import ${targetLayer.name} (${target}; see tools/layers.ts)`;
}

/** The table itself: names that exist, no row that leads back to itself. */
export function checkTable(table: readonly Layer[] = layers): Violation[] {
  const path = "tools/layers.ts";
  const violations: Violation[] = [];
  const names = new Set(table.map((layer) => layer.name));
  if (names.size !== table.length) violations.push({ path, message: "two rows have the same name" });
  const graph = new Map<string, readonly string[]>();
  for (const layer of table) {
    // These two and the rest of their folder know each other; their files are still free of cycles.
    const inner = ["cli serve", "fuzz targets"];
    const targets = [...layer.imports, ...(layer.typesFrom ?? [])].filter((name) => !inner.includes(name));
    graph.set(layer.name, targets);
    for (const target of targets)
      if (!names.has(target))
        violations.push({ path, message: `row "${layer.name}" names "${target}", which is no row` });
  }
  for (const cycle of findCycles(graph))
    violations.push({ path, message: `the rows lead in a circle: ${cycle.join(" → ")}` });
  return violations;
}

/** No file may lead back to itself, neither by values nor by types. */
export function checkCycles(world: ImportWorld): Violation[] {
  return findCycles(toGraph(world)).map((cycle) => ({
    path: cycle[0] ?? "",
    message: `import cycle (types count): ${cycle.join(" → ")}`,
  }));
}

/** Every file must be reached from an entry point; help for tests, from a test. */
export function checkReachable(world: ImportWorld, entryPoints: readonly string[]): Violation[] {
  const graph = toGraph(world);
  const tests = world.files.map((file) => file.path).filter(isTestFile);
  const fromEntries = reach([...entryPoints, ...world.packageEntries.values()], graph);
  const fromTests = reach(tests, graph);
  const violations: Violation[] = [];
  for (const { path } of world.files) {
    if (isTestFile(path) || fromEntries.has(path)) continue;
    if (isTestSupport(path) && fromTests.has(path)) continue;
    const message = fromTests.has(path)
      ? "only tests import this file; remove it, use it, or move it to testing/"
      : "nobody imports this file; remove it or use it";
    violations.push({ path, message });
  }
  const known = new Set(world.files.map((file) => file.path));
  for (const path of entryPoints)
    if (!known.has(path))
      violations.push({ path, message: "an entry point of tools/layers.ts does not exist" });
  return violations;
}

function matches(pattern: string, specifier: string): boolean {
  return pattern.endsWith("*") ? specifier.startsWith(pattern.slice(0, -1)) : specifier === pattern;
}

/** The path of the imported file, or undefined when the import leads outside of the repository. */
function resolveImport(from: string, specifier: string, world: ImportWorld): string | undefined {
  if (!specifier.startsWith(".")) return world.packageEntries.get(specifier);
  const parts = from.split("/").slice(0, -1);
  for (const part of specifier.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== ".") parts.push(part);
  }
  return parts.join("/").replace(/\.js$/, ".ts");
}

function toGraph(world: ImportWorld): Map<string, readonly string[]> {
  const known = new Set(world.files.map((file) => file.path));
  return new Map(
    world.files.map((file) => {
      const targets = file.imports.map((entry) => resolveImport(file.path, entry.specifier, world));
      return [file.path, targets.filter((target) => target !== undefined && known.has(target)) as string[]];
    }),
  );
}

function reach(starts: readonly string[], graph: ReadonlyMap<string, readonly string[]>): Set<string> {
  const reached = new Set<string>();
  const open = [...starts];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (reached.has(path)) continue;
    reached.add(path);
    open.push(...(graph.get(path) ?? []));
  }
  return reached;
}

/** One path through each cycle that a depth-first walk meets; empty exactly when there is no cycle. */
function findCycles(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const cycles: string[][] = [];
  const done = new Set<string>();
  const trail: string[] = [];
  const visit = (name: string): void => {
    const start = trail.indexOf(name);
    if (start >= 0) {
      cycles.push([...trail.slice(start), name]);
      return;
    }
    if (done.has(name)) return;
    trail.push(name);
    for (const target of graph.get(name) ?? []) visit(target);
    trail.pop();
    done.add(name);
  };
  for (const name of graph.keys()) visit(name);
  return cycles;
}
