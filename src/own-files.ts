/**
 * Finds the user's files behind the relative names that gcc's runtimes print (`core.c`, `src/core.c`): what a source was
 * compiled as, without the directory in which. Such a frame names no object either, so nothing else tells whose it is.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { glob } from 'tinyglobby';
import type { ReadLog } from './read-logs.js';

const SOURCES = ['**/*.{c,cc,cpp,cxx,c++,C,h,hh,hpp,hxx,inc,inl,ipp,tcc,m,mm,S,pyx,rs}'];
const listed = new Map<string, Promise<string[]>>();

/** All sources below a directory, listed once. */
const sourcesBelow = (dir: string): Promise<string[]> => {
  let l = listed.get(dir);
  if (!l)
    listed.set(
      dir,
      (l = glob(SOURCES, { cwd: dir, absolute: true, ignore: ['**/node_modules/**'], onlyFiles: true })),
    );
  return l;
};

const found = new Map<string, Promise<string | undefined>>();

/** The absolute file: below one of the directories (or the copy of it, `src`), else the only one that ends like it. */
const locate = async (
  file: string,
  dirs: readonly string[],
  outs: readonly string[],
): Promise<string | undefined> => {
  for (const root of [...dirs, ...outs, ...outs.map((o) => join(o, 'src'))])
    if (existsSync(join(root, file))) return join(root, file);
  const ends = `/${file}`;
  const all = (await Promise.all(dirs.map(sourcesBelow))).flat().filter((p) => p.endsWith(ends));
  const different = [...new Set(all)];
  return different.length === 1 ? different[0] : undefined;
};

/** Makes relative files of frames absolute where they are the user's. `dirs` are sources, `outs` where they were built. */
export const locateFiles = async (
  logs: readonly ReadLog[],
  dirs: readonly string[],
  outs: readonly string[],
): Promise<void> => {
  for (const f of logs.flatMap((g) => g.parsed.sightings).flatMap((s) => s.stacks.flatMap((k) => k.frames))) {
    if (f.kind !== 'source' || f.module !== undefined || f.file.startsWith('/') || f.file.startsWith('../'))
      continue;
    const file = f.file.replace(/^\.\//, '');
    const key = [file, ...dirs, ...outs].join('\n');
    let at = found.get(key);
    if (!at) found.set(key, (at = locate(file, dirs, outs)));
    f.file = (await at) ?? f.file;
  }
};
