/** Where compiled tests find the targets: header directories, libraries and the loader's path. */
import { isAbsolute, join } from 'node:path';
import type { PreparedSuite } from './binding.js';

/** `with[key]` as a list: absent is empty, a text is a list of one. Throws a TypeError when it is something else. */
export const list = (place: PreparedSuite, key: string): string[] => {
  const value = place.with[key] ?? [];
  const all: unknown[] = Array.isArray(value) ? value : [value];
  return all.map((v) => {
    if (typeof v !== 'string') throw new TypeError(`'with.${key}' must be a text or a list of texts`);
    return v;
  });
};

/** A path of the matrix: absolute, `<target id>/…` inside that target's output, or relative to the suite. */
const resolve = (place: PreparedSuite, path: string): string => {
  if (isAbsolute(path)) return path;
  const [first = '', ...rest] = path.split('/');
  const target = place.targets[first];
  return target === undefined ? join(place.dir, path) : join(target, ...rest);
};

/** `-I` for each of `with.include`. */
export const includeFlags = (place: PreparedSuite): string[] =>
  list(place, 'include').map((path) => `-I${resolve(place, path)}`);

/** `-L` for each target directory and `-l` for each name of `with.libs`. */
export const libraryFlags = (place: PreparedSuite): string[] => [
  ...Object.values(place.targets).map((dir) => `-L${dir}`),
  ...list(place, 'libs').map((name) => `-l${name}`),
];

/** Flags as one text, for variables like CFLAGS: setuptools, cgo and the shell of a makefile all take quotes off. */
export const flagText = (flags: readonly string[]): string =>
  flags.map((f) => (/\s/.test(f) ? `'${f.replaceAll("'", `'\\''`)}'` : f)).join(' ');

/** The variable that names a target's directory to a suite. */
export const targetVariable = (id: string): string => `FFI_GATES_TARGET_${id.toUpperCase()}`;

/** The suite's environment with the targets on the loader's path and their places by name. */
export const linkedEnv = (place: PreparedSuite): Record<string, string> => {
  const own = place.env['LD_LIBRARY_PATH'] ?? process.env['LD_LIBRARY_PATH'];
  const path = [...Object.values(place.targets), ...(own ? [own] : [])].join(':');
  const named = Object.entries(place.targets).map(([id, dir]) => [targetVariable(id), dir]);
  return { ...Object.fromEntries(named), ...place.env, ...(path ? { LD_LIBRARY_PATH: path } : {}) };
};

/** An environment as words for `env`. */
export const envWords = (env: Record<string, string>): string[] =>
  Object.entries(env).map(([name, value]) => `${name}=${value}`);
