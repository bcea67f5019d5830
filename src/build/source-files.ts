/**
 * Finds the source file of a frame. Checkers print a path as the compiler received it, and build tools
 * (cargo's `cc`, setup.py, make) pass paths relative to a directory that no report names.
 */
import type { Caches } from '../process/caches.js';
import { existsSync, readdirSync, type Dirent } from 'node:fs';
import { basename, isAbsolute, join, relative, resolve } from 'node:path';
import { isLeftOut } from '../builders/build-output.js';
import type { Diagnostic } from '../model/diagnostic.js';
import { under } from '../model/project-code.js';
import { realPath } from '../process/real-path.js';

/**
 * Languages whose frames may have relative paths: those that are compiled to native code, and those of the JVM, whose class
 * files hold no directory. Frames of others have usable paths.
 */
const COMPILED = /\.(?:c|cc|cpp|cxx|c\+\+|h|hh|hpp|hxx|inc|inl|m|mm|S|rs|go|pyx|java|kt|scala|groovy)$/;
const OF_JVM = /\.(?:java|kt|scala|groovy)$/;

const entries = (dir: string): Dirent[] => {
  try {
    return readdirSync(dir, { withFileTypes: true });
  } catch {
    return [];
  }
};

type Index = ReadonlyMap<string, readonly string[]>;

/** Compiled sources below a directory, by base name, without build output. */
const indexOf = (root: string): Index => {
  const index = new Map<string, string[]>();
  const walk = (dir: string): void => {
    for (const e of entries(dir)) {
      const path = join(dir, e.name);
      if (e.isDirectory()) {
        if (!isLeftOut(path)) walk(path);
      } else if (e.isFile() && COMPILED.test(e.name)) index.set(e.name, [...(index.get(e.name) ?? []), path]);
    }
  };
  walk(root);
  return index;
};

/** Removes leading `./` and `../`: build systems that compile in a directory of their own prefix them. */
const withoutSteps = (file: string): string => {
  let plain = file;
  while (plain.startsWith('./') || plain.startsWith('../')) plain = plain.slice(plain.indexOf('/') + 1);
  return plain;
};

/**
 * The source file that a relative `file` of a report means, below one of `dirs` in order of preference: the
 * file at that path, else the only one whose path ends with it. Undefined for absolute paths, and if several
 * files match.
 */
export const sourceBelow = (dirs: readonly string[], file: string, caches: Caches): string | undefined => {
  const plain = withoutSteps(file);
  if (plain.startsWith('/') || plain.split('/').includes('..') || !COMPILED.test(plain)) return undefined;
  // Without a package it may be any class's: the JDK and libraries have files of the same names.
  if (OF_JVM.test(plain) && !plain.includes('/')) return undefined;
  for (const dir of dirs) {
    const index = caches.once('sources', dir, () => indexOf(dir));
    const same = index.get(basename(plain)) ?? [];
    const fitting = same.filter((path) => path.endsWith(`/${plain}`));
    const found = fitting.find((path) => path === join(dir, plain)) ?? fitting[0];
    if (found !== undefined && (fitting.length === 1 || found === join(dir, plain))) return found;
  }
  return undefined;
};

/**
 * The path under which the project knows a file. What a checker prints may lead elsewhere by `..` or by a link; such a
 * file gets its real path, which is in none of `dirs`. A file of the project that is named from elsewhere, as when the
 * repository is reached by a link, gets its path below one of `dirs`.
 */
const pathIn = (dirs: readonly string[], file: string, caches: Caches): string => {
  const realOf = (path: string): string => caches.once('real', path, () => realPath(path));
  const real = realOf(file);
  const home = dirs.find((d) => under([realOf(d)], real));
  if (home === undefined) return real;
  const plain = resolve(file);
  return under(dirs, plain) && realOf(plain) === real ? plain : join(home, relative(realOf(home), real));
};

/** A directory that was copied to be built, and its origin. */
export type Copy = { from: string; to: string };

/** The original of a file in a copy. */
const original = (copies: readonly Copy[], file: string): string | undefined => {
  const copy = copies.find(({ to }) => file.startsWith(`${to}/`));
  const found = copy && join(copy.from, file.slice(copy.to.length));
  return found !== undefined && existsSync(found) ? found : undefined;
};

/**
 * Replaces source paths in a diagnostic's frames by those of the project's files: relative ones below `dirs`, and those
 * in `copies`. Absolute ones are in one of `dirs` if, and only if, their files really are.
 */
export const settleSources = (
  s: Pick<Diagnostic, 'stacks'>,
  dirs: readonly string[],
  copies: readonly Copy[],
  caches: Caches,
): void => {
  const places = [...dirs, ...copies.map((c) => c.to)];
  const known = caches.once('settled', places.join('\0'), () => new Map<string, string>());
  const settled = (file: string): string => {
    const path = isAbsolute(file) ? pathIn(dirs, file, caches) : file;
    return original(copies, path) ?? sourceBelow(dirs, path, caches) ?? path;
  };
  for (const stack of s.stacks)
    for (const f of stack.frames) {
      if (f.kind !== 'source') continue;
      const path = known.get(f.file) ?? settled(f.file);
      known.set(f.file, path);
      f.file = path;
    }
};
