// Lint with types for what we write in TypeScript, a light set for programs in plain JavaScript (bench, conformance, bin).
// What a rule here cannot see (imports between folders, sizes, banned globals) is checked by tools/tidy.test.ts.

import { builtinModules } from "node:module";

import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

const builtinsWithoutPrefix = builtinModules
  .filter((name) => !name.startsWith("_") && !name.startsWith("node:"))
  .map((name) => ({ name, message: `Write "node:${name}".` }));

/** Functions of node:test whose promise the runner itself waits for. */
const testStarters = ["test", "it", "describe", "suite", "before", "after", "beforeEach", "afterEach"];

export default defineConfig(
  globalIgnores([
    "**/dist/",
    "packages/wire/gen/",
    "bench/.build/",
    "bench/results/",
    "conformance/.tools/",
    "**/.venv/",
  ]),
  { linterOptions: { reportUnusedDisableDirectives: "error", reportUnusedInlineConfigs: "error" } },
  {
    name: "everywhere",
    files: ["**/*.{ts,js,mjs}"],
    rules: {
      eqeqeq: "error",
      "no-var": "error",
      "prefer-const": "error",
      "no-control-regex": "error",
      "no-restricted-imports": ["error", { paths: builtinsWithoutPrefix }],
    },
  },
  {
    name: "typed",
    files: ["packages/*/src/**/*.ts", "packages/*/test/**/*.ts", "tools/**/*.ts"],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      "@typescript-eslint/no-import-type-side-effects": "error",
      "@typescript-eslint/consistent-type-exports": "error",
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true },
      ],
      "@typescript-eslint/no-floating-promises": [
        "error",
        { allowForKnownSafeCalls: [{ from: "package", name: testStarters, package: "node:test" }] },
      ],
      "@typescript-eslint/no-misused-promises": "error",
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true },
      ],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "max-lines-per-function": ["error", { max: 70 }],
      "no-restricted-syntax": [
        "error",
        {
          selector: "ExportDefaultDeclaration",
          message: "Export by name, so that a thing has one name everywhere.",
        },
      ],
    },
  },
  {
    name: "tests",
    files: ["**/*.test.ts", "**/ports/contract/**/*.ts"],
    rules: { "max-lines-per-function": "off" },
  },
  {
    name: "plain JavaScript",
    files: ["**/*.{js,mjs}"],
    extends: [tseslint.configs.eslintRecommended],
    rules: {
      "no-unused-vars": "error",
      "no-unreachable": "error",
      "no-dupe-keys": "error",
      "no-self-assign": "error",
      "no-constant-condition": ["error", { checkLoops: "allExceptWhileTrue" }],
    },
  },
);
