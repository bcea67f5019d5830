/** Paths of the targets for compiled tests: header directories, libraries and the loader's path. */
import { isAbsolute, join } from 'node:path';
import type { PreparedSuite } from './binding.js';

/**
 * `with[key]` as a list of texts: empty if absent; a single one is a list of one. The matrix was checked
 * (`config/settings.ts`), so other values are our bug: a TypeError.
 */
export const list = (suite: PreparedSuite, key: string): string[] => {
  const value = suite.with[key] ?? [];
  const all: unknown[] = Array.isArray(value) ? value : [value];
  return all.map((v) => {
    if (typeof v === 'number') return String(v);
    if (typeof v !== 'string') throw new TypeError(`'with.${key}' must be a string or a list of strings`);
    return v;
  });
};

/** A path in the matrix: absolute, `<target id>/…` in that target's output, or relative to the suite. */
const resolve = (suite: PreparedSuite, path: string): string => {
  if (isAbsolute(path)) return path;
  const [first = '', ...rest] = path.split('/');
  const target = suite.targets[first];
  return target === undefined ? join(suite.dir, path) : join(target, ...rest);
};

/** `-I` for each of `with.include`. */
export const includeFlags = (suite: PreparedSuite): string[] =>
  list(suite, 'include').map((path) => `-I${resolve(suite, path)}`);

/** `-L` for each target directory and `-l` for each name of `with.libs`. */
export const libraryFlags = (suite: PreparedSuite): string[] => [
  ...Object.values(suite.targets).map((dir) => `-L${dir}`),
  ...list(suite, 'libs').map((name) => `-l${name}`),
];

const quoted = (flag: string): string => {
  if (!/[\s'"]/.test(flag)) return flag;
  if (!flag.includes("'")) return `'${flag}'`;
  return /["$`\\]/.test(flag) ? `'${flag.replaceAll("'", `'\\''`)}'` : `"${flag}"`;
};

/**
 * Joins flags for variables like CFLAGS. setuptools, cgo and a makefile's shell all remove the quotes. cgo knows no
 * escapes in them.
 */
export const flagText = (flags: readonly string[]): string => flags.map(quoted).join(' ');

/** The variable that names a target's directory to a suite. */
export const targetVariable = (id: string): string => `FFI_GATES_TARGET_${id.toUpperCase()}`;

/** The suite's environment, with the targets on the loader's path and their directories in variables. */
export const linkedEnv = (suite: PreparedSuite): Record<string, string> => {
  const own = suite.env['LD_LIBRARY_PATH'] ?? process.env['LD_LIBRARY_PATH'];
  const path = [...Object.values(suite.targets), ...(own ? [own] : [])].join(':');
  const named = Object.entries(suite.targets).map(([id, dir]) => [targetVariable(id), dir]);
  return { ...Object.fromEntries(named), ...suite.env, ...(path ? { LD_LIBRARY_PATH: path } : {}) };
};

/** An environment as arguments of `env`. */
export const envWords = (env: Record<string, string>): string[] =>
  Object.entries(env).map(([name, value]) => `${name}=${value}`);
