/**
 * Finds the file that a frame means. Checkers print a source as its compiler was given it, and build scripts (cargo's `cc`,
 * setup.py, make) name sources relative to a directory that no report tells.
 */
import type { Caches } from '../process/caches.js';
import { existsSync, readdirSync, type Dirent } from 'node:fs';
import { basename, join } from 'node:path';
import { isLeftOut } from '../builders/build-output.js';
import type { Diagnostic } from '../model/diagnostic.js';

/** Languages that are compiled to native code: a frame of another one says itself where it is. */
const COMPILED = /\.(?:c|cc|cpp|cxx|c\+\+|h|hh|hpp|hxx|inc|inl|m|mm|S|rs|go|pyx)$/;

const entries = (dir: string): Dirent[] => {
  try {
    return readdirSync(dir, { withFileTypes: true });
  } catch {
    return [];
  }
};

type Index = ReadonlyMap<string, readonly string[]>;

/** Compiled sources below a directory by base name; what a build left behind is left out. */
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

/** `./src/a.c` and `../src/a.c` as `src/a.c`: build systems that compile in a directory of their own leave it first. */
const withoutSteps = (file: string): string => {
  let plain = file;
  while (plain.startsWith('./') || plain.startsWith('../')) plain = plain.slice(plain.indexOf('/') + 1);
  return plain;
};

/**
 * The file below one of `dirs` (in order of preference) that a relative `file` of a report means: the one at that path, else
 * the only one whose path ends so. Undefined for absolute paths, and where several files would fit.
 */
export const sourceBelow = (dirs: readonly string[], file: string, caches: Caches): string | undefined => {
  const plain = withoutSteps(file);
  if (plain.startsWith('/') || plain.split('/').includes('..') || !COMPILED.test(plain)) return undefined;
  for (const dir of dirs) {
    const index = caches.once('sources', dir, () => indexOf(dir));
    const same = index.get(basename(plain)) ?? [];
    const fitting = same.filter((path) => path.endsWith(`/${plain}`));
    const found = fitting.find((path) => path === join(dir, plain)) ?? fitting[0];
    if (found !== undefined && (fitting.length === 1 || found === join(dir, plain))) return found;
  }
  return undefined;
};

/** What was copied to be built there, and where it came from. */
export type Copy = { from: string; to: string };

/** The user's own file for one of a copy: that is the one to look at and to change. */
const original = (copies: readonly Copy[], file: string): string | undefined => {
  const copy = copies.find(({ to }) => file.startsWith(`${to}/`));
  const found = copy && join(copy.from, file.slice(copy.to.length));
  return found !== undefined && existsSync(found) ? found : undefined;
};

/** Makes sources in a diagnostic's frames those of the user's tree: relative ones below `dirs`, and those of `copies`. */
export const settleSources = (
  s: Diagnostic,
  dirs: readonly string[],
  copies: readonly Copy[],
  caches: Caches,
): void => {
  for (const stack of s.stacks)
    for (const f of stack.frames)
      if (f.kind === 'source')
        f.file = original(copies, f.file) ?? sourceBelow(dirs, f.file, caches) ?? f.file;
};
