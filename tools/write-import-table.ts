// Writes the table of layers.ts into ARCHITECTURE.md. Run: npm run build && node tools/dist/write-import-table.js

import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { toMarkdownTable } from "./layers.js";
import { readText, repositoryRoot } from "./repository.js";
import { replaceShownTable, tableEnd, tableStart } from "./tree-rules.js";

const path = "ARCHITECTURE.md";
const text = replaceShownTable(readText(path), toMarkdownTable());
if (text === undefined) throw new Error(`${path} lacks ${tableStart} and, below it, ${tableEnd}`);
writeFileSync(join(repositoryRoot, path), text);
